//! Adding, changing and deleting businesses by hand.

use axum::http::{Method, Request};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{TestApp, business, seed};

const PATH: &str = "/api/businesses";

/// A stored business, its path and its version.
async fn one(app: &TestApp) -> (String, u64) {
    let mut new = business("Alpha", "Helsinki");
    new.business.email = Some("a@example.org".to_owned());
    let saved = seed(app.store(), vec![new]).await.remove(0);
    (format!("{PATH}/{}", saved.id), saved.version)
}

#[tokio::test]
async fn a_business_is_added_with_what_a_person_knows() {
    let app = TestApp::new().await;
    let body = json!({
        "name": " Kahvila  Ääni ", "category": "restaurants", "country": "Finland", "city": "Helsinki",
        "phone": "09 310 1691", "email": "Info@Example.FI", "website": "www.example.fi",
        "socials": { "instagram": "https://instagram.com/aani" }, "latitude": 60.17, "longitude": 24.94,
        "tags": ["new", " new ", "south"], "yearFounded": 1999,
    });
    let answer = app.post(PATH, body).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text());
    assert_eq!(answer.header("location"), Some("/api/businesses/1"));
    let saved = answer.json();
    let expect = json!({
        "id": 1, "version": 1, "name": "Kahvila Ääni", "category": "restaurant", "country": "FI",
        "phone": "+35893101691", "phoneDisplay": "09 3101691", "email": "info@example.fi",
        "website": "http://www.example.fi/", "tags": ["new", "south"], "enrichmentStatus": "pending",
        "sources": [], "operatingStatus": "open", "chain": false,
    });
    for (field, value) in expect.as_object().unwrap() {
        assert_eq!(&saved[field], value, "{field}");
    }
    assert_eq!(saved["socials"]["instagram"], "https://instagram.com/aani");
    assert_eq!(app.get("/api/businesses/1").await.json()["name"], "Kahvila Ääni");
    assert_eq!(app.events_since(0).await, ["business:created", "stats:updated"]);
}

#[tokio::test]
async fn a_key_adds_one_business() {
    let app = TestApp::new().await;
    let key = [("idempotency-key", "press-1")];
    let first = app.post_with(PATH, json!({ "name": "Alpha" }), &key).await;
    let second = app.post_with(PATH, json!({ "name": "Alpha" }), &key).await;
    assert_eq!((first.status, &first.bytes), (second.status, &second.bytes));
    assert_eq!(second.header("location"), Some("/api/businesses/1"));
    let other = app.post_with(PATH, json!({ "name": "Beta" }), &key).await;
    assert_eq!((other.status.as_u16(), app.get(PATH).await.json()["meta"]["total"].as_u64()), (422, Some(1)));
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    let app = TestApp::new().await;
    let (path, version) = one(&app).await;
    let since = app.store().latest_seq().await.unwrap();
    let answer =
        app.patch(&path, version, json!({ "email": null, "notes": "call\nfirst", "city": "Espoo" })).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    let changed = answer.json();
    assert_eq!((&changed["email"], &changed["notes"]), (&Value::Null, &"call\nfirst".into()));
    assert_eq!((&changed["city"], &changed["name"]), (&"Espoo".into(), &"Alpha".into()));
    assert_eq!(changed["version"], version + 1);
    assert_eq!(app.events_since(since).await, ["business:updated", "stats:updated"]);
    assert_eq!(app.get("/api/businesses?city=espoo").await.json()["meta"]["total"], 1);
}

