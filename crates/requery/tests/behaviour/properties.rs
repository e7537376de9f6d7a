//! Whatever the order of fetches, pushes and invalidations, the cache ends with what the server has.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use requery::runtime::TestRuntime;
use requery::{
    CancelOptions, InFlight, InvalidateOptions, QueryFilters, QueryKey, QueryObserver, QueryOptions,
    RefetchOptions, RefetchType, query_key,
};

use crate::rig::{Rig, ms};

/// Rows by id, each with a version that only grows.
type Rows = BTreeMap<u8, u32>;

#[derive(Clone, Debug)]
enum Step {
    /// The server changes a row, and pushes it after so many milliseconds.
    Write {
        id: u8,
        push_after: u64,
    },
    Refetch,
    Cancel,
    Invalidate {
        in_flight: InFlight,
    },
    Leave,
    Come,
    Focus(bool),
    Online(bool),
    Advance(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let in_flight = prop::sample::select(vec![InFlight::Coalesce, InFlight::Restart, InFlight::Join]);
    prop_oneof![
        4 => (0..4_u8, 0..30_u64).prop_map(|(id, push_after)| Step::Write { id, push_after }),
        2 => Just(Step::Refetch),
        1 => Just(Step::Cancel),
        2 => in_flight.prop_map(|in_flight| Step::Invalidate { in_flight }),
        1 => Just(Step::Leave),
        1 => Just(Step::Come),
        1 => any::<bool>().prop_map(Step::Focus),
        1 => any::<bool>().prop_map(Step::Online),
        4 => (0..25_u64).prop_map(Step::Advance),
    ]
}

struct World {
    rig: Rig,
    key: QueryKey,
    server: Arc<Mutex<Rows>>,
    observer: QueryObserver<Rows, String>,
    subscription: Option<requery::Subscription>,
    seen: Arc<Mutex<Rows>>,
}

impl World {
    fn new(seed: u64) -> Self {
        let rig = Rig::on(TestRuntime::seeded(seed));
        let key = query_key!["rows"];
        let server: Arc<Mutex<Rows>> = Arc::default();
        let (rows, runtime) = (Arc::clone(&server), rig.runtime.clone());
        let options = QueryOptions::new(&key, move |_context| {
            let (rows, runtime) = (Arc::clone(&rows), runtime.clone());
            async move {
                // The request reaches the server, and its answer travels back.
                runtime.sleep(ms(7)).await;
                let answer = rows.lock().unwrap().clone();
                runtime.sleep(ms(7)).await;
                Ok(answer)
            }
        });
        let observer = QueryObserver::new(&rig.client, options);
        Self { rig, key, server, observer, subscription: None, seen: Arc::default() }
    }

    fn come(&mut self) {
        let seen = Arc::clone(&self.seen);
        self.subscription = Some(self.observer.subscribe(move |result| {
            let mut seen = seen.lock().unwrap();
            for (id, version) in result.data.iter().flat_map(|rows| rows.iter()) {
                let before = seen.insert(*id, *version).unwrap_or(0);
                assert!(before <= *version, "row {id} went from version {before} back to {version}");
            }
        }));
    }

    fn write(&self, id: u8, push_after: u64) {
        let version = {
            let mut rows = self.server.lock().unwrap();
            let version = rows.entry(id).or_default();
            *version += 1;
            *version
        };
        let (client, key, runtime) = (self.rig.client.clone(), self.key.clone(), self.rig.runtime.clone());
        requery::runtime::Runtime::spawn(
            &self.rig.runtime,
            Box::pin(async move {
                runtime.sleep(ms(push_after)).await;
                client.patch_query_data(&key, move |rows: &Rows| {
                    let is_newer = rows.get(&id).is_none_or(|known| *known < version);
                    is_newer.then(|| rows.iter().map(|(i, v)| (*i, *v)).chain([(id, version)]).collect())
                });
            }),
        );
    }

    fn apply(&mut self, step: &Step) {
        let client = &self.rig.client;
        match step {
            Step::Write { id, push_after } => self.write(*id, *push_after),
            Step::Refetch => {
                self.observer.refetch(RefetchOptions::default());
            }
            Step::Cancel => client.cancel_queries(QueryFilters::all(), CancelOptions::default()),
            Step::Invalidate { in_flight } => {
                let options = InvalidateOptions { refetch: RefetchType::Active, in_flight: *in_flight };
                client.invalidate_queries_with(QueryFilters::all(), options);
            }
            Step::Leave => self.subscription = None,
            Step::Come => self.come(),
            Step::Focus(focused) => client.set_focused(*focused),
            Step::Online(online) => client.set_online(*online),
            Step::Advance(millis) => self.rig.advance(*millis),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// R1, R2, R5, R7: pushes and fetches in any order, with cancellations and pauses, end with the server's rows, and no
    /// listener ever sees a row go back.
    #[test]
    fn random_interleavings_end_with_what_the_server_has(
        seed in any::<u64>(),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut world = World::new(seed);
        world.come();
        // Until there is something to patch, a push has nothing to change.
        world.rig.advance(20);
        for step in &steps {
            world.apply(step);
        }
        world.rig.client.set_online(true);
        world.rig.client.set_focused(true);
        world.rig.advance(200);
        let cached = world.rig.client.get_query_data::<Rows>(&world.key);
        prop_assert_eq!(cached.as_deref(), Some(&*world.server.lock().unwrap()));
    }

    /// The same seed gives the same course, event by event.
    #[test]
    fn a_seed_decides_the_whole_course(seed in any::<u64>(), steps in prop::collection::vec(step(), 1..20)) {
        let course = |()| {
            let mut world = World::new(seed);
            let events: Arc<Mutex<Vec<requery::CacheEvent>>> = Arc::default();
            let sink = Arc::clone(&events);
            world.rig.client.subscribe(move |event| sink.lock().unwrap().push(event.clone())).forget();
            world.come();
            for step in &steps {
                world.apply(step);
            }
            world.rig.advance(100);
            events.lock().unwrap().clone()
        };
        prop_assert_eq!(course(()), course(()));
    }
}
