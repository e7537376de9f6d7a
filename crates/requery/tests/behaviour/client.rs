//! F1: the client.

use requery::{
    CancelOptions, FetchError, FetchStatus, InvalidateOptions, QueryClient, QueryDefaults, QueryFilters,
    QueryOptions, QueryStatus, RefetchOptions, RefetchType, SetDataOptions, StaleTime, Timestamp, query_key,
};

use crate::rig::{LATENCY, Rig, Source, Watch, ms};

/// F1.1: coming back refetches what is stale, but only while the client is mounted.
#[test]
fn focus_and_reconnect_refetch_stale_queries_while_mounted() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let _watch = Watch::new(&rig, source.query(&query_key!["a"]));
    rig.advance(LATENCY);
    for (away, back) in [
        (QueryClient::set_focused as fn(&QueryClient, bool), 2),
        (QueryClient::set_online as fn(&QueryClient, bool), 3),
    ] {
        away(&rig.client, false);
        away(&rig.client, true);
        rig.advance(LATENCY);
        assert_eq!(source.calls(), back);
    }
    rig.client.unmount();
    rig.client.set_focused(false);
    rig.client.set_focused(true);
    rig.advance(LATENCY);
    assert_eq!(source.calls(), 3);
}

/// F1.2: counters follow fetches, for all queries and for some.
#[test]
fn is_fetching_counts_what_is_under_way() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    for key in [query_key!["a", 1], query_key!["a", 2], query_key!["b"]] {
        rig.client.prefetch_query(&source.query(&key));
    }
    assert_eq!(rig.client.is_fetching(QueryFilters::all()), 3);
    assert_eq!(rig.client.is_fetching(QueryFilters::prefix(["a"])), 2);
    rig.advance(LATENCY);
    assert_eq!(rig.client.is_fetching(QueryFilters::all()), 0);
}

/// F1.3: reading never makes a query.
#[test]
fn reading_never_makes_a_query() {
    let rig = Rig::new();
    let key = query_key!["nobody"];
    assert!(rig.client.get_query_data::<u32>(&key).is_none());
    assert!(rig.client.get_query_state::<u32, String>(&key).is_none());
    assert_eq!(rig.client.query_count(), 0);
}

/// F1.4: an updater that returns nothing changes nothing, and makes no query.
#[test]
fn an_updater_that_returns_nothing_is_no_write() {
    let rig = Rig::new();
    let key = query_key!["a"];
    assert!(rig.client.update_query_data::<u32>(&key, |_| None).is_none());
    assert_eq!(rig.client.query_count(), 0);
    rig.client.set_query_data(&key, 1_u32);
    let before = rig.state(&key);
    rig.client.update_query_data::<u32>(&key, |_| None);
    assert_eq!(rig.state(&key).data_update_count, before.data_update_count);
}

/// F1.4: a write by hand succeeds, validates and counts, and leaves a fetch in flight alone.
#[test]
fn setting_data_leaves_the_fetch_alone_and_clears_error_and_invalidation() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::failing(&rig));
    rig.client.prefetch_query(&source.query(&key));
    rig.advance(LATENCY);
    assert_eq!((rig.state(&key).status, rig.state(&key).is_invalidated), (QueryStatus::Error, true));
    rig.client.prefetch_query(&source.query(&key));
    rig.settle();
    rig.client.set_query_data(&key, 7_u32);
    let state = rig.state(&key);
    assert_eq!((state.status, state.fetch_status), (QueryStatus::Success, FetchStatus::Fetching));
    assert_eq!((state.is_invalidated, state.error.is_none(), state.data_update_count), (false, true, 1));
}

/// F1.4, F13: equal data keeps its identity.
#[test]
fn setting_equal_data_keeps_the_previous_arc() {
    let rig = Rig::new();
    let first = rig.client.set_query_data(["a"], vec![1, 2]).unwrap();
    let second = rig.client.set_query_data(["a"], vec![1, 2]).unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &second));
}

/// F1.5: one updater for every query that matches.
#[test]
fn updating_many_queries_changes_those_that_match() {
    let rig = Rig::new();
    for n in 0..3_u32 {
        rig.client.set_query_data(("n", n), n);
    }
    rig.client.set_query_data(["other"], 9_u32);
    rig.client.update_queries_data::<u32>(QueryFilters::prefix(["n"]), |n| n.map(|n| n * 10));
    let data = rig.client.get_queries_data::<u32>(QueryFilters::all());
    assert_eq!(data.iter().map(|(_, n)| **n).collect::<Vec<_>>(), [0, 10, 20, 9]);
}

/// F1.6: fresh data is returned as it is; stale data is fetched; nothing is retried.
#[test]
fn fetching_by_hand_uses_fresh_data_and_does_not_retry() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let options = source.query(&key).stale_time(ms(1000));
    assert_eq!(*rig.runtime.block_on(rig.client.fetch_query(&options)).unwrap(), 1);
    assert_eq!(*rig.runtime.block_on(rig.client.fetch_query(&options)).unwrap(), 1);
    rig.advance(1000);
    assert_eq!(*rig.runtime.block_on(rig.client.fetch_query(&options)).unwrap(), 2);

    let failing = Source::failing(&rig);
    let outcome = rig.runtime.block_on(rig.client.fetch_query(&failing.query(&query_key!["b"])));
    assert!(matches!(outcome, Err(FetchError::Failed(error)) if *error == "failure 1"));
    assert_eq!(failing.calls(), 1);
}

