//! Caches that outlive the page, in what a browser keeps texts in.

use requery::{
    IndexedDbStorage, LocalStorage, MutationObserver, MutationOptions, Outbox, PersistOptions, Persistence,
    QueryPersister, StaleTime, Storage, query_key,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::rig::{Source, client, ms, until};

async fn a_cache_outlives_its_page(storage: impl Storage + Clone, name: &str) {
    let options = PersistOptions { name: name.to_owned(), throttle: ms(10), ..PersistOptions::default() };
    let (before, source) = (client(), Source::counting());
    let query = source.query(&query_key!["n"]).hydratable().stale_time(StaleTime::Never);
    let _saving = Persistence::new(&before, storage.clone(), options.clone()).subscribe();
    assert_eq!(*before.fetch_query(&query).await.unwrap(), 1);
    until("it is written", async || storage.get(name).await.unwrap().is_some()).await;

    let after = client();
    assert!(Persistence::new(&after, storage.clone(), options).restore().await.unwrap());
    assert_eq!(*after.fetch_query(&query).await.unwrap(), 1);
    assert_eq!(source.calls(), 1, "what was restored is fresh");
    storage.remove(name).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_cache_outlives_its_page_in_local_storage() {
    a_cache_outlives_its_page(LocalStorage, "cache").await;
}

#[wasm_bindgen_test]
async fn a_cache_outlives_its_page_in_indexed_db() {
    a_cache_outlives_its_page(IndexedDbStorage::new("caches"), "cache").await;
}

#[wasm_bindgen_test]
async fn a_single_query_outlives_its_page() {
    let storage = IndexedDbStorage::new("queries");
    let source = Source::counting();
    let fetch = async || {
        let (client, persister) = (client(), QueryPersister::new(storage.clone()));
        let query =
            source.query(&query_key!["n"]).hydratable().stale_time(StaleTime::Never).persister(&persister);
        *client.fetch_query(&query).await.unwrap()
    };
    assert_eq!(fetch().await, 1);
    until("it is written", async || !storage.names("").await.unwrap().is_empty()).await;
    assert_eq!((fetch().await, source.calls()), (1, 1));
}

#[wasm_bindgen_test]
async fn what_was_to_be_sent_is_sent_by_the_next_page() {
    let storage = IndexedDbStorage::new("outbox");
    let send = || {
        MutationOptions::new(async |n: u32| Ok::<u32, String>(n)).mutation_key(query_key!["send"]).resumable()
    };
    let before = client();
    let outbox = Outbox::new(&before, storage.clone(), "outbox:");
    let _keeping = outbox.subscribe();
    before.set_online(false);
    let observer = MutationObserver::new(&before, send());
    (1..=2).for_each(|n| drop(observer.mutate(n)));
    until("both are written", async || storage.names("outbox:").await.unwrap().len() == 2).await;
    before.clear();

    let after = client();
    let outbox = Outbox::new(&after, storage.clone(), "outbox:");
    let _keeping = outbox.subscribe();
    after.set_mutation_defaults(query_key!["send"], send());
    assert_eq!(outbox.restore().await.unwrap(), 2);
    until("both are sent", async || storage.names("outbox:").await.unwrap().is_empty()).await;
}
