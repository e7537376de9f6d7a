//! F14: fetches that are in flight when a cache is dehydrated.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use requery::{
    CancelOptions, DehydrateOptions, DehydratedState, FetchStatus, HandedOver, QueryFilters, QueryObserver,
    QueryOptions, QueryStatus, RefetchMode, query_key,
};

use crate::rig::{Rig, Source, ms};

fn with_pending() -> DehydrateOptions {
    DehydrateOptions { pending: true, ..DehydrateOptions::default() }
}

/// A server that was dehydrated while it fetched `["n"]`, and what becomes of the fetch once it has ended.
fn server_in_flight(answer: Result<u32, String>) -> (DehydratedState, impl FnOnce() -> HandedOver) {
    let server = Rig::new();
    let source = Source::answering(&server, move |_| answer.clone());
    let options = source.query(&query_key!["n"]).hydratable();
    drop(server.client.prefetch_query(&options));
    let state = server.client.dehydrate(&with_pending());
    let outcome = server.client.outcome_of(&state.pending[0]);
    // Over the wire, as JSON.
    let state = DehydratedState::from_json(&serde_json::to_string(&state).unwrap()).unwrap();
    let end = move || {
        let outcome = server.runtime.block_on(outcome);
        serde_json::from_str(&serde_json::to_string(&outcome).unwrap()).unwrap()
    };
    (state, end)
}

/// Options that count how often they fetch here.
fn counted(calls: &Arc<AtomicUsize>) -> QueryOptions<u32, String> {
    let calls = Arc::clone(calls);
    QueryOptions::new(query_key!["n"], move |_| {
        calls.fetch_add(1, Ordering::SeqCst);
        async { Ok(99) }
    })
    .hydratable()
}

#[test]
fn a_fetch_in_flight_goes_on_elsewhere() {
    let (state, end) = server_in_flight(Ok(7));
    assert!(state.queries.is_empty());
    let browser = Rig::new();
    browser.client.hydrate(state);
    let calls = Arc::default();
    let observer = QueryObserver::new(&browser.client, counted(&calls));
    let seen: Arc<Mutex<Vec<_>>> = Arc::default();
    let sink = Arc::clone(&seen);
    let _subscription = observer
        .subscribe(move |result| sink.lock().unwrap().push((result.fetch_status, result.data.clone())));
    browser.settle();
    assert!(observer.current_result().is_loading());
    assert!(browser.client.hand_over(end()));
    browser.settle();
    assert_eq!(seen.lock().unwrap().last(), Some(&(FetchStatus::Idle, Some(Arc::new(7)))));
    assert_eq!(calls.load(Ordering::SeqCst), 0, "it was not fetched again");
}

#[test]
fn what_became_of_a_fetch_is_known_when_its_query_is_gone() {
    let server = Rig::new();
    let options = Source::counting(&server).query(&query_key!["n"]).hydratable();
    let fetching = server.client.prefetch_query(&options);
    let outcome = server.client.outcome_of(&server.client.dehydrate(&with_pending()).pending[0]);
    server.runtime.block_on(fetching);
    server.client.remove_queries(QueryFilters::all());
    assert_eq!(server.runtime.block_on(outcome).data, Some(1.into()));
}

/// A stream that begins anew is pending again; cancelled, it has the data of before, which is no outcome of it.
#[test]
fn a_fetch_that_was_cancelled_hands_nothing_over_also_where_older_data_comes_back() {
    let server = Rig::new();
    let (runtime, key) = (server.runtime.clone(), query_key!["n"]);
    let parts = move |_context| {
        let wait = runtime.sleep(ms(10));
        futures::stream::once(async move {
            wait.await;
            Ok(7)
        })
    };
    let stream = QueryOptions::<u32, String>::streamed(&key, RefetchMode::Reset, 0, parts, |_, _: u32| {});
    let stream = stream.hydratable();
    server.client.set_query_data(&key, 3_u32);
    drop(server.client.prefetch_query(&stream));
    server.settle();
    let state = server.client.dehydrate(&with_pending());
    let outcome = server.client.outcome_of(&state.pending[0]);
    server.client.cancel_queries(QueryFilters::all(), CancelOptions::default());
    assert_eq!(server.client.get_query_data::<u32>(&key).as_deref(), Some(&3));
    assert_eq!(server.runtime.block_on(outcome).data, None);
}

