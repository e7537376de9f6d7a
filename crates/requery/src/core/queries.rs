//! The set of queries: making, finding, writing, invalidating and removing them.

use std::collections::HashMap;
use std::sync::Arc;

use super::fetch::{Fetch, cancelled};
use super::query::{QuerySpec, in_order};
use super::timers::{TimerKind, Timers};
use super::{Core, Data, DataType, Effect, Patch, Query, State, Value, Written};
use crate::{
    CacheEvent, CancelOptions, Error, FetchStatus, GcTime, QueryAction, QueryFilters, QueryKey, QueryStatus,
    Timestamp,
};

impl Core {
    pub(crate) fn query(&self, key: &QueryKey) -> Option<&Query> {
        self.queries.get(key).map(|query| &**query)
    }

    pub(super) fn query_mut(&mut self, key: &QueryKey) -> Option<&mut Query> {
        self.queries.get_mut(key).map(|query| &mut **query)
    }

    /// In no particular order.
    fn all_queries(&self) -> impl Iterator<Item = &Query> {
        self.queries.values().map(|query| &**query)
    }

    pub(crate) fn state(&self, key: &QueryKey) -> Option<Arc<State>> {
        self.query(key).map(|query| Arc::clone(&query.state))
    }

    pub(crate) fn len(&self) -> usize {
        self.queries.len()
    }

    /// Makes the query if there is none, and checks that everybody means the same type by the key.
    pub(crate) fn build(&mut self, spec: &Arc<QuerySpec>) -> Result<Arc<State>, Error> {
        if let Some(query) = self.queries.get_mut(&spec.key) {
            if let (Some(found), Some(expected)) = (query.data_type, spec.data_type)
                && found.id != expected.id
            {
                return Err(self.type_mismatch(&spec.key, expected, found));
            }
            query.data_type = query.data_type.or(spec.data_type);
            return Ok(Arc::clone(&query.state));
        }
        Ok(self.insert(spec, State::initial(spec, self.now)))
    }

    /// Makes a query with a given state, as hydration does.
    pub(crate) fn insert(&mut self, spec: &Arc<QuerySpec>, mut state: State) -> Arc<State> {
        state.version = self.next_id();
        let gc_time = self.gc_time_of(spec);
        state.query = self.next_id();
        let mut query = Query::new(Arc::clone(spec), state, gc_time);
        let state = Arc::clone(&query.state);
        self.timers.plan_gc(&mut query, self.now);
        self.index.insert(&spec.key);
        self.queries.insert(spec.key.clone(), Box::new(query));
        self.link(&spec.key, &spec.links);
        self.event(|| CacheEvent::Added { key: spec.key.clone() });
        state
    }

    /// F14: a query that is there already takes hydrated data only if it is newer, and goes on fetching if it does.
    pub(crate) fn hydrate(&mut self, spec: &Arc<QuerySpec>, hydrated: State) {
        let Some(query) = self.query(&spec.key) else {
            self.insert(spec, hydrated);
            // What came from elsewhere is not what the query began with: a reset leaves nothing.
            let initial = spec.initial.is_some().then(|| Arc::new(State::initial(spec, self.now)));
            if let Some(query) = self.query_mut(&spec.key) {
                query.reset_state = initial;
            }
            return;
        };
        if hydrated.data_updated_at > query.state.data_updated_at {
            self.forget_woven(&spec.key);
            self.change(&spec.key, QueryAction::SetState, |state| {
                *state = State { fetch_status: state.fetch_status, ..hydrated };
            });
        }
    }

    fn type_mismatch(&mut self, key: &QueryKey, expected: DataType, found: DataType) -> Error {
        let (expected, found) = ((expected.name)(), (found.name)());
        let error = Error::TypeMismatch { key: key.clone(), expected, found };
        self.event(|| CacheEvent::Failed { error: error.clone() });
        error
    }

    pub(super) fn gc_time_of(&self, spec: &QuerySpec) -> GcTime {
        let default = if self.server { GcTime::Never } else { GcTime::DEFAULT };
        spec.policy.gc_time.unwrap_or(default)
    }

