//! Businesses and the people in them.

use serde::Serialize;

use crate::json::{FromJson, Reading};
use crate::text_serde::text_serde;
use crate::{BusinessId, ContactId, GeoPoint, Timestamp, from_json};

/// A business as a lead: one record per real business, whatever number of sources told of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Business {
    /// Positive; a temporary negative id only on a client.
    pub id: BusinessId,
    /// Grows by one with every change of the row, starting at 1.
    pub version: u64,
    /// As the business writes it.
    pub name: String,
    /// Slug of the canonical category, such as `restaurant`; absent where the source's could not be mapped.
    pub category: Option<String>,
    /// The category's group, such as `food`.
    pub industry: Option<String>,
    /// Street and house number.
    pub street: Option<String>,
    /// Town or city.
    pub city: Option<String>,
    /// State or region; the two-letter code in the United States.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// E.164, such as `+358912345678`.
    pub phone: Option<String>,
    /// The phone number as people of its country write it.
    pub phone_display: Option<String>,
    /// Address to write to.
    pub email: Option<String>,
    /// Absolute http or https URL.
    pub website: Option<String>,
    /// Profiles elsewhere.
    pub socials: Socials,
    /// In OpenStreetMap's `opening_hours` syntax where the source has it.
    pub opening_hours: Option<String>,
    /// Number of people employed.
    pub employee_count: Option<u32>,
    /// Year of foundation.
    pub year_founded: Option<i32>,
    /// What the business says of itself.
    pub description: Option<String>,
    /// Whether it is a branch of a chain.
    pub chain: bool,
    /// Whether it is open for business at all.
    pub operating_status: OperatingStatus,
    /// How sure the sources are that the business exists, 0 to 1.
    pub confidence: Option<f64>,
    /// Every record that this one was made from.
    pub sources: Vec<SourceRef>,
    /// Where enrichment stands.
    pub enrichment_status: EnrichmentStatus,
    /// Why the last enrichment failed, or what it found missing.
    pub enrichment_error: Option<String>,
    /// Labels that people gave it.
    pub tags: Vec<String>,
    /// Free text that people wrote.
    pub notes: Option<String>,
    /// Number of contacts.
    pub contact_count: u32,
    /// When the row was made.
    pub created_at: Timestamp,
    /// When the row changed last.
    pub updated_at: Timestamp,
}

from_json!(deserialize Business {
    id, version, name, category, industry, street, city, state, postal_code, country, latitude,
    longitude, phone, phone_display, email, website, socials, opening_hours, employee_count,
    year_founded, description, chain, operating_status, confidence, sources, enrichment_status,
    enrichment_error, tags, notes, contact_count, created_at, updated_at,
});

impl Business {
    /// Whether the address of another record of the business completes this one: no street stands in it, and the town
    /// and postal code that do are the other's. Parts of two addresses would make a third that is nowhere.
    #[must_use]
    pub fn is_completed_by(&self, other: &Self) -> bool {
        let is_of = |own: &Option<String>, others: &Option<String>| {
            let other = others.as_deref().unwrap_or_default();
            own.as_deref().is_none_or(|own| own.to_lowercase() == other.to_lowercase())
        };
        self.street.is_none()
            && is_of(&self.city, &other.city)
            && is_of(&self.postal_code, &other.postal_code)
    }

    /// A business of which nothing is known but its name; it has no version yet.
    #[must_use]
    pub fn named(id: BusinessId, name: &str, now: Timestamp) -> Self {
        Self {
            id,
            version: 0,
            name: name.to_owned(),
            category: None,
            industry: None,
            street: None,
            city: None,
            state: None,
            postal_code: None,
            country: None,
            latitude: None,
            longitude: None,
            phone: None,
            phone_display: None,
            email: None,
            website: None,
            socials: Socials::default(),
            opening_hours: None,
            employee_count: None,
            year_founded: None,
            description: None,
            chain: false,
            operating_status: OperatingStatus::Open,
            confidence: None,
            sources: Vec::new(),
            enrichment_status: EnrichmentStatus::Pending,
            enrichment_error: None,
            tags: Vec::new(),
            notes: None,
            contact_count: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// Where it is, if both coordinates are known.
    #[must_use]
    pub fn location(&self) -> Option<GeoPoint> {
        Some(GeoPoint { latitude: self.latitude?, longitude: self.longitude? })
    }
}

/// A business with its contacts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BusinessDetail {
    /// The business; its fields stand beside `contacts`.
    #[serde(flatten)]
    pub business: Business,
    /// The people in it, the primary one first.
    pub contacts: Vec<Contact>,
}

impl FromJson for BusinessDetail {
    fn from_json(json: &serde_json::Value, reading: &mut Reading) -> Self {
        let fields = reading.object(json);
        Self { contacts: reading.field(fields, "contacts"), business: Business::from_json(json, reading) }
    }
}

impl<'de> serde::Deserialize<'de> for BusinessDetail {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::json::deserialize(deserializer)
    }
}

/// URLs of a business's profiles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Socials {
    /// facebook.com page.
    pub facebook: Option<String>,
    /// instagram.com profile.
    pub instagram: Option<String>,
    /// linkedin.com company or person.
    pub linkedin: Option<String>,
    /// x.com profile.
    pub x: Option<String>,
    /// youtube.com channel.
    pub youtube: Option<String>,
    /// tiktok.com profile.
    pub tiktok: Option<String>,
    /// yelp.com business.
    pub yelp: Option<String>,
}

