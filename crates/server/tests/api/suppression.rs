//! The suppression list over the API: what is deleted, what is refused, what is told.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, business, seed};

const LIST: &str = "/api/suppressions";

/// A business at a domain of its own, with Jane; its path.
async fn with_jane(app: &TestApp) -> String {
    let mut new = business("Acme", "Espoo");
    new.business.email = Some("jane@acme.example".to_owned());
    new.business.website = Some("https://acme.example/".to_owned());
    new.domain = Some("acme.example".to_owned());
    let saved = seed(app.store(), vec![new]).await.remove(0);
    let path = format!("/api/businesses/{}", saved.id);
    let body = json!({ "name": "Jane Roe", "email": "Jane@Acme.example" });
    let added = app.post(&format!("{path}/contacts"), body).await;
    assert_eq!(added.status.as_u16(), 201, "{}", added.text());
    path
}

fn wrong(answer: &Answer) -> (u16, String, String) {
    let told = answer.json();
    let text = |name: &str| told["errors"][0][name].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), text("field"), text("code"))
}

fn error(status: u16, field: &str, code: &str) -> (u16, String, String) {
    (status, field.to_owned(), code.to_owned())
}

#[tokio::test]
async fn an_address_is_put_on_the_list_and_everything_of_it_is_gone() {
    let app = TestApp::new().await;
    let path = with_jane(&app).await;
    let since = app.store().latest_seq().await.unwrap();
    let added = app.post(LIST, json!({ "email": "JANE@acme.example" })).await;
    assert_eq!(added.status.as_u16(), 201, "{}", added.text());
    let told = added.json();
    assert_eq!((&told["contactsRemoved"], &told["businessesChanged"]), (&json!(1), &json!(1)));
    assert!(!added.text().to_lowercase().contains("jane"), "{}", added.text());
    assert_eq!(app.events_since(since).await, ["business:updated", "stats:updated"]);

    let detail = app.get(&path).await;
    assert_eq!((&detail.json()["email"], &detail.json()["contacts"]), (&Value::Null, &json!([])));
    for place in ["/api/events?since=0", "/api/businesses/export?format=json", "/api/businesses"] {
        let shown = app.get(place).await.text().to_lowercase();
        assert!(!shown.contains("jane@"), "{place}: {shown}");
    }

    let listed = app.get(LIST).await.json();
    assert_eq!((&listed["meta"]["total"], &listed["data"][0]), (&json!(1), &told["suppression"]));
    let digest = told["suppression"]["digest"].as_str().unwrap();
    assert_eq!(app.get(&format!("{LIST}?digest={digest}")).await.json()["meta"]["total"], 1);
    assert_eq!(app.get(&format!("{LIST}?digest={}", "0".repeat(64))).await.json()["meta"]["total"], 0);

    let one = format!("{LIST}/{}", told["suppression"]["id"].as_str().unwrap());
    assert_eq!(app.call(Method::DELETE, &one).await.status.as_u16(), 204);
    assert_eq!(app.call(Method::DELETE, &one).await.status.as_u16(), 404);
    let again = json!({ "name": "Jane Roe", "email": "jane@acme.example" });
    assert_eq!(app.post(&format!("{path}/contacts"), again).await.status.as_u16(), 201);
}

#[tokio::test]
async fn what_a_person_types_is_refused_with_a_word() {
    let app = TestApp::new().await;
    let path = with_jane(&app).await;
    app.post(LIST, json!({ "email": "jane@acme.example" })).await;
    let contacts = format!("{path}/contacts");
    let by_address = app.post(&contacts, json!({ "name": "J", "email": "jane@acme.example" })).await;
    assert_eq!(wrong(&by_address), error(422, "email", "suppressed"), "{}", by_address.text());
    let by_name = app.post(&contacts, json!({ "name": "Jane Roe" })).await;
    assert_eq!(wrong(&by_name), error(422, "name", "suppressed"), "{}", by_name.text());
    let version = app.get(&path).await.json()["version"].as_u64().unwrap();
    let patched = app.patch(&path, version, json!({ "email": "jane@acme.example" })).await;
    assert_eq!(wrong(&patched), error(422, "email", "suppressed"), "{}", patched.text());
    let created = app.post("/api/businesses", json!({ "name": "B", "email": "jane@acme.example" })).await;
    assert_eq!(wrong(&created), error(422, "email", "suppressed"), "{}", created.text());
    let fine = app.patch(&path, version, json!({ "email": "info@acme.example" })).await;
    assert_eq!(fine.status.as_u16(), 200, "{}", fine.text());
}

#[tokio::test]
async fn entries_that_would_cover_others_are_refused() {
    let app = TestApp::new().await;
    for (body, field, code) in [
        (json!({}), "email", "required"),
        (json!({ "email": "a@acme.example", "domain": "acme.example" }), "email", "required"),
        (json!({ "email": "jane" }), "email", "format"),
        (json!({ "domain": "gmail.com" }), "domain", "shared"),
        (json!({ "domain": "co.uk" }), "domain", "format"),
        (json!({ "domain": "" }), "domain", "range"),
    ] {
        assert_eq!(wrong(&app.post(LIST, body.clone()).await), error(422, field, code), "{body}");
    }
    for (query, field) in [("digest=x", "digest"), ("limit=0", "limit"), ("page=0", "page")] {
        assert_eq!(wrong(&app.get(&format!("{LIST}?{query}")).await).1, field, "{query}");
    }
    assert_eq!(app.get(LIST).await.json()["meta"]["total"], 0);
}
