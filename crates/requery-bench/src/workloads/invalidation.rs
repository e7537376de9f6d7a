//! S3: marking as invalid, in a cache of 10,000 queries in 1,000 groups.

use requery::{QueryClient, QueryFilters, QueryObserver, QueryOptions, Subscription, query_key};

use super::{Counter, Never};
use crate::driver::Driver;
use crate::workload::{Named, Setup, Workload, boxed};

const QUERIES: u32 = 10_000;
const ACTIVE: u32 = 1_000;
const TIMES: u32 = 100;

pub(super) const ALL: [Named; 4] = [
    Named {
        name: "s3/exact",
        prepare: |setup| invalidate(setup, TIMES, |at| QueryFilters::exact(query_key!["bench", at, at])),
    },
    Named {
        name: "s3/prefix",
        prepare: |setup| invalidate(setup, TIMES, |at| QueryFilters::prefix(query_key!["bench", at])),
    },
    Named {
        name: "s3/all",
        prepare: |setup| invalidate(setup, 1, |_| QueryFilters::prefix(query_key!["bench"])),
    },
    Named { name: "s3/refetch", prepare: refetch },
];

struct Marking {
    client: QueryClient,
    times: u32,
    filters: fn(u32) -> QueryFilters,
}

fn invalidate(setup: &Setup, times: u32, filters: fn(u32) -> QueryFilters) -> Box<dyn Workload> {
    let (client, queries) = (setup.client.clone(), setup.size(QUERIES));
    let groups = (queries / 10).max(1);
    for id in 0..queries {
        client.set_query_data(query_key!["bench", id % groups, id], id);
    }
    let run = |it: &mut Marking| {
        for at in 0..it.times {
            drop(it.client.invalidate_queries((it.filters)(at)));
        }
    };
    boxed(Marking { client, times: times.min(groups), filters }, run, |it| {
        vec![("queries", it.client.query_count() as u64), ("invalid", invalid(&it.client))]
    })
}

fn invalid(client: &QueryClient) -> u64 {
    client.queries(QueryFilters::all()).iter().filter(|query| query.is_invalidated).count() as u64
}

struct Active {
    client: QueryClient,
    driver: Driver,
    fetches: Counter,
    notified: Counter,
    before: (u64, u64),
    _observing: Vec<Subscription>,
}

fn refetch(setup: &Setup) -> Box<dyn Workload> {
    let (client, driver) = (setup.client.clone(), setup.driver.clone());
    let (fetches, notified) = (Counter::default(), Counter::default());
    let observing = (0..setup.size(ACTIVE)).map(|id| observe(&client, id, &fetches, &notified)).collect();
    driver.run_until_stalled();
    let before = (fetches.get(), notified.get());
    let run = |it: &mut Active| {
        let settled = it.client.invalidate_queries(QueryFilters::prefix(query_key!["bench"]));
        it.driver.block_on(settled);
    };
    boxed(Active { client, driver, fetches, notified, before, _observing: observing }, run, |it| {
        let (fetches, notified) = (it.fetches.get() - it.before.0, it.notified.get() - it.before.1);
        vec![("fetches", fetches), ("notified", notified), ("invalid", invalid(&it.client))]
    })
}

fn observe(client: &QueryClient, id: u32, fetches: &Counter, notified: &Counter) -> Subscription {
    let (fetches, notified) = (fetches.clone(), notified.clone());
    let options = QueryOptions::<u64, Never>::new(query_key!["bench", id], move |_| {
        fetches.add(1);
        let fetched = fetches.get();
        async move { Ok(fetched) }
    });
    QueryObserver::new(client, options).subscribe(move |_| notified.add(1))
}
