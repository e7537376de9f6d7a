//! The boundary between one user and the next.

use std::sync::Arc;

use futures::channel::oneshot;

use super::{QueryClient, lock};
use crate::core::Core;
use crate::{Storage, StorageError};

/// What was persisted, and under which names.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) prefix: String,
}

impl QueryClient {
    /// Forgets everything of a user, at login and logout (beyond 9): queries, entities, optimistic layers and mutations.
    /// Fetches are aborted, mutations that wait are dropped, and what was persisted of the cache is removed. Queries that
    /// are still observed show nothing, not even placeholders made of earlier data; they are fetched when they are asked
    /// for again, for example by [`QueryClient::refetch_queries`].
    ///
    /// All of that has happened when this returns, but for the storage: await what is returned to know when it is done
    /// with it, and before what the next user left behind is restored from the same storage.
    ///
    /// # Errors
    ///
    /// What the storage said.
    ///
    /// ```
    /// # use requery::{QueryClient, query_key, runtime::TestRuntime};
    /// # let runtime = TestRuntime::new();
    /// # let client = QueryClient::new(runtime.clone());
    /// client.set_query_data(query_key!["me"], "Ada".to_owned());
    /// runtime.block_on(client.evict()).unwrap();
    /// assert_eq!(client.query_count(), 0);
    /// ```
    pub fn evict(&self) -> impl Future<Output = Result<(), StorageError>> + use<> {
        self.apply(|core| core.session += 1);
        let hooks = self.read(Core::all_hooks);
        for hook in hooks {
            hook.forget();
        }
        self.apply(Core::evict);
        let (done, outcome) = oneshot::channel();
        let kept = lock(&self.inner.kept).clone();
        self.inner.runtime.spawn(Box::pin(async move {
            // Who does not wait has dropped the other end.
            let _ = done.send(remove_all(kept).await);
        }));
        async move { outcome.await.unwrap_or(Ok(())) }
    }

    /// Grows with every eviction: what was begun in an earlier session must not be written in this one.
    pub(crate) fn session(&self) -> u64 {
        self.read(|core| core.session)
    }

    /// Has an eviction remove what is kept there.
    pub(crate) fn keeps(&self, storage: &Arc<dyn Storage>, prefix: &str) {
        let mut kept = lock(&self.inner.kept);
        let is_known = |kept: &Kept| Arc::ptr_eq(&kept.storage, storage) && kept.prefix == prefix;
        if !kept.iter().any(is_known) {
            kept.push(Kept { storage: Arc::clone(storage), prefix: prefix.to_owned() });
        }
    }
}

async fn remove_all(kept: Vec<Kept>) -> Result<(), StorageError> {
    let mut outcome = Ok(());
    for Kept { storage, prefix } in kept {
        // One storage that fails is no reason to leave the others as they are.
        if let Err(error) = remove_prefix(&*storage, &prefix).await {
            outcome = Err(error);
        }
    }
    outcome
}

async fn remove_prefix(storage: &dyn Storage, prefix: &str) -> Result<(), StorageError> {
    for name in storage.names(prefix).await? {
        storage.remove(&name).await?;
    }
    Ok(())
}
