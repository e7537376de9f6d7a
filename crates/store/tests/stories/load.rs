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
    use store::{LookupKey, test_support};

    use super::*;

    #[tokio::test]
    async fn many_times_the_rows_postpone_indexes() {
        let db = test_support::sqlite().await;
        load(&db).await;
        db.store().prepare_load(40).await.unwrap();
        assert_eq!(postponed(&db).await, 6);
        db.store().finish_load().await.unwrap();
        assert_eq!(postponed(&db).await, 0);
        assert_lists_answer(&db).await;
    }

    #[tokio::test]
    async fn whoever_looks_for_names_makes_their_index() {
        let db = test_support::sqlite().await;
        let names = db.store().prepare_load(1_000_000).await.unwrap().unwrap();
        load(&db).await;
        let mut tx = db.store().begin().await.unwrap();
        let (source, source_id, name_key) = ("csv".to_owned(), "1".to_owned(), "a".to_owned());
        let keys = [LookupKey { source, source_id, name_key, location: None }];
        assert_eq!(tx.known_in_load(&keys, &names).await.unwrap(), [], "those names were there before");
        assert_eq!(tx.known_businesses(&keys).await.unwrap().len(), 1);
        tx.commit().await.unwrap();
        assert_eq!(postponed(&db).await, 5);
    }
}
