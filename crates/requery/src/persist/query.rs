//! Queries under a name each.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Stamped, Storage, StorageError};
use crate::core::Persists;
use crate::{DehydratedQuery, DehydratedState, IntoQueryKey, QueryClient, QueryKey, RefetchOn, Timestamp};

/// Persists single queries (F16), for [`crate::QueryOptions::persister`]. Cloning it is cheap.
///
/// A query without data is restored before it is fetched for the first time, and persisted whenever a fetch has
/// succeeded.
///
/// ```
/// use requery::{MemoryStorage, QueryClient, QueryOptions, QueryPersister, query_key, runtime::TestRuntime};
///
/// let runtime = TestRuntime::new();
/// let persister = QueryPersister::new(MemoryStorage::new()).buster("v2");
/// let options = QueryOptions::<u32, std::io::Error>::new(query_key!["n"], |_| async { Ok(1) })
///     .hydratable()
///     .persister(&persister);
/// let before = QueryClient::new(runtime.clone());
/// runtime.block_on(before.fetch_query(&options)).unwrap();
/// runtime.run_until_stalled();
///
/// let after = QueryClient::new(runtime.clone());
/// after.set_online(false);
/// assert_eq!(*runtime.block_on(after.fetch_query(&options)).unwrap(), 1);
/// ```
#[derive(Clone)]
pub struct QueryPersister {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Clone)]
pub(crate) struct Inner {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) prefix: String,
    max_age: Duration,
    buster: String,
    pub(super) refetch_on_restore: RefetchOn,
}

impl QueryPersister {
    /// Persists in that storage, under names that begin with `requery-`, for a day.
    pub fn new(storage: impl Storage) -> Self {
        let inner = Inner {
            storage: Arc::new(storage),
            prefix: "requery-".to_owned(),
            max_age: Duration::from_secs(24 * 60 * 60),
            buster: String::new(),
            refetch_on_restore: RefetchOn::Stale,
        };
        Self { inner: Arc::new(inner) }
    }

    /// With what names begin.
    #[must_use]
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        let prefix = prefix.into();
        self.with(|inner| inner.prefix = prefix)
    }

    /// Data that is older than this is thrown away.
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        self.with(|inner| inner.max_age = max_age)
    }

    /// Data that was written with another one is thrown away.
    #[must_use]
    pub fn buster(self, buster: impl Into<String>) -> Self {
        let buster = buster.into();
        self.with(|inner| inner.buster = buster)
    }

    /// Whether restored data is fetched again. Default: if it is stale.
    #[must_use]
    pub fn refetch_on_restore(self, rule: impl Into<RefetchOn>) -> Self {
        let rule = rule.into();
        self.with(|inner| inner.refetch_on_restore = rule)
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.inner));
        self
    }

    pub(super) fn of(inner: Arc<Inner>) -> Self {
        Self { inner }
    }

    fn name(&self, key: &QueryKey) -> String {
        format!("{}{key}", self.inner.prefix)
    }

    /// Persists a query as it is, if it has data that may travel. Fetches do so by themselves; data that was set by hand
    /// is persisted by this.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub async fn persist_query(
        &self,
        client: &QueryClient,
        key: impl IntoQueryKey,
    ) -> Result<(), StorageError> {
        let key = key.into_query_key();
        let Some(state) = client.dehydrate_query(&key) else { return Ok(()) };
        self.inner.kept_by(client);
        let stamped = Stamped { timestamp: state.data_updated_at, buster: self.inner.buster.clone(), state };
        let text =
            serde_json::to_string(&stamped).map_err(|error| StorageError { reason: error.to_string() })?;
        let session = client.session();
        self.inner.storage.set(&self.name(&key), text).await?;
        if client.session() == session {
            return Ok(());
        }
        // Written for a user who has left meanwhile.
        self.inner.storage.remove(&self.name(&key)).await
    }

    /// What is persisted of a query, if it is neither too old nor of another version.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub async fn retrieve_query(
        &self,
        key: impl IntoQueryKey,
        now: Timestamp,
    ) -> Result<Option<DehydratedQuery>, StorageError> {
        self.read(&self.name(&key.into_query_key()), now).await
    }

    async fn read(&self, name: &str, now: Timestamp) -> Result<Option<DehydratedQuery>, StorageError> {
        let Some(text) = self.inner.storage.get(name).await? else { return Ok(None) };
        let is_current = |stamped: &Stamped<DehydratedQuery>| {
            stamped.is_current(&self.inner.buster, self.inner.max_age, now)
        };
        match serde_json::from_str(&text).ok().filter(is_current) {
            Some(stamped) => Ok(Some(stamped.state)),
            None => {
                self.inner.storage.remove(name).await?;
                Ok(None)
            }
        }
    }

    /// Puts everything that is persisted into the cache, without waiting for anybody to ask for it. Returns how many
    /// queries there were.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub async fn restore_queries(&self, client: &QueryClient) -> Result<usize, StorageError> {
        let mut queries = Vec::new();
        for name in self.inner.storage.names(&self.inner.prefix).await? {
            queries.extend(self.read(&name, client.now()).await?);
        }
        let count = queries.len();
        client.hydrate(DehydratedState { queries, ..DehydratedState::default() });
        Ok(count)
    }

    /// Throws away what is too old, of another version, or unreadable.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub async fn collect_garbage(&self, now: Timestamp) -> Result<(), StorageError> {
        for name in self.inner.storage.names(&self.inner.prefix).await? {
            self.read(&name, now).await?;
        }
        Ok(())
    }

    /// Throws away what is persisted of every query whose key begins with this one.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub async fn remove_queries(&self, prefix: impl IntoQueryKey) -> Result<(), StorageError> {
        let prefix = prefix.into_query_key();
        for name in self.inner.storage.names(&self.inner.prefix).await? {
            let key = name.get(self.inner.prefix.len()..).and_then(|key| serde_json::from_str(key).ok());
            let is_meant = key.is_none_or(|key: serde_json::Value| QueryKey::new(&key).starts_with(&prefix));
            if is_meant {
                self.inner.storage.remove(&name).await?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for QueryPersister {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryPersister").field("prefix", &self.inner.prefix).finish_non_exhaustive()
    }
}
