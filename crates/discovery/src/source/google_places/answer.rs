//! What Google answers: the forms of `Place` and of errors, as its reference has them.

use std::time::Duration;

use contract::OperatingStatus;
use metered::{Answer, Meaning, ProviderError, Usd};
use serde::Deserialize;
use serde_json::Value;

use super::{SOURCE, kinds};
use crate::normalise;
use crate::place::{RawPlace, Record};
use crate::source::osm::number_first;
use crate::taxonomy::Category;

/// A refused key or a day's quota that is used up is left alone for so long.
const CLOSED: Duration = Duration::from_secs(60 * 60);
/// The most characters of a message that an error repeats.
const SAID: usize = 300;

/// A page of places.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    /// Left out where there are none.
    #[serde(default)]
    pub(super) places: Vec<Place>,
    pub(super) next_page_token: Option<String>,
}

/// A place; everything but its id may be missing.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    pub(super) id: String,
    display_name: Option<Text>,
    primary_type: Option<String>,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    address_components: Vec<Component>,
    location: Option<Location>,
    business_status: Option<String>,
    international_phone_number: Option<String>,
    website_uri: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Text {
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Component {
    #[serde(default)]
    long_text: String,
    #[serde(default)]
    short_text: String,
    #[serde(default)]
    types: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Location {
    latitude: f64,
    longitude: f64,
}

impl Place {
    /// The record. A place whose types say nothing is of the category that was asked for: Google found it so.
    pub(super) fn record(self, asked: Option<&'static Category>) -> Record {
        let raw = format!("{self:?}");
        let mut categories =
            kinds::categories(self.primary_type.as_deref(), self.types.iter().map(String::as_str));
        if categories.is_empty() {
            categories.extend(asked);
        }
        let long = |kinds: &[&str]| {
            kinds.iter().find_map(|kind| self.component(kind)).map(|one| one.long_text.clone())
        };
        let short = |kind: &str| self.component(kind).map(|one| one.short_text.clone());
        let place = RawPlace {
            source: Some(SOURCE),
            name: self.display_name.as_ref().map(|name| name.text.clone()).unwrap_or_default(),
            categories,
            coordinates: self.location.as_ref().map(|at| (at.latitude, at.longitude)),
            street: self.street(),
            city: long(&["locality", "postal_town", "sublocality", "administrative_area_level_3"]),
            state: short("administrative_area_level_1"),
            postal_code: long(&["postal_code"]),
            country: short("country"),
            phones: self.international_phone_number.iter().cloned().collect(),
            websites: self.website_uri.iter().cloned().collect(),
            status: self.business_status.as_deref().and_then(status),
            source_id: self.id,
            ..RawPlace::default()
        };
        normalise::record(place, || raw)
    }

    fn component(&self, kind: &str) -> Option<&Component> {
        self.address_components.iter().find(|one| one.types.iter().any(|known| known == kind))
    }

    fn street(&self) -> Option<String> {
        let street = &self.component("route")?.long_text;
        let Some(number) = self.component("street_number") else { return Some(street.clone()) };
        let country = self.component("country").map(|country| country.short_text.as_str());
        Some(if country.is_some_and(number_first) {
            format!("{} {street}", number.long_text)
        } else {
            format!("{street} {}", number.long_text)
        })
    }
}

fn status(text: &str) -> Option<OperatingStatus> {
    match text {
        "OPERATIONAL" => Some(OperatingStatus::Open),
        "CLOSED_TEMPORARILY" => Some(OperatingStatus::TemporarilyClosed),
        "CLOSED_PERMANENTLY" => Some(OperatingStatus::PermanentlyClosed),
        // Such as FUTURE_OPENING: nothing is said of it.
        _ => None,
    }
}

/// What an answer means. Only those with status 200 are charged.
/// <https://cloud.google.com/apis/design/errors> has the form of errors: `code`, `message`, `status`, `details[].reason`.
pub(super) fn meaning(answer: &Answer, most: Usd) -> Meaning {
    if answer.status == 200 {
        return Meaning::Final { cost: most };
    }
    let told: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let error = &told["error"];
    let message = error["message"].as_str().unwrap_or("it does not say why");
    let message: String = message.chars().take(SAID).collect();
    let reasons: Vec<&str> = error["details"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|detail| detail["reason"].as_str())
        .collect();
    let closed = |why| Meaning::Closed { time: CLOSED, why };
    match answer.status {
        // A key that is none is a wrong argument.
        400 if reasons.contains(&"API_KEY_INVALID") || message.starts_with("API key") => {
            closed(ProviderError::BadKey(message))
        }
        401 | 403 => closed(ProviderError::BadKey(message)),
        // Quotas are by minute, and by day where the owner of the project set one.
        429 if message.contains("per day") => closed(ProviderError::UsedUp(message)),
        429 => Meaning::TooFast,
        status @ 500.. => Meaning::Failed(ProviderError::Failed(status)),
        status => Meaning::Wrong(ProviderError::Rejected { status, message }),
    }
}
