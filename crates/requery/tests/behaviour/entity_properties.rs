//! Whatever the order of fetches, pushes, optimistic mutations, failures and reconnects: the cache ends with what the
//! server has, and nobody ever sees a version go back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use requery::runtime::{Runtime, TestRuntime};
use requery::{
    Layer, MutationObserver, MutationOptions, QueryFilters, QueryKey, QueryObserver, QueryOptions,
    RefetchOptions, Subscription, query_key,
};

use crate::entities::{Todo, open, todo};
use crate::rig::{Rig, ms};

type Rows = Vec<Arc<Todo>>;

#[derive(Clone, Debug)]
enum Step {
    /// The server changes a row, and pushes it after so many milliseconds.
    Write {
        id: u32,
        rank: u32,
        done: bool,
        push_after: u64,
    },
    /// The server deletes a row.
    Delete {
        id: u32,
        push_after: u64,
    },
    /// The user changes a row; the server takes it or not.
    Mutate {
        id: u32,
        rank: u32,
        succeeds: bool,
    },
    Refetch,
    Invalidate,
    Focus(bool),
    Online(bool),
    Advance(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..5_u32, 0..9_u32, any::<bool>(), 0..30_u64)
            .prop_map(|(id, rank, done, push_after)| Step::Write { id, rank, done, push_after }),
        1 => (0..5_u32, 0..30_u64).prop_map(|(id, push_after)| Step::Delete { id, push_after }),
        3 => (0..5_u32, 10..19_u32, any::<bool>())
            .prop_map(|(id, rank, succeeds)| Step::Mutate { id, rank, succeeds }),
        2 => Just(Step::Refetch),
        2 => Just(Step::Invalidate),
        1 => any::<bool>().prop_map(Step::Focus),
        1 => any::<bool>().prop_map(Step::Online),
        4 => (0..25_u64).prop_map(Step::Advance),
    ]
}

#[derive(Default)]
struct Server {
    rows: BTreeMap<u32, Todo>,
    /// Of rows that are gone, too.
    versions: BTreeMap<u32, u64>,
}

impl Server {
    fn write(&mut self, id: u32, rank: u32, done: bool) -> Todo {
        let version = self.versions.entry(id).or_default();
        *version += 1;
        let row = Todo { done, ..todo(id, *version, rank) };
        self.rows.insert(id, row.clone());
        row
    }

    fn open(&self) -> Rows {
        let mut rows: Vec<Todo> = self.rows.values().filter(|todo| !todo.done).cloned().collect();
        rows.sort_by_key(|todo| (todo.rank, todo.id));
        rows.into_iter().map(Arc::new).collect()
    }
}

struct World {
    rig: Rig,
    server: Arc<Mutex<Server>>,
    mutation: MutationObserver<(), String, (u32, u32, bool)>,
    observers: Vec<(QueryObserver<Rows, String>, Subscription)>,
}

/// The push socket delivers in order, like any connection.
fn push(rig: &Rig, after: u64, event: impl FnOnce(&requery::QueryClient) + Send + 'static) {
    let (client, runtime) = (rig.client.clone(), rig.runtime.clone());
    rig.runtime.spawn(Box::pin(async move {
        runtime.sleep(ms(after)).await;
        event(&client);
    }));
}

impl World {
    fn new(seed: u64) -> Self {
        let rig = Rig::on(TestRuntime::seeded(seed));
        let server: Arc<Mutex<Server>> = Arc::default();
        for id in 0..3 {
            server.lock().unwrap().write(id, id, false);
        }
        let mut world = Self {
            mutation: MutationObserver::new(&rig.client, mutation(&rig, &server)),
            server,
            observers: Vec::new(),
            rig,
        };
        for key in [query_key!["a"], query_key!["b"]] {
            world.observe(&key);
        }
        world.rig.advance(20);
        world
    }

    fn observe(&mut self, key: &QueryKey) {
        let (server, runtime) = (Arc::clone(&self.server), self.rig.runtime.clone());
        let options = QueryOptions::<Rows, String>::new(key, move |_| {
            let (server, runtime) = (Arc::clone(&server), runtime.clone());
            async move {
                runtime.sleep(ms(7)).await;
                let answer = server.lock().unwrap().open();
                runtime.sleep(ms(7)).await;
                Ok(answer)
            }
        })
        .live_list(open());
        let observer = QueryObserver::new(&self.rig.client, options);
        let seen: Mutex<BTreeMap<u32, u64>> = Mutex::default();
        let subscription = observer.subscribe(move |result| {
            let mut seen = seen.lock().unwrap();
            for row in result.data.iter().flat_map(|rows| rows.iter()) {
                let before = seen.insert(row.id, row.version).unwrap_or(0);
                assert!(before <= row.version, "row {} went from {before} back to {}", row.id, row.version);
            }
        });
        self.observers.push((observer, subscription));
    }

