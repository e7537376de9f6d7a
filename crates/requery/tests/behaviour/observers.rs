//! F5 to F7: observers, their options and results.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use requery::{QueryFilters, QueryOptions, QueryStatus, RefetchOn, RefetchOptions, StaleTime, query_key};

use crate::rig::{LATENCY, Rig, Source, Watch, ms};

/// F7.1, F6: mounting fetches, and the result says how far that is.
#[test]
fn mounting_fetches_and_shows_the_way_from_pending_to_success() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let watch = Watch::new(&rig, source.query(&query_key!["a"]));
    let loading = watch.now();
    assert!(loading.is_pending() && loading.is_loading() && loading.is_fetching() && !loading.is_fetched);
    rig.advance(LATENCY);
    let done = watch.now();
    assert!(done.is_success() && !done.is_fetching() && done.is_fetched && done.is_fetched_after_mount);
    assert_eq!(done.data.as_deref(), Some(&1));
    assert_eq!(watch.times_told(), 2, "once when it began, once when it ended");
}

/// F6: an error after data is a refetch error, one without data a loading error.
#[test]
fn results_tell_errors_with_data_from_errors_without() {
    let rig = Rig::new();
    let source = Source::failing(&rig);
    let watch = Watch::new(&rig, source.query(&query_key!["a"]).retry(0));
    rig.advance(LATENCY);
    assert!(watch.now().is_loading_error() && !watch.now().is_refetch_error());
    rig.client.set_query_data(["a"], 1_u32);
    watch.observer.refetch(RefetchOptions::default());
    assert!(watch.now().is_refetching());
    rig.advance(LATENCY);
    assert!(watch.now().is_refetch_error() && !watch.now().is_loading_error());
}

/// F5: a disabled observer fetches nothing by itself, but can be told to.
#[test]
fn a_disabled_observer_fetches_only_by_hand() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let watch = Watch::new(&rig, source.query(&query_key!["a"]).enabled(false));
    rig.advance(1000);
    assert_eq!((source.calls(), watch.now().is_enabled, watch.now().is_loading()), (0, false, false));
    watch.observer.refetch(RefetchOptions::default());
    rig.advance(LATENCY);
    assert_eq!(watch.now().data.as_deref(), Some(&1));
}

/// F7.1: what happened between making an observer and mounting it counts.
#[test]
fn mounting_goes_by_the_state_of_that_moment() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let options = source.query(&key).stale_time(StaleTime::Never);
    let observer = requery::QueryObserver::new(&rig.client, options);
    rig.client.set_query_data(&key, 9_u32);
    assert!(!observer.optimistic_result().is_fetching());
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let _subscription = observer.subscribe(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    rig.advance(LATENCY);
    assert_eq!((source.calls(), observer.current_result().data.as_deref()), (0, Some(&9)));
    assert_eq!(told.load(Ordering::SeqCst), 1, "who begins to listen is told what changed before");
}

/// F7.2: enabling an observer fetches what is stale.
#[test]
fn enabling_fetches() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let watch = Watch::new(&rig, source.query(&key).enabled(false));
    watch.observer.set_options(source.query(&key));
    rig.advance(LATENCY);
    assert_eq!(source.calls(), 1);
    watch.observer.set_options(source.query(&key));
    rig.advance(LATENCY);
    assert_eq!(source.calls(), 1, "new options of the same query fetch nothing");
}

/// F5: `enabled_fn` follows the query's state.
#[test]
fn a_function_can_enable_by_the_state_of_the_query() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let options = source.query(&query_key!["a"]).enabled_fn(|state| state.data.is_none());
    let watch = Watch::new(&rig, options);
    rig.advance(LATENCY);
    assert_eq!((source.calls(), watch.now().is_enabled), (1, false));
    rig.client.invalidate_queries(QueryFilters::all());
    rig.advance(LATENCY);
    assert_eq!(source.calls(), 1);
}

