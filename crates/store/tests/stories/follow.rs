//! Several processes on one database: each is played by a store of its own.

use std::time::Duration;

use store::Store;
use store::test_support::TestStore;

use crate::support::*;

async fn commits_of_another_process_wake_subscribers(db: TestStore) {
    let other = Store::open(db.config()).await.unwrap();
    let mut seqs = db.store().subscribe();
    seqs.borrow_and_update();
    append(&other, 2).await;
    let woken = tokio::time::timeout(Duration::from_secs(20), seqs.wait_for(|seq| *seq == 2)).await;
    assert_eq!(*woken.expect("a wake-up").unwrap(), 2);
}

async fn a_store_opened_later_knows_the_newest_event(db: TestStore) {
    append(db.store(), 4).await;
    let other = Store::open(db.config()).await.unwrap();
    assert_eq!(*other.subscribe().borrow(), 4);
}

async fn two_processes_may_write_at_the_same_time(db: TestStore) {
    let other = Store::open(db.config()).await.unwrap();
    let writers = [db.store().clone(), other].map(|store| {
        tokio::spawn(async move {
            for _ in 0..30 {
                insert(&store, vec![named("x")]).await;
                append(&store, 1).await;
            }
        })
    });
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(db.store().latest_seq().await.unwrap(), 60);
    assert_eq!(list(&db, serde_json::json!({})).await.meta.total, 60);
}

store::stories!(
    commits_of_another_process_wake_subscribers,
    a_store_opened_later_knows_the_newest_event,
    two_processes_may_write_at_the_same_time,
);
