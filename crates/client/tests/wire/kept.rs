//! What a page wrote and could not send is sent by the next.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::mutations::{self, BusinessUpdate, LeftBehind, OwnVersions};
use client::{ApiError, Connection};
use contract::edit::{BusinessDraft, BusinessPatch, Change};
use contract::{BusinessId, Timestamp};
use requery::{MemoryStorage, MutationObserver, MutationOptions, Outbox, Storage, Subscription};

use crate::loopback::Does;
use crate::rows::{Shown, business};

const PREFIX: &str = "kept:7:";
/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

type Refused = Arc<Mutex<Vec<(LeftBehind, Option<u16>)>>>;

/// A page that keeps what is written, and takes up what was kept.
struct Keeping {
    page: Shown,
    own: OwnVersions,
    outbox: Outbox,
    refused: Refused,
    _keeping: Subscription,
}

impl Keeping {
    async fn before(storage: &MemoryStorage, does: impl IntoIterator<Item = Does>) -> Self {
        let (page, own, refused) = (Shown::before(does).await, OwnVersions::default(), Refused::default());
        let told = Arc::clone(&refused);
        // As in a browser: what waits for the network goes on when it is back.
        page.cache.mount();
        let note = move |left, error: Arc<ApiError>| told.lock().unwrap().push((left, error.status));
        mutations::finish_what_was_left(&page.cache, &page.api, &Connection::new(), &own, note);
        let outbox = Outbox::new(&page.cache, storage.clone(), PREFIX);
        let keeping = outbox.subscribe();
        Self { page, own, outbox, refused, _keeping: keeping }
    }

    fn call<T, V>(&self, options: MutationOptions<T, ApiError, V>, variables: V)
    where
        T: Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        drop(MutationObserver::new(&self.page.cache, options).mutate(variables));
    }

    fn rename(&self, name: &str) {
        let patch = BusinessPatch { name: Change::Set(name.to_owned()), ..BusinessPatch::default() };
        let update = BusinessUpdate { id: BusinessId(1), version: 1, patch };
        self.call(mutations::update_business_in_turn(&self.page.api, &self.own, update.id), update);
    }
}

fn draft(name: &str) -> (BusinessDraft, Timestamp) {
    let name = Change::Set(name.to_owned());
    (BusinessDraft(BusinessPatch { name, ..BusinessPatch::default() }), Timestamp::from_millis(7))
}

/// Returns when so many mutations are kept: their idempotency keys.
async fn kept(storage: &MemoryStorage, count: usize) -> Vec<String> {
    let names = async {
        loop {
            let names = storage.names(PREFIX).await.unwrap();
            if names.len() == count {
                return names;
            }
            tokio::task::yield_now().await;
        }
    };
    let names = tokio::time::timeout(PATIENCE, names).await;
    let names = names.unwrap_or_else(|_| panic!("{count} mutations are never kept"));
    names.into_iter().map(|name| name[PREFIX.len()..].to_owned()).collect()
}

#[tokio::test]
async fn the_next_page_shows_it_at_once_and_sends_it_in_order_under_the_same_keys() {
    let storage = MemoryStorage::new();
    let left = Keeping::before(&storage, []).await;
    left.page.cache.set_online(false);
    left.rename("Alfa");
    left.rename("Aleph");
    let delete = mutations::delete_business_in_turn(&left.page.api, &left.own, BusinessId(1));
    left.call(delete, (BusinessId(1), 1));
    let keys = kept(&storage, 3).await;
    assert!(left.page.asked().is_empty());
    drop(left);

    let renamed = |version: u64, name: &str| Does::json(200, &business(1, version, name));
    let answers = [renamed(2, "Alfa"), renamed(3, "Aleph"), Does::Answers(204, "", Vec::new())];
    let next = Keeping::before(&storage, answers).await;
    next.page.cache.set_online(false);
    assert_eq!(next.outbox.restore().await.unwrap(), 3);
    assert_eq!(next.page.names(), ["Beta"], "what was done is shown before it is sent");
    assert!(next.page.asked().is_empty());
    next.page.cache.set_online(true);
    kept(&storage, 0).await;
    let asked: Vec<_> = next.page.server.asked().into_iter().skip(2).collect();
    let at = "/api/businesses/1";
    let expected = [("PATCH", "\"1\""), ("PATCH", "\"2\""), ("DELETE", "\"3\"")];
    for (request, (method, version)) in asked.iter().zip(expected) {
        assert_eq!(request.what, format!("{method} {at}"));
        assert_eq!(request.header("if-match"), Some(version), "each of what the one before led to");
    }
    let mut sent: Vec<_> = asked[..3].iter().filter_map(|it| it.header("idempotency-key")).collect();
    sent.sort_unstable();
    assert_eq!(sent, keys);
    assert_eq!((next.page.names(), next.refused.lock().unwrap().len()), (vec!["Beta".to_owned()], 0));
}

#[tokio::test]
async fn what_the_server_does_not_take_is_told_and_kept_no_more() {
    let storage = MemoryStorage::new();
    let left = Keeping::before(&storage, []).await;
    left.page.cache.set_online(false);
    left.call(mutations::create_business(&left.page.api), draft("--"));
    kept(&storage, 1).await;
    drop(left);

    let next = Keeping::before(&storage, [Does::problem(422, "that is no name")]).await;
    assert_eq!(next.outbox.restore().await.unwrap(), 1);
    kept(&storage, 0).await;
    assert_eq!(*next.refused.lock().unwrap(), [(LeftBehind::Added(draft("--").0), Some(422))]);
    assert_eq!(next.page.names(), ["Alpha", "Beta"], "and shown no more");
}

#[tokio::test]
async fn a_page_is_told_of_its_own_calls_by_the_calls_alone() {
    let storage = MemoryStorage::new();
    let refusals = (0..2).map(|_| Does::problem(422, "no"));
    let here = Keeping::before(&storage, refusals).await;
    here.page.mutate(mutations::create_business(&here.page.api), draft("--")).await.unwrap_err();
    here.page.mutate(mutations::enrich_business(&here.page.api), BusinessId(1)).await.unwrap_err();
    kept(&storage, 0).await;
    assert!(here.refused.lock().unwrap().is_empty());
}