    /// F2.11, F2.12: the options of the next fetch; late initial data fills a query that has none.
    pub(crate) fn set_spec(&mut self, spec: &Arc<QuerySpec>) {
        let (gc_time, now) = (self.gc_time_of(spec), self.now);
        let Some(query) = self.queries.get_mut(&spec.key) else { return };
        query.spec = Arc::clone(spec);
        query.gc_time = query.gc_time.max(gc_time);
        let fills = query.state.data.is_none() && spec.initial.is_some();
        #[cfg(feature = "devtools")]
        let fills = fills && query.forced().is_none();
        self.link(&spec.key, &spec.links);
        let Some(query) = self.queries.get_mut(&spec.key).filter(|_| fills) else { return };
        let initial = State::initial(spec, now);
        query.reset_state = Some(Arc::new(initial.clone()));
        let (data, at) = (initial.data, initial.data_updated_at);
        self.change(&spec.key, QueryAction::SetState, |state| {
            if let Some(data) = data {
                state.succeed(data, at);
            }
        });
    }

    /// Replaces a query's state and tells its observers.
    pub(crate) fn change(&mut self, key: &QueryKey, action: QueryAction, change: impl FnOnce(&mut State)) {
        let version = self.next_id();
        let Some(query) = self.queries.get_mut(key) else { return };
        // A state that nobody else holds may change in place: there is nobody who could take it for what it was.
        let state = Arc::make_mut(&mut query.state);
        let was_fetching = state.fetch_status == FetchStatus::Fetching;
        change(state);
        (state.version, state.query) = (version, query.id);
        let is_fetching = state.fetch_status == FetchStatus::Fetching;
        if !query.observers.is_empty() {
            self.notify(key);
        }
        self.fetching = self.fetching + usize::from(is_fetching) - usize::from(was_fetching);
        self.event(|| CacheEvent::Updated { key: key.clone(), action });
    }

    /// F1.4: a write by hand. Says no when the state is no longer the one that `data` was made from.
    pub(crate) fn set_data(
        &mut self,
        key: &QueryKey,
        expected: Arc<State>,
        (written, of): (Written, DataType),
        updated_at: Option<Timestamp>,
    ) -> Result<bool, Error> {
        let (has_layers, epoch) = (self.has_layers(key), self.entities_epoch());
        let Some(query) = self.queries.get_mut(key) else { return Ok(false) };
        if let Some(found) = query.data_type.filter(|found| found.id != of.id) {
            return Err(self.type_mismatch(key, of, found));
        }
        if !Arc::ptr_eq(&query.state, &expected) || !query.is_woven_now(&written, has_layers, epoch) {
            return Ok(false);
        }
        drop(expected);
        query.data_type = Some(of);
        query.forget_deferred_patches();
        let (is_fetched, at) = (query.fetch.is_some(), updated_at.unwrap_or(self.now));
        let data = self.keep_written(key, written);
        self.change(key, QueryAction::Success { manual: true }, |state| {
            state.succeed(data, at);
            state.data_update_count += 1;
        });
        if is_fetched {
            self.remember_as_revert_state(key);
        }
        Ok(true)
    }

    /// Whether the query's state is still the one that was read.
    fn is_current(&self, key: &QueryKey, expected: &Arc<State>) -> bool {
        self.query(key).is_some_and(|query| Arc::ptr_eq(&query.state, expected))
    }

    /// A change that is not a fetch: freshness and validity stay as they are. Fails like [`Core::set_data`].
    pub(crate) fn patch_data(&mut self, key: &QueryKey, expected: &Arc<State>, written: Written) -> bool {
        if !self.is_current(key, expected) || !self.is_woven_now(key, &written) {
            return false;
        }
        let now = self.now;
        let patched = self.keep_written(key, written);
        if let Some(fetch) = self.query_mut(key).and_then(|query| query.fetch.as_mut()) {
            fetch.patch_revert_state(&patched, now);
        }
        self.change(key, QueryAction::Patch, |state| {
            state.data = Some(patched);
            state.patched_at = now;
        });
        true
    }

    /// Keeps a patch for what is not there yet: the result of the fetch in flight, or undecoded data. Says whether
    /// there is such a thing.
    pub(crate) fn keep_patch(&mut self, key: &QueryKey, patch: &Patch) -> bool {
        let Some(query) = self.query_mut(key) else { return false };
        let mut kept = false;
        if matches!(query.state.data, Some(Data::Raw(_))) {
            query.rare_or_new().deferred_patches.push(Arc::clone(patch));
            kept = true;
        }
        if let Some(fetch) = &mut query.fetch {
            fetch.patches.push(Arc::clone(patch));
            kept = true;
        }
        kept
    }

