//! F2: one query's states, its fetches, and its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures::future::join_all;
use requery::{
    CancelOptions, Error, FetchError, FetchStatus, GcTime, QueryFilters, QueryOptions, QueryStatus,
    RefetchOn, RefetchOptions, StaleTime, Timestamp, query_key,
};

use crate::rig::{LATENCY, Rig, Source, Watch, ms};

/// F2.1, F2.2: an error keeps the data, counts, and makes it invalid; a success undoes that.
#[test]
fn an_error_keeps_data_and_invalidates_it_until_a_success() {
    let rig = Rig::new();
    let key = query_key!["a"];
    let source = Source::answering(&rig, |call| if call == 2 { Err("no".into()) } else { Ok(1) });
    for _ in 0..2 {
        rig.client.prefetch_query(&source.query(&key));
        rig.advance(LATENCY);
    }
    let state = rig.state(&key);
    assert_eq!((state.data.as_deref(), state.status), (Some(&1), QueryStatus::Error));
    assert_eq!((state.error_update_count, state.fetch_failure_count, state.is_invalidated), (1, 1, true));
    rig.client.prefetch_query(&source.query(&key));
    rig.settle();
    assert_eq!(rig.state(&key).fetch_failure_count, 0, "a new fetch counts its own failures");
    rig.advance(LATENCY);
    let state = rig.state(&key);
    assert_eq!(
        (state.status, state.error.is_none(), state.is_invalidated),
        (QueryStatus::Success, true, false)
    );
}

/// F2.1: a fetch without data starts over as pending.
#[test]
fn a_fetch_without_data_is_pending_again() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::failing(&rig));
    rig.client.prefetch_query(&source.query(&key));
    rig.advance(LATENCY);
    rig.client.prefetch_query(&source.query(&key));
    let state = rig.state(&key);
    assert_eq!((state.status, state.fetch_status), (QueryStatus::Pending, FetchStatus::Fetching));
    assert!(state.error.is_none());
}

/// F2.3: everybody who asks while a fetch is in flight shares it.
#[test]
fn fetches_of_one_key_are_shared() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let waiting: Vec<_> = (0..100).map(|_| rig.client.fetch_query(&source.query(&key))).collect();
    let all = rig.runtime.block_on(join_all(waiting));
    assert!(all.iter().all(|data| data.as_deref().is_ok_and(|data| *data == 1)));
    assert_eq!(source.calls(), 1);
}

/// F2.3: a first fetch is joined even by those who want a new one.
#[test]
fn a_first_fetch_is_never_restarted() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let watch = Watch::new(&rig, source.query(&query_key!["a"]));
    rig.settle();
    watch.observer.refetch(RefetchOptions::default());
    rig.advance(LATENCY);
    assert_eq!(source.calls(), 1);
}

/// F2.3, F2.4: a refetch replaces the one in flight, and who waited for that waits for the new one.
#[test]
fn those_who_wait_for_a_replaced_fetch_get_the_result_of_the_new_one() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let watch = Watch::new(&rig, source.query(&key));
    rig.advance(LATENCY);
    let first = watch.observer.refetch(RefetchOptions::default());
    rig.advance(LATENCY / 2);
    let second = watch.observer.refetch(RefetchOptions::default());
    assert_eq!(*rig.runtime.block_on(first).unwrap(), 3);
    assert_eq!(*rig.runtime.block_on(second).unwrap(), 3);
    assert_eq!(rig.state(&key).data_update_count, 2, "the replaced fetch never arrived");
}

/// F2.5: what is set by hand during a fetch is what cancelling goes back to.
#[test]
fn data_set_during_a_fetch_survives_its_cancellation() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    rig.client.set_query_data(&key, 1_u32);
    rig.client.prefetch_query(&source.query(&key));
    rig.settle();
    rig.client.set_query_data(&key, 2_u32);
    rig.client.cancel_queries(QueryFilters::all(), CancelOptions::default());
    assert_eq!(rig.data(&key), Some(2));
}

