//! S4: one change and 10,000 who hear of it.

use requery::{QueryClient, QueryFilters, QueryObserver, QueryOptions, StaleTime, Subscription, query_key};

use super::{Counter, Never};
use crate::workload::{Named, Outcome, Setup, Workload, boxed};

const OBSERVERS: u32 = 10_000;
const QUERIES: u32 = 10;

pub(super) const ALL: [Named; 4] = [
    Named { name: "s4/plain", prepare: plain },
    Named { name: "s4/select", prepare: select },
    Named { name: "s4/batched", prepare: batched },
    Named { name: "s4/subscribe", prepare: subscribe },
];

#[derive(PartialEq)]
struct Shown {
    round: u64,
}

fn options(query: u32) -> QueryOptions<Shown, Never> {
    QueryOptions::observe_only(query_key!["bench", query]).stale_time(StaleTime::Never)
}

struct State {
    client: QueryClient,
    notified: Counter,
    _observing: Vec<Subscription>,
}

impl State {
    fn outcome(&self) -> Outcome {
        let shown = self.client.get_query_data::<Shown>(query_key!["bench", 0]);
        vec![("notified", self.notified.get()), ("round", shown.map_or(0, |shown| shown.round))]
    }
}

fn plain(setup: &Setup) -> Box<dyn Workload> {
    update(setup, |client| options_observer(client, options(0)))
}

fn select(setup: &Setup) -> Box<dyn Workload> {
    update(setup, |client| options_observer(client, options(0).select(|shown| shown.round)))
}

/// Subscribes with a listener that counts.
type Subscribe = Box<dyn Fn(Counter) -> Subscription>;

fn options_observer<D: PartialEq + Send + Sync + 'static>(
    client: &QueryClient,
    options: QueryOptions<Shown, Never, D>,
) -> Subscribe {
    let observer = QueryObserver::new(client, options);
    Box::new(move |notified| observer.subscribe(move |_| notified.add(1)))
}

fn update(setup: &Setup, observer: fn(&QueryClient) -> Subscribe) -> Box<dyn Workload> {
    let (client, notified) = (setup.client.clone(), Counter::default());
    client.set_query_data(query_key!["bench", 0], Shown { round: 0 });
    let observing = (0..setup.size(OBSERVERS)).map(|_| observer(&client)(notified.clone())).collect();
    let run = |it: &mut State| {
        it.client.set_query_data(query_key!["bench", 0], Shown { round: 1 });
    };
    boxed(State { client, notified, _observing: observing }, run, State::outcome)
}

fn batched(setup: &Setup) -> Box<dyn Workload> {
    let (client, notified) = (setup.client.clone(), Counter::default());
    let each = (setup.size(OBSERVERS) / QUERIES).max(1);
    let mut observing = Vec::new();
    for query in 0..QUERIES {
        client.set_query_data(query_key!["bench", query], Shown { round: 0 });
        observing.extend((0..each).map(|_| options_observer(&client, options(query))(notified.clone())));
    }
    let run = |it: &mut State| {
        it.client.batch(|| {
            for query in 0..QUERIES {
                it.client.set_query_data(query_key!["bench", query], Shown { round: 1 });
            }
        });
    };
    boxed(State { client, notified, _observing: observing }, run, State::outcome)
}

struct Coming {
    client: QueryClient,
    observers: Vec<QueryObserver<Shown, Never>>,
    most: u64,
}

impl Coming {
    fn count(&self) -> u64 {
        self.client.queries(QueryFilters::all()).iter().map(|query| query.observers as u64).sum()
    }
}

fn subscribe(setup: &Setup) -> Box<dyn Workload> {
    let client = setup.client.clone();
    client.set_query_data(query_key!["bench", 0], Shown { round: 0 });
    let observers = (0..setup.size(OBSERVERS)).map(|_| QueryObserver::new(&client, options(0))).collect();
    let run = |it: &mut Coming| {
        let observing: Vec<Subscription> =
            it.observers.iter().map(|observer| observer.subscribe(|_| {})).collect();
        it.most = it.count();
        observing.into_iter().for_each(Subscription::unsubscribe);
    };
    boxed(Coming { client, observers, most: 0 }, run, |it| vec![("most", it.most), ("left", it.count())])
}
