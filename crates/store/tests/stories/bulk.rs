//! One change of many businesses.

use contract::BusinessId;
use contract::event::BusinessDeleted;
use serde_json::json;
use store::test_support::TestStore;

use crate::support::*;

async fn many_are_deleted_with_what_belongs_to_them(db: TestStore) {
    let rows = insert(
        db.store(),
        vec![
            with("Alpha", |row| row.sources = vec![source("osm", "node/1")]),
            with("Beta", |row| row.tags = vec!["x".into()]),
            named("Gamma"),
        ],
    )
    .await;
    crate::contacts::add(db.store(), rows[1].id, 2).await;
    let mut tx = db.store().begin().await.unwrap();
    let deleted = tx.delete_businesses(&[rows[1].id, rows[0].id, rows[1].id, BusinessId(77)]).await.unwrap();
    tx.commit().await.unwrap();
    let gone = |row: usize, version| BusinessDeleted { id: rows[row].id, version };
    assert_eq!(deleted, [gone(0, 2), gone(1, 3)]);
    assert_eq!(names(&db, json!({})).await, ["Gamma"]);
    assert!(names(&db, json!({ "search": "alpha" })).await.is_empty());
    let again = with("Alpha", |row| row.sources = vec![source("osm", "node/1")]);
    assert_eq!(insert(db.store(), vec![again]).await.len(), 1, "the source record is free");
    let mut tx = db.store().begin().await.unwrap();
    assert!(tx.delete_businesses(&[]).await.unwrap().is_empty());
}

async fn labels_are_given_and_taken(db: TestStore) {
    let rows = insert(
        db.store(),
        vec![named("Alpha"), with("Beta", |row| row.tags = vec!["vip".into()]), named("Gamma")],
    )
    .await;
    let ids: Vec<_> = rows[..2].iter().map(|row| row.id).collect();
    let mut tx = db.store().begin().await.unwrap();
    let tagged = tx.tag_businesses(&ids, "vip").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(tagged.iter().map(|row| (row.id, row.version)).collect::<Vec<_>>(), [(rows[0].id, 2)]);
    assert_eq!(list(&db, json!({ "tag": "vip" })).await.meta.total, 2);

    let all: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut tx = db.store().begin().await.unwrap();
    let untagged = tx.untag_businesses(&all, "vip").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(untagged.len(), 2);
    assert_eq!(list(&db, json!({ "tag": "vip" })).await.meta.total, 0);
}

async fn a_label_that_a_person_took_away_is_not_found_again(db: TestStore) {
    let rows = insert(db.store(), vec![with("Beta", |row| row.tags = vec!["bakery".into()])]).await;
    let mut tx = db.store().begin().await.unwrap();
    tx.untag_businesses(&[rows[0].id], "bakery").await.unwrap();
    let mut known = tx.lock_business(rows[0].id).await.unwrap().unwrap();
    known.business.tags.push("bakery".into());
    tx.update_businesses(vec![known]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(list(&db, json!({ "tag": "bakery" })).await.meta.total, 0);
}

async fn a_business_with_the_most_labels_takes_no_more(db: TestStore) {
    let full = with("Full", |row| row.tags = (0..50).map(|n| n.to_string()).collect());
    let rows = insert(db.store(), vec![full]).await;
    let mut tx = db.store().begin().await.unwrap();
    assert!(tx.tag_businesses(&[rows[0].id], "more").await.unwrap().is_empty());
}

store::stories!(
    many_are_deleted_with_what_belongs_to_them,
    labels_are_given_and_taken,
    a_label_that_a_person_took_away_is_not_found_again,
    a_business_with_the_most_labels_takes_no_more,
);
