//! What people write by hand stays, whatever is found later.

use contract::{Business, BusinessId, ContactId};
use store::test_support::TestStore;
use store::{KnownBusiness, NewBusiness, NewContact, StoreError};

use crate::support::*;

async fn known(db: &TestStore, id: BusinessId) -> KnownBusiness {
    let mut tx = db.store().begin().await.unwrap();
    let known = tx.lock_business(id).await.unwrap().unwrap();
    tx.rollback().await.unwrap();
    known
}

/// A change by hand of these fields.
async fn edit(
    db: &TestStore,
    id: BusinessId,
    fields: &[&str],
    change: impl FnOnce(&mut Business),
) -> Business {
    let mut changed = known(db, id).await;
    change(&mut changed.business);
    let mut tx = db.store().begin().await.unwrap();
    let edited = tx.edit_business(changed, fields).await.unwrap();
    tx.commit().await.unwrap();
    edited
}

/// What enrichment and searches do: they read, change and write back.
async fn find(db: &TestStore, id: BusinessId, change: impl FnOnce(&mut KnownBusiness)) -> Business {
    let mut changed = known(db, id).await;
    change(&mut changed);
    let mut tx = db.store().begin().await.unwrap();
    let mut written = tx.update_businesses(vec![changed]).await.unwrap();
    tx.commit().await.unwrap();
    written.remove(0)
}

async fn what_a_person_cleared_stays_empty(db: TestStore) {
    let id = insert(db.store(), vec![with("One", |row| row.email = Some("a@b.org".into()))]).await[0].id;
    let edited = edit(&db, id, &["email", "socials.x", "chain"], |row| row.email = None).await;
    assert_eq!((edited.version, edited.email.as_deref()), (2, None));
    let found = find(&db, id, |known| {
        known.business.email = Some("found@b.org".into());
        known.business.socials.x = Some("https://x.com/one".into());
        known.business.socials.yelp = Some("https://www.yelp.com/biz/one".into());
        known.business.chain = true;
        known.business.city = Some("Oulu".into());
    })
    .await;
    assert_eq!((found.email, found.socials.x, found.chain), (None, None, false));
    assert_eq!((found.city.as_deref(), found.version), (Some("Oulu"), 3), "the rest is written");
    assert!(found.socials.yelp.is_some());
    let stored = db.store().get_business(id).await.unwrap().unwrap().business;
    assert_eq!((stored.email, stored.city.as_deref()), (None, Some("Oulu")));
}

async fn what_follows_from_an_edited_field_stays_with_it(db: TestStore) {
    let id = insert_named(&db, &["One"]).await[0].id;
    edit(&db, id, &["name", "category", "phone", "website", "tags"], |row| {
        row.name = "Uno".into();
        row.category = Some("bar".into());
        row.industry = Some("food".into());
        row.tags = vec!["mine".into()];
    })
    .await;
    let found = find(&db, id, |known| {
        known.business.name = "One and more".into();
        known.name_key = "one and more".into();
        known.business.category = Some("shop".into());
        known.business.industry = Some("retail".into());
        known.business.phone = Some("+3581".into());
        known.business.phone_display = Some("1".into());
        known.business.website = Some("https://one.org/".into());
        known.domain = Some("one.org".into());
        known.business.tags.push("theirs".into());
    })
    .await;
    assert_eq!((found.name.as_str(), found.tags.as_slice()), ("Uno", ["mine".to_owned()].as_slice()));
    assert_eq!((found.category.as_deref(), found.industry.as_deref()), (Some("bar"), Some("food")));
    assert_eq!((found.phone, found.phone_display, found.website), (None, None, None));
    let stored = known(&db, id).await;
    assert_eq!((stored.domain, stored.name_key.as_str()), (None, "one"));
    assert!(names(&db, serde_json::json!({ "tag": "theirs" })).await.is_empty());
}

async fn edits_add_up_and_are_for_one_business(db: TestStore) {
    let rows = insert_named(&db, &["One", "Two"]).await;
    edit(&db, rows[0].id, &["city"], |row| row.city = Some("Oulu".into())).await;
    edit(&db, rows[0].id, &["street"], |row| row.street = None).await;
    let elsewhere = |known: &mut KnownBusiness| {
        known.business.city = Some("Turku".into());
        known.business.street = Some("Katu 1".into());
    };
    let first = find(&db, rows[0].id, elsewhere).await;
    assert_eq!((first.city.as_deref(), first.street), (Some("Oulu"), None));
    let second = find(&db, rows[1].id, elsewhere).await;
    assert_eq!(second.city.as_deref(), Some("Turku"));
}

async fn what_a_person_added_stays_as_it_was_typed(db: TestStore) {
    let mut tx = db.store().begin().await.unwrap();
    let new = NewBusiness::named("Typed", "typed");
    let id = tx.add_business(new, &["name"]).await.unwrap().id;
    tx.commit().await.unwrap();
    let found = find(&db, id, |known| known.business.name = "Found".into()).await;
    assert_eq!(found.name, "Typed");
}

