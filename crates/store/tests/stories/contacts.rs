//! The people of a business, and what enrichment did for it.

use contract::enrichment::{Evidence, HistoryQuery};
use contract::{Business, BusinessId, EmailStatus};
use futures::TryStreamExt;
use serde_json::json;
use store::test_support::TestStore;
use store::{NewContact, NewEnrichmentEntry, Store, StoreError};

use crate::support::*;

fn contact(number: usize, is_primary: bool) -> NewContact {
    NewContact {
        name: Some(format!("Person {number}")),
        title: Some("Owner".to_owned()),
        email: Some(format!("p{number}@example.org")),
        email_status: EmailStatus::Risky,
        phone: None,
        linkedin: None,
        is_primary,
        confidence: 0.75,
        source_url: Some("https://example.org/contact".to_owned()),
        found_at: at(1),
    }
}

/// Gives a business so many contacts.
pub(crate) async fn add(store: &Store, id: BusinessId, count: usize) {
    let mut tx = store.begin_at(at(1)).await.unwrap();
    tx.replace_contacts(id, (0..count).map(|number| contact(number, number == 1)).collect()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn one(db: &TestStore) -> Business {
    insert_named(db, &["One"]).await.remove(0)
}

async fn contacts_are_replaced_and_counted(db: TestStore) {
    let business = one(&db).await;
    add(db.store(), business.id, 3).await;
    let detail = db.store().get_business(business.id).await.unwrap().unwrap();
    let names: Vec<_> = detail.contacts.iter().map(|one| one.name.clone().unwrap()).collect();
    assert_eq!(names, ["Person 1", "Person 0", "Person 2"], "the primary one first");
    assert_eq!(detail.contacts[1].email_status, EmailStatus::Risky);
    assert_eq!((detail.business.contact_count, detail.business.version), (3, 2));
    assert_eq!(detail.business.updated_at, at(1));

    add(db.store(), business.id, 1).await;
    let detail = db.store().get_business(business.id).await.unwrap().unwrap();
    assert_eq!((detail.contacts.len(), detail.business.contact_count, detail.business.version), (1, 1, 3));
}

async fn a_stream_has_the_contacts_of_each_as_its_page_shows_them(db: TestStore) {
    let rows = (0..2100).map(|number| placed(&format!("n{number}"), 60.0 + f64::from(number % 2), 24.0));
    let stored = insert(db.store(), rows.collect()).await;
    // In three of the reads: several, one, and one of several that nobody wants to see.
    for (position, count) in [(0, 3), (1, 1), (1500, 2), (2099, 1)] {
        add(db.store(), stored[position].id, count).await;
    }
    let shown = db.store().get_business(stored[1500].id).await.unwrap().unwrap().contacts;
    let mut tx = db.store().begin_at(at(2)).await.unwrap();
    tx.remove_contact(stored[1500].id, shown[0].id).await.unwrap();
    tx.commit().await.unwrap();

    let check = async |filter: serde_json::Value, total: usize, having: usize| {
        let query = query(filter.clone());
        let by_id: Vec<_> = db.store().business_detail_stream(&query).try_collect().await.unwrap();
        let in_order: Vec<_> = db.store().business_details_in_order(&query).try_collect().await.unwrap();
        let rows: Vec<_> = db.store().business_stream(&query).try_collect().await.unwrap();
        assert!(by_id.iter().map(|detail| &detail.business).eq(&rows), "{filter}");
        let rows: Vec<_> = db.store().businesses_in_order(&query).try_collect().await.unwrap();
        assert!(in_order.iter().map(|detail| &detail.business).eq(&rows), "{filter}");
        for details in [by_id, in_order] {
            let some: Vec<_> = details.iter().filter(|detail| !detail.contacts.is_empty()).collect();
            assert_eq!((details.len(), some.len()), (total, having), "{filter}");
            assert!(details.iter().all(|one| one.business.contact_count as usize == one.contacts.len()));
            for detail in some {
                let page = db.store().get_business(detail.business.id).await.unwrap();
                assert_eq!(page.as_ref(), Some(detail), "{filter}");
            }
        }
    };
    check(json!({}), 2100, 4).await;
    check(json!({"sort": "-name"}), 2100, 4).await;
    check(json!({"near": "60,24", "radiusKm": 50}), 1050, 2).await;
    check(json!({"search": "n1500"}), 1, 1).await;
    check(json!({"city": "nowhere"}), 0, 0).await;
}

async fn a_stream_goes_on_past_what_is_deleted_meanwhile(db: TestStore) {
    let stored = insert(db.store(), (0..2100).map(|number| named(&format!("n{number:04}"))).collect()).await;
    add(db.store(), stored[2099].id, 2).await;
    let query = query(json!({"sort": "name"}));
    let mut details = db.store().business_details_in_order(&query);
    assert_eq!(details.try_next().await.unwrap().unwrap().business.id, stored[0].id);
    let mut tx = db.store().begin().await.unwrap();
    let second: Vec<_> = stored[1000..2000].iter().map(|business| business.id).collect();
    tx.delete_businesses(&second).await.unwrap();
    tx.commit().await.unwrap();
    let rest: Vec<_> = details.try_collect().await.unwrap();
    assert_eq!(rest.len(), 1099, "a read of which nothing is left is not the end");
    assert_eq!(rest[1098].contacts.len(), 2);
}

async fn contacts_of_no_business_are_refused(db: TestStore) {
    let mut tx = db.store().begin().await.unwrap();
    let error = tx.replace_contacts(BusinessId(77), vec![contact(1, true)]).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { .. }), "{error}");
}

