use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;

use crate::support::{Answer, TestApp, business, seed};

const PATH: &str = "/api/scraper/scrape";

#[tokio::test]
async fn the_same_key_and_body_is_given_the_first_answer() {
    let app = TestApp::new().await;
    let body = json!({ "location": "Helsinki" });
    let key = [("idempotency-key", "press-1")];
    let first = app.post_with(PATH, body.clone(), &key).await;
    let second = app.post_with(PATH, body, &key).await;
    assert_eq!((first.status, first.bytes), (second.status, second.bytes));
    assert_eq!(first.headers["location"], second.headers["location"]);
    assert!(!first.headers.contains_key("idempotency-replayed"));
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(app.get("/api/jobs").await.json()["meta"]["total"], 1);
}

#[tokio::test]
async fn another_request_under_the_key_is_refused() {
    let app = TestApp::new().await;
    let key = [("idempotency-key", "press-1")];
    let first = app.post_with(PATH, json!({ "location": "Helsinki" }), &key).await;
    let other = app.post_with(PATH, json!({ "location": "60.17,24.94" }), &key).await;
    assert_eq!(
        (other.status.as_u16(), other.json()["type"].as_str()),
        (422, Some("/problems/idempotency-key-reused"))
    );
    let cancel = format!("/api/jobs/{}/cancel", first.json()["jobId"].as_str().unwrap());
    assert_eq!(app.post_with(&cancel, json!({}), &key).await.status.as_u16(), 422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_presses_at_once_make_one_job() {
    let app = TestApp::new().await;
    let press = || app.post_with(PATH, json!({ "location": "Helsinki" }), &[("idempotency-key", "press-1")]);
    let answers = futures::future::join_all((0..8).map(|_| press())).await;
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.bytes), (202, &answers[0].bytes));
    }
    assert_eq!(app.get("/api/jobs").await.json()["meta"]["total"], 1);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let app = TestApp::new().await;
    let key = [("idempotency-key", "press-1")];
    assert_eq!(
        app.post_with(PATH, json!({ "location": "Nowhere-at-all-9" }), &key).await.status.as_u16(),
        422
    );
    assert_eq!(app.post_with(PATH, json!({ "location": "Helsinki" }), &key).await.status.as_u16(), 202);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let app = TestApp::new().await;
    for key in ["", "two words", &"x".repeat(201)] {
        let answer =
            app.post_with(PATH, json!({ "location": "Helsinki" }), &[("idempotency-key", key)]).await;
        assert_eq!(answer.status.as_u16(), 400, "{key}");
        assert_eq!(answer.json()["errors"][0]["field"], "Idempotency-Key");
    }
}

#[tokio::test]
async fn without_a_key_every_request_is_new() {
    let app = TestApp::new().await;
    for _ in 0..2 {
        app.post(PATH, json!({ "location": "Helsinki" })).await;
    }
    assert_eq!(app.get("/api/jobs").await.json()["meta"]["total"], 2);
}

/// A change of version 1 of the first business, under a key.
async fn change(app: &TestApp, method: Method, body: &str, key: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri("/api/businesses/1")
        .header("host", "localhost:3030")
        .header("if-match", "\"1\"")
        .header("idempotency-key", key)
        .header("content-type", "application/json");
    app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

/// Whose answer was lost on the way sends the change again, and must not be told that somebody else came first.
#[tokio::test]
async fn a_change_and_a_deletion_are_done_once_under_their_key() {
    let app = TestApp::new().await;
    seed(app.store(), vec![business("Alpha", "Helsinki")]).await;
    let body = r#"{"city":"Espoo"}"#;
    let first = change(&app, Method::PATCH, body, "press-1").await;
    let again = change(&app, Method::PATCH, body, "press-1").await;
    assert_eq!((first.status.as_u16(), first.json()["version"].as_u64()), (200, Some(2)));
    assert_eq!((again.status, &again.bytes), (first.status, &first.bytes));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let stale = change(&app, Method::PATCH, body, "press-2").await;
    assert_eq!(stale.status.as_u16(), 412, "another press is another change");
    let other = change(&app, Method::PATCH, r#"{"city":"Vantaa"}"#, "press-1").await;
    assert_eq!(other.json()["type"], "/problems/idempotency-key-reused");

    let app = TestApp::new().await;
    seed(app.store(), vec![business("Alpha", "Helsinki")]).await;
    for replayed in [None, Some("true")] {
        let gone = change(&app, Method::DELETE, "", "press-3").await;
        assert_eq!((gone.status.as_u16(), gone.header("idempotency-replayed")), (204, replayed));
    }
    assert_eq!(change(&app, Method::DELETE, "", "press-4").await.status.as_u16(), 404);
}
