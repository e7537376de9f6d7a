//! Lists by place.

use contract::{BusinessQuery, GeoPoint};
use serde_json::json;
use store::test_support::TestStore;

use crate::support::*;

/// Numbers that look random and are the same in every run.
fn spread(seed: u64) -> impl FnMut(f64, f64) -> f64 {
    let mut state = seed;
    move |low, high| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        low + (high - low) * ((state >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

async fn scatter(db: &TestStore, count: usize, around: GeoPoint, degrees: f64) -> Vec<contract::Business> {
    let mut random = spread(7);
    let rows = (0..count).map(|number| {
        let latitude = (around.latitude + random(-degrees, degrees)).clamp(-90.0, 90.0);
        let longitude = around.longitude + random(-degrees, degrees);
        let wrapped = (longitude + 540.0).rem_euclid(360.0) - 180.0;
        placed(&format!("p{number}"), latitude, wrapped)
    });
    insert(db.store(), rows.collect()).await
}

async fn a_radius_is_exact(db: TestStore) {
    for (latitude, longitude) in [(60.1699, 24.9384), (0.0, 179.99), (-89.9, 10.0)] {
        let centre = point(latitude, longitude);
        let rows = scatter(&db, 400, centre, 0.3).await;
        for radius_km in [0.5, 5.0, 17.0] {
            let mut expect: Vec<_> = rows
                .iter()
                .map(|row| (centre.distance_km(row.location().unwrap()), row.name.clone()))
                .filter(|(km, _)| *km <= radius_km)
                .collect();
            expect.sort_by(|a, b| a.0.total_cmp(&b.0));
            let expect: Vec<_> = expect.into_iter().map(|(_, name)| name).collect();
            let query = BusinessQuery {
                near: Some(centre),
                radius_km: Some(radius_km),
                limit: Some(50),
                ..BusinessQuery::default()
            };
            assert_eq!(names_by_page(&db, query.clone()).await, expect, "{centre} {radius_km}");
            assert_eq!(names_by_cursor(&db, query.clone()).await, expect, "{centre} {radius_km}");
            let total = db.store().list_businesses(&query).await.unwrap().meta.total;
            assert_eq!(total, expect.len() as u64);
        }
    }
}

async fn the_nearest_come_first_without_a_radius(db: TestStore) {
    let centre = point(60.0, 24.0);
    let mut rows = scatter(&db, 150, centre, 20.0).await;
    insert_named(&db, &["nowhere"]).await;
    rows.sort_by(|a, b| {
        let km = |row: &contract::Business| centre.distance_km(row.location().unwrap());
        km(a).total_cmp(&km(b))
    });
    let mut expect: Vec<_> = rows.into_iter().map(|row| row.name).collect();
    expect.push("nowhere".to_owned());
    let query = BusinessQuery { near: Some(centre), limit: Some(20), ..BusinessQuery::default() };
    assert_eq!(names_by_page(&db, query.clone()).await, expect);
    assert_eq!(names_by_cursor(&db, query.clone()).await, expect);
    let farthest = BusinessQuery { sort: Some("-distance".parse().unwrap()), ..query };
    expect.reverse();
    assert_eq!(names_by_cursor(&db, farthest).await, expect);
}

async fn a_box_holds_its_edges_and_crosses_the_antimeridian(db: TestStore) {
    insert(
        db.store(),
        vec![
            placed("west", -17.0, 179.5),
            placed("east", -17.0, -179.5),
            placed("edge", -16.0, 179.0),
            placed("north", -15.9, 179.5),
            placed("greenwich", -17.0, 0.0),
            named("nowhere"),
        ],
    )
    .await;
    let check = async |bbox: &str, expect: &[&str]| {
        let found = names(&db, json!({"bbox": bbox, "sort": "name"})).await;
        assert_eq!(found, expect, "{bbox}");
    };
    check("179,-18,-179,-16", &["east", "edge", "west"]).await;
    check("-180,-18,180,-16", &["east", "edge", "greenwich", "west"]).await;
    check("-1,-18,1,-16", &["greenwich"]).await;
    check("-180,-90,180,90", &["east", "edge", "greenwich", "north", "west"]).await;
    check("10,10,20,20", &[]).await;
}

async fn a_radius_goes_with_other_filters_and_orders(db: TestStore) {
    insert(
        db.store(),
        vec![
            with("b near", |row| (row.latitude, row.longitude, row.chain) = (Some(60.0), Some(24.001), true)),
            with("a near", |row| (row.latitude, row.longitude, row.chain) = (Some(60.0), Some(24.002), true)),
            placed("c near", 60.0, 24.0),
            with("far", |row| (row.latitude, row.longitude, row.chain) = (Some(61.0), Some(24.0), true)),
        ],
    )
    .await;
    let filter = json!({"near": "60,24", "radiusKm": 1, "chain": true, "sort": "name"});
    assert_eq!(names(&db, filter).await, ["a near", "b near"]);
    let filter = json!({"near": "60,24", "radiusKm": 1, "search": "near", "sort": "-distance"});
    assert_eq!(names(&db, filter).await, ["a near", "b near", "c near"]);
    let filter = json!({"near": "60,24", "sort": "name", "chain": false});
    assert_eq!(names(&db, filter).await, ["c near"], "near alone selects nothing away");
}

store::stories!(
    a_radius_is_exact,
    the_nearest_come_first_without_a_radius,
    a_box_holds_its_edges_and_crosses_the_antimeridian,
    a_radius_goes_with_other_filters_and_orders,
);
