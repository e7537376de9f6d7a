//! What Apify answers: runs, items of a Google Maps actor, errors.

use std::collections::HashMap;
use std::time::Duration;

use contract::OperatingStatus;
use metered::{Answer, Meaning, ProviderError, Usd};
use serde::Deserialize;
use serde_json::Value;

use super::SOURCE;
use crate::normalise;
use crate::place::{Network, RawPlace, Record, Rejected};
use crate::taxonomy::{self, Category};

/// A refused token or a plan that is used up is left alone for so long.
const CLOSED: Duration = Duration::from_secs(60 * 60);
/// The most characters of a message that an error repeats.
const SAID: usize = 300;

/// The keys of an item that are read.
pub(super) const FIELDS: &str = "placeId,title,categoryName,categories,street,city,state,postalCode,countryCode,location,phone,phones,emails,website,facebooks,instagrams,linkedIns,twitters,permanentlyClosed,temporarilyClosed";

/// The frame of an answer about one thing.
#[derive(Debug, Deserialize)]
pub(super) struct Data<T> {
    pub(super) data: T,
}

/// A list of runs.
#[derive(Debug, Deserialize)]
pub(super) struct Runs {
    pub(super) items: Vec<Run>,
}

/// A run, as <https://docs.apify.com/api/v2/actor-run-get> has it. What is charged may be missing, and comes late.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) status_message: Option<String>,
    pub(super) started_at: Option<String>,
    pub(super) default_dataset_id: String,
    pub(super) default_key_value_store_id: Option<String>,
    usage_total_usd: Option<f64>,
    charged_event_counts: Option<HashMap<String, u64>>,
    #[serde(default)]
    pricing_info: Value,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Going,
    Succeeded,
    Failed,
}

impl Run {
    /// `READY`, `RUNNING`, `TIMING-OUT` and `ABORTING` go on to something else.
    pub(super) fn stage(&self) -> Stage {
        match self.status.as_str() {
            "SUCCEEDED" => Stage::Succeeded,
            "FAILED" | "TIMED-OUT" | "ABORTED" => Stage::Failed,
            _ => Stage::Going,
        }
    }

    /// What it cost, as far as that is known: the events that were charged at their prices; of an actor without such the
    /// dearer of its items at `place` each and of what the platform says that it used.
    pub(super) fn cost(&self, items: Option<u64>, place: Usd) -> Option<Usd> {
        self.events().or_else(|| {
            let used = self.usage_total_usd.and_then(Usd::from_dollars);
            used.max(items.map(|items| place.times(items)))
        })
    }

    fn events(&self) -> Option<Usd> {
        let prices = &self.pricing_info["pricingPerEvent"]["actorChargeEvents"];
        let dollars = self.charged_event_counts.as_ref()?.iter().map(|(event, count)| {
            #[expect(clippy::cast_precision_loss, reason = "nobody is charged for 2^52 events")]
            Some(prices[event.as_str()]["eventPriceUsd"].as_f64()? * *count as f64)
        });
        Usd::from_dollars(dollars.sum::<Option<f64>>()?)
    }
}

/// An item of a Google Maps actor, as compass/crawler-google-places writes it; all may be missing or null.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Item {
    place_id: Option<String>,
    title: Option<String>,
    category_name: Option<String>,
    categories: Option<Vec<String>>,
    street: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    country_code: Option<String>,
    location: Option<Location>,
    phone: Option<String>,
    phones: Option<Vec<String>>,
    emails: Option<Vec<String>>,
    website: Option<String>,
    facebooks: Option<Vec<String>>,
    instagrams: Option<Vec<String>>,
    #[serde(rename = "linkedIns")]
    linked_ins: Option<Vec<String>>,
    twitters: Option<Vec<String>>,
    permanently_closed: Option<bool>,
    temporarily_closed: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Location {
    lat: f64,
    lng: f64,
}

/// The items of a page.
pub(super) fn items(answer: &Answer) -> Result<Vec<Value>, ProviderError> {
    serde_json::from_str(&answer.body).map_err(|error| ProviderError::Unreadable(error.to_string()))
}

/// What an item tells. A place whose categories say nothing is of the one that was asked for.
pub(super) fn record(value: &Value, asked: Option<&'static Category>) -> Record {
    match Item::deserialize(value) {
        Ok(item) => normalise::record(item.into_place(asked), || value.to_string()),
        Err(error) => Record::Rejected(Box::new(Rejected {
            line: None,
            source_id: value["placeId"].as_str().map(str::to_owned),
            name: value["title"].as_str().map(str::to_owned),
            reason: format!("it is no item of a Google Maps actor: {error}"),
            raw: crate::text::shortened(&value.to_string(), crate::place::RAW_LIMIT),
        })),
    }
}