/// F1.6: `query` selects from what it fetched, and fails with the selection's own error.
#[test]
fn querying_selects_from_the_data() {
    let rig = Rig::new();
    let source = Source::answering(&rig, |_| Ok(21));
    let doubled = source.query(&query_key!["a"]).select(|n| u64::from(*n) * 2);
    assert_eq!(*rig.runtime.block_on(rig.client.query(&doubled)).unwrap(), 42);
    let refused = source.query(&query_key!["a"]).try_select(|_| Err::<u32, _>("no".to_owned()));
    let error = rig.runtime.block_on(rig.client.query(&refused)).unwrap_err();
    assert_eq!(error.failed().unwrap(), "no");
    assert_eq!(rig.data(&query_key!["a"]), Some(21));
}

/// F1.6: ensuring takes data of any age.
#[test]
fn ensuring_data_fetches_only_where_there_is_none() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    assert_eq!(*rig.runtime.block_on(rig.client.ensure_query_data(&source.query(&key))).unwrap(), 1);
    rig.advance(60_000);
    assert_eq!(*rig.runtime.block_on(rig.client.ensure_query_data(&source.query(&key))).unwrap(), 1);
    assert_eq!(source.calls(), 1);
}

/// F1.7: all that match are marked, the active ones are fetched again.
#[test]
fn invalidating_marks_everything_that_matches_and_refetches_what_is_active() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let (seen, unseen, other) = (query_key!["a", 1], query_key!["a", 2], query_key!["b"]);
    for key in [&seen, &unseen, &other] {
        rig.client.prefetch_query(&source.query(key));
    }
    rig.advance(LATENCY);
    let _watch = Watch::new(&rig, source.query(&seen).stale_time(StaleTime::Never));
    rig.client.invalidate_queries(QueryFilters::prefix(["a"]));
    assert_eq!([&seen, &unseen, &other].map(|key| rig.state(key).is_invalidated), [true, true, false]);
    rig.advance(LATENCY);
    assert_eq!([&seen, &unseen].map(|key| rig.state(key).is_invalidated), [false, true]);
    assert_eq!(source.calls(), 4);
}

/// F1.7: what is fetched again can be chosen.
#[test]
fn the_refetch_type_says_which_of_the_invalidated_queries_are_fetched_again() {
    for (refetch, calls) in
        [(RefetchType::None, 2), (RefetchType::Active, 3), (RefetchType::Inactive, 3), (RefetchType::All, 4)]
    {
        let rig = Rig::new();
        let source = Source::counting(&rig);
        let _watch = Watch::new(&rig, source.query(&query_key!["a", 1]));
        rig.client.prefetch_query(&source.query(&query_key!["a", 2]));
        rig.advance(LATENCY);
        let filters = QueryFilters::prefix(["a"]);
        let settled = rig.client.invalidate_queries_with(&filters, InvalidateOptions::from(refetch));
        rig.runtime.block_on(settled);
        assert_eq!(source.calls(), calls, "{refetch:?}");
    }
}

/// F1.8: disabled and static queries are not refetched with the others.
#[test]
fn refetching_many_skips_disabled_and_static_queries() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let _plain = Watch::new(&rig, source.query(&query_key!["plain"]));
    let _disabled = Watch::new(&rig, source.query(&query_key!["disabled"]).enabled(false));
    let _static = Watch::new(&rig, source.query(&query_key!["static"]).stale_time(StaleTime::Static));
    rig.client.set_query_data(["by hand"], 1_u32);
    rig.advance(LATENCY);
    assert_eq!(source.calls(), 2);
    rig.runtime.block_on(rig.client.refetch_queries(QueryFilters::all(), RefetchOptions::default()));
    assert_eq!(source.calls(), 3);
}

/// F1.8: who waits for a refetch does not wait for one that is paused.
#[test]
fn waiting_for_a_refetch_does_not_wait_for_the_network() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let _watch = Watch::new(&rig, source.query(&query_key!["a"]));
    rig.advance(LATENCY);
    rig.client.set_online(false);
    rig.runtime.block_on(rig.client.refetch_queries(QueryFilters::all(), RefetchOptions::default()));
    assert_eq!(rig.state(&query_key!["a"]).fetch_status, FetchStatus::Paused);
}

/// F1.9: cancelling puts the state from before the fetch back.
#[test]
fn cancelling_reverts_to_the_state_before_the_fetch() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    rig.client.set_query_data(&key, 5_u32);
    let fetching = rig.client.fetch_query(&source.query(&key));
    rig.settle();
    rig.client.cancel_queries(QueryFilters::all(), CancelOptions::default());
    let state = rig.state(&key);
    assert_eq!((state.data.as_deref(), state.fetch_status), (Some(&5), FetchStatus::Idle));
    assert_eq!(*rig.runtime.block_on(fetching).unwrap(), 5, "who waited gets the data from before");
    rig.advance(LATENCY);
    assert_eq!(rig.data(&key), Some(5));
}

