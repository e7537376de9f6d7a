//! R1 to R8: where the reference loses an update, and this cache does not.

use std::sync::Arc;

use requery::{
    CancelOptions, InFlight, InvalidateOptions, QueryFilters, RefetchOptions, RefetchType, StaleTime,
    query_key,
};

use crate::rig::{LATENCY, Rig, Source, Watch, ms};

fn at_least(n: u32) -> impl Fn(&u32) -> Option<u32> + Send + Sync {
    move |old| (*old < n).then_some(n)
}

/// R1: a fetch that began before an event does not undo it.
#[test]
fn a_patch_during_a_fetch_is_applied_over_its_result() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let watch = Watch::new(&rig, source.query(&key));
    rig.advance(LATENCY);
    watch.observer.refetch(RefetchOptions::default());
    rig.advance(LATENCY / 2);
    assert!(rig.client.patch_query_data(&key, at_least(20)));
    assert_eq!(rig.data(&key), Some(20), "it is seen at once");
    rig.advance(LATENCY);
    assert_eq!((source.calls(), rig.data(&key)), (2, Some(20)));
    watch.observer.refetch(RefetchOptions::default());
    rig.advance(LATENCY);
    assert_eq!(rig.data(&key), Some(3), "the next fetch knows better than the patch");
}

/// R1, R5: a patch for data that is not there yet waits for it.
#[test]
fn a_patch_during_a_first_fetch_is_applied_to_what_arrives() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    rig.client.prefetch_query(&source.query(&key));
    rig.settle();
    assert!(rig.client.patch_query_data(&key, at_least(20)));
    rig.advance(LATENCY);
    assert_eq!(rig.data(&key), Some(20));
}

/// A patch for nothing is nothing.
#[test]
fn a_patch_without_data_and_without_a_fetch_makes_no_query() {
    let rig = Rig::new();
    assert!(!rig.client.patch_query_data(["a"], at_least(20)));
    assert_eq!(rig.client.query_count(), 0);
}

/// R2: patching an invalid query does not make it valid.
#[test]
fn a_patch_does_not_clear_an_invalidation() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    rig.client.prefetch_query(&source.query(&key));
    rig.advance(LATENCY);
    rig.client.invalidate_queries(QueryFilters::all());
    rig.client.patch_query_data(&key, at_least(20));
    assert!(rig.state(&key).is_invalidated);
    let _watch = Watch::new(&rig, source.query(&key).stale_time(StaleTime::Never));
    rig.advance(LATENCY);
    assert_eq!(source.calls(), 2, "mounting fetches it, as it would have without the patch");
}

/// R3: a patch does not count as fresh data, and one that changes nothing is not told.
#[test]
fn a_patch_does_not_extend_freshness() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let watch = Watch::new(&rig, source.query(&key).stale_time(ms(100)));
    rig.advance(LATENCY);
    let before = rig.state(&key);
    rig.advance(90);
    rig.client.patch_query_data(&key, at_least(20));
    let after = rig.state(&key);
    assert_eq!(after.data_updated_at, before.data_updated_at);
    assert_eq!(after.data_update_count, before.data_update_count);
    assert!(after.patched_at > before.data_updated_at);
    let told = watch.times_told();
    rig.client.patch_query_data(&key, at_least(20));
    assert_eq!(watch.times_told(), told);
    rig.advance(11);
    assert!(watch.now().is_stale);
}

/// A patch survives the cancellation of the fetch that it was made in.
#[test]
fn a_patch_during_a_fetch_survives_its_cancellation() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    rig.client.set_query_data(&key, 1_u32);
    rig.client.prefetch_query(&source.query(&key));
    rig.settle();
    rig.client.patch_query_data(&key, at_least(20));
    rig.client.cancel_queries(QueryFilters::all(), CancelOptions::default());
    assert_eq!(rig.data(&key), Some(20));
}

/// Patches reach every query that matches.
#[test]
fn patching_many_reaches_every_query_that_matches() {
    let rig = Rig::new();
    for n in 0..4_u32 {
        rig.client.set_query_data(("list", n), n);
    }
    rig.client.set_query_data(["other"], 0_u32);
    let patched = rig.client.patch_queries_data(QueryFilters::prefix(["list"]), at_least(2));
    assert_eq!(patched, 2, "those that hold two or more are left alone");
    let data: Vec<u32> = (0..4_u32).map(|n| rig.data(&query_key!["list", n]).unwrap()).collect();
    assert_eq!((data, rig.data(&query_key!["other"])), (vec![2, 2, 2, 3], Some(0)));
}

