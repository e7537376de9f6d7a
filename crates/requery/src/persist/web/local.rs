//! `localStorage`.

use futures::FutureExt;
use futures::future::ready;

use super::{failure, missing};
use crate::{Storage, StorageError, StorageFuture};

/// Keeps texts in the page's `localStorage`: at once, about five megabytes for all of an origin, and not in workers.
///
/// ```no_run
/// # #[cfg(target_arch = "wasm32")] {
/// use requery::{LocalStorage, PersistOptions, Persistence, QueryClient, runtime::BrowserRuntime};
///
/// let client = QueryClient::new(BrowserRuntime);
/// let persistence = Persistence::new(&client, LocalStorage, PersistOptions::default());
/// # drop(persistence);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalStorage;

impl LocalStorage {
    fn with<T>(act: impl FnOnce(&web_sys::Storage) -> Result<T, StorageError>) -> Result<T, StorageError> {
        let window = web_sys::window().ok_or_else(|| missing("window"))?;
        // A page without permission to store anything is told so by an exception.
        let storage = window.local_storage().map_err(|error| failure(&error))?;
        act(&storage.ok_or_else(|| missing("localStorage"))?)
    }
}

fn done<T: Send + 'static>(result: Result<T, StorageError>) -> StorageFuture<T> {
    ready(result).boxed()
}

impl Storage for LocalStorage {
    fn get(&self, name: &str) -> StorageFuture<Option<String>> {
        done(Self::with(|storage| storage.get_item(name).map_err(|error| failure(&error))))
    }

    fn set(&self, name: &str, text: String) -> StorageFuture<()> {
        done(Self::with(|storage| storage.set_item(name, &text).map_err(|error| failure(&error))))
    }

    fn remove(&self, name: &str) -> StorageFuture<()> {
        done(Self::with(|storage| storage.remove_item(name).map_err(|error| failure(&error))))
    }

    fn names(&self, prefix: &str) -> StorageFuture<Vec<String>> {
        done(Self::with(|storage| {
            let length = storage.length().map_err(|error| failure(&error))?;
            let mut names = Vec::new();
            for at in 0..length {
                names.extend(storage.key(at).map_err(|error| failure(&error))?);
            }
            names.retain(|name| name.starts_with(prefix));
            names.sort();
            Ok(names)
        }))
    }
}
