//! Fetching: dedup, attempts, retries, cancelling and committing.

use std::sync::Arc;

use futures::future::AbortHandle;

use super::effects::{AttemptTask, FetchFailure};
use super::hand_over::Elsewhere;
use super::paging::{PageTask, Progress};
use super::query::QuerySpec;
use super::retryer::{Decision, Env, Retryer, Step, can_fetch};
use super::timers::{TimerId, TimerKind};
use super::{Core, Data, Effect, FetchOutcome, Patch, Peek, State, Value, Waiter, Written};
use crate::options::Cancelling;
use crate::{
    AbortSignal, CacheEvent, CancelOptions, Error, FetchDirection, FetchStatus, QueryAction, QueryKey,
    QueryStatus, Timestamp,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FetchId(u64);

/// How a fetch is to be started.
#[derive(Default)]
pub(crate) struct StartFetch {
    /// The options to use from now on.
    pub(crate) spec: Option<Arc<QuerySpec>>,
    /// Replace a fetch in flight, if the query has data.
    pub(crate) cancel_refetch: bool,
    pub(crate) waiter: Option<Waiter>,
    /// Fetch one more page of an infinite query.
    pub(crate) direction: Option<FetchDirection>,
}

/// A fetch in flight.
pub(super) struct Fetch {
    id: FetchId,
    spec: Arc<QuerySpec>,
    direction: Option<FetchDirection>,
    /// Pages only join others that were there when it began.
    had_data: bool,
    progress: Progress,
    retryer: Retryer,
    pub(super) retry_timer: Option<TimerId>,
    signal: AbortSignal,
    cancelling: Arc<Cancelling>,
    future: Option<AbortHandle>,
    waiters: Vec<Waiter>,
    /// They want to know what becomes of this very fetch, and not what the query has after it.
    watchers: Vec<Waiter>,
    pub(super) revert_state: Arc<State>,
    /// Applied over the result, in order.
    pub(super) patches: Vec<Patch>,
    /// The result will be older than an invalidation.
    pub(super) invalidated: bool,
    follow_up: Option<Vec<Waiter>>,
    /// Where it began, if not here.
    pub(super) elsewhere: Option<Elsewhere>,
}

impl Fetch {
    pub(super) fn id(&self) -> FetchId {
        self.id
    }

    pub(super) fn is_running(&self) -> bool {
        self.retryer.is_running()
    }

    pub(super) fn watch(&mut self, watcher: Waiter) {
        self.watchers.push(watcher);
    }

    /// Who joins it wants it to be retried.
    pub(super) fn join(&mut self) {
        self.retryer.allow_retries();
    }

    pub(super) fn take_waiters(&mut self) -> Vec<Waiter> {
        let mut waiters = std::mem::take(&mut self.waiters);
        waiters.extend(self.follow_up.take().into_iter().flatten());
        waiters
    }

    /// Whoever wants to know how it has ended by itself.
    pub(super) fn take_audience(&mut self) -> Vec<Waiter> {
        let mut audience = std::mem::take(&mut self.waiters);
        audience.append(&mut self.watchers);
        audience
    }

    pub(super) fn patch_revert_state(&mut self, data: &Data, now: Timestamp) {
        if self.revert_state.data.is_some() {
            let state = State { data: Some(data.clone()), patched_at: now, ..(*self.revert_state).clone() };
            self.revert_state = Arc::new(state);
        }
    }
}

/// What has to be known to judge the outcome of an attempt outside of the lock.
pub(crate) struct AttemptView {
    pub(crate) peek: Peek,
    pub(crate) spec: Arc<QuerySpec>,
    pub(crate) patches: Vec<Patch>,
    pub(crate) failures: u32,
}

impl Core {
    fn env(&self) -> Env {
        Env { online: self.online, focused: self.focused, has_turn: true }
    }

    /// Like [`Core::fetch`], where that was decided by what the query was when it was `seen`. Says no, and does nothing, if
    /// a fetch has ended since on another thread: what it brought may be all that was wanted.
    pub(crate) fn fetch_as_seen(&mut self, key: &QueryKey, seen: &State, start: StartFetch) -> bool {
        let is_as_seen = self
            .query(key)
            .is_none_or(|query| query.fetch.is_some() || query.state.counts() == seen.counts());
        if is_as_seen {
            self.fetch(key, start);
        }
        is_as_seen
    }

    /// F2.3: starts a fetch or joins the one in flight. A first fetch is never restarted.
    pub(crate) fn fetch(&mut self, key: &QueryKey, start: StartFetch) {
        if let Some(spec) = start.spec.as_ref().filter(|spec| !self.queries.contains_key(&spec.key)) {
            // It may have been collected since the caller made it.
            self.insert(spec, State::initial(spec, self.now));
        }
        let Some(query) = self.query_mut(key) else { return };
        let mut waiters: Vec<Waiter> = start.waiter.into_iter().collect();
        if let Some(fetch) = &mut query.fetch {
            if query.state.data.is_none() || !start.cancel_refetch {
                fetch.retryer.allow_retries();
                fetch.waiters.append(&mut waiters);
                return;
            }
            // F2.4: who waited for the fetch that is replaced waits for the new one.
            waiters.append(&mut fetch.take_waiters());
            self.cancel(key, CancelOptions::replaced());
        }
        if let Some(spec) = &start.spec {
            self.set_spec(spec);
        }
        match self.fetchable_spec(key) {
            Some(spec) => self.begin(key, spec, start.direction, waiters),
            None => {
                let error = Error::MissingQueryFn { key: key.clone() };
                self.event(|| CacheEvent::Failed { error: error.clone() });
                self.effects.push_back(Effect::Settle(waiters, Err(FetchFailure::Cache(error))));
            }
        }
    }

    /// F2.7: the options of the first observer with a query function stand in for those without.
    pub(super) fn fetchable_spec(&mut self, key: &QueryKey) -> Option<Arc<QuerySpec>> {
        let query = self.query(key)?;
        if query.spec.query_fn.is_some() {
            return Some(Arc::clone(&query.spec));
        }
        let spec = query.first_observer(|o| o.spec.query_fn.is_some()).map(|o| Arc::clone(&o.spec))?;
        self.set_spec(&spec);
        Some(spec)
    }

    fn begin(
        &mut self,
        key: &QueryKey,
        spec: Arc<QuerySpec>,
        direction: Option<FetchDirection>,
        waiters: Vec<Waiter>,
    ) {
        self.begin_from(None, key, (spec, direction), waiters);
    }

    /// A fetch that begins here, or one that began elsewhere and is waited for.
    pub(super) fn begin_from(
        &mut self,
        elsewhere: Option<Elsewhere>,
        key: &QueryKey,
        (spec, direction): (Arc<QuerySpec>, Option<FetchDirection>),
        mut waiters: Vec<Waiter>,
    ) {
        let mode = spec.policy.network_mode.unwrap_or_default();
        let (id, online) = (FetchId(self.next_id()), self.online);
        let Some(query) = self.query_mut(key) else { return };
        if let Some(rare) = query.rare() {
            waiters.append(&mut rare.waiting);
        }
        query.fetch = Some(Box::new(Fetch {
            id,
            spec,
            direction,
            had_data: query.state.data.is_some(),
            progress: Progress::default(),
            retryer: Retryer::new(mode),
            retry_timer: None,
            signal: AbortSignal::new(),
            // Until the function is called, what it did the last time is the best that is known.
            cancelling: Arc::clone(query.cancelling.get_or_insert_default()),
            future: None,
            waiters,
            watchers: Vec::new(),
            revert_state: Arc::clone(&query.state),
            patches: Vec::new(),
            invalidated: false,
            follow_up: None,
            elsewhere,
        }));
        // Also where one fetch takes the place of another: its failures are not those of the one before.
        self.change(key, QueryAction::Fetch, |state| {
            start_state(state, can_fetch(mode, online));
            state.fetch_direction = direction;
        });
        let env = self.env();
        self.step(key, |retryer| retryer.start(env));
    }

    fn step(&mut self, key: &QueryKey, step: impl FnOnce(&mut Retryer) -> Step) {
        let Some(fetch) = self.query_mut(key).and_then(|query| query.fetch.as_mut()) else { return };
        match step(&mut fetch.retryer) {
            Step::Run => self.attempt(key),
            Step::Pause => self.change(key, QueryAction::Pause, |s| s.fetch_status = FetchStatus::Paused),
            Step::Sleep(delay) => {
                let (id, at) = (fetch.id, self.now.saturating_add(delay));
                let timer = self.timers.set(at, TimerKind::Retry(key.clone(), id));
                if let Some(fetch) = self.query_mut(key).and_then(|query| query.fetch.as_mut()) {
                    fetch.retry_timer = Some(timer);
                }
            }
            Step::GiveUp(error) => self.settle_failed(key, &error),
            Step::Nothing => {}
        }
    }

    pub(super) fn attempt(&mut self, key: &QueryKey) {
        let Some(query) = self.query_mut(key) else { return };
        let Some(fetch) = &mut query.fetch else { return };
        if let Some(elsewhere) = &fetch.elsewhere {
            let arrived = elsewhere.arrived(key, fetch.id);
            self.effects.extend(arrived);
            return;
        }
        // A function that came with later options is as good as the one that the fetch was started with, and newer.
        let spec = if query.spec.query_fn.is_some() { &query.spec } else { &fetch.spec };
        let begins_pages = !fetch.had_data && spec.query_fn.as_ref().is_some_and(|it| it.paging().is_some());
        let (future, registration) = AbortHandle::new_pair();
        fetch.future = Some(future);
        let task = AttemptTask {
            key: key.clone(),
            fetch: fetch.id,
            spec: Arc::clone(spec),
            signal: fetch.signal.clone(),
            cancelling: Arc::clone(&fetch.cancelling),
            registration,
            pages: PageTask {
                direction: fetch.direction,
                progress: fetch.progress.clone(),
                data: query.state.data.as_ref().filter(|_| !begins_pages).and_then(Data::value),
            },
        };
        self.effects.push_back(Effect::Attempt(task));
    }

    /// What to judge an attempt's outcome by; nothing when the fetch is no longer wanted.
    pub(crate) fn attempt_view(&self, key: &QueryKey, id: FetchId) -> Option<AttemptView> {
        let query = self.query(key)?;
        let fetch = query.fetch.as_ref().filter(|fetch| fetch.id == id && fetch.retryer.is_running())?;
        Some(AttemptView {
            peek: self.peek(key)?,
            spec: Arc::clone(&fetch.spec),
            patches: fetch.patches.clone(),
            failures: fetch.retryer.failures(),
        })
    }

    /// Input: the query function succeeded, and `data` is its result shared with and patched over `view`. Fails when
    /// the query has changed since the view was taken.
    pub(crate) fn attempt_succeeded(
        &mut self,
        key: &QueryKey,
        id: FetchId,
        view: &AttemptView,
        written: Written,
    ) -> bool {
        let (now, is_woven_now) = (self.now, self.is_woven_now(key, &written));
        let Some(query) = self.query_mut(key) else { return true };
        let Some(mut fetch) = query.fetch.take_if(|fetch| fetch.id == id) else { return true };
        let is_changed = !Arc::ptr_eq(&query.state, &view.peek.state) || !is_woven_now;
        if is_changed || fetch.patches.len() != view.patches.len() {
            query.fetch = Some(fetch);
            return false;
        }
        query.forget_deferred_patches();
        query.data_type = query.data_type.or(fetch.spec.data_type);
        let fetched = Arc::clone(&written.view);
        let data = self.keep_written(key, written);
        let result = data.clone();
        self.change(key, QueryAction::Success { manual: false }, |state| {
            state.succeed(data, now);
            state.is_invalidated = fetch.invalidated;
            state.data_update_count += 1;
            state.fetch_status = FetchStatus::Idle;
            state.fetch_failure_count = 0;
            state.fetch_failure_reason = None;
        });
        self.fetched(key, Ok(fetched));
        self.effects.push_back(Effect::Settle(fetch.take_audience(), Ok(result)));
        self.schedule_gc(key);
        if let Some(waiters) = fetch.follow_up {
            self.begin_follow_up(key, waiters);
        }
        true
    }

    /// Input: what was persisted of the query has taken the place of a fetch.
    pub(crate) fn attempt_restored(&mut self, key: &QueryKey, id: FetchId, refetches: bool) {
        if self.current_fetch(key, id).is_none() {
            return;
        }
        let Some(mut fetch) = self.query_mut(key).and_then(|query| query.fetch.take()) else { return };
        self.change(key, QueryAction::SetState, |state| state.fetch_status = FetchStatus::Idle);
        let data = self.query(key).and_then(|query| query.state.data.clone());
        let waits = data.is_none() || fetch.follow_up.is_some();
        let audience = fetch.take_audience();
        let mut waiters = fetch.follow_up.unwrap_or_default();
        match data {
            Some(data) => self.effects.push_back(Effect::Settle(audience, Ok(data))),
            None => waiters.extend(audience),
        }
        self.schedule_gc(key);
        if refetches || waits {
            self.begin_follow_up(key, waiters);
        }
    }

    /// R7, R8: what was invalidated while it was fetched is fetched once more.
    fn begin_follow_up(&mut self, key: &QueryKey, waiters: Vec<Waiter>) {
        match self.fetchable_spec(key) {
            Some(spec) => self.begin(key, spec, None, waiters),
            None => self.effects.push_back(Effect::Settle(waiters, Err(cancelled(key)))),
        }
    }

    /// Asks for one more fetch after the one in flight, however often it is asked. Says whether one is in flight.
    pub(crate) fn follow_up(&mut self, key: &QueryKey, waiter: &mut Option<Waiter>) -> bool {
        let Some(fetch) = self.query_mut(key).and_then(|query| query.fetch.as_mut()) else { return false };
        fetch.retryer.allow_retries();
        fetch.follow_up.get_or_insert_default().extend(waiter.take());
        true
    }

    /// Input: the query function failed, and the caller's `retry` was asked what to do about it.
    pub(crate) fn attempt_failed(&mut self, key: &QueryKey, id: FetchId, error: &Value, decision: Decision) {
        let Some(fetch) = self.current_fetch(key, id) else { return };
        let step = fetch.retryer.failed(Arc::clone(error), decision);
        let failures = fetch.retryer.failures();
        if matches!(step, Step::Sleep(_)) {
            self.change(key, QueryAction::Failed, |state| {
                state.fetch_failure_count = failures;
                state.fetch_failure_reason = Some(Arc::clone(error));
            });
        }
        self.step(key, |_| step);
    }

    /// Input: the attempt ended without an outcome (its task was dropped, or it panicked).
    pub(crate) fn attempt_lost(&mut self, key: &QueryKey, id: FetchId) {
        if self.current_fetch(key, id).is_some() {
            self.cancel(key, CancelOptions::default());
        }
    }

    pub(super) fn current_fetch(&mut self, key: &QueryKey, id: FetchId) -> Option<&mut Fetch> {
        self.query_mut(key)?.fetch.as_deref_mut().filter(|fetch| fetch.id == id)
    }

    fn settle_failed(&mut self, key: &QueryKey, error: &Value) {
        let Some(mut fetch) = self.query_mut(key).and_then(|query| query.fetch.take()) else { return };
        self.fail(key, Arc::clone(error));
        self.fetched(key, Err(Arc::clone(error)));
        let mut audience = fetch.take_audience();
        audience.extend(fetch.follow_up.into_iter().flatten());
        let outcome = Err(FetchFailure::Failed(Arc::clone(error)));
        self.effects.push_back(Effect::Settle(audience, outcome));
        self.schedule_gc(key);
    }

    pub(super) fn retry_due(&mut self, key: &QueryKey, id: FetchId) {
        let env = self.env();
        let Some(fetch) = self.current_fetch(key, id) else { return };
        fetch.retry_timer = None;
        self.step(key, |retryer| retryer.delay_over(env));
    }

    /// F3: a paused fetch goes on when it may.
    pub(super) fn resume(&mut self, key: &QueryKey) {
        let env = self.env();
        let Some(fetch) = self.query_mut(key).and_then(|query| query.fetch.as_mut()) else { return };
        let step = fetch.retryer.resume(env);
        if !matches!(step, Step::Nothing) {
            self.change(key, QueryAction::Continue, |state| state.fetch_status = FetchStatus::Fetching);
            self.step(key, |_| step);
        }
    }

    /// F1.9, F2.4: ends the fetch in flight.
    pub(crate) fn cancel(&mut self, key: &QueryKey, options: CancelOptions) {
        let Some(mut fetch) = self.query_mut(key).and_then(|query| query.fetch.take()) else { return };
        self.timers.cancel(&mut fetch.retry_timer);
        let future = fetch.future.filter(|_| fetch.cancelling.drops());
        self.effects.push_back(Effect::Abort { signal: fetch.signal, future });
        if options.revert {
            self.revert(key, &fetch.revert_state, fetch.invalidated);
        } else if !options.replaced {
            self.change(key, QueryAction::SetState, |state| state.fetch_status = FetchStatus::Idle);
        }
        let kept = self.query(key).filter(|_| options.revert).and_then(|query| query.state.data.clone());
        fetch.waiters.extend(fetch.follow_up.into_iter().flatten());
        let outcome: FetchOutcome = kept.ok_or_else(|| cancelled(key));
        self.effects.push_back(Effect::Settle(fetch.waiters, outcome));
        if !fetch.watchers.is_empty() {
            self.effects.push_back(Effect::Settle(fetch.watchers, Err(cancelled(key))));
        }
        self.schedule_gc(key);
    }

    /// F2.6: nobody observes the query any more. A fetch that took the signal, or may be dropped, is cancelled, and so is a first one that
    /// has not begun; any other may finish, without further retries.
    pub(super) fn abandon(&mut self, key: &QueryKey) {
        let Some(query) = self.query_mut(key) else { return };
        let Some(fetch) = &mut query.fetch else { return };
        #[cfg(feature = "devtools")]
        if fetch.is_forced() {
            return;
        }
        let never_begun =
            query.state.fetch_status == FetchStatus::Paused && query.state.status == QueryStatus::Pending;
        if fetch.cancelling.is_when_left() || never_begun {
            self.cancel(key, CancelOptions::default());
        } else {
            fetch.retryer.stop_retries();
        }
    }
}

fn start_state(state: &mut State, can_fetch: bool) {
    state.fetch_failure_count = 0;
    state.fetch_failure_reason = None;
    state.fetch_status = if can_fetch { FetchStatus::Fetching } else { FetchStatus::Paused };
    if state.data.is_none() {
        state.error = None;
        state.status = QueryStatus::Pending;
    }
}

pub(super) fn cancelled(key: &QueryKey) -> FetchFailure {
    FetchFailure::Cache(Error::Cancelled { key: key.clone() })
}
