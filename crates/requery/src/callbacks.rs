//! Callbacks for everything in a cache, whatever its type.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::core::Value;
use crate::maybe_send::Held;
use crate::{MaybeSend, MaybeSync, QueryKey, QuerySummary};

/// Which mutation a callback is about.
#[derive(Clone)]
pub struct MutationInfo {
    /// Ids count up from one.
    pub id: u64,
    /// Its key.
    pub key: Option<QueryKey>,
    /// Its `meta` option.
    pub meta: Option<Arc<serde_json::Value>>,
    pub(crate) variables: Value,
}

impl MutationInfo {
    /// What it was called with, if that is a `V`.
    #[must_use]
    pub fn variables<V: 'static>(&self) -> Option<&V> {
        self.variables.downcast_ref()
    }
}

impl fmt::Debug for MutationInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutationInfo").field("id", &self.id).field("key", &self.key).finish_non_exhaustive()
    }
}

type OnQuery = Arc<dyn Fn(&dyn Any, &QuerySummary) + Send + Sync>;
type OnQuerySettled = Arc<dyn Fn(&QuerySummary) + Send + Sync>;
type OnMutation = Arc<dyn Fn(&MutationInfo) + Send + Sync>;
type OnMutationOutcome = Arc<dyn Fn(&dyn Any, &MutationInfo) + Send + Sync>;

/// Callbacks for everything in a cache (F8, F10), for [`crate::QueryClientBuilder::callbacks`]. Fetches call them, data
/// that is set by hand does not.
///
/// ```
/// use requery::{CacheCallbacks, QueryClient, runtime::TestRuntime};
///
/// let callbacks = CacheCallbacks::new().on_query_error(|error, query| {
///     if let Some(error) = error.downcast_ref::<std::io::Error>() {
///         eprintln!("{}: {error}", query.key);
///     }
/// });
/// let client = QueryClient::builder(TestRuntime::new()).callbacks(callbacks).build();
/// # drop(client);
/// ```
#[derive(Clone, Default)]
pub struct CacheCallbacks {
    query_success: Option<OnQuery>,
    query_error: Option<OnQuery>,
    query_settled: Option<OnQuerySettled>,
    mutate: Option<OnMutation>,
    mutation_success: Option<OnMutationOutcome>,
    mutation_error: Option<OnMutationOutcome>,
    mutation_settled: Option<OnMutation>,
}

impl CacheCallbacks {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Called with the data of every fetch that succeeded.
    #[must_use]
    pub fn on_query_success(
        mut self,
        f: impl Fn(&dyn Any, &QuerySummary) + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let f = Held::new(f);
        self.query_success = Some(Arc::new(move |data, query| f.get()(data, query)));
        self
    }

    /// Called with the error of every fetch that failed for good.
    #[must_use]
    pub fn on_query_error(
        mut self,
        f: impl Fn(&dyn Any, &QuerySummary) + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let f = Held::new(f);
        self.query_error = Some(Arc::new(move |error, query| f.get()(error, query)));
        self
    }

    /// Called when a fetch has ended, well or not, after the others.
    #[must_use]
    pub fn on_query_settled(mut self, f: impl Fn(&QuerySummary) + MaybeSend + MaybeSync + 'static) -> Self {
        let f = Held::new(f);
        self.query_settled = Some(Arc::new(move |query| f.get()(query)));
        self
    }

    /// Called before every mutation's own `on_mutate`.
    #[must_use]
    pub fn on_mutate(mut self, f: impl Fn(&MutationInfo) + MaybeSend + MaybeSync + 'static) -> Self {
        let f = Held::new(f);
        self.mutate = Some(Arc::new(move |info| f.get()(info)));
        self
    }

    /// Called with the data of every mutation that succeeded, before its own `on_success`.
    #[must_use]
    pub fn on_mutation_success(
        mut self,
        f: impl Fn(&dyn Any, &MutationInfo) + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let f = Held::new(f);
        self.mutation_success = Some(Arc::new(move |data, info| f.get()(data, info)));
        self
    }

    /// Called with the error of every mutation that failed for good, before its own `on_error`.
    #[must_use]
    pub fn on_mutation_error(
        mut self,
        f: impl Fn(&dyn Any, &MutationInfo) + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let f = Held::new(f);
        self.mutation_error = Some(Arc::new(move |error, info| f.get()(error, info)));
        self
    }

    /// Called when a mutation has ended, well or not, before its own `on_settled`.
    #[must_use]
    pub fn on_mutation_settled(
        mut self,
        f: impl Fn(&MutationInfo) + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let f = Held::new(f);
        self.mutation_settled = Some(Arc::new(move |info| f.get()(info)));
        self
    }

    /// Whether anybody wants to hear of queries.
    pub(crate) fn hears_queries(&self) -> bool {
        self.query_success.is_some() || self.query_error.is_some() || self.query_settled.is_some()
    }

    pub(crate) fn query_ended(&self, outcome: Result<&Value, &Value>, query: &QuerySummary) {
        let (callback, value) = match outcome {
            Ok(data) => (&self.query_success, data),
            Err(error) => (&self.query_error, error),
        };
        if let Some(callback) = callback {
            callback(&**value, query);
        }
        if let Some(settled) = &self.query_settled {
            settled(query);
        }
    }

    pub(crate) fn mutating(&self, info: &MutationInfo) {
        if let Some(mutate) = &self.mutate {
            mutate(info);
        }
    }

    pub(crate) fn mutation_succeeded(&self, data: &dyn Any, info: &MutationInfo) {
        if let Some(success) = &self.mutation_success {
            success(data, info);
        }
    }

    pub(crate) fn mutation_failed(&self, error: &dyn Any, info: &MutationInfo) {
        if let Some(on_error) = &self.mutation_error {
            on_error(error, info);
        }
    }

    pub(crate) fn mutation_settled(&self, info: &MutationInfo) {
        if let Some(settled) = &self.mutation_settled {
            settled(info);
        }
    }
}

impl fmt::Debug for CacheCallbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheCallbacks").finish_non_exhaustive()
    }
}
