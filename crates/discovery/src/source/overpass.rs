//! OpenStreetMap, asked over the Overpass API.
//!
//! The box around the search is asked for in tiles, one request at a time; a tile that holds too much is asked for in
//! quarters. Each answer is kept, so that a search that was killed goes on without asking again.
//! <https://wiki.openstreetmap.org/wiki/Overpass_API>

mod answer;
mod query;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use contract::GeoPoint;
use contract::places::{SourceInfo, SourceState};
use serde_json::Value;
use tokio::runtime::Handle;

use super::tiles::{self, Tile};
use super::{PlaceSource, PlaceStream, ReadEnd, SearchArea, Sink, SourceError, osm};
use crate::normalise;
use crate::remote::{Ask, RemoteError, Service, ServiceConfig, Tell, Timing, Verdict, status_verdict};
use crate::timestamp::today;

use answer::{Element, Reply};
use query::Query;

/// Slug of the source.
pub(super) const SLUG: &str = "overpass";
/// The most bytes of one answer: some forty thousand places.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// The most requests of one search.
const MOST_REQUESTS: usize = 64;
/// The least edge of a tile, in degrees of latitude: about a kilometre. What is too much for it is no matter of size.
const LEAST_EDGE: f64 = 0.01;

/// An Overpass server.
#[derive(Clone, Debug)]
pub struct Overpass {
    service: Arc<Service>,
}

impl Overpass {
    /// What its public servers ask for: one request at a time and a pause after each, half a minute after "too many
    /// requests", and time enough for a query of a minute.
    pub const TIMING: Timing = Timing {
        timeout: Duration::from_secs(90),
        spacing: Duration::from_secs(1),
        backoff: Duration::from_secs(15),
        limited: Duration::from_secs(30),
        longest: Duration::from_secs(300),
        attempts: 5,
    };

    /// The server at that address, such as `https://overpass-api.de/api/`.
    ///
    /// # Errors
    /// When the address or the contact is none.
    pub fn new(config: &ServiceConfig) -> Result<Self, RemoteError> {
        let service = Service::new(config, config.folder("interpreter")?)?;
        let status = service.endpoint("status")?;
        Ok(Self { service: Arc::new(service.with_status(Some(status))) })
    }
}

impl PlaceSource for Overpass {
    fn info(&self) -> SourceInfo {
        let host = self.service.name();
        SourceInfo {
            source: SLUG.to_owned(),
            name: "OpenStreetMap: Overpass".to_owned(),
            coverage: format!("The whole world, as people map it, asked for at {host}"),
            licence: osm::LICENCE.to_owned(),
            attribution: osm::ATTRIBUTION.to_owned(),
            licence_url: Some(osm::LICENCE_URL.to_owned()),
            cost: format!(
                "free; {host} is asked in your name, one request at a time. Public servers bear some 10,000 requests \
                 and 1 GB a day, and ask commercial users to look for an alternative"
            ),
            default: false,
            state: SourceState::Ready,
            message: None,
            places: None,
            retention_days: None,
        }
    }

    /// Its data change all the time: what a search has seen of them tells whether it goes on.
    fn fingerprint(&self) -> String {
        self.service.base().to_string()
    }

    fn places(&self, area: &SearchArea) -> Result<PlaceStream, SourceError> {
        let name = self.service.name();
        let bounds = area.bounds().ok_or_else(|| RemoteError::TooMuch {
            detail: format!("{name} can be asked for an area, and not for the whole world"),
        })?;
        let query = Query::of(area.category()).ok_or_else(|| RemoteError::NotCovered {
            service: name.to_owned(),
            category: area.category().map(|category| category.label.to_owned()).unwrap_or_default(),
        })?;
        let tiles = tiles::cover(bounds, if area.category().is_some() { 100.0 } else { 20.0 });
        let runtime = Handle::try_current().map_err(|_| RemoteError::NoRuntime)?;
        let mut search = Search { service: Arc::clone(&self.service), runtime, query, requests: 0 };
        Ok(PlaceStream::spawn(name.into(), area.clone(), move |sink| search.read(tiles, sink)))
    }
}

/// One search of one attempt.
struct Search {
    service: Arc<Service>,
    runtime: Handle,
    query: Query,
    requests: usize,
}

