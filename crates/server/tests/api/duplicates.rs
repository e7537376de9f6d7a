//! Businesses that may be the same, and what a merge of them would leave.

use serde_json::{Value, json};

use crate::support::{TestApp, business, seed};

/// Two records of one café, and a garage next door.
async fn cafe(app: &TestApp) {
    let placed = |name: &str, latitude: f64, phone: &str| {
        let mut new = business(name, "Helsinki");
        let row = &mut new.business;
        (row.latitude, row.longitude) = (Some(latitude), Some(24.94));
        row.phone = Some(phone.to_owned());
        new.name_key = discovery::matching::name_key(name);
        new
    };
    let mut garage = placed("Autokorjaamo Nopea", 60.1701, "+35892222222");
    garage.business.category = Some("car_repair".to_owned());
    let mut second = placed("Kahvila Aurinko Oy", 60.1702, "+35893101691");
    second.business.email = Some("a@example.org".to_owned());
    seed(app.store(), vec![placed("Kahvila Aurinko", 60.17, "+35893101691"), garage, second]).await;
}

#[tokio::test]
async fn the_likely_ones_are_told_with_their_reason() {
    let app = TestApp::new().await;
    cafe(&app).await;
    let found = app.get("/api/businesses/1/duplicates").await;
    assert_eq!(found.status.as_u16(), 200, "{}", found.text());
    let found = found.json();
    let names: Vec<&Value> = found.as_array().unwrap().iter().map(|one| &one["business"]["name"]).collect();
    assert_eq!(names, [&json!("Kahvila Aurinko Oy")], "{found}");
    assert!(found[0]["score"].as_f64().unwrap() > 0.2 && found[0]["distanceKm"].as_f64().unwrap() < 0.1);
    assert!(found[0]["reason"].as_str().unwrap().contains("same phone number"), "{found}");
    assert_eq!(app.get("/api/businesses/2/duplicates").await.json(), json!([]));
    assert_eq!(app.get("/api/businesses/9/duplicates").await.status.as_u16(), 404);
}

#[tokio::test]
async fn a_preview_is_what_the_merge_leaves() {
    let app = TestApp::new().await;
    cafe(&app).await;
    let shown = app.get("/api/businesses/1/merge/3").await.json();
    assert_eq!((&shown["kept"]["email"], &shown["merged"]["email"]), (&Value::Null, &json!("a@example.org")));
    let merged = app.post("/api/businesses/1/merge", json!({ "otherId": 3 })).await.json();
    for field in ["name", "email", "phone", "tags", "sources", "notes", "contactCount"] {
        assert_eq!(shown["merged"][field], merged[field], "{field}");
    }
    let listed = app.get("/api/businesses/1/merges").await.json();
    assert_eq!(
        (&listed[0]["otherId"], &listed[0]["business"]["name"]),
        (&json!(3), &json!("Kahvila Aurinko Oy"))
    );
    for (path, status) in [("1/merge/1", 422), ("1/merge/3", 404), ("9/merge/1", 404), ("9/merges", 404)] {
        let answer = app.get(&format!("/api/businesses/{path}")).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
    }
    app.post("/api/businesses/1/unmerge", json!({})).await;
    assert_eq!(app.get("/api/businesses/1/merges").await.json(), json!([]));
}

#[tokio::test]
async fn a_merge_of_what_was_changed_meanwhile_is_not_made() {
    let app = TestApp::new().await;
    cafe(&app).await;
    app.patch("/api/businesses/3", 1, json!({ "email": "b@example.org" })).await;
    let since = app.store().latest_seq().await.unwrap();
    for (version, other) in [(1, 1), (2, 2)] {
        let body = json!({ "otherId": 3, "version": version, "otherVersion": other });
        let refused = app.post("/api/businesses/1/merge", body).await;
        assert_eq!(refused.status.as_u16(), 409, "{}", refused.text());
        assert!(refused.text().contains("changed since they were looked at"), "{}", refused.text());
    }
    assert_eq!(app.get("/api/businesses/3").await.status.as_u16(), 200);
    assert_eq!(app.events_since(since).await, Vec::<String>::new());
    let body = json!({ "otherId": 3, "version": 1, "otherVersion": 2 });
    assert_eq!(app.post("/api/businesses/1/merge", body).await.json()["email"], "b@example.org");
}