/// F5, F7.1: whether what is there is fetched again on mount.
#[test]
fn mounting_over_data_refetches_as_the_rule_says() {
    for (rule, stale_time, calls) in [
        (RefetchOn::Stale, ms(0), 2),
        (RefetchOn::Stale, ms(1000), 1),
        (RefetchOn::Never, ms(0), 1),
        (RefetchOn::Always, ms(1000), 2),
    ] {
        let rig = Rig::new();
        let (key, source) = (query_key!["a"], Source::counting(&rig));
        rig.client.prefetch_query(&source.query(&key));
        rig.advance(LATENCY);
        let _watch = Watch::new(&rig, source.query(&key).refetch_on_mount(rule).stale_time(stale_time));
        rig.advance(LATENCY);
        assert_eq!(source.calls(), calls, "{rule:?} {stale_time:?}");
    }
}

/// F5: a failed query without data is not tried again on mount where that is not wanted.
#[test]
fn a_failed_query_is_left_alone_on_mount_if_asked() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::failing(&rig));
    rig.client.prefetch_query(&source.query(&key));
    rig.advance(LATENCY);
    let watch = Watch::new(&rig, source.query(&key).retry_on_mount(false));
    rig.advance(LATENCY);
    assert_eq!((source.calls(), watch.now().is_error()), (1, true));
    let _again = Watch::new(&rig, source.query(&key));
    rig.advance(LATENCY);
    assert_eq!(source.calls(), 2);
}

/// F7.2, F7.5: switching the key shows nothing, or the previous data, until the next is there.
#[test]
fn switching_keys_shows_the_previous_data_if_asked() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let page = |n: u32| source.query(&query_key!["page", n]);
    let plain = Watch::new(&rig, page(1));
    let kept = Watch::new(&rig, page(1).keep_previous_data());
    rig.advance(LATENCY);
    plain.observer.set_options(page(2));
    kept.observer.set_options(page(2).keep_previous_data());
    assert!(plain.now().is_pending() && plain.now().data.is_none());
    let shown = kept.now();
    assert_eq!(
        (shown.data.as_deref(), shown.is_placeholder_data, shown.status),
        (Some(&1), true, QueryStatus::Success)
    );
    rig.advance(LATENCY);
    let shown = kept.now();
    assert_eq!((shown.data.as_deref(), shown.is_placeholder_data), (Some(&2), false));
}

/// F7.2: the previous query is left, and collected in time.
#[test]
fn switching_keys_leaves_the_previous_query() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let watch = Watch::new(&rig, source.query(&query_key![1]).gc_time(ms(100)));
    rig.advance(LATENCY);
    watch.observer.set_options(source.query(&query_key![2]).gc_time(ms(100)));
    rig.advance(100);
    let keys: Vec<_> = rig.client.queries(QueryFilters::all()).into_iter().map(|query| query.key).collect();
    assert_eq!(keys, [query_key![2]]);
}

/// F7.4: placeholder data is seen by its observer, and by nobody else.
#[test]
fn placeholder_data_is_never_in_the_cache() {
    let rig = Rig::new();
    let key = query_key!["a"];
    let source = Source::counting(&rig);
    let watch = Watch::new(&rig, source.query(&key).placeholder_data(99).select(|n| n + 1));
    let shown = watch.now();
    assert_eq!((shown.data.as_deref(), shown.is_placeholder_data), (Some(&100), true));
    assert!(shown.is_success() && shown.is_fetching());
    assert_eq!(rig.data(&key), None);
    rig.advance(LATENCY);
    assert_eq!((watch.now().data.as_deref(), watch.now().is_placeholder_data), (Some(&2), false));
}

/// F7.3: the same data is selected from once.
#[test]
fn selecting_happens_once_for_the_same_data() {
    let rig = Rig::new();
    let selections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&selections);
    let source = Source::answering(&rig, |_| Ok(5));
    let options = source.query(&query_key!["a"]).select(move |n| {
        count.fetch_add(1, Ordering::SeqCst);
        n * 2
    });
    let watch = Watch::new(&rig, options);
    rig.advance(LATENCY);
    for _ in 0..3 {
        watch.observer.refetch(RefetchOptions::default());
        rig.advance(LATENCY);
        assert_eq!(watch.now().data.as_deref(), Some(&10));
    }
    assert_eq!((selections.load(Ordering::SeqCst), source.calls()), (1, 4));
}

