//! Money: what is set aside, what is counted, and what is bought only once.

use enrichment::Outcome;
use enrichment::providers::HunterConfig;
use serde_json::json;
use store::{Store, test_support};

use crate::hunter::{domain_search, email};
use crate::server::Server;
use crate::{business, config, enriched, of_hunter, providers, spent, usd};

const PAGE: &str = "<h1>Acme</h1><p>Write to desk@acme.example</p>";

async fn server() -> Server {
    let emails = vec![email("jane@acme.example", Some(("Jane", "Roe")), "valid")];
    Server::start().await.page("/", PAGE).json("/v2/domain-search", 200, &domain_search(emails, 1, 0))
}

#[tokio::test]
async fn a_budget_stops_before_it_is_passed_and_what_was_bought_is_kept() {
    let server = server().await;
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |_| ()).await;
    let whole = HunterConfig { verifications: 1, ..config(&server) };
    let (outcome, detail, log) = enriched(db.store(), &server, &providers(whole, "0.03"), id).await;
    assert_eq!((outcome, detail.contacts.len()), (Outcome::Enriched, 1));
    let entry = of_hunter(&log);
    assert_eq!((entry.status.as_str(), entry.cost_minor), ("enriched", 3));
    let error = entry.error.as_deref().unwrap();
    assert!(error.contains("0.0245 USD of 0.03 USD"), "{error}");
    assert!(
        !server.uris().iter().any(|uri| uri.contains("verifier")),
        "nothing is asked that cannot be paid"
    );
}

#[tokio::test]
async fn without_a_budget_nothing_is_bought_and_enrichment_goes_on() {
    let server = server().await;
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |_| ()).await;
    let (outcome, detail, log) = enriched(db.store(), &server, &providers(config(&server), "0"), id).await;
    assert_eq!((outcome, detail.business.email.as_deref()), (Outcome::Enriched, Some("desk@acme.example")));
    assert_eq!((of_hunter(&log).status.as_str(), of_hunter(&log).cost_minor), ("failed", 0));
    let free = HunterConfig { credit: usd("0"), ..config(&server) };
    let (_, detail, _) = enriched(db.store(), &server, &providers(free, "0"), id).await;
    assert_eq!(detail.contacts.len(), 1, "a plan that costs nothing needs no budget");
}

#[tokio::test]
async fn a_domain_is_bought_once_also_after_a_restart() {
    let server = server().await;
    let db = test_support::sqlite().await;
    let first = business(db.store(), &server, |_| ()).await;
    enriched(db.store(), &server, &providers(config(&server), "1"), first).await;
    let again = Store::open(db.config()).await.unwrap();
    let second = business(&again, &server, |row| row.name = "Acme South".to_owned()).await;
    let (_, detail, log) = enriched(&again, &server, &providers(config(&server), "1"), second).await;
    assert_eq!((detail.contacts.len(), of_hunter(&log).cost_minor), (1, 0));
    assert_eq!(server.uris().iter().filter(|uri| uri.starts_with("/v2/")).count(), 1);
    assert_eq!(spent(&again).await, usd("0.0245"));
}

#[tokio::test]
async fn two_branches_at_once_buy_their_domain_once() {
    let server = server().await;
    let db = test_support::sqlite().await;
    let shared = providers(config(&server), "1");
    let one = business(db.store(), &server, |_| ()).await;
    let other = business(db.store(), &server, |row| row.name = "Acme South".to_owned()).await;
    let (first, second) = tokio::join!(
        enriched(db.store(), &server, &shared, one),
        enriched(db.store(), &server, &shared, other)
    );
    assert_eq!((first.1.contacts.len(), second.1.contacts.len()), (1, 1));
    assert_eq!(server.uris().iter().filter(|uri| uri.starts_with("/v2/")).count(), 1);
}

#[tokio::test]
async fn an_answer_that_never_came_counts_in_full_and_a_refused_connection_not_at_all() {
    let db = test_support::sqlite().await;
    let server = Server::start().await.page("/", PAGE).silence("/v2/domain-search");
    let id = business(db.store(), &server, |_| ()).await;
    let (_, _, log) = enriched(db.store(), &server, &providers(config(&server), "0.05"), id).await;
    assert_eq!(spent(db.store()).await, usd("0.049"), "two attempts, and none that would pass the budget");
    assert_eq!((of_hunter(&log).status.as_str(), of_hunter(&log).cost_minor), ("failed", 5));

    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |_| ()).await;
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let away = HunterConfig { base_url: format!("http://{nobody}/v2/"), ..config(&server) };
    let (_, _, log) = enriched(db.store(), &server, &providers(away, "1"), id).await;
    assert_eq!(spent(db.store()).await, usd("0"));
    assert!(of_hunter(&log).error.as_deref().unwrap().contains("gave no answer"));
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_not_kept() {
    let good = domain_search(vec![email("jane@acme.example", Some(("Jane", "Roe")), "valid")], 1, 0);
    let server =
        Server::start().await.page("/", PAGE).json("/v2/domain-search", 200, &json!({ "data": "nothing" }));
    let server = server.json("/v2/domain-search", 200, &good);
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |_| ()).await;
    let asked = providers(config(&server), "1");
    let (_, _, log) = enriched(db.store(), &server, &asked, id).await;
    let error = of_hunter(&log).error.as_deref().unwrap();
    assert!(error.contains("documented form"), "{error}");
    let (_, detail, _) = enriched(db.store(), &server, &asked, id).await;
    assert_eq!(detail.contacts.len(), 1);
}
