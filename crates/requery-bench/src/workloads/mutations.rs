//! S7: optimistic mutations, one after the other, of a number that somebody looks at.

use requery::{
    MutationFilters, MutationObserver, MutationOptions, QueryClient, QueryObserver, QueryOptions, StaleTime,
    Subscription, query_key,
};

use super::{Counter, Never};
use crate::driver::Driver;
use crate::workload::{Named, Outcome, Setup, Workload, boxed};

const TIMES: u32 = 10_000;

pub(super) const ALL: [Named; 2] =
    [Named { name: "s7/mutate", prepare: snapshots }, Named { name: "s7/mutate-layers", prepare: layers }];

/// A mutation with its function, its callbacks and what they hand to each other.
struct State<C> {
    client: QueryClient,
    driver: Driver,
    times: u64,
    observer: MutationObserver<u64, Never, u64, C>,
    notified: Counter,
    _observing: Subscription,
}

fn state<C: Send + Sync + 'static>(
    setup: &Setup,
    options: MutationOptions<u64, Never, u64, C>,
) -> Box<dyn Workload> {
    let (client, driver, notified) = (setup.client.clone(), setup.driver.clone(), Counter::default());
    client.set_query_data(query_key!["likes"], 0_u64);
    let watched = QueryOptions::<u64, Never>::observe_only(query_key!["likes"]).stale_time(StaleTime::Never);
    let counter = notified.clone();
    let observing = QueryObserver::new(&client, watched).subscribe(move |_| counter.add(1));
    let observer = MutationObserver::new(&client, options);
    let times = u64::from(setup.size(TIMES));
    boxed(State { client, driver, times, observer, notified, _observing: observing }, run, outcome)
}

fn run<C: Send + Sync + 'static>(it: &mut State<C>) {
    for at in 1..=it.times {
        // It cannot fail.
        _ = it.driver.block_on(it.observer.mutate(at));
    }
}

fn outcome<C>(it: &State<C>) -> Outcome {
    let likes = it.client.get_query_data::<u64>(query_key!["likes"]).map_or(0, |likes| *likes);
    let mutations = it.client.mutations(MutationFilters::all()).len() as u64;
    vec![("likes", likes), ("mutations", mutations), ("shown", u64::from(it.notified.get() >= it.times))]
}

/// As callbacks of a mutation are usually written: what was there is remembered, and put back after a failure.
fn snapshots(setup: &Setup) -> Box<dyn Workload> {
    let options = MutationOptions::<u64, Never, u64>::new(|likes| async move { Ok(likes) })
        .on_mutate(|call| async move {
            let before = call.client.get_query_data::<u64>(query_key!["likes"]).map_or(0, |likes| *likes);
            call.client.set_query_data(query_key!["likes"], before + 1);
            before
        })
        .on_error(|_error, call| async move {
            if let Some(before) = call.context {
                call.client.set_query_data(query_key!["likes"], *before);
            }
        })
        .on_success(|likes, call| async move {
            call.client.set_query_data(query_key!["likes"], *likes);
        });
    state(setup, options)
}

/// A layer over what the server says.
fn layers(setup: &Setup) -> Box<dyn Workload> {
    let options = MutationOptions::<u64, Never, u64>::new(|likes| async move { Ok(likes) })
        .optimistic(|layer, _likes| {
            layer.query(query_key!["likes"], |likes: &u64| Some(likes + 1));
        })
        .on_success(|likes, call| async move {
            call.client.set_query_data(query_key!["likes"], *likes);
        });
    state(setup, options)
}
