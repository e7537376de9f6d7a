//! Mutations: their states, attempts, retries and turns.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::channel::oneshot;

use super::effects::MutationAttemptTask;
use super::ordered::Ordered;
use super::retryer::{Decision, Env, Retryer, Step};
use super::timers::{TimerId, TimerKind};
use super::{Core, Effect, LayerId, MutationSpec, Value};
use crate::options::Policy;
use crate::{CacheEvent, GcTime, MutationAction, MutationFilters, MutationStatus, QueryClient, Timestamp};

/// A mutation; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct MutationId(pub(crate) u64);

pub(crate) type MutationWaiter = oneshot::Sender<Result<Value, Value>>;

#[derive(Clone)]
pub(crate) struct MutationCore {
    pub(crate) context: Option<Value>,
    pub(crate) data: Option<Value>,
    pub(crate) error: Option<Value>,
    pub(crate) failure_count: u32,
    pub(crate) failure_reason: Option<Value>,
    pub(crate) is_paused: bool,
    pub(crate) status: MutationStatus,
    pub(crate) variables: Option<Value>,
    pub(crate) submitted_at: Timestamp,
    pub(crate) idempotency_key: Arc<str>,
}

impl MutationCore {
    pub(crate) fn idle() -> Self {
        Self {
            context: None,
            data: None,
            error: None,
            failure_count: 0,
            failure_reason: None,
            is_paused: false,
            status: MutationStatus::Idle,
            variables: None,
            submitted_at: Timestamp::ZERO,
            idempotency_key: Arc::from(""),
        }
    }
}

/// What a mutation observer does when its mutation changes. Called outside of the lock.
pub(crate) trait MutationHook: Send + Sync {
    fn mutation_updated(&self, client: &QueryClient);
}

pub(crate) struct Mutation {
    pub(crate) id: MutationId,
    pub(crate) spec: Arc<MutationSpec>,
    pub(crate) state: Arc<MutationCore>,
    pub(super) observer: Option<Arc<dyn MutationHook>>,
    pub(super) retryer: Option<Retryer>,
    waiter: Option<MutationWaiter>,
    pub(super) retry_timer: Option<TimerId>,
    pub(super) gc_timer: Option<TimerId>,
    /// It came with dehydrated state, and was not taken up again yet.
    pub(super) is_restored: bool,
    /// What it shows before the server has done it.
    pub(super) layer: Option<LayerId>,
}

impl Mutation {
    pub(super) fn new(id: MutationId, spec: Arc<MutationSpec>) -> Self {
        Self {
            id,
            spec,
            state: Arc::new(MutationCore::idle()),
            observer: None,
            retryer: None,
            waiter: None,
            retry_timer: None,
            gc_timer: None,
            is_restored: false,
            layer: None,
        }
    }
}

#[derive(Default)]
pub(super) struct Mutations {
    pub(super) all: Ordered<MutationId, Mutation>,
    scopes: HashMap<Arc<str>, Vec<MutationId>, foldhash::fast::FixedState>,
    last_id: u64,
    pending: usize,
}

impl Core {
    pub(crate) fn mutation_state(&self, id: MutationId) -> Option<Arc<MutationCore>> {
        self.mutations.all.get(id).map(|mutation| Arc::clone(&mutation.state))
    }

    /// Mutations that are pending.
    pub(crate) fn pending_mutations(&self) -> usize {
        self.mutations.pending
    }

    /// Mutations that match, in the order in which they were made.
    pub(crate) fn find_mutations(&self, filters: &MutationFilters) -> Vec<&Mutation> {
        let matches = |mutation: &&Mutation| {
            let key_matches = filters.key.as_ref().is_none_or(|wanted| {
                mutation.spec.key.as_ref().is_some_and(|key| match filters.exact {
                    true => key == wanted,
                    false => key.starts_with(wanted),
                })
            });
            key_matches && filters.status.is_none_or(|status| mutation.state.status == status)
        };
        self.mutations.all.values().filter(matches).collect()
    }

