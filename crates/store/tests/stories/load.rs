//! Loading many times the rows that are there.

use serde_json::json;
use store::Store;
use store::test_support::TestStore;

use crate::support::*;

/// How many indexes wait to be made.
async fn postponed(db: &TestStore) -> u64 {
    // A statement that changes every row without changing it counts them.
    db.store().execute_for_test("UPDATE postponed_indexes SET name = name").await.unwrap()
}

/// What lists answer that read the indexes of a load.
async fn assert_lists_answer(db: &TestStore) {
    assert_eq!(names(db, json!({"sort": "name"})).await, ["a", "b", "c", "d"]);
    assert_eq!(names(db, json!({"city": "oulu"})).await, ["a"]);
    assert_eq!(names(db, json!({"near": "60.0,25.0", "radiusKm": 1.0})).await, ["d"]);
    assert_eq!(names(db, json!({"sort": "-name"})).await, ["d", "c", "b", "a"]);
}

async fn load(db: &TestStore) {
    insert(db.store(), vec![with("a", |row| row.city = Some("Oulu".to_owned())), named("b"), named("c")])
        .await;
    insert(db.store(), vec![placed("d", 60.0, 25.0)]).await;
}

async fn lists_answer_during_a_load_and_after_it(db: TestStore) {
    db.store().prepare_load(1_000_000).await.unwrap();
    load(&db).await;
    assert_lists_answer(&db).await;
    db.store().finish_load().await.unwrap();
    assert_eq!(postponed(&db).await, 0);
    assert_lists_answer(&db).await;
}

async fn a_load_that_was_left_is_finished_later(db: TestStore) {
    db.store().prepare_load(1_000_000).await.unwrap();
    // Two loads at once leave an index once.
    db.store().prepare_load(1_000_000).await.unwrap();
    load(&db).await;
    let later = Store::open(db.config()).await.unwrap();
    later.finish_load().await.unwrap();
    assert_eq!(postponed(&db).await, 0);
    later.prepare_load(1_000_000).await.unwrap();
    later.finish_load().await.unwrap();
    later.close().await.unwrap();
    assert_lists_answer(&db).await;
}

async fn a_small_load_postpones_nothing(db: TestStore) {
    load(&db).await;
    db.store().prepare_load(39).await.unwrap();
    assert_eq!(postponed(&db).await, 0);
}

store::stories!(
    lists_answer_during_a_load_and_after_it,
    a_load_that_was_left_is_finished_later,
    a_small_load_postpones_nothing,
);

mod sqlite_only {
    use store::{LookupKey, NewBusiness, test_support};

    use super::*;

    fn key(name_key: &str, phones: &[&str], domain: Option<&str>) -> LookupKey {
        LookupKey {
            source: "csv".to_owned(),
            source_id: "1".to_owned(),
            name_key: name_key.to_owned(),
            location: None,
            phones: phones.iter().map(|phone| (*phone).to_owned()).collect(),
            domain: domain.map(str::to_owned),
        }
    }

    #[tokio::test]
    async fn many_times_the_rows_postpone_indexes() {
        let db = test_support::sqlite().await;
        load(&db).await;
        db.store().prepare_load(40).await.unwrap();
        assert_eq!(postponed(&db).await, 8);
        db.store().finish_load().await.unwrap();
        assert_eq!(postponed(&db).await, 0);
        assert_lists_answer(&db).await;
    }

    #[tokio::test]
    async fn whoever_looks_for_what_is_known_makes_its_indexes() {
        let db = test_support::sqlite().await;
        let loaded = db.store().prepare_load(1_000_000).await.unwrap().unwrap();
        load(&db).await;
        let mut tx = db.store().begin().await.unwrap();
        let keys = [key("a", &[], None)];
        assert_eq!(tx.known_in_load(&keys, &loaded).await.unwrap(), [], "those keys were there before");
        assert_eq!(tx.known_businesses(&keys).await.unwrap().len(), 1);
        tx.commit().await.unwrap();
        assert_eq!(postponed(&db).await, 5);
    }

    #[tokio::test]
    async fn a_load_knows_what_indexes_would_find() {
        let db = test_support::sqlite().await;
        let business = |number: usize| NewBusiness {
            domain: (!number.is_multiple_of(2)).then(|| format!("{}.com", number % 6)),
            ..with(&format!("n{}", number % 10), |row| row.phone = Some(format!("+{}", number % 7)))
        };
        insert(db.store(), (0..30).map(business).collect()).await;
        let mut loaded = db.store().prepare_load(1_000_000).await.unwrap().unwrap();
        let mut tx = db.store().begin().await.unwrap();
        for batch in 1..5 {
            let new = (30 * batch..30 * (batch + 1)).map(business).collect();
            let numbered = tx.number_businesses(new).await.unwrap();
            tx.insert_numbered(&numbered).await.unwrap();
            loaded.add(&numbered);
        }
        let mut changed = tx.known_in_load(&[key("n3", &[], None)], &loaded).await.unwrap();
        changed.truncate(1);
        changed[0].business.phone = Some("+1555".to_owned());
        loaded.add_changed(&changed);
        tx.update_businesses(changed).await.unwrap();
        let asked = [
            key("n3", &[], None),
            key("", &["+1", "+1555"], None),
            key("n9", &["+2"], Some("5.com")),
            key("nobody", &["+77"], Some("7.com")),
        ];
        let mut known = Vec::new();
        for key in &asked {
            known.push(tx.known_in_load(std::slice::from_ref(key), &loaded).await.unwrap());
        }
        tx.commit().await.unwrap();
        assert_eq!(postponed(&db).await, 8, "no index was needed");
        let mut tx = db.store().begin().await.unwrap();
        for (key, known) in asked.iter().zip(known) {
            assert_eq!(known, tx.known_businesses(std::slice::from_ref(key)).await.unwrap(), "{key:?}");
        }
    }
}
