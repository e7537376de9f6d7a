//! Apify (<https://docs.apify.com/api/v2>, read on 2026-11-29): an actor that reads Google Maps is run for a search.
//!
//! A run costs money from its start. It is begun once: what it is known by is kept in the store before it is asked for, so
//! that a search that was killed reads the same run; its items are read while it goes on; it is ended when the search is
//! cancelled. The most that it may cost is set aside before, told to Apify as `maxTotalChargeUsd`, and settled at what was
//! charged. The actor takes and gives what compass/crawler-google-places does
//! (<https://apify.com/compass/crawler-google-places>); prices are of its page, and the one that counts is configured.

mod account;
mod answer;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use contract::places::{SourceInfo, SourceState};
use metered::{ApiKey, Bill, KeyPlace, Line, ProviderError, Timing, Usd};
use serde_json::json;
use store::Store;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use url::Url;

use super::{PlaceSource, PlaceStream, ReadEnd, SearchArea, Sink, SourceError};
use crate::place::Record;
use crate::remote::RemoteError;
use crate::taxonomy::Category;

use account::{Account, Order};
use answer::{Run, Stage};

/// Slug of the source and of its records.
pub(super) const SOURCE: &str = "apify";
/// What its records are under.
pub(super) const LICENCE: &str = "none; terms of Apify, of the actor and of Google Maps";
/// Its records have Google's place ids.
pub(super) const LISTS_ONCE: bool = true;
const NAME: &str = "Apify";
/// Items of a page.
const PAGE: u64 = 200;
/// Places of a search that says no number.
const PLACES: usize = 50;

/// An account with Apify, and the actor that is run.
#[derive(Clone, Debug)]
pub struct ApifyConfig {
    /// The account's API token.
    pub token: ApiKey,
    /// Where its API is, ending in a slash.
    pub base_url: String,
    /// The actor: its id, or `user/name`.
    pub actor: String,
    /// What a place costs.
    pub place: Usd,
    /// What all paid services together may cost a month.
    pub budget: Usd,
    /// How it waits.
    pub timing: Timing,
    /// How long an answer about a run may be waited for at Apify, at most 60 s.
    pub wait: Duration,
    /// After so long what a finished run has cost is known.
    pub settling: Duration,
}

impl ApifyConfig {
    /// The actor that is used unless another is named.
    pub const ACTOR: &str = "compass/crawler-google-places";

    /// The service as it is documented; less than the 60 requests a second that a resource takes.
    #[must_use]
    pub fn new(token: ApiKey, place: Usd, budget: Usd) -> Self {
        Self {
            token,
            base_url: "https://api.apify.com/v2/".to_owned(),
            actor: Self::ACTOR.to_owned(),
            place,
            budget,
            timing: Timing {
                timeout: Duration::from_secs(60),
                spacing: Duration::from_millis(200),
                backoff: Duration::from_secs(1),
            },
            wait: Duration::from_secs(20),
            settling: Duration::from_secs(10),
        }
    }
}

/// Apify as a source of searches.
#[derive(Clone, Debug)]
pub struct Apify {
    account: Arc<Account>,
}

impl Apify {
    /// The source of that account.
    ///
    /// # Errors
    /// When the token, the actor or the address of the API cannot be one.
    pub fn new(config: ApifyConfig) -> Result<Self, ProviderError> {
        let base =
            Url::parse(&config.base_url).map_err(|error| ProviderError::BadAddress(error.to_string()))?;
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '~' | '-' | '_' | '.');
        let actor = config.actor.trim().replacen('/', "~", 1);
        if actor.is_empty() || !actor.chars().all(is_of_name) {
            return Err(ProviderError::BadAddress(format!(
                "'{}' is no actor; write one such as {}",
                config.actor,
                ApifyConfig::ACTOR
            )));
        }
        let line = Line::new(SOURCE, config.token, KeyPlace::Bearer, config.timing, answer::meaning)?;
        let account = Account {
            line,
            base,
            actor,
            place: config.place,
            budget: config.budget,
            wait: config.wait,
            settling: config.settling,
            turn: Mutex::new(()),
        };
        Ok(Self { account: Arc::new(account) })
    }

    /// What is to be run for a search.
    fn order(&self, area: &SearchArea) -> Result<Order, SourceError> {
        let too_much = |detail: &str| RemoteError::TooMuch { detail: format!("{NAME} {detail}") };
        let (center, radius_km) =
            area.circle().ok_or_else(|| too_much("can be asked for an area, and not for the whole world"))?;
        let words = area.wording().ok_or_else(|| {
            too_much("is asked for a category or for words of the name, and neither is given")
        })?;
        let places = area.most().unwrap_or(PLACES) as u64;
        let input = json!({
            "searchStringsArray": [words],
            "customGeolocation": {
                "type": "Point",
                "coordinates": [center.longitude, center.latitude],
                "radiusKm": radius_km,
            },
            "maxCrawledPlacesPerSearch": places,
            "language": "en",
            "skipClosedPlaces": false,
        });
        Ok(Order { input, places, most: self.account.place.times(places) })
    }
}