fn slow(rig: &Rig, takes_signal: bool) -> (QueryOptions<u32, String>, Arc<AtomicBool>, Arc<AtomicUsize>) {
    let (aborted, ended) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (runtime, flag, count) = (rig.runtime.clone(), Arc::clone(&aborted), Arc::clone(&ended));
    let options = QueryOptions::new(query_key!["slow"], move |context| {
        let (runtime, flag, count) = (runtime.clone(), Arc::clone(&flag), Arc::clone(&count));
        async move {
            if takes_signal {
                let signal = context.signal();
                futures::future::select(Box::pin(signal.cancelled()), runtime.sleep(ms(100))).await;
                flag.store(signal.is_cancelled(), Ordering::SeqCst);
            } else {
                runtime.sleep(ms(100)).await;
            }
            count.fetch_add(1, Ordering::SeqCst);
            Ok(1)
        }
    });
    (options, aborted, ended)
}

/// F2.6: whoever took the signal is told when the last observer leaves, and the state from before comes back.
#[test]
fn leaving_aborts_a_fetch_that_took_the_signal() {
    let rig = Rig::new();
    let (options, aborted, ended) = slow(&rig, true);
    let mut watch = Watch::new(&rig, options);
    rig.advance(50);
    watch.leave();
    rig.settle();
    assert!(aborted.load(Ordering::SeqCst));
    assert_eq!(ended.load(Ordering::SeqCst), 1, "it was left to end by itself");
    let state = rig.state(&query_key!["slow"]);
    assert_eq!((state.status, state.fetch_status), (QueryStatus::Pending, FetchStatus::Idle));
}

/// F2.6: a fetch whose signal nobody took runs to its end when its observers leave.
#[test]
fn leaving_lets_a_fetch_end_that_did_not_take_the_signal() {
    let rig = Rig::new();
    let (options, _, _) = slow(&rig, false);
    let mut watch = Watch::new(&rig, options);
    rig.advance(50);
    watch.leave();
    rig.advance(50);
    assert_eq!(rig.data(&query_key!["slow"]), Some(1));
}

/// A function that has nothing to end but its future says so, and is dropped when the last observer leaves.
#[test]
fn leaving_drops_a_function_that_may_be_dropped() {
    let rig = Rig::new();
    let ended = Arc::new(AtomicUsize::new(0));
    let (runtime, count) = (rig.runtime.clone(), Arc::clone(&ended));
    let options = QueryOptions::<u32, String>::new(query_key!["slow"], move |context| {
        context.drop_when_left();
        let (runtime, count) = (runtime.clone(), Arc::clone(&count));
        async move {
            runtime.sleep(ms(100)).await;
            count.fetch_add(1, Ordering::SeqCst);
            Ok(1)
        }
    });
    let mut watch = Watch::new(&rig, options.clone());
    rig.advance(50);
    watch.leave();
    rig.advance(100);
    assert_eq!((ended.load(Ordering::SeqCst), rig.data(&query_key!["slow"])), (0, None));
    rig.client.prefetch_query(&options);
    rig.advance(100);
    assert_eq!(ended.load(Ordering::SeqCst), 1, "what nobody has looked at yet is not left");
}

/// F2.6: cancelling drops a function that did not take the signal.
#[test]
fn cancelling_drops_a_function_that_did_not_take_the_signal() {
    let rig = Rig::new();
    let (options, _, ended) = slow(&rig, false);
    rig.client.prefetch_query(&options);
    rig.advance(50);
    rig.client.cancel_queries(QueryFilters::all(), CancelOptions::default());
    rig.advance(100);
    assert_eq!(ended.load(Ordering::SeqCst), 0);
}