    /// Makes a mutation and says that it begins: pending, and paused if its turn or the network has to be waited for.
    pub(crate) fn begin_mutation(
        &mut self,
        id: MutationId,
        (spec, variables, idempotency_key): (Arc<MutationSpec>, Value, Arc<str>),
        observer: Option<Arc<dyn MutationHook>>,
    ) {
        let retryer = Retryer::new(spec.policy.network_mode.unwrap_or_default());
        let mutation = Mutation { observer, retryer: Some(retryer), ..Mutation::new(id, spec) };
        self.insert_mutation(mutation);
        let (now, can_start) = (self.now, self.mutation_can_start(id));
        self.change_mutation(id, MutationAction::Pending, |state| {
            state.status = MutationStatus::Pending;
            state.is_paused = !can_start;
            state.variables = Some(variables);
            state.submitted_at = now;
            state.idempotency_key = idempotency_key;
        });
    }

    pub(super) fn insert_mutation(&mut self, mutation: Mutation) {
        let id = mutation.id;
        if let Some(scope) = &mutation.spec.scope {
            self.mutations.scopes.entry(Arc::clone(scope)).or_default().push(id);
        }
        self.mutations.pending += usize::from(mutation.state.status == MutationStatus::Pending);
        self.mutations.all.insert(id, mutation);
        self.schedule_mutation_gc(id);
        self.event(|| CacheEvent::MutationAdded { id: id.0 });
    }

    /// What it does from here on, and what is called then.
    pub(crate) fn mutation_spec(&self, id: MutationId) -> Option<Arc<MutationSpec>> {
        self.mutations.all.get(id).map(|mutation| Arc::clone(&mutation.spec))
    }

    pub(crate) fn next_mutation_id(&mut self) -> MutationId {
        self.mutations.last_id += 1;
        MutationId(self.mutations.last_id)
    }

    /// Another function and a longer gc time for a mutation that is under way.
    pub(crate) fn set_mutation_spec(&mut self, id: MutationId, spec: MutationSpec) {
        let Some(mutation) = self.mutations.all.get_mut(id) else { return };
        let known = &mutation.spec;
        let default = if self.server { GcTime::Never } else { GcTime::DEFAULT };
        let gc_time = |spec: &MutationSpec| spec.policy.gc_time.unwrap_or(default);
        let gc_time = Some(gc_time(known).max(gc_time(&spec)));
        let (scope, policy) = (known.scope.clone(), Policy { gc_time, ..known.policy.clone() });
        mutation.spec = Arc::new(MutationSpec { scope, policy, ..spec });
    }

    /// The optimistic context is there.
    pub(crate) fn set_mutation_context(&mut self, id: MutationId, context: Value) {
        let now = self.now;
        self.change_mutation(id, MutationAction::Pending, |state| {
            state.context = Some(context);
            state.submitted_at = now;
        });
    }

    /// Starts the attempts; the waiter is told how they end.
    pub(crate) fn run_mutation(&mut self, id: MutationId, waiter: MutationWaiter) {
        let Some(mutation) = self.mutations.all.get_mut(id) else { return };
        mutation.waiter = Some(waiter);
        let was_paused = mutation.state.is_paused;
        let env = self.mutation_env(id);
        if was_paused && self.mutation_can_start(id) {
            self.change_mutation(id, MutationAction::Continue, |state| state.is_paused = false);
        }
        self.mutation_step(id, |retryer| retryer.start(env));
    }

    fn mutation_can_start(&self, id: MutationId) -> bool {
        let env = self.mutation_env(id);
        let retryer = self.mutations.all.get(id).and_then(|mutation| mutation.retryer.as_ref());
        retryer.is_some_and(|retryer| retryer.can_start(env))
    }

    fn mutation_env(&self, id: MutationId) -> Env {
        Env { online: self.online, focused: self.focused, has_turn: self.has_turn(id) }
    }

    /// F10: the first pending mutation of a scope has the turn.
    fn has_turn(&self, id: MutationId) -> bool {
        let all = &self.mutations.all;
        let scope = all.get(id).and_then(|mutation| mutation.spec.scope.as_ref());
        let Some(queue) = scope.and_then(|scope| self.mutations.scopes.get(scope)) else { return true };
        let is_pending =
            |id: &&MutationId| all.get(**id).is_some_and(|m| m.state.status == MutationStatus::Pending);
        queue.iter().find(is_pending).is_none_or(|first| *first == id)
    }