impl Item {
    fn into_place(self, asked: Option<&'static Category>) -> RawPlace {
        let categories = self.categories(asked);
        let profiles = [
            (Network::Facebook, self.facebooks),
            (Network::Instagram, self.instagrams),
            (Network::Linkedin, self.linked_ins),
            (Network::X, self.twitters),
        ];
        let profiles = profiles.into_iter().flat_map(|(network, all)| {
            all.unwrap_or_default().into_iter().map(move |profile| (Some(network), profile))
        });
        RawPlace {
            source: Some(SOURCE),
            source_id: self.place_id.unwrap_or_default(),
            name: self.title.unwrap_or_default(),
            categories,
            coordinates: self.location.map(|at| (at.lat, at.lng)),
            street: self.street,
            city: self.city,
            state: self.state,
            postal_code: self.postal_code,
            country: self.country_code,
            phones: self.phone.into_iter().chain(self.phones.unwrap_or_default()).collect(),
            emails: self.emails.unwrap_or_default(),
            websites: self.website.into_iter().collect(),
            profiles: profiles.collect(),
            status: if self.permanently_closed == Some(true) {
                Some(OperatingStatus::PermanentlyClosed)
            } else {
                self.temporarily_closed.filter(|closed| *closed).map(|_| OperatingStatus::TemporarilyClosed)
            },
            ..RawPlace::default()
        }
    }

    /// They are names for people: `Plumber`, `Heating contractor`.
    fn categories(&self, asked: Option<&'static Category>) -> Vec<&'static Category> {
        let mut found: Vec<&'static Category> = Vec::new();
        for name in self.category_name.iter().chain(self.categories.iter().flatten()) {
            if let Some(category) = taxonomy::find(name)
                && !found.contains(&category)
            {
                found.push(category);
            }
        }
        if found.is_empty() {
            found.extend(asked);
        }
        found
    }
}

/// What an answer means. <https://docs.apify.com/api/v2> has the form of errors: `error.type` and `error.message`.
pub(super) fn meaning(answer: &Answer, most: Usd) -> Meaning {
    let status = answer.status;
    if matches!(status, 200 | 201) {
        return Meaning::Final { cost: most };
    }
    let told: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let message = told["error"]["message"].as_str().unwrap_or("it does not say why");
    let message: String = message.chars().take(SAID).collect();
    match status {
        401 | 403 => Meaning::Closed { time: CLOSED, why: ProviderError::BadKey(message) },
        402 => Meaning::Closed { time: CLOSED, why: ProviderError::UsedUp(message) },
        429 => Meaning::TooFast,
        500.. => Meaning::Failed(ProviderError::Failed(status)),
        _ => Meaning::Wrong(ProviderError::Rejected { status, message }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn run(more: Value) -> Run {
        let mut run = json!({ "id": "r", "status": "SUCCEEDED", "defaultDatasetId": "d" });
        run.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(run).unwrap()
    }

    #[test]
    fn the_dearer_reading_of_a_bill_counts() {
        let place: Usd = "0.004".parse().unwrap();
        let cost = |more, items| run(more).cost(items, place).map(|cost| cost.to_string());
        let prices = json!({ "pricingModel": "PAY_PER_EVENT", "pricingPerEvent": { "actorChargeEvents": {
            "actor-start": { "eventPriceUsd": 0.007, "eventTitle": "Start" },
            "place-scraped": { "eventPriceUsd": 0.003, "eventTitle": "Place" },
        } } });
        let counts = json!({ "actor-start": 1, "place-scraped": 3 });
        let events = json!({ "chargedEventCounts": counts, "pricingInfo": prices, "usageTotalUsd": 0.9 });
        assert_eq!(
            cost(events, Some(3)).as_deref(),
            Some("0.016 USD"),
            "the platform's usage is the actor's to pay"
        );
        let unpriced = json!({ "chargedEventCounts": { "reviews": 3 }, "pricingInfo": prices });
        assert_eq!(cost(unpriced, Some(3)).as_deref(), Some("0.012 USD"));
        assert_eq!(cost(json!({ "usageTotalUsd": 0.2654 }), Some(3)).as_deref(), Some("0.2654 USD"));
        assert_eq!(cost(json!({}), None), None);
    }

    #[test]
    fn an_item_becomes_a_place_and_another_thing_is_told() {
        let plumber = taxonomy::resolve("plumber").unwrap();
        let item = json!({
            "placeId": "ChIJ1", "title": "Acme", "categoryName": "Gutter service", "categories": ["Gutter service"],
            "location": { "lat": 40.2, "lng": -74.2 }, "state": "New Jersey", "countryCode": "US", "phone": null,
            "permanentlyClosed": true, "emails": ["desk@acme.example"], "facebooks": ["https://facebook.com/acme"],
        });
        let Record::Place(place) = record(&item, Some(plumber)) else { panic!("rejected") };
        assert_eq!((place.categories[0].slug, place.status), ("plumber", OperatingStatus::PermanentlyClosed));
        assert_eq!((place.state.as_deref(), place.email.as_deref()), (Some("NJ"), Some("desk@acme.example")));
        assert!(place.socials.facebook.is_some());
        let told = json!({ "title": "Acme", "categoryName": "Electrician" });
        let Record::Place(place) = record(&told, Some(plumber)) else { panic!("rejected") };
        assert_eq!(place.categories.len(), 1, "what it is by its own word");
        let Record::Rejected(rejected) = record(&json!({ "title": 5 }), None) else { panic!("taken") };
        assert!(rejected.reason.contains("invalid type"), "{}", rejected.reason);
    }
}