/// R7: what is invalidated during its first fetch is fetched once more.
#[test]
fn invalidating_during_the_first_fetch_is_not_forgotten() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let watch = Watch::new(&rig, source.query(&key).stale_time(StaleTime::Never));
    rig.advance(LATENCY / 2);
    let settled = rig.client.invalidate_queries(QueryFilters::all());
    rig.advance(LATENCY / 2);
    assert_eq!(watch.now().data.as_deref(), Some(&1), "the first result is shown meanwhile");
    assert!(watch.now().is_fetching() && watch.now().is_stale);
    rig.runtime.block_on(settled);
    assert_eq!((source.calls(), watch.now().data.as_deref(), watch.now().is_stale), (2, Some(&2), false));
}

/// R7: where nobody looks, it stays marked, and the next who does fetches it.
#[test]
fn invalidating_an_unobserved_fetch_keeps_its_result_invalid() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    rig.client.prefetch_query(&source.query(&key));
    rig.settle();
    rig.client.invalidate_queries(QueryFilters::all());
    rig.advance(LATENCY);
    assert_eq!((rig.data(&key), rig.state(&key).is_invalidated), (Some(1), true));
    let _watch = Watch::new(&rig, source.query(&key).stale_time(StaleTime::Never));
    rig.advance(LATENCY);
    assert_eq!(rig.data(&key), Some(2));
}

/// R7: cancelling a fetch does not make valid what was invalidated while it ran.
#[test]
fn an_invalidation_during_a_fetch_survives_its_cancellation() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    rig.client.set_query_data(&key, 1_u32);
    rig.client.prefetch_query(&source.query(&key));
    rig.settle();
    rig.client.invalidate_queries(QueryFilters::all());
    rig.client.cancel_queries(QueryFilters::all(), CancelOptions::default());
    assert!(rig.state(&key).is_invalidated);
}

/// R8, R9: a storm of invalidations during a refetch costs one more fetch, not one each.
#[test]
fn many_invalidations_during_a_refetch_cost_one_more_fetch() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let _watch = Watch::new(&rig, source.query(&key));
    rig.advance(LATENCY);
    rig.client.invalidate_queries(QueryFilters::all());
    rig.advance(1);
    for _ in 0..100 {
        rig.client.invalidate_queries(QueryFilters::all());
    }
    rig.advance(2 * LATENCY);
    assert_eq!((source.calls(), rig.state(&key).is_invalidated), (3, false));
}

/// R8, R9: the reference's two ways are there for those who want them.
#[test]
fn invalidating_can_restart_or_join_the_fetch_in_flight() {
    for (in_flight, calls) in [(InFlight::Restart, 3), (InFlight::Join, 2)] {
        let rig = Rig::new();
        let source = Source::counting(&rig);
        let _watch = Watch::new(&rig, source.query(&query_key!["a"]));
        rig.advance(LATENCY);
        rig.client.refetch_queries(QueryFilters::all(), RefetchOptions::default());
        rig.advance(1);
        let options = InvalidateOptions { refetch: RefetchType::Active, in_flight };
        rig.client.invalidate_queries_with(QueryFilters::all(), options);
        rig.advance(3 * LATENCY);
        assert_eq!(source.calls(), calls, "{in_flight:?}");
    }
}

/// R1 in full: the event names a row of a list, and the list in flight lacks the change.
#[test]
fn a_row_pushed_during_a_fetch_is_in_the_list_afterwards() {
    type Rows = Vec<(u32, u32)>;
    let rig = Rig::new();
    let runtime = rig.runtime.clone();
    let key = query_key!["rows"];
    let options = requery::QueryOptions::<Rows, String>::new(&key, move |_| {
        let runtime = runtime.clone();
        async move {
            runtime.sleep(ms(LATENCY)).await;
            Ok(vec![(1, 1), (2, 1)])
        }
    });
    rig.client.prefetch_query(&options);
    rig.settle();
    rig.client.patch_query_data(&key, |rows: &Rows| {
        let newer = rows.iter().map(|(id, version)| (*id, if *id == 2 { 2.max(*version) } else { *version }));
        Some(newer.collect())
    });
    rig.advance(LATENCY);
    let rows: Arc<Rows> = rig.client.get_query_data(&key).unwrap();
    assert_eq!(*rows, [(1, 1), (2, 2)]);
}