/// F7.4, F7.7: an observer of a part is not told of changes elsewhere.
#[test]
fn an_equal_selection_keeps_its_identity() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let watch = Watch::new(&rig, source.query(&query_key!["a"]).select(|n| n / 100));
    rig.advance(LATENCY);
    let before = watch.now().data.unwrap();
    watch.observer.refetch(RefetchOptions::default());
    rig.advance(LATENCY);
    assert!(Arc::ptr_eq(&before, &watch.now().data.unwrap()));
    assert_eq!(source.calls(), 2);
}

/// F7.3: a selection that fails is an error with the last selected data, until it succeeds again.
#[test]
fn a_failing_selection_is_an_error_that_keeps_what_was_selected() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let options = source
        .query(&query_key!["a"])
        .try_select(|n| if n % 2 == 1 { Ok(n * 10) } else { Err(format!("{n} is even")) });
    let watch = Watch::new(&rig, options);
    rig.advance(LATENCY);
    watch.observer.refetch(RefetchOptions::default());
    rig.advance(LATENCY);
    let result = watch.now();
    assert_eq!((result.status, result.data.as_deref()), (QueryStatus::Error, Some(&10)));
    assert_eq!(result.error.as_deref().unwrap(), "2 is even");
    assert_eq!(rig.state(&query_key!["a"]).status, QueryStatus::Success, "the query itself is well");
    watch.observer.refetch(RefetchOptions::default());
    rig.advance(LATENCY);
    assert_eq!((watch.now().data.as_deref(), watch.now().error), (Some(&30), None));
}

/// F7.3: an error of a selection goes with the data that it is about.
#[test]
fn an_error_in_selecting_does_not_outlive_the_data() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let options = |n: u32| source.query(&query_key![n]).try_select(|_| Err::<u32, _>("never".to_owned()));
    let watch = Watch::new(&rig, options(1));
    rig.advance(LATENCY);
    assert!(watch.now().is_error());
    watch.observer.set_options(options(2));
    assert!(watch.now().is_pending() && watch.now().error.is_none());
}

/// F7.6: data becomes stale by itself, one millisecond after its time, and the listener is told.
#[test]
fn becoming_stale_is_told_without_anybody_asking() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let watch = Watch::new(&rig, source.query(&query_key!["a"]).stale_time(ms(100)));
    rig.advance(LATENCY);
    let told = watch.times_told();
    rig.advance(100);
    assert_eq!(watch.times_told(), told);
    rig.advance(1);
    assert_eq!(watch.times_told(), told + 1);
    assert!(watch.seen().last().unwrap().is_stale);
    assert_eq!(source.calls(), 1, "being stale fetches nothing");
}

/// F7.7: an equal result is not told.
#[test]
fn refetching_equal_data_tells_only_that_it_is_fetched() {
    let rig = Rig::new();
    let source = Source::answering(&rig, |_| Ok(1));
    let watch = Watch::new(&rig, source.query(&query_key!["a"]));
    rig.advance(LATENCY);
    let before = watch.now().data.unwrap();
    watch.observer.refetch(RefetchOptions::default());
    rig.advance(LATENCY);
    assert!(watch.seen().iter().filter_map(|seen| seen.data.clone()).all(|data| Arc::ptr_eq(&data, &before)));
}

/// F5: polling goes on while focused, in the background only if asked, and ends with the subscription.
#[test]
fn polling_stops_in_the_background_unless_asked() {
    for (in_background, calls_while_hidden) in [(false, 0), (true, 3)] {
        let rig = Rig::new();
        let source = Source::counting(&rig);
        let options = source.query(&query_key!["a"]).refetch_interval(ms(100));
        let mut watch = Watch::new(&rig, options.refetch_interval_in_background(in_background));
        rig.advance(LATENCY);
        rig.advance(350);
        let before = source.calls();
        assert_eq!(before, 4);
        rig.client.set_focused(false);
        rig.advance(330);
        assert_eq!(source.calls() - before, calls_while_hidden, "in background: {in_background}");
        watch.leave();
        let before = source.calls();
        rig.advance(1000);
        assert_eq!(source.calls(), before);
    }
}