#[async_trait::async_trait]
impl PlaceSource for Apify {
    fn info(&self) -> SourceInfo {
        let Account { line, actor, place, budget, .. } = &*self.account;
        let message = line.state().err().map(|error| error.to_string());
        SourceInfo {
            source: SOURCE.to_owned(),
            name: "Apify: Google Maps".to_owned(),
            coverage: format!(
                "The whole world, as {} finds it: as many places as a search asks for, not surely the nearest",
                actor.replacen('~', "/", 1)
            ),
            licence: LICENCE.to_owned(),
            attribution: "Google Maps, read by way of Apify".to_owned(),
            licence_url: Some("https://docs.apify.com/legal/general-terms-and-conditions".to_owned()),
            cost: format!("{place} a place that is asked for, within the month's budget of {budget}"),
            default: false,
            state: if message.is_some() { SourceState::Unavailable } else { SourceState::Ready },
            message,
            places: None,
            retention_days: None,
        }
    }

    fn fingerprint(&self) -> String {
        format!("{} {}", self.account.base, self.account.actor)
    }

    fn places(&self, _: &SearchArea) -> Result<PlaceStream, SourceError> {
        Err(SourceError::NoLedger { service: NAME })
    }

    fn buy(&self, area: &SearchArea, store: &Store) -> Result<PlaceStream, SourceError> {
        let order = self.order(area)?;
        let runtime = Handle::try_current().map_err(|_| RemoteError::NoRuntime)?;
        let mut search = Search {
            account: Arc::clone(&self.account),
            runtime,
            store: store.clone(),
            order,
            category: area.category(),
            seen: HashSet::new(),
            items: 0,
            places: 0,
        };
        Ok(PlaceStream::spawn(NAME.into(), area.clone(), move |sink| search.read(sink)))
    }

    fn most_cost(&self, area: &SearchArea) -> Option<Usd> {
        self.order(area).ok().map(|order| order.most)
    }

    async fn give_up(&self, area: &SearchArea, store: &Store) {
        let Ok(order) = self.order(area) else { return };
        let bill = Bill::new(store, self.account.budget, None);
        if let Err(error) = self.account.abort(&bill, &order).await {
            tracing::warn!(%error, "the run of a cancelled search could not be ended; it costs {} at most", order.most);
        }
    }
}

/// One search of one attempt.
struct Search {
    account: Arc<Account>,
    runtime: Handle,
    store: Store,
    order: Order,
    category: Option<&'static Category>,
    seen: HashSet<String>,
    /// Items that were read.
    items: u64,
    /// Those that are places.
    places: u64,
}

impl Search {
    fn read(&mut self, sink: &mut Sink) -> Result<(), ReadEnd> {
        let (account, order) = (Arc::clone(&self.account), self.order.clone());
        let store = self.store.clone();
        let bill = Bill::new(&store, account.budget, None);
        sink.progress(0, Some(order.places));
        sink.note(format!("{NAME} runs {} for at most {}", account.actor, order.most))?;
        let (mut run, call) = self.wait(sink, account.begin(&bill, &order))?;
        loop {
            // Once it has ended, everything is there that there will be.
            let stage = run.stage();
            self.take_items(&run, sink)?;
            match stage {
                Stage::Going => run = self.wait(sink, account.watch(&run.id))?,
                Stage::Succeeded => {
                    self.wait(sink, account.close(&bill, &order, (&run, call), self.items))?;
                    return self.check();
                }
                Stage::Failed => {
                    self.wait(sink, account.close(&bill, &order, (&run, call), self.items))?;
                    return Err(paid(self.failed(&run)).into());
                }
            }
        }
    }

    /// The items that are there and were not read yet.
    fn take_items(&mut self, run: &Run, sink: &mut Sink) -> Result<(), ReadEnd> {
        let account = Arc::clone(&self.account);
        loop {
            let page = self.wait(sink, account.items(&run.default_dataset_id, self.items))?;
            let count = page.len() as u64;
            for item in &page {
                self.items += 1;
                let record = answer::record(item, self.category);
                if let Record::Place(place) = &record {
                    self.places += 1;
                    if !self.seen.insert(place.source_id.clone()) {
                        continue;
                    }
                }
                sink.push(record)?;
            }
            sink.progress(self.items, Some(self.order.places.max(self.items)));
            sink.flush()?;
            if count < PAGE {
                return Ok(());
            }
        }
    }

    /// Items of which none is a place are of an actor that does something else.
    fn check(&self) -> Result<(), ReadEnd> {
        if self.items == 0 || self.places > 0 {
            return Ok(());
        }
        let error = ProviderError::Unreadable(format!(
            "none of {} items is a place with a title; name an actor that gives what {} does",
            self.items,
            ApifyConfig::ACTOR
        ));
        Err(paid(error).into())
    }

    fn failed(&self, run: &Run) -> ProviderError {
        ProviderError::Broken(format!(
            "its run {} ended as {} ({}); the {} items until then stay in its dataset {} for some days",
            run.id,
            run.status,
            run.status_message.as_deref().unwrap_or("it does not say why"),
            self.items,
            run.default_dataset_id
        ))
    }

    fn wait<T>(
        &self,
        sink: &Sink,
        work: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, ReadEnd> {
        sink.wait(&self.runtime, work)?.map_err(|error| paid(error).into())
    }
}

fn paid(error: ProviderError) -> SourceError {
    SourceError::Paid { service: NAME, error }
}