#[test]
fn what_is_handed_over_before_anybody_asks_is_decoded_when_somebody_does() {
    let (state, end) = server_in_flight(Ok(7));
    let browser = Rig::new();
    browser.client.hydrate(state);
    assert!(browser.client.hand_over(end()));
    let calls = Arc::default();
    let data = browser.runtime.block_on(browser.client.ensure_query_data(&counted(&calls))).unwrap();
    assert_eq!((*data, calls.load(Ordering::SeqCst)), (7, 0));
}

#[test]
fn a_fetch_that_failed_elsewhere_is_made_here_by_who_knows_how() {
    let (state, end) = server_in_flight(Err("secret".to_owned()));
    let outcome = end();
    assert!(!serde_json::to_string(&outcome).unwrap().contains("secret"));
    let browser = Rig::new();
    browser.client.hydrate(state);
    let calls = Arc::default();
    let waiting = browser.client.fetch_query(&counted(&calls));
    let _observed = QueryObserver::new(&browser.client, counted(&calls)).subscribe(|_| {});
    assert!(browser.client.hand_over(outcome));
    assert_eq!(*browser.runtime.block_on(waiting).unwrap(), 99);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[test]
fn a_fetch_that_failed_elsewhere_leaves_a_query_that_nobody_can_fetch() {
    let (state, end) = server_in_flight(Err("refused".to_owned()));
    let browser = Rig::new();
    browser.client.hydrate(state);
    browser.client.hand_over(end());
    let state = browser.state(&query_key!["n"]);
    assert_eq!((state.status, state.fetch_status), (QueryStatus::Pending, FetchStatus::Idle));
}

#[test]
fn what_is_no_longer_waited_for_is_not_taken() {
    let (state, end) = server_in_flight(Ok(7));
    let browser = Rig::new();
    browser.client.hydrate(state);
    browser.client.cancel_queries(QueryFilters::all(), CancelOptions::default());
    assert!(!browser.client.hand_over(end()));
    assert_eq!(browser.data(&query_key!["n"]), None);
}

#[test]
fn data_that_is_newer_here_is_not_waited_for() {
    let (state, end) = server_in_flight(Ok(7));
    let browser = Rig::new();
    browser.client.set_query_data(query_key!["n"], 8_u32);
    browser.client.hydrate(state);
    assert_eq!(browser.state(&query_key!["n"]).fetch_status, FetchStatus::Idle);
    assert!(!browser.client.hand_over(end()));
    assert_eq!(browser.data(&query_key!["n"]), Some(8));
}

#[test]
fn without_a_network_it_is_taken_when_there_is_one() {
    let (state, end) = server_in_flight(Ok(7));
    let browser = Rig::new();
    browser.client.set_online(false);
    browser.client.hydrate(state);
    assert!(browser.client.hand_over(end()));
    assert_eq!(browser.state(&query_key!["n"]).fetch_status, FetchStatus::Paused);
    browser.client.set_online(true);
    browser.settle();
    let calls = Arc::default();
    let data = browser.runtime.block_on(browser.client.ensure_query_data(&counted(&calls))).unwrap();
    assert_eq!((*data, calls.load(Ordering::SeqCst)), (7, 0));
}

#[test]
fn a_patch_meanwhile_is_applied_over_what_is_handed_over() {
    let (state, end) = server_in_flight(Ok(7));
    let browser = Rig::new();
    browser.client.hydrate(state);
    assert!(browser.client.patch_query_data(query_key!["n"], |n: &u32| Some(n.max(&20)).copied()));
    browser.client.hand_over(end());
    let calls = Arc::default();
    let data = browser.runtime.block_on(browser.client.ensure_query_data(&counted(&calls))).unwrap();
    assert_eq!(*data, 20);
}

#[test]
fn only_who_asks_for_it_gets_fetches_in_flight() {
    let server = Rig::new();
    drop(server.client.prefetch_query(&Source::counting(&server).query(&query_key!["n"]).hydratable()));
    assert!(server.client.dehydrate(&DehydrateOptions::default()).pending.is_empty());
    let none = DehydrateOptions { filters: QueryFilters::prefix(["other"]), ..with_pending() };
    assert!(server.client.dehydrate(&none).pending.is_empty());
}