/// F2.6: a first fetch that waits for the network is given up when nobody is left.
#[test]
fn leaving_gives_up_a_first_fetch_that_never_began() {
    let rig = Rig::new();
    rig.client.set_online(false);
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let mut watch = Watch::new(&rig, source.query(&key));
    assert!(watch.now().is_paused());
    watch.leave();
    rig.client.set_online(true);
    rig.advance(LATENCY);
    assert_eq!((source.calls(), rig.state(&key).fetch_status), (0, FetchStatus::Idle));
}

/// F2.6: a function that panics or is dropped leaves no query that fetches for ever.
#[test]
fn a_fetch_whose_task_is_dropped_is_cancelled() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let other = requery::runtime::TestRuntime::new();
    let client = requery::QueryClient::new(Forgetful(other));
    let fetching = client.fetch_query(&source.query(&key));
    assert!(rig.runtime.block_on(fetching).is_err_and(|error| error.is_cancelled()));
    assert_eq!(client.is_fetching(QueryFilters::all()), 0);
}

/// A driver that is shutting down.
struct Forgetful(requery::runtime::TestRuntime);

impl requery::runtime::Runtime for Forgetful {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
    fn spawn(&self, task: requery::runtime::Task) {
        drop(task);
    }
    fn sleep_until(&self, at: Timestamp) -> requery::runtime::Task {
        self.0.sleep_until(at)
    }
    fn random(&self) -> u64 {
        0
    }
}

/// F2.7: nobody knows how to fetch it.
#[test]
fn fetching_without_a_function_says_which_key_lacks_one() {
    let rig = Rig::new();
    let options = QueryOptions::<u32, String>::observe_only(query_key!["a"]);
    let error = rig.runtime.block_on(rig.client.fetch_query(&options)).unwrap_err();
    assert!(matches!(error, FetchError::Cache(Error::MissingQueryFn { key }) if key == query_key!["a"]));
    assert_eq!(rig.state(&query_key!["a"]).fetch_status, FetchStatus::Idle);
}

/// F2.7: a query that was made without a function takes that of its first observer that has one.
#[test]
fn a_query_without_a_function_takes_that_of_an_observer() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let _with = Watch::new(&rig, source.query(&key).enabled(true));
    let _without = Watch::new(&rig, QueryOptions::observe_only(&key));
    rig.advance(LATENCY);
    rig.runtime.block_on(rig.client.refetch_queries(QueryFilters::exact(&key), RefetchOptions::default()));
    assert_eq!(rig.data(&key), Some(2));
}

/// F2.8: unobserved queries are collected after the longest gc time that they were ever given.
#[test]
fn an_unobserved_query_is_collected_after_its_longest_gc_time() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    rig.client.prefetch_query(&source.query(&key).gc_time(ms(100)));
    rig.advance(LATENCY);
    rig.client.prefetch_query(&source.query(&key).gc_time(ms(20)));
    rig.advance(LATENCY);
    rig.advance(99);
    assert_eq!(rig.client.query_count(), 1);
    rig.advance(1);
    assert_eq!((rig.client.query_count(), rig.client.timer_count()), (0, 0));
}

/// F2.8: nothing is collected while it is observed, and the wait begins when the last observer leaves.
#[test]
fn an_observed_query_is_not_collected() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let mut watch = Watch::new(&rig, source.query(&query_key!["a"]).gc_time(ms(10)));
    rig.advance(1000);
    assert_eq!(rig.client.query_count(), 1);
    watch.leave();
    rig.advance(9);
    assert_eq!(rig.client.query_count(), 1);
    rig.advance(1);
    assert_eq!(rig.client.query_count(), 0);
}

/// F2.8: a gc time of zero, and one of never.
#[test]
fn a_gc_time_may_be_nothing_or_for_ever() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let mut at_once = Watch::new(&rig, source.query(&query_key!["a"]).gc_time(ms(0)));
    let mut never = Watch::new(&rig, source.query(&query_key!["b"]).gc_time(GcTime::Never));
    rig.advance(LATENCY);
    at_once.leave();
    never.leave();
    rig.advance(0);
    assert!(rig.client.get_query_data::<u32>(["a"]).is_none());
    rig.advance(1_000_000_000);
    assert!(rig.client.get_query_data::<u32>(["b"]).is_some());
}