    fn mutation_step(&mut self, id: MutationId, step: impl FnOnce(&mut Retryer) -> Step) {
        let Some(mutation) = self.mutations.all.get_mut(id) else { return };
        let Some(retryer) = &mut mutation.retryer else { return };
        match step(retryer) {
            Step::Run => {
                let task = MutationAttemptTask {
                    id,
                    spec: Arc::clone(&mutation.spec),
                    state: Arc::clone(&mutation.state),
                };
                self.effects.push_back(Effect::MutationAttempt(task));
            }
            Step::Pause => self.change_mutation(id, MutationAction::Pause, |state| state.is_paused = true),
            Step::Sleep(delay) => {
                let at = self.now.saturating_add(delay);
                mutation.retry_timer = Some(self.timers.set(at, TimerKind::MutationRetry(id)));
            }
            Step::GiveUp(error) => self.mutation_attempts_ended(id, Err(error)),
            Step::Nothing => {}
        }
    }

    /// Input: the mutation function succeeded.
    pub(crate) fn mutation_attempt_succeeded(&mut self, id: MutationId, data: Value) {
        self.mutation_attempts_ended(id, Ok(data));
    }

    /// How often the mutation has failed so far, for the caller's `retry`.
    pub(crate) fn mutation_failures(&self, id: MutationId) -> Option<u32> {
        self.mutations.all.get(id)?.retryer.as_ref().map(Retryer::failures)
    }

    /// Input: the mutation function failed, and the caller's `retry` was asked what to do about it.
    pub(crate) fn mutation_attempt_failed(&mut self, id: MutationId, error: &Value, decision: Decision) {
        let Some(mutation) = self.mutations.all.get_mut(id) else { return };
        let Some(retryer) = &mut mutation.retryer else { return };
        let step = retryer.failed(Arc::clone(error), decision);
        let failures = retryer.failures();
        if matches!(step, Step::Sleep(_)) {
            self.change_mutation(id, MutationAction::Failed, |state| {
                state.failure_count = failures;
                state.failure_reason = Some(Arc::clone(error));
            });
        }
        self.mutation_step(id, |_| step);
    }

    fn mutation_attempts_ended(&mut self, id: MutationId, result: Result<Value, Value>) {
        let Some(mutation) = self.mutations.all.get_mut(id) else { return };
        if let Some(waiter) = mutation.waiter.take() {
            self.effects.push_back(Effect::MutationSettle(waiter, result));
        }
        self.stop_waiting_for(id);
    }

    pub(super) fn mutation_retry_due(&mut self, id: MutationId) {
        if let Some(mutation) = self.mutations.all.get_mut(id) {
            mutation.retry_timer = None;
        }
        let env = self.mutation_env(id);
        self.mutation_step(id, |retryer| retryer.delay_over(env));
    }

    /// Input: all callbacks have run. The state tells the outcome, and the next of the scope has its turn.
    pub(crate) fn settle_mutation(&mut self, id: MutationId, result: Result<Value, Value>) {
        match result {
            Ok(data) => self.change_mutation(id, MutationAction::Success, |state| {
                state.data = Some(data);
                state.error = None;
                state.failure_count = 0;
                state.failure_reason = None;
                state.is_paused = false;
                state.status = MutationStatus::Success;
            }),
            Err(error) => self.change_mutation(id, MutationAction::Error, |state| {
                state.data = None;
                state.failure_count += 1;
                state.failure_reason = Some(Arc::clone(&error));
                state.error = Some(error);
                state.is_paused = false;
                state.status = MutationStatus::Error;
            }),
        }
        let Some(mutation) = self.mutations.all.get_mut(id) else { return };
        mutation.retryer = None;
        let scope = mutation.spec.scope.clone();
        if mutation.gc_timer.is_none() {
            self.schedule_mutation_gc(id);
        }
        self.run_next_of(scope.as_deref(), id);
    }

    fn run_next_of(&mut self, scope: Option<&str>, done: MutationId) {
        let Some(queue) = scope.and_then(|scope| self.mutations.scopes.get(scope)) else { return };
        let paused =
            |id: &&MutationId| **id != done && self.mutation_state(**id).is_some_and(|s| s.is_paused);
        if let Some(next) = queue.iter().find(paused).copied() {
            self.resume_mutation(next);
        }
    }

    /// F1.14: paused mutations go on, in the order in which they were made, if there is a network. Returns them.
    pub(crate) fn resume_mutations(&mut self) -> Vec<MutationId> {
        if !self.online {
            return Vec::new();
        }
        let paused = self.mutations.all.values().filter(|mutation| mutation.state.is_paused);
        let paused: Vec<_> = paused.map(|mutation| mutation.id).collect();
        for id in &paused {
            self.resume_mutation(*id);
        }
        paused
    }

