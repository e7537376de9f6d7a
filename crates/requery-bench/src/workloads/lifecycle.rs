//! S7: queries from the call to the answer.

use requery::{Fetching, QueryClient, QueryOptions, query_key};

use super::{Counter, Never};
use crate::driver::Driver;
use crate::workload::{Named, Setup, Workload, boxed};

const TIMES: u32 = 10_000;

pub(super) const ALL: [Named; 2] =
    [Named { name: "s7/fetch", prepare: fetch }, Named { name: "s7/dedup", prepare: dedup }];

struct State {
    client: QueryClient,
    driver: Driver,
    times: u32,
    fetches: Counter,
    sum: u64,
}

impl State {
    fn new(setup: &Setup) -> Self {
        let (client, driver) = (setup.client.clone(), setup.driver.clone());
        Self { client, driver, times: setup.size(TIMES), fetches: Counter::default(), sum: 0 }
    }

    fn add(&mut self, fetching: Fetching<u64, Never>) {
        let Ok(data) = self.driver.block_on(fetching) else { return };
        self.sum += *data;
    }
}

/// One after the other, each awaited.
fn fetch(setup: &Setup) -> Box<dyn Workload> {
    let run = |it: &mut State| {
        for id in 0..it.times {
            let options =
                QueryOptions::new(query_key!["bench", id], move |_| async move { Ok(u64::from(id)) });
            it.add(it.client.fetch_query(&options));
        }
    };
    boxed(State::new(setup), run, |it| vec![("queries", it.client.query_count() as u64), ("sum", it.sum)])
}

/// All at once, for one key.
fn dedup(setup: &Setup) -> Box<dyn Workload> {
    let run = |it: &mut State| {
        let mut all = Vec::new();
        for _at in 0..it.times {
            let fetches = it.fetches.clone();
            let options = QueryOptions::new(query_key!["bench", "one"], move |_| {
                fetches.add(1);
                async { Ok(1) }
            });
            all.push(it.client.fetch_query(&options));
        }
        all.into_iter().for_each(|fetching| it.add(fetching));
    };
    boxed(State::new(setup), run, |it| {
        vec![("queries", it.client.query_count() as u64), ("fetches", it.fetches.get()), ("sum", it.sum)]
    })
}
