//! S1: writing and reading 10,000 queries, each ten times.

use std::time::Duration;

use requery::Subscription;
use requery::{
    QueryClient, QueryDefaults, QueryFilters, QueryKey, QueryObserver, QueryOptions, StaleTime, query_key,
};

use super::{Counter, Never};
use crate::workload::{Named, Outcome, Setup, Workload, boxed};

const QUERIES: u32 = 10_000;
const ROUNDS: u32 = 10;

pub(super) const ALL: [Named; 5] = [
    Named { name: "s1/set", prepare: |setup| write(setup, &[]) },
    Named { name: "s1/set-observed", prepare: |setup| write(setup, &[More::Observers]) },
    Named { name: "s1/set-defaults", prepare: |setup| write(setup, &[More::Defaults]) },
    Named { name: "s1/get", prepare: |setup| read(setup, &[]) },
    Named { name: "s1/get-defaults", prepare: |setup| read(setup, &[More::Defaults]) },
];

#[derive(PartialEq)]
enum More {
    Observers,
    Defaults,
}

#[derive(PartialEq)]
struct Todo {
    id: u32,
    done: bool,
    round: u32,
}

impl Todo {
    fn new(id: u32, round: u32) -> Self {
        Self { id, done: false, round }
    }
}

fn key(id: u32) -> QueryKey {
    query_key!["bench", "todo", id]
}

struct State {
    client: QueryClient,
    queries: u32,
    notified: Counter,
    _observing: Vec<Subscription>,
    rounds: u64,
}

impl State {
    fn new(setup: &Setup, more: &[More]) -> Self {
        let (client, queries, notified) = (setup.client.clone(), setup.size(QUERIES), Counter::default());
        if more.contains(&More::Defaults) {
            set_defaults(&client);
        }
        let observed = if more.contains(&More::Observers) { queries } else { 0 };
        let observing = (0..observed).map(|id| observe(&client, id, &notified)).collect();
        Self { client, queries, notified, _observing: observing, rounds: 0 }
    }
}

fn set_defaults(client: &QueryClient) {
    client.set_default_options(QueryDefaults::new().stale_time(Duration::from_secs(30)));
    for at in 0..10 {
        let defaults = QueryDefaults::new().gc_time(Duration::from_secs(60));
        client.set_query_defaults(query_key!["bench", format!("kind {at}")], defaults);
    }
}

fn observe(client: &QueryClient, id: u32, notified: &Counter) -> Subscription {
    client.set_query_data(key(id), Todo::new(id, 0));
    let options = QueryOptions::<Todo, Never>::observe_only(key(id)).stale_time(StaleTime::Never);
    let notified = notified.clone();
    QueryObserver::new(client, options).subscribe(move |_| notified.add(1))
}

fn write(setup: &Setup, more: &[More]) -> Box<dyn Workload> {
    let run = |it: &mut State| {
        for round in 1..=ROUNDS {
            for id in 0..it.queries {
                it.client.set_query_data(key(id), Todo::new(id, round));
            }
        }
    };
    boxed(State::new(setup, more), run, |it| {
        let all = it.client.get_queries_data::<Todo>(QueryFilters::all());
        let rounds: u64 = all.iter().map(|(_, todo)| u64::from(todo.round)).sum();
        vec![("queries", all.len() as u64), ("rounds", rounds), ("notified", it.notified.get())]
    })
}

fn read(setup: &Setup, more: &[More]) -> Box<dyn Workload> {
    let state = State::new(setup, more);
    for id in 0..state.queries {
        state.client.set_query_data(key(id), Todo::new(id, 1));
    }
    let run = |it: &mut State| {
        for _round in 0..ROUNDS {
            for id in 0..it.queries {
                let todo = it.client.get_query_data::<Todo>(key(id));
                it.rounds += todo.map_or(0, |todo| u64::from(todo.round));
            }
        }
    };
    boxed(state, run, |it| -> Outcome {
        vec![("queries", it.client.query_count() as u64), ("rounds", it.rounds)]
    })
}
