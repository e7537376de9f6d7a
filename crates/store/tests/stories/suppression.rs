//! Who asked not to be processed.

use contract::enrichment::Evidence;
use contract::suppression::{SuppressionAdded, SuppressionKind, SuppressionQuery, SuppressionReason};
use contract::{BusinessId, EmailStatus, EventPayload};
use store::suppression::{Sought, Subject};
use store::test_support::TestStore;
use store::{KeptAnswer, NewBusiness, NewContact, NewEnrichmentEntry, OF_WEBSITES, StoreError};

use crate::support::*;

const JANE: &str = "jane@acme.example";

fn contact(name: &str, email: Option<&str>) -> NewContact {
    NewContact {
        name: Some(name.to_owned()),
        title: Some("Owner".to_owned()),
        email: email.map(str::to_owned),
        email_status: EmailStatus::Unknown,
        phone: None,
        linkedin: None,
        is_primary: false,
        confidence: 0.8,
        source_url: None,
        found_at: at(1),
    }
}

fn acme() -> NewBusiness {
    let new = with("Acme", |row| {
        row.email = Some("Jane@Acme.example".to_owned());
        row.website = Some("https://acme.example/".to_owned());
        row.sources = vec![source("osm", "node/1")];
    });
    NewBusiness { domain: Some("acme.example".to_owned()), ..new }
}

