//! Queries that are held in a state that they did not come to by themselves, for developers to look at.
//!
//! What holds one is a fetch without an end of its own: whoever wants the query fetched joins it, so that nothing takes
//! the state away before it is released.

use std::sync::Arc;

use super::fetch::Fetch;
use super::hand_over::Elsewhere;
use super::{Core, Data, Patch, Query, QuerySpec, State, Value};
use crate::devtools::Forced;
use crate::{CancelOptions, FetchStatus, NetworkMode, QueryAction, QueryKey, QueryStatus, Timestamp};

/// What a query that was let go is owed.
pub(crate) struct Released {
    /// Made meanwhile, in order.
    pub(crate) patches: Vec<Patch>,
    /// Somebody waits for a fetch.
    pub(crate) is_waited_for: bool,
}

impl Fetch {
    pub(super) fn is_forced(&self) -> bool {
        self.elsewhere.as_ref().is_some_and(Elsewhere::is_never)
    }
}

impl Query {
    /// The state that it is held in.
    pub(super) fn forced(&self) -> Option<Forced> {
        self.fetch.as_ref().filter(|fetch| fetch.is_forced())?;
        Some(if self.state.status == QueryStatus::Error { Forced::Error } else { Forced::Loading })
    }
}

impl Core {
    /// Holds a query without data until it is released: loading, or failed with the error. What it had is kept. Who waits
    /// for a fetch waits for the one after that. Says whether there is such a query.
    pub(crate) fn force(&mut self, key: &QueryKey, error: Option<Value>) -> bool {
        self.release(key);
        let Some(query) = self.query_mut(key) else { return false };
        let waiters = query.fetch.as_deref_mut().map(Fetch::take_waiters).unwrap_or_default();
        self.cancel(key, CancelOptions::default());
        let Some(query) = self.query_mut(key) else { return false };
        let mut kept = State::clone(&query.state);
        if let Some(base) = query.base() {
            kept.data = Some(Data::Typed(Arc::clone(base)));
        }
        let mut spec = QuerySpec::clone(&query.spec);
        // There is nothing that could wait for the network.
        spec.policy.edit().network_mode = Some(NetworkMode::Always);
        self.forget_woven(key);
        self.begin_from(Some(Elsewhere::never()), key, (Arc::new(spec), None), waiters);
        if let Some(fetch) = self.query_mut(key).and_then(|query| query.fetch.as_mut()) {
            fetch.revert_state = Arc::new(kept);
        }
        let now = self.now;
        self.change(key, QueryAction::SetState, |state| {
            (state.data, state.data_updated_at, state.is_invalidated) = (None, Timestamp::ZERO, false);
            match error {
                Some(error) => state.fail_by_force(error, now),
                None => (state.status, state.error) = (QueryStatus::Pending, None),
            }
        });
        true
    }

    /// Lets a query go that was held: it is what it was before, but for what has to be made of its data anew.
    pub(crate) fn release(&mut self, key: &QueryKey) -> Option<Released> {
        let query = self.query_mut(key)?;
        let fetch = query.fetch.as_deref_mut().filter(|fetch| fetch.is_forced())?;
        let (waiters, patches) = (fetch.take_waiters(), std::mem::take(&mut fetch.patches));
        self.cancel(key, CancelOptions::default());
        let is_waited_for = !waiters.is_empty();
        if let Some(query) = self.query_mut(key).filter(|_| is_waited_for) {
            query.rare_or_new().waiting = waiters;
        }
        Some(Released { patches, is_waited_for })
    }
}

impl State {
    fn fail_by_force(&mut self, error: Value, now: Timestamp) {
        self.error = Some(Arc::clone(&error));
        self.error_update_count += 1;
        self.error_updated_at = now;
        self.fetch_failure_count = 1;
        self.fetch_failure_reason = Some(error);
        self.status = QueryStatus::Error;
        self.fetch_status = FetchStatus::Idle;
    }
}
