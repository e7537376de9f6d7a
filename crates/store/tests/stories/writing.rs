//! Writing businesses.

use contract::BusinessId;
use serde_json::json;
use store::test_support::TestStore;
use store::{KnownBusiness, StoreError};

use crate::support::*;

fn known(business: &contract::Business) -> KnownBusiness {
    KnownBusiness { business: business.clone(), name_key: "key".to_owned(), domain: None }
}

async fn ids_ascend_and_are_never_used_again(db: TestStore) {
    let first = insert_named(&db, &["a", "b", "c"]).await;
    assert!(first.iter().all(|row| row.id.0 > 0) && first.is_sorted_by_key(|row| row.id));
    let mut tx = db.store().begin().await.unwrap();
    tx.delete_business(first[2].id, None).await.unwrap();
    tx.commit().await.unwrap();
    let next = insert_named(&db, &["d"]).await;
    assert!(next[0].id > first[2].id);
}

async fn an_update_grows_the_version_and_moves_the_row(db: TestStore) {
    let rows = insert(
        db.store(),
        vec![
            with("a", |row| {
                row.sources = vec![source("osm", "1")];
                row.tags = vec!["old".to_owned()];
            }),
            with("b", |row| row.sources = vec![source("osm", "2")]),
        ],
    )
    .await;
    let mut changed = rows[0].clone();
    changed.name = "z".to_owned();
    changed.city = Some("Oulu".to_owned());
    changed.phone = Some("+1".to_owned());
    changed.tags = vec!["new".to_owned()];
    changed.sources.push(source("overture", "x"));
    let mut tx = db.store().begin_at(at(9)).await.unwrap();
    let updated = tx.update_businesses(vec![known(&rows[1]), known(&changed)]).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(updated.iter().map(|row| row.version).collect::<Vec<_>>(), [2, 2]);
    assert_eq!((updated[1].updated_at, updated[1].created_at), (at(9), at(0)));
    assert_eq!(db.store().businesses_by_id(&[changed.id]).await.unwrap(), updated[1..]);
    assert_eq!(names(&db, json!({"sort": "name"})).await, ["b", "z"]);
    assert_eq!(names(&db, json!({"city": "oulu", "hasPhone": true, "source": "overture"})).await, ["z"]);
    assert_eq!(names(&db, json!({"tag": "new"})).await, ["z"]);
    assert_eq!(names(&db, json!({"tag": "old"})).await, Vec::<String>::new());
}

/// Postgres keeps it in no text: one record of a file that holds it would undo all that are written with it.
async fn the_character_nul_is_stored_as_what_stands_for_no_character(db: TestStore) {
    let odd = with("a\0b", |row| {
        row.description = Some("one\0two".to_owned());
        row.tags = vec!["x\0".to_owned()];
        row.sources = vec![source("osm", "1\0")];
    });
    let rows = insert(db.store(), vec![named("plain"), odd]).await;
    let kept = db.store().businesses_by_id(&[rows[1].id]).await.unwrap().remove(0);
    assert_eq!((kept.name.as_str(), kept.description.as_deref()), ("a\u{fffd}b", Some("one\u{fffd}two")));
    assert_eq!(names(&db, json!({ "tag": "x\0", "source": "osm" })).await, ["a\u{fffd}b"]);
    assert_eq!(names(&db, json!({ "city": "\0" })).await, Vec::<String>::new());
}

async fn a_change_of_an_older_version_is_refused(db: TestStore) {
    let rows = insert_named(&db, &["a", "b"]).await;
    let mut tx = db.store().begin().await.unwrap();
    tx.update_businesses(vec![known(&rows[0])]).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = db.store().begin().await.unwrap();
    let error = tx.update_businesses(vec![known(&rows[1]), known(&rows[0])]).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(_)) && error.to_string().contains("read it again"),
        "{error}"
    );
    drop(tx);
    let versions: Vec<_> = db
        .store()
        .businesses_by_id(&[rows[0].id, rows[1].id])
        .await
        .unwrap()
        .iter()
        .map(|row| row.version)
        .collect();
    assert_eq!(versions, [2, 1]);
}

async fn a_change_of_a_deleted_business_is_refused(db: TestStore) {
    let rows = insert_named(&db, &["a"]).await;
    let mut tx = db.store().begin().await.unwrap();
    assert_eq!(tx.delete_business(rows[0].id, Some(1)).await.unwrap().version, 2);
    tx.commit().await.unwrap();
    let mut tx = db.store().begin().await.unwrap();
    let error = tx.update_businesses(vec![known(&rows[0])]).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error}");
    drop(tx);
    assert_eq!(list(&db, json!({})).await.meta.total, 0);
}

