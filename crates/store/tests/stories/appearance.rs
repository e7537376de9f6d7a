//! How people have the pages laid out: each their own.

use contract::columns::{Appearance, AppearanceChange, Column, Columns, Theme};
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
    change_all(store, owner, AppearanceChange { columns, ..AppearanceChange::default() }).await;
}

async fn change_theme(store: &Store, owner: Option<UserId>, theme: Change<Theme>) {
    change_all(store, owner, AppearanceChange { theme, ..AppearanceChange::default() }).await;
}

async fn change_all(store: &Store, owner: Option<UserId>, change: AppearanceChange) {
    let mut tx = store.begin().await.unwrap();
    tx.change_appearance(owner, &change).await.unwrap();
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

async fn a_theme_and_columns_are_chosen_apart_and_together(db: TestStore) {
    let store = db.store();
    let (ada, columns) = (person(store, "ada@example.org").await, some(&[Column::City]));
    for theme in Theme::ALL {
        change_theme(store, Some(ada), Change::Set(*theme)).await;
        assert_eq!(
            store.appearance(Some(ada)).await.unwrap(),
            Appearance { columns: None, theme: Some(*theme) }
        );
    }
    change(store, Some(ada), Change::Set(columns.clone())).await;
    let both = Appearance { columns: Some(columns.clone()), theme: Some(Theme::Dark) };
    assert_eq!(store.appearance(Some(ada)).await.unwrap(), both, "columns leave the theme");
    change_theme(store, Some(ada), Change::Set(Theme::Light)).await;
    let both = Appearance { theme: Some(Theme::Light), ..both };
    assert_eq!(store.appearance(Some(ada)).await.unwrap(), both, "a theme leaves the columns");
    assert_eq!(store.appearance(None).await.unwrap(), Appearance::default(), "others have theirs");
    change_theme(store, Some(ada), Change::Clear).await;
    assert_eq!(store.appearance(Some(ada)).await.unwrap().theme, None);
    let all = AppearanceChange { columns: Change::Clear, theme: Change::Set(Theme::System) };
    change_all(store, Some(ada), all).await;
    let system = Appearance { columns: None, theme: Some(Theme::System) };
    assert_eq!(store.appearance(Some(ada)).await.unwrap(), system);
}

async fn what_there_is_no_more_counts_as_not_chosen(db: TestStore) {
    let store = db.store();
    change(store, None, Change::Set(some(&[Column::City]))).await;
    change_theme(store, None, Change::Set(Theme::Dark)).await;
    store
        .execute_for_test("UPDATE appearances SET list_columns = 'city,colour', theme = 'sepia'")
        .await
        .unwrap();
    assert_eq!(store.appearance(None).await.unwrap(), Appearance::default());
}

store::stories!(
    columns_are_kept_in_their_order_until_they_are_taken_back,
    what_one_chooses_changes_nothing_for_others_and_goes_with_the_account,
    a_theme_and_columns_are_chosen_apart_and_together,
    what_there_is_no_more_counts_as_not_chosen,
);
