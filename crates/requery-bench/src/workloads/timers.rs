//! S7: what happens because time has passed.

use std::time::Duration;

use requery::{QueryClient, QueryObserver, QueryOptions, Subscription, query_key};

use super::{Counter, Never};
use crate::driver::Driver;
use crate::workload::{Named, Setup, Workload, boxed};

const TIMERS: u32 = 100_000;
const OBSERVERS: u32 = 10_000;

pub(super) const ALL: [Named; 2] =
    [Named { name: "s7/gc", prepare: collect }, Named { name: "s7/stale", prepare: grow }];

struct Collecting {
    client: QueryClient,
    driver: Driver,
    timers: u32,
    most: u64,
}

/// Every query is collected when nobody has wanted it for five minutes.
fn collect(setup: &Setup) -> Box<dyn Workload> {
    let (client, driver) = (setup.client.clone(), setup.driver.clone());
    let run = |it: &mut Collecting| {
        for id in 0..it.timers {
            if id.is_multiple_of(100) {
                it.driver.advance(Duration::from_millis(1));
            }
            it.client.set_query_data(query_key!["bench", id], id);
        }
        it.most = it.client.timer_count() as u64;
        it.driver.advance(Duration::from_secs(600));
    };
    boxed(Collecting { client, driver, timers: setup.size(TIMERS), most: 0 }, run, |it| {
        let left = (it.client.query_count() as u64, it.client.timer_count() as u64);
        vec![("most", it.most), ("queries", left.0), ("timers", left.1)]
    })
}

struct Growing {
    client: QueryClient,
    driver: Driver,
    notified: Counter,
    _observing: Vec<Subscription>,
}

/// Every observer hears that its data has become stale.
fn grow(setup: &Setup) -> Box<dyn Workload> {
    let (client, driver, notified) = (setup.client.clone(), setup.driver.clone(), Counter::default());
    let observing = (0..setup.size(OBSERVERS)).map(|id| observe(&client, id, &notified)).collect();
    let run = |it: &mut Growing| it.driver.advance(Duration::from_secs(10));
    boxed(Growing { client, driver, notified, _observing: observing }, run, |it| {
        vec![("notified", it.notified.get()), ("timers", it.client.timer_count() as u64)]
    })
}

fn observe(client: &QueryClient, id: u32, notified: &Counter) -> Subscription {
    client.set_query_data(query_key!["bench", id], id);
    let stale_time = Duration::from_millis(u64::from(1_000 + id % 1_000));
    // Only what can be fetched becomes stale.
    let options = QueryOptions::<u32, Never>::new(query_key!["bench", id], move |_| async move { Ok(id) })
        .stale_time(stale_time);
    let notified = notified.clone();
    QueryObserver::new(client, options).subscribe(move |result| notified.add(u64::from(result.is_stale)))
}
