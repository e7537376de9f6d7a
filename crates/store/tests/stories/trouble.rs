//! Full disk, locked database: told apart, nothing half written, and life goes on afterwards.

use std::time::Duration;

use serde_json::json;
use store::test_support::{self, TestStore};
use store::{Store, StoreError};

use crate::support::*;

async fn fill(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    let large = "x".repeat(2000);
    let rows =
        (0..2000).map(|number| with(&format!("n{number}"), |row| row.description = Some(large.clone())));
    tx.insert_businesses(rows.collect()).await?;
    tx.append_events([tick()]);
    tx.commit().await.map(drop)
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_half_written() {
    let db = test_support::sqlite().await;
    insert_named(&db, &["before"]).await;
    // The file may not grow any more: to SQLite this is a full disk.
    db.store().execute_for_test("PRAGMA max_page_count = 1").await.unwrap();
    let error = fill(db.store()).await.unwrap_err();
    assert!(matches!(error, StoreError::DiskFull(_)), "{error:?}");
    assert!(error.to_string().contains("free some space"), "{error}");
    assert!(error.is_transient());
    assert_eq!(names(&db, json!({})).await, ["before"]);
    assert_eq!(db.store().latest_seq().await.unwrap(), 0);

    db.store().execute_for_test("PRAGMA max_page_count = 1000000").await.unwrap();
    fill(db.store()).await.unwrap();
    assert_eq!(list(&db, json!({})).await.meta.total, 2001);
}

/// A second process, played by a store of its own, that holds the write lock.
async fn with_lock(check: impl AsyncFnOnce(&TestStore, Store)) {
    let db = test_support::sqlite().await;
    insert_named(&db, &["before"]).await;
    let impatient = db.config().clone().busy_timeout(Duration::from_millis(50));
    let other = Store::open(&impatient).await.unwrap();
    let held = db.store().begin().await.unwrap();
    check(&db, other).await;
    held.rollback().await.unwrap();
}

#[tokio::test]
async fn a_write_beside_another_process_is_told_to_wait() {
    with_lock(async |db, other| {
        let error = other.begin().await.unwrap_err();
        assert!(matches!(error, StoreError::Locked(_)), "{error:?}");
        assert!(error.to_string().contains("another process"), "{error}");
        // Who only reads is not in the way of who writes.
        assert_eq!(other.list_businesses(&query(json!({}))).await.unwrap().meta.total, 1);
        assert_eq!(names(db, json!({})).await, ["before"]);
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_locked_whole_is_not_opened() {
    let db = test_support::sqlite().await;
    db.store().execute_for_test("PRAGMA locking_mode = EXCLUSIVE").await.unwrap();
    db.store().close().await.unwrap();
    // A fresh file in the old journal mode, held exclusively by someone else.
    let path = db.folder().unwrap().join("letip.db");
    let mut holder = raw_connection(&path).await;
    sea_orm::sqlx::query("BEGIN EXCLUSIVE").execute(&mut holder).await.unwrap();
    let impatient = db.config().clone().busy_timeout(Duration::from_millis(50));
    let error = Store::open(&impatient).await.unwrap_err();
    assert!(matches!(error, StoreError::Locked(_)), "{error:?}");
    assert!(error.to_string().contains("stop that process"), "{error}");
}

/// A connection outside the store, in rollback-journal mode, in which an exclusive lock shuts out readers.
async fn raw_connection(path: &std::path::Path) -> sea_orm::sqlx::SqliteConnection {
    use sea_orm::sqlx::ConnectOptions;
    use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
    let options = SqliteConnectOptions::new().filename(path).journal_mode(SqliteJournalMode::Delete);
    options.connect().await.unwrap()
}

#[tokio::test]
async fn writers_of_one_process_wait_for_each_other() {
    let db = test_support::sqlite().await;
    let writers = (0..20).map(|_| insert_named(&db, &["x"]));
    futures::future::join_all(writers).await;
    assert_eq!(list(&db, json!({})).await.meta.total, 20);
}

#[tokio::test]
async fn a_cancelled_write_leaves_the_writer_free() {
    let db = test_support::sqlite().await;
    for _ in 0..20 {
        let store = db.store().clone();
        let writer = tokio::spawn(async move { fill(&store).await });
        tokio::task::yield_now().await;
        writer.abort();
        let _ = writer.await;
    }
    insert_named(&db, &["after"]).await;
    assert_eq!(list(&db, json!({"search": "after"})).await.meta.total, 1);
}
