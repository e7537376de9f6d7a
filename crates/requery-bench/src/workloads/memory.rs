//! What a query and an observer weigh: bytes that stay, for 10,000 of each.

use requery::{QueryClient, QueryFilters, QueryObserver, QueryOptions, StaleTime, Subscription, query_key};

use super::Never;
use crate::memory_in_use;
use crate::workload::{Named, Outcome, Setup, Workload};

const COUNT: u32 = 10_000;

pub(super) const ALL: [Named; 2] = [
    Named { name: "memory/query", prepare: |setup| Box::new(Queries(State::new(setup))) },
    Named { name: "memory/observer", prepare: |setup| Box::new(Observers(State::new(setup), Vec::new())) },
];

struct State {
    client: QueryClient,
    count: u32,
    bytes: f64,
}

impl State {
    fn new(setup: &Setup) -> Self {
        Self { client: setup.client.clone(), count: setup.size(COUNT), bytes: 0.0 }
    }

    fn weigh(&mut self, add: impl FnOnce(&Self)) {
        let before = memory_in_use::bytes();
        add(self);
        let grown = memory_in_use::bytes().saturating_sub(before);
        self.bytes = f64::from(u32::try_from(grown).unwrap_or(u32::MAX)) / f64::from(self.count);
    }
}

struct Queries(State);

impl Workload for Queries {
    fn run(&mut self) {
        self.0.weigh(|it| {
            for id in 0..it.count {
                it.client.set_query_data(query_key!["bench", "todo", id], id);
            }
        });
    }

    fn outcome(&self) -> Outcome {
        vec![("queries", self.0.client.query_count() as u64)]
    }

    fn parts(&self) -> Vec<f64> {
        vec![self.0.bytes]
    }
}

struct Observers(State, Vec<Subscription>);

impl Workload for Observers {
    fn run(&mut self) {
        let Self(state, observing) = self;
        state.client.set_query_data(query_key!["bench"], 1_u32);
        state.weigh(|it| {
            for _at in 0..it.count {
                let options = QueryOptions::<u32, Never>::observe_only(query_key!["bench"]);
                let observer = QueryObserver::new(&it.client, options.stale_time(StaleTime::Never));
                observing.push(observer.subscribe(|_| {}));
            }
        });
    }

    fn outcome(&self) -> Outcome {
        let queries = self.0.client.queries(QueryFilters::all());
        vec![("observers", queries.iter().map(|query| query.observers as u64).sum())]
    }

    fn parts(&self) -> Vec<f64> {
        vec![self.0.bytes]
    }
}
