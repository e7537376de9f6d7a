//! What Hunter says, in its documented forms, and what becomes of it.

use contract::EmailStatus;
use contract::suppression::{SuppressionKind, SuppressionQuery, SuppressionReason};
use enrichment::Outcome;
use enrichment::providers::HunterConfig;
use serde_json::{Value, json};
use store::suppression::Subject;
use store::test_support;

use crate::server::Server;
use crate::{KEY, business, config, enriched, of_hunter, providers, spent, usd};

/// An address as a domain search lists it.
pub(crate) fn email(value: &str, name: Option<(&str, &str)>, status: &str) -> Value {
    json!({
        "value": value,
        "type": if name.is_some() { "personal" } else { "generic" },
        "confidence": 92,
        "first_name": name.map(|(first, _)| first),
        "last_name": name.map(|(_, last)| last),
        "position": name.map(|_| "Owner"),
        "position_raw": name.map(|_| "Owner"),
        "seniority": "executive",
        "department": "executive",
        "linkedin": null,
        "twitter": null,
        "phone_number": "+1 732 555 0123",
        "verification": { "date": "2026-10-01", "status": status },
        "sources": [{
            "domain": "directory.example",
            "uri": "https://directory.example/acme",
            "extracted_on": "2026-01-02",
            "last_seen_on": "2026-10-01",
            "still_on_page": true
        }]
    })
}

/// A page of a domain search.
pub(crate) fn domain_search(emails: Vec<Value>, results: u64, offset: u64) -> Value {
    json!({
        "data": {
            "domain": "localhost",
            "disposable": false,
            "webmail": false,
            "accept_all": false,
            "pattern": "{first}",
            "organization": "ACME Holdings International",
            "description": "Plumbing since 1971.",
            "industry": "Construction",
            "twitter": "https://twitter.com/acme",
            "facebook": "https://facebook.com/acme",
            "linkedin": null,
            "instagram": "acme",
            "youtube": null,
            "technologies": [],
            "country": "US",
            "state": "NJ",
            "city": "Freehold",
            "postal_code": "07728",
            "street": "1 Main Street",
            "headcount": "11-50",
            "company_type": "privately held",
            "emails": emails,
            "linked_domains": []
        },
        "meta": {
            "results": results,
            "limit": 10,
            "offset": offset,
            "params": { "domain": "localhost", "company": null, "type": null }
        }
    })
}

const PAGE: &str = "<h1>Acme Plumbing</h1><script type='application/ld+json'>
    {\"@type\":\"Person\",\"name\":\"John Smith\",\"jobTitle\":\"Manager\"}</script>";

#[tokio::test]
async fn a_domain_search_fills_what_is_missing_with_its_evidence_and_cost() {
    let emails = vec![
        email("Jane@Acme.example", Some(("Jane", "Roe")), "valid"),
        email("info@acme.example", None, "accept_all"),
    ];
    let server =
        Server::start().await.page("/", PAGE).json("/v2/domain-search", 200, &domain_search(emails, 2, 0));
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |row| row.city = Some("Freehold".to_owned())).await;
    let (outcome, detail, log) = enriched(db.store(), &server, &providers(config(&server), "1"), id).await;
    assert_eq!(outcome, Outcome::Enriched);
    let row = &detail.business;
    assert_eq!(row.name, "Acme Plumbing", "a business keeps its own name");
    assert_eq!(row.email.as_deref(), Some("info@acme.example"));
    assert_eq!((row.street.as_deref(), row.postal_code.as_deref()), (Some("1 Main Street"), Some("07728")));
    assert_eq!(row.socials.facebook.as_deref(), Some("https://facebook.com/acme"));
    assert_eq!(
        (row.socials.x.as_deref(), row.socials.instagram.as_deref()),
        (Some("https://twitter.com/acme"), None)
    );
    let jane = detail.contacts.iter().find(|contact| contact.name.as_deref() == Some("Jane Roe")).unwrap();
    assert_eq!(
        (jane.email.as_deref(), jane.email_status, jane.phone.as_deref(), jane.title.as_deref()),
        (Some("jane@acme.example"), EmailStatus::Safe, Some("+17325550123"), Some("Owner"))
    );
    let entry = of_hunter(&log);
    assert_eq!((entry.status.as_str(), entry.cost_minor, entry.currency.as_str()), ("enriched", 3, "USD"));
    assert!(entry.fields_written.iter().any(|field| field == "email"), "{:?}", entry.fields_written);
    let told = entry.evidence.iter().find(|evidence| evidence.field == "email").unwrap();
    assert_eq!((told.source_url.as_str(), told.confidence), ("https://directory.example/acme", 0.92));
    assert_eq!(spent(db.store()).await, usd("0.0245"));
    let asked = server.asked().into_iter().find(|asked| asked.uri.starts_with("/v2/")).unwrap();
    assert_eq!(asked.uri, "/v2/domain-search?domain=localhost&limit=10&offset=0");
    assert_eq!(asked.key.as_deref(), Some(KEY));
    let website = log.iter().find(|entry| entry.provider == "website").unwrap();
    assert_eq!((website.cost_minor, &website.fields_written), (0, &vec!["contacts".to_owned()]));
}

