//! What a fetch asks of the persister that its query has.

use std::sync::Arc;

use futures::future::BoxFuture;

use super::{FetchId, Value};
use crate::{QueryClient, QueryKey};

/// How an attempt ends.
pub(crate) type Outcome = Result<Value, Value>;

/// A trait, so that a program without persisters is without their code.
pub(crate) trait Persists: Send + Sync {
    /// Has an eviction remove what is kept.
    fn kept_by(&self, client: &QueryClient);

    /// What was persisted of the query, or else its fetch.
    fn restoring_first(
        self: Arc<Self>,
        client: &QueryClient,
        key: &QueryKey,
        fetch: BoxFuture<'static, Outcome>,
    ) -> BoxFuture<'static, Outcome>;

    /// Ends an attempt that restored the query instead of fetching it; says no of every other.
    fn takes_over(&self, client: &QueryClient, key: &QueryKey, fetch: FetchId, result: &Value) -> bool;

    /// Keeps what the query holds, in its own time.
    fn persist(self: Arc<Self>, client: &QueryClient, key: &QueryKey) -> BoxFuture<'static, ()>;
}
