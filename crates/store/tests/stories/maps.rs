//! Maps of lists: spots instead of businesses, however many there are.

use contract::map::{BusinessMap, MapQuery, Spot};
use contract::{BoundingBox, EnrichmentStatus};
use serde_json::json;
use store::test_support::TestStore;

use crate::support::*;

async fn map(db: &TestStore, question: serde_json::Value) -> BusinessMap {
    let query: MapQuery = serde_json::from_value(question).unwrap();
    query.validate().unwrap();
    db.store().business_map(&query).await.unwrap()
}

/// How many are in each spot, and the name of who is alone there.
fn told(map: &BusinessMap) -> Vec<(u64, String)> {
    let name = |spot: &Spot| spot.business.as_ref().map(|one| one.name.clone()).unwrap_or_default();
    map.spots.iter().map(|spot| (spot.count, name(spot))).collect()
}

fn spots(expect: &[(u64, &str)]) -> Vec<(u64, String)> {
    expect.iter().map(|(count, name)| (*count, (*name).to_owned())).collect()
}

async fn what_lies_close_together_is_one_spot(db: TestStore) {
    let lonely = with("Far away", |row| {
        (row.latitude, row.longitude) = (Some(61.5), Some(23.8));
        row.phone = Some("+358312345".to_owned());
        row.phone_display = Some("03 12345".to_owned());
        row.enrichment_status = EnrichmentStatus::Failed;
    });
    let rows = vec![
        placed("A", 60.17, 24.94),
        placed("B", 60.1701, 24.9401),
        lonely,
        named("Nowhere"),
        with("Half", |row| row.latitude = Some(60.0)),
    ];
    let stored = insert(db.store(), rows).await;
    let all = map(&db, json!({})).await;
    assert_eq!((all.total, all.unplaced, told(&all)), (5, 2, spots(&[(2, ""), (1, "Far away")])));
    let far = all.spots[1].business.as_ref().unwrap();
    let expect = (stored[2].id, EnrichmentStatus::Failed, Some("+358312345"), Some("03 12345"));
    assert_eq!((far.id, far.enrichment_status, far.phone.as_deref(), far.phone_display.as_deref()), expect);
    assert_eq!((all.spots[1].latitude, all.spots[1].longitude), (61.5, 23.8));
    let both = &all.spots[0];
    assert_eq!(both.bounds, "24.94,60.17,24.9401,60.1701".parse::<BoundingBox>().unwrap());
    assert_eq!((both.latitude, both.longitude), (60.170_05, 24.940_05));
    let within = all.within.unwrap();
    let reaches = |low: f64, high: f64, from: f64, to: f64| low < from && high > to;
    assert!(
        reaches(within.south, within.north, 60.17, 61.5) && reaches(within.west, within.east, 23.8, 24.9401)
    );
    // Closer by, each is alone.
    let near = map(&db, json!({"within": "24.9399,60.1699,24.9402,60.1702"})).await;
    assert_eq!((near.total, told(&near)), (5, spots(&[(1, "A"), (1, "B")])));
}

async fn a_map_shows_what_the_filter_selects(db: TestStore) {
    let of = |name: &str, city: &str, latitude: f64| {
        with(name, |row| {
            (row.latitude, row.longitude) = (Some(latitude), Some(25.0));
            row.city = Some(city.to_owned());
        })
    };
    let unplaced = with("C", |row| row.city = Some("Espoo".to_owned()));
    insert(db.store(), vec![of("A", "Espoo", 60.1), of("B", "Vantaa", 60.3), unplaced]).await;
    let espoo = map(&db, json!({"city": "espoo"})).await;
    assert_eq!((espoo.total, espoo.unplaced, told(&espoo)), (2, 1, spots(&[(1, "A")])));
    let words = map(&db, json!({"search": "vantaa"})).await;
    assert_eq!((words.total, words.unplaced, told(&words)), (1, 0, spots(&[(1, "B")])));
    // A circle and the list's own box select by place: what has none is not in them.
    let circle = map(&db, json!({"near": "60.1,25", "radiusKm": "10"})).await;
    assert_eq!((circle.total, circle.unplaced, told(&circle)), (1, 0, spots(&[(1, "A")])));
    let area = map(&db, json!({"bbox": "24,60.2,26,61"})).await;
    assert_eq!((area.total, area.unplaced, told(&area)), (1, 0, spots(&[(1, "B")])));
    let beside = map(&db, json!({"near": "60.1,25", "radiusKm": "10", "within": "10,10,11,11"})).await;
    assert_eq!((beside.total, told(&beside)), (1, Vec::new()));
    let none = map(&db, json!({"city": "Turku"})).await;
    assert_eq!(none, BusinessMap { within: None, total: 0, unplaced: 0, spots: vec![] });
}