#[tokio::test]
async fn what_is_known_stays_and_a_seat_elsewhere_is_not_the_branch() {
    let emails = vec![
        email("info@acme.example", None, "valid"),
        email("bad@acme.example", Some(("Al", "Lee")), "invalid"),
    ];
    let server =
        Server::start().await.page("/", PAGE).json("/v2/domain-search", 200, &domain_search(emails, 2, 0));
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |row| {
        row.email = Some("typed@acme.example".to_owned());
        row.description = Some("Typed.".to_owned());
        row.city = Some("Trenton".to_owned());
    })
    .await;
    let (_, detail, _) = enriched(db.store(), &server, &providers(config(&server), "1"), id).await;
    let row = detail.business;
    assert_eq!(
        (row.email.as_deref(), row.description.as_deref()),
        (Some("typed@acme.example"), Some("Typed."))
    );
    assert_eq!((row.city.as_deref(), row.street), (Some("Trenton"), None));
}

#[tokio::test]
async fn what_a_person_cleared_does_not_come_back() {
    let emails = vec![email("info@acme.example", None, "valid")];
    let server =
        Server::start().await.page("/", PAGE).json("/v2/domain-search", 200, &domain_search(emails, 1, 0));
    let db = test_support::sqlite().await;
    let store = db.store();
    let id = business(store, &server, |_| ()).await;
    let mut tx = store.begin().await.unwrap();
    let known = tx.lock_business(id).await.unwrap().unwrap();
    tx.edit_business(known, &["email"]).await.unwrap();
    tx.commit().await.unwrap();
    let (_, detail, _) = enriched(store, &server, &providers(config(&server), "1"), id).await;
    assert_eq!(detail.business.email, None);
}

#[tokio::test]
async fn pages_are_read_until_there_is_no_more_or_enough() {
    let page = |from: u64, count: u64| {
        let one = |number| email(&format!("p{number}@acme.example"), None, "valid");
        domain_search((from..from + count).map(one).collect(), 23, from)
    };
    let server = Server::start().await.page("/", PAGE);
    let server =
        server.json("/v2/domain-search", 200, &page(0, 10)).json("/v2/domain-search", 200, &page(10, 10));
    let server = server.json("/v2/domain-search", 200, &page(20, 3));
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |_| ()).await;
    let many = HunterConfig { pages: 9, ..config(&server) };
    let (_, _, log) = enriched(db.store(), &server, &providers(many, "1"), id).await;
    let offsets: Vec<_> = server
        .uris()
        .iter()
        .filter_map(|uri| uri.split_once("offset=").map(|(_, offset)| offset.to_owned()))
        .collect();
    assert_eq!(offsets, ["0", "10", "20"]);
    assert_eq!((spent(db.store()).await, of_hunter(&log).cost_minor), (usd("0.0735"), 8));
}