    fn resume_mutation(&mut self, id: MutationId) {
        let env = self.mutation_env(id);
        let Some(mutation) = self.mutations.all.get_mut(id) else { return };
        if mutation.is_restored {
            self.effects.push_back(Effect::MutationResume(id));
            return;
        }
        // Without a waiter its callbacks still run before the first attempt; it starts when they are done.
        if mutation.waiter.is_none() {
            return;
        }
        let Some(retryer) = &mut mutation.retryer else { return };
        let step = retryer.resume(env);
        if !matches!(step, Step::Nothing) {
            self.change_mutation(id, MutationAction::Continue, |state| state.is_paused = false);
            self.mutation_step(id, |_| step);
        }
    }

    pub(super) fn change_mutation(
        &mut self,
        id: MutationId,
        action: MutationAction,
        change: impl FnOnce(&mut MutationCore),
    ) {
        let Some(mutation) = self.mutations.all.get_mut(id) else { return };
        let mut state = (*mutation.state).clone();
        let was_pending = state.status == MutationStatus::Pending;
        change(&mut state);
        let is_pending = state.status == MutationStatus::Pending;
        mutation.state = Arc::new(state);
        let observer = mutation.observer.clone();
        let pending = &mut self.mutations.pending;
        *pending = *pending + usize::from(is_pending) - usize::from(was_pending);
        self.effects.extend(observer.map(Effect::MutationUpdated));
        self.event(|| CacheEvent::MutationUpdated { id: id.0, action });
    }

    /// Attaches or detaches an observer. A mutation has one at most: each `mutate` makes a new one.
    pub(crate) fn observe_mutation(&mut self, id: MutationId, observer: Option<Arc<dyn MutationHook>>) {
        let Some(mutation) = self.mutations.all.get_mut(id) else { return };
        let is_observed = observer.is_some();
        mutation.observer = observer;
        if is_observed {
            self.timers.cancel(&mut mutation.gc_timer);
        } else {
            self.schedule_mutation_gc(id);
        }
    }

    /// The observer that a mutation may still have is no more.
    pub(crate) fn leave_mutation(&mut self, id: MutationId) {
        if self.mutations.all.get(id).is_some_and(|mutation| mutation.observer.is_some()) {
            self.observe_mutation(id, None);
        }
    }

    fn schedule_mutation_gc(&mut self, id: MutationId) {
        let default = if self.server { GcTime::Never } else { GcTime::DEFAULT };
        let Some(mutation) = self.mutations.all.get_mut(id) else { return };
        self.timers.cancel(&mut mutation.gc_timer);
        if let (None, GcTime::After(wait)) =
            (&mutation.observer, mutation.spec.policy.gc_time.unwrap_or(default))
        {
            let at = self.now.saturating_add(wait);
            mutation.gc_timer = Some(self.timers.set(at, TimerKind::MutationGc(id)));
        }
    }

    pub(super) fn mutation_gc_due(&mut self, id: MutationId) {
        let Some(mutation) = self.mutations.all.get_mut(id) else { return };
        mutation.gc_timer = None;
        if mutation.observer.is_some() {
            return;
        }
        if mutation.state.status != MutationStatus::Pending {
            self.remove_mutation(id);
        } else if mutation.spec.policy.gc_time != Some(GcTime::After(Duration::ZERO)) {
            self.schedule_mutation_gc(id);
        }
    }

    fn remove_mutation(&mut self, id: MutationId) {
        let Some(mut mutation) = self.mutations.all.remove(id) else { return };
        self.stop_waiting_for(id);
        self.timers.cancel(&mut mutation.gc_timer);
        self.timers.cancel(&mut mutation.retry_timer);
        self.mutations.pending -= usize::from(mutation.state.status == MutationStatus::Pending);
        if let Some(scope) = &mutation.spec.scope
            && let Some(queue) = self.mutations.scopes.get_mut(scope)
        {
            queue.retain(|queued| *queued != id);
            if queue.is_empty() {
                self.mutations.scopes.remove(scope);
            }
        }
        self.event(|| CacheEvent::MutationRemoved { id: id.0 });
    }

    pub(crate) fn clear_mutations(&mut self) {
        let all: Vec<MutationId> = self.mutations.all.keys().collect();
        for id in all {
            self.remove_mutation(id);
        }
    }
}
