//! People, sessions and API tokens.

use contract::auth::{User, UserChange};
use contract::{Role, SessionId};
use store::test_support::TestStore;
use store::{Authority, NewAccount, NewSession, NewToken, Store, StoreError};

use crate::support::*;

const DAY: i64 = 24 * 60 * 60;

fn account(email: &str, role: Role) -> NewAccount {
    NewAccount { email: email.into(), name: email.into(), role, password_hash: format!("hash of {email}") }
}

async fn add(store: &Store, email: &str, role: Role) -> User {
    let mut tx = store.begin_at(at(0)).await.unwrap();
    let user = tx.insert_user(account(email, role)).await.unwrap();
    tx.commit().await.unwrap();
    user
}

async fn open(store: &Store, user: &User, digest: &str, now: i64, end: i64) -> SessionId {
    let mut tx = store.begin_at(at(now)).await.unwrap();
    let session = NewSession {
        digest: digest.into(),
        user_id: user.id,
        user_agent: Some("Firefox".into()),
        expires_at: at(end),
    };
    let id = tx.open_session(session).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn is_good(store: &Store, digest: &str, now: i64) -> bool {
    store.session_authority(digest, at(now)).await.unwrap().is_some()
}

async fn change(store: &Store, user: &User, change: UserChange) -> Result<User, StoreError> {
    let hash = change.password.clone();
    let mut tx = store.begin().await?;
    let changed = tx.update_user(user.id, &change, hash).await?;
    tx.commit().await?;
    Ok(changed)
}

async fn the_first_account_is_made_once_with_a_link(db: TestStore) {
    let store = db.store();
    assert!(!store.has_users().await.unwrap());
    for digest in ["one", "two"] {
        store.add_setup_link(digest, at(0)).await.unwrap();
    }
    assert!(store.is_setup_link("one", at(DAY - 1)).await.unwrap());
    assert!(!store.is_setup_link("one", at(DAY)).await.unwrap());
    assert!(!store.is_setup_link("three", at(1)).await.unwrap());
    let set_up = async |digest: &str, now| {
        let mut tx = store.begin_at(at(now)).await.unwrap();
        let user = tx.set_up(digest, account("ada@example.org", Role::Viewer)).await?;
        tx.commit().await.map(|_| user)
    };
    for (digest, now) in [("three", 1), ("one", DAY)] {
        assert!(matches!(set_up(digest, now).await, Err(StoreError::Conflict(_))), "{digest} at {now}");
    }
    assert!(store.is_setup_link("two", at(1)).await.unwrap(), "a refused link took the others along");
    let first = set_up("one", 1).await.unwrap();
    assert_eq!((first.role, store.has_users().await.unwrap()), (Role::Admin, true));
    for digest in ["one", "two"] {
        assert!(matches!(set_up(digest, 2).await, Err(StoreError::Conflict(_))), "{digest}");
        assert!(!store.is_setup_link(digest, at(2)).await.unwrap());
    }
    store.add_setup_link("late", at(3)).await.unwrap();
    assert!(matches!(set_up("late", 3).await, Err(StoreError::Conflict(_))));
}

async fn many_who_set_up_at_once_make_one_account(db: TestStore) {
    let store = db.store();
    for number in 0..8 {
        store.add_setup_link(&format!("link {number}"), at(0)).await.unwrap();
    }
    let tries = (0..8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut tx = store.begin_at(at(1)).await.ok()?;
            let account = account(&format!("{number}@example.org"), Role::Admin);
            let user = tx.set_up(&format!("link {number}"), account).await.ok()?;
            tx.commit().await.ok().map(|_| user)
        })
    });
    let tries: Vec<_> = tries.collect();
    let mut made = 0;
    for one in tries {
        made += usize::from(one.await.unwrap().is_some());
    }
    assert_eq!((made, store.list_users().await.unwrap().len()), (1, 1));
}

async fn an_address_has_one_account(db: TestStore) {
    let user = add(db.store(), "ada@example.org", Role::Member).await;
    let found = db.store().credentials("ada@example.org").await.unwrap().unwrap();
    assert_eq!((found.user, found.password_hash.as_str()), (user, "hash of ada@example.org"));
    assert_eq!(db.store().credentials("eve@example.org").await.unwrap(), None);
    let mut tx = db.store().begin().await.unwrap();
    let again = tx.insert_user(account("ada@example.org", Role::Admin)).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))));
}

async fn a_session_ends_at_its_time_and_when_nobody_uses_it(db: TestStore) {
    let store = db.store();
    let user = add(store, "ada@example.org", Role::Member).await;
    let id = open(store, &user, "digest", 0, 30 * DAY).await;
    let Some(Authority::Session { id: found, user: whose, .. }) =
        store.session_authority("digest", at(1)).await.unwrap()
    else {
        panic!("there is no session")
    };
    assert_eq!((found, whose.id), (id, user.id));
    assert!(is_good(store, "digest", 14 * DAY - 1).await && !is_good(store, "digest", 14 * DAY).await);
    store.touch_session(id, user.id, at(13 * DAY)).await.unwrap();
    assert!(is_good(store, "digest", 14 * DAY).await && !is_good(store, "other", 1).await);
    store.touch_session(id, user.id, at(29 * DAY)).await.unwrap();
    assert!(is_good(store, "digest", 30 * DAY - 1).await && !is_good(store, "digest", 30 * DAY).await);
    assert_eq!(store.good_sessions(&[id, id], at(29 * DAY)).await.unwrap(), [id]);
    assert_eq!(store.good_sessions(&[id], at(30 * DAY)).await.unwrap(), []);
    assert_eq!(store.list_users().await.unwrap()[0].last_seen_at, Some(at(29 * DAY)));
    assert_eq!(store.prune_sessions(at(29 * DAY)).await.unwrap(), 0);
    assert_eq!(store.prune_sessions(at(30 * DAY)).await.unwrap(), 1);
}