impl Search {
    fn read(&mut self, tiles: Vec<Tile>, sink: &mut Sink) -> Result<(), ReadEnd> {
        let mut waiting = tiles;
        // What lies on the edge of two tiles comes with both.
        let mut seen = HashSet::new();
        let mut done = 0;
        while let Some(tile) = waiting.pop() {
            sink.progress(done, Some(done + waiting.len() as u64 + 1));
            sink.flush()?;
            match self.tile(tile, sink)? {
                Reply::Elements(elements) => {
                    let new = elements.into_iter().filter(|element| seen.insert(element.key()));
                    new.filter_map(record).try_for_each(|record| sink.push(record))?;
                    done += 1;
                }
                Reply::TooMuch(reason) => waiting.extend(self.quarters(tile, &reason)?),
            }
        }
        sink.progress(done, Some(done));
        Ok(())
    }

    /// The tile's places, kept or asked for.
    fn tile(&mut self, tile: Tile, sink: &Sink) -> Result<Reply, ReadEnd> {
        let text = self.query.text(tile, self.service.timing().timeout);
        let question = format!("{} {text}", self.service.base());
        let kept = self.service.cache().and_then(|cache| cache.get(&question));
        if let Some(Ok(reply)) = kept.map(|body| answer::read(&body)) {
            return Ok(reply);
        }
        if self.requests >= MOST_REQUESTS {
            return Err(self.too_much(&format!("{MOST_REQUESTS} requests were not enough")).into());
        }
        self.requests += 1;
        let ask = Ask {
            url: self.service.endpoint("interpreter").map_err(SourceError::from)?,
            form: Some(query::form(&text)),
            range: None,
            most: MOST_BYTES,
        };
        let (service, tell) = (Arc::clone(&self.service), sink.teller());
        let asked = sink.wait(&self.runtime, ask_for(&service, &ask, &tell))?;
        match asked {
            Ok((reply, body)) => {
                if let (Reply::Elements(_), Some(cache)) = (&reply, self.service.cache()) {
                    cache.put(&question, &body);
                }
                Ok(reply)
            }
            Err(RemoteError::TooMuch { detail }) => Ok(Reply::TooMuch(detail)),
            Err(error) => Err(SourceError::from(error).into()),
        }
    }

    fn quarters(&self, tile: Tile, reason: &str) -> Result<[Tile; 4], ReadEnd> {
        tracing::debug!(service = self.service.name(), reason, "asking for quarters of a tile");
        Ok(tile.quarters(LEAST_EDGE).ok_or_else(|| self.too_much(reason))?)
    }

    fn too_much(&self, reason: &str) -> SourceError {
        let service = self.service.name();
        RemoteError::TooMuch { detail: format!("the area holds too much for {service} ({reason})") }.into()
    }
}

async fn ask_for(service: &Service, ask: &Ask, tell: Tell<'_>) -> Result<(Reply, Vec<u8>), RemoteError> {
    let name = service.name();
    let judge = |answer: crate::remote::Answer| {
        if answer.status != 200 {
            return status_verdict(name, &answer);
        }
        match answer::read(&answer.body) {
            Ok(Reply::TooMuch(reason)) => Verdict::Done((Reply::TooMuch(reason), Vec::new())),
            Ok(reply) => Verdict::Done((reply, answer.body)),
            Err(answer::Unusable::Failed(detail)) => {
                Verdict::Again(RemoteError::Busy { service: name.to_owned(), detail })
            }
            Err(answer::Unusable::Unreadable(detail)) => {
                Verdict::Again(RemoteError::Unreadable { service: name.to_owned(), detail })
            }
        }
    };
    service.ask(ask, tell, judge).await
}

/// What an element tells, if it is a place with a name.
fn record(element: Element) -> Option<crate::place::Record> {
    let tags = &element.tags;
    if !osm::is_named_place(tags) {
        return None;
    }
    let point = element.point().and_then(|(latitude, longitude)| GeoPoint::new(latitude, longitude));
    let raw = osm::raw_place(element.id(), tags, point, today());
    Some(normalise::record(raw, || Value::from_iter(tags.clone()).to_string()))
}