/// A business whose address is Jane's, with Jane and Bob, evidence of both, and events that tell of it.
async fn with_jane(db: &TestStore) -> BusinessId {
    let mut tx = db.store().begin_at(at(0)).await.unwrap();
    let saved = tx.insert_businesses(vec![acme()]).await.unwrap().remove(0);
    let id = saved.id;
    tx.append_events([EventPayload::BusinessCreated(Box::new(saved))]);
    let contacts = vec![contact("Jane Roe", Some(JANE)), contact("Bob Poe", Some("bob@acme.example"))];
    tx.replace_contacts(id, contacts).await.unwrap();
    let evidence = |field: &str, value: &str, snippet: &str| Evidence {
        field: field.to_owned(),
        value: value.to_owned(),
        source_url: "https://acme.example/".to_owned(),
        snippet: Some(snippet.to_owned()),
        confidence: 0.9,
    };
    tx.log_enrichment(NewEnrichmentEntry {
        business_id: id,
        provider: "website".to_owned(),
        status: "enriched".to_owned(),
        fields_written: vec!["contacts".to_owned()],
        cost_minor: 0,
        currency: "USD".to_owned(),
        started_at: at(0),
        duration_ms: 1,
        error: None,
        evidence: vec![
            evidence("email", JANE, "mailto"),
            evidence("contacts", "Jane Roe", "Jane Roe, Owner"),
            evidence("phone", "+358111", "Call Jane@ACME.example or +358111"),
            evidence("contacts", "Bob Poe", "Bob Poe, Plumber"),
        ],
    })
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn suppress(db: &TestStore, subject: &Subject) -> SuppressionAdded {
    let mut tx = db.store().begin_at(at(9)).await.unwrap();
    let added = tx.suppress(subject, SuppressionReason::Requested).await.unwrap();
    tx.commit().await.unwrap();
    added
}

fn jane() -> Subject {
    Subject::email(JANE).unwrap()
}

fn jane_by_name() -> Subject {
    Subject::person("Jane Roe", "acme.example").unwrap()
}

async fn what_is_stored_of_an_address_goes_with_the_entry(db: TestStore) {
    let id = with_jane(&db).await;
    let seen = db.store().latest_seq().await.unwrap();
    let before = db.store().get_business(id).await.unwrap().unwrap().business;
    let added = suppress(&db, &jane()).await;
    assert_eq!((added.contacts_removed, added.businesses_changed), (1, 1));

    let detail = db.store().get_business(id).await.unwrap().unwrap();
    let names: Vec<_> = detail.contacts.iter().filter_map(|one| one.name.as_deref()).collect();
    assert_eq!((names, detail.business.contact_count), (vec!["Bob Poe"], 1));
    assert_eq!((detail.business.email, detail.business.version), (None, before.version + 1));
    assert_eq!(db.store().stats(at(10)).await.unwrap().with_email, 0);

    let log = db.store().enrichment_log(id, 10).await.unwrap();
    let evidence: Vec<_> = log[0].evidence.iter().map(|one| one.value.as_str()).collect();
    assert_eq!(evidence, ["Bob Poe"], "a snippet with the address goes too");

    let events = db.store().events_since(0, 100).await.unwrap().events;
    assert!(!format!("{events:?}").to_lowercase().contains(JANE), "past events have no copy");
    let told: Vec<_> = events.iter().filter(|event| event.seq > seen).map(|event| &event.payload).collect();
    let EventPayload::BusinessUpdated(told_of) = told[0] else { panic!("{told:?}") };
    assert_eq!((told_of.version, told_of.contact_count), (before.version + 1, 1));
    assert!(matches!(told[1], EventPayload::StatsUpdated {}), "{told:?}");
}

async fn a_number_goes_with_the_person_whose_name_stood_beside_it(db: TestStore) {
    let id = with_jane(&db).await;
    let number = |title: &str, phone: &str| NewContact {
        name: None,
        title: Some(title.to_owned()),
        phone: Some(phone.to_owned()),
        ..contact("", None)
    };
    let told = |field: &str, value: &str, snippet: &str| Evidence {
        field: field.to_owned(),
        value: value.to_owned(),
        source_url: "https://acme.example/".to_owned(),
        snippet: Some(snippet.to_owned()),
        confidence: 0.9,
    };
    let mut tx = db.store().begin_at(at(1)).await.unwrap();
    let jane = NewContact { phone: Some("+358113".to_owned()), ..contact("Jane Roe", Some(JANE)) };
    let contacts = vec![jane, number("Mobile phone", "+358112"), number("Fax", "+358119")];
    tx.replace_contacts(id, contacts).await.unwrap();
    tx.log_enrichment(NewEnrichmentEntry {
        business_id: id,
        provider: "website".to_owned(),
        status: "enriched".to_owned(),
        fields_written: vec!["contacts".to_owned()],
        cost_minor: 0,
        currency: "USD".to_owned(),
        started_at: at(1),
        duration_ms: 1,
        error: None,
        evidence: vec![
            told("contacts.mobile", "+358112", "Owner: JANE ROE, cell +358 112"),
            told("contacts.phone", "+358113", "Direct line +358 113"),
            told("contacts.fax", "+358119", "Fax +358 119"),
        ],
    })
    .await
    .unwrap();
    tx.commit().await.unwrap();

    let added = suppress(&db, &jane_by_name()).await;
    assert_eq!(added.contacts_removed, 2, "she and her mobile phone");
    let detail = db.store().get_business(id).await.unwrap().unwrap();
    let left: Vec<_> = detail.contacts.iter().map(|one| one.title.as_deref().unwrap()).collect();
    assert_eq!((left, detail.business.contact_count), (vec!["Fax"], 1));
    let log = db.store().enrichment_log(id, 10).await.unwrap();
    let values: Vec<_> = log[0].evidence.iter().map(|one| one.value.as_str()).collect();
    assert_eq!(values, ["+358119"], "nor does the history tell her numbers");
}

async fn nothing_of_them_is_stored_again(db: TestStore) {
    let id = with_jane(&db).await;
    suppress(&db, &jane()).await;
    let mut tx = db.store().begin_at(at(20)).await.unwrap();
    let again = tx.insert_businesses(vec![NewBusiness { business: acme().business, ..named("Twin") }]).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "the source's record is stored already");
    tx.rollback().await.unwrap();

    let mut tx = db.store().begin_at(at(20)).await.unwrap();
    let twin = with("Twin", |row| {
        row.email = Some("JANE@acme.example".to_owned());
        row.description = Some("Write to jane@acme.example.".to_owned());
    });
    let twin = tx.insert_businesses(vec![twin]).await.unwrap().remove(0);
    assert_eq!((twin.email, twin.description), (None, None));
    let mut known = tx.businesses_by_id(&[id]).await.unwrap();
    known[0].business.email = Some(JANE.to_owned());
    assert_eq!(tx.update_businesses(known).await.unwrap()[0].email, None);

    let contacts = vec![
        contact("J. Roe", Some(JANE)),
        contact("JANE ROE", None),
        contact("Bob Poe", Some("bob@acme.example")),
    ];
    let left = tx.replace_contacts(id, contacts).await.unwrap();
    assert_eq!(left.len(), 1, "neither by address nor by name: {left:?}");
    for who in [contact("J. Roe", Some(JANE)), contact("Jane Roe", None)] {
        let refused = tx.add_contact(id, who).await.unwrap_err();
        assert!(refused.to_string().contains("suppression list"), "{refused}");
    }
    let mut bob = left[0].clone();
    bob.email = Some(JANE.to_owned());
    assert!(matches!(tx.edit_contact(&bob).await, Err(StoreError::Conflict(_))));
    tx.commit().await.unwrap();
}

async fn a_name_is_covered_at_its_own_domain_only(db: TestStore) {
    with_jane(&db).await;
    suppress(&db, &jane()).await;
    let other = NewBusiness { domain: Some("other.example".to_owned()), ..named("Other") };
    let other = insert(db.store(), vec![other]).await.remove(0);
    let mut tx = db.store().begin_at(at(20)).await.unwrap();
    let stored = tx.replace_contacts(other.id, vec![contact("Jane Roe", None)]).await.unwrap();
    assert_eq!(stored.len(), 1, "another person of that name");
    tx.commit().await.unwrap();
}

