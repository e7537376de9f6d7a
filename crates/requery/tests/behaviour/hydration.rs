//! F14: the cache as JSON and back.

use requery::{
    DehydrateOptions, DehydratedState, Error, QueryFilters, QueryOptions, QueryStatus, SetDataOptions,
    StaleTime, Timestamp, query_key,
};

use crate::rig::{LATENCY, Rig, Source, Watch, ms};

fn travel(from: &Rig, to: &Rig) -> String {
    let json = serde_json::to_string(&from.client.dehydrate(&DehydrateOptions::default())).unwrap();
    to.client.hydrate(DehydratedState::from_json(&json).unwrap());
    json
}

fn server_with(keys: &[requery::QueryKey]) -> Rig {
    let server = Rig::new();
    let source = Source::counting(&server);
    for key in keys {
        server.runtime.block_on(server.client.fetch_query(&source.query(key).hydratable())).unwrap();
    }
    server
}

/// F14: fresh data that came with the page is shown, and not fetched again.
#[test]
fn hydrated_data_is_shown_and_not_fetched_again_while_it_is_fresh() {
    let key = query_key!["a", serde_json::json!({ "id": 5 })];
    let server = server_with(std::slice::from_ref(&key));
    let browser = Rig::new();
    browser.advance(LATENCY);
    let json = travel(&server, &browser);
    assert!(json.contains(r#""queryKey":["a",{"id":5}]"#), "{json}");
    let source = Source::counting(&browser);
    let watch = Watch::new(&browser, source.query(&key).hydratable().stale_time(ms(1000)));
    assert_eq!((watch.now().data.as_deref(), watch.now().status), (Some(&1), QueryStatus::Success));
    browser.advance(500);
    assert_eq!(source.calls(), 0);
    assert_eq!(watch.now().data_updated_at, server.state(&key).data_updated_at);
}

/// F14: data of a type without a way into JSON, failures and fetches in flight stay where they are.
#[test]
fn only_hydratable_successes_are_dehydrated() {
    let rig = Rig::new();
    let (good, bad) = (Source::counting(&rig), Source::failing(&rig));
    rig.client.prefetch_query(&bad.query(&query_key!["failed"]).hydratable());
    let opaque = QueryOptions::<u64, String>::new(query_key!["opaque"], |_| async { Ok(1) });
    rig.client.prefetch_query(&opaque);
    rig.advance(LATENCY);
    rig.client.prefetch_query(&good.query(&query_key!["in flight"]).hydratable());
    assert!(rig.client.dehydrate(&DehydrateOptions::default()).queries.is_empty());
}

/// F14: filters choose what travels.
#[test]
fn filters_choose_what_is_dehydrated() {
    let rig = server_with(&[query_key!["a"], query_key!["b"]]);
    let options = DehydrateOptions { filters: QueryFilters::prefix(["b"]), ..DehydrateOptions::default() };
    let keys: Vec<_> =
        rig.client.dehydrate(&options).queries.into_iter().map(|query| query.query_key).collect();
    assert_eq!(keys, [serde_json::json!(["b"])]);
}

/// F14: neither an older page nor an equal one replaces what the cache has.
#[test]
fn hydrating_never_replaces_newer_data() {
    let server = server_with(&[query_key!["a"]]);
    let at = server.state(&query_key!["a"]).data_updated_at;
    for (offset, expected) in [(1, 7), (0, 7)] {
        let browser = Rig::new();
        let later = Timestamp::from_millis(at.as_millis() + offset);
        let options = SetDataOptions { updated_at: Some(later), only_if_newer: false };
        browser.client.set_query_data_with(["a"], 7_u32, options);
        travel(&server, &browser);
        assert_eq!(browser.data(&query_key!["a"]), Some(expected));
    }
}

/// F14: newer data replaces what an observer shows, while its fetch goes on.
#[test]
fn hydrating_newer_data_updates_observers_and_lets_their_fetch_go_on() {
    let key = query_key!["a"];
    let server = server_with(std::slice::from_ref(&key));
    let browser = Rig::new();
    let source = Source::answering(&browser, |_| Ok(50));
    let watch = Watch::new(&browser, source.query(&key).hydratable());
    browser.settle();
    travel(&server, &browser);
    assert_eq!((watch.now().data.as_deref(), watch.now().is_fetching()), (Some(&1), true));
    browser.advance(LATENCY);
    assert_eq!(watch.now().data.as_deref(), Some(&50));
}

/// An event that comes before anybody has looked at hydrated data is not lost.
#[test]
fn a_patch_for_data_that_is_not_decoded_yet_is_applied_when_it_is() {
    let key = query_key!["a"];
    let server = server_with(std::slice::from_ref(&key));
    let browser = Rig::new();
    travel(&server, &browser);
    assert_eq!(browser.data(&key), None, "its type is not known yet");
    assert!(browser.client.patch_query_data(&key, |n: &u32| (*n < 20).then_some(20)));
    let source = Source::counting(&browser);
    let watch = Watch::new(&browser, source.query(&key).hydratable().stale_time(StaleTime::Never));
    assert_eq!((watch.now().data.as_deref(), source.calls()), (Some(&20), 0));
    assert_eq!(browser.data(&key), Some(20));
}

/// Once its type is known, data under any key is decoded wherever it is asked for.
#[test]
fn a_type_is_learned_once_for_all_keys() {
    let server = server_with(&[query_key!["a"], query_key!["b"]]);
    let browser = Rig::new();
    travel(&server, &browser);
    let source = Source::counting(&browser);
    let _options_seen =
        Watch::new(&browser, source.query(&query_key!["a"]).hydratable().stale_time(StaleTime::Never));
    assert_eq!(browser.data(&query_key!["b"]), Some(2));
}

/// Data that nobody looked at travels on as it came.
#[test]
fn data_that_was_never_decoded_can_be_dehydrated_again() {
    let server = server_with(&[query_key!["a"]]);
    let (between, browser) = (Rig::new(), Rig::new());
    let first = travel(&server, &between);
    assert_eq!(travel(&between, &browser), first);
}

/// Data of an older version of the program is fetched again instead of failing the page.
#[test]
fn data_that_cannot_be_decoded_is_fetched() {
    let rig = Rig::new();
    let json = r#"{"queries":[{"queryKey":["a"],"data":"not a number","dataUpdatedAt":1000000000000}]}"#;
    rig.client.hydrate(DehydratedState::from_json(json).unwrap());
    let source = Source::counting(&rig);
    let watch = Watch::new(&rig, source.query(&query_key!["a"]).hydratable().stale_time(StaleTime::Never));
    assert!(watch.now().is_loading());
    rig.advance(LATENCY);
    assert_eq!(watch.now().data.as_deref(), Some(&1));
}

/// What is no dehydrated state is refused.
#[test]
fn json_of_another_shape_is_refused() {
    let error = DehydratedState::from_json(r#"{"queries":[{}]}"#).unwrap_err();
    assert!(matches!(error, Error::Dehydrated { .. }));
    assert!(error.to_string().contains("write it with the same version"), "{error}");
}

/// F14: an invalidation travels with the data.
#[test]
fn an_invalidation_travels_with_the_data() {
    let key = query_key!["a"];
    let server = server_with(std::slice::from_ref(&key));
    server.client.invalidate_queries(QueryFilters::all());
    let browser = Rig::new();
    travel(&server, &browser);
    let source = Source::counting(&browser);
    let _watch = Watch::new(&browser, source.query(&key).hydratable().stale_time(StaleTime::Never));
    browser.advance(LATENCY);
    assert_eq!(source.calls(), 1);
}