async fn an_edit_of_an_older_version_is_refused(db: TestStore) {
    let id = insert_named(&db, &["One"]).await[0].id;
    let old = known(&db, id).await;
    edit(&db, id, &["city"], |row| row.city = Some("Oulu".into())).await;
    let mut tx = db.store().begin().await.unwrap();
    let error = tx.edit_business(old, &["city"]).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error}");
    assert!(tx.commit().await.is_err(), "the transaction cannot be committed any more");
    let mut tx = db.store().begin().await.unwrap();
    assert_eq!(tx.lock_business(BusinessId(77)).await.unwrap(), None);
}

fn person(name: &str, email: &str) -> NewContact {
    NewContact {
        name: Some(name.to_owned()),
        title: None,
        email: Some(email.to_owned()),
        email_status: contract::EmailStatus::Unknown,
        phone: None,
        linkedin: None,
        is_primary: false,
        confidence: 0.5,
        source_url: None,
        found_at: at(1),
    }
}

async fn contacts_are_added_changed_and_removed_by_hand(db: TestStore) {
    let id = insert_named(&db, &["One"]).await[0].id;
    let mut tx = db.store().begin_at(at(1)).await.unwrap();
    let first = NewContact { is_primary: true, ..person("A", "a@x.org") };
    let first = tx.add_contact(id, first).await.unwrap();
    let mut second = tx.add_contact(id, person("B", "b@x.org")).await.unwrap();
    second.title = Some("Owner".into());
    second.is_primary = true;
    tx.edit_contact(&second).await.unwrap();
    tx.commit().await.unwrap();
    let detail = db.store().get_business(id).await.unwrap().unwrap();
    assert_eq!((detail.business.contact_count, detail.business.version), (2, 4));
    assert_eq!(detail.contacts[0], second, "the primary one first");
    assert!(!detail.contacts[1].is_primary, "there is one primary contact");

    let mut tx = db.store().begin().await.unwrap();
    tx.remove_contact(id, first.id).await.unwrap();
    tx.commit().await.unwrap();
    let detail = db.store().get_business(id).await.unwrap().unwrap();
    assert_eq!((detail.business.contact_count, detail.contacts.len()), (1, 1));
    assert_eq!(db.store().stats(at(2)).await.unwrap().total_contacts, 1);

    let mut tx = db.store().begin().await.unwrap();
    for error in [
        tx.remove_contact(id, first.id).await.unwrap_err(),
        tx.remove_contact(BusinessId(77), second.id).await.unwrap_err(),
        tx.edit_contact(&contract::Contact { id: ContactId(77), ..second }).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::NotFound { what: "contact", .. }), "{error}");
    }
}

async fn what_people_did_to_contacts_outlasts_enrichment(db: TestStore) {
    let id = insert_named(&db, &["One"]).await[0].id;
    let found = || vec![person("A", "a@x.org"), person("B", "b@x.org"), person("C", "c@x.org")];
    let mut tx = db.store().begin().await.unwrap();
    let stored = tx.replace_contacts(id, found()).await.unwrap();
    let typed = contract::Contact { title: Some("Boss".into()), ..stored[0].clone() };
    tx.edit_contact(&typed).await.unwrap();
    tx.remove_contact(id, stored[1].id).await.unwrap();
    let own = tx.add_contact(id, person("D", "d@x.org")).await.unwrap();
    let again = tx.replace_contacts(id, found()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(again, [typed, stored[2].clone(), own], "ids stay, what was removed does not come back");
    let detail = db.store().get_business(id).await.unwrap().unwrap();
    assert_eq!((detail.business.contact_count, detail.contacts), (3, again));
}

async fn a_number_that_people_named_or_removed_does_not_come_back(db: TestStore) {
    let id = insert_named(&db, &["One"]).await[0].id;
    let number = |title: &str, phone: &str| NewContact {
        name: None,
        title: Some(title.to_owned()),
        email: None,
        phone: Some(phone.to_owned()),
        ..person("", "")
    };
    let found =
        || vec![number("Phone", "+358111"), number("Mobile phone", "+358112"), number("Fax", "+358113")];
    let mut tx = db.store().begin().await.unwrap();
    let stored = tx.replace_contacts(id, found()).await.unwrap();
    let typed = contract::Contact { title: Some("Bookings".into()), ..stored[0].clone() };
    tx.edit_contact(&typed).await.unwrap();
    tx.remove_contact(id, stored[1].id).await.unwrap();
    let again = tx.replace_contacts(id, found()).await.unwrap();
    assert_eq!(
        again,
        [typed.clone(), stored[2].clone()],
        "neither beside what was typed nor where it was removed"
    );
    // A person with that number is somebody else than the line.
    let jane = NewContact { phone: Some("+358111".to_owned()), ..person("Jane", "jane@x.org") };
    let with_jane = tx.replace_contacts(id, found().into_iter().chain([jane]).collect()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(with_jane.len(), 3, "{with_jane:?}");
}

store::stories!(
    what_a_person_cleared_stays_empty,
    what_follows_from_an_edited_field_stays_with_it,
    edits_add_up_and_are_for_one_business,
    what_a_person_added_stays_as_it_was_typed,
    an_edit_of_an_older_version_is_refused,
    contacts_are_added_changed_and_removed_by_hand,
    what_people_did_to_contacts_outlasts_enrichment,
    a_number_that_people_named_or_removed_does_not_come_back,
);
