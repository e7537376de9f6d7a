//! One query: its state, and what it was last asked to do.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use futures::future::BoxFuture;

use super::fetch::Fetch;
use super::observers::ObserverEntry;
use super::ordered::sorted;
use super::timers::TimerId;
use super::{
    Codec, Data, DataType, EntityKey, ObserverHook, ObserverId, PageTask, Paging, Patch, Persists, Value,
    Waiter,
};
use crate::entity::EntityLink;
use crate::options::Policy;
use crate::{
    FetchDirection, FetchStatus, GcTime, QueryContext, QueryKey, QueryStatus, QueryType, StaleTime, Timestamp,
};

pub(crate) type FetchFn = Arc<dyn Fn(QueryContext) -> BoxFuture<'static, Result<Value, Value>> + Send + Sync>;

/// How data is fetched.
#[derive(Clone)]
pub(crate) enum QueryFn {
    /// All of it at once.
    Whole(FetchFn),
    /// Page by page.
    Pages(Arc<Paging>),
}

impl QueryFn {
    pub(crate) fn call(
        &self,
        context: QueryContext,
        task: PageTask,
    ) -> BoxFuture<'static, Result<Value, Value>> {
        match self {
            Self::Whole(fetch) => fetch(context.begin_call()),
            Self::Pages(paging) => (paging.ops.fetch)(Arc::clone(paging), context, task),
        }
    }

    pub(crate) fn paging(&self) -> Option<&Paging> {
        match self {
            Self::Whole(_) => None,
            Self::Pages(paging) => Some(paging),
        }
    }
}

/// Options of a query with defaults merged in and types erased.
#[derive(Clone)]
pub(crate) struct QuerySpec {
    pub(crate) key: QueryKey,
    pub(crate) policy: Policy,
    pub(crate) query_fn: Option<QueryFn>,
    pub(crate) initial: Option<(Value, Option<Timestamp>)>,
    pub(crate) data_type: Option<DataType>,
    pub(crate) codec: Option<Codec>,
    /// How the data shows entities.
    pub(crate) links: Arc<[EntityLink]>,
    pub(crate) persister: Option<Arc<dyn Persists>>,
}

/// A query's state. Never changed in place: a new one replaces it, so that identity tells whether anything changed.
#[derive(Clone)]
pub(crate) struct State {
    /// Grows with every change in the cache.
    pub(crate) version: u64,
    /// Whose state it is: a query that takes the place of one that was removed is another.
    pub(crate) query: u64,
    pub(crate) data: Option<Data>,
    pub(crate) data_update_count: u64,
    pub(crate) data_updated_at: Timestamp,
    pub(crate) patched_at: Timestamp,
    pub(crate) error: Option<Value>,
    pub(crate) error_update_count: u64,
    pub(crate) error_updated_at: Timestamp,
    pub(crate) fetch_failure_count: u32,
    pub(crate) fetch_failure_reason: Option<Value>,
    /// To which side the current or last fetch fetched one more page.
    pub(crate) fetch_direction: Option<FetchDirection>,
    pub(crate) is_invalidated: bool,
    pub(crate) status: QueryStatus,
    pub(crate) fetch_status: FetchStatus,
}

impl State {
    pub(crate) fn pending() -> Self {
        Self {
            version: 0,
            query: 0,
            data: None,
            data_update_count: 0,
            data_updated_at: Timestamp::ZERO,
            patched_at: Timestamp::ZERO,
            error: None,
            error_update_count: 0,
            error_updated_at: Timestamp::ZERO,
            fetch_failure_count: 0,
            fetch_failure_reason: None,
            fetch_direction: None,
            is_invalidated: false,
            status: QueryStatus::Pending,
            fetch_status: FetchStatus::Idle,
        }
    }

    pub(crate) fn initial(spec: &QuerySpec, now: Timestamp) -> Self {
        let mut state = Self::pending();
        if let Some((data, updated_at)) = &spec.initial {
            state.succeed(Data::Typed(Arc::clone(data)), updated_at.unwrap_or(now));
        }
        state
    }

    pub(super) fn succeed(&mut self, data: Data, at: Timestamp) {
        self.data = Some(data);
        self.data_updated_at = at;
        self.error = None;
        self.is_invalidated = false;
        self.status = QueryStatus::Success;
    }

    /// Whether it holds hydrated JSON that nobody has decoded yet.
    pub(crate) fn is_raw(&self) -> bool {
        matches!(self.data, Some(Data::Raw(_)))
    }

    pub(crate) fn is_fetched(&self) -> bool {
        self.data_update_count + self.error_update_count > 0
    }

    /// F2.9: no data is stale, static data never is, invalidated data is, the rest by its age.
    pub(crate) fn is_stale_by_time(&self, stale_time: StaleTime, now: Timestamp) -> bool {
        if self.data.is_none() {
            return true;
        }
        match stale_time {
            StaleTime::Static => false,
            _ if self.is_invalidated => true,
            StaleTime::Never => false,
            StaleTime::After(age) => self.data_updated_at.saturating_add(age) <= now,
        }
    }
}

