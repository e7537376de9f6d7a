//! How the pages are laid out: each person's own choice.

use axum::body::Body;
use axum::http::{Method, Request, header};
use contract::Role;
use serde_json::{Value, json};

use crate::support::guarded::{Guarded, Visitor, nobody};
use crate::support::{Answer, TestApp};

const PATH: &str = "/api/appearance";

async fn change(app: &TestApp, who: Option<&Visitor>, body: Value) -> Answer {
    let mut request = Request::builder()
        .method(Method::PATCH)
        .uri(PATH)
        .header(header::HOST, "localhost:3030")
        .header(header::CONTENT_TYPE, "application/merge-patch+json");
    if let Some(who) = who {
        request = request.header(who.0, &who.1);
    }
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// An appearance in which nothing was chosen but this.
fn appearance(chosen: Value) -> Value {
    let mut whole = json!({ "columns": null, "theme": null });
    for (name, value) in chosen.as_object().unwrap() {
        whole[name] = value.clone();
    }
    whole
}

#[tokio::test]
async fn columns_and_a_theme_are_chosen_and_taken_back() {
    let app = TestApp::new().await;
    for (name, value) in [("columns", "phone,city"), ("theme", "dark")] {
        assert_eq!(app.get(PATH).await.json(), appearance(json!({})));
        let chosen = change(&app, None, json!({ name: value })).await;
        assert_eq!((chosen.status.as_u16(), chosen.json()), (200, appearance(json!({ name: value }))));
        let same = change(&app, None, json!({})).await;
        assert_eq!(same.json(), appearance(json!({ name: value })), "what is absent stays");
        assert_eq!(app.get(PATH).await.json(), appearance(json!({ name: value })));
        let back = change(&app, None, json!({ name: null })).await;
        assert_eq!(back.json(), appearance(json!({})));
    }
}

#[tokio::test]
async fn a_theme_leaves_the_columns_as_they_are_and_they_leave_it() {
    let app = TestApp::new().await;
    change(&app, None, json!({ "columns": "city" })).await;
    for theme in ["light", "dark", "system"] {
        let both = json!({ "columns": "city", "theme": theme });
        assert_eq!(change(&app, None, json!({ "theme": theme })).await.json(), both);
    }
    let both = json!({ "columns": "tags", "theme": "system" });
    assert_eq!(change(&app, None, json!({ "columns": "tags" })).await.json(), both);
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let app = TestApp::new().await;
    let check = async |body: Value, field: &str| {
        let answer = change(&app, None, body.clone()).await;
        let told = answer.json();
        let found = (answer.status.as_u16(), told["errors"][0]["field"].as_str());
        assert_eq!(found, (400, Some(field)), "{body}: {told}");
    };
    check(json!({ "columns": "colour" }), "columns").await;
    check(json!({ "columns": "city,city" }), "columns").await;
    check(json!({ "columns": "" }), "columns").await;
    check(json!({ "columns": ["city"] }), "columns").await;
    check(json!({ "theme": "sepia" }), "theme").await;
    check(json!({ "theme": "Dark" }), "theme").await;
    check(json!({ "theme": true }), "theme").await;
    check(json!({ "columns": "city", "theme": "" }), "theme").await;
    check(json!({ "colour": "red" }), "colour").await;
    assert_eq!(app.get(PATH).await.json(), appearance(json!({})));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_choice_is_each_persons_own_whatever_their_role() {
    let app = Guarded::new().await;
    let (_, viewer) = app.person("vi@example.org", Role::Viewer).await;
    let own = json!({ "columns": "tags", "theme": "light" });
    let chosen = change(&app.app, Some(&viewer), own.clone()).await;
    assert_eq!(chosen.status.as_u16(), 200, "{}", chosen.text());
    assert_eq!(app.get(&app.admin, PATH).await.json(), appearance(json!({})));
    assert_eq!(app.get(&viewer, PATH).await.json(), own);
    for body in [json!({ "columns": "city" }), json!({ "theme": "dark" })] {
        assert_eq!(change(&app.app, Some(&nobody()), body).await.status.as_u16(), 401);
    }
}

/// What the documents at these paths say of the theme, before any script runs.
async fn themes(app: &Guarded, who: &Visitor) -> Vec<Option<String>> {
    let mut found = Vec::new();
    for path in ["/", "/leads", "/account", "/settings", "/nowhere"] {
        let page = app.get(who, path).await;
        let root =
            page.text().split_once("<html").and_then(|(_, rest)| rest.split_once('>')).unwrap().0.to_owned();
        let theme = root.split_once("data-theme=\"").and_then(|(_, rest)| rest.split_once('"'));
        found.push(theme.map(|(theme, _)| theme.to_owned()));
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_document_has_the_theme_of_its_reader_from_the_start() {
    let app = Guarded::new().await;
    let (_, viewer) = app.person("vi@example.org", Role::Viewer).await;
    assert_eq!(themes(&app, &viewer).await, vec![None; 5], "the browser's own choice holds");
    for theme in ["dark", "light", "system"] {
        change(&app.app, Some(&viewer), json!({ "theme": theme })).await;
        assert_eq!(themes(&app, &viewer).await, vec![Some(theme.to_owned()); 5]);
        assert_eq!(themes(&app, &app.admin).await, vec![None; 5], "theirs is another's");
    }
    change(&app.app, Some(&viewer), json!({ "theme": "dark" })).await;
    let page = app.get(&viewer, "/leads").await;
    assert!(page.text().contains("name=\"color-scheme\" content=\"dark\""), "{}", page.text());
    let entrance = app.get(&nobody(), "/sign-in").await;
    assert!(!entrance.text().contains("data-theme"), "{}", entrance.text());
}

#[tokio::test]
async fn a_saved_view_keeps_its_columns_and_a_list_answers_whole_businesses_with_them() {
    let app = TestApp::new().await;
    crate::support::seed(app.store(), vec![crate::support::business("Warm", "Espoo")]).await;
    let view =
        app.post("/api/views", json!({ "name": "Calls", "query": "columns=phone%2Ccity&city=Espoo" })).await;
    assert_eq!(view.json()["query"], "city=Espoo&columns=phone%2Ccity");
    let page = app.get("/api/businesses?columns=phone").await.json();
    assert_eq!((&page["data"][0]["name"], &page["data"][0]["city"]), (&json!("Warm"), &json!("Espoo")));
    let wrong = app.get("/api/businesses?columns=colour").await;
    assert_eq!((wrong.status.as_u16(), wrong.json()["errors"][0]["field"].as_str()), (400, Some("columns")));
}
