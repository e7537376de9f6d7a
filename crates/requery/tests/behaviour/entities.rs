//! Entities: stored once, shown by many queries, never older than what was shown before.

use std::sync::{Arc, Mutex};

use requery::{
    Change, DehydrateOptions, DehydratedState, Entity, EntityId, Holds, HoldsList, InfiniteData,
    InfiniteQueryOptions, LiveList, Mapped, Membership, QueryClient, QueryFilters, QueryKey, QueryObserver,
    QueryOptions, RefetchOptions, Row, StaleTime, query_key,
};
use serde::{Deserialize, Serialize};

use crate::rig::{LATENCY, Rig, ms};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Todo {
    pub(crate) id: u32,
    pub(crate) version: u64,
    pub(crate) rank: u32,
    pub(crate) done: bool,
}

impl Entity for Todo {
    fn id(&self) -> EntityId {
        self.id.into()
    }

    fn version(&self) -> u64 {
        self.version
    }
}

pub(crate) fn todo(id: u32, version: u64, rank: u32) -> Todo {
    Todo { id, version, rank, done: false }
}

/// A part of a longer list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Arc<Todo>>,
    pub(crate) total: usize,
}

impl Holds<Todo> for Page {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(Row<'a, Todo>)) {
        self.rows.visit(see);
    }

    fn map(&self, change: &mut dyn FnMut(&Todo) -> Change<Todo>) -> Mapped<Self> {
        self.rows.map(change).map(|rows| {
            let total = self.total + rows.len() - self.rows.len();
            Self { rows, total }
        })
    }
}

impl HoldsList<Todo> for Page {
    fn insert(&self, entity: Arc<Todo>, at: usize) -> Self {
        Self { rows: self.rows.insert(entity, at), total: self.total + 1 }
    }

    fn has_more_after(&self) -> bool {
        self.total > self.rows.len()
    }
}

type Rows = Vec<Arc<Todo>>;

pub(crate) fn open() -> LiveList<Todo> {
    LiveList::new(|todo: &Todo| !todo.done).order(|a, b| a.rank.cmp(&b.rank))
}

/// A server whose answer can be set, and that counts its calls.
#[derive(Clone)]
pub(crate) struct Answers<T> {
    answer: Arc<Mutex<T>>,
    calls: Arc<Mutex<usize>>,
}

impl<T: Clone + PartialEq + Send + Sync + 'static> Answers<T> {
    pub(crate) fn new(answer: T) -> Self {
        Self { answer: Arc::new(Mutex::new(answer)), calls: Arc::default() }
    }

    pub(crate) fn set(&self, answer: T) {
        *self.answer.lock().unwrap() = answer;
    }

    pub(crate) fn calls(&self) -> usize {
        *self.calls.lock().unwrap()
    }

    pub(crate) fn query(&self, rig: &Rig, key: &QueryKey) -> QueryOptions<T, String> {
        let (server, runtime) = (self.clone(), rig.runtime.clone());
        QueryOptions::new(key, move |_| {
            let (server, runtime) = (server.clone(), runtime.clone());
            async move {
                *server.calls.lock().unwrap() += 1;
                let answer = server.answer.lock().unwrap().clone();
                runtime.sleep(ms(LATENCY)).await;
                Ok(answer)
            }
        })
        .stale_time(StaleTime::Never)
    }
}

pub(crate) fn watch<T, D>(
    rig: &Rig,
    options: QueryOptions<T, String, D>,
) -> (Watched<D>, requery::Subscription)
where
    T: Send + Sync + 'static,
    D: Send + Sync + 'static,
{
    let observer = QueryObserver::new(&rig.client, options);
    let told: Arc<Mutex<Vec<Arc<D>>>> = Arc::default();
    let sink = Arc::clone(&told);
    let subscription = observer.subscribe(move |result| sink.lock().unwrap().extend(result.data.clone()));
    rig.advance(LATENCY);
    told.lock().unwrap().clear();
    (told, subscription)
}

pub(crate) type Watched<D> = Arc<Mutex<Vec<Arc<D>>>>;

fn times<D>(told: &Watched<D>) -> usize {
    told.lock().unwrap().len()
}

pub(crate) fn rows(todos: &[Todo]) -> Rows {
    todos.iter().cloned().map(Arc::new).collect()
}

pub(crate) fn ids(client: &QueryClient, key: &QueryKey) -> Vec<u32> {
    client
        .get_query_data::<Rows>(key)
        .map(|rows| rows.iter().map(|todo| todo.id).collect())
        .unwrap_or_default()
}

