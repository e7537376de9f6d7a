//! The pages of everybody's accounts.

use axum::http::Request;
use contract::Role;
use serde_json::Value;

use crate::support::TestApp;
use crate::support::guarded::{Guarded, PASSWORD, browser, nobody};

const NEW: &str = "name=Mia&email=Mia%40example.org&role=member&password=a+first+sentence";

async fn user(app: &Guarded, email: &str) -> Value {
    let users = app.get(&app.admin, "/api/users").await.json();
    let found = users.as_array().unwrap().iter().find(|user| user["email"] == email);
    found.cloned().unwrap_or(Value::Null)
}

/// The body of the form as the page shows it, with other values for some fields.
fn change(seen: &Value, name: &str, role: &str, sign_in: &str, password: &str) -> String {
    let was = if seen["disabled"] == true { "no" } else { "yes" };
    let pairs = [
        ("name", name),
        ("role", role),
        ("signIn", sign_in),
        ("password", password),
        ("seenName", seen["name"].as_str().unwrap()),
        ("seenRole", seen["role"].as_str().unwrap()),
        ("seenSignIn", was),
    ];
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_admins_see_the_accounts_and_change_them() {
    let app = Guarded::new().await;
    let (id, member) = app.person("me@example.org", Role::Member).await;
    let one = format!("/users/{id}");
    for path in ["/users", one.as_str()] {
        let turned = app.get(&nobody(), path).await;
        assert!(turned.header("location").unwrap().starts_with("/sign-in?return="), "{path}");
        let refused = app.get(&member, path).await;
        assert_eq!(refused.status.as_u16(), 403, "{path}");
        assert!(refused.text().contains("needs the role admin"), "{}", refused.text());
        assert!(!refused.text().contains("root@example.org"), "{}", refused.text());
        assert_eq!(app.status(&app.admin, path).await, 200, "{path}");
    }
    let raise = change(&user(&app, "me@example.org").await, "Me", "admin", "yes", "");
    for (path, form) in [("/users", NEW), (one.as_str(), raise.as_str()), (&format!("{one}/delete"), "")] {
        assert_eq!(app.submit(&member, path, form).await.status.as_u16(), 403, "{path}");
    }
    for (who, leads_there) in [(&app.admin, true), (&member, false)] {
        let account = app.get(who, "/account").await;
        assert_eq!(account.text().contains("href=\"/users\""), leads_there, "{}", account.text());
    }
    assert_eq!(user(&app, "me@example.org").await["role"], "member");
    assert_eq!(user(&app, "mia@example.org").await, Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_added_and_what_is_wrong_stands_beside_its_field() {
    let app = Guarded::new().await;
    let wrong = app.submit(&app.admin, "/users", "name=&email=mia&role=king&password=tooshort").await;
    assert_eq!(wrong.status.as_u16(), 422);
    assert!(
        wrong.text().contains("id=\"role-error\"") && !wrong.text().contains("tooshort"),
        "{}",
        wrong.text()
    );
    let wrong = app.submit(&app.admin, "/users", "name=&email=mia&role=viewer&password=tooshort").await;
    for field in ["name", "email", "password"] {
        assert!(wrong.text().contains(&format!("id=\"{field}-error\"")), "{field}: {}", wrong.text());
    }
    assert!(wrong.text().contains("value=\"mia\"") && !wrong.text().contains("tooshort"), "{}", wrong.text());
    let made = app.submit(&app.admin, "/users", NEW).await;
    assert_eq!((made.status.as_u16(), made.header("location")), (303, Some("/users?done=added")));
    let list = app.get(&app.admin, "/users?done=added").await;
    assert!(
        list.text().contains("The account was made") && list.text().contains("mia@example.org"),
        "{}",
        list.text()
    );
    assert_eq!(app.login("mia@example.org", "a first sentence").await.status.as_u16(), 200);
    let twice = app.submit(&app.admin, "/users", NEW).await;
    assert_eq!(twice.status.as_u16(), 409);
    assert!(twice.text().contains("has an account already"), "{}", twice.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_was_touched_is_changed() {
    let app = Guarded::new().await;
    let (id, member) = app.person("me@example.org", Role::Member).await;
    let seen = user(&app, "me@example.org").await;
    let path = format!("/users/{id}");
    let form = change(&seen, "me@example.org", "viewer", "yes", "");
    assert_eq!(app.submit(&app.admin, &path, &form).await.header("location"), Some("/users?done=changed"));
    // Made of the same page, which shows the role as it was before.
    let form = change(&seen, "Mia", "member", "yes", "");
    app.submit(&app.admin, &path, &form).await;
    let now = user(&app, "me@example.org").await;
    assert_eq!((&now["name"], &now["role"]), (&Value::from("Mia"), &Value::from("viewer")));
    assert_eq!(app.status(&member, "/leads").await, 200);
    app.submit(&app.admin, &path, &change(&now, "Mia", "viewer", "yes", "another sentence")).await;
    assert_eq!(app.status(&member, "/leads").await, 303, "another password signs out");
    let again = browser(&app.login("me@example.org", "another sentence").await);
    app.submit(&app.admin, &path, &change(&now, "Mia", "viewer", "no", "")).await;
    assert_eq!(app.status(&again, "/leads").await, 303);
    assert!(app.get(&app.admin, "/users").await.text().contains("May not sign in"));
    let short = app.submit(&app.admin, &path, &change(&now, "Mia", "viewer", "no", "tooshort")).await;
    assert_eq!(short.status.as_u16(), 422);
    assert!(
        short.text().contains("id=\"password-error\"") && !short.text().contains("tooshort"),
        "{}",
        short.text()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_is_always_left() {
    let app = Guarded::new().await;
    let root = user(&app, "root@example.org").await;
    let path = format!("/users/{}", root["id"].as_str().unwrap());
    for (path, form) in [
        (path.clone(), change(&root, "Root", "member", "yes", "")),
        (path.clone(), change(&root, "Root", "admin", "no", "")),
        (format!("{path}/delete"), String::new()),
    ] {
        let refused = app.submit(&app.admin, &path, &form).await;
        assert_eq!(refused.status.as_u16(), 409, "{form}");
        assert!(
            refused.text().contains("This is the last admin; make another one first."),
            "{}",
            refused.text()
        );
    }
    let (_, other) = app.person("second@example.org", Role::Admin).await;
    let gone = app.submit(&app.admin, &format!("{path}/delete"), "").await;
    assert_eq!(gone.header("location"), Some("/users?done=deleted"));
    assert_eq!((app.status(&app.admin, "/users").await, app.status(&other, "/users").await), (303, 200));
    assert_eq!(app.get(&other, &path).await.status.as_u16(), 404);
    assert_eq!(app.login("root@example.org", PASSWORD).await.status.as_u16(), 401);
}

#[tokio::test]
async fn where_nobody_signs_in_there_are_no_accounts() {
    let app = TestApp::new().await;
    let page = app.ask(Request::get("/users").header("accept", "text/html")).await;
    assert_eq!(page.status.as_u16(), 409);
    assert!(page.text().contains("asks nobody to sign in"), "{}", page.text());
}
