//! From a query's state to one observer's result. Everything here may call user code.

use std::sync::Arc;

use super::memory::{Last, Memory, Selection};
use super::result::ErasedResult;
use crate::core::{Data, ObserverPolicy, QueryFn, State, Value};
use crate::options::{ErasedOptions, Policy, Select};
use crate::{
    FetchDirection, FetchStatus, NetworkMode, PagingState, QueryKey, QueryStatus, RefetchOn, StaleTime,
    Timestamp,
};

/// What an observer has to show.
enum Shown {
    Data(Value),
    Placeholder(Value),
    /// The placeholder of the last result, selected from already.
    Kept(Value),
    Nothing,
}

/// One look at a query.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) key: &'a QueryKey,
    pub(super) options: &'a ErasedOptions,
    pub(super) policy: &'a Policy,
    pub(super) wants: ObserverPolicy,
    pub(super) state: &'a State,
    pub(super) previous: &'a ErasedResult,
    pub(super) now: Timestamp,
}

impl View<'_> {
    /// F7: the result, and what to remember for the next.
    pub(super) fn result(&self, memory: &mut Memory) -> ErasedResult {
        let state = self.state;
        let shown = self.shown(memory);
        let is_placeholder_data = matches!(shown, Shown::Placeholder(_) | Shown::Kept(_));
        memory.placeholder.clone_from(&self.options.placeholder);
        let (selected, select_error) = self.select(shown, memory);
        let mut result = ErasedResult {
            status: if is_placeholder_data { QueryStatus::Success } else { state.status },
            fetch_status: state.fetch_status,
            data: selected,
            data_updated_at: state.data_updated_at,
            error: state.error.clone(),
            error_updated_at: state.error_updated_at,
            error_update_count: state.error_update_count,
            failure_count: state.fetch_failure_count,
            failure_reason: state.fetch_failure_reason.clone(),
            is_fetched: state.is_fetched(),
            is_fetched_after_mount: state.counts().0 > memory.counts_at_mount.0
                || state.counts().1 > memory.counts_at_mount.1,
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

    fn fail(&self, result: &mut ErasedResult, error: Value) {
        let is_known = self.previous.error.as_ref().is_some_and(|known| Arc::ptr_eq(known, &error));
        result.error_updated_at = if is_known { self.previous.error_updated_at } else { self.now };
        result.error = Some(error);
        result.status = QueryStatus::Error;
        result.is_placeholder_data = false;
    }

    /// What there is to select from.
    fn shown(&self, memory: &mut Memory) -> Shown {
        let data = self.state.data.as_ref().and_then(|data| data.of(self.options.data_type.id));
        let Some(data) = data else {
            if let Some(last) = memory.last.as_mut().filter(|last| last.query == self.state.query) {
                last.data = None;
            }
            return self.placeholder(memory);
        };
        match memory.last.as_mut().filter(|last| last.query == self.state.query) {
            Some(last) => last.data = Some(Arc::clone(&data)),
            None => {
                let (key, data) = (self.key.clone(), Some(Arc::clone(&data)));
                memory.last = Some(Last { key, query: self.state.query, data });
            }
        }
        Shown::Data(data)
    }

    fn placeholder(&self, memory: &Memory) -> Shown {
        let is_pending = self.state.status == QueryStatus::Pending;
        let Some(placeholder) = self.options.placeholder.as_ref().filter(|_| is_pending) else {
            return Shown::Nothing;
        };
        let is_known = memory.placeholder.as_ref().is_some_and(|known| known.is_same(placeholder));
        match &self.previous.data {
            Some(data) if self.previous.is_placeholder_data && is_known => Shown::Kept(Arc::clone(data)),
            _ => {
                let last = memory.last.as_ref().and_then(|last| last.data.as_ref());
                let data = placeholder.make(last);
                data.map_or(Shown::Nothing, Shown::Placeholder)
            }
        }
    }

    fn select(&self, shown: Shown, memory: &mut Memory) -> (Option<Value>, Option<Value>) {
        let (data, is_placeholder) = match shown {
            Shown::Kept(data) => return (Some(data), None),
            Shown::Data(data) => (data, false),
            Shown::Placeholder(data) => (data, true),
            Shown::Nothing => {
                // An error in selecting belongs to data that is gone.
                memory.selection = None;
                return (None, None);
            }
        };
        let Some(select) = &self.options.select else {
            memory.selection = None;
            return (Some(if is_placeholder { self.share(data) } else { data }), None);
        };
        let is_known = |it: &Selection| Arc::ptr_eq(&it.from, &data) && Arc::ptr_eq(&it.by, select);
        if !memory.selection.as_deref().is_some_and(is_known) {
            self.select_anew(data, select, memory);
        }
        (memory.selected.clone(), memory.selection.as_ref().and_then(|it| it.error.clone()))
    }

    fn select_anew(&self, from: Value, by: &Select, memory: &mut Memory) {
        let error = match by(&from) {
            Ok(new) => {
                memory.selected = Some(self.share(new));
                None
            }
            Err(error) => Some(error),
        };
        memory.selection = Some(Box::new(Selection { from, by: Arc::clone(by), error }));
    }

    /// F7.4: what was selected keeps its identity while it is equal.
    fn share(&self, new: Value) -> Value {
        let previous = self.previous.data.as_ref();
        let equal = |old: &&Value| Arc::ptr_eq(old, &new) || (self.options.same)(old, &new);
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
