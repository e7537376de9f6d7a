//! What holds for every endpoint.

use axum::body::Body;
use axum::http::{Method, Request};
use insta::assert_snapshot;
use serde_json::json;

use crate::support::TestApp;
use crate::support::listed::{Listed, endpoints};

#[tokio::test]
async fn every_endpoint_of_the_contract_is_routed() {
    let app = TestApp::new().await;
    for Listed { method, path, .. } in endpoints() {
        let answer = app.call(method.clone(), &path).await;
        let unrouted = answer.text().contains("there is nothing at") || answer.status.as_u16() == 405;
        assert!(!unrouted, "{method} {path}: {} {}", answer.status, answer.text());
    }
}

#[tokio::test]
async fn every_reading_endpoint_answers_304_to_its_own_tag() {
    let app = TestApp::new().await;
    for Listed { method, path, .. } in endpoints() {
        let answer = app.call(method.clone(), &path).await;
        if method != Method::GET || answer.status.as_u16() != 200 {
            continue;
        }
        let tag = answer.header("etag").unwrap_or_else(|| panic!("{path} has no tag")).to_owned();
        let again = app.ask(Request::get(&path).header("if-none-match", &tag)).await;
        assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), Some(tag.as_str()), "{path}");
    }
}

#[tokio::test]
async fn an_encoded_body_has_a_tag_of_its_own_that_is_known_again() {
    let app = TestApp::new().await;
    let ask = async |encoding: &str, tag: Option<&str>| {
        let request = Request::get("/api/scraper/sources").header("accept-encoding", encoding);
        app.ask(tag.into_iter().fold(request, |request, tag| request.header("if-none-match", tag))).await
    };
    let plain = ask("identity", None).await;
    for encoding in ["br", "gzip"] {
        let encoded = ask(encoding, None).await;
        assert_eq!(encoded.header("content-encoding"), Some(encoding));
        assert_ne!(encoded.bytes, plain.bytes);
        let tag = encoded.header("etag").unwrap();
        assert_ne!(Some(tag), plain.header("etag"));
        let again = ask(encoding, Some(tag)).await;
        assert_eq!((again.status.as_u16(), again.header("etag")), (304, Some(tag)));
    }
}

#[tokio::test]
async fn a_changed_list_has_another_tag() {
    let app = TestApp::new().await;
    let before = app.get("/api/businesses").await.header("etag").unwrap().to_owned();
    crate::support::seed(app.store(), vec![crate::support::business("A", "Helsinki")]).await;
    let after = app.ask(Request::get("/api/businesses").header("if-none-match", &before)).await;
    assert_eq!(after.status.as_u16(), 200);
    assert_ne!(after.header("etag"), Some(before.as_str()));
}

#[tokio::test]
async fn a_request_id_is_taken_or_made_and_repeated_in_problems() {
    let app = TestApp::new().await;
    let given = app.ask(Request::get("/api/nothing").header("x-request-id", "client-0001")).await;
    assert_eq!(given.header("x-request-id"), Some("client-0001"));
    assert_eq!(
        (given.json()["requestId"].as_str(), given.json()["instance"].as_str()),
        (Some("client-0001"), Some("/api/nothing"))
    );
    let made = app.ask(Request::get("/api/businesses").header("x-request-id", "bad id!")).await;
    assert_eq!(made.header("x-request-id").unwrap().len(), 36);
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_problems() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/nothing").await.snapshot(), @r#"
    404 application/problem+json
    {
      "detail": "there is nothing at /api/nothing; /api/docs lists what there is",
      "errors": [],
      "instance": "/api/nothing",
      "requestId": "[requestId]",
      "status": 404,
      "title": "Not found",
      "type": "/problems/not-found"
    }
    "#);
    let wrong = app.call(Method::DELETE, "/api/businesses").await;
    assert_snapshot!(wrong.snapshot(), @r#"
    405 application/problem+json
    {
      "detail": "DELETE is not taken here; see Allow for what is",
      "errors": [],
      "instance": "/api/businesses",
      "requestId": "[requestId]",
      "status": 405,
      "title": "Method not allowed",
      "type": "/problems/method-not-allowed"
    }
    "#);
    assert_eq!(wrong.header("allow"), Some("GET,HEAD,POST"));
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let app = TestApp::new().await;
    let head = app.call(Method::HEAD, "/api/businesses").await;
    assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0));
    assert_eq!(head.header("etag"), app.get("/api/businesses").await.header("etag"));
}

async fn post(app: &TestApp, kind: Option<&str>, body: impl Into<Body>) -> crate::support::Answer {
    let builder = Request::post("/api/scraper/scrape").header("host", "localhost");
    let builder = kind.into_iter().fold(builder, |builder, kind| builder.header("content-type", kind));
    app.send(builder.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused_with_its_place() {
    let app = TestApp::new().await;
    let answer = post(&app, Some("application/json"), "{\"location\":\n  oops}").await;
    assert_snapshot!(answer.snapshot(), @r#"
    400 application/problem+json
    {
      "detail": "the body is not JSON at line 2, column 3: expected value",
      "errors": [],
      "instance": "/api/scraper/scrape",
      "requestId": "[requestId]",
      "status": 400,
      "title": "Malformed request",
      "type": "/problems/malformed"
    }
    "#);
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let app = TestApp::new().await;
    assert_snapshot!(post(&app, Some("text/plain"), "{}").await.snapshot(), @r#"
    415 application/problem+json
    {
      "detail": "send the body as application/json",
      "errors": [],
      "instance": "/api/scraper/scrape",
      "requestId": "[requestId]",
      "status": 415,
      "title": "Unsupported media type",
      "type": "/problems/unsupported-media-type"
    }
    "#);
    assert_eq!(post(&app, None, "{}").await.status.as_u16(), 415);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let app = TestApp::with(|config| config.limits.body_bytes = 1000).await;
    let body = json!({ "location": "x".repeat(2000) }).to_string();
    assert_snapshot!(post(&app, Some("application/json"), body).await.snapshot(), @r#"
    413 application/problem+json
    {
      "detail": "send at most 1000 bytes",
      "errors": [],
      "instance": "/api/scraper/scrape",
      "requestId": "[requestId]",
      "status": 413,
      "title": "Too large",
      "type": "/problems/too-large"
    }
    "#);
}

#[tokio::test]
async fn an_unknown_parameter_is_refused_where_none_is_taken() {
    let app = TestApp::new().await;
    let answer = app.get("/api/businesses/stats?verbose=1").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["errors"][0]["field"].as_str()),
        (400, Some("verbose"))
    );
}
