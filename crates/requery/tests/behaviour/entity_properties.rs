//! Whatever the order of fetches, pushes, optimistic mutations, failures and reconnects: the cache ends with what the
//! server has, and nobody ever sees a version go back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use requery::runtime::{Runtime, TestRuntime};
use requery::{
    CancelOptions, GcTime, Holds, Layer, MutationObserver, MutationOptions, QueryFilters, QueryKey,
    QueryObserver, QueryOptions, RefetchOptions, Subscription, query_key,
};

use crate::entities::{Todo, open, todo};
use crate::rig::{Rig, ms};

type Rows = Vec<Arc<Todo>>;

/// Two lists, and the details of two rows.
const OBSERVERS: usize = 4;

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
    Cancel,
    /// The server answers no fetch, or does again.
    Refuse(bool),
    /// An observer leaves, or comes back.
    Leave(usize),
    Come(usize),
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
        1 => Just(Step::Cancel),
        1 => any::<bool>().prop_map(Step::Refuse),
        1 => (0..OBSERVERS).prop_map(Step::Leave),
        1 => (0..OBSERVERS).prop_map(Step::Come),
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
    refuses: bool,
}

impl Server {
    fn write(&mut self, id: u32, rank: u32, done: bool) -> Todo {
        let version = self.versions.entry(id).or_default();
        *version += 1;
        let row = Todo { done, ..todo(id, *version, rank) };
        self.rows.insert(id, row.clone());
        row
    }

    fn answer<T>(&self, answer: T) -> Result<T, String> {
        if self.refuses { Err("refused".to_owned()) } else { Ok(answer) }
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
    lists: Vec<Watched<Rows>>,
    details: Vec<(u32, Watched<Option<Arc<Todo>>>)>,
}

/// An observer that comes and goes, and what its listeners saw last of each row.
struct Watched<T> {
    observer: QueryObserver<T, String>,
    seen: Arc<Mutex<BTreeMap<u32, u64>>>,
    subscription: Option<Subscription>,
}

impl<T: Holds<Todo> + Send + Sync + 'static> Watched<T> {
    fn new(rig: &Rig, options: QueryOptions<T, String>) -> Self {
        let observer = QueryObserver::new(&rig.client, options);
        let mut watched = Self { observer, seen: Arc::default(), subscription: None };
        watched.come();
        watched
    }

    fn come(&mut self) {
        if self.subscription.is_some() {
            return;
        }
        let seen = Arc::clone(&self.seen);
        self.subscription = Some(self.observer.subscribe(move |result| {
            let Some(data) = &result.data else { return };
            data.visit(&mut |row| {
                let before = seen.lock().unwrap().insert(row.id, row.version).unwrap_or(0);
                assert!(before <= row.version, "row {} went from {before} back to {}", row.id, row.version);
            });
        }));
    }

    fn come_or_leave(&mut self, comes: bool) {
        if comes { self.come() } else { self.subscription = None }
    }
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
            lists: Vec::new(),
            details: Vec::new(),
            rig,
        };
        for key in [query_key!["a"], query_key!["b"]] {
            let options = world.options(&key, Server::open).live_list(open());
            world.lists.push(Watched::new(&world.rig, options));
        }
        for id in [0, 4] {
            let row = move |server: &Server| server.rows.get(&id).cloned().map(Arc::new);
            let options = world.options(&query_key!["row", id], row).entity::<Todo>();
            world.details.push((id, Watched::new(&world.rig, options)));
        }
        world.rig.advance(20);
        world
    }

    fn options<T: PartialEq + Send + Sync + 'static>(
        &self,
        key: &QueryKey,
        answer: impl Fn(&Server) -> T + Clone + Send + Sync + 'static,
    ) -> QueryOptions<T, String> {
        let (server, runtime) = (Arc::clone(&self.server), self.rig.runtime.clone());
        QueryOptions::new(key, move |_| {
            let (server, runtime, answer) = (Arc::clone(&server), runtime.clone(), answer.clone());
            async move {
                runtime.sleep(ms(7)).await;
                let answer = {
                    let server = server.lock().unwrap();
                    server.answer(answer(&server))
                };
                runtime.sleep(ms(7)).await;
                answer
            }
        })
        .gc_time(GcTime::Never)
        .retry_delay(ms(20))
    }

    fn come_or_leave(&mut self, at: usize, comes: bool) {
        let lists = self.lists.len();
        if let Some(list) = self.lists.get_mut(at) {
            list.come_or_leave(comes);
        } else if let Some((_, detail)) = self.details.get_mut(at - lists) {
            detail.come_or_leave(comes);
        }
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
            Step::Cancel => client.cancel_queries(QueryFilters::all(), CancelOptions::default()),
            Step::Refuse(refuses) => self.server.lock().unwrap().refuses = *refuses,
            Step::Leave(at) => self.come_or_leave(*at, false),
            Step::Come(at) => self.come_or_leave(*at, true),
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
        for list in &world.lists {
            let shown = list.observer.current_result().data.unwrap();
            // Rows of one rank may stand in any order among themselves.
            prop_assert!(shown.is_sorted_by_key(|row| row.rank));
            prop_assert_eq!(&sorted(shown.iter().map(|row| (**row).clone()).collect()), &server);
        }
        for (id, detail) in &world.details {
            // A row that came after this was fetched without it is none of its business, until it is fetched again.
            let shown = detail.observer.current_result().data.and_then(|row| (*row).clone());
            let server = world.server.lock().unwrap();
            prop_assert!(shown.is_none() || shown.as_deref() == server.rows.get(id), "row {}: {:?}", id, shown);
        }
    }

    /// Beyond 4: layers that change different things, or the same in ways that commute, show the same in whatever order
    /// they were made.
    #[test]
    fn layers_commute_where_their_changes_do(
        changes in prop::collection::vec((0..4_u32, 1..100_u32), 1..8),
        order in prop::collection::vec(any::<prop::sample::Index>(), 8),
        pushed in (0..4_u32, 1..100_u32),
    ) {
        let shown = |changes: &[(u32, u32)]| {
            let rig = Rig::new();
            let key = query_key!["rows"];
            let options = QueryOptions::<Rows, String>::observe_only(&key).live_list(open());
            let observer = QueryObserver::new(&rig.client, options);
            let rows: Rows = (0..4).map(|id| Arc::new(todo(id, 1, id))).collect();
            rig.client.set_query_data(&key, rows);
            let layers: Vec<Layer> = changes
                .iter()
                .map(|(id, amount)| {
                    let amount = *amount;
                    rig.client.optimistic(|layer| {
                        layer.update::<Todo>(*id, move |todo| todo.rank += amount);
                    })
                })
                .collect();
            // What the server says meanwhile goes under all of them.
            rig.client.upsert(todo(pushed.0, 2, pushed.1));
            let data = observer.current_result().data.unwrap();
            drop(layers);
            sorted(data.iter().map(|row| (**row).clone()).collect())
        };
        let mut left = changes.clone();
        let shuffled: Vec<_> =
            order.iter().take(changes.len()).map(|at| left.remove(at.index(left.len()))).collect();
        prop_assert_eq!(shown(&changes), shown(&shuffled));
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
