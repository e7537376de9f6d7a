//! Reaching for more than one has: a higher role, fields that are not one's to set, and what is others'.

use axum::body::Body;
use axum::http::{Method, Request, header};
use contract::Role;
use serde_json::{Value, json};

use crate::support::Answer;
use crate::support::guarded::{Guarded, PASSWORD, Visitor};
use crate::support::listed::endpoints;

const NOTHING: &str = "019f0000-0000-7000-8000-000000000001";

#[tokio::test]
async fn nobody_gives_themselves_a_higher_role() {
    let app = Guarded::new().await;
    let (id, member) = app.person("me@example.org", Role::Member).await;
    let raise = Some(json!({ "role": "admin" }));
    let path = format!("/api/users/{id}");
    let eve = json!({ "email": "e@example.org", "name": "E", "role": "admin", "password": PASSWORD });
    let weak = app.token(&member, Role::Viewer).await;
    for who in [&member, &weak] {
        assert_eq!(app.ask(who, Method::PATCH, &path, raise.clone()).await.status.as_u16(), 403);
        assert_eq!(app.post(who, "/api/users", eve.clone()).await.status.as_u16(), 403);
        let token = app.post(who, "/api/auth/tokens", json!({ "name": "x", "role": "admin" })).await;
        assert_eq!(token.status.as_u16(), 403);
        let form =
            app.submit(who, "/users", "email=e%40example.org&name=E&role=admin&password=a+long+one").await;
        assert_eq!(form.status.as_u16(), 403, "{}", form.text());
    }
    assert_eq!(app.get(&app.admin, "/api/users").await.json().as_array().unwrap().len(), 2);
}

/// A token keeps the role that it was made with; what its person may no longer do, it may not either.
#[tokio::test]
async fn a_token_falls_with_its_person() {
    let app = Guarded::new().await;
    let (id, second) = app.person("second@example.org", Role::Admin).await;
    let token = app.token(&second, Role::Admin).await;
    assert_eq!(app.status(&token, "/api/users").await, 200);
    let lower = Some(json!({ "role": "viewer" }));
    app.ask(&app.admin, Method::PATCH, &format!("/api/users/{id}"), lower).await;
    for who in [&token, &second] {
        assert_eq!(app.status(who, "/api/users").await, 403);
        assert_eq!(app.post(who, "/api/scraper/scrape", json!({})).await.status.as_u16(), 403);
    }
    assert_eq!(app.delete(&app.admin, &format!("/api/users/{id}")).await.status.as_u16(), 204);
    for who in [&token, &second] {
        assert_eq!(app.status(who, "/api/businesses").await, 401, "a removed account leaves nothing behind");
    }
}

async fn write(app: &Guarded, method: Method, path: &str, body: &Value) -> Answer {
    let request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:3030");
    let request = request.header(header::CONTENT_TYPE, "application/json").header(header::IF_MATCH, "\"1\"");
    let request = request.header(app.admin.0, &app.admin.1);
    app.app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Mass assignment: fields of the rows behind an endpoint are sent along. Each is refused by name, never ignored: what
/// is ignored today is set tomorrow.
#[tokio::test]
async fn no_endpoint_takes_a_field_that_it_does_not_know() {
    let app = Guarded::new().await;
    for endpoint in endpoints().into_iter().filter(|endpoint| endpoint.takes_json) {
        for field in ["isAdmin", "passwordHash", "createdBy", "enrichmentStatus", "__proto__", "$where"] {
            let answer = write(&app, endpoint.method.clone(), &endpoint.path, &json!({ field: 1 })).await;
            let refused = (answer.status.as_u16(), answer.json()["errors"][0]["field"].clone());
            assert_eq!(refused, (400, json!(field)), "{}: {}", endpoint.name, answer.text());
        }
    }
}

/// What one may set of a business is what a person knows of it, not how the system stands to it.
#[tokio::test]
async fn what_the_system_knows_of_a_business_is_not_set_by_hand() {
    let app = Guarded::new().await;
    let made =
        write(&app, Method::POST, "/api/businesses", &json!({ "name": "Alpha", "city": "Espoo" })).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text());
    let path = format!("/api/businesses/{}", made.json()["id"]);
    for (field, value) in [
        ("id", json!(99)),
        ("version", json!(99)),
        ("sources", json!([])),
        ("confidence", json!(1)),
        ("contactCount", json!(9)),
        ("createdAt", json!("2020-01-01T00:00:00.000Z")),
        ("updatedAt", json!("2020-01-01T00:00:00.000Z")),
        ("enrichmentStatus", json!("enriched")),
    ] {
        let answer = write(&app, Method::PATCH, &path, &json!({ field: value })).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["errors"][0]["field"]), (400, &json!(field)));
    }
    let kept = app.get(&app.admin, &path).await.json();
    assert_eq!((&kept["version"], &kept["enrichmentStatus"]), (&json!(1), &json!("pending")));
}

/// Id guessing: what is another's is answered as what is not there, to the letter.
#[tokio::test]
async fn what_is_anothers_looks_like_what_is_not_there() {
    let app = Guarded::new().await;
    let (_, ada) = app.person("ada@example.org", Role::Admin).await;
    let (_, eve) = app.person("eve@example.org", Role::Admin).await;
    app.token(&ada, Role::Viewer).await;
    let view = app.post(&ada, "/api/views", json!({ "name": "mine", "query": "city=Espoo" })).await;
    assert_eq!(view.status.as_u16(), 201, "{}", view.text());
    let id = async |path: &str| app.get(&ada, path).await.json()[0]["id"].as_str().unwrap().to_owned();
    let theirs = [
        ("/api/auth/sessions", id("/api/auth/sessions").await),
        ("/api/auth/tokens", id("/api/auth/tokens").await),
        ("/api/views", id("/api/views").await),
    ];
    for (path, id) in &theirs {
        let forgotten = forget(&app, &eve, &format!("{path}/{id}")).await.replace(id, NOTHING);
        assert_eq!(forgotten, forget(&app, &eve, &format!("{path}/{NOTHING}")).await, "{path}");
        assert!(forgotten.starts_with("404"), "{path}: {forgotten}");
    }
    for (path, id) in &theirs {
        assert!(app.get(&ada, path).await.text().contains(id), "{path}: it is still there");
    }
}

async fn forget(app: &Guarded, who: &Visitor, path: &str) -> String {
    let request =
        Request::delete(path).header(header::HOST, "localhost:3030").header(header::IF_MATCH, "\"1\"");
    app.app.send(request.header(who.0, &who.1).body(Body::empty()).unwrap()).await.snapshot()
}

/// Numbers that no row has, and texts that are no ids, are a 404 or a 400 and never an error of the server.
#[tokio::test]
async fn ids_that_are_none_find_nothing() {
    let app = Guarded::new().await;
    let ids = [
        "0",
        "-1",
        "9223372036854775807",
        "9223372036854775808",
        "1e3",
        "0x1",
        "1%00",
        "%27%20OR%201=1--",
        "..",
        "%F0%9F%92%A9",
    ];
    for id in ids {
        for path in [
            format!("/api/businesses/{id}"),
            format!("/api/jobs/{id}"),
            format!("/leads/{id}"),
            format!("/users/{id}"),
        ] {
            let status = app.status(&app.admin, &path).await;
            assert!(matches!(status, 303 | 400 | 404), "{path}: {status}");
        }
    }
}
