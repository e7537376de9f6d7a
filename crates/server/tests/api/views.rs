//! Saved views: each person's own.

use axum::body::Body;
use axum::http::{Method, Request, header};
use contract::Role;
use serde_json::{Value, json};

use crate::support::guarded::{Guarded, Visitor, nobody};
use crate::support::{Answer, TestApp};

const PATH: &str = "/api/views";

/// A change of that version of a view.
async fn guarded_change(
    app: &Guarded,
    who: &Visitor,
    path: &str,
    version: u64,
    body: Option<Value>,
) -> Answer {
    let method = if body.is_some() { Method::PATCH } else { Method::DELETE };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost:3030")
        .header(header::CONTENT_TYPE, "application/merge-patch+json")
        .header(header::IF_MATCH, format!("\"{version}\""))
        .header(who.0, &who.1);
    app.app
        .send(request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap())
        .await
}

#[tokio::test]
async fn a_view_is_saved_listed_renamed_and_deleted() {
    let app = TestApp::new().await;
    let body = json!({ "name": " Warm in Espoo ", "query": "page=3&city=Espoo&sort=name" });
    let saved = app.post(PATH, body).await;
    let view = saved.json();
    let path = format!("{PATH}/{}", view["id"].as_str().unwrap());
    assert_eq!((saved.status.as_u16(), saved.header("location")), (201, Some(path.as_str())));
    assert_eq!(
        (&view["name"], &view["query"], &view["version"]),
        (&json!("Warm in Espoo"), &json!("sort=name&city=Espoo"), &json!(1))
    );
    app.post(PATH, json!({ "name": "all" })).await;
    let names = async || {
        let views = app.get(PATH).await.json();
        views.as_array().unwrap().iter().map(|view| view["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names().await, [json!("all"), json!("Warm in Espoo")]);

    let renamed = app.patch(&path, 1, json!({ "name": "A first look" })).await;
    assert_eq!((renamed.status.as_u16(), &renamed.json()["version"]), (200, &json!(2)));
    assert_eq!(renamed.json()["query"], "sort=name&city=Espoo");
    assert_eq!(names().await, [json!("A first look"), json!("all")]);
    let same = app.patch(&path, 2, json!({ "name": "A first look" })).await;
    assert_eq!(same.json()["version"], 2, "nothing changed");
    for stale in [app.patch(&path, 1, json!({ "query": "" })).await, app.delete(&path, 1).await] {
        assert_eq!((stale.status.as_u16(), &stale.json()["current"]["version"]), (412, &json!(2)));
    }
    assert_eq!(app.delete(&path, 2).await.status.as_u16(), 204);
    assert_eq!(app.delete(&path, 2).await.status.as_u16(), 404);
    assert_eq!(names().await, [json!("all")]);
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let app = TestApp::new().await;
    let first = app.post(PATH, json!({ "name": "Warm" })).await.json();
    let second = app.post(PATH, json!({ "name": "Cold" })).await.json();
    let path = format!("{PATH}/{}", second["id"].as_str().unwrap());
    let check = async |body: Value, status: u16, field: &str, code: &str| {
        for answer in [app.post(PATH, body.clone()).await, app.patch(&path, 1, body.clone()).await] {
            let told = answer.json();
            let error = &told["errors"][0];
            let found = (answer.status.as_u16(), error["field"].as_str(), error["code"].as_str());
            assert_eq!(found, (status, Some(field), Some(code)), "{body}: {told}");
        }
    };
    check(json!({ "name": "WARM" }), 422, "name", "taken").await;
    check(json!({ "name": " " }), 422, "name", "range").await;
    check(json!({ "name": "x".repeat(101) }), 422, "name", "range").await;
    check(json!({ "name": 7 }), 400, "name", "format").await;
    check(json!({ "name": "A", "query": "colour=red" }), 422, "query", "format").await;
    check(json!({ "name": "A", "query": "radiusKm=5" }), 422, "query", "format").await;
    check(json!({ "name": "A", "id": 3 }), 400, "id", "unknown").await;
    let unnamed = app.post(PATH, json!({})).await;
    assert_eq!(unnamed.json()["errors"][0]["field"], "name");
    let own = format!("{PATH}/{}", first["id"].as_str().unwrap());
    assert_eq!(app.patch(&own, 1, json!({ "name": "warm" })).await.status.as_u16(), 200, "its own name");
}

#[tokio::test]
async fn a_key_saves_one_view() {
    let app = TestApp::new().await;
    let key = [("idempotency-key", "press-1")];
    let first = app.post_with(PATH, json!({ "name": "Warm" }), &key).await;
    let second = app.post_with(PATH, json!({ "name": "Warm" }), &key).await;
    assert_eq!((first.status, first.bytes), (second.status, second.bytes));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_are_each_persons_own_whatever_their_role() {
    let app = Guarded::new().await;
    let (_, viewer) = app.person("vi@example.org", Role::Viewer).await;
    let saved = app.post(&viewer, PATH, json!({ "name": "Warm" })).await;
    assert_eq!(saved.status.as_u16(), 201, "{}", saved.text());
    assert_eq!(app.get(&app.admin, PATH).await.json(), json!([]));
    assert_eq!(app.post(&app.admin, PATH, json!({ "name": "Warm" })).await.status.as_u16(), 201);
    let path = format!("{PATH}/{}", saved.json()["id"].as_str().unwrap());
    for (who, expect) in [(&app.admin, 404), (&nobody(), 401)] {
        let renamed = guarded_change(&app, who, &path, 1, Some(json!({ "name": "Mine" }))).await;
        let deleted = guarded_change(&app, who, &path, 1, None).await;
        assert_eq!((renamed.status.as_u16(), deleted.status.as_u16()), (expect, expect));
    }
    assert_eq!(app.get(&viewer, PATH).await.json()[0]["name"], "Warm");
    assert_eq!(guarded_change(&app, &viewer, &path, 1, None).await.status.as_u16(), 204);
}
