//! Two businesses become one, and two again.

use contract::{Business, BusinessDetail, BusinessId};
use serde_json::json;
use store::test_support::TestStore;
use store::{Merged, NewContact, StoreError, Unmerged};

use crate::support::*;

/// A kept business that knows little, and another that knows more.
async fn two(db: &TestStore) -> (Business, Business) {
    let kept = with("Alpha", |row| {
        row.sources = vec![source("osm", "node/1")];
        row.phone = Some("+358111".into());
        row.tags = vec!["a".into()];
        row.notes = Some("first".into());
    });
    let other = with("Alpha Oy", |row| {
        row.sources = vec![source("overture", "x")];
        row.phone = Some("+358222".into());
        row.email = Some("a@example.org".into());
        row.city = Some("Oulu".into());
        row.tags = vec!["a".into(), "b".into()];
        row.notes = Some("second".into());
        row.socials.x = Some("https://x.com/alpha".into());
    });
    let mut rows = insert(db.store(), vec![kept, other]).await;
    let other = rows.remove(1);
    crate::contacts::add(db.store(), other.id, 2).await;
    (rows.remove(0), other)
}

async fn merge(db: &TestStore, kept: BusinessId, other: BusinessId) -> Merged {
    let mut tx = db.store().begin_at(at(5)).await.unwrap();
    let merged = tx.merge_businesses(kept, other).await.unwrap();
    tx.commit().await.unwrap();
    merged
}

async fn unmerge(db: &TestStore, kept: BusinessId, other: Option<BusinessId>) -> Option<Unmerged> {
    let mut tx = db.store().begin_at(at(9)).await.unwrap();
    let unmerged = tx.unmerge_business(kept, other).await.unwrap();
    tx.commit().await.unwrap();
    unmerged
}

async fn detail(db: &TestStore, id: BusinessId) -> BusinessDetail {
    db.store().get_business(id).await.unwrap().unwrap()
}

async fn a_merge_keeps_what_both_say(db: TestStore) {
    let (kept, other) = two(&db).await;
    let merged = merge(&db, kept.id, other.id).await;
    let now = &merged.business;
    assert_eq!((now.id, now.version, now.contact_count), (kept.id, 2, 2));
    assert_eq!((now.name.as_str(), now.phone.as_deref()), ("Alpha", Some("+358111")), "its own values stay");
    assert_eq!((now.email.as_deref(), now.city.as_deref()), (Some("a@example.org"), Some("Oulu")));
    assert_eq!(now.socials.x.as_deref(), Some("https://x.com/alpha"));
    assert_eq!(
        (now.tags.as_slice(), now.notes.as_deref()),
        (["a".into(), "b".into()].as_slice(), Some("first\n\nsecond"))
    );
    assert_eq!(now.sources.len(), 2);
    assert_eq!((merged.deleted.id, merged.deleted.version), (other.id, 3));
    assert_eq!(db.store().get_business(other.id).await.unwrap(), None);
    assert_eq!(detail(&db, kept.id).await.business, *now);
    assert_eq!(detail(&db, kept.id).await.contacts.len(), 2);
    assert_eq!(names(&db, json!({ "source": "overture" })).await, ["Alpha"]);
}

async fn an_undone_merge_leaves_both_as_they_were(db: TestStore) {
    let (kept, other) = two(&db).await;
    let before = (detail(&db, kept.id).await, detail(&db, other.id).await);
    merge(&db, kept.id, other.id).await;
    let Unmerged { kept: now, restored } = unmerge(&db, kept.id, None).await.unwrap();
    let same = |now: &Business, before: &Business, version: u64| {
        assert_eq!(*now, Business { version, updated_at: at(9), ..before.clone() });
    };
    same(&now, &before.0.business, 3);
    same(&restored, &before.1.business, 4);
    assert_eq!(detail(&db, kept.id).await.business, now);
    assert_eq!(
        detail(&db, other.id).await,
        BusinessDetail { business: restored, contacts: before.1.contacts }
    );
    assert_eq!(names(&db, json!({ "source": "overture" })).await, ["Alpha Oy"]);
    assert_eq!(names(&db, json!({ "search": "oy" })).await, ["Alpha Oy"]);
    assert_eq!(unmerge(&db, kept.id, None).await, None);
    merge(&db, kept.id, other.id).await;
}

