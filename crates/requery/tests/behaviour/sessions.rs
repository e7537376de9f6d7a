//! Beyond 8 and 9: what happened, and what must not be left of it.

use futures::FutureExt;
use requery::{
    MemoryStorage, MutationError, MutationObserver, MutationOptions, Outbox, PersistOptions, Persistence,
    QueryFilters, QueryPersister, RefetchOptions, StaleTime, Storage, Timeline, TimelineOptions, query_key,
};

use crate::entities::todo;
use crate::persistence::Slow;
use crate::rig::{LATENCY, Rig, Source, Watch};

fn events(timeline: &Timeline) -> Vec<String> {
    timeline.entries().iter().map(|entry| entry.event.clone()).collect()
}

/// Beyond 8: every event is written down in order, with its time, its cause and the state that it led to.
#[test]
fn a_timeline_tells_what_happened_when_and_why() {
    let rig = Rig::new();
    let (key, source) = (query_key!["a"], Source::counting(&rig));
    let timeline = Timeline::of(&rig.client, TimelineOptions::default());
    rig.client.prefetch_query(&source.query(&key).hydratable());
    rig.advance(LATENCY);
    rig.client.because("lead.updated", || {
        rig.client.because("seq 7", || drop(rig.client.invalidate_queries(QueryFilters::all())));
        rig.client.patch_query_data(&key, |_: &u32| Some(9));
    });
    rig.client.remove_queries(QueryFilters::all());
    assert_eq!(events(&timeline), ["added", "fetch", "success", "invalidate", "patch", "removed"]);
    let entries = timeline.entries();
    let causes: Vec<_> = entries.iter().map(|entry| entry.cause.as_deref()).collect();
    assert_eq!(causes, [None, None, None, Some("seq 7"), Some("lead.updated"), None]);
    assert_eq!(
        (entries[2].at.since(entries[1].at).as_millis(), entries[5].sequence),
        (u128::from(LATENCY), 6)
    );
    assert!(entries[3].query.as_ref().is_some_and(|query| query.is_invalidated && query.data.is_none()));
}

/// Beyond 8: the buffer is bounded, and ends with the timeline.
#[test]
fn a_timeline_keeps_the_last_lines_only() {
    let rig = Rig::new();
    let timeline = Timeline::of(&rig.client, TimelineOptions { capacity: 3, data: false });
    for n in 0..10_u32 {
        rig.client.set_query_data(query_key!["n"], n);
    }
    let sequences: Vec<u64> = timeline.entries().iter().map(|entry| entry.sequence).collect();
    assert_eq!(sequences, [9, 10, 11]);
    timeline.clear();
    assert!(timeline.entries().is_empty());
}

/// Beyond 8: an export plays again, and an observer sees what the first one saw.
#[test]
fn an_exported_timeline_plays_again() {
    let rig = Rig::new();
    let key = query_key!["a"];
    let source = Source::answering(&rig, |call| if call == 2 { Err("no".into()) } else { Ok(7) });
    let timeline = Timeline::of(&rig.client, TimelineOptions { data: true, ..TimelineOptions::default() });
    for _ in 0..3 {
        rig.client.prefetch_query(&source.query(&key).hydratable());
        rig.advance(LATENCY);
    }
    rig.client.patch_query_data(&key, |_: &u32| Some(9));
    let again = Rig::new();
    let unused = Source::counting(&again);
    let watch =
        Watch::new(&again, unused.query(&key).hydratable().enabled(false).stale_time(StaleTime::Never));
    let mut shown = Vec::new();
    again.client.replay(&Timeline::import(&timeline.export()), |entry| {
        let now = watch.now();
        shown.push((entry.event.clone(), now.data.as_deref().copied(), now.is_fetching()));
    });
    let expected = [
        ("added", None, false),
        ("fetch", None, true),
        ("success", Some(7), false),
        ("fetch", Some(7), true),
        ("error", Some(7), false),
        ("fetch", Some(7), true),
        ("success", Some(7), false),
        ("patch", Some(9), false),
    ];
    let shown: Vec<_> =
        shown.iter().map(|(event, data, fetches)| (event.as_str(), *data, *fetches)).collect();
    assert_eq!(shown, expected);
    assert_eq!(unused.calls(), 0);
}

/// Beyond 9: after an eviction nothing of a user is left: not in the cache, not on the screen, not in the storage.
#[test]
fn an_eviction_leaves_nothing_of_a_user() {
    let rig = Rig::new();
    let storage = MemoryStorage::new();
    let persister = QueryPersister::new(storage.clone());
    let persistence = Persistence::new(&rig.client, storage.clone(), PersistOptions::default());
    let outbox = Outbox::new(&rig.client, storage.clone(), "outbox:");
    let _subscriptions = (persistence.subscribe(), outbox.subscribe());
    let source = Source::counting(&rig);
    let shown = Watch::new(
        &rig,
        source.query(&query_key!["me"]).hydratable().persister(&persister).keep_previous_data(),
    );
    rig.client.set_query_data(query_key!["other"], 5_u32);
    rig.advance(2000);
    rig.client.upsert(todo(1, 1, 1));
    let send = MutationOptions::<(), String, u32>::new(|_| async { Ok(()) })
        .mutation_key(query_key!["send"])
        .resumable();
    rig.client.set_online(false);
    let waiting = MutationObserver::new(&rig.client, send).mutate(1);
    rig.settle();
    assert_eq!(rig.runtime.block_on(storage.names("")).unwrap().len(), 3);
    rig.client.set_online(true);
    shown.observer.refetch(RefetchOptions::default());
    rig.settle();
    rig.client.set_online(false);
    let evicting = rig.client.evict();
    let result = shown.now();
    assert!(
        result.data.is_none() && result.is_pending() && !result.is_fetching() && !result.is_placeholder_data
    );
    assert_eq!((rig.client.query_count(), rig.client.entity_count()), (1, 0));
    rig.runtime.block_on(evicting).unwrap();
    let outcome = waiting.now_or_never();
    assert!(matches!(outcome, Some(Err(MutationError::Dropped) | Ok(_))));
    let left = rig.runtime.block_on(storage.names("")).unwrap();
    assert!(left.iter().all(|name| name == "requery"), "{left:?}");
    rig.advance(5000);
    assert!(shown.now().data.is_none(), "the answer that was under way is nobody's");
    rig.client.set_online(true);
    rig.client.refetch_queries(QueryFilters::all(), RefetchOptions::default());
    rig.advance(LATENCY);
    assert!(shown.now().data.is_some(), "the next user sees their own");
}

/// Beyond 9: what was being read or written for one user when they left does not reach the next.
#[test]
fn what_was_under_way_to_the_storage_does_not_outlive_an_eviction() {
    let rig = Rig::new();
    let storage = MemoryStorage::new();
    let slow = Slow { inner: storage.clone(), runtime: rig.runtime.clone() };
    let persistence = Persistence::new(&rig.client, slow, PersistOptions::default());
    rig.runtime
        .block_on(rig.client.fetch_query(&Source::counting(&rig).query(&query_key!["a"]).hydratable()))
        .unwrap();
    rig.runtime.block_on(persistence.save()).unwrap();
    let mut restoring = persistence.restore().boxed();
    assert!((&mut restoring).now_or_never().is_none(), "it has begun to read");
    drop(rig.client.evict());
    assert!(!rig.runtime.block_on(restoring).unwrap());
    assert_eq!(rig.client.query_count(), 0);
    rig.settle();
    assert!(rig.runtime.block_on(storage.names("")).unwrap().is_empty());
}