    fn apply(&mut self, step: &Step) {
        let client = &self.rig.client;
        match step {
            Step::Write { id, rank, done, push_after } => {
                let row = self.server.lock().unwrap().write(*id, *rank, *done);
                push(&self.rig, *push_after, move |client| {
                    client.upsert(row);
                });
            }
            Step::Delete { id, push_after } => {
                let mut server = self.server.lock().unwrap();
                if server.rows.remove(id).is_some() {
                    let version = server.versions.entry(*id).or_default();
                    *version += 1;
                    let (id, version) = (*id, *version);
                    push(&self.rig, *push_after, move |client| {
                        client.delete::<Todo>(id, version);
                    });
                }
            }
            Step::Mutate { id, rank, succeeds } => drop(self.mutation.mutate((*id, *rank, *succeeds))),
            Step::Refetch => {
                client.refetch_queries(QueryFilters::all(), RefetchOptions::default());
            }
            Step::Invalidate => drop(client.invalidate_queries(QueryFilters::all())),
            Step::Focus(focused) => client.set_focused(*focused),
            Step::Online(online) => client.set_online(*online),
            Step::Advance(millis) => self.rig.advance(*millis),
        }
    }
}

/// Shows the change at once; the answer carries what the server made of it.
fn mutation(rig: &Rig, server: &Arc<Mutex<Server>>) -> MutationOptions<(), String, (u32, u32, bool)> {
    let (server, runtime, client) = (Arc::clone(server), rig.runtime.clone(), rig.client.clone());
    MutationOptions::new(move |(id, rank, succeeds): (u32, u32, bool)| {
        let (server, runtime, client) = (Arc::clone(&server), runtime.clone(), client.clone());
        async move {
            runtime.sleep(ms(5)).await;
            if !succeeds || !server.lock().unwrap().rows.contains_key(&id) {
                return Err("refused".to_owned());
            }
            let row = server.lock().unwrap().write(id, rank, false);
            runtime.sleep(ms(5)).await;
            client.upsert(row);
            Ok(())
        }
    })
    .scope("todos")
    .optimistic(|layer, (id, rank, _)| {
        let rank = *rank;
        layer.update::<Todo>(*id, move |todo| todo.rank = rank);
    })
}

fn sorted(mut rows: Vec<Todo>) -> Vec<Todo> {
    rows.sort_by_key(|todo| (todo.rank, todo.id));
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Beyond 1, 2 and 4: the end is the server's state, and no version goes back on the way.
    #[test]
    fn random_interleavings_end_with_the_servers_entities(
        seed in any::<u64>(),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut world = World::new(seed);
        for step in &steps {
            world.apply(step);
        }
        world.rig.client.set_online(true);
        world.rig.client.set_focused(true);
        world.rig.advance(1000);
        prop_assert_eq!(world.rig.client.layer_count(), 0);
        let server = sorted(world.server.lock().unwrap().open().iter().map(|row| (**row).clone()).collect());
        for (observer, _) in &world.observers {
            let shown = observer.current_result().data.unwrap();
            // Rows of one rank may stand in any order among themselves.
            prop_assert!(shown.is_sorted_by_key(|row| row.rank));
            prop_assert_eq!(&sorted(shown.iter().map(|row| (**row).clone()).collect()), &server);
        }
    }

    /// Beyond 4: in whatever order layers are taken away, what is left is what the others make of the base.
    #[test]
    fn layers_can_be_taken_away_in_any_order(
        amounts in prop::collection::vec(1..100_u32, 1..8),
        order in prop::collection::vec(any::<prop::sample::Index>(), 8),
        base in 0..1000_u32,
    ) {
        let rig = Rig::new();
        let key = query_key!["n"];
        rig.client.set_query_data(&key, 0_u32);
        let mut layers: Vec<(u32, Layer)> = amounts
            .iter()
            .map(|amount| {
                let amount = *amount;
                let layer = rig.client.optimistic(|layer| {
                    layer.query(&key, move |n: &u32| Some(n + amount));
                });
                (amount, layer)
            })
            .collect();
        rig.client.set_query_data(&key, base);
        for at in order.iter().take(amounts.len()) {
            let expected = base + layers.iter().map(|(amount, _)| amount).sum::<u32>();
            prop_assert_eq!(rig.data(&key), Some(expected));
            drop(layers.remove(at.index(layers.len())));
        }
        prop_assert_eq!((rig.data(&key), rig.client.layer_count()), (Some(base), 0));
    }
}
