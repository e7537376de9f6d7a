//! What a source lets be kept for a while only.

use contract::{Business, BusinessId, EventPayload};
use store::provenance::{Expired, Provenance, Term};
use store::test_support::TestStore;
use store::{NewBusiness, NewContact};

use crate::support::*;

const SOURCE: &str = "limited";

/// What a record of the limited source says.
fn record(id: &str) -> NewBusiness {
    let new = with("Acme Plumbing", |row| {
        row.phone = Some("+17325550123".to_owned());
        row.phone_display = Some("(732) 555-0123".to_owned());
        row.website = Some("https://acme.example/".to_owned());
        (row.latitude, row.longitude) = (Some(40.26), Some(-74.27));
        row.sources = vec![source(SOURCE, id)];
    });
    NewBusiness { domain: Some("acme.example".to_owned()), ..new }
}

/// Stores a business of a record at that second, as a search does.
async fn found(db: &TestStore, id: &str, second: i64) -> Business {
    let mut tx = db.store().begin_at(at(second)).await.unwrap();
    let saved = tx.insert_businesses(vec![record(id)]).await.unwrap().remove(0);
    let mut provenance = Provenance::default();
    provenance.limited((SOURCE, id), None, &saved, &record(id).business);
    tx.note_provenance(&provenance).await.unwrap();
    tx.append_events([EventPayload::BusinessCreated(Box::new(saved.clone()))]);
    tx.commit().await.unwrap();
    saved
}

async fn note(db: &TestStore, second: i64, note: impl FnOnce(&mut Provenance)) {
    let mut tx = db.store().begin_at(at(second)).await.unwrap();
    let mut provenance = Provenance::default();
    note(&mut provenance);
    tx.note_provenance(&provenance).await.unwrap();
    tx.commit().await.unwrap();
}

async fn expire(db: &TestStore, fetched_before: i64) -> (u64, u64) {
    let term = Term { source: SOURCE.to_owned(), fetched_before: at(fetched_before) };
    let Expired { changed, deleted, .. } = db.store().expire_values(&[term], at(1000)).await.unwrap();
    (changed, deleted)
}

async fn now(db: &TestStore, id: BusinessId) -> Option<Business> {
    db.store().get_business(id).await.unwrap().map(|detail| detail.business)
}