async fn a_domain_covers_its_addresses_and_whom_its_website_names(db: TestStore) {
    let id = with_jane(&db).await;
    let elsewhere = with("Elsewhere", |row| row.email = Some("info@mail.acme.example".to_owned()));
    let alike = with("Alike", |row| row.email = Some("info@notacme.example".to_owned()));
    let rows = insert(db.store(), vec![elsewhere, alike]).await;
    let mut tx = db.store().begin_at(at(2)).await.unwrap();
    let people = vec![contact("Al Lee", Some("al@gmail.com"))];
    tx.replace_contacts(id, people).await.unwrap();
    tx.commit().await.unwrap();
    let added = suppress(&db, &Subject::domain("ACME.example").unwrap()).await;
    assert_eq!((added.contacts_removed, added.businesses_changed), (1, 2));
    assert_eq!(added.suppression.domain.as_deref(), Some("acme.example"));
    let email = async |id| db.store().get_business(id).await.unwrap().unwrap().business.email;
    assert_eq!((email(id).await, email(rows[0].id).await), (None, None));
    assert_eq!(email(rows[1].id).await.as_deref(), Some("info@notacme.example"));
    let mut tx = db.store().begin_at(at(20)).await.unwrap();
    assert_eq!(tx.replace_contacts(id, vec![contact("Al Lee", None)]).await.unwrap(), []);
    tx.rollback().await.unwrap();
}

async fn an_entry_is_known_by_its_digest_and_can_be_taken_off(db: TestStore) {
    let id = with_jane(&db).await;
    let first = suppress(&db, &jane()).await;
    let again = suppress(&db, &Subject::email(" JANE@Acme.Example ").unwrap()).await;
    assert_eq!((&again.suppression, again.contacts_removed), (&first.suppression, 0));
    let all = db.store().list_suppressions(&SuppressionQuery::default()).await.unwrap();
    assert_eq!((all.meta.total, &all.data), (1, &vec![first.suppression.clone()]));
    assert_eq!((first.suppression.kind, &first.suppression.domain), (SuppressionKind::Email, &None));
    let of = async |digest: String| {
        let query = SuppressionQuery { digest: Some(digest), ..SuppressionQuery::default() };
        db.store().list_suppressions(&query).await.unwrap().data.len()
    };
    assert_eq!((of(jane().digest()).await, of("0".repeat(64)).await), (1, 0));

    let mut tx = db.store().begin_at(at(30)).await.unwrap();
    tx.unsuppress(first.suppression.id).await.unwrap();
    assert!(matches!(tx.unsuppress(first.suppression.id).await, Err(StoreError::NotFound { .. })));
    tx.commit().await.unwrap();
    let mut tx = db.store().begin_at(at(31)).await.unwrap();
    let stored = tx.replace_contacts(id, vec![contact("Jane Roe", Some(JANE))]).await.unwrap();
    assert_eq!(stored.len(), 1, "neither the address nor the name is covered any more");
    tx.commit().await.unwrap();
}

async fn what_a_merge_keeps_loses_the_address_too(db: TestStore) {
    let kept = insert_named(&db, &["Kept"]).await.remove(0);
    let other = with_jane(&db).await;
    let mut tx = db.store().begin_at(at(5)).await.unwrap();
    tx.merge_businesses(kept.id, other).await.unwrap();
    tx.commit().await.unwrap();
    let added = suppress(&db, &jane()).await;
    assert_eq!((added.contacts_removed, added.businesses_changed), (1, 1));
    let mut tx = db.store().begin_at(at(10)).await.unwrap();
    let undone = tx.unmerge_business(kept.id, None).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert_eq!((undone.kept.email, undone.restored.email), (None, None));
    let contacts = db.store().get_business(other).await.unwrap().unwrap().contacts;
    assert_eq!(contacts.iter().filter_map(|one| one.name.as_deref()).collect::<Vec<_>>(), ["Bob Poe"]);
}