#[tokio::test]
async fn a_patch_that_changes_nothing_makes_no_version() {
    let app = TestApp::new().await;
    let (path, version) = one(&app).await;
    let since = app.store().latest_seq().await.unwrap();
    for body in [json!({}), json!({ "name": "Alpha", "street": null })] {
        assert_eq!(app.patch(&path, version, body).await.json()["version"], version);
    }
    assert_eq!(app.events_since(since).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_stale_version_is_refused_with_the_current_row() {
    let app = TestApp::new().await;
    let (path, version) = one(&app).await;
    app.patch(&path, version, json!({ "city": "Espoo" })).await;
    let stale = app.patch(&path, version, json!({ "city": "Vantaa" })).await;
    assert_eq!(stale.json()["current"]["city"], "Espoo");
    assert_eq!(stale.json()["current"]["version"], version + 1);
    let refused = app.delete(&path, version).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["current"]["city"]), (412, &"Espoo".into()));
    let mut told = stale.json();
    told.as_object_mut().unwrap().remove("current");
    told.as_object_mut().unwrap().remove("requestId");
    assert_snapshot!(serde_json::to_string_pretty(&told).unwrap(), @r#"
    {
      "detail": "the business has version 2 by now; make the change anew",
      "errors": [],
      "instance": "/api/businesses/1",
      "status": 412,
      "title": "Changed meanwhile",
      "type": "/problems/stale"
    }
    "#);
}

#[tokio::test]
async fn a_change_says_which_version_it_is_made_of() {
    let app = TestApp::new().await;
    let (path, _) = one(&app).await;
    for method in [Method::PATCH, Method::DELETE] {
        for given in [None, Some("1"), Some("*"), Some("\"one\""), Some("W/\"1\"")] {
            let builder = Request::builder().method(method.clone()).uri(&path);
            let answer = app
                .ask(given.into_iter().fold(builder, |builder, given| builder.header("if-match", given)))
                .await;
            let told = answer.json();
            assert_eq!(
                (answer.status.as_u16(), told["errors"][0]["field"].as_str()),
                (400, Some("If-Match"))
            );
        }
    }
}

#[tokio::test]
async fn a_deleted_business_is_gone() {
    let app = TestApp::new().await;
    let (path, version) = one(&app).await;
    let since = app.store().latest_seq().await.unwrap();
    let answer = app.delete(&path, version).await;
    assert_eq!((answer.status.as_u16(), answer.bytes.len()), (204, 0));
    assert_eq!(app.get(&path).await.status.as_u16(), 404);
    assert_eq!(app.delete(&path, version).await.status.as_u16(), 404);
    assert_eq!(app.patch(&path, version, json!({ "city": "Espoo" })).await.status.as_u16(), 404);
    assert_eq!(app.events_since(since).await, ["business:deleted", "stats:updated"]);
    let events = app.get(&format!("/api/events?since={since}")).await.json();
    assert_eq!(events["data"][0]["data"], json!({ "id": 1, "version": version + 1 }));
}

/// Every field with everything that can be wrong with it: status and code.
#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let app = TestApp::new().await;
    let (path, version) = one(&app).await;
    let check = async |body: Value, status: u16, field: &str, code: &str| {
        let answer = app.patch(&path, version, body.clone()).await;
        let told = answer.json();
        let first = &told["errors"][0];
        assert_eq!(answer.status.as_u16(), status, "{body}: {told}");
        assert_eq!(
            (first["field"].as_str(), first["code"].as_str()),
            (Some(field), Some(code)),
            "{body}: {told}"
        );
    };
    for field in ["category", "street", "city", "state", "postalCode", "country", "phone", "email", "website"]
    {
        check(json!({ field: 5 }), 400, field, "format").await;
        check(json!({ field: " " }), 422, field, "empty").await;
        check(json!({ field: "x".repeat(2001) }), 422, field, "range").await;
        check(json!({ field: "a\u{1}b" }), 422, field, "format").await;
    }
    for field in ["description", "notes", "openingHours"] {
        check(json!({ field: ["x"] }), 400, field, "format").await;
        check(json!({ field: "" }), 422, field, "empty").await;
        check(json!({ field: "x".repeat(4001) }), 422, field, "range").await;
        check(json!({ field: "a\u{1b}[31m" }), 422, field, "format").await;
    }
    for network in ["facebook", "instagram", "linkedin", "x", "youtube", "tiktok", "yelp"] {
        let field = format!("socials.{network}");
        check(json!({ "socials": { network: 1 } }), 400, &field, "format").await;
        check(json!({ "socials": { network: "" } }), 422, &field, "empty").await;
        check(json!({ "socials": { network: "https://example.org/a" } }), 422, &field, "format").await;
    }
    check(json!({ "socials": { "myspace": "x" } }), 400, "socials.myspace", "unknown").await;
    check(json!({ "name": null }), 422, "name", "required").await;
    check(json!({ "name": "--" }), 422, "name", "format").await;
    check(json!({ "category": "zzzzqqq" }), 422, "category", "unknown").await;
    check(json!({ "country": "Atlantis" }), 422, "country", "format").await;
    check(json!({ "phone": "12" }), 422, "phone", "format").await;
    check(json!({ "email": "info at example.org" }), 422, "email", "format").await;
    check(json!({ "website": "ftp://example.org" }), 422, "website", "format").await;
    check(json!({ "website": "https://www.facebook.com/alpha" }), 422, "website", "format").await;
    check(json!({ "latitude": "north" }), 400, "latitude", "format").await;
    check(json!({ "latitude": 91, "longitude": 0 }), 422, "latitude", "range").await;
    check(json!({ "latitude": 60 }), 422, "longitude", "required").await;
    check(json!({ "longitude": 25 }), 422, "latitude", "required").await;
    check(json!({ "employeeCount": -1 }), 400, "employeeCount", "format").await;
    check(json!({ "employeeCount": 10_000_001 }), 422, "employeeCount", "range").await;
    check(json!({ "yearFounded": 1999.5 }), 400, "yearFounded", "format").await;
    check(json!({ "yearFounded": 3000 }), 422, "yearFounded", "range").await;
    check(json!({ "chain": "yes" }), 400, "chain", "format").await;
    check(json!({ "operatingStatus": "closed" }), 400, "operatingStatus", "format").await;
    check(json!({ "tags": "new" }), 400, "tags", "format").await;
    check(json!({ "tags": [""] }), 422, "tags", "empty").await;
    check(json!({ "tags": ["x".repeat(51)] }), 422, "tags", "range").await;
    check(json!({ "town": "Espoo" }), 400, "town", "unknown").await;
    for field in [
        "id",
        "version",
        "industry",
        "phoneDisplay",
        "confidence",
        "sources",
        "enrichmentStatus",
        "enrichmentError",
        "contactCount",
        "contacts",
        "createdAt",
        "updatedAt",
    ] {
        check(json!({ field: null }), 400, field, "immutable").await;
    }
    assert_eq!(app.get(&path).await.json()["version"], version, "nothing of it was written");
}