async fn what_enrichment_did_is_kept(db: TestStore) {
    let business = one(&db).await;
    let entry = |second| NewEnrichmentEntry {
        business_id: business.id,
        provider: "website".to_owned(),
        status: "enriched".to_owned(),
        fields_written: vec!["email".to_owned()],
        cost_minor: 2,
        currency: "EUR".to_owned(),
        started_at: at(second),
        duration_ms: 1500,
        error: None,
        evidence: vec![Evidence {
            field: "email".to_owned(),
            value: "a@example.org".to_owned(),
            source_url: "https://example.org".to_owned(),
            snippet: None,
            confidence: 0.5,
        }],
    };
    let mut tx = db.store().begin().await.unwrap();
    let first = tx.log_enrichment(entry(1)).await.unwrap();
    let second = tx.log_enrichment(entry(2)).await.unwrap();
    tx.commit().await.unwrap();
    let history = async |query: HistoryQuery| db.store().enrichment_history(business.id, &query).await;
    let whole = history(HistoryQuery::default()).await.unwrap().unwrap();
    assert_eq!((whole.data, whole.meta.total), (vec![second.clone(), first.clone()], 2));
    let page = history(HistoryQuery { limit: Some(1), cursor: None }).await.unwrap().unwrap();
    assert_eq!((page.data, page.meta.total_pages), (vec![second], 2));
    let next = HistoryQuery { limit: Some(1), cursor: page.meta.next_cursor };
    let last = history(next.clone()).await.unwrap().unwrap();
    assert_eq!((last.data, last.meta.page, last.meta.next_cursor), (vec![first], 2, None));
    let error = db.store().enrichment_history(BusinessId(77), &next).await.unwrap_err();
    assert!(matches!(error, StoreError::BadCursor), "{error}");
    assert_eq!(db.store().enrichment_history(BusinessId(77), &HistoryQuery::default()).await.unwrap(), None);
}

store::stories!(
    contacts_are_replaced_and_counted,
    a_stream_has_the_contacts_of_each_as_its_page_shows_them,
    a_stream_goes_on_past_what_is_deleted_meanwhile,
    contacts_of_no_business_are_refused,
    what_enrichment_did_is_kept,
);
