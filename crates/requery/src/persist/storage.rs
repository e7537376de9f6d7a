//! Where things are kept.

use crate::sync::Mutex;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::MaybeSend;
use crate::maybe_send::hold_future;

/// Something that a storage does. Make one with [`StorageError`] as its error and [`Storage::hold`].
pub type StorageFuture<T> = BoxFuture<'static, Result<T, StorageError>>;

/// Why a storage could not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the storage failed ({reason}): what is kept there may be out of date")]
pub struct StorageError {
    /// What the storage said.
    pub reason: String,
}

/// Texts by name, kept beyond the program's end: local storage, IndexedDB, a file.
///
/// ```
/// use requery::{MemoryStorage, Storage, runtime::TestRuntime};
///
/// let storage = MemoryStorage::new();
/// let runtime = TestRuntime::new();
/// runtime.block_on(storage.set("name", "text".to_owned())).unwrap();
/// assert_eq!(runtime.block_on(storage.get("name")).unwrap().as_deref(), Some("text"));
/// ```
pub trait Storage: Send + Sync + 'static {
    /// The text of that name, if there is one.
    fn get(&self, name: &str) -> StorageFuture<Option<String>>;

    /// Keeps a text under a name, in the place of an earlier one.
    fn set(&self, name: &str, text: String) -> StorageFuture<()>;

    /// Forgets the text of that name.
    fn remove(&self, name: &str) -> StorageFuture<()>;

    /// The names that begin with `prefix`.
    fn names(&self, prefix: &str) -> StorageFuture<Vec<String>>;

    /// Makes a [`StorageFuture`] of any future; on wasm32 it need not be `Send`.
    fn hold<T>(
        future: impl Future<Output = Result<T, StorageError>> + MaybeSend + 'static,
    ) -> StorageFuture<T>
    where
        Self: Sized,
    {
        hold_future(future)
    }
}

/// Keeps texts as long as one of its clones is kept: for tests, and to hand over between caches.
#[derive(Clone, Debug, Default)]
pub struct MemoryStorage {
    texts: Arc<Mutex<BTreeMap<String, String>>>,
}

impl MemoryStorage {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn with<R>(&self, act: impl FnOnce(&mut BTreeMap<String, String>) -> R) -> R {
        act(&mut self.texts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn done<T: Send + 'static>(result: T) -> StorageFuture<T> {
    futures::future::ready(Ok(result)).boxed()
}

impl Storage for MemoryStorage {
    fn get(&self, name: &str) -> StorageFuture<Option<String>> {
        done(self.with(|texts| texts.get(name).cloned()))
    }

    fn set(&self, name: &str, text: String) -> StorageFuture<()> {
        self.with(|texts| texts.insert(name.to_owned(), text));
        done(())
    }

    fn remove(&self, name: &str) -> StorageFuture<()> {
        self.with(|texts| texts.remove(name));
        done(())
    }

    fn names(&self, prefix: &str) -> StorageFuture<Vec<String>> {
        done(self.with(|texts| texts.keys().filter(|name| name.starts_with(prefix)).cloned().collect()))
    }
}