pub(crate) fn invalid(rig: &Rig, key: &QueryKey) -> bool {
    rig.client.queries(QueryFilters::exact(key))[0].is_invalidated
}

/// One upsert changes every list, detail, page and selection that shows the entity, and wakes only those.
#[test]
fn an_upsert_reaches_everything_that_shows_the_entity_and_wakes_nothing_else() {
    let rig = Rig::new();
    let (list, other, detail) = (query_key!["list"], query_key!["other"], query_key!["todo", 2]);
    let listed = Answers::new(rows(&[todo(1, 1, 1), todo(2, 1, 2)]));
    let (in_list, _a) = watch(&rig, listed.query(&rig, &list).entity::<Todo>());
    let (in_other, _b) =
        watch(&rig, Answers::new(rows(&[todo(3, 1, 1)])).query(&rig, &other).entity::<Todo>());
    let (in_detail, _c) = watch(&rig, Answers::new(todo(2, 1, 2)).query(&rig, &detail).entity::<Todo>());
    let (rank, _d) = watch(
        &rig,
        Answers::new(Some(todo(2, 1, 2)))
            .query(&rig, &query_key!["rank"])
            .entity::<Todo>()
            .select(|todo| todo.as_ref().map(|todo| todo.rank)),
    );
    assert!(rig.client.upsert(todo(2, 2, 9)));
    assert_eq!((times(&in_list), times(&in_other), times(&in_detail), times(&rank)), (1, 0, 1, 1));
    assert_eq!(in_list.lock().unwrap()[0][1].rank, 9);
    assert_eq!(*rank.lock().unwrap()[0], Some(9));
    assert_eq!(rig.client.queries_showing::<Todo>(2_u32).len(), 3);
    let shared = rig.client.get_query_data::<Rows>(&list).unwrap();
    assert!(Arc::ptr_eq(&shared[1], &rig.client.get_entity::<Todo>(2_u32).unwrap()), "stored once");
}

/// R1, R4: a write never replaces a newer version with an older one, wherever it comes from.
#[test]
fn an_older_version_never_replaces_a_newer_one() {
    let rig = Rig::new();
    let key = query_key!["todo"];
    let server = Answers::new(todo(1, 5, 5));
    let (_told, _subscription) = watch(&rig, server.query(&rig, &key).entity::<Todo>());
    assert!(!rig.client.upsert(todo(1, 4, 4)), "a late event");
    rig.client.set_query_data(&key, todo(1, 3, 3));
    server.set(todo(1, 2, 2));
    rig.client.refetch_queries(QueryFilters::all(), RefetchOptions::default());
    rig.advance(LATENCY);
    rig.client.patch_query_data(&key, |_: &Todo| Some(todo(1, 1, 1)));
    assert_eq!(rig.client.get_query_data::<Todo>(&key).unwrap().rank, 5);
    server.set(todo(1, 6, 6));
    rig.client.refetch_queries(QueryFilters::all(), RefetchOptions::default());
    rig.advance(LATENCY);
    assert_eq!(rig.client.get_entity::<Todo>(1_u32).unwrap().rank, 6);
}

/// R1: what an event says while a first fetch is under way counts, though nobody showed the entity then.
#[test]
fn an_event_during_a_first_fetch_is_newer_than_its_result() {
    let rig = Rig::new();
    let key = query_key!["todo"];
    let server = Answers::new(todo(1, 1, 1));
    rig.client.prefetch_query(&server.query(&rig, &key).entity::<Todo>());
    rig.settle();
    rig.client.upsert(todo(1, 2, 2));
    rig.advance(LATENCY);
    assert_eq!(rig.client.get_query_data::<Todo>(&key).unwrap().version, 2);
}

/// A fetch is news for the other queries that show what it brought.
#[test]
fn what_one_fetch_brings_is_shown_by_all() {
    let rig = Rig::new();
    let (list, detail) = (query_key!["list"], query_key!["todo"]);
    let (_told, _subscription) =
        watch(&rig, Answers::new(rows(&[todo(1, 1, 1)])).query(&rig, &list).entity::<Todo>());
    rig.client.prefetch_query(&Answers::new(todo(1, 2, 7)).query(&rig, &detail).entity::<Todo>());
    rig.advance(LATENCY);
    assert_eq!(rig.client.get_query_data::<Rows>(&list).unwrap()[0].rank, 7);
}

