//! A query's state, with its types.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::core::{Data, State, Value};

/// Whether a query has data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QueryStatus {
    /// It has none, and no attempt has ended yet.
    #[default]
    Pending,
    /// The last attempt failed; there may be older data.
    Error,
    /// It has data.
    Success,
}

/// Whether a query is being fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FetchStatus {
    /// It is.
    Fetching,
    /// It wants to be, and waits for the network, or for focus before a retry.
    Paused,
    /// It is not.
    #[default]
    Idle,
}

/// A query's state in the cache, as of the call that returned it.
pub struct QueryState<T, E> {
    /// What was fetched or set last.
    pub data: Option<Arc<T>>,
    /// How often data was fetched or set; patches do not count.
    pub data_update_count: u64,
    /// When data was fetched or set last; patches do not count.
    pub data_updated_at: Timestamp,
    /// When data was patched last; [`Timestamp::ZERO`] if never.
    pub patched_at: Timestamp,
    /// Why the last fetch failed, until one succeeds.
    pub error: Option<Arc<E>>,
    /// How many fetches have failed.
    pub error_update_count: u64,
    /// When a fetch failed last.
    pub error_updated_at: Timestamp,
    /// How often the current or last fetch has failed.
    pub fetch_failure_count: u32,
    /// Why the current or last fetch failed last.
    pub fetch_failure_reason: Option<Arc<E>>,
    /// Whether it was invalidated since its data was fetched.
    pub is_invalidated: bool,
    /// Whether it has data.
    pub status: QueryStatus,
    /// Whether it is being fetched.
    pub fetch_status: FetchStatus,
}

impl<T: Send + Sync + 'static, E: Send + Sync + 'static> QueryState<T, E> {
    pub(crate) fn new(state: &State) -> Self {
        let error = |error: &Option<Value>| error.as_ref().and_then(|e| Arc::clone(e).downcast().ok());
        Self {
            data: state.data.as_ref().and_then(Data::typed),
            data_update_count: state.data_update_count,
            data_updated_at: state.data_updated_at,
            patched_at: state.patched_at,
            error: error(&state.error),
            error_update_count: state.error_update_count,
            error_updated_at: state.error_updated_at,
            fetch_failure_count: state.fetch_failure_count,
            fetch_failure_reason: error(&state.fetch_failure_reason),
            is_invalidated: state.is_invalidated,
            status: state.status,
            fetch_status: state.fetch_status,
        }
    }
}

impl<T, E> fmt::Debug for QueryState<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryState")
            .field("has_data", &self.data.is_some())
            .field("data_updated_at", &self.data_updated_at)
            .field("has_error", &self.error.is_some())
            .field("is_invalidated", &self.is_invalidated)
            .field("status", &self.status)
            .field("fetch_status", &self.fetch_status)
            .finish_non_exhaustive()
    }
}
