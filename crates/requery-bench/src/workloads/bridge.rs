//! S6: 1,000 pushed events, each a new state of one of 2,000 rows, which 50 lists of 200 rows and 100 detail views show.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use requery::{
    QueryClient, QueryFilters, QueryKey, QueryObserver, QueryOptions, StaleTime, Subscription, query_key,
};

use super::{Counter, Never};
use crate::rows::Row;
use crate::stopwatch::Stopwatch;
use crate::workload::{Named, Outcome, Setup, Workload};

const EVENTS: u32 = 1_000;
const LISTS: u32 = 50;
const ROWS: u32 = 200;
const DETAILS: u32 = 100;
const IN_LISTS: u32 = 5;

pub(super) const ALL: [Named; 3] = [
    Named { name: "s6/lists", prepare: |setup| push(setup, Algorithm::EveryList) },
    Named { name: "s6/lists-guarded", prepare: |setup| push(setup, Algorithm::ListsThatShowIt) },
    Named { name: "s6/entities", prepare: |setup| push(setup, Algorithm::Entities) },
];

type Rows = Vec<Arc<Row>>;

#[derive(Clone, Copy, PartialEq)]
enum Algorithm {
    /// As a partial update is usually written: every list is mapped.
    EveryList,
    /// Lists without the row are left alone.
    ListsThatShowIt,
    /// The cache knows which queries show the row.
    Entities,
}

struct Push {
    client: QueryClient,
    algorithm: Algorithm,
    lists: u32,
    details: u32,
    events: Vec<Row>,
    shown: Counter,
    _observing: Vec<Subscription>,
    nanos: Vec<f64>,
}

fn push(setup: &Setup, algorithm: Algorithm) -> Box<dyn Workload> {
    let (client, shown) = (setup.client.clone(), Counter::default());
    let rows = setup.size(ROWS);
    let entities = LISTS * rows / IN_LISTS;
    let details = setup.size(DETAILS).min(entities);
    let known: Vec<Arc<Row>> = (0..entities).map(|id| Arc::new(Row::new(id, 1))).collect();
    // Neighbouring lists overlap: every row is in five of them.
    let at = |list: u32, position: u32| ((list * (rows / IN_LISTS).max(1) + position) % entities) as usize;
    let list = |list| (0..rows).map(|position| Arc::clone(&known[at(list, position)])).collect::<Rows>();
    let mut observing: Vec<Subscription> =
        (0..LISTS).map(|id| observe(&client, list_options(id, algorithm), list(id), &shown)).collect();
    let detail = |id: u32| Arc::clone(&known[id as usize]);
    observing
        .extend((0..details).map(|id| observe(&client, detail_options(id, algorithm), detail(id), &shown)));
    let event = |at: u32| Row::new((at * 7) % entities, u64::from(2 + at / entities));
    let events = (0..setup.size(EVENTS)).map(event).collect();
    let nanos = Vec::new();
    Box::new(Push { client, algorithm, lists: LISTS, details, events, shown, _observing: observing, nanos })
}

fn list_options(id: u32, algorithm: Algorithm) -> QueryOptions<Rows, Never> {
    let options = QueryOptions::observe_only(query_key!["list", id]).stale_time(StaleTime::Never);
    if algorithm == Algorithm::Entities { options.entity::<Row>() } else { options }
}

fn detail_key(id: u32) -> QueryKey {
    query_key!["detail", id]
}

fn detail_options(id: u32, algorithm: Algorithm) -> QueryOptions<Arc<Row>, Never> {
    let options = QueryOptions::observe_only(detail_key(id)).stale_time(StaleTime::Never);
    if algorithm == Algorithm::Entities { options.entity::<Row>() } else { options }
}

/// Counts how often other data is shown.
fn observe<T: PartialEq + Send + Sync + 'static>(
    client: &QueryClient,
    options: QueryOptions<T, Never>,
    data: T,
    shown: &Counter,
) -> Subscription {
    let key = options.key().clone();
    let observer = QueryObserver::new(client, options);
    let data = client.set_query_data(key, data);
    let address = |data: Option<&Arc<T>>| data.map_or(0, |data| Arc::as_ptr(data).addr());
    let (last, shown) = (AtomicUsize::new(address(data.as_ref())), shown.clone());
    observer.subscribe(move |result| {
        let now = address(result.data.as_ref());
        if last.swap(now, Ordering::Relaxed) != now {
            shown.add(1);
        }
    })
}

impl Push {
    fn apply(&self, event: Row) {
        if self.algorithm == Algorithm::Entities {
            self.client.upsert(event);
            return;
        }
        let event = Arc::new(event);
        let update: fn(&Rows, &Arc<Row>) -> Option<Rows> = match self.algorithm {
            Algorithm::ListsThatShowIt => replaced,
            Algorithm::EveryList | Algorithm::Entities => mapped,
        };
        self.client.update_queries_data::<Rows>(QueryFilters::prefix(query_key!["list"]), |rows| {
            update(rows?, &event)
        });
        self.client
            .update_query_data::<Arc<Row>>(detail_key(event.id), |known| known.map(|_| Arc::clone(&event)));
    }
}

fn mapped(rows: &Rows, event: &Arc<Row>) -> Option<Rows> {
    Some(rows.iter().map(|row| Arc::clone(if row.id == event.id { event } else { row })).collect())
}

fn replaced(rows: &Rows, event: &Arc<Row>) -> Option<Rows> {
    let at = rows.iter().position(|row| row.id == event.id)?;
    let mut rows = rows.clone();
    rows[at] = Arc::clone(event);
    Some(rows)
}

impl Workload for Push {
    fn run(&mut self) {
        for event in std::mem::take(&mut self.events) {
            let began = Stopwatch::start();
            self.apply(event);
            self.nanos.push(began.nanos());
        }
    }

    fn outcome(&self) -> Outcome {
        let lists =
            (0..self.lists).filter_map(|id| self.client.get_query_data::<Rows>(query_key!["list", id]));
        let lists: u64 = lists.map(|rows| rows.iter().map(|row| row.version).sum::<u64>()).sum();
        let details =
            (0..self.details).filter_map(|id| self.client.get_query_data::<Arc<Row>>(detail_key(id)));
        let details: u64 = details.map(|row| row.version).sum();
        let queries = self.client.query_count() as u64;
        vec![("shown", self.shown.get()), ("queries", queries), ("versions", lists + details)]
    }

    fn parts(&self) -> Vec<f64> {
        self.nanos.clone()
    }
}
