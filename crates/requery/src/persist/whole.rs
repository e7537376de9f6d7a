//! The whole cache under one name.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Stamped, Storage, StorageError};
use crate::{
    CacheEvent, DehydrateOptions, DehydratedState, MutationAction, QueryAction, QueryClient, Subscription,
};

/// How the whole cache is persisted.
#[derive(Clone, Debug)]
pub struct PersistOptions {
    /// Under which name. Default: `requery`.
    pub name: String,
    /// State that is older than this is thrown away. Default: a day.
    pub max_age: Duration,
    /// State that was written with another one is thrown away: the version of the program, the user. Default: empty.
    pub buster: String,
    /// At most one write in this time. Default: one second.
    pub throttle: Duration,
    /// What is persisted.
    pub dehydrate: DehydrateOptions,
}

impl Default for PersistOptions {
    fn default() -> Self {
        Self {
            name: "requery".to_owned(),
            max_age: Duration::from_secs(24 * 60 * 60),
            buster: String::new(),
            throttle: Duration::from_secs(1),
            dehydrate: DehydrateOptions::default(),
        }
    }
}

/// Persists a cache (F16). Clones are the same.
///
/// ```
/// use requery::{MemoryStorage, PersistOptions, Persistence, QueryClient, QueryOptions, query_key};
/// use requery::runtime::TestRuntime;
///
/// let (runtime, storage) = (TestRuntime::new(), MemoryStorage::new());
/// let options = QueryOptions::<u32, std::io::Error>::new(query_key!["n"], |_| async { Ok(1) }).hydratable();
/// let before = QueryClient::new(runtime.clone());
/// runtime.block_on(before.fetch_query(&options)).unwrap();
/// runtime.block_on(Persistence::new(&before, storage.clone(), PersistOptions::default()).save()).unwrap();
///
/// let after = QueryClient::new(runtime.clone());
/// let persistence = Persistence::new(&after, storage, PersistOptions::default());
/// assert!(runtime.block_on(persistence.restore()).unwrap());
/// assert_eq!(*runtime.block_on(after.ensure_query_data(&options)).unwrap(), 1);
/// let _subscription = persistence.subscribe();
/// ```
#[derive(Clone)]
pub struct Persistence {
    inner: Arc<Inner>,
}

struct Inner {
    client: QueryClient,
    storage: Arc<dyn Storage>,
    options: PersistOptions,
    is_due: AtomicBool,
}

impl Persistence {
    /// Persists that cache in that storage, when it is told to.
    pub fn new(client: &QueryClient, storage: impl Storage, options: PersistOptions) -> Self {
        let inner = Inner {
            client: client.clone(),
            storage: Arc::new(storage),
            options,
            is_due: AtomicBool::new(false),
        };
        client.keeps(&inner.storage, &inner.options.name);
        Self { inner: Arc::new(inner) }
    }

    /// Puts what was persisted into the cache, and returns whether there was anything. Until it is there, observers that
    /// mount do not fetch. What the cache has that is newer stays.
    ///
    /// # Errors
    ///
    /// What the storage said. State that cannot be read, is too old or of another version is thrown away instead.
    pub async fn restore(&self) -> Result<bool, StorageError> {
        let inner = &self.inner;
        let _restoring = inner.client.restoring();
        let session = inner.client.session();
        let Some(text) = inner.storage.get(&inner.options.name).await? else { return Ok(false) };
        let now = inner.client.now();
        let is_current = |stamped: &Stamped<DehydratedState>| {
            stamped.is_current(&inner.options.buster, inner.options.max_age, now)
        };
        match serde_json::from_str(&text).ok().filter(is_current) {
            // Read for a user who has left meanwhile.
            Some(_) if inner.client.session() != session => Ok(false),
            Some(stamped) => {
                inner.client.hydrate(stamped.state);
                Ok(true)
            }
            None => {
                inner.storage.remove(&inner.options.name).await?;
                Ok(false)
            }
        }
    }

    /// Writes the cache now. Where it does not fit, its oldest queries are left out.
    ///
    /// # Errors
    ///
    /// What the storage said of a state without any queries.
    pub async fn save(&self) -> Result<(), StorageError> {
        let inner = &self.inner;
        let session = inner.client.session();
        let mut state = inner.client.dehydrate(&inner.options.dehydrate);
        loop {
            let stamped = Stamped {
                timestamp: inner.client.now(),
                buster: inner.options.buster.clone(),
                state: &state,
            };
            let text = serde_json::to_string(&stamped)
                .map_err(|error| StorageError { reason: error.to_string() })?;
            let error = match inner.storage.set(&inner.options.name, text).await {
                // Written for a user who has left meanwhile.
                Ok(()) if inner.client.session() != session => return self.remove().await,
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let oldest = state.queries.iter().enumerate().min_by_key(|(_, query)| query.data_updated_at);
            let Some((at, _)) = oldest else { return Err(error) };
            state.queries.remove(at);
        }
    }

    /// Forgets what was persisted.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub async fn remove(&self) -> Result<(), StorageError> {
        self.inner.storage.remove(&self.inner.options.name).await
    }

    /// Writes the cache whenever it has changed, throttled, until the subscription is dropped. What the storage cannot
    /// keep is not kept.
    pub fn subscribe(&self) -> Subscription {
        // The cache keeps its subscribers: they must not keep the cache.
        let (weak, kept) = (Arc::downgrade(&self.inner), Arc::clone(&self.inner));
        let listening = self.inner.client.subscribe(move |event| {
            if let Some(inner) = weak.upgrade().filter(|_| changes_state(event)) {
                Self { inner }.plan();
            }
        });
        Subscription::new(move || drop((listening, kept)))
    }

    fn plan(&self) {
        if self.inner.is_due.swap(true, Ordering::AcqRel) {
            return;
        }
        let (me, client) = (self.clone(), &self.inner.client);
        let at = client.now().saturating_add(self.inner.options.throttle);
        let wait = client.runtime().sleep_until(at);
        client.runtime().spawn(Box::pin(async move {
            wait.await;
            me.inner.is_due.store(false, Ordering::Release);
            // Nobody is there to hear of a failure; the next change tries again.
            let _ = me.save().await;
        }));
    }
}

fn changes_state(event: &CacheEvent) -> bool {
    match event {
        CacheEvent::Updated { action, .. } => !matches!(
            action,
            QueryAction::Fetch | QueryAction::Failed | QueryAction::Pause | QueryAction::Continue
        ),
        CacheEvent::MutationUpdated { action, .. } => !matches!(action, MutationAction::Failed),
        CacheEvent::Removed { .. } | CacheEvent::MutationRemoved { .. } => true,
        _ => false,
    }
}

impl fmt::Debug for Persistence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Persistence").field("options", &self.inner.options).finish_non_exhaustive()
    }
}
