//! A copy of a running database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use store::test_support::TestStore;
use store::{Backend, Store, StoreConfig, StoreError};

use crate::support::*;

/// While pairs of rows are written, each pair in one transaction, every copy holds whole pairs and the events
/// that belong to them.
async fn a_copy_is_consistent_while_rows_are_written(db: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    if db.store().backend() == Backend::Postgres {
        let error = db.store().backup(&folder.path().join("copy.db")).await.unwrap_err();
        assert!(
            matches!(error, StoreError::Unsupported(_)) && error.to_string().contains("pg_dump"),
            "{error}"
        );
        return;
    }
    let done = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (store, done) = (db.store().clone(), done.clone());
        async move {
            while !done.load(Ordering::SeqCst) {
                let mut tx = store.begin().await.unwrap();
                tx.insert_businesses(vec![named("left"), named("right")]).await.unwrap();
                tx.append_events([tick(), tick()]);
                tx.commit().await.unwrap();
            }
        }
    });
    for number in 0..5 {
        // Some writes in between.
        let seen = db.store().latest_seq().await.unwrap();
        db.store().subscribe().wait_for(|seq| *seq > seen).await.unwrap();
        let copy = folder.path().join(format!("copy-{number}"));
        db.store().backup(&copy).await.unwrap();
        let url = format!("sqlite:{}", copy.display());
        let copied = Store::open(&StoreConfig::url(&url).unwrap()).await.unwrap();
        let total = copied.list_businesses(&query(json!({}))).await.unwrap().meta.total;
        let left = copied.list_businesses(&query(json!({"search": "left"}))).await.unwrap().meta.total;
        assert!(total > seen && total == 2 * left, "{total} rows, {left} pairs, {seen} before");
        assert_eq!(copied.latest_seq().await.unwrap(), total);
        copied.close().await.unwrap();
    }
    done.store(true, Ordering::SeqCst);
    writer.await.unwrap();
}

store::stories!(a_copy_is_consistent_while_rows_are_written);

#[tokio::test]
async fn an_existing_file_is_never_overwritten() {
    let db = store::test_support::sqlite().await;
    let copy = db.folder().unwrap().join("copy.db");
    std::fs::write(&copy, "precious").unwrap();
    let error = db.store().backup(&copy).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(_)) && error.to_string().contains("another name"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(&copy).unwrap(), "precious");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_told() {
    let db = store::test_support::sqlite().await;
    let error = db.store().backup(&db.folder().unwrap().join("missing/copy.db")).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable(_) | StoreError::File { .. }), "{error:?}");
}
