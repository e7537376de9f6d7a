//! Queries that are persisted one by one: restored before their first fetch, and kept after every one.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use super::QueryClient;
use crate::core::{FetchId, QuerySpec, Value};
use crate::{DehydratedQuery, DehydratedState, QueryKey, RefetchOn};

/// The outcome of an attempt that needed no fetch.
pub(super) struct Restored(DehydratedQuery);

impl QueryClient {
    /// What was persisted of the query, or else its fetch.
    pub(super) fn restoring_first(
        &self,
        spec: &Arc<QuerySpec>,
        fetch: BoxFuture<'static, Result<Value, Value>>,
    ) -> BoxFuture<'static, Result<Value, Value>> {
        let Some(persister) = spec.persister.clone() else { return fetch };
        let (key, now) = (spec.key.clone(), self.now());
        async move {
            // A storage that fails is no reason not to fetch.
            match persister.retrieve_query(&key, now).await {
                Ok(Some(query)) => Ok(Arc::new(Restored(query)) as Value),
                Ok(None) | Err(_) => fetch.await,
            }
        }
        .boxed()
    }

    /// Restored data is as old as it was, and fetched again where it is too old.
    pub(super) fn restored(&self, key: &QueryKey, fetch: FetchId, restored: &Restored) {
        let Some(view) = self.read(|core| core.attempt_view(key, fetch)) else { return };
        let query = restored.0.clone();
        self.hydrate(DehydratedState { queries: vec![query], mutations: Vec::new() });
        let decoded = view.spec.data_type.zip(view.spec.codec);
        if let Some((of, codec)) = decoded {
            self.decode(key, of.id, Some((of, codec)));
        }
        let Some(state) = self.read(|core| core.state(key)) else { return };
        let stale_time = view.spec.policy.stale_time(&state);
        let is_stale = state.is_stale_by_time(stale_time, self.now());
        let rule = view.spec.persister.as_ref().map_or(RefetchOn::Stale, crate::QueryPersister::rule);
        let refetches = match rule {
            RefetchOn::Always => true,
            RefetchOn::Stale => is_stale,
            RefetchOn::Never => state.data.is_none(),
        };
        self.apply(|core| core.attempt_restored(key, fetch, refetches));
    }

    /// Keeps what the query holds, in its own time.
    pub(super) fn persist(&self, spec: &QuerySpec) {
        let Some(persister) = spec.persister.clone() else { return };
        let (client, key) = (self.clone(), spec.key.clone());
        self.inner.runtime.spawn(Box::pin(async move {
            // What the storage cannot keep is fetched the next time.
            let _ = persister.persist_query(&client, &key).await;
        }));
    }
}
