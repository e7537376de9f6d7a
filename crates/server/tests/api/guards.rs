//! What keeps other people's pages, and too many requests, away.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Answer, TestApp};

async fn from_host(app: &TestApp, host: &str) -> Answer {
    app.send(Request::get("/api/businesses").header("host", host).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_loopback_server_answers_for_loopback_names_only() {
    let app = TestApp::with(|config| config.allowed_hosts = vec!["leads.example".to_owned()]).await;
    for host in ["localhost:3030", "127.0.0.1:3030", "[::1]:3030", "leads.example"] {
        assert_eq!(from_host(&app, host).await.status.as_u16(), 200, "{host}");
    }
    assert_snapshot!(from_host(&app, "evil.example:3030").await.snapshot(), @r#"
    400 application/problem+json
    {
      "detail": "this server does not answer for the host of the request; start it with that name allowed",
      "errors": [],
      "instance": "/api/businesses",
      "requestId": "[requestId]",
      "status": 400,
      "title": "Unknown host",
      "type": "/problems/unknown-host"
    }
    "#);
    let socket = Request::get("/socket.io/?EIO=4&transport=polling").header("host", "evil.example");
    assert_eq!(app.send(socket.body(Body::empty()).unwrap()).await.status.as_u16(), 400);
}

async fn cancel_from(app: &TestApp, headers: &[(&str, &str)]) -> Answer {
    let builder = Request::post("/api/jobs/019f0000-0000-7000-8000-000000000001/cancel")
        .header("host", "localhost:3030");
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    app.send(builder.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn another_origin_changes_nothing() {
    let app = TestApp::new().await;
    assert_snapshot!(cancel_from(&app, &[("sec-fetch-site", "cross-site")]).await.snapshot(), @r#"
    403 application/problem+json
    {
      "detail": "a page of another origin may not change anything here; send the request from this server's page or without a browser",
      "errors": [],
      "instance": "/api/jobs/019f0000-0000-7000-8000-000000000001/cancel",
      "requestId": "[requestId]",
      "status": 403,
      "title": "Refused from another origin",
      "type": "/problems/cross-origin"
    }
    "#);
    assert_eq!(cancel_from(&app, &[("origin", "https://evil.example")]).await.status.as_u16(), 403);
    assert_eq!(cancel_from(&app, &[("sec-fetch-site", "same-site")]).await.status.as_u16(), 403);
    let own = [("sec-fetch-site", "same-origin"), ("origin", "http://localhost:3030")];
    assert_eq!(cancel_from(&app, &own).await.status.as_u16(), 404);
    assert_eq!(cancel_from(&app, &[]).await.status.as_u16(), 404);
}

#[tokio::test]
async fn another_origin_opens_no_socket() {
    let app = TestApp::new().await;
    let open = async |origin: Option<&str>| {
        let builder = Request::get("/socket.io/?EIO=4&transport=polling").header("host", "localhost:3030");
        let builder = origin.into_iter().fold(builder, |builder, origin| builder.header("origin", origin));
        app.send(builder.body(Body::empty()).unwrap()).await.status.as_u16()
    };
    assert_eq!(open(Some("https://evil.example")).await, 403);
    assert_eq!(open(Some("null")).await, 403);
    assert_eq!(open(Some("http://localhost:3030")).await, 200);
    assert_eq!(open(None).await, 200);
}

#[tokio::test]
async fn too_many_requests_at_once_are_told_to_come_back() {
    let app = TestApp::with(|config| {
        config.limits.concurrent_requests = 0;
        config.limits.waiting_requests = 0;
    })
    .await;
    let answer = app.get("/api/businesses").await;
    assert_snapshot!(answer.snapshot(), @r#"
    503 application/problem+json
    {
      "detail": "more requests wait than can be answered soon; try again in a moment",
      "errors": [],
      "instance": "/api/businesses",
      "requestId": "[requestId]",
      "status": 503,
      "title": "Unavailable for now",
      "type": "/problems/unavailable"
    }
    "#);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(app.get("/livez").await.status.as_u16(), 200, "how it is, it says however busy it is");
}

/// With room for one at a time, everybody is answered all the same.
#[tokio::test]
async fn requests_that_come_at_once_wait_for_their_turn() {
    let app = TestApp::with(|config| config.limits.concurrent_requests = 1).await;
    let answers = futures::future::join_all((0..50).map(|_| app.get("/api/businesses"))).await;
    assert!(answers.iter().all(|answer| answer.status.as_u16() == 200));
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up() {
    let app = TestApp::with(|config| config.limits.request_time = Duration::from_millis(50)).await;
    // Who writes waits for the one who writes already.
    let busy = app.store().begin().await.unwrap();
    let answer = app.post("/api/scraper/scrape", json!({ "location": "60.17,24.94" })).await;
    drop(busy);
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, Some("1")));
    assert!(answer.json()["detail"].as_str().unwrap().contains("took too long"));
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let app = TestApp::new().await;
    for path in ["/api/businesses", "/api/nothing", "/livez"] {
        let answer = app.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
    }
}

/// Who typed the address has no opener, and a new process for each such visit is a dear one.
#[tokio::test]
async fn a_window_that_others_opened_is_taken_from_them() {
    let app = TestApp::new().await;
    for (site, policy) in [
        (Some("cross-site"), Some("same-origin")),
        (Some("same-site"), Some("same-origin")),
        (None, Some("same-origin")),
        (Some("none"), None),
        (Some("same-origin"), None),
    ] {
        let builder = Request::get("/leads");
        let builder = site.into_iter().fold(builder, |builder, site| builder.header("sec-fetch-site", site));
        assert_eq!(app.ask(builder).await.header("cross-origin-opener-policy"), policy, "{site:?}");
    }
}

#[tokio::test]
async fn a_database_that_is_gone_is_told_without_its_inside() {
    let app = TestApp::new().await;
    app.store().close().await.unwrap();
    let answer = app.get("/api/businesses").await;
    assert!(matches!(answer.status.as_u16(), 500 | 503), "{}", answer.text());
    let text = answer.text().to_lowercase();
    assert!(!text.contains("sql") && !text.contains("pool") && !text.contains("/tmp"), "{text}");
}