/// Deletes leave tombstones: an older answer does not bring the entity back, a newer one does.
#[test]
fn a_deleted_entity_stays_deleted_until_a_newer_version_comes() {
    let rig = Rig::new();
    let key = query_key!["list"];
    let server = Answers::new(rows(&[todo(1, 1, 1), todo(2, 1, 2)]));
    let (_told, _subscription) = watch(&rig, server.query(&rig, &key).live_list(open()));
    rig.client.refetch_queries(QueryFilters::all(), RefetchOptions::default());
    assert!(rig.client.delete::<Todo>(2_u32, 2));
    assert_eq!(ids(&rig.client, &key), [1]);
    rig.advance(LATENCY);
    assert_eq!(ids(&rig.client, &key), [1], "the answer was under way already");
    assert!(rig.client.get_entity::<Todo>(2_u32).is_none());
    rig.client.upsert(todo(2, 3, 0));
    assert_eq!(ids(&rig.client, &key), [2, 1]);
}

/// What shows one entity alone has nothing to show in its place: it asks the server what became of it, once.
#[test]
fn a_first_answer_that_was_on_its_way_when_its_entity_was_deleted_is_asked_for_once_more() {
    let rig = Rig::new();
    let key = query_key!["todo"];
    let server = Answers::new(todo(1, 3, 7));
    let observer = QueryObserver::new(&rig.client, server.query(&rig, &key).entity::<Todo>());
    let _subscription = observer.subscribe(|_| {});
    rig.client.delete::<Todo>(1_u32, 4);
    rig.advance(LATENCY);
    assert_eq!(server.calls(), 2);
    for _ in 0..3 {
        rig.advance(LATENCY);
    }
    assert_eq!(server.calls(), 2, "a server that does not know of it is not asked without end");
    server.set(todo(1, 5, 8));
    rig.client.refetch_queries(QueryFilters::all(), RefetchOptions::default());
    rig.advance(LATENCY);
    assert_eq!(rig.client.get_entity::<Todo>(1_u32).unwrap().rank, 8, "it is there again");
}

/// Membership by predicate and order: rows move, come and go, without a fetch.
#[test]
fn a_live_list_moves_inserts_and_removes_rows() {
    let rig = Rig::new();
    let key = query_key!["open"];
    let server = Answers::new(rows(&[todo(1, 1, 10), todo(2, 1, 20), todo(3, 1, 30)]));
    let (told, _subscription) = watch(&rig, server.query(&rig, &key).live_list(open()));
    let steps = [
        (todo(1, 2, 25), vec![2, 1, 3]),
        (todo(4, 1, 5), vec![4, 2, 1, 3]),
        (Todo { done: true, ..todo(2, 2, 20) }, vec![4, 1, 3]),
        (Todo { done: true, ..todo(5, 1, 1) }, vec![4, 1, 3]),
        (todo(2, 3, 99), vec![4, 1, 3, 2]),
    ];
    for (change, expected) in steps {
        rig.client.upsert(change.clone());
        assert_eq!(ids(&rig.client, &key), expected, "{change:?}");
    }
    assert_eq!((times(&told), server.calls()), (4, 1));
    assert!(!invalid(&rig, &key));
}

/// Where only the server can say, the list is fetched.
#[test]
fn a_list_in_doubt_is_fetched() {
    let rig = Rig::new();
    let key = query_key!["page"];
    let page = || Page { rows: rows(&[todo(1, 1, 10), todo(2, 1, 20)]), total: 5 };
    let in_doubt = [
        (todo(3, 1, 30), "beyond the end of the page"),
        (todo(1, 2, 50), "moved beyond the end"),
        (Todo { done: true, ..todo(2, 2, 20) }, "another row moves up"),
        (Todo { done: true, ..todo(9, 4, 1) }, "may have been on a later page"),
    ];
    for (change, why) in in_doubt {
        let rig = Rig::new();
        let server = Answers::new(page());
        let (_told, _subscription) = watch(&rig, server.query(&rig, &key).live_list(open()));
        rig.client.upsert(change);
        rig.advance(LATENCY);
        assert_eq!(server.calls(), 2, "{why}");
    }
    let server = Answers::new(page());
    let (_told, _subscription) = watch(&rig, server.query(&rig, &key).live_list(open()));
    rig.client.upsert(todo(3, 1, 15));
    rig.client.upsert(Todo { done: true, ..todo(4, 1, 1) });
    rig.advance(LATENCY);
    assert_eq!(server.calls(), 1, "within the page, and new but not of the list: nothing to ask");
    let shown = rig.client.get_query_data::<Page>(&key).unwrap();
    assert_eq!((shown.rows.len(), shown.total), (3, 6));
}

