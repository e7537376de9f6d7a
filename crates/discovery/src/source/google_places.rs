//! Google's Places API (New): Text Search for what has a name or a category, Nearby Search for whatever is there.
//!
//! What is known of it is from its public documentation, read on 2026-11-29:
//! <https://developers.google.com/maps/documentation/places/web-service/op-overview>. A request gives at most 20 places and a
//! query at most 60, so that a box that has more is asked for in quarters, the nearest first, until so many places are found
//! as are wanted. A request is charged where it is answered with status 200. With phones and websites it is one of the SKUs
//! "Text Search Enterprise" and "Nearby Search Enterprise", which cost 35 USD a thousand beyond a free amount in 2025. What
//! they cost now is at <https://developers.google.com/maps/billing-and-pricing/pricing>; what counts here is configured.
//!
//! Its terms (<https://cloud.google.com/maps-platform/terms/maps-service-terms>) let place ids be kept for good, coordinates
//! for 30 days, and nothing else; what is Google's has to be shown as "Google Maps". Values that it fills are taken away
//! after those days, whatever they are: see [`RETENTION`].

mod answer;
mod kinds;
mod query;
mod search;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use contract::places::{SourceInfo, SourceState};
use metered::{ApiKey, KeyPlace, Line, ProviderError, Timing, Usd};
use reqwest::header::HeaderName;
use store::Store;
use tokio::runtime::Handle;
use url::Url;

use super::{PlaceSource, PlaceStream, SearchArea, SourceError};
use crate::remote::RemoteError;

use query::{PAGE, Query};
use search::Search;

/// Slug of the source and of its records.
pub(super) const SOURCE: &str = "googlePlaces";
/// What its records are under.
pub(super) const LICENCE: &str = "Google Maps Platform Terms of Service";
/// A place id identifies a place uniquely (<https://developers.google.com/maps/documentation/places/web-service/place-id>).
pub(super) const LISTS_ONCE: bool = true;
/// How long its values may be kept; its place ids may be kept for good.
pub(super) const RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const NAME: &str = "Google Places";
/// The most requests of one search.
const MOST_REQUESTS: usize = 64;
/// How long an answer is kept: long enough for a search that was killed to go on without buying it again.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// An account with Google Maps Platform.
#[derive(Clone, Debug)]
pub struct GooglePlacesConfig {
    /// The key of a project that has the Places API (New).
    pub key: ApiKey,
    /// Where its API is, ending in a slash.
    pub base_url: String,
    /// What a request costs.
    pub request: Usd,
    /// What all paid services together may cost a month.
    pub budget: Usd,
    /// How it waits.
    pub timing: Timing,
}

impl GooglePlacesConfig {
    /// The service as it is documented; ten requests a second, which every project may make.
    #[must_use]
    pub fn new(key: ApiKey, request: Usd, budget: Usd) -> Self {
        let timing = Timing {
            timeout: Duration::from_secs(30),
            spacing: Duration::from_millis(100),
            backoff: Duration::from_secs(1),
        };
        Self { key, base_url: "https://places.googleapis.com/v1/".to_owned(), request, budget, timing }
    }
}

/// Google Places as a source of searches.
#[derive(Clone, Debug)]
pub struct GooglePlaces {
    account: Arc<Account>,
}

#[derive(Debug)]
struct Account {
    line: Line,
    base: Url,
    request: Usd,
    budget: Usd,
}

impl Account {
    fn endpoint(&self, method: &str) -> Result<Url, ProviderError> {
        // A colon would be taken for the end of a scheme.
        self.base
            .join(&format!("./places:{method}"))
            .map_err(|error| ProviderError::BadAddress(error.to_string()))
    }
}

impl GooglePlaces {
    /// The source of that account.
    ///
    /// # Errors
    /// When the key or the address of the API cannot be one.
    pub fn new(config: GooglePlacesConfig) -> Result<Self, ProviderError> {
        let GooglePlacesConfig { key, base_url, request, budget, timing } = config;
        let base = Url::parse(&base_url).map_err(|error| ProviderError::BadAddress(error.to_string()))?;
        let place = KeyPlace::Header(HeaderName::from_static("x-goog-api-key"));
        let line = Line::new(SOURCE, key, place, timing, answer::meaning)?;
        Ok(Self { account: Arc::new(Account { line, base, request, budget }) })
    }
}

#[async_trait::async_trait]
impl PlaceSource for GooglePlaces {
    fn info(&self) -> SourceInfo {
        let Account { line, request, budget, .. } = &*self.account;
        let message = line.state().err().map(|error| error.to_string());
        SourceInfo {
            source: SOURCE.to_owned(),
            name: NAME.to_owned(),
            coverage: "The whole world, as Google Maps has it; no e-mail addresses".to_owned(),
            licence: format!("{LICENCE}: place ids may be kept, the rest for 30 days at most"),
            attribution: "Google Maps".to_owned(),
            licence_url: Some("https://cloud.google.com/maps-platform/terms/maps-service-terms".to_owned()),
            cost: format!(
                "{request} a request of up to {PAGE} places, at most {} a search, within the month's budget of {budget}",
                request.times(MOST_REQUESTS as u64)
            ),
            default: false,
            state: if message.is_some() { SourceState::Unavailable } else { SourceState::Ready },
            message,
            places: None,
            retention_days: Some(super::days(RETENTION)),
        }
    }

    fn fingerprint(&self) -> String {
        self.account.base.to_string()
    }

    fn places(&self, _: &SearchArea) -> Result<PlaceStream, SourceError> {
        Err(SourceError::NoLedger { service: NAME })
    }

    fn buy(&self, area: &SearchArea, store: &Store) -> Result<PlaceStream, SourceError> {
        let (center, _) = area.circle().ok_or_else(|| RemoteError::TooMuch {
            detail: format!("{NAME} can be asked for an area, and not for the whole world"),
        })?;
        let runtime = Handle::try_current().map_err(|_| RemoteError::NoRuntime)?;
        let mut search = Search {
            account: Arc::clone(&self.account),
            runtime,
            store: store.clone(),
            area: area.clone(),
            center,
            query: Query::of(area),
            requests: 0,
            seen: HashSet::new(),
            distances: Vec::new(),
        };
        Ok(PlaceStream::spawn(NAME.into(), area.clone(), move |sink| search.read(sink)))
    }

    fn most_cost(&self, _: &SearchArea) -> Option<Usd> {
        Some(self.account.request.times(MOST_REQUESTS as u64))
    }
}