    /// Takes what is needed to decode hydrated data, once.
    pub(crate) fn take_deferred_patches(&mut self, key: &QueryKey) -> Vec<Patch> {
        let rare = self.query_mut(key).and_then(Query::rare);
        rare.map(|rare| std::mem::take(&mut rare.deferred_patches)).unwrap_or_default()
    }

    /// Puts decoded data in the place of hydrated JSON; data that could not be decoded leaves the query pending.
    pub(crate) fn replace_raw(
        &mut self,
        key: &QueryKey,
        expected: &Arc<State>,
        written: Option<Written>,
        of: DataType,
    ) -> bool {
        let is_woven_now = written.as_ref().is_none_or(|written| self.is_woven_now(key, written));
        if !self.is_current(key, expected) || !is_woven_now {
            return false;
        }
        let data = written.map(|written| self.keep_written(key, written));
        let version = self.next_id();
        let Some(query) = self.query_mut(key) else { return false };
        query.data_type = Some(of);
        match data {
            // Nobody has seen it yet, and it means what it meant before: that is no news.
            data @ Some(_) => query.state = Arc::new(State { version, data, ..(*query.state).clone() }),
            None => self.change(key, QueryAction::SetState, |state| {
                *state = State { fetch_status: state.fetch_status, ..State::pending() };
            }),
        }
        true
    }

    pub(crate) fn remove(&mut self, key: &QueryKey) {
        self.cancel(key, CancelOptions::replaced());
        self.forget(key);
    }

    /// Removes a query that is not being fetched.
    fn forget(&mut self, key: &QueryKey) {
        let Some(mut query) = self.queries.remove(key) else { return };
        self.timers.cancel(&mut query.gc_timer);
        // They go on showing what it was, and may still bring it back.
        for (id, observer) in std::mem::take(&mut query.observers).into_pairs() {
            self.dynamic_observers -= usize::from(observer.policy.is_dynamic);
            self.orphans.insert(id, observer);
        }
        self.fetching -= usize::from(query.state.fetch_status == FetchStatus::Fetching);
        self.index.remove(key);
        self.unlink(key, &mut query);
        if self.queries.is_empty() {
            // The room of those that there were, however many.
            self.queries = HashMap::default();
        }
        self.event(|| CacheEvent::Removed { key: key.clone() });
    }

    /// F1.10: back to the state that it was made with. Who waited for its fetch waits for the next, until
    /// [`Core::leave_waiting`].
    pub(crate) fn reset(&mut self, key: &QueryKey) {
        let waiters =
            self.query_mut(key).and_then(|query| query.fetch.as_deref_mut()).map(Fetch::take_waiters);
        self.cancel(key, CancelOptions::replaced());
        let Some(query) = self.query_mut(key) else { return };
        if let Some(waiters) = waiters.filter(|waiters| !waiters.is_empty()) {
            query.rare_or_new().waiting = waiters;
        }
        let initial = query.initial_state();
        self.forget_woven(key);
        self.change(key, QueryAction::SetState, |state| *state = initial);
        self.schedule_gc(key);
    }

    /// F15: back to the initial state, but still being fetched.
    pub(crate) fn reset_while_fetching(&mut self, key: &QueryKey) {
        let Some(query) = self.query(key).filter(|query| query.fetch.is_some()) else { return };
        let initial = query.initial_state();
        self.forget_woven(key);
        self.change(key, QueryAction::SetState, |state| {
            *state = State { fetch_status: state.fetch_status, ..initial };
        });
    }

    /// Beyond 9: everything goes. What somebody observes stays, and shows nothing.
    pub(crate) fn evict(&mut self) {
        let all = in_order(self.all_queries().collect()).into_iter();
        let keys: Vec<QueryKey> = all.map(|query| query.key().clone()).collect();
        for key in keys {
            self.cancel(&key, CancelOptions::replaced());
            if self.query(&key).is_some_and(|query| query.observers.is_empty()) {
                self.remove(&key);
                continue;
            }
            self.forget_woven(&key);
            self.change(&key, QueryAction::SetState, |state| *state = State::pending());
            if let Some(query) = self.query_mut(&key) {
                query.reset_state = None;
                query.forget_deferred_patches();
            }
        }
        self.clear_mutations();
        self.clear_layers();
        self.clear_entities();
        self.take_marks();
    }