async fn kept_answers_no_longer_tell_of_them(db: TestStore) {
    let answer = |subject: &str, emails: &str| KeptAnswer {
        provider: "hunter".to_owned(),
        operation: "search".to_owned(),
        subject: subject.to_owned(),
        answer: serde_json::json!({ "status": 200, "body": format!("{{\"emails\":[{emails}]}}") })
            .to_string(),
        kept_until: at(1000),
    };
    let both = r#"{"value":"jane@acme.example","first_name":"Jane"},{"value":"bob@acme.example"}"#;
    let kept =
        async |subject: &str| db.store().kept_answer("hunter", "search", subject, at(1)).await.unwrap();
    let store = db.store();
    store.keep_answer(&answer("acme.example", both), at(1)).await.unwrap();
    store.keep_answer(&answer(JANE, ""), at(1)).await.unwrap();
    suppress(&db, &jane()).await;
    let left = kept("acme.example").await.unwrap();
    assert!(left.contains("bob@acme.example") && !left.contains("jane") && !left.contains("Jane"), "{left}");
    assert_eq!(kept(JANE).await, None);
    store.keep_answer(&answer("later.example", both), at(10)).await.unwrap();
    let left = kept("later.example").await.unwrap();
    assert!(left.contains("bob@acme.example") && !left.contains("Jane"), "{left}");
}

async fn what_is_kept_of_websites_goes_with_whom_they_name(db: TestStore) {
    let store = db.store();
    let keep = async |host: &str, text: &str| {
        let kept = KeptAnswer {
            provider: OF_WEBSITES.to_owned(),
            operation: format!("US {host}/team"),
            subject: host.to_owned(),
            answer: serde_json::json!({ "people": [{ "name": text }] }).to_string(),
            kept_until: at(1000),
        };
        store.keep_answer(&kept, at(1)).await.unwrap();
    };
    let is_kept = async |host: &str| {
        let operation = format!("US {host}/team");
        store.kept_answer(OF_WEBSITES, &operation, host, at(1)).await.unwrap().is_some()
    };
    let hosts = ["acme.example", "shop.acme.example", "third.example", "other.example"];
    for (host, text) in hosts.iter().zip(["Jane Roe", "J. Roe", "write to jane@acme.example", "Bob Poe"]) {
        keep(host, text).await;
    }
    suppress(&db, &Subject::person("Jane Roe", "acme.example").unwrap()).await;
    let mut left = Vec::new();
    for host in hosts {
        left.push(is_kept(host).await);
    }
    assert_eq!(left, [false, false, true, true], "all that is kept of the person's domain");
    suppress(&db, &jane()).await;
    assert_eq!((is_kept("third.example").await, is_kept("other.example").await), (false, true));
    suppress(&db, &Subject::domain("other.example").unwrap()).await;
    assert!(!is_kept("other.example").await);
}

async fn who_is_asked_for_is_told_with_what_covers_them(db: TestStore) {
    let mut sought = Sought::default();
    sought.email("a@sub.acme.example");
    sought.email("bob@other.example");
    sought.person("Jane Roe", "third.example");
    sought.domain("www.acme.example");
    assert!(db.store().suppressed(&sought).await.unwrap().is_empty());
    suppress(&db, &Subject::domain("acme.example").unwrap()).await;
    suppress(&db, &Subject::person("Jane Roe", "third.example").unwrap()).await;
    let covered = db.store().suppressed(&sought).await.unwrap();
    assert!(covered.email("A@sub.acme.example") && covered.domain("www.acme.example"));
    assert!(covered.person("jane  roe", "Third.example"));
    assert!(!covered.email("bob@other.example") && !covered.person("Jane Roe", "acme.example"));
}

/// Whoever writes while an entry is added either comes first, and what they wrote is deleted, or sees the entry.
async fn a_write_beside_the_entry_leaves_nothing(db: TestStore) {
    let business = insert_named(&db, &["One"]).await.remove(0);
    for round in 0..20 {
        let email = format!("p{round}@acme.example");
        let subject = Subject::email(&email).unwrap();
        let write = async {
            let mut tx = db.store().begin_at(at(1)).await?;
            tx.replace_contacts(business.id, vec![contact("P", Some(&email))]).await?;
            tx.commit().await
        };
        let add = async {
            let mut tx = db.store().begin_at(at(1)).await?;
            tx.suppress(&subject, SuppressionReason::Requested).await?;
            tx.commit().await
        };
        let (written, added) = tokio::join!(write, add);
        written.unwrap();
        added.unwrap();
        let left = db.store().get_business(business.id).await.unwrap().unwrap();
        assert_eq!((left.contacts, left.business.contact_count), (Vec::new(), 0), "{round}");
    }
}

store::stories!(
    what_is_stored_of_an_address_goes_with_the_entry,
    a_number_goes_with_the_person_whose_name_stood_beside_it,
    nothing_of_them_is_stored_again,
    a_name_is_covered_at_its_own_domain_only,
    a_domain_covers_its_addresses_and_whom_its_website_names,
    an_entry_is_known_by_its_digest_and_can_be_taken_off,
    what_a_merge_keeps_loses_the_address_too,
    kept_answers_no_longer_tell_of_them,
    what_is_kept_of_websites_goes_with_whom_they_name,
    who_is_asked_for_is_told_with_what_covers_them,
    a_write_beside_the_entry_leaves_nothing,
);
