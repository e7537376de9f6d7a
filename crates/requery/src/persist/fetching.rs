//! A persister where its queries are fetched: they are restored before their first fetch, and kept after every one.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use super::query::Inner;
use crate::core::{FetchId, Outcome, Persists, Value};
use crate::{DehydratedQuery, DehydratedState, QueryClient, QueryKey, QueryPersister, RefetchOn};

/// The outcome of an attempt that needed no fetch.
struct Restored(DehydratedQuery);

impl Persists for Inner {
    fn kept_by(&self, client: &QueryClient) {
        client.keeps(&self.storage, &self.prefix);
    }

    fn restoring_first(
        self: Arc<Self>,
        client: &QueryClient,
        key: &QueryKey,
        fetch: BoxFuture<'static, Outcome>,
    ) -> BoxFuture<'static, Outcome> {
        let (persister, key, now) = (QueryPersister::of(self), key.clone(), client.now());
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
    fn takes_over(&self, client: &QueryClient, key: &QueryKey, fetch: FetchId, result: &Value) -> bool {
        let Some(Restored(query)) = result.downcast_ref() else { return false };
        let Some(view) = client.read(|core| core.attempt_view(key, fetch)) else { return true };
        client.hydrate(DehydratedState { queries: vec![query.clone()], ..DehydratedState::default() });
        let decoded = view.spec.data_type.zip(view.spec.codec);
        if let Some((of, codec)) = decoded {
            client.decode(key, of.id, Some((of, codec)));
        }
        let Some(state) = client.read(|core| core.state(key)) else { return true };
        let stale_time = view.spec.policy.stale_time(&state);
        let refetches = match self.refetch_on_restore {
            RefetchOn::Always => true,
            RefetchOn::Stale => state.is_stale_by_time(stale_time, client.now()),
            RefetchOn::Never => state.data.is_none(),
        };
        client.apply(|core| core.attempt_restored(key, fetch, refetches));
        true
    }

    fn persist(self: Arc<Self>, client: &QueryClient, key: &QueryKey) -> BoxFuture<'static, ()> {
        let (persister, client, key) = (QueryPersister::of(self), client.clone(), key.clone());
        // What the storage cannot keep is fetched the next time.
        async move { drop(persister.persist_query(&client, &key).await) }.boxed()
    }
}
