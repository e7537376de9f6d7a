//! What a business is compared with to find its duplicates.

use contract::{Business, BusinessId};
use store::NewBusiness;
use store::test_support::TestStore;

use crate::support::*;

async fn similar(db: &TestStore, id: BusinessId) -> Vec<String> {
    let similar = db.store().similar_businesses(id).await.unwrap().unwrap();
    assert_eq!(similar.business.business.id, id);
    similar.others.into_iter().map(|other| other.business.name).collect()
}

fn reached(name: &str, latitude: f64, change: impl FnOnce(&mut Business)) -> NewBusiness {
    let mut new = placed(name, latitude, 25.0);
    change(&mut new.business);
    new
}

async fn a_business_is_compared_with_those_next_door_and_its_namesakes(db: TestStore) {
    let rows = insert(
        db.store(),
        vec![
            placed("Alpha", 60.0, 25.0),
            placed("Next door", 60.001, 25.0),
            placed("Alpha", 60.2, 25.3),
            named("Alpha"),
            placed("Two streets on", 60.01, 25.0),
            placed("Alpha", 61.0, 25.0),
        ],
    )
    .await;
    assert_eq!(similar(&db, rows[0].id).await, ["Next door", "Alpha", "Alpha"]);
    assert_eq!(
        similar(&db, rows[3].id).await,
        ["Alpha", "Alpha", "Alpha"],
        "a place that is not known fits all"
    );
    assert_eq!(db.store().similar_businesses(BusinessId(77)).await.unwrap(), None);
}

async fn what_is_reached_alike_in_town_is_compared(db: TestStore) {
    let phone = |row: &mut Business| row.phone = Some("+358111".into());
    let email = |row: &mut Business| row.email = Some("a@example.org".into());
    let both = |row: &mut Business| {
        phone(row);
        email(row);
    };
    let mut site = reached("Site", 60.025, |_| {});
    site.domain = Some("example.org".into());
    let mut first = reached("Alpha", 60.0, both);
    first.domain = Some("example.org".into());
    let rows = insert(
        db.store(),
        vec![
            first,
            reached("Beta", 60.02, phone),
            reached("Gamma", 60.03, email),
            site,
            reached("Far", 60.2, both),
        ],
    )
    .await;
    assert_eq!(similar(&db, rows[0].id).await, ["Beta", "Gamma", "Site"]);
    assert_eq!(similar(&db, rows[1].id).await, ["Alpha"]);
}

async fn without_a_place_the_town_and_a_word_count(db: TestStore) {
    let town = |name: &str, city: &str| {
        with(name, |row| (row.city, row.phone) = (Some(city.into()), Some("+358111".into())))
    };
    let rows = insert(
        db.store(),
        vec![
            named("Kahvila Aurinkoinen"),
            placed("Aurinkoinen Oy", 60.0, 25.0),
            named("Aurinkoinen"),
            named("Kahvila"),
            town("Alpha", "Oulu"),
            town("Beta", "OULU"),
            town("Gamma", "Kemi"),
        ],
    )
    .await;
    assert_eq!(similar(&db, rows[0].id).await, ["Aurinkoinen Oy", "Aurinkoinen"]);
    assert_eq!(similar(&db, rows[1].id).await, ["Kahvila Aurinkoinen", "Aurinkoinen"]);
    assert_eq!(similar(&db, rows[4].id).await, ["Beta"]);
}

store::stories!(
    a_business_is_compared_with_those_next_door_and_its_namesakes,
    what_is_reached_alike_in_town_is_compared,
    without_a_place_the_town_and_a_word_count,
);
