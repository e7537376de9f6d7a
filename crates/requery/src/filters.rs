//! Which queries and mutations, and how.

use std::fmt;
use std::sync::Arc;

use crate::maybe_send::Held;
use crate::{
    FetchStatus, IntoQueryKey, MaybeSend, MaybeSync, MutationStatus, MutationSummary, QueryKey, QueryStatus,
    Timestamp,
};

/// Whether somebody enabled observes a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueryType {
    /// Either way.
    #[default]
    All,
    /// Yes.
    Active,
    /// No.
    Inactive,
}

/// What a predicate is told about a query.
#[derive(Clone, Debug)]
pub struct QuerySummary {
    /// Its key.
    pub key: QueryKey,
    /// Whether it has data.
    pub status: QueryStatus,
    /// Whether it is being fetched.
    pub fetch_status: FetchStatus,
    /// When its data was fetched or set.
    pub data_updated_at: Timestamp,
    /// Whether it is stale for anybody who observes it, or invalid.
    pub is_stale: bool,
    /// Whether it was invalidated.
    pub is_invalidated: bool,
    /// Whether somebody enabled observes it.
    pub is_active: bool,
    /// How many observe it.
    pub observers: usize,
    /// Its `meta` option.
    pub meta: Option<Arc<serde_json::Value>>,
}

type QueryPredicate = Arc<dyn Fn(&QuerySummary) -> bool + Send + Sync>;

/// Which queries (F4). Conditions add up; none means all.
///
/// ```
/// use requery::QueryFilters;
///
/// let filters = QueryFilters::prefix(["todos"]).active().stale(true);
/// # let _ = filters;
/// ```
#[derive(Clone, Default)]
pub struct QueryFilters {
    pub(crate) key: Option<QueryKey>,
    pub(crate) exact: bool,
    pub(crate) query_type: QueryType,
    pub(crate) stale: Option<bool>,
    pub(crate) fetch_status: Option<FetchStatus>,
    pub(crate) predicate: Option<QueryPredicate>,
}

impl QueryFilters {
    /// Every query.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Queries whose key begins with this one, as [`QueryKey::starts_with`] says.
    pub fn prefix(key: impl IntoQueryKey) -> Self {
        Self { key: Some(key.into_query_key()), ..Self::default() }
    }

    /// The query with this key.
    pub fn exact(key: impl IntoQueryKey) -> Self {
        Self { exact: true, ..Self::prefix(key) }
    }

    /// Whether a query may match before a change and not after it.
    pub(crate) fn depends_on_state(&self) -> bool {
        let is_of_any = self.query_type == QueryType::All && self.fetch_status.is_none();
        !is_of_any || self.stale.is_some() || self.predicate.is_some()
    }

    /// Only queries that somebody enabled observes.
    #[must_use]
    pub fn active(self) -> Self {
        self.query_type(QueryType::Active)
    }

    /// Only queries that nobody enabled observes.
    #[must_use]
    pub fn inactive(self) -> Self {
        self.query_type(QueryType::Inactive)
    }

    /// Only active queries, only inactive ones, or both.
    #[must_use]
    pub fn query_type(mut self, query_type: QueryType) -> Self {
        self.query_type = query_type;
        self
    }

    /// Only stale queries, or only fresh ones.
    #[must_use]
    pub fn stale(mut self, stale: bool) -> Self {
        self.stale = Some(stale);
        self
    }

    /// Only queries with this fetch status.
    #[must_use]
    pub fn fetch_status(mut self, status: FetchStatus) -> Self {
        self.fetch_status = Some(status);
        self
    }

    /// Only queries that the predicate accepts. It may call the client.
    #[must_use]
    pub fn predicate(
        mut self,
        predicate: impl Fn(&QuerySummary) -> bool + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let predicate = Held::new(predicate);
        self.predicate = Some(Arc::new(move |query| predicate.get()(query)));
        self
    }
}