/// A list that does not say what it shows is fetched after every change, and shows those that it can.
#[test]
fn an_undeclared_list_is_invalidated_by_every_change() {
    let rig = Rig::new();
    let key = query_key!["list"];
    let server = Answers::new(rows(&[todo(1, 1, 1)]));
    let (_told, _subscription) = watch(&rig, server.query(&rig, &key).list::<Todo>());
    rig.client.upsert(todo(1, 2, 5));
    assert_eq!(rig.client.get_query_data::<Rows>(&key).unwrap()[0].rank, 5, "at once");
    rig.advance(LATENCY);
    rig.client.upsert(todo(2, 1, 5));
    rig.advance(LATENCY);
    assert_eq!(server.calls(), 3);
}

/// Membership can be left to the server too.
#[test]
fn an_unknown_membership_is_fetched() {
    let rig = Rig::new();
    let key = query_key!["search"];
    let server = Answers::new(rows(&[todo(1, 1, 1)]));
    let list = LiveList::new(|todo: &Todo| if todo.done { Membership::Out } else { Membership::Unknown });
    let (_told, _subscription) = watch(&rig, server.query(&rig, &key).live_list(list));
    rig.client.upsert(Todo { done: true, ..todo(2, 1, 1) });
    rig.advance(LATENCY);
    assert_eq!(server.calls(), 1);
    rig.client.upsert(todo(2, 2, 1));
    rig.advance(LATENCY);
    assert_eq!(server.calls(), 2);
}

/// A burst of changes costs one request a list.
#[test]
fn a_burst_in_doubt_costs_one_request() {
    let runtime = requery::runtime::TestRuntime::new();
    let client = QueryClient::builder(runtime.clone()).settle_after(ms(50)).build();
    let rig = Rig { runtime, client };
    let key = query_key!["list"];
    let server = Answers::new(rows(&[todo(1, 1, 1)]));
    let (_told, _subscription) = watch(&rig, server.query(&rig, &key).list::<Todo>());
    for version in 2..40 {
        rig.client.upsert(todo(1, version, 1));
        rig.advance(1);
    }
    assert_eq!(server.calls(), 1);
    rig.advance(50 + LATENCY);
    assert_eq!(server.calls(), 2);
    rig.client.upsert(todo(1, 50, 1));
    rig.client.settle_lists();
    rig.advance(LATENCY);
    assert_eq!(server.calls(), 3, "for those who do not want to wait");
}

/// R5: a list whose fetch is under way shows what came meanwhile, though its result does not.
#[test]
fn a_row_that_came_while_a_list_was_fetched_is_in_it() {
    let rig = Rig::new();
    let key = query_key!["open"];
    let server = Answers::new(rows(&[todo(1, 1, 10)]));
    let (_told, _subscription) = watch(&rig, server.query(&rig, &key).live_list(open()));
    rig.client.refetch_queries(QueryFilters::all(), RefetchOptions::default());
    rig.settle();
    rig.client.upsert(todo(2, 1, 5));
    rig.advance(LATENCY);
    assert_eq!(ids(&rig.client, &key), [2, 1]);
}

/// Pages of an infinite query are a list too.
#[test]
fn an_infinite_list_takes_a_row_on_its_page() {
    let rig = Rig::new();
    let key = query_key!["pages"];
    type Pages = InfiniteData<Rows, u32>;
    let options = InfiniteQueryOptions::<Rows, String, u32>::infinite(
        &key,
        0,
        |_, from| async move { Ok(rows(&[todo(from, 1, from * 10), todo(from + 1, 1, from * 10 + 10)])) },
        |page, _| Some(page.last()?.id + 1),
    );
    rig.client.prefetch_query(&options.pages(2).live_list(open()));
    rig.settle();
    let shown = || {
        let data = rig.client.get_query_data::<Pages>(&key).unwrap();
        data.pages.iter().map(|page| page.iter().map(|todo| todo.id).collect()).collect::<Vec<Vec<u32>>>()
    };
    assert_eq!(shown(), [[0, 1], [2, 3]]);
    rig.client.upsert(todo(9, 1, 25));
    rig.client.upsert(Todo { done: true, ..todo(0, 2, 0) });
    assert_eq!(shown(), vec![vec![1], vec![2, 9, 3]]);
}

