//! One query: its state, and what it was last asked to do.

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::fetch::Fetch;
use super::observers::ObserverEntry;
use super::ordered::{Ordered, sorted};
use super::timers::TimerId;
use super::{
    Codec, Data, DataType, EntityKey, ObserverHook, ObserverId, PageTask, Paging, Patch, Persists, Value,
    Waiter,
};
use crate::entity::EntityLink;
use crate::options::Cancelling;
use crate::options::SharedPolicy;
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
    pub(crate) policy: SharedPolicy,
    pub(crate) query_fn: Option<QueryFn>,
    pub(crate) initial: Option<Arc<InitialData>>,
    pub(crate) data_type: Option<DataType>,
    pub(crate) codec: Option<Codec>,
    /// How the data shows entities.
    pub(crate) links: Arc<[EntityLink]>,
    pub(crate) persister: Option<Arc<dyn Persists>>,
    /// F1.6: somebody waits for the fetch, which is not tried again where nobody said how often.
    pub(crate) fails_at_once: bool,
}

/// What a query begins with, and when that was current if not now.
pub(crate) struct InitialData {
    pub(crate) value: Value,
    pub(crate) updated_at: Option<Timestamp>,
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
        if let Some(initial) = &spec.initial {
            state.succeed(Data::Typed(Arc::clone(&initial.value)), initial.updated_at.unwrap_or(now));
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

    /// How often it got data, and how often fetching failed.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.data_update_count, self.error_update_count)
    }

    pub(crate) fn is_fetched(&self) -> bool {
        self.counts() != (0, 0)
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

/// There are many of them, and most only hold data: what few have is behind a pointer.
pub(crate) struct Query {
    pub(crate) id: u64,
    pub(crate) state: Arc<State>,
    pub(crate) spec: Arc<QuerySpec>,
    /// What it was made with, if it was made with data.
    pub(super) reset_state: Option<Arc<State>>,
    pub(super) fetch: Option<Box<Fetch>>,
    pub(super) observers: Ordered<ObserverId, Box<ObserverEntry>>,
    pub(super) gc_time: GcTime,
    pub(super) gc_timer: Option<TimerId>,
    pub(crate) data_type: Option<DataType>,
    /// How the data shows entities, since somebody said so.
    pub(super) links: Arc<[EntityLink]>,
    /// Whether the entities of the data are known.
    pub(super) is_woven: bool,
    /// Whether the query function took the signal when it was called last, if it ever was. A fetch may end without
    /// calling it.
    pub(super) cancelling: Option<Arc<Cancelling>>,
    hooks: Option<Arc<[Arc<dyn ObserverHook>]>>,
    rare: Option<Box<Rare>>,
}

/// What few queries have.
#[derive(Default)]
pub(super) struct Rare {
    pub(super) shown: HashSet<EntityKey, foldhash::fast::FixedState>,
    /// What the server says, where optimistic layers make something else of it.
    pub(super) base: Option<Value>,
    /// Patches for hydrated data that nobody has decoded yet.
    pub(super) deferred_patches: Vec<Patch>,
    /// Those who wait for the fetch that follows a reset.
    pub(super) waiting: Vec<Waiter>,
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
            reset_state: state.data.is_some().then(|| Arc::clone(&state)),
            state,
            data_type: spec.data_type,
            spec,
            fetch: None,
            observers: Ordered::default(),
            gc_time,
            gc_timer: None,
            links: Arc::default(),
            is_woven: false,
            cancelling: None,
            hooks: None,
            rare: None,
        }
    }

    pub(crate) fn key(&self) -> &QueryKey {
        &self.spec.key
    }

    /// What it has of what few have.
    pub(super) fn rare(&mut self) -> Option<&mut Rare> {
        self.rare.as_deref_mut()
    }

    pub(super) fn rare_or_new(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    pub(super) fn base(&self) -> Option<&Value> {
        self.rare.as_ref()?.base.as_ref()
    }

    /// How many entities the data shows.
    #[cfg(feature = "devtools")]
    pub(super) fn shown_count(&self) -> usize {
        self.rare.as_ref().map_or(0, |rare| rare.shown.len())
    }

    pub(super) fn set_base(&mut self, base: Option<Value>) {
        match &mut self.rare {
            Some(rare) => rare.base = base,
            None if base.is_some() => self.rare_or_new().base = base,
            None => {}
        }
    }

    pub(super) fn forget_deferred_patches(&mut self) {
        self.defer_patches(Vec::new());
    }

    /// For data that nobody has decoded yet, in the place of any from before.
    pub(super) fn defer_patches(&mut self, patches: Vec<Patch>) {
        match &mut self.rare {
            Some(rare) => rare.deferred_patches = patches,
            None if patches.is_empty() => {}
            None => self.rare_or_new().deferred_patches = patches,
        }
    }

    /// The state that it was made with.
    pub(super) fn initial_state(&self) -> State {
        self.reset_state.as_ref().map_or_else(State::pending, |state| State::clone(state))
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

    /// The first of those who observe it that the condition is true of.
    pub(super) fn first_observer(&self, wanted: impl Fn(&ObserverEntry) -> bool) -> Option<&ObserverEntry> {
        self.observers.values().map(|observer| &**observer).find(|observer| wanted(observer))
    }

    /// A snapshot of those to tell, which stays as it is while they subscribe and unsubscribe.
    pub(super) fn hooks(&mut self) -> Arc<[Arc<dyn ObserverHook>]> {
        if let Some(hooks) = &self.hooks {
            return Arc::clone(hooks);
        }
        let hooks: Arc<[_]> = self.observers.values().map(|o| Arc::clone(&o.hook)).collect();
        self.hooks = Some(Arc::clone(&hooks));
        hooks
    }

    pub(super) fn observers_changed(&mut self) {
        self.hooks = None;
    }
}
