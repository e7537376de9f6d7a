//! How often one caller may call.

use std::num::NonZeroU32;

use axum::body::Body;
use axum::http::{Request, header};
use contract::Role;
use insta::assert_snapshot;
use serde_json::json;
use server::RateLimits;

use crate::support::TestApp;
use crate::support::guarded::{Guarded, Visitor};

/// So few calls a minute that a test reaches their end.
async fn strict(reads: u32, writes: u32, heavy: u32) -> Guarded {
    let [reads, writes, heavy] = [reads, writes, heavy].map(NonZeroU32::new);
    Guarded::with(|config| config.limits.rates = RateLimits { reads, writes, heavy }).await
}

/// The statuses of so many calls one after the other.
async fn statuses(app: &Guarded, who: &Visitor, path: &str, calls: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..calls {
        statuses.push(app.status(who, path).await);
    }
    statuses
}

#[tokio::test]
async fn who_reads_too_often_is_told_when_to_come_back_and_what_to_do() {
    let app = strict(2, 50, 50).await;
    let (_, ada) = app.person("ada@example.org", Role::Viewer).await;
    let (_, bob) = app.person("bob@example.org", Role::Viewer).await;
    assert_eq!(statuses(&app, &ada, "/api/businesses", 2).await, [200, 200]);
    let answer = app.get(&ada, "/api/businesses").await;
    let wait: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=31).contains(&wait), "{wait}");
    let text = answer.snapshot().replace(&format!("in {wait} s"), "in [wait] s");
    assert_snapshot!(text, @r#"
    429 application/problem+json
    {
      "detail": "more than 2 reads a minute; try again in [wait] s, or ask for more rows a page, or follow the events instead of asking again",
      "errors": [],
      "instance": "/api/businesses",
      "requestId": "[requestId]",
      "status": 429,
      "title": "Too many requests",
      "type": "/problems/too-many-requests"
    }
    "#);
    assert_eq!(app.status(&bob, "/api/businesses").await, 200, "another person is not held up");
    let view = json!({ "name": "mine", "query": "" });
    assert_eq!(app.post(&ada, "/api/views", view).await.status.as_u16(), 201, "changes are counted apart");
}

#[tokio::test]
async fn changes_and_heavy_work_have_limits_of_their_own() {
    let app = strict(500, 4, 2).await;
    let (_, member) = app.person("me@example.org", Role::Member).await;
    let scrape = json!({ "location": "Helsinki" });
    let start = async |who: &Visitor| app.post(who, "/api/scraper/scrape", scrape.clone()).await;
    for _ in 0..2 {
        assert_eq!(start(&member).await.status.as_u16(), 202);
    }
    let refused = start(&member).await;
    assert_eq!(refused.status.as_u16(), 429);
    assert!(
        refused.json()["detail"].as_str().unwrap().contains("/api/enrichment/batch"),
        "{}",
        refused.text()
    );
    assert_eq!(app.status(&member, "/api/businesses/export?format=csv").await, 429, "heavy as well");
    let token = app.token(&member, Role::Member).await;
    assert_eq!(
        start(&token).await.status.as_u16(),
        202,
        "a program does not lock its person out, nor is locked out"
    );
    let change = async || app.post(&member, "/api/businesses", json!({ "name": "Acme" })).await;
    for _ in 0..3 {
        assert_eq!(change().await.status.as_u16(), 201);
    }
    let refused = change().await;
    assert_eq!(refused.status.as_u16(), 429, "the token was a change too");
    assert!(
        refused.json()["detail"].as_str().unwrap().contains("/api/businesses/bulk"),
        "{}",
        refused.text()
    );
}

/// However many questions a page asks the API to be shown.
#[tokio::test]
async fn a_page_is_one_read() {
    let app = strict(3, 50, 50).await;
    let (_, member) = app.person("me@example.org", Role::Member).await;
    assert_eq!(statuses(&app, &member, "/leads", 3).await, [200, 200, 200]);
    let request =
        Request::get("/leads").header(header::HOST, "localhost:3030").header(header::ACCEPT, "text/html");
    let request = request.header(member.0, &member.1).body(Body::empty()).unwrap();
    let answer = app.app.send(request).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after").is_some()), (429, true));
    assert!(answer.text().contains("<h1>Too many requests</h1>"), "{}", answer.text());
}

/// What a form does is a change, whatever page sends it.
#[tokio::test]
async fn a_form_is_counted_as_what_it_does() {
    let app = strict(500, 1, 50).await;
    let (_, member) = app.person("me@example.org", Role::Member).await;
    let sent = app.submit(&member, "/leads/new", "name=Acme").await;
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.text());
    let refused = app.submit(&member, "/leads/new", "name=Other").await;
    assert_ne!(refused.status.as_u16(), 303);
    assert!(refused.text().contains("changes a minute"), "{}", refused.text());
}

#[tokio::test]
async fn a_server_of_one_s_own_counts_nothing() {
    let app = TestApp::with(|config| {
        config.limits.rates = RateLimits { reads: NonZeroU32::new(1), ..RateLimits::default() };
    })
    .await;
    for _ in 0..5 {
        assert_eq!(app.get("/api/businesses").await.status.as_u16(), 200);
    }
}

#[tokio::test]
async fn the_document_says_how_often_each_endpoint_may_be_called() {
    let app = TestApp::new().await;
    let document = app.get("/api/openapi.json").await.json();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let about = operation["description"].as_str().unwrap();
            assert!(about.contains("a minute for each caller"), "{method} {path}: {about}");
            let header = &operation["responses"]["429"]["headers"]["Retry-After"];
            assert!(header.is_object(), "{method} {path}: {}", operation["responses"]["429"]);
        }
    }
    let scrape = document["paths"]["/api/scraper/scrape"]["post"]["description"].as_str().unwrap();
    assert_eq!(scrape, "Needs the role member. Counted as heavy: 60 a minute for each caller.");
}
