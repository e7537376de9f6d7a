//! How people have the pages laid out: each their own.

use contract::columns::{Appearance, AppearanceChange, Column, Columns};
use contract::edit::Change;
use contract::{Role, UserId};
use store::test_support::TestStore;
use store::{NewAccount, Store};

async fn person(store: &Store, email: &str) -> UserId {
    let mut tx = store.begin().await.unwrap();
    let account = NewAccount {
        email: email.to_owned(),
        name: "A person".to_owned(),
        role: Role::Admin,
        password_hash: "hash".to_owned(),
    };
    let user = tx.insert_user(account).await.unwrap();
    tx.commit().await.unwrap();
    user.id
}

async fn change(store: &Store, owner: Option<UserId>, columns: Change<Columns>) {
    let mut tx = store.begin().await.unwrap();
    tx.change_appearance(owner, &AppearanceChange { columns }).await.unwrap();
    tx.commit().await.unwrap();
}

fn some(columns: &[Column]) -> Columns {
    Columns(columns.to_vec())
}

async fn columns_are_kept_in_their_order_until_they_are_taken_back(db: TestStore) {
    let store = db.store();
    assert_eq!(store.appearance(None).await.unwrap(), Appearance::default());
    change(store, None, Change::Keep).await;
    assert_eq!(store.appearance(None).await.unwrap(), Appearance::default());
    for columns in [some(&[Column::City]), some(&[Column::Tags, Column::Category])] {
        change(store, None, Change::Set(columns.clone())).await;
        assert_eq!(store.appearance(None).await.unwrap().columns, Some(columns));
    }
    change(store, None, Change::Clear).await;
    assert_eq!(store.appearance(None).await.unwrap(), Appearance::default());
}

async fn what_one_chooses_changes_nothing_for_others_and_goes_with_the_account(db: TestStore) {
    let store = db.store();
    let (ada, eve) = (person(store, "ada@example.org").await, person(store, "eve@example.org").await);
    change(store, Some(ada), Change::Set(some(&[Column::City]))).await;
    change(store, Some(eve), Change::Set(some(&[Column::Phone]))).await;
    assert_eq!(store.appearance(Some(ada)).await.unwrap().columns, Some(some(&[Column::City])));
    assert_eq!(store.appearance(None).await.unwrap().columns, None);
    let mut tx = store.begin().await.unwrap();
    tx.delete_user(ada).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.appearance(Some(ada)).await.unwrap().columns, None);
    assert_eq!(store.execute_for_test("DELETE FROM appearances").await.unwrap(), 1);
}

async fn a_column_that_there_is_no_more_counts_as_none_chosen(db: TestStore) {
    let store = db.store();
    change(store, None, Change::Set(some(&[Column::City]))).await;
    store.execute_for_test("UPDATE appearances SET list_columns = 'city,colour'").await.unwrap();
    assert_eq!(store.appearance(None).await.unwrap(), Appearance::default());
}

store::stories!(
    columns_are_kept_in_their_order_until_they_are_taken_back,
    what_one_chooses_changes_nothing_for_others_and_goes_with_the_account,
    a_column_that_there_is_no_more_counts_as_none_chosen,
);