/// F5: a function of the state ends polling when the work is done.
#[test]
fn polling_ends_when_its_function_says_so() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let options = source.query(&query_key!["job"]).refetch_interval_fn(|state| match state.data.as_deref() {
        Some(progress) if *progress >= 3 => None,
        _ => Some(ms(50)),
    });
    let watch = Watch::new(&rig, options);
    rig.advance(10_000);
    assert_eq!((source.calls(), watch.now().data.as_deref()), (3, Some(&3)));
}

/// F5: a stale time may depend on the data.
#[test]
fn a_stale_time_can_depend_on_the_data() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let options = source.query(&query_key!["a"]).stale_time_fn(|state| match state.data.as_deref() {
        Some(1) => StaleTime::After(ms(50)),
        _ => StaleTime::Never,
    });
    let watch = Watch::new(&rig, options);
    rig.advance(LATENCY + 51);
    assert!(watch.now().is_stale);
    watch.observer.refetch(RefetchOptions::default());
    rig.advance(100_000);
    assert!(!watch.now().is_stale);
}

/// F7.8: before it mounts, an observer can say what it will show once it has.
#[test]
fn the_optimistic_result_is_that_of_the_mounted_observer() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let observer = requery::QueryObserver::new(&rig.client, source.query(&query_key!["a"]));
    assert!(!observer.current_result().is_fetching() && observer.optimistic_result().is_loading());
    let _subscription = observer.subscribe(|_| {});
    assert!(observer.current_result().is_loading());
    rig.client.set_online(false);
    let offline = requery::QueryObserver::new(&rig.client, source.query(&query_key!["b"]));
    assert!(offline.optimistic_result().is_paused());
}

/// F7.10: "after mount" is counted from when the observer came to the query.
#[test]
fn fetched_after_mount_is_about_this_observer() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    rig.client.prefetch_query(&source.query(&key));
    rig.advance(LATENCY);
    let watch = Watch::new(&rig, source.query(&key));
    assert!(watch.now().is_fetched && !watch.now().is_fetched_after_mount);
    rig.advance(LATENCY);
    assert!(watch.now().is_fetched_after_mount);
}

/// Options without a function watch what others put into the cache.
#[test]
fn an_observer_without_a_function_watches_what_others_write() {
    let rig = Rig::new();
    let watch = Watch::new(&rig, QueryOptions::observe_only(query_key!["a"]));
    assert!(watch.now().is_pending() && !watch.now().is_enabled);
    rig.client.set_query_data(["a"], 3_u32);
    assert_eq!(watch.now().data.as_deref(), Some(&3));
}

/// A query that was removed under an observer comes back when the observer fetches.
#[test]
fn an_observer_survives_the_removal_of_its_query() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let watch = Watch::new(&rig, source.query(&query_key!["a"]));
    rig.advance(LATENCY);
    rig.client.remove_queries(QueryFilters::all());
    assert_eq!(watch.now().data.as_deref(), Some(&1), "it goes on showing what it showed");
    watch.observer.refetch(RefetchOptions::default());
    rig.advance(LATENCY);
    assert_eq!(watch.now().data.as_deref(), Some(&2));
    rig.client.set_query_data(["a"], 50_u32);
    assert_eq!(watch.seen().last().unwrap().data.as_deref(), Some(&50), "and is told of changes again");
}

/// Nothing is left over when everybody has gone.
#[test]
fn no_timer_and_no_task_outlives_a_collected_query() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let options = source.query(&query_key!["a"]).stale_time(ms(20)).refetch_interval(ms(30)).gc_time(ms(40));
    let mut watch = Watch::new(&rig, options);
    rig.advance(500);
    watch.leave();
    rig.advance(100);
    assert_eq!((rig.client.query_count(), rig.client.timer_count(), rig.runtime.task_count()), (0, 0, 0));
}
