//! F11: observers of many queries, and F12: batches.

use std::sync::{Arc, Mutex};

use requery::runtime::TestRuntime;
use requery::{QueriesObserver, QueryClient, QueryFilters, QueryOptions, RefetchMode, query_key};

use crate::rig::{LATENCY, Rig, Source, Watch};

type Options = QueryOptions<u32, String>;

fn queries(source: &Source, ids: &[u32]) -> Vec<Options> {
    ids.iter().map(|id| source.query(&query_key!["n", id])).collect()
}

fn shown(observer: &QueriesObserver<u32, String>) -> Vec<Option<u32>> {
    observer.current_result().iter().map(|result| result.data.as_deref().copied()).collect()
}

/// F11: every query is fetched, and shown in its place.
#[test]
fn results_come_in_the_order_of_the_queries() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let observer = QueriesObserver::new(&rig.client, queries(&source, &[7, 3]));
    assert_eq!(source.calls(), 0, "nobody listens yet");
    assert!(observer.optimistic_result().iter().all(requery::QueryResult::is_loading));
    let subscription = observer.subscribe(|_| {});
    rig.advance(LATENCY);
    assert_eq!(shown(&observer), [Some(1), Some(2)]);
    drop(subscription);
    assert!(rig.client.queries(QueryFilters::all()).iter().all(|query| query.observers == 0));
}

/// F11: a query that stays in the list keeps its observer; one that goes is no longer observed.
#[test]
fn queries_that_stay_in_the_list_keep_their_observer() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let observer = QueriesObserver::new(&rig.client, queries(&source, &[1, 2]));
    let _subscription = observer.subscribe(|_| {});
    rig.advance(LATENCY);
    observer.set_queries(queries(&source, &[3, 2]));
    assert_eq!(shown(&observer), [None, Some(2)]);
    rig.advance(LATENCY);
    assert_eq!((shown(&observer), source.calls()), (vec![Some(3), Some(2)], 3));
    let active = rig.client.queries(QueryFilters::all().active());
    assert_eq!(
        active.iter().map(|query| query.key.clone()).collect::<Vec<_>>(),
        [query_key!["n", 2], query_key!["n", 3]]
    );
}

/// F11: a query that was collected before anybody listened begins anew. That is where the listener begins, and no news.
#[test]
fn queries_that_were_collected_before_anybody_listened_begin_anew() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let observer = QueriesObserver::new(&rig.client, queries(&source, &[1, 1]));
    rig.runtime.block_on(rig.client.fetch_query(&queries(&source, &[1])[0])).unwrap();
    rig.client.remove_queries(QueryFilters::all());
    let _somebody_else = Watch::new(&rig, source.query(&query_key!["n", 1]));
    let told: Arc<Mutex<Vec<usize>>> = Arc::default();
    let sink = Arc::clone(&told);
    let _subscription = observer.subscribe(move |results| {
        sink.lock().unwrap().push(results.iter().filter(|result| result.data.is_some()).count());
    });
    assert!(observer.current_result().iter().all(requery::QueryResult::is_loading));
    assert!(told.lock().unwrap().is_empty(), "it was being fetched already");
    rig.advance(LATENCY);
    assert_eq!((shown(&observer), source.calls()), (vec![Some(2), Some(2)], 2));
    assert_eq!(told.lock().unwrap().last(), Some(&2));
}

/// F11: a query that is new to the list comes into the cache before one that was collected comes back.
#[test]
fn new_queries_are_made_before_collected_ones_are_made_again() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let observer = QueriesObserver::new(&rig.client, queries(&source, &[1, 2]));
    rig.client.remove_queries(QueryFilters::all());
    observer.set_queries(queries(&source, &[1, 2, 3]));
    let all = rig.client.queries(QueryFilters::all());
    let keys: Vec<_> = all.iter().map(|query| query.key.clone()).collect();
    assert_eq!(keys, [query_key!["n", 3], query_key!["n", 1], query_key!["n", 2]]);
}

