//! Mutations that survive the program.

use crate::sync::Mutex;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Storage, StorageError};
use crate::client::lock;
use crate::maybe_send::{Held, MaybeSend, MaybeSync};
use crate::{
    CacheEvent, DehydrateOptions, DehydratedMutation, DehydratedState, MutationAction, MutationFilters,
    MutationStatus, QueryClient, QueryFilters, Subscription,
};

/// Keeps every `resumable` mutation with a key in a storage from the moment that it is called until it has ended
/// (beyond 5). Clones are the same.
///
/// A mutation that was under way when the program ended is sent again by the next, in its order and under the same
/// idempotency key, by which the server knows whether it has done it already.
///
/// ```
/// use requery::{MemoryStorage, MutationObserver, MutationOptions, Outbox, QueryClient, query_key};
/// use requery::runtime::TestRuntime;
///
/// let (runtime, storage) = (TestRuntime::new(), MemoryStorage::new());
/// let send = MutationOptions::<(), std::io::Error, String>::new(|_text| async { Ok(()) })
///     .mutation_key(query_key!["send"])
///     .resumable();
/// let before = QueryClient::new(runtime.clone());
/// before.set_online(false);
/// let _kept = Outbox::new(&before, storage.clone(), "outbox:").subscribe();
/// drop(MutationObserver::new(&before, send.clone()).mutate("hello".to_owned()));
/// runtime.run_until_stalled();
///
/// let after = QueryClient::new(runtime.clone());
/// after.set_mutation_defaults(query_key!["send"], send);
/// let outbox = Outbox::new(&after, storage, "outbox:");
/// assert_eq!(runtime.block_on(outbox.restore()).unwrap(), 1);
/// ```
#[derive(Clone)]
pub struct Outbox {
    inner: Arc<Inner>,
}

struct Inner {
    client: QueryClient,
    storage: Arc<dyn Storage>,
    prefix: String,
    /// Writes are done one after the other: a removal must not overtake what it removes.
    work: Mutex<Work>,
    /// Whoever is told of what the storage could not do.
    told: Mutex<Option<Told>>,
}

type Told = Arc<dyn Fn(&StorageError) + Send + Sync>;

#[derive(Default)]
struct Work {
    queue: std::collections::VecDeque<Job>,
    is_running: bool,
}

enum Job {
    Keep(String, String),
    Forget(String),
}

#[derive(Serialize, Deserialize)]
struct Entry {
    /// Of two that were called in the same millisecond the lower was first.
    id: u64,
    mutation: DehydratedMutation,
}

impl Outbox {
    /// An outbox in that storage, under names that begin with `prefix`.
    pub fn new(client: &QueryClient, storage: impl Storage, prefix: impl Into<String>) -> Self {
        let inner = Inner {
            client: client.clone(),
            storage: Arc::new(storage),
            prefix: prefix.into(),
            work: Mutex::default(),
            told: Mutex::default(),
        };
        client.keeps(&inner.storage, &inner.prefix);
        Self { inner: Arc::new(inner) }
    }

    /// From now on calls `told` when the storage does not keep a mutation, or does not forget one, in the place of what was
    /// called before. The mutations go on; what was not kept is lost with the program.
    pub fn on_error(&self, told: impl Fn(&StorageError) + MaybeSend + MaybeSync + 'static) {
        let told = Held::new(told);
        *lock(&self.inner.told) = Some(Arc::new(move |error| told.get()(error)));
    }

    /// Puts the mutations that an earlier program left behind into the cache, in the order in which they were called, and
    /// resumes them as far as there is a network. Returns how many there were.
    ///
    /// # Errors
    ///
    /// What the storage said.
    pub async fn restore(&self) -> Result<usize, StorageError> {
        let storage = &self.inner.storage;
        let mut entries: Vec<Entry> = Vec::new();
        for name in storage.names(&self.inner.prefix).await? {
            match storage.get(&name).await?.map(|text| serde_json::from_str(&text)) {
                Some(Ok(entry)) => entries.push(entry),
                Some(Err(_)) => storage.remove(&name).await?,
                None => {}
            }
        }
        let known = self.inner.client.idempotency_keys();
        entries.retain(|entry| !known.contains(&entry.mutation.idempotency_key));
        entries.sort_by_key(|entry| (entry.mutation.submitted_at, entry.id));
        let mutations: Vec<_> = entries.into_iter().map(|entry| entry.mutation).collect();
        let count = mutations.len();
        self.inner.client.hydrate(DehydratedState { mutations, ..DehydratedState::default() });
        self.inner.client.resume_paused_mutations();
        Ok(count)
    }

    /// Keeps what is called from now on, until the subscription is dropped.
    pub fn subscribe(&self) -> Subscription {
        // The cache keeps its subscribers: they must not keep the cache.
        let (weak, kept) = (Arc::downgrade(&self.inner), Arc::clone(&self.inner));
        let listening = self.inner.client.subscribe(move |event| {
            if let CacheEvent::MutationUpdated { id, action } = event
                && let Some(inner) = weak.upgrade()
            {
                Self { inner }.follow(*id, *action);
            }
        });
        Subscription::new(move || drop((listening, kept)))
    }

    fn follow(&self, id: u64, action: MutationAction) {
        let has_ended = matches!(action, MutationAction::Success | MutationAction::Error);
        if !has_ended && action != MutationAction::Pending {
            return;
        }
        let job = if has_ended { self.forget(id) } else { self.keep(id) };
        if let Some(job) = job {
            self.enqueue(job);
        }
    }

    fn keep(&self, id: u64) -> Option<Job> {
        let this = MutationFilters::all().status(MutationStatus::Pending).predicate(move |m| m.id == id);
        let none = QueryFilters::all().predicate(|_| false);
        let options = DehydrateOptions { filters: none, mutations: Some(this), pending: false };
        let mutation = self.inner.client.dehydrate(&options).mutations.pop()?;
        let name = self.name(&mutation.idempotency_key);
        let text = serde_json::to_string(&Entry { id, mutation }).ok()?;
        Some(Job::Keep(name, text))
    }

    fn forget(&self, id: u64) -> Option<Job> {
        let key = self.inner.client.idempotency_key(id)?;
        Some(Job::Forget(self.name(&key)))
    }

    fn name(&self, idempotency_key: &str) -> String {
        format!("{}{idempotency_key}", self.inner.prefix)
    }

    fn enqueue(&self, job: Job) {
        let mut work = lock(&self.inner.work);
        work.queue.push_back(job);
        if std::mem::replace(&mut work.is_running, true) {
            return;
        }
        drop(work);
        let me = self.clone();
        self.inner.client.runtime().spawn(Box::pin(async move { me.work().await }));
    }

    async fn work(&self) {
        loop {
            let job = {
                let mut work = lock(&self.inner.work);
                let job = work.queue.pop_front();
                work.is_running = job.is_some();
                job
            };
            let done = match job {
                Some(Job::Keep(name, text)) => self.inner.storage.set(&name, text).await,
                Some(Job::Forget(name)) => self.inner.storage.remove(&name).await,
                None => return,
            };
            // It is called without the lock: it may ask for the next.
            let told = lock(&self.inner.told).clone();
            if let (Err(error), Some(told)) = (done, told) {
                told(&error);
            }
        }
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("prefix", &self.inner.prefix).finish_non_exhaustive()
    }
}
