//! Whether a record is of a business that is known.

use std::fmt;
use std::iter;
use std::sync::OnceLock;

use contract::records::{LEAD_SOURCE, read_lead_record};
use contract::{Business, BusinessId, GeoPoint, Timestamp};
use store::KnownBusiness;

use super::{Profile, Signature, is_shared_platform};
use crate::place::Place;
use crate::taxonomy::{self, Category};
use crate::text::fold;

/// Records of one name within this distance are of one business.
pub const NEAR_KM: f64 = 0.150;
/// Sources place one business as far apart; a domain in common says no more beyond.
const SAME_SITE_KM: f64 = 1.0;

/// A record and the source that it is from, ready to be compared.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Slug of its source.
    pub source: String,
    /// The record.
    pub place: Place,
    /// What it is found by.
    pub(crate) signature: Signature,
    profile: OnceLock<Profile>,
}

impl Candidate {
    /// The record, from that source unless it shows another.
    #[must_use]
    pub fn new(source: &str, place: Place) -> Self {
        let signature = Signature::from(&place);
        let source = match &place.lead {
            Some(lead) => lead.main().0,
            None => place.source.unwrap_or(source),
        };
        Self { source: source.to_owned(), place, signature, profile: OnceLock::new() }
    }

    /// The records that it is, by their sources and their identifiers there; one, but for a row of an export.
    pub(crate) fn records(&self) -> impl Iterator<Item = (&str, &str)> {
        let others = self.place.lead.iter().flat_map(|lead| lead.others());
        iter::once((self.source.as_str(), self.place.source_id.as_str())).chain(others)
    }

    /// The business that it was exported as, if it was of no source.
    pub(crate) fn exported_as(&self) -> Option<(BusinessId, Timestamp)> {
        let mut records = self.place.lead.as_ref()?.records();
        records.find(|(source, _)| *source == LEAD_SOURCE).and_then(|(_, id)| read_lead_record(id))
    }

    /// Takes its address away.
    pub(crate) fn forget_email(&mut self) {
        self.place.email = None;
        self.profile = OnceLock::new();
    }

    /// The form in which it is compared.
    pub(crate) fn profile(&self) -> &Profile {
        self.profile.get_or_init(|| Profile::from(&self.place))
    }
}

/// Why two records are of the same business, for people.
#[derive(Clone, Debug, PartialEq)]
pub enum MatchReason {
    /// The source says so: it is the same record.
    SameRecord,
    /// Same name and the same phone number.
    SamePhone(String),
    /// Same name and the same website's domain.
    SameDomain(String),
    /// Same name, so many kilometres apart.
    Near(f64),
    /// Same name and the same street address.
    SameAddress(String),
}

impl fmt::Display for MatchReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SameRecord => f.write_str("the same record of the same source"),
            Self::SamePhone(phone) => write!(f, "same name and phone number {phone}"),
            Self::SameDomain(domain) => write!(f, "same name and website {domain}"),
            Self::Near(km) => write!(f, "same name, {:.0} metres apart", km * 1000.0),
            Self::SameAddress(street) => write!(f, "same name and address {street}"),
        }
    }
}

/// Why the record is of that business; `None` if it is of another.
///
/// The same record of the same source is. Otherwise the name keys must be equal and one of these hold: the phone
/// numbers are equal and belong to one subscriber; they lie within [`NEAR_KM`] of each other and do not trade in
/// different things (a theatre and a restaurant of one name in one house are two businesses); the domains of
/// their websites are equal, neither is a platform's nor a chain's, and they are at most a kilometre apart and not
/// at different addresses (outlets share a domain); the place of one is not known and the street addresses are
/// equal.
#[must_use]
pub fn is_same(candidate: &Candidate, known: &KnownBusiness) -> Option<MatchReason> {
    let business = &known.business;
    if is_same_record(candidate, business) {
        return Some(MatchReason::SameRecord);
    }
    if candidate.place.name_key.is_empty() || candidate.place.name_key != known.name_key {
        return None;
    }
    same_phone(candidate, business)
        .or_else(|| near(candidate, business))
        .or_else(|| same_domain(candidate, known))
        .or_else(|| same_address(candidate, business))
}

