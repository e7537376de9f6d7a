//! The pairs that may be one: listed, and said to be two.

use contract::BusinessId;
use serde_json::{Value, json};
use store::{FoundPair, PairEvidence};

use crate::support::{TestApp, business, seed};

/// Three businesses, of which two pairs may be one.
async fn app() -> TestApp {
    let app = TestApp::new().await;
    let placed = |name: &str, latitude: f64| {
        let mut new = business(name, "Helsinki");
        (new.business.latitude, new.business.longitude) = (Some(latitude), Some(24.94));
        new
    };
    let new = vec![placed("Alpha", 60.17), placed("Alpha Oy", 60.18), business("Beta", "Helsinki")];
    seed(app.store(), new).await;
    let feature = |feature: &str| PairEvidence { feature: feature.to_owned(), value: 1.0, effect: 2.5 };
    let pair = |one, other, score| FoundPair {
        ids: (BusinessId(one), BusinessId(other)),
        score,
        features: vec![feature("phone"), feature("noLongerCompared")],
    };
    let mut tx = app.store().begin().await.unwrap();
    tx.keep_pairs(&[pair(2, 3, 0.3), pair(1, 2, 0.8)]).await.unwrap();
    tx.commit().await.unwrap();
    app
}

fn ids(page: &Value) -> Vec<(i64, i64)> {
    let pairs = page["data"].as_array().unwrap().iter();
    pairs.map(|pair| (pair["one"]["id"].as_i64().unwrap(), pair["other"]["id"].as_i64().unwrap())).collect()
}

#[tokio::test]
async fn the_likeliest_are_listed_first_with_what_made_their_score() {
    let app = app().await;
    let page = app.get("/api/businesses/pairs").await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text());
    let page = page.json();
    assert_eq!((ids(&page), &page["meta"]["total"]), (vec![(1, 2), (2, 3)], &json!(2)));
    let first = &page["data"][0];
    assert_eq!((&first["score"], &first["apartSince"]), (&json!(0.8), &Value::Null));
    assert!((1.0..1.3).contains(&first["distanceKm"].as_f64().unwrap()), "{first}");
    assert_eq!(page["data"][1]["distanceKm"], Value::Null);
    let [known, gone] = first["features"].as_array().unwrap().as_slice() else { panic!("{first}") };
    assert_eq!((&known["feature"], &known["effect"]), (&json!("phone"), &json!(2.5)));
    assert!(!known["about"].as_str().unwrap().is_empty(), "{known}");
    assert_eq!(gone["about"], "");
    let second = app.get("/api/businesses/pairs?limit=1&page=2").await.json();
    assert_eq!((ids(&second), &second["meta"]["totalPages"]), (vec![(2, 3)], &json!(2)));
    app.delete("/api/businesses/3", 1).await;
    assert_eq!(ids(&app.get("/api/businesses/pairs").await.json()), [(1, 2)]);
}

#[tokio::test]
async fn two_are_two_until_that_is_taken_back() {
    let app = app().await;
    let since = app.store().latest_seq().await.unwrap();
    for (id, other) in [(2, 1), (1, 2), (1, 3)] {
        let said = app.post(&format!("/api/businesses/{id}/apart"), json!({ "otherId": other })).await;
        assert_eq!((said.status.as_u16(), said.bytes.len()), (204, 0), "{}", said.text());
    }
    assert_eq!(app.events_since(since).await, Vec::<String>::new(), "no business changed");
    assert_eq!(ids(&app.get("/api/businesses/pairs").await.json()), [(2, 3)]);
    let apart = app.get("/api/businesses/pairs?apart=true").await.json();
    let mut told = ids(&apart);
    told.sort_unstable();
    assert_eq!(told, [(1, 2), (1, 3)]);
    assert!(apart["data"][0]["apartSince"].is_string(), "{apart}");
    for (path, status) in [("1/apart/2", 204), ("3/apart/1", 204), ("1/apart/3", 404), ("2/apart/3", 404)] {
        let answer = app.delete(&format!("/api/businesses/{path}"), 1).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text());
    }
    assert_eq!(ids(&app.get("/api/businesses/pairs").await.json()), [(1, 2), (2, 3)]);
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let app = app().await;
    let check = async |path: &str, body: Value, status: u16, field: Option<&str>| {
        let answer = app.post(path, body.clone()).await;
        let told = answer.json();
        let found = (answer.status.as_u16(), told["errors"][0]["field"].as_str());
        assert_eq!(found, (status, field), "{path} {body}: {told}");
    };
    let apart = "/api/businesses/1/apart";
    check(apart, json!({}), 422, Some("otherId")).await;
    check(apart, json!({ "otherId": "two" }), 400, Some("otherId")).await;
    check(apart, json!({ "otherId": 1 }), 422, Some("otherId")).await;
    check(apart, json!({ "otherId": 99 }), 422, Some("otherId")).await;
    check(apart, json!({ "otherId": 2, "force": true }), 400, Some("force")).await;
    check("/api/businesses/99/apart", json!({ "otherId": 1 }), 404, None).await;
    for (query, status, field) in [
        ("limit=0", 422, "limit"),
        ("limit=201", 422, "limit"),
        ("page=0", 422, "page"),
        ("page=1000001", 422, "page"),
        ("page=x", 400, "page"),
        ("apart=perhaps", 400, "apart"),
        ("order=name", 400, "order"),
    ] {
        let answer = app.get(&format!("/api/businesses/pairs?{query}")).await;
        let told = answer.json();
        let found = (answer.status.as_u16(), told["errors"][0]["field"].as_str());
        assert_eq!(found, (status, Some(field)), "{query}: {told}");
    }
}