async fn sessions_are_listed_and_ended_by_their_person_only(db: TestStore) {
    let store = db.store();
    let (ada, eve) =
        (add(store, "ada@example.org", Role::Admin).await, add(store, "eve@example.org", Role::Viewer).await);
    let first = open(store, &ada, "first", 0, DAY).await;
    let second = open(store, &ada, "second", 1, DAY).await;
    open(store, &eve, "hers", 2, DAY).await;
    let listed = store.list_sessions(ada.id, at(3)).await.unwrap();
    assert_eq!(listed.iter().map(|session| session.id).collect::<Vec<_>>(), [second, first]);
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.end_session(eve.id, first).await, Err(StoreError::NotFound { .. })));
    tx.end_sessions(ada.id, Some(second)).await.unwrap();
    tx.commit().await.unwrap();
    let good = [is_good(store, "first", 3).await, is_good(store, "second", 3).await];
    assert_eq!((good, is_good(store, "hers", 3).await), ([false, true], true));
}

async fn a_disabled_account_and_a_new_password_end_the_sessions(db: TestStore) {
    let store = db.store();
    add(store, "root@example.org", Role::Admin).await;
    let user = add(store, "ada@example.org", Role::Member).await;
    open(store, &user, "one", 0, DAY).await;
    let named = UserChange { name: Some("Ada".into()), ..UserChange::default() };
    assert_eq!(change(store, &user, named).await.unwrap().name, "Ada");
    assert!(is_good(store, "one", 1).await, "a new name ends nothing");
    let password = UserChange { password: Some("new hash".into()), ..UserChange::default() };
    change(store, &user, password).await.unwrap();
    assert!(!is_good(store, "one", 1).await);
    assert_eq!(store.credentials("ada@example.org").await.unwrap().unwrap().password_hash, "new hash");
    open(store, &user, "two", 0, DAY).await;
    change(store, &user, UserChange { disabled: Some(true), ..UserChange::default() }).await.unwrap();
    assert!(!is_good(store, "two", 1).await);
}

async fn an_admin_is_always_left(db: TestStore) {
    let store = db.store();
    let (ada, eve) =
        (add(store, "ada@example.org", Role::Admin).await, add(store, "eve@example.org", Role::Admin).await);
    let viewer = UserChange { role: Some(Role::Viewer), ..UserChange::default() };
    let disabled = UserChange { disabled: Some(true), ..UserChange::default() };
    change(store, &eve, disabled.clone()).await.unwrap();
    for refused in [viewer, disabled] {
        assert!(matches!(change(store, &ada, refused).await, Err(StoreError::Conflict(_))));
    }
    let mut tx = store.begin().await.unwrap();
    assert!(matches!(tx.delete_user(ada.id).await, Err(StoreError::Conflict(_))));
    drop(tx);
    let stays = store.credentials("ada@example.org").await.unwrap().unwrap().user;
    assert_eq!((stays.role, stays.disabled), (Role::Admin, false));
    let mut tx = store.begin().await.unwrap();
    tx.delete_user(eve.id).await.unwrap();
    assert!(matches!(tx.delete_user(eve.id).await, Err(StoreError::NotFound { .. })));
    tx.commit().await.unwrap();
}

async fn a_token_belongs_to_its_person_and_ends(db: TestStore) {
    let store = db.store();
    let (ada, eve) =
        (add(store, "ada@example.org", Role::Admin).await, add(store, "eve@example.org", Role::Viewer).await);
    let mut tx = store.begin_at(at(0)).await.unwrap();
    let new = NewToken {
        digest: "digest".into(),
        user_id: ada.id,
        name: "reports".into(),
        role: Role::Viewer,
        expires_at: at(DAY),
    };
    let token = tx.insert_token(new).await.unwrap();
    assert!(matches!(tx.end_token(eve.id, token.id).await, Err(StoreError::NotFound { .. })));
    tx.commit().await.unwrap();
    let found = store.token_authority("digest", at(DAY - 1)).await.unwrap();
    assert!(matches!(&found, Some(Authority::Token { role: Role::Viewer, user, .. }) if user.id == ada.id));
    assert_eq!(store.token_authority("digest", at(DAY)).await.unwrap(), None);
    store.touch_token(token.id, at(5)).await.unwrap();
    assert_eq!(store.list_tokens(ada.id, at(6)).await.unwrap()[0].last_used_at, Some(at(5)));
    assert_eq!(store.list_tokens(eve.id, at(6)).await.unwrap(), []);
    assert_eq!(store.good_tokens(&[token.id], at(6)).await.unwrap(), [token.id]);
    assert_eq!(store.good_tokens(&[token.id], at(DAY)).await.unwrap(), []);
    let mut tx = store.begin().await.unwrap();
    tx.end_token(ada.id, token.id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.token_authority("digest", at(6)).await.unwrap(), None);
}

store::stories!(
    the_first_account_is_made_once_with_a_link,
    many_who_set_up_at_once_make_one_account,
    an_address_has_one_account,
    a_session_ends_at_its_time_and_when_nobody_uses_it,
    sessions_are_listed_and_ended_by_their_person_only,
    a_disabled_account_and_a_new_password_end_the_sessions,
    an_admin_is_always_left,
    a_token_belongs_to_its_person_and_ends,
);
