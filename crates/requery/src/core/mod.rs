//! The state machine.
//!
//! Every method is one input that happens at [`Core::now`]; what has to be done about it is pushed to
//! [`Core::effects`], in order. The core performs no I/O, reads no clock, draws no random number and calls no
//! user code: functions that callers gave travel through it as opaque handles.

mod comeback;
mod data;
mod effects;
mod entities;
mod fetch;
#[cfg(feature = "devtools")]
mod forced;
mod hand_over;
#[cfg(feature = "devtools")]
mod inspect;
mod invalidate;
mod layers;
mod marks;
mod mutation_spec;
mod mutations;
mod notify;
mod observers;
mod ordered;
mod paging;
mod persists;
mod queries;
mod query;
mod restored;
mod retryer;
mod timers;
mod weave;

use std::any::TypeId;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

pub(crate) use comeback::Occasion;
pub use data::Decode;
pub(crate) use data::{Codec, Data, DataType, InParts, Patch, Value, equal, typed};
pub(crate) use effects::{AttemptTask, Effect, FetchFailure, FetchOutcome, MutationAttemptTask, Waiter};
pub(crate) use entities::{Absorbed, EntityKey, EntityWrite, Known, Shown, Weaving};
pub(crate) use fetch::{AttemptView, FetchId, StartFetch};
#[cfg(feature = "devtools")]
pub(crate) use inspect::{MutationSample, QuerySample, stale_at};
pub(crate) use layers::{LayerChanges, LayerId, Touched};
pub(crate) use mutation_spec::{ErasedCall, MutationSpec, OnOutcome};
pub(crate) use mutations::{Mutation, MutationCore, MutationHook, MutationId, MutationWaiter};
pub(crate) use observers::{ObserverHook, ObserverId, ObserverPolicy};
pub(crate) use ordered::sorted;
pub(crate) use paging::{NewPage, PageFn, PageOps, PageParamFn, PageTask, Paging};
pub(crate) use persists::{Outcome, Persists};
pub(crate) use query::{InitialData, Query, QueryFn, QuerySpec, State};
pub(crate) use retryer::Decision;
pub(crate) use weave::{Peek, Weaver, Written};

use crate::key::KeyIndex;
use crate::{CacheEvent, QueryKey, Timestamp};
use comeback::Comeback;
use entities::Entities;
use layers::Layers;
use marks::Marks;
use mutations::Mutations;
use notify::Held;
use observers::ObserverEntry;
use ordered::Ordered;
use timers::{TimerKind, Timers};

pub(crate) struct Core {
    pub(crate) now: Timestamp,
    pub(crate) effects: VecDeque<Effect>,
    pub(crate) online: bool,
    pub(crate) focused: bool,
    pub(crate) server: bool,
    /// Since there are entities or layers.
    pub(crate) weaver: Option<Weaver>,
    /// Why things happen at the moment, for the timeline.
    pub(crate) cause: Option<Arc<str>>,
    /// Grows with every eviction.
    pub(crate) session: u64,
    /// How many persisted caches are being restored.
    pub(crate) restoring: usize,
    /// Whether anybody wants [`Effect::Event`].
    pub(crate) has_subscribers: bool,
    /// Whether anybody wants [`Effect::Fetched`].
    pub(crate) has_fetch_callbacks: bool,
    pub(crate) codecs: Ordered<TypeId, (DataType, Codec)>,
    queries: HashMap<QueryKey, Box<Query>, foldhash::fast::FixedState>,
    index: KeyIndex,
    /// Observers whose query was removed while they observed it.
    orphans: Ordered<ObserverId, Box<ObserverEntry>>,
    comebacks: Vec<Comeback>,
    timers: Timers,
    fetching: usize,
    dynamic_observers: usize,
    next_id: u64,
    mutations: Mutations,
    held: Held,
    entities: Entities,
    layers: Layers,
    marks: Marks,
}

impl Core {
    pub(crate) fn new(server: bool) -> Self {
        Self {
            now: Timestamp::ZERO,
            effects: VecDeque::new(),
            online: true,
            focused: true,
            server,
            weaver: None,
            cause: None,
            session: 0,
            restoring: 0,
            has_subscribers: false,
            has_fetch_callbacks: false,
            codecs: Ordered::default(),
            queries: HashMap::default(),
            index: KeyIndex::default(),
            orphans: Ordered::default(),
            comebacks: Vec::new(),
            timers: Timers::default(),
            fetching: 0,
            dynamic_observers: 0,
            next_id: 0,
            mutations: Mutations::default(),
            held: Held::default(),
            entities: Entities::default(),
            layers: Layers::default(),
            marks: Marks::default(),
        }
    }

    pub(crate) fn next_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Queries whose fetch status is `fetching`.
    pub(crate) fn fetching(&self) -> usize {
        self.fetching
    }

    fn fetched(&mut self, key: &QueryKey, outcome: Result<Value, Value>) {
        if self.has_fetch_callbacks {
            self.effects.push_back(Effect::Fetched(key.clone(), outcome));
        }
    }

    pub(crate) fn event(&mut self, event: impl FnOnce() -> CacheEvent) {
        if self.has_subscribers {
            self.effects.push_back(Effect::Event(event(), self.cause.clone()));
        }
    }

    /// When [`Core::timers_due`] has to be called next.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.timers.next_deadline()
    }

    /// Timers that are set, whatever they are for.
    pub(crate) fn timer_count(&self) -> usize {
        self.timers.len()
    }

    /// Input: the time at which everything that follows happens. It never goes back.
    pub(crate) fn set_now(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        self.timers.turn_if_empty(self.now);
    }

    /// Input: time has passed. Stops after a timer that something follows from, so that this happens before the next.
    pub(crate) fn timers_due(&mut self) {
        while self.effects.is_empty()
            && let Some(kind) = self.timers.pop_due(self.now)
        {
            match kind {
                TimerKind::QueryGc(key) => self.query_gc_due(&key),
                TimerKind::Retry(key, fetch) => self.retry_due(&key, fetch),
                TimerKind::Stale(key, observer) => self.stale_due(&key, observer),
                TimerKind::Refetch(key, observer) => self.refetch_due(&key, observer),
                TimerKind::EntitySweep => self.entity_sweep_due(),
                TimerKind::Echo(layer) => self.echo_overdue(layer),
                TimerKind::Settle => self.settle_due(),
                TimerKind::MutationGc(id) => self.mutation_gc_due(id),
                TimerKind::MutationRetry(id) => self.mutation_retry_due(id),
            }
        }
    }
}
