//! What random scenarios on this cache and on its reference brought to light.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use requery::{
    GcTime, InFlight, InvalidateOptions, MutationObserver, MutationOptions, NetworkMode, QueryFilters,
    QueryObserver, QueryOptions, QueryResult, RefetchMode, RefetchOptions, RefetchType, SetDataOptions,
    StaleTime, query_key,
};

use crate::rig::{LATENCY, Rig, Source, Watch, ms};

/// F2.9: data of the future is fresh until its time has come and its stale time has passed.
#[test]
fn data_of_the_future_is_fresh() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let later = rig.client.now().saturating_add(ms(100));
    let options = SetDataOptions { updated_at: Some(later), ..SetDataOptions::default() };
    rig.client.set_query_data_with(&key, 7_u32, options);
    rig.client.prefetch_query(&source.query(&key));
    rig.settle();
    assert_eq!(source.calls(), 0);
    rig.advance(100);
    rig.client.prefetch_query(&source.query(&key));
    rig.settle();
    assert_eq!(source.calls(), 1);
}

/// F2.3: a fetch that takes the place of another begins with no failures.
#[test]
fn a_restarted_fetch_forgets_the_failures_of_the_one_before() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::failing(&rig));
    rig.client.set_query_data(&key, 1_u32);
    let watch = Watch::new(&rig, source.query(&key).retry_delay(ms(1000)));
    rig.advance(LATENCY);
    assert_eq!(watch.now().failure_count, 1);
    drop(watch.observer.refetch(RefetchOptions { cancel_refetch: true }));
    assert_eq!(watch.now().failure_count, 0);
}

/// F1.7: an invalidation that does not coalesce is over when the fetch that it joined has ended.
#[test]
fn an_invalidation_that_joins_the_first_fetch_is_forgotten_with_it() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let invalidated_by = |in_flight: InFlight| {
        rig.client.remove_queries(QueryFilters::all());
        rig.client.prefetch_query(&source.query(&key));
        let options = InvalidateOptions { refetch: RefetchType::None, in_flight };
        rig.client.invalidate_queries_with(QueryFilters::all(), options);
        rig.advance(LATENCY);
        rig.state(&key).is_invalidated
    };
    assert!(!invalidated_by(InFlight::Join));
    assert!(!invalidated_by(InFlight::Restart));
    assert!(invalidated_by(InFlight::Coalesce));
}

/// F1.10: who waits for a fetch waits for the one that a reset puts in its place.
#[test]
fn a_reset_hands_those_who_wait_to_the_next_fetch() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let _watch = Watch::new(&rig, source.query(&key));
    let fetching = rig.client.fetch_query(&source.query(&key));
    rig.settle();
    rig.client.reset_queries(QueryFilters::all());
    assert_eq!(*rig.runtime.block_on(fetching).unwrap(), 2);
}

/// F1.10: a reset that nothing follows leaves nobody waiting.
#[test]
fn a_reset_without_a_next_fetch_cancels() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let fetching = rig.client.fetch_query(&source.query(&key));
    rig.client.reset_queries(QueryFilters::all());
    assert!(rig.runtime.block_on(fetching).unwrap_err().is_cancelled());
}

/// F1.1: queries refetch after the mutations that were paused, so that they see what those did.
#[test]
fn coming_back_sends_paused_mutations_before_it_refetches() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let _watch = Watch::new(&rig, source.query(&key));
    rig.advance(LATENCY);
    rig.client.set_online(false);
    let runtime = rig.runtime.clone();
    let send = MutationOptions::new(move |(): ()| {
        let wait = runtime.sleep(ms(50));
        async move {
            wait.await;
            Ok::<_, String>(())
        }
    });
    drop(MutationObserver::new(&rig.client, send).mutate(()));
    rig.client.set_online(true);
    rig.advance(49);
    assert_eq!(source.calls(), 1, "the mutation is still under way");
    rig.advance(1);
    assert_eq!(source.calls(), 2);
}

/// F7.5: the data of the query before is what that has now; a query that lost its own data has none to keep.
#[test]
fn a_query_that_was_reset_is_not_its_own_previous_query() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let watch = Watch::new(&rig, source.query(&key).keep_previous_data());
    rig.advance(LATENCY);
    rig.client.reset_queries(QueryFilters::all());
    assert!(watch.now().data.is_none());
}