/// F2.8: a fetch in flight is not collected; the wait begins anew after it.
#[test]
fn a_query_is_not_collected_while_it_is_fetched() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    rig.client.prefetch_query(&source.query(&key).gc_time(ms(5)));
    rig.advance(LATENCY);
    assert_eq!(rig.data(&key), Some(1));
    rig.advance(5);
    assert_eq!(rig.client.query_count(), 0);
}

/// F2.9: static data never becomes stale, not even when it is invalidated.
#[test]
fn static_data_is_never_stale() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let options =
        source.query(&query_key!["a"]).stale_time(StaleTime::Static).refetch_on_mount(RefetchOn::Always);
    let mut watch = Watch::new(&rig, options.clone());
    rig.advance(LATENCY);
    rig.client.invalidate_queries(QueryFilters::all());
    rig.advance(LATENCY);
    assert!(!watch.now().is_stale);
    watch.leave();
    let _again = Watch::new(&rig, options);
    rig.advance(LATENCY);
    assert_eq!(source.calls(), 1);
}

/// F2.10: of many observers, the first that wants it refetches, with its own function.
#[test]
fn focus_refetches_once_through_the_first_observer_that_wants_it() {
    let rig = Rig::new();
    let key = query_key!["a"];
    let (silent, eager) = (Source::counting(&rig), Source::counting(&rig));
    let _silent = Watch::new(&rig, silent.query(&key).refetch_on_window_focus(false));
    let _eager = Watch::new(&rig, eager.query(&key));
    let _third = Watch::new(&rig, silent.query(&key));
    rig.advance(LATENCY);
    let before = (silent.calls(), eager.calls());
    rig.client.set_focused(false);
    rig.client.set_focused(true);
    rig.advance(LATENCY);
    assert_eq!((silent.calls() - before.0, eager.calls() - before.1), (0, 1));
}

/// F2.11: initial data is as fresh as it says.
#[test]
fn initial_data_counts_as_fetched_when_it_says() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let fresh = Watch::new(&rig, source.query(&query_key!["a"]).initial_data(9).stale_time(ms(1000)));
    rig.advance(LATENCY);
    assert_eq!((fresh.now().data.as_deref(), source.calls()), (Some(&9), 0));
    let old = source.query(&query_key!["b"]).initial_data(9).stale_time(ms(1000));
    let old = Watch::new(&rig, old.initial_data_updated_at(Timestamp::from_millis(1)));
    assert_eq!((old.now().data.as_deref(), old.now().is_fetching()), (Some(&9), true));
}

/// F2.11: initial data that comes later fills a query that has none, and is what a reset goes back to.
#[test]
fn late_initial_data_fills_an_empty_query() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let watch = Watch::new(&rig, source.query(&key).enabled(false));
    assert!(watch.now().is_pending());
    watch.observer.set_options(source.query(&key).enabled(false).initial_data(4));
    assert_eq!(watch.now().data.as_deref(), Some(&4));
    rig.client.set_query_data(&key, 5_u32);
    rig.client.reset_queries(QueryFilters::all());
    assert_eq!(watch.now().data.as_deref(), Some(&4));
}

/// F2.8: a query whose fetch is about to begin is not collected in between, however short its gc time.
#[test]
fn a_query_that_is_collected_before_its_fetch_begins_is_fetched_all_the_same() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let (client, was_removed) = (rig.client.clone(), AtomicBool::new(false));
    // The shortest gc time there is: gone as soon as it is made.
    let _collector = rig.client.subscribe(move |event| {
        if matches!(event, requery::CacheEvent::Added { .. }) && !was_removed.swap(true, Ordering::SeqCst) {
            client.remove_queries(QueryFilters::all());
        }
    });
    let fetching = rig.client.fetch_query(&source.query(&key));
    assert_eq!(*rig.runtime.block_on(fetching).unwrap(), 1);
}
