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

#[tokio::test]
async fn columns_are_chosen_and_taken_back() {
    let app = TestApp::new().await;
    assert_eq!(app.get(PATH).await.json(), json!({ "columns": null }));
    let chosen = change(&app, None, json!({ "columns": "phone,city" })).await;
    assert_eq!((chosen.status.as_u16(), chosen.json()), (200, json!({ "columns": "phone,city" })));
    let same = change(&app, None, json!({})).await;
    assert_eq!(same.json(), json!({ "columns": "phone,city" }), "what is absent stays");
    assert_eq!(app.get(PATH).await.json(), json!({ "columns": "phone,city" }));
    let back = change(&app, None, json!({ "columns": null })).await;
    assert_eq!(back.json(), json!({ "columns": null }));
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
    check(json!({ "theme": "dark" }), "theme").await;
    assert_eq!(app.get(PATH).await.json(), json!({ "columns": null }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_choice_is_each_persons_own_whatever_their_role() {
    let app = Guarded::new().await;
    let (_, viewer) = app.person("vi@example.org", Role::Viewer).await;
    let chosen = change(&app.app, Some(&viewer), json!({ "columns": "tags" })).await;
    assert_eq!(chosen.status.as_u16(), 200, "{}", chosen.text());
    assert_eq!(app.get(&app.admin, PATH).await.json(), json!({ "columns": null }));
    assert_eq!(app.get(&viewer, PATH).await.json(), json!({ "columns": "tags" }));
    assert_eq!(change(&app.app, Some(&nobody()), json!({ "columns": "city" })).await.status.as_u16(), 401);
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
