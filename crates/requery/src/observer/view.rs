//! From a query's state to one observer's result. Everything here may call user code.

use std::sync::Arc;

use super::QueryResult;
use crate::core::{Data, ObserverPolicy, QueryFn, State, Value};
use crate::options::{Policy, Select};
use crate::{
    FetchDirection, FetchStatus, NetworkMode, PagingState, QueryOptions, QueryStatus, RefetchOn, StaleTime,
    Timestamp,
};

/// What an observer remembers from one result to the next.
pub(super) struct Memory<T, E, D> {
    pub(super) selected: Option<Selected<T, E, D>>,
    /// The data of the last query that had any.
    pub(super) last_data: Option<Arc<T>>,
    /// How often the query had been fetched, and had failed, when the observer came to it.
    pub(super) counts_at_mount: (u64, u64),
}

impl<T, E, D> Memory<T, E, D> {
    pub(super) fn new(state: &State) -> Self {
        Self { selected: None, last_data: None, counts_at_mount: counts(state) }
    }
}

pub(super) fn counts(state: &State) -> (u64, u64) {
    (state.data_update_count, state.error_update_count)
}

impl<T, E, D> Clone for Memory<T, E, D> {
    fn clone(&self) -> Self {
        Self {
            selected: self.selected.clone(),
            last_data: self.last_data.clone(),
            counts_at_mount: self.counts_at_mount,
        }
    }
}

/// The last selection, so that the same data is not selected from twice (F7.3).
pub(super) struct Selected<T, E, D> {
    from: Arc<T>,
    by: Select<T, E, D>,
    /// What was selected last, perhaps from earlier data.
    data: Option<Arc<D>>,
    error: Option<Arc<E>>,
}

impl<T, E, D> Clone for Selected<T, E, D> {
    fn clone(&self) -> Self {
        Self {
            from: Arc::clone(&self.from),
            by: Arc::clone(&self.by),
            data: self.data.clone(),
            error: self.error.clone(),
        }
    }
}

/// One look at a query.
pub(super) struct View<'a, T, E, D> {
    pub(super) options: &'a QueryOptions<T, E, D>,
    pub(super) policy: &'a Policy,
    pub(super) wants: ObserverPolicy,
    pub(super) state: &'a State,
    pub(super) previous: &'a QueryResult<D, E>,
    pub(super) now: Timestamp,
}

impl<T, E, D> Clone for View<'_, T, E, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, E, D> Copy for View<'_, T, E, D> {}