#[tokio::test]
async fn people_of_the_website_are_found_and_what_is_open_is_verified() {
    let found = json!({
        "data": {
            "first_name": "John", "last_name": "Smith", "email": "john@acme.example", "score": 97,
            "domain": "localhost", "accept_all": false, "position": "Manager", "twitter": null, "linkedin_url": null,
            "phone_number": null, "company": "Acme", "sources": [],
            "verification": { "date": "2026-11-01", "status": "valid" }
        },
        "meta": { "params": { "full_name": "John Smith", "domain": "localhost" } }
    });
    let verified = json!({
        "data": {
            "status": "invalid", "result": "undeliverable", "score": 5, "email": "desk@acme.example", "regexp": true,
            "gibberish": false, "disposable": false, "webmail": false, "mx_records": true, "smtp_server": true,
            "smtp_check": false, "accept_all": false, "block": false, "sources": []
        },
        "meta": { "params": { "email": "desk@acme.example" } }
    });
    let page = format!("{PAGE}<p>Write to desk@acme.example</p>");
    let nothing = domain_search(Vec::new(), 0, 0);
    let server = Server::start().await.page("/", &page).json("/v2/domain-search", 200, &nothing);
    let server = server.json("/v2/email-finder", 200, &found).json("/v2/email-verifier", 202, &json!({}));
    let server = server.json("/v2/email-verifier", 200, &verified);
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |_| ()).await;
    let whole = HunterConfig { people: 2, verifications: 3, ..config(&server) };
    let (_, detail, log) = enriched(db.store(), &server, &providers(whole, "1"), id).await;
    let john = &detail.contacts[0];
    assert_eq!((john.email.as_deref(), john.email_status), (Some("john@acme.example"), EmailStatus::Safe));
    assert_eq!(detail.contacts.len(), 1, "he is one person, whoever tells of him");
    assert_eq!(detail.business.email, None, "mail to what the website names does not arrive");
    let calls: Vec<_> = server.uris().into_iter().filter(|uri| uri.starts_with("/v2/")).collect();
    assert_eq!(
        calls[1..],
        [
            "/v2/email-finder?domain=localhost&full_name=John+Smith",
            "/v2/email-verifier?email=desk%40acme.example",
            "/v2/email-verifier?email=desk%40acme.example",
        ]
    );
    assert_eq!(spent(db.store()).await, usd("0.0490"), "a search that finds nobody is free");
    let told = of_hunter(&log).evidence.iter().filter(|evidence| evidence.field == "email.verification");
    assert_eq!(told.count(), 2);
}

#[tokio::test]
async fn whoever_asked_not_to_be_found_is_not_stored() {
    let gone = json!({ "errors": [{ "id": "claimed_email", "code": 451,
        "details": "The person requested not to have their data processed." }] });
    let page = format!("{PAGE}<p>Write to desk@acme.example</p>");
    let server = Server::start().await.page("/", &page).json(
        "/v2/domain-search",
        200,
        &domain_search(Vec::new(), 0, 0),
    );
    let server = server.json("/v2/email-finder", 451, &gone).json("/v2/email-verifier", 451, &gone);
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |_| ()).await;
    let whole = HunterConfig { people: 2, verifications: 3, ..config(&server) };
    let (_, detail, log) = enriched(db.store(), &server, &providers(whole, "1"), id).await;
    assert_eq!((detail.business.email, detail.contacts.len()), (None, 0));
    let told = serde_json::to_string(&log).unwrap();
    assert!(!told.contains("desk@") && !told.contains("John Smith"), "{told}");
    assert_eq!(spent(db.store()).await, usd("0"));

    let listed = db.store().list_suppressions(&SuppressionQuery::default()).await.unwrap().data;
    let kinds: Vec<_> = listed.iter().map(|entry| (entry.kind, entry.reason)).collect();
    let provider = SuppressionReason::Provider;
    assert_eq!(kinds, [(SuppressionKind::Email, provider), (SuppressionKind::Person, provider)]);
    let asked = |server: &Server| {
        server
            .asked()
            .iter()
            .filter(|one| !one.uri.contains("domain-search") && one.uri.contains("/v2/"))
            .count()
    };
    let before = asked(&server);
    // Without anybody who says it again.
    let (_, detail, log) = enriched(db.store(), &server, &providers(config(&server), "1"), id).await;
    assert_eq!((detail.business.email, detail.contacts.len(), asked(&server)), (None, 0, before));
    let told = serde_json::to_string(&log).unwrap();
    assert!(!told.contains("desk@") && !told.contains("John Smith"), "{told}");
}

