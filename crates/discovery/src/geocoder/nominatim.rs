//! Places that are not known offline, asked for at a Nominatim server: addresses, villages, names of buildings.
//!
//! The rules of the public server are kept with every server: at most one request a second, an agent that says who asks,
//! answers kept, nothing while somebody types. <https://operations.osmfoundation.org/policies/nominatim/>

use std::sync::Arc;
use std::time::Duration;

use contract::GeoPoint;
use serde::Deserialize;
use serde_json::Value;

use super::{GeocodeError, Location, region};
use crate::remote::{Answer, Ask, RemoteError, Service, ServiceConfig, Timing, Verdict, status_verdict};
use crate::text::shortened;

/// Candidates that are asked for.
const CANDIDATES: &str = "5";
/// The most bytes of an answer.
const MOST_BYTES: usize = 1024 * 1024;
/// The longest that somebody waits for a place, whatever else is asked for at the same time.
const PATIENCE: Duration = Duration::from_secs(20);
/// Two candidates nearer than this are one place.
const SAME_PLACE_KM: f64 = 25.0;
/// A candidate elsewhere that is at least so important in comparison makes a name ambiguous.
const RIVAL: f64 = 0.5;
/// The most characters of a place's name.
const LONGEST_NAME: usize = 120;

/// A Nominatim server. Clones share its pace.
#[derive(Clone, Debug)]
pub struct Nominatim {
    service: Arc<Service>,
}

/// An entry of an answer in the format `jsonv2`. <https://nominatim.org/release-docs/latest/api/Output/>
#[derive(Debug, Deserialize)]
struct Entry {
    display_name: String,
    lat: String,
    lon: String,
    #[serde(default)]
    importance: f64,
    licence: Option<String>,
    #[serde(default)]
    address: Value,
}

impl Nominatim {
    /// The pace of the public server's policy, and little patience: a person waits.
    pub const TIMING: Timing = Timing {
        timeout: Duration::from_secs(10),
        spacing: Duration::from_millis(1100),
        backoff: Duration::from_secs(2),
        limited: Duration::from_secs(60),
        longest: Duration::from_secs(5),
        attempts: 2,
    };

    /// The server at that address, such as `https://nominatim.openstreetmap.org/`.
    ///
    /// # Errors
    /// When the address or the contact is none.
    pub fn new(config: &ServiceConfig) -> Result<Self, RemoteError> {
        Ok(Self { service: Arc::new(Service::new(config, config.folder("search")?)?) })
    }

    /// Who is asked.
    #[must_use]
    pub fn host(&self) -> &str {
        self.service.name()
    }

    /// The location that the text names.
    ///
    /// # Errors
    /// [`GeocodeError::Unknown`] when the server knows none, [`GeocodeError::Ambiguous`] when it knows several that are as
    /// important, [`GeocodeError::Unanswered`] when it gave no answer.
    pub async fn locate(&self, text: &str) -> Result<Location, GeocodeError> {
        let text = text.trim();
        let asked = tokio::time::timeout(PATIENCE, self.entries(text)).await;
        let entries = asked.unwrap_or_else(|_| {
            let reason = "it took too long".to_owned();
            Err(RemoteError::NoAnswer { service: self.host().to_owned(), reason })
        });
        match entries {
            Ok(entries) => chosen(text, &entries),
            Err(error) => Err(GeocodeError::Unanswered {
                text: text.to_owned(),
                reason: error.to_string(),
                suggestions: super::suggest::nearest(text),
            }),
        }
    }

    async fn entries(&self, text: &str) -> Result<Vec<Entry>, RemoteError> {
        let mut url = self.service.endpoint("search")?;
        url.query_pairs_mut()
            .append_pair("q", text)
            .append_pair("format", "jsonv2")
            .append_pair("addressdetails", "1")
            .append_pair("limit", CANDIDATES);
        let question = url.to_string();
        if let Some(kept) = self.kept(&question).await
            && let Ok(entries) = serde_json::from_slice(&kept)
        {
            return Ok(entries);
        }
        let name = self.host();
        let judge = |answer: Answer| {
            if answer.status != 200 {
                return status_verdict(name, &answer);
            }
            match serde_json::from_slice::<Vec<Entry>>(&answer.body) {
                Ok(entries) => Verdict::Done((entries, answer.body)),
                Err(error) => Verdict::Again(RemoteError::Unreadable {
                    service: name.to_owned(),
                    detail: error.to_string(),
                }),
            }
        };
        let (entries, body) = self.service.ask(&Ask::get(url, MOST_BYTES), &|_| {}, judge).await?;
        self.keep(question, body).await;
        Ok(entries)
    }

    async fn kept(&self, question: &str) -> Option<Vec<u8>> {
        let (cache, question) = (self.service.cache()?.clone(), question.to_owned());
        tokio::task::spawn_blocking(move || cache.get(&question)).await.ok()?
    }

