//! What the core asks its surroundings to do.

use std::sync::Arc;

use futures::channel::oneshot;
use futures::future::{AbortHandle, AbortRegistration};

use super::mutations::{MutationCore, MutationHook};
use super::{
    Data, FetchId, LayerId, MutationId, MutationSpec, MutationWaiter, ObserverHook, Occasion, PageTask,
    QuerySpec, State, Value,
};
use crate::options::Cancelling;
use crate::{AbortSignal, CacheEvent, Error, QueryKey};

/// One output. Effects are performed in the order in which they were pushed, outside of the lock.
pub(crate) enum Effect {
    /// Call a query function and report to `attempt_succeeded`, `attempt_failed` or `attempt_lost`.
    Attempt(AttemptTask),
    /// What becomes of a fetch that began elsewhere is known: report to `attempt_succeeded`, `handed_over_raw` or
    /// `hand_over_failed`.
    HandedOver(QueryKey, FetchId, Option<Arc<serde_json::Value>>),
    /// Fire the signal; drop the future too where nobody took the signal.
    Abort { signal: AbortSignal, future: Option<AbortHandle> },
    /// Call the cache's callbacks for a fetch that ended.
    Fetched(QueryKey, Result<Value, Value>),
    /// An observer's data has become stale.
    Stale(Arc<dyn ObserverHook>),
    /// Paused mutations were sent and answered: let queries come back once who waited for those has gone on.
    ComeBack(Occasion),
    /// An observer fetches a query that has no data, or was removed.
    BringBack(Arc<dyn ObserverHook>),
    /// Tell those who wait for a fetch.
    Settle(Vec<Waiter>, FetchOutcome),
    /// Observers have to look at their query's new state.
    Updated(Arc<[Arc<dyn ObserverHook>]>, Arc<State>),
    /// No word of a mutation that succeeded has come.
    EchoOverdue(LayerId),
    /// Invalidate the queries that are in doubt.
    SettleMarks,
    /// Tell observers of what was held back, soon.
    Flush,
    /// Tell the subscribers of the cache.
    Event(CacheEvent, Option<Arc<str>>),
    /// Call a mutation function and report to `mutation_attempt_succeeded` or `mutation_attempt_failed`.
    MutationAttempt(MutationAttemptTask),
    /// An observer has to look at its mutation again.
    MutationUpdated(Arc<dyn MutationHook>),
    /// Take a mutation up again that came with dehydrated state.
    MutationResume(MutationId),
    /// Tell the one who executes a mutation how its attempts ended.
    MutationSettle(MutationWaiter, Result<Value, Value>),
}

pub(crate) struct AttemptTask {
    pub(crate) key: QueryKey,
    pub(crate) fetch: FetchId,
    pub(crate) spec: Arc<QuerySpec>,
    pub(crate) signal: AbortSignal,
    pub(crate) cancelling: Arc<Cancelling>,
    pub(crate) registration: AbortRegistration,
    pub(crate) pages: PageTask,
}

pub(crate) struct MutationAttemptTask {
    pub(crate) id: MutationId,
    pub(crate) spec: Arc<MutationSpec>,
    pub(crate) state: Arc<MutationCore>,
}

pub(crate) type Waiter = oneshot::Sender<FetchOutcome>;

pub(crate) type FetchOutcome = Result<Data, FetchFailure>;

#[derive(Clone)]
pub(crate) enum FetchFailure {
    Failed(Value),
    Cache(Error),
}