from_json!(deserialize Socials { facebook, instagram, linkedin, x, youtube, tiktok, yelp });

impl Socials {
    /// The profiles that are known.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        let Self { facebook, instagram, linkedin, x, youtube, tiktok, yelp } = self;
        [facebook, instagram, linkedin, x, youtube, tiktok, yelp].into_iter().flatten().map(String::as_str)
    }

    /// Takes over the profiles that are missing here, and says whether there were any.
    pub fn fill(&mut self, more: Self) -> bool {
        let missing = [
            (&mut self.facebook, more.facebook),
            (&mut self.instagram, more.instagram),
            (&mut self.linkedin, more.linkedin),
            (&mut self.x, more.x),
            (&mut self.youtube, more.youtube),
            (&mut self.tiktok, more.tiktok),
            (&mut self.yelp, more.yelp),
        ];
        let fills = missing.into_iter().filter(|(ours, theirs)| ours.is_none() && theirs.is_some());
        fills.map(|(ours, theirs)| *ours = theirs).count() > 0
    }
}

/// One source's record of a business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourceRef {
    /// Slug of the source, such as `openstreetmap`.
    pub source: String,
    /// The record's identifier there, such as `node/123`.
    pub source_id: String,
    /// When it was read.
    pub fetched_at: Timestamp,
    /// SPDX-like name of the licence, such as `ODbL-1.0`.
    pub licence: Option<String>,
}

from_json!(deserialize SourceRef { source, source_id, fetched_at, licence });

/// A person or desk at a business.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// Positive.
    pub id: ContactId,
    /// The business it belongs to.
    pub business_id: BusinessId,
    /// The person's name.
    pub name: Option<String>,
    /// Role, such as `Owner`.
    pub title: Option<String>,
    /// Address to write to.
    pub email: Option<String>,
    /// Whether mail to it arrives, as far as was checked.
    pub email_status: EmailStatus,
    /// E.164.
    pub phone: Option<String>,
    /// linkedin.com URL.
    pub linkedin: Option<String>,
    /// The one to call first; at most one a business.
    pub is_primary: bool,
    /// How sure the extraction is, 0 to 1.
    pub confidence: f64,
    /// The page that says so.
    pub source_url: Option<String>,
    /// When it was found.
    pub found_at: Timestamp,
}

from_json!(deserialize Contact {
    id, business_id, name, title, email, email_status, phone, linkedin, is_primary, confidence,
    source_url, found_at,
});

/// Declares an enum whose values are words of the contract, with the words as `&str` and back.
macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, in declared order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word of the contract.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                const WORDS: &[&str] = &[$($word),+];
                let found = crate::business::find_word(WORDS, text)?;
                Ok(Self::ALL[found])
            }
        }

        impl crate::json::FromJson for $name {
            fn from_json(json: &serde_json::Value, reading: &mut crate::json::Reading) -> Self {
                reading.text(json, Self::ALL[0], str::parse)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($word),+]))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use word_enum;

/// Where `text` stands among the words of an enum.
pub(crate) fn find_word(words: &[&str], text: &str) -> Result<usize, String> {
    let found = words.iter().position(|word| *word == text);
    found.ok_or_else(|| format!("'{text}' is none of {}", words.join(", ")))
}

word_enum! {
    /// Where enrichment of a business stands.
    EnrichmentStatus {
        /// Not yet asked for.
        Pending = "pending",
        /// A job is at it.
        Enriching = "enriching",
        /// Done; what was found is stored.
        Enriched = "enriched",
        /// The last attempt failed.
        Failed = "failed",
    }
}

word_enum! {
    /// Whether a business trades.
    OperatingStatus {
        /// It does.
        Open = "open",
        /// It will again.
        TemporarilyClosed = "temporarilyClosed",
        /// It no longer does.
        PermanentlyClosed = "permanentlyClosed",
    }
}

word_enum! {
    /// What is known of an e-mail address.
    EmailStatus {
        /// Mail arrives.
        Safe = "safe",
        /// Mail may arrive: a role, free or catch-all address.
        Risky = "risky",
        /// Mail cannot arrive.
        Invalid = "invalid",
        /// Not checked, or the check was inconclusive.
        Unknown = "unknown",
    }
}

/// A canonical category's slug as it stands in a URL: lower-case words joined by underscores.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CategorySlug(String);

impl CategorySlug {
    /// The slug.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for CategorySlug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for CategorySlug {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let well_formed = !text.is_empty()
            && text.len() <= 64
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if well_formed { Ok(Self(text.to_owned())) } else { Err(format!("'{text}' is not a category slug")) }
    }
}

text_serde!(CategorySlug, "restaurant", Self(String::new()));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_profiles_are_taken_over_and_known_ones_stay() {
        let one = |url: &str| Some(url.to_owned());
        let more = || Socials {
            facebook: one("https://facebook.com/b"),
            yelp: one("https://yelp.com/biz/b"),
            ..Socials::default()
        };
        let mut ours = Socials { facebook: one("https://facebook.com/a"), ..Socials::default() };
        assert!(ours.fill(more()));
        assert!(ours.profiles().eq(["https://facebook.com/a", "https://yelp.com/biz/b"]));
        assert!(!ours.fill(more()), "nothing is missing any more");
    }
}