/// F11: where the list has several options for one query, those of the last are what it is fetched with.
#[test]
fn the_last_options_for_a_query_of_the_list_count() {
    let rig = Rig::new();
    let [first, last] = [1, 2].map(|n| Source::answering(&rig, move |_| Ok(n)));
    let observer = QueriesObserver::new(&rig.client, queries(&last, &[7, 7]));
    observer.set_queries([queries(&last, &[7]), queries(&first, &[7]), queries(&last, &[7])].concat());
    rig.client.set_query_data(query_key!["n", 7], 0_u32);
    rig.client.refetch_queries(QueryFilters::all(), requery::RefetchOptions::default());
    rig.advance(LATENCY);
    assert_eq!((first.calls(), last.calls()), (0, 1));
}

/// F11: mounting many keeps nothing from who observes one of the queries; who listens to the many is told once.
#[test]
fn mounting_many_keeps_nothing_from_other_observers() {
    let rig = Rig::new();
    let parts = |_context| futures::stream::iter([Ok(1)]);
    let options =
        || Options::streamed(query_key!["sum"], RefetchMode::Reset, 0, parts, |sum, part: u32| *sum += part);
    let watch = Watch::new(&rig, options());
    rig.settle();
    let before = watch.times_told();
    let told = Arc::new(Mutex::new(0));
    let count = Arc::clone(&told);
    let observer = QueriesObserver::new(&rig.client, [options(), options()]);
    let _subscription = observer.subscribe(move |_| *count.lock().unwrap() += 1);
    let seen =
        watch.seen()[before..].iter().map(|it| (it.is_fetching(), it.is_pending())).collect::<Vec<_>>();
    assert_eq!(seen, [(true, false), (true, true)], "it is fetched, and reset by that");
    assert_eq!(*told.lock().unwrap(), 1);
}

/// F11: a query may be in the list twice; it is fetched once.
#[test]
fn duplicates_are_allowed() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let observer = QueriesObserver::new(&rig.client, queries(&source, &[1, 1]));
    let _subscription = observer.subscribe(|_| {});
    rig.advance(LATENCY);
    assert_eq!((shown(&observer), source.calls()), (vec![Some(1), Some(1)], 1));
    observer.set_queries(queries(&source, &[1]));
    assert_eq!(shown(&observer), [Some(1)]);
}

/// F11: a combination is made when a result changed, and told when it is another.
#[test]
fn combine_is_memoised_and_told_when_it_changes() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let (combined, told) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(Vec::new())));
    let (count, sink) = (Arc::clone(&combined), Arc::clone(&told));
    let observer = QueriesObserver::combining(&rig.client, queries(&source, &[1, 2]), move |results| {
        *count.lock().unwrap() += 1;
        results.iter().all(|result| result.data.is_some())
    });
    let _subscription = observer.subscribe(move |all| sink.lock().unwrap().push(**all));
    rig.advance(LATENCY);
    assert_eq!(*told.lock().unwrap(), [true], "half of it is not all of it, as before");
    let before = *combined.lock().unwrap();
    let (first, second) = (observer.current_result(), observer.current_result());
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(*combined.lock().unwrap(), before, "nothing changed");
}

/// F12, R11: within a batch observers are told once, and what is read is current all the same.
#[test]
fn a_batch_tells_observers_once() {
    let rig = Rig::new();
    let key = query_key!["a"];
    let watch = Watch::new(&rig, Options::observe_only(&key));
    rig.client.batch(|| {
        for n in 0..50_u32 {
            rig.client.set_query_data(&key, n);
            rig.client.batch(|| rig.client.set_query_data(&key, n + 100));
        }
        assert_eq!((watch.times_told(), rig.data(&key)), (0, Some(149)));
        assert_eq!(watch.now().data.as_deref(), Some(&149));
    });
    assert_eq!((watch.times_told(), watch.now().data.as_deref()), (1, Some(&149)));
}

/// F12, R11: with coalescing, a hundred writes in one turn are told once, in the next.
#[test]
fn coalesced_updates_are_told_once_a_turn() {
    let runtime = TestRuntime::new();
    let client = QueryClient::builder(runtime.clone()).coalesce_updates(true).build();
    let rig = Rig { runtime, client };
    let key = query_key!["a"];
    let watch = Watch::new(&rig, Options::observe_only(&key));
    rig.settle();
    for n in 0..100_u32 {
        rig.client.set_query_data(&key, n);
    }
    assert_eq!(watch.times_told(), 0);
    rig.settle();
    assert_eq!((watch.times_told(), watch.now().data.as_deref()), (1, Some(&99)));
}
