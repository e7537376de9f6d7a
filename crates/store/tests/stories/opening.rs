//! Opening a database.

use std::time::Duration;

use serde_json::json;
use store::test_support::TestStore;
use store::{Backend, Store, StoreConfig, StoreError};

use crate::support::*;

async fn a_database_is_opened_again_as_it_was(db: TestStore) {
    insert_named(&db, &["kept"]).await;
    let before = db.store().schema_version().await.unwrap();
    db.store().close().await.unwrap();
    let again = Store::open(db.config()).await.unwrap();
    assert_eq!(again.schema_version().await.unwrap(), before);
    assert_eq!((before.number, before.name.as_str()), (16, "m0016_pairs"));
    let page = again.list_businesses(&query(json!({}))).await.unwrap();
    assert_eq!(names_of(&page), ["kept"]);
    again.ping().await.unwrap();
    again.close().await.unwrap();
}

async fn a_database_of_a_newer_version_is_refused(db: TestStore) {
    let sql = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_future', 0)";
    db.store().execute_for_test(sql).await.unwrap();
    let error = Store::open(db.config()).await.unwrap_err();
    assert!(matches!(error, StoreError::NewerSchema { .. }), "{error}");
    let message = error.to_string();
    assert!(message.contains("m9999_future") && message.contains("start the newer version"), "{message}");
}

async fn many_processes_may_open_a_new_database_at_once(db: TestStore) {
    let folder = tempfile::tempdir().unwrap();
    let config = match db.store().backend() {
        Backend::Sqlite => StoreConfig::sqlite(folder.path().join("made/if/missing")),
        Backend::Postgres => {
            // As good as new: the schema is gone.
            db.store().execute_for_test("DROP SCHEMA public CASCADE").await.unwrap();
            db.store().execute_for_test("CREATE SCHEMA public").await.unwrap();
            db.config().clone()
        }
    };
    let opened = futures::future::join_all((0..6).map(|_| Store::open(&config))).await;
    for store in opened {
        let store = store.unwrap();
        insert(&store, vec![named("x")]).await;
        store.close().await.unwrap();
    }
}

async fn a_closed_store_says_so(db: TestStore) {
    let tx = db.store().begin().await.unwrap();
    tx.rollback().await.unwrap();
    db.store().close().await.unwrap();
    let error = db.store().ping().await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
}

store::stories!(
    a_database_is_opened_again_as_it_was,
    a_database_of_a_newer_version_is_refused,
    many_processes_may_open_a_new_database_at_once,
    a_closed_store_says_so,
);

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letip.db"), "not a database ".repeat(1000)).unwrap();
    let error = Store::open(&StoreConfig::sqlite(folder.path())).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt(_)), "{error:?}");
    assert!(error.to_string().contains("restore it from a backup"), "{error}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let error = Store::open(&StoreConfig::sqlite(folder.path().join("file/below"))).await.unwrap_err();
    assert!(matches!(error, StoreError::File { .. }) && error.to_string().contains("file/below"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_at_once() {
    // A port that was free a moment ago: nobody listens.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = StoreConfig::url(&format!("postgres://user@127.0.0.1:{port}/leads")).unwrap();
    let opened = tokio::time::timeout(Duration::from_secs(8), Store::open(&config)).await;
    let error = opened.expect("an answer without waiting for the whole timeout").unwrap_err();
    assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
    assert!(error.to_string().contains("check that it is running"), "{error}");
}