#[tokio::test]
async fn a_business_without_a_name_is_not_added() {
    let app = TestApp::new().await;
    let check = async |body: Value, status: u16, field: &str| {
        let answer = app.post(PATH, body.clone()).await;
        let told = answer.json();
        assert_eq!(
            (answer.status.as_u16(), told["errors"][0]["field"].as_str()),
            (status, Some(field)),
            "{body}"
        );
    };
    check(json!({}), 422, "name").await;
    check(json!({ "name": null }), 422, "name").await;
    check(json!({ "name": "" }), 422, "name").await;
    check(json!({ "name": 7 }), 400, "name").await;
    check(json!({ "name": "x".repeat(301) }), 422, "name").await;
    check(json!({ "name": "Alpha", "id": 9 }), 400, "id").await;
    assert_eq!(app.get(PATH).await.json()["meta"]["total"], 0);
}

#[tokio::test]
async fn a_viewer_changes_nothing() {
    let app = TestApp::with(|config| config.access = server::Access::Open(contract::Role::Viewer)).await;
    let (path, version) = one(&app).await;
    assert_eq!(app.post(PATH, json!({ "name": "Beta" })).await.status.as_u16(), 403);
    assert_eq!(app.patch(&path, version, json!({ "city": "Espoo" })).await.status.as_u16(), 403);
    assert_eq!(app.delete(&path, version).await.status.as_u16(), 403);
}