async fn thousands_in_one_place_are_one_spot_and_the_answer_stays_small(db: TestStore) {
    let mut rows: Vec<_> = (0..1500).map(|n| placed(&format!("Tower {n}"), 60.1703, 24.9407)).collect();
    // A grid of 40 by 40 around them.
    rows.extend((0..1600).map(|n| {
        placed(&format!("Street {n}"), 60.0 + f64::from(n / 40) * 0.01, 24.5 + f64::from(n % 40) * 0.02)
    }));
    insert(db.store(), rows).await;
    let all = map(&db, json!({"across": "8"})).await;
    assert!(all.spots.len() <= 8 * 12, "{} spots", all.spots.len());
    assert_eq!(all.spots.iter().map(|spot| spot.count).sum::<u64>(), 3100);
    let tower = map(&db, json!({"within": "24.9406,60.1702,24.9408,60.1704"})).await;
    assert_eq!(told(&tower), spots(&[(1500, "")]));
    assert_eq!(tower.spots[0].bounds, "24.9407,60.1703,24.9407,60.1703".parse::<BoundingBox>().unwrap());
    assert_eq!((tower.spots[0].latitude, tower.spots[0].longitude), (60.1703, 24.9407));
    let circle = map(&db, json!({"near": "60.1703,24.9407", "radiusKm": "0.02"})).await;
    assert_eq!((circle.total, circle.spots.len()), (1500, 1));
}

async fn fifty_thousand_in_one_place_are_one_spot(db: TestStore) {
    insert(db.store(), vec![placed("Tower", 60.1703, 24.9407)]).await;
    assert_eq!(db.store().copy_businesses_for_test(49_999).await.unwrap(), 49_999);
    let bounds = "24.9407,60.1703,24.9407,60.1703".parse::<BoundingBox>().unwrap();
    let questions =
        [json!({}), json!({"within": "24,60,25,61"}), json!({"near": "60.1703,24.9407", "radiusKm": "0.02"})];
    for question in questions {
        let all = map(&db, question.clone()).await;
        assert_eq!((all.total, all.unplaced, told(&all)), (50_000, 0, spots(&[(50_000, "")])), "{question}");
        let spot = &all.spots[0];
        assert_eq!((spot.latitude, spot.longitude, spot.bounds), (60.1703, 24.9407, bounds), "{question}");
    }
}

async fn a_map_over_the_antimeridian_has_both_sides(db: TestStore) {
    insert(
        db.store(),
        vec![placed("West", -16.5, 179.9), placed("East", -16.5, -179.9), placed("Off", -16.5, 0.0)],
    )
    .await;
    let fiji = map(&db, json!({"within": "179,-17,-179,-16"})).await;
    let mut names: Vec<_> = told(&fiji).into_iter().map(|(_, name)| name).collect();
    names.sort_unstable();
    assert_eq!((fiji.total, names.join(" ").as_str()), (3, "East West"));
}

store::stories!(
    what_lies_close_together_is_one_spot,
    a_map_shows_what_the_filter_selects,
    thousands_in_one_place_are_one_spot_and_the_answer_stays_small,
    fifty_thousand_in_one_place_are_one_spot,
    a_map_over_the_antimeridian_has_both_sides,
);
