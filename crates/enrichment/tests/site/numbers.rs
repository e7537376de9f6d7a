//! Numbers of a site beside the one that becomes the business's own.

use contract::suppression::SuppressionReason;
use store::suppression::Subject;

use super::*;

const PAGE: &str = "<p>Phone: 732-555-0100</p><p>Office: 732-555-0101 ext. 12</p><p>Cell: 732-555-0102</p>
    <p>Fax: 732-555-0104</p>
    <script type='application/ld+json'>{\"@type\":\"Person\",\"name\":\"Jane Roe\",\"jobTitle\":\"Owner\",
    \"telephone\":\"732-555-0105\"}</script>";

async fn run(store: &Store, fetcher: &Fetcher, id: contract::BusinessId) -> contract::BusinessDetail {
    let claimed = lease(store, JobKind::Enrich).await;
    enrich(store, fetcher, &claimed.lease, id, &CancellationToken::new()).await.unwrap();
    store.get_business(id).await.unwrap().unwrap()
}

/// Every number with whom or what it is of.
fn numbers(detail: &contract::BusinessDetail) -> Vec<(&str, &str)> {
    let told = detail.contacts.iter().filter_map(|contact| {
        let of = contact.name.as_deref().or(contact.title.as_deref())?;
        Some((of, contact.phone.as_deref()?))
    });
    let mut told: Vec<_> = told.collect();
    told.sort_unstable();
    told
}

const ALL: [(&str, &str); 4] = [
    ("Fax", "+17325550104"),
    ("Jane Roe", "+17325550105"),
    ("Mobile phone", "+17325550102"),
    ("Phone, extension 12", "+17325550101"),
];

#[tokio::test]
async fn further_numbers_and_the_fax_are_contacts_with_their_page_and_each_is_told_once() {
    let running = Running::start().await.page("/", PAGE);
    let db = test_support::sqlite().await;
    let store = db.store();
    let id = business(store, Some(running.url())).await;
    let first = run(store, &running.fetcher(), id).await;
    assert_eq!(first.business.phone.as_deref(), Some("+17325550100"));
    assert_eq!(numbers(&first), ALL);
    assert_eq!(first.business.contact_count, 4);
    let primary: Vec<_> = first.contacts.iter().filter(|contact| contact.is_primary).collect();
    assert_eq!(primary.len(), 1);
    assert_eq!(primary[0].name.as_deref(), Some("Jane Roe"), "a line is not whom to call first");
    let url = running.url();
    assert!(first.contacts.iter().all(|contact| contact.source_url.as_deref() == Some(url.as_str())));
    let log = store.enrichment_log(id, 1).await.unwrap().remove(0);
    let fax = log.evidence.iter().find(|one| one.field == "contacts.fax").unwrap();
    assert_eq!((fax.value.as_str(), fax.snippet.as_deref()), ("+17325550104", Some("Fax: 732-555-0104")));

    let second = run(store, &running.fetcher(), id).await;
    assert_eq!(second.contacts, first.contacts, "the same rows");
    let log = store.enrichment_log(id, 1).await.unwrap().remove(0);
    assert!(log.fields_written.is_empty(), "{:?}", log.fields_written);
}

#[tokio::test]
async fn what_people_typed_and_removed_stays_as_it_is() {
    let running = Running::start().await.page("/", PAGE);
    let db = test_support::sqlite().await;
    let store = db.store();
    let id = business(store, Some(running.url())).await;
    let first = run(store, &running.fetcher(), id).await;
    let of = |title: &str| first.contacts.iter().find(|one| one.title.as_deref() == Some(title)).unwrap();
    let mut tx = store.begin().await.unwrap();
    let typed = contract::Contact { title: Some("Night line".to_owned()), ..of("Mobile phone").clone() };
    tx.edit_contact(&typed).await.unwrap();
    tx.remove_contact(id, of("Fax").id).await.unwrap();
    tx.commit().await.unwrap();
    let second = run(store, &running.fetcher(), id).await;
    let expect = [
        ("Jane Roe", "+17325550105"),
        ("Night line", "+17325550102"),
        ("Phone, extension 12", "+17325550101"),
    ];
    assert_eq!(numbers(&second), expect);
}

#[tokio::test]
async fn of_somebody_on_the_suppression_list_no_number_is_stored() {
    let page = "<p>Phone: 732-555-0100</p><p>Jane Roe, Owner, cell 732-555-0103</p><p>Cell: 732-555-0102</p>
        <p>Fax: 732-555-0104</p>
        <script type='application/ld+json'>{\"@type\":\"Person\",\"name\":\"Jane Roe\",\"jobTitle\":\"Owner\",
        \"telephone\":\"732-555-0105\",\"email\":\"jane@acme.example\"}</script>";
    let running = Running::start().await.page("/", page);
    let db = test_support::sqlite().await;
    let store = db.store();
    let mut tx = store.begin().await.unwrap();
    tx.suppress(&Subject::email("jane@acme.example").unwrap(), SuppressionReason::Requested).await.unwrap();
    tx.commit().await.unwrap();
    let id = business(store, Some(running.url())).await;
    let detail = run(store, &running.fetcher(), id).await;
    assert_eq!(numbers(&detail), [("Fax", "+17325550104"), ("Mobile phone", "+17325550102")]);
}
