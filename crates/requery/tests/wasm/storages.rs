//! What a browser keeps texts in.

use futures::future::join_all;
use requery::{IndexedDbStorage, LocalStorage, Storage};
use wasm_bindgen_test::wasm_bindgen_test;

/// Tests share the browser's storages: each has names of its own.
async fn keeps_texts_by_name(storage: &impl Storage, prefix: &str) {
    let name = |rest: &str| format!("{prefix}:{rest}");
    assert_eq!(storage.get(&name("a")).await, Ok(None));
    storage.set(&name("a"), "one".to_owned()).await.unwrap();
    storage.set(&name("a"), "two \u{1f600} \0".to_owned()).await.unwrap();
    assert_eq!(
        storage.get(&name("a")).await.unwrap().as_deref(),
        Some("two \u{1f600} \0"),
        "the last that was set"
    );
    storage.set(&name("\u{e4}\u{1f600}"), String::new()).await.unwrap();
    storage.set(&format!("other {prefix}"), String::new()).await.unwrap();
    let mut names = storage.names(&name("")).await.unwrap();
    names.sort();
    assert_eq!(names, [name("a"), name("\u{e4}\u{1f600}")]);
    assert_eq!(
        storage.get(&name("\u{e4}\u{1f600}")).await.unwrap().as_deref(),
        Some(""),
        "an empty text is one"
    );
    storage.remove(&name("a")).await.unwrap();
    storage.remove(&name("never set")).await.unwrap();
    assert_eq!(storage.get(&name("a")).await, Ok(None));
    assert_eq!(storage.names(&name("")).await.unwrap(), [name("\u{e4}\u{1f600}")]);
}

#[wasm_bindgen_test]
async fn local_storage_keeps_texts_by_name() {
    keeps_texts_by_name(&LocalStorage, "texts").await;
}

#[wasm_bindgen_test]
async fn indexed_db_keeps_texts_by_name() {
    keeps_texts_by_name(&IndexedDbStorage::new("texts"), "texts").await;
}

#[wasm_bindgen_test]
async fn local_storage_says_so_when_it_is_full() {
    let text = "x".repeat(12_000_000);
    let error = LocalStorage.set("full", text).await.unwrap_err();
    assert!(error.to_string().contains("quota"), "{error}");
    assert_eq!(LocalStorage.get("full").await, Ok(None));
}

#[wasm_bindgen_test]
async fn indexed_db_takes_what_local_storage_does_not() {
    let storage = IndexedDbStorage::new("large");
    let text = "x".repeat(12_000_000);
    storage.set("large", text.clone()).await.unwrap();
    assert!(storage.get("large").await.unwrap() == Some(text));
    storage.remove("large").await.unwrap();
}

#[wasm_bindgen_test]
async fn databases_know_nothing_of_each_other() {
    let (one, other) = (IndexedDbStorage::new("one"), IndexedDbStorage::new("other"));
    one.set("name", "one".to_owned()).await.unwrap();
    assert_eq!(other.get("name").await, Ok(None));
    let another_handle = IndexedDbStorage::new("one");
    assert_eq!(another_handle.get("name").await.unwrap().as_deref(), Some("one"));
}

#[wasm_bindgen_test]
async fn indexed_db_does_many_things_at_once() {
    let storage = IndexedDbStorage::new("many");
    let writes = (0..50).map(|n| storage.set(&format!("n:{n:02}"), n.to_string()));
    assert!(join_all(writes).await.iter().all(Result::is_ok));
    let expected: Vec<String> = (0..50).map(|n| format!("n:{n:02}")).collect();
    assert_eq!(storage.names("n:").await.unwrap(), expected);
    let reads = expected.iter().map(|name| storage.get(name));
    let texts: Vec<_> = join_all(reads).await.into_iter().map(|text| text.unwrap().unwrap()).collect();
    assert!(texts.iter().enumerate().all(|(n, text)| *text == n.to_string()));
}
