//! `IndexedDB`.

use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbFactory, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransactionMode};

use super::{failure, missing};
use crate::{Storage, StorageError, StorageFuture};

/// The one object store of each database.
const TEXTS: &str = "texts";

/// Keeps texts in a database of the browser's `IndexedDB`: more than `localStorage` takes, without standing in the way of
/// the page, and in workers too.
///
/// ```no_run
/// # #[cfg(target_arch = "wasm32")] {
/// use requery::{IndexedDbStorage, PersistOptions, Persistence, QueryClient, runtime::BrowserRuntime};
///
/// let client = QueryClient::new(BrowserRuntime);
/// let persistence = Persistence::new(&client, IndexedDbStorage::new("cache"), PersistOptions::default());
/// # drop(persistence);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct IndexedDbStorage {
    database: String,
}

impl IndexedDbStorage {
    /// A storage in the database of that name, which is made when it is first used.
    #[must_use]
    pub fn new(database: impl Into<String>) -> Self {
        Self { database: database.into() }
    }

    /// Asks one thing of the object store.
    fn ask<T: 'static>(
        &self,
        mode: IdbTransactionMode,
        ask: impl FnOnce(&IdbObjectStore) -> Result<IdbRequest, JsValue> + 'static,
        read: impl FnOnce(JsValue) -> T + 'static,
    ) -> StorageFuture<T> {
        let name = self.database.clone();
        Self::hold(async move {
            let database = open(&name).await?;
            let answer = in_store(&database, mode, ask).await;
            database.close();
            answer.map(read).map_err(|error| failure(&error))
        })
    }
}

async fn open(name: &str) -> Result<IdbDatabase, StorageError> {
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into()).ok();
    let factory = factory.and_then(|it| it.dyn_into::<IdbFactory>().ok());
    let factory = factory.ok_or_else(|| missing("indexedDB"))?;
    let request = factory.open_with_u32(name, 1).map_err(|error| failure(&error))?;
    let opening = request.clone();
    let make_store = Closure::once(move |_event: JsValue| {
        // What fails here fails again when the store is used.
        let _ = opening.result().map(|it| it.unchecked_into::<IdbDatabase>().create_object_store(TEXTS));
    });
    request.set_onupgradeneeded(Some(make_store.as_ref().unchecked_ref()));
    let opened = settled(&request).await.map_err(|error| failure(&error))?;
    Ok(opened.unchecked_into())
}

async fn in_store(
    database: &IdbDatabase,
    mode: IdbTransactionMode,
    ask: impl FnOnce(&IdbObjectStore) -> Result<IdbRequest, JsValue>,
) -> Result<JsValue, JsValue> {
    let transaction = database.transaction_with_str_and_mode(TEXTS, mode)?;
    settled(&ask(&transaction.object_store(TEXTS)?)?).await
}

/// The result of a request, once it is there.
async fn settled(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let ended = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(ended).await {
        Ok(_event) => request.result(),
        Err(event) => Err(request.error().ok().flatten().map_or(event, JsValue::from)),
    }
}

/// Every text that begins with the prefix lies between it and the prefix with the last character there is behind it.
fn beginning_with(prefix: &str) -> Result<IdbKeyRange, JsValue> {
    IdbKeyRange::bound(&prefix.into(), &format!("{prefix}\u{ffff}").into())
}

impl Storage for IndexedDbStorage {
    fn get(&self, name: &str) -> StorageFuture<Option<String>> {
        let name = JsValue::from(name);
        self.ask(IdbTransactionMode::Readonly, move |store| store.get(&name), |text| text.as_string())
    }

    fn set(&self, name: &str, text: String) -> StorageFuture<()> {
        let (name, text) = (JsValue::from(name), JsValue::from(text));
        self.ask(IdbTransactionMode::Readwrite, move |store| store.put_with_key(&text, &name), drop)
    }

    fn remove(&self, name: &str) -> StorageFuture<()> {
        let name = JsValue::from(name);
        self.ask(IdbTransactionMode::Readwrite, move |store| store.delete(&name), drop)
    }

    fn names(&self, prefix: &str) -> StorageFuture<Vec<String>> {
        let prefix = prefix.to_owned();
        self.ask(
            IdbTransactionMode::Readonly,
            move |store| {
                let range = beginning_with(&prefix)?;
                store.get_all_keys_with_key(&range)
            },
            |names| Array::from(&names).iter().filter_map(|name| name.as_string()).collect(),
        )
    }
}