async fn what_changed_since_the_merge_stays(db: TestStore) {
    let (kept, other) = two(&db).await;
    merge(&db, kept.id, other.id).await;
    let mut tx = db.store().begin().await.unwrap();
    let mut known = tx.lock_business(kept.id).await.unwrap().unwrap();
    known.business.email = Some("new@example.org".into());
    known.business.tags.push("c".into());
    known.business.notes = Some("third".into());
    tx.edit_business(known, &["email", "tags", "notes"]).await.unwrap();
    tx.commit().await.unwrap();
    let now = unmerge(&db, kept.id, Some(other.id)).await.unwrap().kept;
    assert_eq!((now.email.as_deref(), now.notes.as_deref()), (Some("new@example.org"), Some("third")));
    assert_eq!((now.tags, now.city), (vec!["a".to_owned(), "c".to_owned()], None));
}

async fn what_a_person_cleared_is_not_taken_over(db: TestStore) {
    let (kept, other) = two(&db).await;
    let mut tx = db.store().begin().await.unwrap();
    let known = tx.lock_business(kept.id).await.unwrap().unwrap();
    tx.edit_business(known, &["email"]).await.unwrap();
    let mut known = tx.lock_business(other.id).await.unwrap().unwrap();
    known.business.city = Some("Kemi".into());
    tx.edit_business(known, &["city"]).await.unwrap();
    tx.commit().await.unwrap();
    let merged = merge(&db, kept.id, other.id).await.business;
    assert_eq!((merged.email, merged.city.as_deref()), (None, Some("Kemi")));
    let mut tx = db.store().begin().await.unwrap();
    let mut known = tx.lock_business(kept.id).await.unwrap().unwrap();
    known.business.city = Some("Turku".into());
    let found = tx.update_businesses(vec![known]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(found[0].city.as_deref(), Some("Kemi"), "what a person typed stays theirs");
    let unmerged = unmerge(&db, kept.id, None).await.unwrap();
    assert_eq!((unmerged.kept.city, unmerged.restored.city.as_deref()), (None, Some("Kemi")));
}

async fn there_stays_one_primary_contact(db: TestStore) {
    let (kept, other) = two(&db).await;
    let primary = NewContact {
        name: Some("Boss".into()),
        title: None,
        email: None,
        email_status: contract::EmailStatus::Unknown,
        phone: None,
        linkedin: None,
        is_primary: true,
        confidence: 1.0,
        source_url: None,
        found_at: at(1),
    };
    let mut tx = db.store().begin().await.unwrap();
    tx.add_contact(kept.id, primary).await.unwrap();
    tx.commit().await.unwrap();
    merge(&db, kept.id, other.id).await;
    let contacts = detail(&db, kept.id).await.contacts;
    assert_eq!(contacts.iter().filter(|one| one.is_primary).count(), 1);
    assert_eq!(contacts[0].name.as_deref(), Some("Boss"));
    unmerge(&db, kept.id, None).await.unwrap();
    assert!(detail(&db, other.id).await.contacts[0].is_primary);
}

async fn merges_are_undone_in_any_order_and_level(db: TestStore) {
    let rows = insert(
        db.store(),
        ["A", "B", "C", "D"].map(|name| with(name, |row| row.sources = vec![source("osm", name)])).to_vec(),
    )
    .await;
    let id = |n: usize| rows[n].id;
    merge(&db, id(0), id(1)).await;
    merge(&db, id(2), id(3)).await;
    merge(&db, id(0), id(2)).await;
    assert_eq!(detail(&db, id(0)).await.business.sources.len(), 4);
    assert_eq!(unmerge(&db, id(0), Some(id(3))).await, None, "it was merged into another");
    assert_eq!(unmerge(&db, id(0), Some(id(1))).await.unwrap().restored.name, "B");
    assert_eq!(unmerge(&db, id(0), None).await.unwrap().restored.name, "C");
    assert_eq!(unmerge(&db, id(2), None).await.unwrap().restored.name, "D");
    for row in &rows {
        assert_eq!(detail(&db, row.id).await.business.sources, row.sources, "{}", row.name);
    }
}

async fn a_deleted_business_takes_its_merges_along(db: TestStore) {
    let rows = insert_named(&db, &["A", "B", "C"]).await;
    merge(&db, rows[1].id, rows[2].id).await;
    merge(&db, rows[0].id, rows[1].id).await;
    let mut tx = db.store().begin().await.unwrap();
    tx.delete_business(rows[0].id, None).await.unwrap();
    tx.commit().await.unwrap();
    let left = db.store().execute_for_test("DELETE FROM business_merges").await.unwrap();
    assert_eq!(left, 0, "nothing is remembered of it");
}

async fn a_preview_shows_what_a_merge_leaves(db: TestStore) {
    let (kept, other) = two(&db).await;
    crate::contacts::add(db.store(), kept.id, 1).await;
    let (kept, other) = (detail(&db, kept.id).await.business, detail(&db, other.id).await.business);
    let shown = db.store().preview_merge(kept.id, other.id).await.unwrap();
    assert_eq!((&shown.kept, &shown.other), (&kept, &other), "nothing is written");
    let merged = merge(&db, kept.id, other.id).await.business;
    let as_shown = Business { version: merged.version, updated_at: merged.updated_at, ..shown.merged };
    assert_eq!(as_shown, merged);
    assert_eq!(shown.contacts, detail(&db, kept.id).await.contacts);
    assert_eq!(shown.contacts.len(), 3);
    for (kept, other, is_conflict) in
        [(kept.id, kept.id, true), (kept.id, other.id, false), (BusinessId(77), kept.id, false)]
    {
        let error = db.store().preview_merge(kept, other).await.unwrap_err();
        assert_eq!(matches!(error, StoreError::Conflict(_)), is_conflict, "{error}");
    }
}

async fn what_was_merged_is_listed_until_it_is_undone(db: TestStore) {
    let rows = insert_named(&db, &["A", "B", "C"]).await;
    let id = |n: usize| rows[n].id;
    merge(&db, id(0), id(1)).await;
    merge(&db, id(0), id(2)).await;
    let listed = async || {
        let merges = db.store().list_merges(id(0)).await.unwrap();
        merges.into_iter().map(|one| (one.other_id, one.business.name, one.merged_at)).collect::<Vec<_>>()
    };
    let (b, c) = ((id(1), "B".to_owned(), at(5)), (id(2), "C".to_owned(), at(5)));
    assert_eq!(listed().await, [c.clone(), b]);
    unmerge(&db, id(0), Some(id(1))).await.unwrap();
    assert_eq!(listed().await, [c]);
    assert_eq!(db.store().list_merges(id(1)).await.unwrap(), []);
    assert!(matches!(db.store().list_merges(id(2)).await, Err(StoreError::NotFound { .. })));
}

async fn what_is_not_there_cannot_be_merged(db: TestStore) {
    let (kept, other) = two(&db).await;
    for (kept, other, is_conflict) in
        [(kept.id, kept.id, true), (kept.id, BusinessId(77), false), (BusinessId(77), other.id, false)]
    {
        let mut tx = db.store().begin().await.unwrap();
        let error = tx.merge_businesses(kept, other).await.unwrap_err();
        assert_eq!(matches!(error, StoreError::Conflict(_)), is_conflict, "{error}");
        assert!(tx.commit().await.is_err());
    }
}

store::stories!(
    a_merge_keeps_what_both_say,
    an_undone_merge_leaves_both_as_they_were,
    what_changed_since_the_merge_stays,
    what_a_person_cleared_is_not_taken_over,
    there_stays_one_primary_contact,
    merges_are_undone_in_any_order_and_level,
    a_deleted_business_takes_its_merges_along,
    a_preview_shows_what_a_merge_leaves,
    what_was_merged_is_listed_until_it_is_undone,
    what_is_not_there_cannot_be_merged,
);