/// F7: an observer of a query that was removed shows it as it was, also when another has taken its place, until it
/// fetches.
#[test]
fn an_observer_keeps_to_the_query_that_was_removed_until_it_fetches() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let watch = Watch::new(&rig, source.query(&key));
    rig.advance(LATENCY);
    rig.client.remove_queries(QueryFilters::all());
    rig.client.set_query_data(&key, 70_u32);
    assert_eq!(watch.now().data.as_deref(), Some(&1));
    drop(watch.observer.refetch(RefetchOptions::default()));
    assert_eq!(watch.now().data.as_deref(), Some(&70));
    rig.advance(LATENCY);
    assert_eq!(watch.now().data.as_deref(), Some(&2));
}

/// F5: polling brings a removed query back.
#[test]
fn polling_brings_back_a_query_that_was_removed() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let mut watch = Watch::new(&rig, source.query(&key).refetch_interval(ms(100)));
    rig.advance(LATENCY);
    rig.client.remove_queries(QueryFilters::all());
    rig.advance(100 + LATENCY);
    assert_eq!(watch.now().data.as_deref(), Some(&2));
    watch.leave();
    rig.client.clear();
    assert_eq!(rig.client.timer_count(), 0);
}

/// F2.6: a refetch that has not begun is cancelled with its last observer where the function took the signal before.
#[test]
fn a_paused_refetch_of_a_function_that_heeds_the_signal_is_cancelled() {
    let rig = Rig::new();
    let key = query_key!["a"];
    let options = requery::QueryOptions::<u32, String>::new(&key, |context| {
        let _heeded = context.signal();
        async { Ok(1) }
    });
    let mut watch = Watch::new(&rig, options);
    rig.settle();
    rig.client.set_online(false);
    drop(watch.observer.refetch(RefetchOptions::default()));
    assert!(watch.now().is_paused());
    watch.leave();
    assert_eq!(rig.state(&key).fetch_status, requery::FetchStatus::Idle);
}

/// F2.7: a retry calls the function of the options that came last.
#[test]
fn a_retry_calls_the_latest_function() {
    let rig = Rig::new();
    let (key, failing, counting) = (query_key!["a"], Source::failing(&rig), Source::counting(&rig));
    let watch = Watch::new(&rig, failing.query(&key).retry_delay(ms(100)));
    rig.advance(LATENCY);
    watch.observer.set_options(counting.query(&key).retry_delay(ms(100)));
    rig.advance(100 + LATENCY);
    assert_eq!((failing.calls(), counting.calls()), (1, 1));
    assert!(watch.now().is_success());
}

/// F2.11: initial data fills a query again that lost its data.
#[test]
fn initial_data_comes_back_with_the_next_fetch_after_a_reset() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    rig.client.set_query_data(&key, 5_u32);
    let observer = QueryObserver::new(&rig.client, source.query(&key).initial_data(9));
    rig.client.reset_queries(QueryFilters::all());
    assert_eq!(rig.data(&key), None);
    drop(observer.refetch(RefetchOptions::default()));
    assert_eq!(rig.data(&key), Some(9));
}

/// F2.11: and so it does with the next poll.
#[test]
fn polling_begins_with_initial_data_where_there_is_none() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::failing(&rig));
    rig.client.set_query_data(&key, 5_u32);
    let options = source.query(&key).initial_data(9).refetch_interval(ms(100)).stale_time(StaleTime::Never);
    let _watch = Watch::new(&rig, options.retry(0));
    rig.client.reset_queries(QueryFilters::all());
    rig.advance(LATENCY);
    assert_eq!(rig.data(&key), None);
    rig.advance(100);
    assert_eq!(rig.data(&key), Some(9));
}

/// F7.4: without a selection the data is the query's own, whatever another query's was.
#[test]
fn another_key_with_equal_data_is_told() {
    let rig = Rig::new();
    let (one, other) = (query_key!["a"], query_key!["b"]);
    let at = rig.client.now();
    rig.client.set_query_data(&one, 1_u32);
    rig.client.set_query_data(&other, 1_u32);
    let options = |key| Source::counting(&rig).query(key).stale_time(StaleTime::Never);
    let watch = Watch::new(&rig, options(&one));
    let before = watch.times_told();
    watch.observer.set_options(options(&other));
    assert_eq!((watch.times_told(), watch.now().data_updated_at), (before + 1, at));
}

