//! What a query function is given.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{AbortSignal, FetchDirection, QueryClient, QueryKey};

/// What a query function is given.
pub struct QueryContext {
    pub(crate) client: QueryClient,
    pub(crate) key: QueryKey,
    pub(crate) meta: Option<Arc<serde_json::Value>>,
    pub(crate) signal: AbortSignal,
    pub(crate) consumed: Arc<AtomicBool>,
    pub(crate) direction: FetchDirection,
}

impl QueryContext {
    /// The cache that the result will be put into.
    #[must_use]
    pub fn client(&self) -> &QueryClient {
        &self.client
    }

    /// The query's key.
    #[must_use]
    pub fn key(&self) -> &QueryKey {
        &self.key
    }

    /// The query's `meta` option.
    #[must_use]
    pub fn meta(&self) -> Option<&serde_json::Value> {
        self.meta.as_deref()
    }

    /// To which side a page of an infinite query is fetched.
    #[must_use]
    pub fn direction(&self) -> FetchDirection {
        self.direction
    }

    /// A call of the query function begins: it has not taken the signal yet.
    pub(crate) fn begin_call(self) -> Self {
        self.consumed.store(false, Ordering::Release);
        self
    }

    pub(crate) fn for_page(&self, direction: FetchDirection) -> Self {
        Self {
            client: self.client.clone(),
            key: self.key.clone(),
            meta: self.meta.clone(),
            signal: self.signal.clone(),
            consumed: Arc::clone(&self.consumed),
            direction,
        }
    }

    /// The signal, without promising to heed it.
    pub(crate) fn raw_signal(&self) -> AbortSignal {
        self.signal.clone()
    }

    /// Whether the fetch was cancelled; unlike taking the signal, asking promises nothing.
    pub(crate) fn is_aborted(&self) -> bool {
        self.signal.is_cancelled()
    }

    /// The signal that says when the result is no longer wanted.
    ///
    /// Taking it promises to heed it: from now on the fetch is cancelled when its last observer leaves, and a
    /// cancelled function is left to end by itself. A function that never takes the signal is dropped when it is
    /// cancelled, and runs to its end when its observers leave.
    #[must_use]
    pub fn signal(&self) -> AbortSignal {
        self.consumed.store(true, Ordering::Release);
        self.signal.clone()
    }
}

impl fmt::Debug for QueryContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryContext")
            .field("key", &self.key)
            .field("meta", &self.meta)
            .finish_non_exhaustive()
    }
}