#[tokio::test]
async fn whoever_asked_not_to_be_found_is_forgotten_everywhere() {
    let gone =
        json!({ "errors": [{ "id": "claimed_email", "code": 451, "details": "Not to be processed." }] });
    let server = Server::start().await.page("/", "<p>Write to desk@acme.example</p>");
    let server = server.json("/v2/domain-search", 200, &domain_search(Vec::new(), 0, 0));
    let server = server.json("/v2/email-verifier", 451, &gone);
    let db = test_support::sqlite().await;
    let other = business(db.store(), &server, |row| row.email = Some("desk@acme.example".to_owned())).await;
    let id = business(db.store(), &server, |_| ()).await;
    let since = db.store().latest_seq().await.unwrap();
    let whole = HunterConfig { verifications: 1, ..config(&server) };
    enriched(db.store(), &server, &providers(whole, "1"), id).await;
    assert_eq!(db.store().get_business(other).await.unwrap().unwrap().business.email, None);
    let events = db.store().events_since(since, 100).await.unwrap().events;
    let told = |event: &contract::Event| {
        matches!(&event.payload,
        contract::EventPayload::BusinessUpdated(business) if business.id == other)
    };
    assert!(events.iter().any(told), "{events:?}");
}

#[tokio::test]
async fn a_website_on_the_suppression_list_is_not_read() {
    let server = Server::start().await.page("/", "<p>Write to desk@acme.example</p>");
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |row| {
        row.website = Some(server.site_url().replace("localhost", "www.acme.example"));
    })
    .await;
    let mut tx = db.store().begin().await.unwrap();
    let domain = Subject::domain("acme.example").unwrap();
    tx.suppress(&domain, SuppressionReason::Requested).await.unwrap();
    tx.commit().await.unwrap();
    let (outcome, detail, log) = enriched(db.store(), &server, &providers(config(&server), "1"), id).await;
    assert_eq!((outcome, log[0].status.as_str()), (Outcome::Suppressed, "suppressed"));
    let why = detail.business.enrichment_error.unwrap();
    assert!(why.contains("suppression list"), "{why}");
    assert_eq!((log.len(), server.asked().len()), (1, 0), "neither the site nor a provider was asked");
}

#[tokio::test]
async fn a_site_that_is_down_is_no_reason_not_to_ask_and_no_website_is() {
    let server = Server::start().await;
    let emails = vec![email("info@acme.example", None, "valid")];
    let server =
        server.json("/v2/domain-search", 200, &domain_search(emails, 1, 0)).json("/", 500, &json!({}));
    let db = test_support::sqlite().await;
    let asked = providers(config(&server), "1");
    let id = business(db.store(), &server, |_| ()).await;
    let (outcome, detail, log) = enriched(db.store(), &server, &asked, id).await;
    assert_eq!((outcome, detail.business.enrichment_error), (Outcome::Enriched, None));
    let website = log.iter().find(|entry| entry.provider == "website").unwrap();
    assert_eq!(website.status, "unreachable");
    let id = business(db.store(), &server, |row| row.website = None).await;
    let (outcome, _, log) = enriched(db.store(), &server, &asked, id).await;
    assert_eq!((outcome, log.len()), (Outcome::NoWebsite, 1));
}

#[tokio::test]
async fn the_quota_is_read_from_the_account() {
    let account = json!({ "data": {
        "first_name": "A", "last_name": "B", "email": "a@example.org", "plan_name": "Starter", "plan_level": 1,
        "reset_date": "2026-12-20", "team_id": 1, "calls": { "used": 0, "available": 0 },
        "requests": {
            "credits": { "used": 100.5, "available": 2000 },
            "searches": { "used": 1, "available": 500 },
            "verifications": { "used": 0, "available": 1000 }
        }
    }});
    let server = Server::start().await.json("/v2/account", 200, &account);
    let db = test_support::sqlite().await;
    let told = providers(config(&server), "20").info(db.store()).await.unwrap();
    assert_eq!((told[0].provider.as_str(), told[0].quota), ("hunter", Some(1899)));
    let cost = "0.0245 USD a credit; at most 1 credits a business; 0.00 USD this month, 0.00 USD of the budget of 20.00 USD with all providers";
    assert_eq!((told[0].cost.as_str(), &told[0].message), (cost, &None));
    assert_eq!(server.uris(), ["/v2/account"]);
}
