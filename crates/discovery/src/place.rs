//! What sources tell of places: as it was read, and normalised.

use contract::{GeoPoint, OperatingStatus, Socials};

use crate::lead::Lead;
use crate::taxonomy::Category;

/// A record as a reader read it, before anything was made of its values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawPlace {
    /// Slug of the source that the record itself shows to be from, if it does.
    pub source: Option<&'static str>,
    /// The record's identifier at its source, such as `node/123`; made from its content if it has none.
    pub source_id: String,
    /// Line of the file, from 1, where it has lines.
    pub line: Option<u64>,
    /// The name.
    pub name: String,
    /// The categories, the main one first; those that the reader could map.
    pub categories: Vec<&'static Category>,
    /// Where it is.
    pub coordinates: Option<(f64, f64)>,
    /// Street and house number.
    pub street: Option<String>,
    /// Town or city.
    pub city: Option<String>,
    /// State or region, by code or name, perhaps with its country (`US-NJ`).
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country, by code or name.
    pub country: Option<String>,
    /// Phone numbers, the main one first, each perhaps several between semicolons.
    pub phones: Vec<String>,
    /// E-mail addresses, the main one first.
    pub emails: Vec<String>,
    /// Websites, the main one first; profiles on social networks among them are recognised.
    pub websites: Vec<String>,
    /// URLs or names of profiles on social networks, with the network where the source says it.
    pub profiles: Vec<(Option<Network>, String)>,
    /// In OpenStreetMap's syntax.
    pub opening_hours: Option<String>,
    /// What the business says of itself.
    pub description: Option<String>,
    /// Number of people employed.
    pub employee_count: Option<u32>,
    /// Year of foundation.
    pub year_founded: Option<i32>,
    /// Whether it is a branch of a chain.
    pub chain: bool,
    /// Whether it trades.
    pub status: Option<OperatingStatus>,
    /// How sure the source is that it exists, 0 to 1.
    pub confidence: Option<f64>,
    /// Labels of the source's user.
    pub tags: Vec<String>,
    /// Notes of the source's user.
    pub notes: Option<String>,
    /// The lead that it is, where the file was exported from here; its records count before `source` and `source_id`.
    pub lead: Option<Box<Lead>>,
}

/// A social network that a business has a field for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// facebook.com
    Facebook,
    /// instagram.com
    Instagram,
    /// linkedin.com
    Linkedin,
    /// x.com, formerly twitter.com
    X,
    /// youtube.com
    Youtube,
    /// tiktok.com
    Tiktok,
    /// yelp.com
    Yelp,
}

/// A record whose values are what the contract says they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Slug of the source that the record itself shows to be from, if it does.
    pub source: Option<&'static str>,
    /// The record's identifier at its source; a digest of its content if it has none, so that the same record read
    /// again is known.
    pub source_id: String,
    /// Line of the file.
    pub line: Option<u64>,
    /// The name, without what stands around it; never empty.
    pub name: String,
    /// The categories, the main one first.
    pub categories: Vec<&'static Category>,
    /// Where it is.
    pub point: Option<GeoPoint>,
    /// Street and house number.
    pub street: Option<String>,
    /// Town or city.
    pub city: Option<String>,
    /// Code of the state where states have codes, else its name.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
    /// The first valid phone number.
    pub phone: Option<Phone>,
    /// Every phone number as it was read, valid or not, for the matcher.
    pub numbers: Vec<String>,
    /// The first valid e-mail address.
    pub email: Option<String>,
    /// Absolute http or https URL of its own site.
    pub website: Option<String>,
    /// Profiles.
    pub socials: Socials,
    /// In OpenStreetMap's syntax.
    pub opening_hours: Option<String>,
    /// What the business says of itself.
    pub description: Option<String>,
    /// Number of people employed.
    pub employee_count: Option<u32>,
    /// Year of foundation.
    pub year_founded: Option<i32>,
    /// Whether it is a branch of a chain.
    pub chain: bool,
    /// Whether it trades.
    pub status: OperatingStatus,
    /// How sure the source is that it exists, 0 to 1.
    pub confidence: Option<f64>,
    /// Labels.
    pub tags: Vec<String>,
    /// Notes.
    pub notes: Option<String>,
    /// The name in the form that the matcher compares.
    pub name_key: String,
    /// The registered domain of the website, which the matcher compares.
    pub domain: Option<String>,
    /// The lead that it is, where the file was exported from here.
    pub lead: Option<Box<Lead>>,
}

/// A valid phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// E.164.
    pub e164: String,
    /// As people of its country write it, with an extension where it has one.
    pub display: String,
    /// Whether it belongs to one subscriber: neither toll-free, shared-cost, premium-rate nor a number for a
    /// whole company, all of which several businesses may share.
    pub is_own: bool,
}

/// A record that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Line of the file, from 1.
    pub line: Option<u64>,
    /// The record's identifier, where one could be read.
    pub source_id: Option<String>,
    /// The record's name, where one could be read.
    pub name: Option<String>,
    /// What is wrong, and what would be right.
    pub reason: String,
    /// The record as it was read, cut after [`RAW_LIMIT`] characters.
    pub raw: String,
}

/// Most characters of a rejected record that are kept.
pub const RAW_LIMIT: usize = 1000;

impl Rejected {
    /// A rejected line of a file.
    #[must_use]
    pub fn line(line: u64, reason: impl Into<String>, raw: &str) -> Self {
        Self {
            line: Some(line),
            source_id: None,
            name: None,
            reason: reason.into(),
            raw: crate::text::shortened(raw, RAW_LIMIT),
        }
    }
}

/// What a source gives, record by record.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A place.
    Place(Box<Place>),
    /// A record that could not be used.
    Rejected(Box<Rejected>),
}
