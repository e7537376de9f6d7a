//! The page of one's own account and its forms.

use axum::body::Body;
use axum::http::{Request, header};
use contract::Role;
use serde_json::Value;

use crate::support::TestApp;
use crate::support::guarded::{Guarded, PASSWORD, Visitor, browser, nobody, program};

const FORMS: [&str; 5] = [
    "/account/password",
    "/account/sessions/revoke",
    "/account/sessions/019f0000-0000-7000-8000-000000000001/revoke",
    "/account/tokens",
    "/account/tokens/019f0000-0000-7000-8000-000000000001/revoke",
];

async fn listed(app: &Guarded, who: &Visitor, what: &str) -> Vec<Value> {
    app.get(who, &format!("/api/auth/{what}")).await.json().as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_says_who_one_is_and_carries_no_script_of_the_application() {
    let app = Guarded::new().await;
    let (_, member) = app.person("me@example.org", Role::Member).await;
    for (who, email) in [(&app.admin, "root@example.org"), (&member, "me@example.org")] {
        let page = app.get(who, "/account").await;
        assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, Some("private, no-store")));
        let text = page.text();
        assert!(text.contains("<title>Account · Le Tip</title>") && text.contains(email), "{text}");
        assert!(text.contains("This browser"), "{text}");
        assert!(!text.contains("type=\"module\""), "{text}");
    }
    assert_eq!(app.get(&app.admin, "/account/").await.header("location"), Some("/account"));
    let leads = app.get(&app.admin, "/leads").await;
    assert!(leads.text().contains("href=\"/account\""), "every page leads to it");
}

