//! A provider that wants to be left alone, refuses, or fails.

use std::time::Duration;

use contract::EnrichmentStatus;
use contract::places::SourceState;
use serde_json::{Value, json};
use store::test_support;

use crate::hunter::{domain_search, email};
use crate::server::Server;
use crate::{business, config, enriched, of_hunter, providers, spent, usd};

const PAGE: &str = "<h1>Acme</h1>";

fn problem(id: &str, code: u16, details: &str) -> Value {
    json!({ "errors": [{ "id": id, "code": code, "details": details }] })
}

fn good() -> Value {
    domain_search(vec![email("jane@acme.example", Some(("Jane", "Roe")), "valid")], 1, 0)
}

#[tokio::test]
async fn retry_after_is_waited_out() {
    let much = problem("too_many_requests", 429, "You've made too many requests. Please slow down.");
    let server =
        Server::start().await.page("/", PAGE).with("/v2/domain-search", 429, &[("retry-after", "1")], &much);
    let slow = problem("rate_limit", 403, "You have reached the rate limit.");
    let server = server.json("/v2/domain-search", 403, &slow).json("/v2/domain-search", 200, &good());
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |_| ()).await;
    let (_, detail, _) = enriched(db.store(), &server, &providers(config(&server), "1"), id).await;
    assert_eq!(detail.contacts.len(), 1);
    let calls: Vec<_> = server.asked().into_iter().filter(|asked| asked.uri.starts_with("/v2/")).collect();
    assert_eq!(calls.len(), 3);
    assert!(calls[1].at - calls[0].at >= Duration::from_secs(1));
    assert_eq!(spent(db.store()).await, usd("0.0245"), "what was turned away cost nothing");
}

#[tokio::test]
async fn a_longer_pause_than_a_job_waits_ends_the_call_and_is_kept_to() {
    let much = problem("too_many_requests", 429, "Please slow down.");
    let server = Server::start().await.page("/", PAGE).with(
        "/v2/domain-search",
        429,
        &[("retry-after", "3600")],
        &much,
    );
    let db = test_support::sqlite().await;
    let asked = providers(config(&server), "1");
    for _ in 0..2 {
        let id = business(db.store(), &server, |_| ()).await;
        let (_, detail, log) = enriched(db.store(), &server, &asked, id).await;
        assert_eq!(of_hunter(&log).status, "failed");
        assert_eq!(detail.business.enrichment_status, EnrichmentStatus::Enriched, "the website was read");
    }
    assert_eq!(server.uris().iter().filter(|uri| uri.starts_with("/v2/")).count(), 1);
}

#[tokio::test]
async fn a_plan_that_is_used_up_and_a_refused_key_are_told_and_not_asked_again() {
    let check = async |status: u16, body: Value, expect: &str| {
        let server = Server::start().await.page("/", PAGE).json("/v2/domain-search", status, &body);
        let db = test_support::sqlite().await;
        let asked = providers(config(&server), "1");
        for _ in 0..2 {
            let id = business(db.store(), &server, |_| ()).await;
            let (_, _, log) = enriched(db.store(), &server, &asked, id).await;
            let error = of_hunter(&log).error.clone().unwrap();
            assert!(error.contains(expect), "{status}: {error}");
        }
        assert_eq!(server.uris().iter().filter(|uri| uri.starts_with("/v2/")).count(), 1, "{status}");
        assert_eq!(spent(db.store()).await, usd("0"));
        let told = asked.info(db.store()).await.unwrap().remove(0);
        assert_eq!(told.state, SourceState::Unavailable);
        assert!(told.message.unwrap().contains(expect));
    };
    let details =
        "You've reached the limit for the number of searches per billing period included in your plan.";
    check(429, problem("too_many_requests", 429, details), "used up").await;
    check(
        401,
        problem("authentication_failed", 401, "No user found for the API key supplied"),
        "key is refused",
    )
    .await;
}

#[tokio::test]
async fn a_provider_that_fails_is_tried_again_and_then_left_alone() {
    let server = Server::start().await.page("/", PAGE).json("/v2/domain-search", 500, &json!({}));
    let server = server.json("/v2/domain-search", 503, &json!({})).json("/v2/domain-search", 200, &good());
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |_| ()).await;
    let (_, detail, _) = enriched(db.store(), &server, &providers(config(&server), "1"), id).await;
    assert_eq!(detail.contacts.len(), 1);

    let server = Server::start().await.page("/", PAGE).json("/v2/domain-search", 502, &json!({}));
    let asked = providers(config(&server), "1");
    let db = test_support::sqlite().await;
    for expect in ["status 502", "left alone", "left alone"] {
        let id = business(db.store(), &server, |_| ()).await;
        let (_, _, log) = enriched(db.store(), &server, &asked, id).await;
        let error = of_hunter(&log).error.clone().unwrap();
        assert!(error.contains(expect), "{error}");
    }
    assert_eq!(server.uris().iter().filter(|uri| uri.starts_with("/v2/")).count(), 5);
}

#[tokio::test]
async fn a_wrong_question_is_asked_once_and_says_why() {
    let wrong = problem("wrong_params", 400, "The domain name is invalid");
    let server = Server::start().await.page("/", PAGE).json("/v2/domain-search", 400, &wrong);
    let db = test_support::sqlite().await;
    let id = business(db.store(), &server, |_| ()).await;
    let (_, _, log) = enriched(db.store(), &server, &providers(config(&server), "1"), id).await;
    assert!(of_hunter(&log).error.as_deref().unwrap().contains("The domain name is invalid"));
    assert_eq!(server.uris().iter().filter(|uri| uri.starts_with("/v2/")).count(), 1);
}