/// F10: a mutation that is never observed is collected from when it began.
#[test]
fn an_unobserved_mutation_is_collected_on_time() {
    let rig = Rig::new();
    let send = MutationOptions::new(|(): ()| async { Ok::<_, String>(()) }).gc_time(GcTime::After(ms(100)));
    let observer = MutationObserver::new(&rig.client, send.network_mode(NetworkMode::Always));
    drop(observer.mutate(()));
    rig.settle();
    observer.reset();
    assert!(rig.client.timer_count() > 0);
    rig.advance(100);
    assert_eq!(rig.client.timer_count(), 0);
}

/// F10: who subscribes to a mutation is told of what happens from then on.
#[test]
fn subscribing_to_a_mutation_is_no_news() {
    let rig = Rig::new();
    let send = MutationOptions::new(|(): ()| async { Ok::<_, String>(()) });
    let observer = MutationObserver::new(&rig.client, send);
    drop(observer.mutate(()));
    let told = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = std::sync::Arc::clone(&told);
    let _subscription = observer.subscribe(move |_| {
        counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    });
    assert_eq!(told.load(std::sync::atomic::Ordering::SeqCst), 0);
    rig.settle();
    assert_eq!(told.load(std::sync::atomic::Ordering::SeqCst), 1);
}

/// F10: callbacks of a mutation under way are those of the options that came last.
#[test]
fn new_options_reach_a_mutation_under_way() {
    let rig = Rig::new();
    let called = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let options = |name: &'static str| {
        let called = std::sync::Arc::clone(&called);
        MutationOptions::new(|(): ()| async { Ok::<_, String>(()) }).on_success(move |_, _| {
            called.lock().unwrap().push(name);
            async {}
        })
    };
    let observer = MutationObserver::new(&rig.client, options("first"));
    drop(observer.mutate(()));
    observer.set_options(options("second"));
    rig.settle();
    assert_eq!(*called.lock().unwrap(), ["second"]);
}

/// F14: what came from elsewhere is gone after a reset.
#[test]
fn a_hydrated_query_is_reset_to_nothing() {
    let (from, to) = (Rig::new(), Rig::new());
    let (key, source) = (query_key!["a"], Source::counting(&from));
    drop(from.client.fetch_query(&source.query(&key).hydratable()));
    from.advance(LATENCY);
    to.client.hydrate(from.client.dehydrate(&requery::DehydrateOptions::default()));
    to.client.reset_queries(QueryFilters::all());
    assert!(to.client.dehydrate(&requery::DehydrateOptions::default()).queries.is_empty());
}

/// F7.8: mounting takes up the query that is there then, and so does the result before that.
#[test]
fn the_optimistic_result_is_that_of_the_query_that_is_there() {
    let rig = Rig::new();
    let (source, key) = (Source::counting(&rig), query_key!["a"]);
    let observer = QueryObserver::new(&rig.client, source.query(&key).stale_time(StaleTime::Never));
    rig.runtime.block_on(rig.client.fetch_query(&source.query(&key))).unwrap();
    assert_eq!(observer.optimistic_result().data.as_deref(), Some(&1));
    rig.client.remove_queries(QueryFilters::all());
    assert!(observer.optimistic_result().is_loading(), "mounting would fetch it again");
    rig.client.set_query_data(&key, 7_u32);
    assert_eq!(observer.optimistic_result().data.as_deref(), Some(&7));
}

/// F15, F7.7: the end of a stream brings no other data than its last part did.
#[test]
fn a_stream_that_ends_is_not_told_as_other_data() {
    let rig = Rig::new();
    let parts = |_context| futures::stream::iter([1, 2].map(Ok));
    let options = QueryOptions::<u32, String>::streamed(
        query_key!["sum"],
        RefetchMode::Append,
        0,
        parts,
        |sum, part| {
            *sum += part;
        },
    );
    let observer = QueryObserver::new(&rig.client, options.structural_sharing(false));
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let is_other = |before: &QueryResult<u32, String>, now: &QueryResult<u32, String>| {
        before.data.as_ref().map(Arc::as_ptr) != now.data.as_ref().map(Arc::as_ptr)
    };
    let _subscription = observer.subscribe_when(is_other, move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    rig.settle();
    assert_eq!((observer.current_result().data.as_deref(), told.load(Ordering::SeqCst)), (Some(&3), 2));
}
