//! Lists that people have given a name.

use contract::views::{MAX_VIEWS, NewView, SavedView};
use contract::{Role, UserId, ViewId};
use store::test_support::TestStore;
use store::{NewAccount, Store, StoreError};

use crate::support::*;

async fn person(store: &Store, email: &str) -> UserId {
    let mut tx = store.begin_at(at(0)).await.unwrap();
    let hash = "hash".to_owned();
    let account =
        NewAccount { email: email.into(), name: email.into(), role: Role::Admin, password_hash: hash };
    let user = tx.insert_user(account).await.unwrap();
    tx.commit().await.unwrap();
    user.id
}

fn new(name: &str) -> NewView {
    NewView { name: name.into(), query: "city=Espoo".into() }
}

async fn save(store: &Store, owner: Option<UserId>, name: &str) -> Option<SavedView> {
    let mut tx = store.begin_at(at(1)).await.unwrap();
    let saved = tx.insert_view(owner, new(name)).await.unwrap();
    tx.commit().await.unwrap();
    saved
}

async fn names(store: &Store, owner: Option<UserId>) -> Vec<String> {
    store.list_views(owner).await.unwrap().into_iter().map(|view| view.name).collect()
}

async fn views_are_listed_by_name_and_each_is_one_persons(db: TestStore) {
    let store = db.store();
    let (ada, eve) = (person(store, "ada@example.org").await, person(store, "eve@example.org").await);
    let saved = save(store, Some(ada), "warm").await.unwrap();
    save(store, Some(ada), "Éclair").await.unwrap();
    save(store, Some(eve), "warm").await.unwrap();
    save(store, None, "warm").await.unwrap();
    assert_eq!(names(store, Some(ada)).await, ["Éclair", "warm"]);
    assert_eq!(
        (names(store, Some(eve)).await, names(store, None).await),
        (vec!["warm".into()], vec!["warm".into()])
    );
    let listed = store.list_views(Some(ada)).await.unwrap();
    assert_eq!(listed[1], saved);
    assert_eq!((saved.version, saved.query.as_str(), saved.created_at), (1, "city=Espoo", at(1)));
    assert_eq!(save(store, Some(ada), "WARM").await, None, "a name is given once, whatever the case");
    assert_eq!(save(store, None, "warm").await, None);
}

async fn a_view_is_changed_and_forgotten_by_its_person_only(db: TestStore) {
    let store = db.store();
    let (ada, eve) = (person(store, "ada@example.org").await, person(store, "eve@example.org").await);
    let saved = save(store, Some(ada), "warm").await.unwrap();
    save(store, Some(ada), "cold").await.unwrap();
    let mut tx = store.begin_at(at(7)).await.unwrap();
    for other in [Some(eve), None] {
        assert!(matches!(tx.lock_view(other, saved.id).await, Err(StoreError::NotFound { .. })));
        assert!(matches!(tx.update_view(other, saved.clone()).await, Err(StoreError::NotFound { .. })));
        assert!(matches!(tx.delete_view(other, saved.id).await, Err(StoreError::NotFound { .. })));
    }
    let locked = tx.lock_view(Some(ada), saved.id).await.unwrap();
    assert_eq!(locked, saved);
    let taken = SavedView { name: "Cold".into(), ..locked.clone() };
    assert_eq!(tx.update_view(Some(ada), taken).await.unwrap(), None);
    let next = SavedView { name: "Warm".into(), query: String::new(), ..locked };
    let changed = tx.update_view(Some(ada), next.clone()).await.unwrap().unwrap();
    assert_eq!(changed, SavedView { version: 2, updated_at: at(7), ..next });
    tx.commit().await.unwrap();
    assert_eq!(store.list_views(Some(ada)).await.unwrap()[1], changed);
    let mut tx = store.begin().await.unwrap();
    tx.delete_view(Some(ada), saved.id).await.unwrap();
    assert!(matches!(
        tx.delete_view(Some(ada), ViewId(uuid::Uuid::nil())).await,
        Err(StoreError::NotFound { .. })
    ));
    tx.commit().await.unwrap();
    assert_eq!(names(store, Some(ada)).await, ["cold"]);
}

async fn an_account_takes_its_views_along(db: TestStore) {
    let store = db.store();
    let (ada, eve) = (person(store, "ada@example.org").await, person(store, "eve@example.org").await);
    save(store, Some(ada), "warm").await.unwrap();
    save(store, Some(eve), "warm").await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.delete_user(ada).await.unwrap();
    tx.commit().await.unwrap();
    let left = store.execute_for_test("DELETE FROM saved_views").await.unwrap();
    assert_eq!(left, 1);
}

async fn a_person_has_a_bounded_number_of_views(db: TestStore) {
    let mut tx = db.store().begin().await.unwrap();
    for n in 0..MAX_VIEWS {
        assert!(tx.insert_view(None, new(&n.to_string())).await.unwrap().is_some());
    }
    let more = tx.insert_view(None, new("one more")).await;
    assert!(matches!(more, Err(StoreError::Conflict(_))));
}

store::stories!(
    views_are_listed_by_name_and_each_is_one_persons,
    a_view_is_changed_and_forgotten_by_its_person_only,
    an_account_takes_its_views_along,
    a_person_has_a_bounded_number_of_views,
);