/// F1.9, F2.4: a first fetch has nothing to go back to.
#[test]
fn cancelling_a_first_fetch_fails_those_who_wait() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let fetching = rig.client.fetch_query(&source.query(&key));
    rig.settle();
    rig.client.cancel_queries(QueryFilters::all(), CancelOptions::default());
    assert!(rig.runtime.block_on(fetching).is_err_and(|error| error.is_cancelled()));
    assert_eq!(rig.state(&key).status, QueryStatus::Pending);
}

/// F1.10: resetting goes back to the initial data, and fetches again what is observed.
#[test]
fn resetting_goes_back_to_the_initial_state_and_refetches_active_queries() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let watch = Watch::new(&rig, source.query(&key).initial_data(100));
    rig.advance(LATENCY);
    assert_eq!(rig.data(&key), Some(1));
    rig.client.reset_queries(QueryFilters::all());
    assert_eq!(rig.data(&key), Some(100));
    assert!(watch.now().is_fetching());
    rig.advance(LATENCY);
    assert_eq!(rig.data(&key), Some(2));
}

/// F1.10: what is removed is gone, and its fetch with it.
#[test]
fn removing_ends_the_fetch_and_forgets_the_query() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let fetching = rig.client.fetch_query(&source.query(&key));
    rig.settle();
    rig.client.remove_queries(QueryFilters::exact(&key));
    assert!(rig.runtime.block_on(fetching).is_err_and(|error| error.is_cancelled()));
    rig.advance(LATENCY);
    assert_eq!((rig.client.query_count(), rig.client.is_fetching(QueryFilters::all())), (0, 0));
}

/// F1.12, F1.13: client defaults, then defaults of every matching key in order, then the query's own options.
#[test]
fn defaults_are_merged_from_the_general_to_the_particular() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    rig.client.set_default_options(QueryDefaults::new().stale_time(ms(1000)));
    rig.client.set_query_defaults(["a", "b"], QueryDefaults::new().stale_time(ms(50)));
    rig.client.set_query_defaults(["a"], QueryDefaults::new().stale_time(ms(100)));
    let fresh_after = |key: &requery::QueryKey, own: Option<u64>, wait: u64| {
        let options = source.query(key);
        let options = own.map_or_else(|| options.clone(), |own| options.clone().stale_time(ms(own)));
        rig.runtime.block_on(rig.client.fetch_query(&options)).unwrap();
        rig.advance(wait);
        let before = source.calls();
        rig.runtime.block_on(rig.client.fetch_query(&options)).unwrap();
        source.calls() == before
    };
    assert!(fresh_after(&query_key!["z"], None, 500), "the client's defaults");
    assert!(!fresh_after(&query_key!["a", "c"], None, 500), "the key's defaults win over the client's");
    assert!(fresh_after(&query_key!["a", "b"], None, 70), "of two that match, the one set later wins");
    assert!(!fresh_after(&query_key!["z", 2], Some(10), 20), "the query's own options win over all");
}

/// F1.15: clearing forgets everything, and leaves no timer behind.
#[test]
fn clearing_leaves_neither_queries_nor_timers() {
    let rig = Rig::new();
    let source = Source::counting(&rig);
    let _watch =
        Watch::new(&rig, source.query(&query_key!["a"]).stale_time(ms(500)).refetch_interval(ms(70)));
    rig.client.prefetch_query(&source.query(&query_key!["b"]));
    rig.settle();
    rig.client.clear();
    assert_eq!((rig.client.query_count(), rig.client.timer_count()), (0, 0));
}

/// One key holds one type.
#[test]
fn another_type_under_the_same_key_is_refused_with_both_names() {
    let rig = Rig::new();
    let key = query_key!["a"];
    rig.client.set_query_data(&key, 1_u32);
    assert!(rig.client.get_query_data::<String>(&key).is_none());
    assert!(rig.client.set_query_data(&key, "text".to_owned()).is_none());
    let text = QueryOptions::<String, String>::new(&key, |_| async { Ok("text".to_owned()) });
    let error = rig.runtime.block_on(rig.client.fetch_query(&text)).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"["a"] holds u32, not alloc::string::String: use another key, or the same type everywhere"#
    );
    assert_eq!(rig.data(&key), Some(1));
}

/// R4: data that claims to be older than what is there can be kept out.
#[test]
fn older_data_is_ignored_where_only_newer_is_wanted() {
    let rig = Rig::new();
    let at =
        |millis| SetDataOptions { updated_at: Some(Timestamp::from_millis(millis)), only_if_newer: true };
    let key = query_key!["a"];
    assert_eq!(rig.client.set_query_data_with(&key, 2_u32, at(200)).as_deref(), Some(&2));
    assert_eq!(rig.client.set_query_data_with(&key, 1_u32, at(100)).as_deref(), Some(&2));
    assert_eq!(rig.state(&key).data_updated_at, Timestamp::from_millis(200));
}
