//! Cross-site request forgery: another site's page makes the browser of somebody who is signed in send requests.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::json;

use crate::support::guarded::Guarded;
use crate::support::listed::endpoints;

/// What a browser says of a request that another site's page made it send.
const ELSEWHERE: [&[(&str, &str)]; 8] = [
    &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site"), ("origin", "http://other.localhost:3030")],
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
    &[("origin", "http://localhost:3031")],
    &[("origin", "http://localhost.evil.example:3030")],
    &[("origin", "http://evil.example/http://localhost:3030")],
];

async fn send(
    app: &Guarded,
    method: Method,
    path: &str,
    from: &[(&str, &str)],
    kind: &str,
    body: &str,
) -> u16 {
    let request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:3030");
    let request = request.header(app.admin.0, &app.admin.1).header(header::CONTENT_TYPE, kind);
    let request = from.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    app.app.send(request.body(Body::from(body.to_owned())).unwrap()).await.status.as_u16()
}

#[tokio::test]
async fn no_endpoint_that_writes_listens_to_another_site() {
    let app = Guarded::new().await;
    for endpoint in endpoints().into_iter().filter(|endpoint| endpoint.method != Method::GET) {
        for from in ELSEWHERE {
            // As text: a page may send that across origins without asking first.
            let status = send(&app, endpoint.method.clone(), &endpoint.path, from, "text/plain", "{}").await;
            assert_eq!(status, 403, "{} {from:?}", endpoint.name);
        }
    }
    assert_eq!(app.status(&app.admin, "/api/auth/me").await, 200, "it was not signed out");
}

#[tokio::test]
async fn no_form_listens_to_another_site() {
    let app = Guarded::new().await;
    let kind = "application/x-www-form-urlencoded";
    let forms = [
        ("/find", "location=Helsinki"),
        ("/leads/new", "name=Planted"),
        ("/users", "email=eve%40example.org&name=Eve&role=admin&password=a+long+sentence"),
        ("/account/password", "current=x&new=y"),
        ("/account/tokens", "name=x&role=admin"),
        ("/account/sessions/revoke", ""),
        ("/sign-in", "email=eve%40example.org&password=x"),
        ("/sign-out", ""),
        ("/import", ""),
    ];
    for (path, form) in forms {
        for from in ELSEWHERE {
            assert_eq!(send(&app, Method::POST, path, from, kind, form).await, 403, "{path} {from:?}");
        }
    }
    assert_eq!(app.get(&app.admin, "/api/users").await.json().as_array().unwrap().len(), 1);
    assert_eq!(app.get(&app.admin, "/api/businesses").await.json()["meta"]["total"], 0);
}

/// A link or an image of another site may make a browser read; it must not make it change anything.
#[tokio::test]
async fn reading_changes_nothing_wherever_it_comes_from() {
    let app = Guarded::new().await;
    let before = app.app.events_since(0).await;
    for endpoint in endpoints().into_iter().filter(|endpoint| endpoint.method == Method::GET) {
        send(&app, Method::GET, &endpoint.path, ELSEWHERE[0], "text/plain", "").await;
    }
    for path in
        ["/sign-out", "/jobs/1/cancel", "/leads/1/delete", "/leads/1/enrich", "/account/sessions/revoke"]
    {
        send(&app, Method::GET, path, ELSEWHERE[0], "text/plain", "").await;
    }
    assert_eq!(app.app.events_since(0).await, before);
    assert_eq!(app.status(&app.admin, "/api/auth/me").await, 200, "it was not signed out");
}

/// Nobody reads the answers across origins either: the server invites no other origin.
#[tokio::test]
async fn no_answer_invites_another_origin() {
    let app = Guarded::new().await;
    for method in [Method::GET, Method::OPTIONS, Method::POST] {
        let request = Request::builder().method(method.clone()).uri("/api/businesses");
        let request = request.header(header::HOST, "localhost:3030").header(app.admin.0, &app.admin.1);
        let request = request.header("origin", "https://evil.example");
        let request = request.header("access-control-request-method", "POST");
        let answer = app.app.send(request.body(Body::from(json!({}).to_string())).unwrap()).await;
        let invites = answer.headers.keys().any(|name| name.as_str().starts_with("access-control-"));
        assert!(!invites, "{method}: {:?}", answer.headers);
    }
}