async fn a_deletion_takes_everything_along_and_heeds_the_version(db: TestStore) {
    let rows = insert(
        db.store(),
        vec![with("a", |row| {
            row.sources = vec![source("osm", "1")];
            row.tags = vec!["hot".to_owned()];
        })],
    )
    .await;
    crate::contacts::add(db.store(), rows[0].id, 2).await;
    let mut tx = db.store().begin().await.unwrap();
    let stale = tx.delete_business(rows[0].id, Some(1)).await.unwrap_err();
    assert!(matches!(stale, StoreError::Conflict(_)), "{stale}");
    assert_eq!(tx.delete_business(rows[0].id, Some(2)).await.unwrap().version, 3);
    let gone = tx.delete_business(rows[0].id, None).await.unwrap_err();
    assert!(matches!(gone, StoreError::NotFound { .. }), "{gone}");
    tx.commit().await.unwrap();
    assert_eq!(names(&db, json!({"tag": "hot"})).await, Vec::<String>::new());
    assert_eq!(db.store().stats(at(0)).await.unwrap().total_contacts, 0);
    // The source record is free again.
    insert(db.store(), vec![with("b", |row| row.sources = vec![source("osm", "1")])]).await;
}

async fn a_source_record_belongs_to_one_business(db: TestStore) {
    insert(db.store(), vec![with("a", |row| row.sources = vec![source("osm", "1")])]).await;
    let mut tx = db.store().begin().await.unwrap();
    let twice = vec![with("b", |row| row.sources = vec![source("osm", "1")])];
    let error = tx.insert_businesses(twice).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error}");
    drop(tx);
    assert_eq!(list(&db, json!({})).await.meta.total, 1);
}

async fn a_transaction_with_a_failed_write_cannot_be_committed(db: TestStore) {
    insert(db.store(), vec![with("a", |row| row.sources = vec![source("osm", "1")])]).await;
    let mut tx = db.store().begin().await.unwrap();
    let mut new: Vec<_> = (0..300).map(|number| named(&format!("n{number}"))).collect();
    new.push(with("twice", |row| row.sources = vec![source("osm", "1")]));
    tx.insert_businesses(new).await.unwrap_err();
    let error = tx.commit().await.unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(_)) && error.to_string().contains("begin a new one"),
        "{error}"
    );
    assert_eq!(list(&db, json!({})).await.meta.total, 1);
    assert_eq!(names(&db, json!({"search": "n1"})).await, Vec::<String>::new());
    insert_named(&db, &["after"]).await;
}

async fn nothing_of_a_dropped_transaction_stays(db: TestStore) {
    let mut tx = db.store().begin().await.unwrap();
    let rows = tx.insert_businesses(vec![named("a")]).await.unwrap();
    tx.append_events([tick()]);
    drop(tx);
    assert_eq!(db.store().get_business(rows[0].id).await.unwrap(), None);
    assert_eq!(db.store().latest_seq().await.unwrap(), 0);
    let mut tx = db.store().begin().await.unwrap();
    tx.insert_businesses(vec![named("b")]).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(list(&db, json!({})).await.meta.total, 0);
    assert_eq!(insert_named(&db, &["c"]).await.len(), 1);
}

async fn nothing_is_no_trouble(db: TestStore) {
    let mut tx = db.store().begin().await.unwrap();
    assert_eq!(tx.insert_businesses(vec![]).await.unwrap(), []);
    assert_eq!(tx.update_businesses(vec![]).await.unwrap(), []);
    assert!(tx.commit().await.unwrap().events.is_empty());
    assert_eq!(db.store().get_business(BusinessId(-1)).await.unwrap(), None);
}

store::stories!(
    ids_ascend_and_are_never_used_again,
    an_update_grows_the_version_and_moves_the_row,
    the_character_nul_is_stored_as_what_stands_for_no_character,
    a_change_of_an_older_version_is_refused,
    a_change_of_a_deleted_business_is_refused,
    a_deletion_takes_everything_along_and_heeds_the_version,
    a_source_record_belongs_to_one_business,
    a_transaction_with_a_failed_write_cannot_be_committed,
    nothing_of_a_dropped_transaction_stays,
    nothing_is_no_trouble,
);