async fn edit(db: &TestStore, id: BusinessId, field: &str, change: impl FnOnce(&mut Business)) {
    let mut tx = db.store().begin_at(at(5)).await.unwrap();
    let mut known = tx.lock_business(id).await.unwrap().unwrap();
    change(&mut known.business);
    tx.edit_business(known, &[field]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_business_that_nobody_else_knows_is_gone_after_its_term(db: TestStore) {
    let business = found(&db, "p1", 0).await;
    let later = found(&db, "p2", 10).await;
    let since = db.store().latest_seq().await.unwrap();
    assert_eq!(expire(&db, 0).await, (0, 0), "its term is not over");
    assert_eq!(expire(&db, 1).await, (0, 1));
    assert_eq!((now(&db, business.id).await, now(&db, later.id).await), (None, Some(later)));
    let events = db.store().events_since(since, 10).await.unwrap().events;
    let EventPayload::BusinessDeleted(deleted) = &events[0].payload else { panic!("{events:?}") };
    assert_eq!((deleted.id, events.len()), (business.id, 2));
    assert_eq!(expire(&db, 1).await, (0, 0), "once");
}

async fn what_a_person_wrote_stays(db: TestStore) {
    let business = found(&db, "p1", 0).await;
    edit(&db, business.id, "phone", |row| row.phone = Some("+358111".to_owned())).await;
    let since = db.store().latest_seq().await.unwrap();
    assert_eq!(expire(&db, 1).await, (1, 0));
    let left = now(&db, business.id).await.unwrap();
    assert_eq!((left.name.as_str(), left.phone.as_deref()), ("Place p1", Some("+358111")));
    assert_eq!((left.website, left.latitude, left.longitude), (None, None, None));
    assert_eq!(left.sources[0].source_id, "p1", "the identifier stays");
    let events = db.store().events_since(since, 10).await.unwrap().events;
    let EventPayload::BusinessUpdated(told) = &events[0].payload else { panic!("{events:?}") };
    assert_eq!((told.id, told.version, &told.website), (business.id, left.version, &None));
}

async fn a_value_that_a_person_confirmed_by_writing_it_stays(db: TestStore) {
    let business = found(&db, "p1", 0).await;
    edit(&db, business.id, "name", |row| row.name = "Acme Plumbing".to_owned()).await;
    expire(&db, 1).await;
    assert_eq!(now(&db, business.id).await.unwrap().name, "Acme Plumbing");
}

async fn what_another_source_says_too_stays(db: TestStore) {
    let business = found(&db, "p1", 0).await;
    let mut tx = db.store().begin_at(at(5)).await.unwrap();
    let mut known = tx.businesses_by_id(&[business.id]).await.unwrap();
    known[0].business.sources.push(source("osm", "node/1"));
    known[0].business.city = Some("Freehold".to_owned());
    let merged = tx.update_businesses(known).await.unwrap().remove(0);
    tx.commit().await.unwrap();
    let says = with("Acme Plumbing", |row| {
        row.phone = merged.phone.clone();
        row.website = Some("https://other.example/".to_owned());
        row.city = Some("Freehold".to_owned());
    });
    note(&db, 5, |provenance| provenance.confirmed((SOURCE, "p1"), &merged, &says.business)).await;
    assert_eq!(expire(&db, 1).await, (1, 0));
    let left = now(&db, business.id).await.unwrap();
    assert_eq!((left.name.as_str(), left.phone.as_deref()), ("Acme Plumbing", Some("+17325550123")));
    assert_eq!((left.website, left.latitude), (None, None), "it says another one, and none");
    assert_eq!(left.city.as_deref(), Some("Freehold"), "it never was the limited source's");
}

async fn a_value_that_is_said_again_is_kept_anew(db: TestStore) {
    let business = found(&db, "p1", 0).await;
    let mut moved = record("p1").business;
    moved.phone = Some("+17325559999".to_owned());
    note(&db, 50, |provenance| {
        provenance.limited((SOURCE, "p1"), Some(&business), &business, &moved);
    })
    .await;
    assert_eq!(expire(&db, 10).await, (1, 0));
    let left = now(&db, business.id).await.unwrap();
    assert_eq!((left.phone, left.website), (None, business.website), "the old number is no longer said");
    assert_eq!(expire(&db, 51).await, (0, 1), "the phone had gone, and the rest goes");
}

async fn copies_in_merges_and_past_events_go_too(db: TestStore) {
    let kept = insert_named(&db, &["Kept"]).await.remove(0);
    let other = found(&db, "p1", 0).await;
    let mut tx = db.store().begin_at(at(5)).await.unwrap();
    let merged = tx.merge_businesses(kept.id, other.id).await.unwrap();
    assert_eq!(merged.business.phone, other.phone);
    tx.append_events([EventPayload::BusinessUpdated(Box::new(merged.business))]);
    tx.commit().await.unwrap();
    let since = db.store().latest_seq().await.unwrap();
    assert_eq!(expire(&db, 1).await, (1, 0));
    let left = now(&db, kept.id).await.unwrap();
    assert_eq!((left.name.as_str(), left.phone, left.website), ("Kept", None, None));
    let past = db.store().events_since(0, 100).await.unwrap().events;
    assert!(!format!("{past:?}").contains("555"), "{past:?}");
    assert!(past.iter().any(|event| event.seq > since));
    let mut tx = db.store().begin_at(at(9)).await.unwrap();
    assert!(!tx.businesses_changed(since, since + 1..since + 3).await.unwrap());
    assert!(tx.businesses_changed(0, 0..0).await.unwrap(), "a past event is known as one of a business");
    let undone = tx.unmerge_business(kept.id, None).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert_eq!((undone.restored.name.as_str(), undone.restored.phone), ("Place p1", None));
}

async fn somebody_who_was_found_keeps_the_business(db: TestStore) {
    let business = found(&db, "p1", 0).await;
    let mut tx = db.store().begin_at(at(5)).await.unwrap();
    let jane = NewContact {
        name: Some("Jane Roe".to_owned()),
        title: None,
        email: Some("jane@acme.example".to_owned()),
        email_status: contract::EmailStatus::Unknown,
        phone: None,
        linkedin: None,
        is_primary: true,
        confidence: 0.9,
        source_url: None,
        found_at: at(5),
    };
    tx.replace_contacts(business.id, vec![jane]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(expire(&db, 1).await, (1, 0));
    let left = db.store().get_business(business.id).await.unwrap().unwrap();
    assert_eq!((left.business.name.as_str(), left.contacts.len()), ("Place p1", 1));
}

/// Stores so many businesses at once, each of a record of its own, and an event for each.
async fn found_many(db: &TestStore, prefix: &str, count: usize, second: i64) -> Vec<Business> {
    let new: Vec<_> = (0..count).map(|number| record(&format!("{prefix}{number:03}"))).collect();
    let mut tx = db.store().begin_at(at(second)).await.unwrap();
    let saved = tx.insert_businesses(new).await.unwrap();
    let mut provenance = Provenance::default();
    for business in &saved {
        let id = &business.sources[0].source_id;
        provenance.limited((SOURCE, id), None, business, &record(id).business);
    }
    tx.note_provenance(&provenance).await.unwrap();
    tx.append_events(saved.iter().map(|business| EventPayload::BusinessCreated(Box::new(business.clone()))));
    tx.commit().await.unwrap();
    saved
}

async fn merge(db: &TestStore, kept: BusinessId, other: BusinessId) {
    let mut tx = db.store().begin_at(at(5)).await.unwrap();
    tx.merge_businesses(kept, other).await.unwrap();
    tx.commit().await.unwrap();
}

async fn many_are_taken_away_in_steps(db: TestStore) {
    found_many(&db, "p", 450, 0).await;
    assert_eq!(expire(&db, 1).await, (0, 450));
    assert_eq!(db.store().stats(at(2)).await.unwrap().total, 0);
}

async fn only_copies_of_what_is_due_are_read(db: TestStore) {
    let kept = insert_named(&db, &["Kept", "Other"]).await;
    let old = found_many(&db, "p", 450, 0).await;
    let new = found_many(&db, "q", 300, 10).await;
    merge(&db, kept[0].id, old[0].id).await;
    merge(&db, kept[1].id, new[0].id).await;
    let term = Term { source: SOURCE.to_owned(), fetched_before: at(1) };
    let expired = db.store().expire_values(std::slice::from_ref(&term), at(1000)).await.unwrap();
    let read_once = 450 + 1;
    assert_eq!(expired, Expired { changed: 1, deleted: 449, records: 450, copies: read_once });
    let again = db.store().expire_values(&[term], at(1000)).await.unwrap();
    assert_eq!(again, Expired::default());
    let past = db.store().events_since(0, 2000).await.unwrap().events;
    let still = past.iter().filter(|event| format!("{event:?}").contains("555")).count();
    assert_eq!(still, 300, "what is not due yet");
}

async fn a_bounded_run_leaves_the_rest_for_the_next(db: TestStore) {
    found_many(&db, "p", 30, 0).await;
    let term = [Term { source: SOURCE.to_owned(), fetched_before: at(1) }];
    let some = db.store().expire_some_values(&term, at(1000), 20).await.unwrap();
    assert_eq!((some.records, some.deleted, some.copies), (20, 20, 20));
    let rest = db.store().expire_some_values(&term, at(1000), 20).await.unwrap();
    assert_eq!((rest.records, rest.deleted, rest.copies), (10, 10, 10));
}

async fn where_copies_were_goes_with_past_events(db: TestStore) {
    found_many(&db, "p", 10, 0).await;
    assert_eq!(db.store().prune_events(at(1), 100).await.unwrap(), 10);
    let term = [Term { source: SOURCE.to_owned(), fetched_before: at(1) }];
    assert_eq!(db.store().expire_values(&term, at(1000)).await.unwrap().copies, 0);
}

/// A database of before, in which nothing was noted of where copies are.
async fn copies_of_an_older_database_are_found(db: TestStore) {
    let kept = insert_named(&db, &["Kept"]).await.remove(0);
    let old = found_many(&db, "p", 3, 0).await;
    merge(&db, kept.id, old[0].id).await;
    for statement in [
        "DROP TABLE event_records",
        "DROP TABLE merge_records",
        "DELETE FROM seaql_migrations WHERE version = 'm0011_limited_copies'",
    ] {
        db.store().execute_for_test(statement).await.unwrap();
    }
    let again = store::Store::open(db.config()).await.unwrap();
    let term = [Term { source: SOURCE.to_owned(), fetched_before: at(1) }];
    let expired = again.expire_values(&term, at(1000)).await.unwrap();
    assert_eq!(expired, Expired { changed: 1, deleted: 2, records: 3, copies: 4 });
    let past = again.events_since(0, 100).await.unwrap().events;
    assert!(!format!("{past:?}").contains("555"), "{past:?}");
    again.close().await.unwrap();
}

store::stories!(
    a_business_that_nobody_else_knows_is_gone_after_its_term,
    what_a_person_wrote_stays,
    a_value_that_a_person_confirmed_by_writing_it_stays,
    what_another_source_says_too_stays,
    a_value_that_is_said_again_is_kept_anew,
    copies_in_merges_and_past_events_go_too,
    somebody_who_was_found_keeps_the_business,
    many_are_taken_away_in_steps,
    only_copies_of_what_is_due_are_read,
    a_bounded_run_leaves_the_rest_for_the_next,
    where_copies_were_goes_with_past_events,
    copies_of_an_older_database_are_found,
);