/// Whether name, phone number and address of both are known and equal, so that not even a source that has each business once
/// can mean two.
pub(crate) fn is_surely_same(candidate: &Candidate, known: &KnownBusiness) -> bool {
    let is_of_name = !candidate.place.name_key.is_empty() && candidate.place.name_key == known.name_key;
    is_of_name
        && same_phone(candidate, &known.business).is_some()
        && address_is_equal(&candidate.place, &known.business) == Some(true)
}

/// Whether the business holds the record already, by its source and its identifier there, or was exported as it.
pub(crate) fn is_same_record(candidate: &Candidate, business: &Business) -> bool {
    let is_of_business = |(source, id): (&str, &str)| {
        !id.is_empty() && business.sources.iter().any(|known| known.source == source && known.source_id == id)
    };
    candidate.records().any(is_of_business) || is_exported(candidate, business)
}

/// Whether the record is what that business was exported as.
pub(crate) fn is_exported(candidate: &Candidate, business: &Business) -> bool {
    candidate.exported_as() == Some((business.id, business.created_at))
}

fn same_phone(candidate: &Candidate, business: &Business) -> Option<MatchReason> {
    let phone = candidate.place.phone.as_ref()?;
    let is_equal = business.phone.as_deref() == Some(phone.e164.as_str());
    (is_equal && phone.is_own).then(|| MatchReason::SamePhone(phone.display.clone()))
}

fn near(candidate: &Candidate, business: &Business) -> Option<MatchReason> {
    let km = distance_km(candidate.place.point, business.location())?;
    (km <= NEAR_KM && may_be_one_trade(candidate, business)).then_some(MatchReason::Near(km))
}

/// Kilometres between two places that are both known.
#[must_use]
pub fn distance_km(one: Option<GeoPoint>, other: Option<GeoPoint>) -> Option<f64> {
    Some(one?.distance_km(other?))
}

/// Sources name a trade more or less exactly, but mostly within one industry; general words fit every trade.
fn may_be_one_trade(candidate: &Candidate, business: &Business) -> bool {
    let known = business.category.as_deref().and_then(taxonomy::by_slug);
    let (Some(one), Some(other)) = (candidate.place.categories.first(), known) else { return true };
    let is_general = |category: &Category| {
        matches!(
            category.slug,
            "retail_store" | "company" | "business_consultant" | "business_service" | "handyman"
        )
    };
    one.industry == other.industry || is_general(one) || is_general(other)
}

fn same_domain(candidate: &Candidate, known: &KnownBusiness) -> Option<MatchReason> {
    let domain = candidate.place.domain.as_ref().filter(|domain| known.domain.as_ref() == Some(domain))?;
    let business = &known.business;
    let is_chain = candidate.place.chain || business.chain;
    let is_far = distance_km(candidate.place.point, business.location()).is_some_and(|km| km > SAME_SITE_KM);
    let is_elsewhere = matches!(address_is_equal(&candidate.place, business), Some(false));
    let says_something = !is_shared_platform(domain) && !is_chain && !is_far && !is_elsewhere;
    says_something.then(|| MatchReason::SameDomain(domain.clone()))
}

fn same_address(candidate: &Candidate, business: &Business) -> Option<MatchReason> {
    let is_placed = candidate.place.point.is_some() && business.latitude.is_some();
    let is_equal = address_is_equal(&candidate.place, business) == Some(true);
    let street = candidate.place.street.clone().filter(|_| is_equal && !is_placed)?;
    Some(MatchReason::SameAddress(street))
}

/// Whether street and town are the same; `None` where one of them does not say.
fn address_is_equal(place: &Place, business: &Business) -> Option<bool> {
    let key = |text: &Option<String>| text.as_deref().map(fold).filter(|text| !text.is_empty());
    let streets_are_equal = key(&place.street)? == key(&business.street)?;
    let is_same_town = match (key(&place.postal_code), key(&business.postal_code)) {
        (Some(one), Some(other)) => one.get(..5) == other.get(..5),
        _ => key(&place.city)? == key(&business.city)?,
    };
    Some(streets_are_equal && is_same_town)
}

#[cfg(test)]
mod tests;