pub(crate) struct Query {
    pub(crate) id: u64,
    pub(crate) state: Arc<State>,
    pub(crate) spec: Arc<QuerySpec>,
    pub(super) reset_state: Arc<State>,
    pub(super) fetch: Option<Fetch>,
    pub(super) observers: HashMap<ObserverId, ObserverEntry, foldhash::fast::FixedState>,
    pub(super) gc_time: GcTime,
    pub(super) gc_timer: Option<TimerId>,
    pub(crate) data_type: Option<DataType>,
    /// How the data shows entities, since somebody said so.
    pub(super) links: Arc<[EntityLink]>,
    pub(super) shown: HashSet<EntityKey, foldhash::fast::FixedState>,
    /// What the server says, where optimistic layers make something else of it.
    pub(super) base: Option<Value>,
    /// Whether the entities of the data are known.
    pub(super) is_woven: bool,
    /// Patches for hydrated data that nobody has decoded yet.
    pub(super) deferred_patches: Vec<Patch>,
    /// Whether the query function took the signal when it was called last. A fetch may end without calling it.
    pub(super) consumed: Arc<AtomicBool>,
    /// Those who wait for the fetch that follows a reset.
    pub(super) waiting: Vec<Waiter>,
    hooks: Option<Arc<[Arc<dyn ObserverHook>]>>,
}

/// Queries in the order in which they were made.
pub(super) fn in_order(queries: Vec<&Query>) -> Vec<&Query> {
    sorted(queries, |a, b| a.id.cmp(&b.id))
}

impl Query {
    pub(super) fn new(spec: Arc<QuerySpec>, state: State, gc_time: GcTime) -> Self {
        let state = Arc::new(state);
        Self {
            id: state.query,
            reset_state: Arc::clone(&state),
            state,
            data_type: spec.data_type,
            spec,
            fetch: None,
            observers: HashMap::default(),
            gc_time,
            gc_timer: None,
            links: Arc::default(),
            shown: HashSet::default(),
            base: None,
            is_woven: false,
            deferred_patches: Vec::new(),
            consumed: Arc::default(),
            waiting: Vec::new(),
            hooks: None,
        }
    }

    pub(crate) fn key(&self) -> &QueryKey {
        &self.spec.key
    }

    pub(crate) fn observer_count(&self) -> usize {
        self.observers.len()
    }

    /// F2.9: some observer is enabled.
    pub(crate) fn is_active(&self) -> bool {
        self.observers.values().any(|observer| observer.policy.enabled)
    }

    pub(crate) fn is_of_type(&self, query_type: QueryType) -> bool {
        match query_type {
            QueryType::All => true,
            QueryType::Active => self.is_active(),
            QueryType::Inactive => !self.is_active(),
        }
    }

    /// F2.9: nobody enabled observes it, or nobody observes it and it was never fetched.
    pub(crate) fn is_disabled(&self) -> bool {
        if self.observers.is_empty() { !self.state.is_fetched() } else { !self.is_active() }
    }

    /// F2.9: it has data that some observer declared static.
    pub(crate) fn is_static(&self) -> bool {
        self.state.data.is_some() && self.observers.values().any(|o| o.policy.stale_time == StaleTime::Static)
    }

    pub(crate) fn is_stale(&self) -> bool {
        if self.observers.is_empty() {
            self.state.data.is_none() || self.state.is_invalidated
        } else {
            self.observers.values().any(|observer| observer.shown_stale)
        }
    }

    /// Those who observe it, in the order in which they came.
    pub(super) fn observers_in_order(&self) -> Vec<&ObserverEntry> {
        let observers = sorted(self.observers.iter().collect(), |(a, _), (b, _)| a.cmp(b));
        observers.into_iter().map(|(_, observer)| observer).collect()
    }

    /// The first of them that the condition is true of.
    pub(super) fn first_observer(&self, wanted: impl Fn(&ObserverEntry) -> bool) -> Option<&ObserverEntry> {
        let wanted = self.observers.iter().filter(|(_, observer)| wanted(observer));
        wanted.min_by_key(|(id, _)| **id).map(|(_, observer)| observer)
    }

    /// A snapshot of those to tell, which stays as it is while they subscribe and unsubscribe.
    pub(super) fn hooks(&mut self) -> Arc<[Arc<dyn ObserverHook>]> {
        if let Some(hooks) = &self.hooks {
            return Arc::clone(hooks);
        }
        let hooks: Arc<[_]> = self.observers_in_order().iter().map(|o| Arc::clone(&o.hook)).collect();
        self.hooks = Some(Arc::clone(&hooks));
        hooks
    }

    pub(super) fn observers_changed(&mut self) {
        self.hooks = None;
    }
}
