//! Sessions: planted ones, stolen ones, and what signing in tells.

use axum::http::Method;
use contract::Role;
use serde_json::json;

use crate::support::guarded::{Guarded, PASSWORD, Visitor, browser};

/// Session fixation: the victim's browser is given a cookie whose value the attacker knows, and then signs in.
#[tokio::test]
async fn a_cookie_that_was_planted_before_signing_in_is_never_a_session() {
    let app = Guarded::new().await;
    let planted = Visitor("cookie", "letip=known-to-the-attacker".to_owned());
    let body = json!({ "email": "root@example.org", "password": PASSWORD });
    let victim = browser(&app.post(&planted, "/api/auth/login", body).await);
    assert_ne!(victim.1, planted.1);
    assert_eq!(
        (app.status(&planted, "/api/auth/me").await, app.status(&victim, "/api/auth/me").await),
        (401, 200)
    );
}

/// Session fixation with a real session: the attacker's own cookie is planted, and the victim signs in over it.
#[tokio::test]
async fn a_session_that_was_planted_does_not_become_the_victims() {
    let app = Guarded::new().await;
    let (_, attacker) = app.person("eve@example.org", Role::Viewer).await;
    let body = json!({ "email": "root@example.org", "password": PASSWORD });
    let victim = browser(&app.post(&attacker, "/api/auth/login", body).await);
    assert_eq!(app.get(&victim, "/api/auth/me").await.json()["role"], "admin");
    assert_eq!(app.status(&attacker, "/api/auth/me").await, 401);
}

#[tokio::test]
async fn every_session_and_token_has_a_secret_that_no_answer_repeats() {
    let app = Guarded::new().await;
    let second = browser(&app.login("root@example.org", PASSWORD).await);
    let secret = |who: &Visitor| who.1.split_once('=').unwrap().1.to_owned();
    let (first, second) = (secret(&app.admin), secret(&second));
    assert!(first != second && first.len() >= 32 && second.len() >= 32, "{first} {second}");
    for path in ["/api/auth/me", "/api/auth/sessions", "/api/users", "/api/events", "/account", "/"] {
        let text = app.get(&app.admin, path).await.text().to_owned();
        assert!(!text.contains(&first) && !text.contains(&second) && !text.contains("argon2"), "{path}");
    }
}

/// Who asks cannot tell an account that is there from one that is not, or is disabled.
#[tokio::test]
async fn signing_in_does_not_tell_who_has_an_account() {
    let app = Guarded::new().await;
    let (id, _) = app.person("gone@example.org", Role::Viewer).await;
    let disable = Some(json!({ "disabled": true }));
    app.ask(&app.admin, Method::PATCH, &format!("/api/users/{id}"), disable).await;
    let unknown = app.login("nobody@example.org", PASSWORD).await;
    for (email, password) in [("root@example.org", "not the password"), ("gone@example.org", PASSWORD)] {
        let answer = app.login(email, password).await;
        assert_eq!(answer.snapshot(), unknown.snapshot(), "{email}");
        let names = |answer: &crate::support::Answer| answer.headers.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&answer), names(&unknown), "{email}");
    }
}
