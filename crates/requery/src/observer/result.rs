//! What an observer shows.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::core::typed;
use crate::{FetchStatus, PagingState, QueryStatus, Timestamp};

/// What an observer shows of its query (F6): the query's state, as the observer's options see it.
pub struct QueryResult<D: ?Sized, E: ?Sized> {
    /// Whether there is something to show; placeholder data counts.
    pub status: QueryStatus,
    /// Whether the query is being fetched.
    pub fetch_status: FetchStatus,
    /// What to show: selected from the query's data, or from placeholder data.
    pub data: Option<Arc<D>>,
    /// When the query's data was fetched or set last.
    pub data_updated_at: Timestamp,
    /// Why the last fetch, or the selection, failed.
    pub error: Option<Arc<E>>,
    /// When it did.
    pub error_updated_at: Timestamp,
    /// How many fetches have failed.
    pub error_update_count: u64,
    /// How often the current or last fetch has failed.
    pub failure_count: u32,
    /// Why the current or last fetch failed last.
    pub failure_reason: Option<Arc<E>>,
    /// Whether any fetch has ended, well or not.
    pub is_fetched: bool,
    /// Whether any fetch has ended since the observer came to this query.
    pub is_fetched_after_mount: bool,
    /// Whether `data` is placeholder data.
    pub is_placeholder_data: bool,
    /// Whether the data is too old for this observer, or invalid.
    pub is_stale: bool,
    /// Whether the observer fetches by itself.
    pub is_enabled: bool,
    /// What is known about the pages of an infinite query.
    pub paging: PagingState,
}

impl<D: ?Sized, E: ?Sized> QueryResult<D, E> {
    /// There is nothing to show yet.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.status == QueryStatus::Pending
    }

    /// There is something to show, and nothing failed since.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status == QueryStatus::Success
    }

    /// The last fetch, or the selection, failed.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.status == QueryStatus::Error
    }

    /// The query is being fetched.
    #[must_use]
    pub fn is_fetching(&self) -> bool {
        self.fetch_status == FetchStatus::Fetching
    }

    /// The query is being fetched for the first time.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        self.is_pending() && self.is_fetching()
    }

    /// The query is being fetched, and there is something to show meanwhile. Fetching one more page does not count.
    #[must_use]
    pub fn is_refetching(&self) -> bool {
        self.is_fetching() && !self.is_pending() && self.paging.fetch_direction.is_none()
    }

    /// A fetch waits for the network or for focus.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.fetch_status == FetchStatus::Paused
    }

    /// It failed, and there is nothing to show.
    #[must_use]
    pub fn is_loading_error(&self) -> bool {
        self.is_error() && self.data.is_none()
    }

    /// It failed, and there is older data. Failing to fetch one more page does not count.
    #[must_use]
    pub fn is_refetch_error(&self) -> bool {
        self.is_error() && self.data.is_some() && self.paging.fetch_direction.is_none()
    }

    /// Whether both show the same: values by identity, everything else by value.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        same(self.data.as_ref(), other.data.as_ref())
            && same(self.error.as_ref(), other.error.as_ref())
            && same(self.failure_reason.as_ref(), other.failure_reason.as_ref())
            && self.facts() == other.facts()
    }

    fn facts(&self) -> impl PartialEq + use<D, E> {
        let times =
            (self.data_updated_at, self.error_updated_at, self.error_update_count, self.failure_count);
        let fetched = (self.is_fetched, self.is_fetched_after_mount);
        let flags = (self.is_placeholder_data, self.is_stale, self.is_enabled);
        // Which side was fetched shows while it is, and where that failed.
        let shows_direction = self.is_fetching() || self.is_error();
        let fetch_direction = self.paging.fetch_direction.filter(|_| shows_direction);
        (
            self.status,
            self.fetch_status,
            times,
            fetched,
            flags,
            PagingState { fetch_direction, ..self.paging },
        )
    }
}

/// A result whose types are erased.
pub type ErasedResult = QueryResult<dyn Any + Send + Sync, dyn Any + Send + Sync>;

impl ErasedResult {
    /// The result with its types. A value of another type is left out.
    #[must_use]
    pub fn typed<D, E>(self) -> QueryResult<D, E>
    where
        D: Send + Sync + 'static,
        E: Send + Sync + 'static,
    {
        QueryResult {
            status: self.status,
            fetch_status: self.fetch_status,
            data: self.data.and_then(typed),
            data_updated_at: self.data_updated_at,
            error: self.error.and_then(typed),
            error_updated_at: self.error_updated_at,
            error_update_count: self.error_update_count,
            failure_count: self.failure_count,
            failure_reason: self.failure_reason.and_then(typed),
            is_fetched: self.is_fetched,
            is_fetched_after_mount: self.is_fetched_after_mount,
            is_placeholder_data: self.is_placeholder_data,
            is_stale: self.is_stale,
            is_enabled: self.is_enabled,
            paging: self.paging,
        }
    }
}

/// Equal is what shows the same: values by identity, as the cache keeps the identity of what is equal.
impl<D: ?Sized, E: ?Sized> PartialEq for QueryResult<D, E> {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other)
    }
}

fn same<T: ?Sized>(a: Option<&Arc<T>>, b: Option<&Arc<T>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

impl<D: ?Sized, E: ?Sized> Clone for QueryResult<D, E> {
    fn clone(&self) -> Self {
        Self {
            data: self.data.clone(),
            error: self.error.clone(),
            failure_reason: self.failure_reason.clone(),
            ..*self
        }
    }
}

impl<D: ?Sized, E: ?Sized> Default for QueryResult<D, E> {
    /// Nothing to show, and nothing on its way.
    fn default() -> Self {
        Self {
            status: QueryStatus::Pending,
            fetch_status: FetchStatus::Idle,
            data: None,
            data_updated_at: Timestamp::ZERO,
            error: None,
            error_updated_at: Timestamp::ZERO,
            error_update_count: 0,
            failure_count: 0,
            failure_reason: None,
            is_fetched: false,
            is_fetched_after_mount: false,
            is_placeholder_data: false,
            is_stale: true,
            is_enabled: false,
            paging: PagingState::default(),
        }
    }
}

impl<D: ?Sized, E: ?Sized> fmt::Debug for QueryResult<D, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryResult")
            .field("status", &self.status)
            .field("fetch_status", &self.fetch_status)
            .field("has_data", &self.data.is_some())
            .field("has_error", &self.error.is_some())
            .field("is_stale", &self.is_stale)
            .field("is_placeholder_data", &self.is_placeholder_data)
            .finish_non_exhaustive()
    }
}