/// Hydrated rows are entities like fetched ones.
#[test]
fn hydrated_entities_are_guarded_too() {
    let (server, browser) = (Rig::new(), Rig::new());
    let key = query_key!["todo"];
    let answers = Answers::new(todo(1, 1, 1));
    server.runtime.block_on(server.client.fetch_query(&answers.query(&server, &key).hydratable())).unwrap();
    browser.client.upsert(todo(1, 2, 2));
    let json = serde_json::to_string(&server.client.dehydrate(&DehydrateOptions::default())).unwrap();
    browser.client.hydrate(DehydratedState::from_json(&json).unwrap());
    let (_told, _subscription) = watch(&browser, answers.query(&browser, &key).hydratable().entity::<Todo>());
    assert_eq!(browser.client.get_query_data::<Todo>(&key).unwrap().rank, 2);
}

/// What nobody shows is forgotten, and with it every timer.
#[test]
fn entities_that_nobody_shows_are_forgotten() {
    let rig = Rig::new();
    let server = Answers::new(rows(&[todo(1, 1, 1), todo(2, 1, 2)]));
    let options = server.query(&rig, &query_key!["list"]).entity::<Todo>().gc_time(ms(10));
    let (_told, subscription) = watch(&rig, options);
    rig.client.delete::<Todo>(3_u32, 1);
    drop(subscription);
    assert_eq!(rig.client.entity_count(), 3);
    rig.advance(15 * 60 * 1000);
    assert_eq!((rig.client.entity_count(), rig.client.timer_count()), (0, 0));
}

/// One row on its own beside a list that shows it too.
#[derive(Clone, Debug, PartialEq)]
struct Board {
    pinned: Todo,
    rows: Rows,
}

impl Holds<Todo> for Board {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(Row<'a, Todo>)) {
        self.pinned.visit(see);
        self.rows.visit(see);
    }

    fn map(&self, change: &mut dyn FnMut(&Todo) -> Change<Todo>) -> Mapped<Self> {
        match (self.pinned.map(change), self.rows.map(change)) {
            (Mapped::Same, Mapped::Same) => Mapped::Same,
            (Mapped::Gone, _) => Mapped::Gone,
            (pinned, rows) => Mapped::Changed(Self {
                pinned: if let Mapped::Changed(pinned) = pinned { pinned } else { self.pinned.clone() },
                rows: if let Mapped::Changed(rows) = rows { rows } else { self.rows.clone() },
            }),
        }
    }
}

/// Whether it is part of the data or shared with other queries.
#[test]
fn an_entity_that_is_shown_twice_changes_in_both_places() {
    let rig = Rig::new();
    let key = query_key!["board"];
    let board = Board { pinned: todo(2, 1, 20), rows: rows(&[todo(1, 1, 10), todo(2, 1, 20)]) };
    let (told, _subscription) = watch(&rig, Answers::new(board).query(&rig, &key).entity::<Todo>());
    for version in 2..4 {
        rig.client.upsert(todo(2, version, 30));
        let shown = rig.client.get_query_data::<Board>(&key).unwrap();
        assert_eq!((shown.pinned.version, shown.rows[1].version), (version, version));
    }
    assert_eq!(times(&told), 2);
}

/// What is between two rows that change, before the first and behind the last.
#[test]
fn rows_that_stay_are_those_that_there_were() {
    let before = rows(&[1, 2, 3, 4, 5, 6, 7].map(|id| todo(id, 1, id)));
    let changed = before.map(&mut |row: &Todo| match row.id {
        2 | 6 => Change::Replace(Arc::new(todo(row.id, 2, 0))),
        3 | 5 => Change::Remove,
        _ => Change::Keep,
    });
    let Mapped::Changed(after) = changed else { panic!("rows changed") };
    let versions: Vec<_> = after.iter().map(|row| (row.id, row.version)).collect();
    assert_eq!(versions, [(1, 1), (2, 2), (4, 1), (6, 2), (7, 1)]);
    for (now, then) in [(0, 0), (2, 3), (4, 6)] {
        assert!(Arc::ptr_eq(&after[now], &before[then]), "row {} was copied", before[then].id);
    }
    let same = |row: &Todo| if row.id > 7 { Change::Remove } else { Change::Keep };
    assert_eq!(before.map(&mut |row: &Todo| same(row)), Mapped::Same);
}
