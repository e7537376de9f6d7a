//! Answers kept for a repeated request.

use store::test_support::TestStore;
use store::{IdempotentAnswer, StoreError};

use crate::support::*;

const DAY: i64 = 24 * 60 * 60;

fn answer(body: &str) -> IdempotentAnswer {
    IdempotentAnswer { fingerprint: format!("digest of {body}"), status: 202, body: body.to_owned() }
}

async fn put(db: &TestStore, second: i64, body: &str) -> Result<(), StoreError> {
    let mut tx = db.store().begin_at(at(second)).await?;
    tx.put_idempotent_answer("key", &answer(body)).await?;
    tx.commit().await.map(drop)
}

async fn an_answer_is_given_again_for_a_day(db: TestStore) {
    assert_eq!(db.store().idempotent_answer("key", at(0)).await.unwrap(), None);
    put(&db, 0, "first").await.unwrap();
    let again = async |second| db.store().idempotent_answer("key", at(second)).await.unwrap();
    assert_eq!(again(DAY - 1).await, Some(answer("first")));
    assert_eq!(again(DAY).await, None);
    put(&db, DAY, "second").await.unwrap();
    assert_eq!(again(DAY).await, Some(answer("second")));
}

async fn a_key_is_taken_once(db: TestStore) {
    put(&db, 0, "first").await.unwrap();
    let error = put(&db, 1, "second").await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error}");
    assert_eq!(db.store().idempotent_answer("key", at(1)).await.unwrap(), Some(answer("first")));
}

async fn old_answers_are_cleared_away(db: TestStore) {
    put(&db, 0, "first").await.unwrap();
    assert_eq!(db.store().prune_idempotent_answers(at(DAY - 1)).await.unwrap(), 0);
    assert_eq!(db.store().prune_idempotent_answers(at(DAY)).await.unwrap(), 1);
}

store::stories!(an_answer_is_given_again_for_a_day, a_key_is_taken_once, old_answers_are_cleared_away);