impl<T, E, D> View<'_, T, E, D>
where
    T: Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    /// F7: the result, and what to remember for the next.
    pub(super) fn result(&self, memory: &mut Memory<T, E, D>) -> QueryResult<D, E> {
        let state = self.state;
        let data: Option<Arc<T>> = state.data.as_ref().and_then(Data::typed);
        if data.is_some() {
            memory.last_data.clone_from(&data);
        }
        let placeholder = if data.is_none() { self.placeholder(memory) } else { None };
        let is_placeholder_data = placeholder.is_some();
        let shown = data.or(placeholder);
        let (selected, select_error) = self.select(shown.as_ref(), memory);
        let mut result = QueryResult {
            status: if is_placeholder_data { QueryStatus::Success } else { state.status },
            fetch_status: state.fetch_status,
            data: selected,
            data_updated_at: state.data_updated_at,
            error: error(state.error.as_ref()),
            error_updated_at: state.error_updated_at,
            error_update_count: state.error_update_count,
            failure_count: state.fetch_failure_count,
            failure_reason: error(state.fetch_failure_reason.as_ref()),
            is_fetched: state.is_fetched(),
            is_fetched_after_mount: counts(state).0 > memory.counts_at_mount.0
                || counts(state).1 > memory.counts_at_mount.1,
            is_placeholder_data,
            is_stale: self.is_stale(),
            is_enabled: self.wants.enabled,
            paging: self.paging(),
        };
        if let Some(error) = select_error {
            self.fail(&mut result, error);
        }
        result
    }

    fn paging(&self) -> PagingState {
        let Some(paging) = self.options.query_fn.as_ref().and_then(QueryFn::paging) else {
            return PagingState::default();
        };
        let data = self.state.data.as_ref().and_then(Data::value);
        let has = |direction| data.as_ref().is_some_and(|data| paging.has_page(data, direction));
        PagingState {
            has_next_page: has(FetchDirection::Forward),
            has_previous_page: has(FetchDirection::Backward),
            fetch_direction: self.state.fetch_direction,
        }
    }

    fn fail(&self, result: &mut QueryResult<D, E>, error: Arc<E>) {
        let is_known = self.previous.error.as_ref().is_some_and(|known| Arc::ptr_eq(known, &error));
        result.error_updated_at = if is_known { self.previous.error_updated_at } else { self.now };
        result.error = Some(error);
        result.status = QueryStatus::Error;
        result.is_placeholder_data = false;
    }

    fn placeholder(&self, memory: &Memory<T, E, D>) -> Option<Arc<T>> {
        let placeholder =
            self.options.placeholder.as_ref().filter(|_| self.state.status == QueryStatus::Pending)?;
        placeholder(memory.last_data.as_ref())
    }

    fn select(
        &self,
        data: Option<&Arc<T>>,
        memory: &mut Memory<T, E, D>,
    ) -> (Option<Arc<D>>, Option<Arc<E>>) {
        let Some(data) = data else {
            // An error in selecting belongs to data that is gone.
            memory.selected = None;
            return (None, None);
        };
        let known = memory.selected.take();
        let is_known =
            |s: &Selected<T, E, D>| Arc::ptr_eq(&s.from, data) && Arc::ptr_eq(&s.by, &self.options.select);
        let selected = match known {
            Some(selected) if is_known(&selected) => selected,
            other => self.select_anew(data, other.and_then(|selected| selected.data)),
        };
        let outcome = (selected.data.clone(), selected.error.clone());
        memory.selected = Some(selected);
        outcome
    }

    fn select_anew(&self, data: &Arc<T>, last: Option<Arc<D>>) -> Selected<T, E, D> {
        let (from, by) = (Arc::clone(data), Arc::clone(&self.options.select));
        match by(data) {
            Ok(new) => Selected { from, data: Some(self.share(new)), by, error: None },
            Err(error) => Selected { from, data: last, by, error: Some(error) },
        }
    }

    /// F7.4: what was selected keeps its identity while it is equal.
    fn share(&self, new: Arc<D>) -> Arc<D> {
        let previous = self.previous.data.as_ref();
        let equal = |old: &&Arc<D>| Arc::ptr_eq(old, &new) || (self.options.same)(old, &new);
        match previous.filter(|_| self.policy.structural_sharing != Some(false)).filter(equal) {
            Some(previous) => Arc::clone(previous),
            None => new,
        }
    }

    pub(super) fn is_stale(&self) -> bool {
        self.wants.enabled && self.state.is_stale_by_time(self.wants.stale_time, self.now)
    }

    /// F7.1: whether mounting fetches.
    pub(super) fn fetches_on_mount(&self) -> bool {
        let gave_up = self.state.status == QueryStatus::Error && self.policy.retry_on_mount == Some(false);
        if self.state.data.is_none() {
            return self.wants.enabled && !gave_up;
        }
        let may = self.wants.enabled && self.wants.stale_time != StaleTime::Static;
        may && match self.policy.refetch_on_mount.unwrap_or_default() {
            RefetchOn::Always => true,
            RefetchOn::Stale => self.is_stale(),
            RefetchOn::Never => false,
        }
    }

    /// The state as it will be once the fetch that is about to begin has begun.
    pub(super) fn about_to_fetch(&self, online: bool) -> State {
        let waits = self.policy.network_mode.unwrap_or_default() == NetworkMode::Online && !online;
        let mut state = self.state.clone();
        state.fetch_status = if waits { FetchStatus::Paused } else { FetchStatus::Fetching };
        state.fetch_failure_count = 0;
        state.fetch_failure_reason = None;
        state.fetch_direction = None;
        if state.data.is_none() {
            state.error = None;
            state.status = QueryStatus::Pending;
        }
        state
    }
}

fn error<E: Send + Sync + 'static>(error: Option<&Value>) -> Option<Arc<E>> {
    Arc::clone(error?).downcast().ok()
}