impl fmt::Debug for QueryFilters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryFilters")
            .field("key", &self.key)
            .field("exact", &self.exact)
            .field("query_type", &self.query_type)
            .field("stale", &self.stale)
            .field("fetch_status", &self.fetch_status)
            .field("predicate", &self.predicate.is_some())
            .finish()
    }
}

type MutationPredicate = Arc<dyn Fn(&MutationSummary) -> bool + Send + Sync>;

/// Which mutations. Conditions add up; none means all.
#[derive(Clone, Default)]
pub struct MutationFilters {
    pub(crate) key: Option<QueryKey>,
    pub(crate) exact: bool,
    pub(crate) status: Option<MutationStatus>,
    pub(crate) predicate: Option<MutationPredicate>,
}

impl MutationFilters {
    /// Every mutation.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Mutations whose key begins with this one.
    pub fn prefix(key: impl IntoQueryKey) -> Self {
        Self { key: Some(key.into_query_key()), ..Self::default() }
    }

    /// Mutations with this key.
    pub fn exact(key: impl IntoQueryKey) -> Self {
        Self { exact: true, ..Self::prefix(key) }
    }

    /// Only mutations with this status.
    #[must_use]
    pub fn status(mut self, status: MutationStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Only mutations that the predicate accepts. It may call the client.
    #[must_use]
    pub fn predicate(
        mut self,
        predicate: impl Fn(&MutationSummary) -> bool + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let predicate = Held::new(predicate);
        self.predicate = Some(Arc::new(move |mutation| predicate.get()(mutation)));
        self
    }
}

impl fmt::Debug for MutationFilters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutationFilters")
            .field("key", &self.key)
            .field("exact", &self.exact)
            .field("status", &self.status)
            .field("predicate", &self.predicate.is_some())
            .finish()
    }
}

/// Which of the invalidated queries are fetched again at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefetchType {
    /// Those that somebody enabled observes.
    #[default]
    Active,
    /// Those that nobody enabled observes, if they were fetched before.
    Inactive,
    /// Both.
    All,
    /// None.
    None,
}

/// What invalidating does about a fetch that is in flight, and was so before what made the data invalid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InFlight {
    /// Let it end, then fetch once more, however often it was invalidated meanwhile.
    #[default]
    Coalesce,
    /// Cancel it and fetch anew; a first fetch is joined instead. The reference's default.
    Restart,
    /// Join it. The reference's `cancelRefetch: false`.
    Join,
}

/// How to invalidate.
#[derive(Clone, Copy, Debug, Default)]
pub struct InvalidateOptions {
    /// Which of them to fetch again.
    pub refetch: RefetchType,
    /// What to do about those in flight.
    pub in_flight: InFlight,
}

impl From<RefetchType> for InvalidateOptions {
    fn from(refetch: RefetchType) -> Self {
        Self { refetch, in_flight: InFlight::default() }
    }
}

/// How to refetch.
#[derive(Clone, Copy, Debug)]
pub struct RefetchOptions {
    /// Whether a fetch in flight is replaced, if the query has data. Default: yes.
    pub cancel_refetch: bool,
}

impl Default for RefetchOptions {
    fn default() -> Self {
        Self { cancel_refetch: true }
    }
}

/// How to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelOptions {
    /// Whether the query goes back to the state from before the fetch. Default: yes.
    pub revert: bool,
    /// Something else takes the place of what is cancelled: leave the state alone.
    pub(crate) replaced: bool,
}

impl CancelOptions {
    /// Leave the query's state as it is, but idle.
    #[must_use]
    pub fn keep_state() -> Self {
        Self { revert: false, replaced: false }
    }

    pub(crate) fn replaced() -> Self {
        Self { revert: false, replaced: true }
    }
}

impl Default for CancelOptions {
    fn default() -> Self {
        Self { revert: true, replaced: false }
    }
}

/// How to set data by hand.
#[derive(Clone, Copy, Debug, Default)]
pub struct SetDataOptions {
    /// When the data was current. Default: now.
    pub updated_at: Option<Timestamp>,
    /// Whether data that is older than what the cache has is ignored. Default: no.
    pub only_if_newer: bool,
}