    /// Puts a query into a state that was recorded, whatever it is in.
    pub(crate) fn replay(&mut self, spec: &Arc<QuerySpec>, recorded: State) {
        if self.query(&spec.key).is_none() {
            self.insert(spec, State::pending());
        }
        self.forget_woven(&spec.key);
        self.change(&spec.key, QueryAction::SetState, |state| *state = recorded);
    }

    /// No fetch took the place of the one that was reset: who waited for it is told so.
    pub(crate) fn leave_waiting(&mut self, key: &QueryKey) {
        let waiters = self.query_mut(key).and_then(Query::rare).map(|rare| std::mem::take(&mut rare.waiting));
        if let Some(waiters) = waiters.filter(|waiters| !waiters.is_empty()) {
            self.effects.push_back(Effect::Settle(waiters, Err(cancelled(key))));
        }
    }

    /// F2.8: starts to wait again, for the longest gc time that the query was ever given.
    pub(super) fn schedule_gc(&mut self, key: &QueryKey) {
        if let Some(query) = self.queries.get_mut(key) {
            self.timers.plan_gc(query, self.now);
        }
    }

    pub(super) fn query_gc_due(&mut self, key: &QueryKey) {
        let Some(query) = self.queries.get_mut(key) else { return };
        query.gc_timer = None;
        if !query.observers.is_empty() || query.state.fetch_status != FetchStatus::Idle {
            return;
        }
        if query.fetch.is_none() { self.forget(key) } else { self.remove(key) }
    }

    /// The keys of the queries that match all but the predicate, in the order in which the queries were made.
    pub(crate) fn find(&self, filters: &QueryFilters) -> Vec<QueryKey> {
        let mut found: Vec<&Query> = match &filters.key {
            Some(key) if filters.exact => self.query(key).into_iter().collect(),
            Some(prefix) if self.index.is_broad(prefix) => {
                self.all_queries().filter(|query| query.key().starts_with(prefix)).collect()
            }
            Some(prefix) => {
                self.index.matching(prefix).into_iter().filter_map(|key| self.query(key)).collect()
            }
            None => self.all_queries().collect(),
        };
        found.retain(|query| matches(query, filters));
        in_order(found).into_iter().map(|query| query.key().clone()).collect()
    }

    fn remember_as_revert_state(&mut self, key: &QueryKey) {
        if let Some(query) = self.queries.get_mut(key) {
            let state = Arc::clone(&query.state);
            if let Some(fetch) = &mut query.fetch {
                fetch.revert_state = state;
            }
        }
    }

    /// Back to an earlier state; what was invalidated since stays so.
    pub(super) fn revert(&mut self, key: &QueryKey, to: &State, invalidated: bool) {
        let is_invalidated = to.is_invalidated || invalidated;
        self.change(key, QueryAction::SetState, |state| {
            *state = State { fetch_status: FetchStatus::Idle, is_invalidated, ..to.clone() };
        });
    }

    pub(super) fn fail(&mut self, key: &QueryKey, error: Value) {
        let now = self.now;
        self.change(key, QueryAction::Error, |state| {
            state.error = Some(Arc::clone(&error));
            state.error_update_count += 1;
            state.error_updated_at = now;
            state.fetch_failure_count += 1;
            state.fetch_failure_reason = Some(error);
            state.fetch_status = FetchStatus::Idle;
            state.status = QueryStatus::Error;
            state.is_invalidated = true;
        });
    }
}

impl Timers {
    /// A query waits to be collected from now on, if nobody observes it.
    fn plan_gc(&mut self, query: &mut Query, now: Timestamp) {
        self.cancel(&mut query.gc_timer);
        if let (true, GcTime::After(wait)) = (query.observers.is_empty(), query.gc_time) {
            let kind = TimerKind::QueryGc(query.key().clone());
            query.gc_timer = Some(self.set(now.saturating_add(wait), kind));
        }
    }
}

/// Whether a query whose key matches is one of those that are wanted, as far as no predicate says so.
pub(super) fn matches(query: &Query, filters: &QueryFilters) -> bool {
    query.is_of_type(filters.query_type)
        && filters.stale.is_none_or(|stale| query.is_stale() == stale)
        && filters.fetch_status.is_none_or(|status| query.state.fetch_status == status)
}
