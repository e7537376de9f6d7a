//! The event log.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use contract::event::BusinessDeleted;
use contract::{BusinessId, EventPayload};
use store::test_support::TestStore;

use crate::support::*;

/// An event that can be told from others.
fn mark(id: i64) -> EventPayload {
    EventPayload::BusinessDeleted(BusinessDeleted { id: BusinessId(id), version: 1 })
}

fn marked(payload: &EventPayload) -> i64 {
    match payload {
        EventPayload::BusinessDeleted(deleted) => deleted.id.0,
        other => panic!("not a mark: {other:?}"),
    }
}

async fn events_come_back_in_order_with_the_commit_that_made_them(db: TestStore) {
    let store = db.store();
    let mut tx = store.begin_at(at(3)).await.unwrap();
    let rows = tx.insert_businesses(vec![named("a")]).await.unwrap();
    tx.append_events([EventPayload::BusinessCreated(Box::new(rows[0].clone()))]);
    tx.append_events([mark(1), mark(2)]);
    assert_eq!(store.latest_seq().await.unwrap(), 0, "nothing before the commit");
    assert_eq!(tx.commit().await.unwrap().events, 1..4);

    let batch = store.events_since(0, 100).await.unwrap();
    assert_eq!(batch.events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(batch.events[0].payload, EventPayload::BusinessCreated(Box::new(rows[0].clone())));
    assert_eq!(batch.events[0].timestamp, at(3));
    assert_eq!((batch.latest_seq, batch.reset), (3, false));
    let batch = store.events_since(1, 1).await.unwrap();
    assert_eq!((batch.events.len(), batch.events[0].seq, batch.latest_seq), (1, 2, 3));
    let batch = store.events_since(3, 10).await.unwrap();
    assert_eq!((batch.events.len(), batch.latest_seq, batch.reset), (0, 3, false));
}

async fn many_events_of_one_commit_are_numbered_through(db: TestStore) {
    let mut tx = db.store().begin().await.unwrap();
    tx.append_events((0..1000).map(mark));
    assert_eq!(tx.commit().await.unwrap().events, 1..1001);
    let events = db.store().events_since(0, 5000).await.unwrap().events;
    assert_eq!(
        events.iter().map(|event| marked(&event.payload)).collect::<Vec<_>>(),
        (0..1000).collect::<Vec<_>>()
    );
}

async fn pruned_and_future_positions_are_reset(db: TestStore) {
    let store = db.store();
    for second in 0..10 {
        let mut tx = store.begin_at(at(second)).await.unwrap();
        tx.append_events([mark(second)]);
        tx.commit().await.unwrap();
    }
    assert_eq!(store.prune_events(at(3), 100).await.unwrap(), 3, "older than");
    assert_eq!(store.prune_events(at(0), 5).await.unwrap(), 2, "more than kept");
    let check = async |since: u64, first: Option<u64>, reset: bool| {
        let batch = store.events_since(since, 100).await.unwrap();
        assert_eq!(batch.events.first().map(|event| event.seq), first, "since {since}");
        assert_eq!((batch.reset, batch.latest_seq), (reset, 10), "since {since}");
    };
    check(0, None, true).await;
    check(4, None, true).await;
    check(5, Some(6), false).await;
    check(9, Some(10), false).await;
    check(10, None, false).await;
    check(11, None, true).await;
    check(u64::MAX, None, true).await;
    assert_eq!(store.prune_events(at(1000), 100).await.unwrap(), 5);
    check(9, None, true).await;
    check(10, None, false).await;
    append(store, 1).await;
    assert_eq!(store.events_since(10, 10).await.unwrap().events[0].seq, 11, "numbers go on");
}

async fn subscribers_wake_after_a_commit(db: TestStore) {
    let store = db.store().clone();
    append(&store, 2).await;
    let mut first = store.subscribe();
    let mut second = store.subscribe();
    assert_eq!(*first.borrow_and_update(), 2);
    second.borrow_and_update();
    let writer = tokio::spawn(async move { append(&store, 3).await });
    first.changed().await.unwrap();
    assert_eq!(*first.borrow_and_update(), 5);
    assert_eq!(*second.wait_for(|seq| *seq == 5).await.unwrap(), 5);
    writer.await.unwrap();
}

/// Transactions of random length write at the same time; who follows the log sees every event once, in the
/// order of its number, and never a number whose predecessor shows up later.
async fn a_follower_of_many_writers_sees_every_event_once_in_order(db: TestStore) {
    const WRITERS: i64 = 16;
    const COMMITS: i64 = 12;
    let done = Arc::new(AtomicBool::new(false));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let tailer = tokio::spawn({
        let (store, done, seen) = (db.store().clone(), done.clone(), seen.clone());
        async move {
            let mut since = 0;
            loop {
                let finished = done.load(Ordering::SeqCst);
                let batch = store.events_since(since, 50).await.unwrap();
                assert!(!batch.reset, "a gap after {since}");
                if batch.events.is_empty() && finished {
                    return;
                }
                for event in batch.events {
                    assert_eq!(event.seq, since + 1);
                    since = event.seq;
                    seen.lock().unwrap().push(marked(&event.payload));
                }
                tokio::task::yield_now().await;
            }
        }
    });
    let writers = (0..WRITERS).map(|writer| {
        let store = db.store().clone();
        tokio::spawn(async move {
            for commit in 0..COMMITS {
                let number = writer * COMMITS + commit;
                let mut tx = store.begin().await.unwrap();
                let new = (0..=number % 7).map(|row| named(&format!("{number}-{row}"))).collect();
                let rows = tx.insert_businesses(new).await.unwrap();
                for _ in 0..number % 11 {
                    tokio::task::yield_now().await;
                }
                tx.append_events((0..=number % 5).map(|part| mark(number * 10 + part)));
                if number % 6 == 5 {
                    tx.rollback().await.unwrap();
                } else {
                    assert!(!rows.is_empty());
                    tx.commit().await.unwrap();
                }
            }
        })
    });
    for writer in futures::future::join_all(writers).await {
        writer.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    tailer.await.unwrap();

    let seen = seen.lock().unwrap().clone();
    let numbers = (0..WRITERS * COMMITS).filter(|number| number % 6 != 5);
    let expect: HashSet<_> =
        numbers.flat_map(|number| (0..=number % 5).map(move |part| number * 10 + part)).collect();
    assert_eq!(seen.len(), expect.len(), "each once");
    assert_eq!(seen.iter().copied().collect::<HashSet<_>>(), expect);
    assert_eq!(db.store().latest_seq().await.unwrap(), expect.len() as u64);
}

store::stories!(
    events_come_back_in_order_with_the_commit_that_made_them,
    many_events_of_one_commit_are_numbered_through,
    pruned_and_future_positions_are_reset,
    subscribers_wake_after_a_commit,
    a_follower_of_many_writers_sees_every_event_once_in_order,
);
