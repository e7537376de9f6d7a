//! A search, tile by tile: the nearest first, and no further than is needed.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashSet};
use std::sync::Arc;

use contract::GeoPoint;
use metered::{Answer, Ask, Bill, ProviderError, Question};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::json;
use store::Store;
use tokio::runtime::Handle;

use super::answer::Page;
use super::query::{PAGE, Query};
use super::{Account, KEPT, MOST_REQUESTS, NAME};
use crate::error::SourceError;
use crate::place::Record;
use crate::scrape::is_closed;
use crate::source::tiles::{self, Tile};
use crate::source::{ReadEnd, SearchArea, Sink};

/// The least edge of a tile, in degrees of latitude: some fifty metres.
const LEAST_EDGE: f64 = 0.0005;
/// What a box is nearer than a sphere allows, at most.
const ROUNDING: f64 = 0.999;

/// One search of one attempt.
pub(super) struct Search {
    pub(super) account: Arc<Account>,
    pub(super) runtime: Handle,
    pub(super) store: Store,
    pub(super) area: SearchArea,
    pub(super) center: GeoPoint,
    pub(super) query: Query,
    /// Requests that this search is made of, whether they are made now or were before.
    pub(super) requests: usize,
    pub(super) seen: HashSet<String>,
    /// How far away the places are that are wanted.
    pub(super) distances: Vec<f64>,
}

/// How a tile ended.
enum End {
    /// Everything that is in it is known.
    Whole,
    /// There is more in it than Google tells.
    TooMuch,
    /// No more requests may be made.
    NoMore,
}

impl Search {
    pub(super) fn read(&mut self, sink: &mut Sink) -> Result<(), ReadEnd> {
        let Some(bounds) = self.area.bounds() else { return Ok(()) };
        let mut waiting: BinaryHeap<Waiting> =
            tiles::cover(bounds, self.query.edge_km()).into_iter().map(|tile| self.waiting(tile)).collect();
        let mut done = 0;
        while let Some(Waiting { km, tile }) = waiting.pop() {
            if self.has_enough(km) {
                break;
            }
            sink.progress(done, Some(done + waiting.len() as u64 + 1));
            sink.flush()?;
            match self.tile(tile, sink)? {
                End::Whole => done += 1,
                End::NoMore => {
                    return sink.remark(format!(
                        "{NAME}: {MOST_REQUESTS} requests, as many as one search makes, were not enough: beyond {km:.1} km \
                         places are missing; take a smaller radius or a smaller maximum"
                    ));
                }
                End::TooMuch => match tile.quarters(LEAST_EDGE) {
                    Some(quarters) => waiting.extend(quarters.map(|tile| self.waiting(tile))),
                    None => sink.remark(format!("{NAME} tells not all places of {}", at(tile)))?,
                },
            }
        }
        sink.progress(done, Some(done));
        Ok(())
    }

    /// Whether as many places are wanted as were found nearer than that.
    fn has_enough(&self, km: f64) -> bool {
        self.area
            .most()
            .is_some_and(|most| self.distances.iter().filter(|found| **found <= km).count() >= most)
    }

    fn tile(&mut self, tile: Tile, sink: &mut Sink) -> Result<End, ReadEnd> {
        let (mut token, mut found) = (None, 0);
        for page in 1..=self.query.pages() {
            if self.requests >= MOST_REQUESTS {
                return Ok(End::NoMore);
            }
            self.requests += 1;
            let Page { places, next_page_token } = match self.page(tile, page, token.as_deref(), sink)? {
                Ok(page) => page,
                // The token of a page that was kept may have grown too old.
                Err(ProviderError::Rejected { .. }) if token.is_some() => return Ok(End::TooMuch),
                Err(error) => return Err(SourceError::Paid { service: NAME, error }.into()),
            };
            found += places.len();
            for place in places {
                if self.seen.insert(place.id.clone()) {
                    self.push(place.record(self.area.category()), sink)?;
                }
            }
            token = next_page_token;
            if token.is_none() {
                break;
            }
        }
        let is_full = token.is_some() || found >= self.query.pages() * PAGE;
        Ok(if is_full { End::TooMuch } else { End::Whole })
    }

    fn push(&mut self, record: Record, sink: &mut Sink) -> Result<(), ReadEnd> {
        if let Record::Place(place) = &record
            && !is_closed(place.status)
            && let Some(km) = self.area.distance_of(place)
        {
            self.distances.push(km);
        }
        sink.push(record)
    }

    /// A page, kept or bought.
    fn page(
        &self,
        tile: Tile,
        page: usize,
        token: Option<&str>,
        sink: &Sink,
    ) -> Result<Result<Page, ProviderError>, ReadEnd> {
        let mut body = self.query.body(tile);
        // What a page is of stays the same when its token changes.
        let subject = format!("page {page} of {body}");
        if let Some(token) = token {
            body["pageToken"] = json!(token);
        }
        let bought = async {
            let url = self.account.endpoint(self.query.operation())?;
            let mask = HeaderValue::from_str(&self.query.field_mask())
                .map_err(|error| ProviderError::BadAddress(error.to_string()))?;
            let question =
                Question::post(url).json(&body).header(HeaderName::from_static("x-goog-fieldmask"), mask);
            let ask = Ask {
                operation: self.query.operation(),
                subject,
                question,
                most: self.account.request,
                kept: KEPT,
                check: Answer::check::<Page>,
            };
            let bill = Bill::new(&self.store, self.account.budget, None);
            self.account.line.ask(&bill, &ask).await?.read::<Page>()
        };
        sink.wait(&self.runtime, bought)
    }

    fn waiting(&self, tile: Tile) -> Waiting {
        let nearest = GeoPoint::new(
            self.center.latitude.clamp(tile.south, tile.north),
            self.center.longitude.clamp(tile.west, tile.east),
        );
        let km = nearest.map_or(0.0, |nearest| nearest.distance_km(self.center) * ROUNDING);
        Waiting { km, tile }
    }
}

/// A tile that is to be asked for, and how near it is.
struct Waiting {
    km: f64,
    tile: Tile,
}

impl Ord for Waiting {
    /// The nearest on top; of those as near the southernmost and westernmost, so that every attempt goes the same way.
    fn cmp(&self, other: &Self) -> Ordering {
        let by = |a: f64, b: f64| b.total_cmp(&a);
        by(self.km, other.km)
            .then(by(self.tile.south, other.tile.south))
            .then(by(self.tile.west, other.tile.west))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

fn at(tile: Tile) -> String {
    format!("{:.4},{:.4}", f64::midpoint(tile.south, tile.north), f64::midpoint(tile.west, tile.east))
}
