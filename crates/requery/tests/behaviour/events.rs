//! F8: what the cache tells those who subscribe to it.

use std::sync::{Arc, Mutex};

use requery::{CacheCallbacks, CacheEvent, QueryAction, QueryClient, QueryFilters, query_key};

use crate::rig::{LATENCY, Rig, Source, Watch};

fn name(event: &CacheEvent) -> String {
    match event {
        CacheEvent::Added { .. } => "added".into(),
        CacheEvent::Removed { .. } => "removed".into(),
        CacheEvent::Updated { action, .. } => format!("{action:?}"),
        CacheEvent::ObserverAdded { .. } => "observer added".into(),
        CacheEvent::ObserverRemoved { .. } => "observer removed".into(),
        CacheEvent::ObserverResultsUpdated { .. } => "results".into(),
        other => format!("{other:?}"),
    }
}

/// F8: the life of a query, in order.
#[test]
fn the_life_of_a_query_is_told_in_order() {
    let rig = Rig::new();
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = Arc::clone(&told);
    let subscription = rig.client.subscribe(move |event| sink.lock().unwrap().push(name(event)));
    let source = Source::counting(&rig);
    let mut watch = Watch::new(&rig, source.query(&query_key!["a"]));
    rig.advance(LATENCY);
    watch.leave();
    rig.client.remove_queries(QueryFilters::all());
    let expected = [
        "added",
        "observer added",
        "Fetch",
        "results",
        "Success { manual: false }",
        "results",
        "observer removed",
        "removed",
    ];
    assert_eq!(*told.lock().unwrap(), expected);
    subscription.unsubscribe();
    rig.client.set_query_data(["b"], 1_u32);
    assert_eq!(told.lock().unwrap().len(), expected.len());
}

/// F8: fetches call the cache's callbacks, data that is set by hand does not.
#[test]
fn the_callbacks_of_the_cache_are_for_fetches() {
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let (a, b, c) = (Arc::clone(&told), Arc::clone(&told), Arc::clone(&told));
    let callbacks = CacheCallbacks::new()
        .on_query_success(move |data, query| {
            a.lock().unwrap().push(format!("{} {}", query.key, data.downcast_ref::<u32>().unwrap()));
        })
        .on_query_error(move |error, query| {
            b.lock().unwrap().push(format!("{} {}", query.key, error.downcast_ref::<String>().unwrap()));
        })
        .on_query_settled(move |query| c.lock().unwrap().push(format!("{} settled", query.key)));
    let runtime = requery::runtime::TestRuntime::new();
    let client = QueryClient::builder(runtime.clone()).callbacks(callbacks).build();
    let rig = Rig { runtime, client };
    rig.client.set_query_data(["by hand"], 0_u32);
    rig.client.prefetch_query(&Source::counting(&rig).query(&query_key!["a"]));
    rig.client.prefetch_query(&Source::failing(&rig).query(&query_key!["b"]));
    rig.advance(LATENCY);
    let expected = [r#"["a"] 1"#, r#"["a"] settled"#, r#"["b"] failure 1"#, r#"["b"] settled"#];
    assert_eq!(*told.lock().unwrap(), expected);
}

/// F1.7: a query that is invalid already is not told to be so again.
#[test]
fn invalidating_twice_is_told_once() {
    let rig = Rig::new();
    rig.client.set_query_data(["a"], 1_u32);
    let told: Arc<Mutex<Vec<CacheEvent>>> = Arc::default();
    let sink = Arc::clone(&told);
    let _subscription = rig.client.subscribe(move |event| sink.lock().unwrap().push(event.clone()));
    rig.client.invalidate_queries(QueryFilters::all());
    rig.client.invalidate_queries(QueryFilters::all());
    let expected = CacheEvent::Updated { key: query_key!["a"], action: QueryAction::Invalidate };
    assert_eq!(*told.lock().unwrap(), [expected]);
}
