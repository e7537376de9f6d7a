use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, business, seed};

/// A Finnish business; its contacts' path.
async fn one(app: &TestApp) -> String {
    let mut new = business("Alpha", "Helsinki");
    new.business.country = Some("FI".to_owned());
    let saved = seed(app.store(), vec![new]).await.remove(0);
    format!("/api/businesses/{}/contacts", saved.id)
}

fn wrong(answer: &Answer) -> (u16, String, String) {
    let told = answer.json();
    let text = |name: &str| told["errors"][0][name].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), text("field"), text("code"))
}

#[tokio::test]
async fn a_contact_is_added_listed_changed_and_deleted() {
    let app = TestApp::new().await;
    let path = one(&app).await;
    let since = app.store().latest_seq().await.unwrap();
    let body =
        json!({ "name": "Maija", "phone": "09 310 1691", "email": "Maija@Example.FI", "isPrimary": true });
    let added = app.post(&path, body).await;
    assert_eq!(
        (added.status.as_u16(), added.header("location")),
        (201, Some("/api/businesses/1/contacts/1"))
    );
    let told = added.json();
    assert_eq!((told["version"].as_u64(), told["contactCount"].as_u64()), (Some(2), Some(1)));
    assert_eq!(
        (&told["contact"]["phone"], &told["contact"]["email"]),
        (&"+35893101691".into(), &"maija@example.fi".into())
    );

    let second = app.post(&path, json!({ "email": "info@example.fi", "isPrimary": true })).await.json();
    assert_eq!(second["version"], 3);
    let listed = app.get(&path).await.json();
    let names: Vec<_> =
        listed["data"].as_array().unwrap().iter().map(|one| one["isPrimary"].clone()).collect();
    assert_eq!((names, &listed["version"]), (vec![json!(true), json!(false)], &json!(3)));

    let one = format!("{path}/1");
    let changed = app.patch(&one, 3, json!({ "title": "Owner", "email": null })).await;
    assert_eq!(changed.status.as_u16(), 200, "{}", changed.text());
    assert_eq!(changed.json()["contact"]["title"], "Owner");
    assert_eq!(changed.json()["contact"]["email"], Value::Null);
    let unchanged = app.patch(&one, 4, json!({ "title": "Owner" })).await.json();
    assert_eq!(unchanged["version"], 4);

    let deleted = app.delete(&one, 4).await;
    assert_eq!((deleted.status.as_u16(), deleted.json()), (200, json!({ "version": 5, "contactCount": 1 })));
    assert_eq!(app.delete(&one, 5).await.status.as_u16(), 404);
    let detail = app.get("/api/businesses/1").await.json();
    assert_eq!((&detail["contactCount"], &detail["version"]), (&json!(1), &json!(5)));
    let updates = app.events_since(since).await;
    assert_eq!(updates.iter().filter(|name| *name == "business:updated").count(), 4);
}

#[tokio::test]
async fn a_stale_version_is_refused_with_the_business() {
    let app = TestApp::new().await;
    let path = one(&app).await;
    app.post(&path, json!({ "name": "Maija" })).await;
    for answer in [
        app.patch(&format!("{path}/1"), 1, json!({ "name": "Matti" })).await,
        app.delete(&format!("{path}/1"), 1).await,
    ] {
        assert_eq!((answer.status.as_u16(), &answer.json()["current"]["version"]), (412, &json!(2)));
    }
    let without = app.call(axum::http::Method::DELETE, &format!("{path}/1")).await;
    assert_eq!(wrong(&without), (400, "If-Match".into(), "required".into()));
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let app = TestApp::new().await;
    let path = one(&app).await;
    app.post(&path, json!({ "name": "Maija" })).await;
    let check = async |body: Value, status: u16, field: &str, code: &str| {
        let expect = (status, field.to_owned(), code.to_owned());
        assert_eq!(wrong(&app.post(&path, body.clone()).await), expect, "POST {body}");
        assert_eq!(wrong(&app.patch(&format!("{path}/1"), 2, body.clone()).await), expect, "PATCH {body}");
    };
    for field in ["name", "title", "email", "phone", "linkedin"] {
        check(json!({ field: 5 }), 400, field, "format").await;
        check(json!({ field: "" }), 422, field, "empty").await;
        check(json!({ field: "x".repeat(501) }), 422, field, "range").await;
        check(json!({ field: "a\u{0}b" }), 422, field, "format").await;
    }
    check(json!({ "name": null }), 422, "name", "required").await;
    check(json!({ "email": "nobody" }), 422, "email", "format").await;
    check(json!({ "phone": "1" }), 422, "phone", "format").await;
    check(json!({ "linkedin": "https://example.org/in/maija" }), 422, "linkedin", "format").await;
    check(json!({ "isPrimary": "yes" }), 400, "isPrimary", "format").await;
    check(json!({ "surname": "x" }), 400, "surname", "unknown").await;
    for field in ["id", "businessId", "emailStatus", "confidence", "sourceUrl", "foundAt"] {
        check(json!({ field: null }), 400, field, "immutable").await;
    }
    let empty = app.post(&path, json!({})).await;
    assert_eq!(wrong(&empty), (422, "name".into(), "required".into()));
    assert_eq!(app.get(&path).await.json()["version"], 2, "nothing of it was written");
}

#[tokio::test]
async fn contacts_of_nothing_are_not_found() {
    let app = TestApp::new().await;
    let path = one(&app).await;
    assert_eq!(app.get("/api/businesses/9/contacts").await.status.as_u16(), 404);
    assert_eq!(app.post("/api/businesses/9/contacts", json!({ "name": "A" })).await.status.as_u16(), 404);
    assert_snapshot!(app.patch(&format!("{path}/9"), 1, json!({ "name": "A" })).await.snapshot(), @r#"
    404 application/problem+json
    {
      "detail": "business 1 has no contact 9; it may have been deleted",
      "errors": [],
      "instance": "/api/businesses/1/contacts/9",
      "requestId": "[requestId]",
      "status": 404,
      "title": "Not found",
      "type": "/problems/not-found"
    }
    "#);
    assert_eq!(app.patch(&format!("{path}/x"), 1, json!({ "name": "A" })).await.status.as_u16(), 404);
}

#[tokio::test]
async fn a_key_adds_one_contact() {
    let app = TestApp::new().await;
    let path = one(&app).await;
    let key = [("idempotency-key", "press-1")];
    let first = app.post_with(&path, json!({ "name": "Maija" }), &key).await;
    let second = app.post_with(&path, json!({ "name": "Maija" }), &key).await;
    assert_eq!((first.bytes, first.status), (second.bytes, second.status));
    assert_eq!(app.post_with(&path, json!({ "name": "Matti" }), &key).await.status.as_u16(), 422);
    assert_eq!(app.get(&path).await.json()["contactCount"], 1);
}
