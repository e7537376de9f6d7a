use serde_json::{Value, json};

use crate::support::{TestApp, business, seed};

async fn with_two() -> TestApp {
    let app = TestApp::new().await;
    let mut other = business("Alpha Oy", "Espoo");
    other.business.email = Some("a@example.org".to_owned());
    seed(app.store(), vec![business("Alpha", "Helsinki"), other]).await;
    app
}

#[tokio::test]
async fn two_become_one_and_two_again() {
    let app = with_two().await;
    let since = app.store().latest_seq().await.unwrap();
    let merged = app.post("/api/businesses/1/merge", json!({ "otherId": 2 })).await;
    assert_eq!(merged.status.as_u16(), 200, "{}", merged.text());
    let told = merged.json();
    assert_eq!(
        (&told["id"], &told["email"], &told["city"]),
        (&json!(1), &json!("a@example.org"), &json!("Helsinki"))
    );
    assert_eq!(app.get("/api/businesses/2").await.status.as_u16(), 404);
    assert_eq!(app.events_since(since).await, ["business:updated", "business:deleted", "stats:updated"]);

    let since = app.store().latest_seq().await.unwrap();
    let restored = app.post("/api/businesses/1/unmerge", json!({})).await;
    assert_eq!(restored.status.as_u16(), 200, "{}", restored.text());
    assert_eq!((&restored.json()["id"], &restored.json()["name"]), (&json!(2), &json!("Alpha Oy")));
    assert_eq!(app.get("/api/businesses/1").await.json()["email"], Value::Null);
    assert_eq!(app.get("/api/businesses/2").await.json()["email"], "a@example.org");
    assert_eq!(app.events_since(since).await, ["business:updated", "business:created", "stats:updated"]);
    let again = app.post("/api/businesses/1/unmerge", json!({ "otherId": 2 })).await;
    assert_eq!(again.status.as_u16(), 409);
}

#[tokio::test]
async fn the_restored_one_is_newer_than_its_deletion() {
    let app = with_two().await;
    app.post("/api/businesses/1/merge", json!({ "otherId": 2 })).await;
    app.post("/api/businesses/1/unmerge", json!({ "otherId": 2 })).await;
    let events = app.get("/api/events?since=0").await.json();
    let of = |name: &str| {
        let mut events = events["data"].as_array().unwrap().iter();
        events.rfind(|event| event["type"] == name).unwrap()["data"]["version"].as_u64().unwrap()
    };
    assert!(of("business:created") > of("business:deleted"));
}

#[tokio::test]
async fn a_key_merges_once() {
    let app = with_two().await;
    let key = [("idempotency-key", "press-1")];
    let first = app.post_with("/api/businesses/1/merge", json!({ "otherId": 2 }), &key).await;
    let second = app.post_with("/api/businesses/1/merge", json!({ "otherId": 2 }), &key).await;
    assert_eq!((first.status.as_u16(), first.bytes), (200, second.bytes));
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let app = with_two().await;
    let check = async |path: &str, body: Value, status: u16, field: Option<&str>| {
        let answer = app.post(path, body.clone()).await;
        let told = answer.json();
        assert_eq!(
            (answer.status.as_u16(), told["errors"][0]["field"].as_str()),
            (status, field),
            "{path} {body}: {told}"
        );
    };
    let merge = "/api/businesses/1/merge";
    check(merge, json!({}), 422, Some("otherId")).await;
    check(merge, json!({ "otherId": "two" }), 400, Some("otherId")).await;
    check(merge, json!({ "otherId": null }), 400, Some("otherId")).await;
    check(merge, json!({ "otherId": 1 }), 422, Some("otherId")).await;
    check(merge, json!({ "otherId": 99 }), 422, Some("otherId")).await;
    check(merge, json!({ "otherId": 2, "force": true }), 400, Some("force")).await;
    check("/api/businesses/99/merge", json!({ "otherId": 1 }), 404, None).await;
    check("/api/businesses/99/unmerge", json!({}), 404, None).await;
    check("/api/businesses/1/unmerge", json!({}), 409, None).await;
    check("/api/businesses/1/unmerge", json!({ "otherId": "two" }), 400, Some("otherId")).await;
    check("/api/businesses/1/unmerge", json!({ "id": 2 }), 400, Some("id")).await;
}
