//! Who may come in.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, header};
use contract::Role;
use insta::assert_snapshot;
use serde_json::json;
use server::{Access, ServerConfig, setup_path};
use socketio_client::{ConnectError, SocketEvent};

use crate::support::guarded::{Guarded, PASSWORD, Visitor, browser, nobody, program};
use crate::support::{Listener, Listening, open_config};

#[tokio::test]
async fn the_first_account_is_made_once() {
    let app = Guarded::new().await;
    assert_eq!(setup_path(app.app.store()).await.unwrap(), None);
    let me = app.get(&app.admin, "/api/auth/me").await.json();
    assert_eq!((&me["user"]["email"], &me["role"]), (&json!("root@example.org"), &json!("admin")));
    let body = json!({ "token": "x", "email": "eve@example.org", "name": "Eve", "password": PASSWORD });
    assert_snapshot!(app.post(&nobody(), "/api/auth/setup", body).await.snapshot(), @r#"
    403 application/problem+json
    {
      "detail": "the link is used up or too old; start the server again for a new one",
      "errors": [],
      "instance": "/api/auth/setup",
      "requestId": "[requestId]",
      "status": 403,
      "title": "Not allowed",
      "type": "/problems/forbidden"
    }
    "#);
}

#[tokio::test]
async fn a_session_is_a_cookie_that_scripts_and_other_sites_do_not_get() {
    let app = Guarded::new().await;
    let answer = app.login(" ROOT@example.org ", PASSWORD).await;
    let cookie = answer.header("set-cookie").unwrap();
    for word in ["letip=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(cookie.contains(word), "{word}: {cookie}");
    }
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(app.status(&browser(&answer), "/api/businesses").await, 200);
    let planted = Visitor("cookie", "letip=planted".to_owned());
    assert_eq!(app.status(&planted, "/api/businesses").await, 401);
}

#[tokio::test]
async fn signing_in_ends_the_session_that_the_browser_came_with() {
    let app = Guarded::new().await;
    let body = json!({ "email": "root@example.org", "password": PASSWORD });
    let again = browser(&app.post(&app.admin, "/api/auth/login", body).await);
    assert_ne!(again.1, app.admin.1);
    assert_eq!(app.status(&app.admin, "/api/businesses").await, 401);
    assert_eq!(app.status(&again, "/api/businesses").await, 200);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_told_alike() {
    let app = Guarded::new().await;
    let wrong = app.login("root@example.org", "another sentence").await;
    let unknown = app.login("eve@example.org", PASSWORD).await;
    assert_eq!(wrong.snapshot(), unknown.snapshot());
    assert_snapshot!(wrong.snapshot(), @r#"
    401 application/problem+json
    {
      "detail": "the address or the password is wrong, or the account is disabled",
      "errors": [],
      "instance": "/api/auth/login",
      "requestId": "[requestId]",
      "status": 401,
      "title": "Not signed in",
      "type": "/problems/unauthenticated"
    }
    "#);
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_account_that_is_guessed_at() {
    let app = Guarded::new().await;
    let mut refused = None;
    for _ in 0..20 {
        let answer = app.login("root@example.org", "guess after guess").await;
        if answer.status.as_u16() == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("twenty guesses were let through");
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    assert_eq!(app.login("eve@example.org", PASSWORD).await.status.as_u16(), 401, "others are not held up");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_the_cookie() {
    let app = Guarded::new().await;
    let answer = app.post(&app.admin, "/api/auth/logout", json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.bytes.len()), (204, 0));
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(app.status(&app.admin, "/api/auth/me").await, 401);
    assert_eq!(app.post(&app.admin, "/api/auth/logout", json!({})).await.status.as_u16(), 204);
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_the_other_sessions() {
    let app = Guarded::new().await;
    let other = browser(&app.login("root@example.org", PASSWORD).await);
    let change = |current: &str, new: &str| json!({ "current": current, "new": new });
    let wrong = app.post(&app.admin, "/api/auth/password", change("not this one", "a longer sentence")).await;
    assert_eq!((wrong.status.as_u16(), &wrong.json()["errors"][0]["field"]), (422, &json!("current")));
    let short = app.post(&app.admin, "/api/auth/password", change(PASSWORD, "short")).await;
    assert_eq!((short.status.as_u16(), &short.json()["errors"][0]["field"]), (422, &json!("new")));
    let done = app.post(&app.admin, "/api/auth/password", change(PASSWORD, "a longer sentence")).await;
    assert_eq!(done.status.as_u16(), 204, "{}", done.text());
    assert_eq!(
        (app.status(&app.admin, "/api/auth/me").await, app.status(&other, "/api/auth/me").await),
        (200, 401)
    );
    assert_eq!(app.login("root@example.org", PASSWORD).await.status.as_u16(), 401);
    assert_eq!(app.login("root@example.org", "a longer sentence").await.status.as_u16(), 200);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let app = Guarded::new().await;
    let other = browser(&app.login("root@example.org", PASSWORD).await);
    let listed = app.get(&app.admin, "/api/auth/sessions").await.json();
    let current: Vec<bool> =
        listed.as_array().unwrap().iter().map(|one| one["current"].as_bool().unwrap()).collect();
    assert_eq!((current.len(), current.iter().filter(|current| **current).count()), (2, 1));
    let foreign = listed.as_array().unwrap().iter().find(|one| one["current"] == false).unwrap();
    let path = format!("/api/auth/sessions/{}", foreign["id"].as_str().unwrap());
    let (_, eve) = app.person("eve@example.org", Role::Admin).await;
    assert_eq!(app.delete(&eve, &path).await.status.as_u16(), 404, "another's session is no one's business");
    assert_eq!(app.delete(&app.admin, &path).await.status.as_u16(), 204);
    assert_eq!(app.status(&other, "/api/auth/me").await, 401);
    assert_eq!(app.delete(&app.admin, &path).await.status.as_u16(), 404);
}

#[tokio::test]
async fn all_other_sessions_are_ended_at_once() {
    let app = Guarded::new().await;
    let others = [
        browser(&app.login("root@example.org", PASSWORD).await),
        browser(&app.login("root@example.org", PASSWORD).await),
    ];
    let (_, eve) = app.person("eve@example.org", Role::Viewer).await;
    assert_eq!(app.delete(&app.admin, "/api/auth/sessions").await.status.as_u16(), 204);
    for other in &others {
        assert_eq!(app.status(other, "/api/auth/me").await, 401);
    }
    for kept in [&app.admin, &eve] {
        assert_eq!(app.status(kept, "/api/auth/me").await, 200);
    }
}

#[tokio::test]
async fn roles_are_kept_and_nobody_raises_their_own() {
    let app = Guarded::new().await;
    let (id, viewer) = app.person("vi@example.org", Role::Viewer).await;
    let (_, member) = app.person("me@example.org", Role::Member).await;
    let scrape = json!({ "location": "Helsinki" });
    for (who, expect) in [(&viewer, 403), (&member, 202)] {
        assert_eq!(app.post(who, "/api/scraper/scrape", scrape.clone()).await.status.as_u16(), expect);
        assert_eq!(app.status(who, "/api/users").await, 403);
    }
    let raise = json!({ "role": "admin" });
    let path = format!("/api/users/{id}");
    assert_eq!(app.ask(&viewer, Method::PATCH, &path, Some(raise.clone())).await.status.as_u16(), 403);
    let token = app.post(&viewer, "/api/auth/tokens", json!({ "name": "x", "role": "admin" })).await;
    assert_eq!(token.status.as_u16(), 403);
    let mass =
        json!({ "email": "x@example.org", "name": "X", "role": "viewer", "password": PASSWORD, "id": id });
    assert_eq!(app.post(&app.admin, "/api/users", mass).await.status.as_u16(), 400);
    assert_eq!(app.ask(&app.admin, Method::PATCH, &path, Some(raise)).await.json()["role"], "admin");
    assert_eq!(app.status(&viewer, "/api/users").await, 200, "a new role counts at once");
}

#[tokio::test]
async fn a_token_does_what_it_is_for_and_no_more_than_its_person_may() {
    let app = Guarded::new().await;
    let (id, member) = app.person("me@example.org", Role::Member).await;
    let reader = app.token(&member, Role::Viewer).await;
    let writer = app.token(&member, Role::Member).await;
    let scrape = json!({ "location": "Helsinki" });
    assert_eq!(app.post(&reader, "/api/scraper/scrape", scrape.clone()).await.status.as_u16(), 403);
    assert_eq!(app.post(&writer, "/api/scraper/scrape", scrape.clone()).await.status.as_u16(), 202);
    let more = app.post(&reader, "/api/auth/tokens", json!({ "name": "x", "role": "member" })).await;
    assert_eq!(more.status.as_u16(), 403, "a token makes no stronger one");
    let lower = json!({ "role": "viewer" });
    app.ask(&app.admin, Method::PATCH, &format!("/api/users/{id}"), Some(lower)).await;
    assert_eq!(app.post(&writer, "/api/scraper/scrape", scrape).await.status.as_u16(), 403);
    let listed = app.get(&member, "/api/auth/tokens").await;
    assert!(!listed.text().contains("secret"), "a secret is shown once");
    let token = listed.json()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(app.delete(&member, &format!("/api/auth/tokens/{token}")).await.status.as_u16(), 204);
    assert_eq!(app.status(&writer, "/api/businesses").await, 401);
    assert_eq!(app.status(&program("no such token"), "/api/businesses").await, 401);
}

/// A token that was made for reading, or for leads, signs nobody out and makes nothing that outlives it.
#[tokio::test]
async fn a_token_changes_its_person_s_account_only_with_the_role_for_everything() {
    let app = Guarded::new().await;
    let sessions = app.get(&app.admin, "/api/auth/sessions").await.json();
    let session = format!("/api/auth/sessions/{}", sessions[0]["id"].as_str().unwrap());
    let new = json!({ "name": "x", "role": "viewer" });
    let password = json!({ "current": PASSWORD, "new": "another short sentence" });
    for role in [Role::Viewer, Role::Member] {
        let token = app.token(&app.admin, role).await;
        let others = app.get(&app.admin, "/api/auth/tokens").await.json();
        let other = app.token(&app.admin, role).await;
        assert_eq!(app.delete(&other, &session).await.status.as_u16(), 403, "{role}");
        assert_eq!(app.delete(&other, "/api/auth/sessions").await.status.as_u16(), 403, "{role}");
        assert_eq!(app.post(&other, "/api/auth/tokens", new.clone()).await.status.as_u16(), 403, "{role}");
        let changed = app.post(&other, "/api/auth/password", password.clone()).await;
        assert_eq!(changed.status.as_u16(), 403, "{role}");
        assert!(changed.json()["detail"].as_str().unwrap().contains("sign in"), "{}", changed.text());
        let path = format!("/api/auth/tokens/{}", others[0]["id"].as_str().unwrap());
        assert_eq!(app.delete(&other, &path).await.status.as_u16(), 403, "{role}");
        assert_eq!(app.delete(&token, &path).await.status.as_u16(), 204, "its own end is its own");
        assert_eq!(app.status(&token, "/api/businesses").await, 401);
    }
    assert_eq!(app.status(&app.admin, "/api/businesses").await, 200, "the session is still there");
    let strong = app.token(&app.admin, Role::Admin).await;
    assert_eq!(app.post(&strong, "/api/auth/tokens", new).await.status.as_u16(), 201);
    assert_eq!(app.delete(&strong, &session).await.status.as_u16(), 204);
    assert_eq!(app.status(&app.admin, "/api/businesses").await, 401);
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_an_admin_is_always_left() {
    let app = Guarded::new().await;
    let (id, member) = app.person("me@example.org", Role::Member).await;
    let token = app.token(&member, Role::Viewer).await;
    let disable = |disabled: bool| Some(json!({ "disabled": disabled }));
    let path = format!("/api/users/{id}");
    assert_eq!(app.ask(&app.admin, Method::PATCH, &path, disable(true)).await.status.as_u16(), 200);
    for who in [&member, &token] {
        assert_eq!(app.status(who, "/api/businesses").await, 401);
    }
    assert_eq!(app.login("me@example.org", PASSWORD).await.status.as_u16(), 401);
    let root = app.get(&app.admin, "/api/auth/me").await.json()["user"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/users/{root}");
    assert_eq!(app.ask(&app.admin, Method::PATCH, &path, disable(true)).await.status.as_u16(), 409);
    assert_eq!(app.delete(&app.admin, &path).await.status.as_u16(), 409);
}

#[tokio::test]
async fn a_key_of_one_person_is_not_another_s() {
    let app = Guarded::new().await;
    let (_, member) = app.person("me@example.org", Role::Member).await;
    let scrape = async |who: &Visitor| {
        let request = Request::post("/api/scraper/scrape")
            .header(header::HOST, "localhost:3030")
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", "one")
            .header(who.0, &who.1);
        app.app.send(request.body(Body::from(r#"{"location":"Helsinki"}"#)).unwrap()).await
    };
    let (first, again, other) = (scrape(&app.admin).await, scrape(&app.admin).await, scrape(&member).await);
    assert_eq!(first.json()["jobId"], again.json()["jobId"]);
    assert_ne!(first.json()["jobId"], other.json()["jobId"]);
}

#[tokio::test]
async fn pages_send_who_is_not_signed_in_to_where_they_can() {
    let app = Guarded::new().await;
    let turned = app.get(&nobody(), "/leads?city=Espoo").await;
    assert_eq!(turned.status.as_u16(), 303);
    assert_eq!(turned.header("location"), Some("/sign-in?return=%2Fleads%3Fcity%3DEspoo"));
    let page = app.get(&nobody(), "/sign-in?return=%2Fleads%3Fcity%3DEspoo").await;
    assert!(page.text().contains("name=\"password\"") && page.text().contains("value=\"/leads?city=Espoo\""));
    assert!(!page.text().contains("type=\"module\""), "nobody is sent the application before they signed in");
    assert_eq!(app.status(&app.admin, "/leads").await, 200);
    assert!(app.get(&app.admin, "/leads").await.text().contains("Sign out"));
}

#[tokio::test]
async fn the_forms_work_without_a_script() {
    let app = Guarded::new().await;
    let form = async |path: &str, body: &str, who: &Visitor| app.submit(who, path, body).await;
    let body = "email=root%40example.org&password=a+short+sentence&return=%2Fjobs";
    let signed_in = form("/sign-in", body, &nobody()).await;
    assert_eq!((signed_in.status.as_u16(), signed_in.header("location")), (303, Some("/jobs")));
    let who = browser(&signed_in);
    assert_eq!(app.status(&who, "/jobs").await, 200);
    let away = form("/sign-in", &body.replace("%2Fjobs", "%2F%2Fevil.example"), &nobody()).await;
    assert_eq!(away.header("location"), Some("/"));
    let wrong = form("/sign-in", "email=%22%3E%3Cscript%3E&password=x", &nobody()).await;
    assert_eq!(wrong.status.as_u16(), 401);
    assert!(
        wrong.text().contains("role=\"alert\"") && !wrong.text().contains("\"><script"),
        "{}",
        wrong.text()
    );
    let out = form("/sign-out", "", &who).await;
    assert_eq!(out.header("location"), Some("/sign-in"));
    assert_eq!(app.status(&who, "/jobs").await, 303);
}

fn guarded_config(app: &Guarded) -> ServerConfig {
    let access = Access::SignedIn { tls: false };
    ServerConfig { access, job_concurrency: 0, ..open_config(app.app.store()) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_is_for_who_signed_in_and_is_cut_when_they_sign_out() {
    let app = Guarded::new().await;
    let server = Listening::start(guarded_config(&app)).await;
    let mut stranger = Listener::connect(&server.url(), json!({}));
    let refused = stranger.next().await;
    assert!(
        matches!(&refused, SocketEvent::ConnectError(ConnectError::Refused { message, .. }) if message.contains("sign in")),
        "{refused:?}"
    );
    let made =
        app.post(&app.admin, "/api/auth/tokens", json!({ "name": "x", "role": "viewer" })).await.json();
    let mut listener = Listener::connect(&server.url(), json!({ "token": made["secret"], "since": 0 }));
    listener.until("sync:ready").await;
    let path = format!("/api/auth/tokens/{}", made["token"]["id"].as_str().unwrap());
    assert_eq!(app.delete(&app.admin, &path).await.status.as_u16(), 204);
    let cut = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            if let SocketEvent::Disconnected { .. } = listener.next().await {
                return;
            }
        }
    });
    cut.await.expect("who was revoked still listens");
    server.stop().await;
}