#[tokio::test]
async fn nobody_gets_anywhere_without_signing_in_or_from_another_origin() {
    let app = Guarded::new().await;
    let turned = app.get(&nobody(), "/account").await;
    assert_eq!(
        (turned.status.as_u16(), turned.header("location")),
        (303, Some("/sign-in?return=%2Faccount"))
    );
    for path in FORMS {
        let turned = app.submit(&nobody(), path, "name=x&role=viewer").await;
        assert_eq!(turned.header("location"), Some("/sign-in?return=%2Faccount"), "{path}");
        let foreign = Request::post(path)
            .header(header::HOST, "localhost:3030")
            .header(header::ORIGIN, "https://evil.example")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(app.admin.0, &app.admin.1);
        let foreign = app.app.send(foreign.body(Body::from("name=x&role=admin")).unwrap()).await;
        assert_eq!(foreign.status.as_u16(), 403, "{path}");
    }
    assert!(listed(&app, &app.admin, "tokens").await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_is_changed_and_never_written_into_a_page() {
    let app = Guarded::new().await;
    let other = browser(&app.login("root@example.org", PASSWORD).await);
    let wrong =
        app.submit(&app.admin, "/account/password", "current=not+this+one&new=a+longer+sentence").await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(wrong.text().contains("id=\"current-error\""), "{}", wrong.text());
    let form = "current=a+short+sentence&new=tooshort";
    let short = app.submit(&app.admin, "/account/password", form).await;
    assert_eq!(short.status.as_u16(), 422);
    assert!(short.text().contains("id=\"new-error\""), "{}", short.text());
    for page in [&wrong, &short] {
        for secret in ["not this one", "a longer sentence", "value=\"a short sentence", "tooshort"] {
            assert!(!page.text().contains(secret), "{secret}: {}", page.text());
        }
    }
    assert_eq!(app.status(&other, "/leads").await, 200, "nothing was changed");
    let form = "current=a+short+sentence&new=a+longer+sentence";
    let done = app.submit(&app.admin, "/account/password", form).await;
    assert_eq!((done.status.as_u16(), done.header("location")), (303, Some("/account?done=password")));
    let page = app.get(&app.admin, "/account?done=password").await;
    assert!(page.text().contains("The password was changed"), "{}", page.text());
    assert_eq!((app.status(&app.admin, "/leads").await, app.status(&other, "/leads").await), (200, 303));
    assert_eq!(app.login("root@example.org", "a longer sentence").await.status.as_u16(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_are_ended_one_by_one_and_all_others_at_once() {
    let app = Guarded::new().await;
    let login = async || browser(&app.login("root@example.org", PASSWORD).await);
    let others = [login().await, login().await, login().await];
    let session = listed(&app, &others[0], "sessions").await;
    let id = session.iter().find(|one| one["current"] == true).unwrap()["id"].as_str().unwrap();
    let path = format!("/account/sessions/{id}/revoke");
    let page = app.get(&app.admin, "/account").await;
    assert!(page.text().contains(&format!("action=\"{path}\"")), "{}", page.text());
    let (_, eve) = app.person("eve@example.org", Role::Admin).await;
    app.submit(&eve, &path, "").await;
    assert_eq!(app.status(&others[0], "/leads").await, 200, "another's session is no one's business");
    for _ in 0..2 {
        let ended = app.submit(&app.admin, &path, "").await;
        assert_eq!(ended.header("location"), Some("/account?done=session"), "pressed twice is as once");
    }
    assert_eq!((app.status(&others[0], "/leads").await, app.status(&others[1], "/leads").await), (303, 200));
    let ended = app.submit(&app.admin, "/account/sessions/revoke", "").await;
    assert_eq!(ended.header("location"), Some("/account?done=sessions"));
    for (who, status) in [(&others[1], 303), (&others[2], 303), (&app.admin, 200), (&eve, 200)] {
        assert_eq!(app.status(who, "/leads").await, status);
    }
    let unknown = app.submit(&app.admin, "/account/sessions/x/revoke", "").await;
    assert_eq!(unknown.status.as_u16(), 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_secret_of_a_token_is_in_one_answer_alone() {
    let app = Guarded::new().await;
    let made = app.submit(&app.admin, "/account/tokens", "name=Reports&role=viewer&expiresInDays=30").await;
    assert_eq!((made.status.as_u16(), made.header("cache-control")), (201, Some("private, no-store")));
    let secret = made.text().split("id=\"secret\"").nth(1).unwrap().split("value=\"").nth(1).unwrap();
    let secret = secret.split('"').next().unwrap();
    assert_eq!(secret.len(), 43, "{}", made.text());
    assert_eq!(made.text().matches(secret).count(), 1);
    assert_eq!(app.status(&program(secret), "/api/businesses").await, 200);
    assert_eq!(
        app.post(&program(secret), "/api/jobs/retry-failed", serde_json::json!({})).await.status.as_u16(),
        403
    );
    let page = app.get(&app.admin, "/account").await;
    assert!(page.text().contains("Reports") && !page.text().contains(secret), "{}", page.text());
    assert_eq!(app.get(&app.admin, "/account/tokens").await.header("location"), Some("/account"));
    let id = listed(&app, &app.admin, "tokens").await[0]["id"].as_str().unwrap().to_owned();
    let ended = app.submit(&app.admin, &format!("/account/tokens/{id}/revoke"), "").await;
    assert_eq!(ended.header("location"), Some("/account?done=token"));
    assert_eq!(app.status(&program(secret), "/api/businesses").await, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_cannot_be_made_is_told_beside_its_field() {
    let app = Guarded::new().await;
    let (_, member) = app.person("me@example.org", Role::Member).await;
    for (form, wrong) in [
        ("name=&role=viewer&expiresInDays=90", "name-error"),
        ("name=x&role=viewer&expiresInDays=731", "expiresInDays-error"),
        ("name=x&role=viewer&expiresInDays=soon", "expiresInDays-error"),
        ("name=x&role=king", "role-error"),
    ] {
        let answer = app.submit(&member, "/account/tokens", form).await;
        assert_eq!(answer.status.as_u16(), 422, "{form}");
        assert_eq!(answer.text().matches("class=\"field__error\"").count(), 1, "{form}: {}", answer.text());
        assert!(answer.text().contains(&format!("id=\"{wrong}\"")), "{form}: {}", answer.text());
    }
    let typed =
        app.submit(&member, "/account/tokens", "name=%22%3E%3Cb%3E&role=viewer&expiresInDays=soon").await;
    assert!(typed.text().contains("value=\"&quot;&gt;&lt;b&gt;\""), "{}", typed.text());
    let more = app.submit(&member, "/account/tokens", "name=x&role=admin").await;
    assert_eq!(more.status.as_u16(), 403);
    assert!(more.text().contains("at most what you may"), "{}", more.text());
    assert!(listed(&app, &member, "tokens").await.is_empty());
}

#[tokio::test]
async fn where_nobody_signs_in_there_is_no_account() {
    let app = TestApp::new().await;
    let page = app.ask(Request::get("/account").header("accept", "text/html")).await;
    assert!(page.text().contains("asks nobody to sign in"), "{}", page.text());
    assert!(!page.text().contains("<form class=\"form\""), "{}", page.text());
}
