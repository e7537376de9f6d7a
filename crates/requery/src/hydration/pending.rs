//! Fetches that are in flight when a cache is dehydrated (F14).

use std::sync::Arc;

use futures::channel::oneshot;
use serde::{Deserialize, Serialize};

use super::Sample;
use crate::core::{Data, FetchId};
use crate::{QueryClient, QueryFilters, QueryKey, Timestamp};

/// One query of a [`super::DehydratedState`] that had no data yet and was being fetched.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DehydratedPending {
    /// Its key: an array.
    pub query_key: serde_json::Value,
    /// When it was dehydrated, in milliseconds since the Unix epoch.
    pub dehydrated_at: Timestamp,
    /// Its `meta` option.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<serde_json::Value>,
}

/// What became of a [`DehydratedPending`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HandedOver {
    /// Its key: an array.
    pub query_key: serde_json::Value,
    /// When it was dehydrated: says which of several fetches of the key this is of.
    pub dehydrated_at: Timestamp,
    /// Its data; nothing if the fetch failed or was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<serde_json::Value>,
}

impl QueryClient {
    /// The first fetches that are in flight, of queries whose data may travel.
    pub(super) fn dehydrate_pending(&self, filters: &QueryFilters) -> Vec<DehydratedPending> {
        let found = self.queries(filters).into_iter();
        let travels = |key: &QueryKey| {
            self.read(|core| {
                core.is_first_fetch(key) && Sample::of(core, key).is_some_and(|sample| sample.codec.is_some())
            })
        };
        let pending = found.filter(|query| travels(&query.key)).map(|query| DehydratedPending {
            query_key: query.key.to_json(),
            dehydrated_at: self.now(),
            meta: query.meta.as_deref().cloned(),
        });
        pending.collect()
    }

    /// F14: what becomes of a query that was just dehydrated while it was fetched for the first time. Completes when the
    /// fetch has ended; it goes on if this is dropped.
    ///
    /// ```
    /// use requery::{DehydrateOptions, QueryClient, QueryOptions, query_key, runtime::TestRuntime};
    ///
    /// let options = || QueryOptions::<u32, std::io::Error>::new(query_key!["n"], |_| async { Ok(1) }).hydratable();
    /// let (runtime, slow) = (TestRuntime::new(), TestRuntime::new());
    /// let server = QueryClient::server(slow.clone());
    /// let _fetching = server.prefetch_query(&options());
    /// let state = server.dehydrate(&DehydrateOptions { pending: true, ..DehydrateOptions::default() });
    /// let outcome = server.outcome_of(&state.pending[0]);
    ///
    /// // The state travels first; what becomes of the fetch follows when it is known.
    /// let browser = QueryClient::new(runtime.clone());
    /// browser.hydrate(state);
    /// let waiting = browser.fetch_query(&options());
    /// browser.hand_over(slow.block_on(outcome));
    /// assert_eq!(*runtime.block_on(waiting).unwrap(), 1);
    /// ```
    pub fn outcome_of(&self, pending: &DehydratedPending) -> impl Future<Output = HandedOver> + Send + use<> {
        let (watcher, ended) = oneshot::channel();
        let (client, key) = (self.clone(), QueryKey::new(&pending.query_key));
        // Somebody may ask when the query is gone.
        let codec = self.read(|core| Sample::of(core, &key)).and_then(|sample| sample.codec);
        self.apply(|core| core.watch_fetch(&key, watcher));
        let (query_key, dehydrated_at) = (pending.query_key.clone(), pending.dehydrated_at);
        async move {
            let data = match ended.await {
                Ok(Ok(Data::Typed(value))) => codec.and_then(|codec| codec.tree(&value)),
                Ok(Ok(Data::Raw(json))) => Some((*json).clone()),
                Ok(Err(_)) => None,
                // It has ended before this was asked.
                Err(_) => client.encoded_data(&key),
            };
            HandedOver { query_key, dehydrated_at, data }
        }
    }

    /// F14: a fetch that was in flight elsewhere is one here, which ends when it is handed over.
    pub(super) fn hydrate_pending(&self, pending: &DehydratedPending) {
        let spec = self.bare_spec(QueryKey::new(&pending.query_key), pending.meta.clone());
        self.apply(|core| core.await_hand_over(&spec, pending.dehydrated_at));
    }

    /// F14: ends the fetch of a query that was hydrated while its first fetch was in flight elsewhere. Where that failed,
    /// the query is fetched here, by whoever observes it: errors do not travel.
    ///
    /// Returns whether it was waited for. It is not where the query was removed, cancelled or not taken over.
    pub fn hand_over(&self, outcome: HandedOver) -> bool {
        let key = QueryKey::new(&outcome.query_key);
        self.apply(|core| core.hand_over(&key, outcome.dehydrated_at, outcome.data.map(Arc::new)))
    }

    pub(crate) fn handed_over(&self, key: &QueryKey, fetch: FetchId, data: Option<Arc<serde_json::Value>>) {
        let Some(json) = data else {
            self.apply(|core| core.hand_over_failed(key, fetch));
            return;
        };
        let Some(sample) = self.read(|core| Sample::of(core, key)) else { return };
        match (sample.data_type, sample.codec) {
            (None, _) => self.apply(|core| core.handed_over_raw(key, fetch, json)),
            (Some(_), Some(codec)) => match (codec.decode)(&json) {
                Ok(data) => self.attempt_succeeded(key, fetch, &data),
                Err(_unreadable) => self.apply(|core| core.hand_over_failed(key, fetch)),
            },
            (Some(_), None) => self.apply(|core| core.hand_over_failed(key, fetch)),
        }
    }
}
