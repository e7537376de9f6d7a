//! What a query function is given.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::{AbortSignal, FetchDirection, QueryClient, QueryKey};

/// What a call of the query function has said of its being cancelled.
#[derive(Debug, Default)]
pub(crate) struct Cancelling(AtomicU8);

impl Cancelling {
    /// Nothing: it runs to its end when it is left, and is dropped when it is cancelled.
    const UNSAID: u8 = 0;
    /// It has the signal, and ends by itself.
    const SIGNALLED: u8 = 1;
    /// It is dropped when it is left, too.
    const DROPPED: u8 = 2;

    fn say(&self, what: u8) {
        self.0.store(what, Ordering::Release);
    }

    /// Whether the fetch is cancelled when its last observer leaves.
    pub(crate) fn is_when_left(&self) -> bool {
        self.0.load(Ordering::Acquire) != Self::UNSAID
    }

    /// Whether its future is dropped when it is cancelled.
    pub(crate) fn drops(&self) -> bool {
        self.0.load(Ordering::Acquire) != Self::SIGNALLED
    }
}

/// What a query function is given.
pub struct QueryContext {
    pub(crate) client: QueryClient,
    pub(crate) key: QueryKey,
    pub(crate) meta: Option<Arc<serde_json::Value>>,
    pub(crate) signal: AbortSignal,
    pub(crate) cancelling: Arc<Cancelling>,
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
        self.cancelling.say(Cancelling::UNSAID);
        self
    }

    pub(crate) fn for_page(&self, direction: FetchDirection) -> Self {
        Self {
            client: self.client.clone(),
            key: self.key.clone(),
            meta: self.meta.clone(),
            signal: self.signal.clone(),
            cancelling: Arc::clone(&self.cancelling),
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

    /// Has the function dropped when its last observer leaves, where nothing but its future has to end: a request that is
    /// hung up with it.
    ///
    /// ```
    /// use requery::{QueryOptions, query_key};
    ///
    /// let report = QueryOptions::<String, std::io::Error>::new(query_key!["report"], |context| {
    ///     context.drop_when_left();
    ///     async { Ok("long to come".to_owned()) }
    /// });
    /// # let _ = report;
    /// ```
    pub fn drop_when_left(&self) {
        self.cancelling.say(Cancelling::DROPPED);
    }

    /// The signal that says when the result is no longer wanted.
    ///
    /// Taking it promises to heed it: from now on the fetch is cancelled when its last observer leaves, and a
    /// cancelled function is left to end by itself. A function that never takes the signal is dropped when it is
    /// cancelled, and runs to its end when its observers leave, unless it said [`QueryContext::drop_when_left`].
    #[must_use]
    pub fn signal(&self) -> AbortSignal {
        self.cancelling.say(Cancelling::SIGNALLED);
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