    async fn keep(&self, question: String, body: Vec<u8>) {
        let Some(cache) = self.service.cache().cloned() else { return };
        let kept = tokio::task::spawn_blocking(move || cache.put(&question, &body)).await;
        if let Err(error) = kept {
            tracing::warn!(%error, "failed to keep an answer");
        }
    }
}

/// The first entry, unless another place has nearly as good a claim to the name.
fn chosen(text: &str, entries: &[Entry]) -> Result<Location, GeocodeError> {
    let found: Vec<(f64, Location)> =
        entries.iter().filter_map(|entry| Some((entry.importance, entry.location()?))).collect();
    let Some(((importance, first), rest)) = found.split_first() else {
        let suggestions = super::suggest::nearest(text);
        return Err(GeocodeError::Unknown { text: text.to_owned(), suggestions });
    };
    let is_rival = |(other, location): &&(f64, Location)| {
        *other >= importance * RIVAL && location.point.distance_km(first.point) > SAME_PLACE_KM
    };
    let rivals: Vec<Location> = rest.iter().filter(is_rival).map(|(_, location)| location.clone()).collect();
    if rivals.is_empty() {
        return Ok(first.clone());
    }
    let candidates = std::iter::once(first.clone()).chain(rivals).collect();
    Err(GeocodeError::Ambiguous { text: text.to_owned(), candidates })
}

impl Entry {
    /// Its label ends in the coordinates, so that it resolves without a network.
    fn location(&self) -> Option<Location> {
        let point = GeoPoint::new(self.lat.trim().parse().ok()?, self.lon.trim().parse().ok()?)?;
        let part = |key: &str| self.address.get(key).and_then(Value::as_str);
        let country = part("country_code").map(str::to_ascii_uppercase);
        let code = part("ISO3166-2-lvl4").and_then(|code| code.split_once('-')).map(|(_, code)| code);
        let state = part("state").or(code);
        let known = country.as_deref().zip(state).and_then(|(country, state)| region(country, state));
        let name = shortened(&self.display_name, LONGEST_NAME);
        Some(Location {
            label: format!("{name} ({:.6}, {:.6})", point.latitude, point.longitude),
            point,
            region: known.map(|(code, _)| code.to_owned()).or_else(|| state.map(str::to_owned)),
            country,
            attribution: self.licence.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(name: &str, lat: &str, lon: &str, importance: f64) -> Entry {
        let entry = json!({
            "place_id": 1, "licence": "Data © OpenStreetMap contributors, ODbL 1.0.", "osm_type": "way", "osm_id": 2,
            "lat": lat, "lon": lon, "category": "building", "type": "yes", "place_rank": 30,
            "importance": importance, "display_name": name,
            "address": {"state": "New Jersey", "ISO3166-2-lvl4": "US-NJ", "country_code": "us"},
            "boundingbox": ["40.1", "40.2", "-74.3", "-74.2"],
        });
        serde_json::from_value(entry).unwrap()
    }

    #[test]
    fn an_entry_becomes_a_location_whose_label_needs_no_network() {
        let found = chosen("x", &[entry("1 Main Street, Freehold", "40.2598", "-74.2741", 0.1)]).unwrap();
        assert_eq!(found.label, "1 Main Street, Freehold (40.259800, -74.274100)");
        assert_eq!((found.country.as_deref(), found.region.as_deref()), (Some("US"), Some("NJ")));
        assert!(found.attribution.as_deref().unwrap().contains("OpenStreetMap"));
        assert_eq!(crate::geocoder::resolve(&found.label).unwrap().point, found.point);
    }

    #[test]
    fn the_first_of_several_counts_unless_another_is_as_important() {
        let paris = || entry("Tower, Paris", "48.858", "2.294", 0.6);
        let next_door = || entry("Tower shop, Paris", "48.859", "2.295", 0.5);
        let copy = |importance| entry("Tower, Las Vegas", "36.112", "-115.172", importance);
        assert!(
            chosen("Tower", &[paris(), next_door(), copy(0.2)]).unwrap().label.starts_with("Tower, Paris")
        );
        let Err(GeocodeError::Ambiguous { candidates, .. }) =
            chosen("Tower", &[paris(), next_door(), copy(0.5)])
        else {
            panic!("one was chosen")
        };
        assert_eq!(candidates.len(), 2, "{candidates:?}");
    }

    #[test]
    fn entries_without_a_point_on_earth_are_none() {
        for (lat, lon) in [("north", "1"), ("91", "0"), ("", "")] {
            let none = chosen("Helsinky", &[entry("A", lat, lon, 0.5)]);
            let Err(GeocodeError::Unknown { suggestions, .. }) = none else {
                panic!("{lat}, {lon}: {none:?}")
            };
            assert!(suggestions.iter().any(|label| label.starts_with("Helsinki")), "{suggestions:?}");
        }
    }
}
