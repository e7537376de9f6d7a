//! Answers in the documented form that cannot be true.

use enrichment::Outcome;
use serde_json::json;
use store::test_support;

use crate::hunter::{domain_search, email};
use crate::server::Server;
use crate::{business, config, enriched, of_hunter, providers, spent, usd};

const PAGE: &str = "<h1>Acme Plumbing</h1>";

#[tokio::test]
async fn what_cannot_be_true_is_not_stored() {
    let long = "x".repeat(100_000);
    let mut nobody = email("jane at acme", Some(("Jane", "Roe")), "valid");
    nobody["confidence"] = json!(1e300);
    let mut endless = email("endless@acme.example", Some((long.as_str(), "Roe")), "valid");
    endless["position"] = json!(long);
    let mut script = email("bob@acme.example", Some(("Bob\u{0}\n", "Poe")), "surely");
    script["confidence"] = json!(-7);
    script["position"] = json!(format!("Owner{long}"));
    script["phone_number"] = json!("+0");
    script["sources"] = json!([{ "uri": "javascript:alert(1)" }]);
    let many = (0..500).map(|number| email(&format!("a{number}@acme.example"), None, "valid"));
    let emails = [nobody, endless, script].into_iter().chain(many).collect();
    let mut answer = domain_search(emails, u64::MAX, 0);
    answer["data"]["description"] = json!(format!("A\u{7}\n{long}"));
    answer["data"]["facebook"] = json!("https://facebook.com.evil.example/acme");
    answer["data"]["linkedin"] = json!("javascript://linkedin.com/%0aalert(1)");
    answer["data"]["twitter"] = json!("https://user:secret@evil.example/twitter.com");
    answer["data"]["city"] = json!("Freehold");
    answer["data"]["postal_code"] = json!(long);
    let server = Server::start().await.page("/", PAGE).json("/v2/domain-search", 200, &answer);
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |row| row.city = Some("Freehold".to_owned())).await;
    let (outcome, detail, log) = enriched(db.store(), &server, &providers(config(&server), "1"), id).await;
    assert_eq!(outcome, Outcome::Enriched);
    let row = &detail.business;
    assert!(row.description.as_ref().is_some_and(|text| text.starts_with("A x") && text.len() <= 2_000));
    assert_eq!((&row.socials.facebook, &row.socials.linkedin, &row.socials.x), (&None, &None, &None));
    assert!(row.postal_code.as_ref().is_none_or(|code| code.len() < 300), "{:?}", row.postal_code);
    assert!(row.name == "Acme Plumbing" && row.email.as_deref().is_some_and(|email| email.starts_with('a')));
    let names: Vec<_> = detail.contacts.iter().filter_map(|contact| contact.name.as_deref()).collect();
    assert_eq!(names, ["Bob Poe"], "a name of 100,000 letters is none, nor is who has no address");
    let bob = detail.contacts.iter().find(|contact| contact.name.is_some()).unwrap();
    assert_eq!((bob.title.as_deref(), bob.phone.as_deref(), bob.confidence), (None, None, 0.0));
    assert!(bob.source_url.as_deref().unwrap().starts_with("http"), "{:?}", bob.source_url);
    assert!(detail.contacts.len() <= 101, "{}", detail.contacts.len());
    let entry = of_hunter(&log);
    assert!(entry.evidence.iter().all(|one| {
        one.source_url.starts_with("http")
            && one.snippet.as_ref().is_none_or(|snippet| snippet.chars().count() <= 2_000)
            && (0.0..=1.0).contains(&one.confidence)
    }));
    assert_eq!(spent(db.store()).await, usd("0.0245"), "it says that there is more, and one page was wanted");
}

/// More than anybody needs to say of a business is not read to its end.
#[tokio::test]
async fn an_answer_of_many_megabytes_is_refused() {
    let mut answer = domain_search(vec![email("jane@acme.example", Some(("Jane", "Roe")), "valid")], 1, 0);
    answer["data"]["description"] = json!("x".repeat(40 * 1024 * 1024));
    let server = Server::start().await.page("/", PAGE).json("/v2/domain-search", 200, &answer);
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |_| ()).await;
    let (_, detail, log) = enriched(db.store(), &server, &providers(config(&server), "1"), id).await;
    assert_eq!((detail.contacts.len(), detail.business.description), (0, None));
    assert!(of_hunter(&log).error.is_some());
}
