//! Fetches that began elsewhere: waited for here, until what becomes of them is handed over.

use std::sync::Arc;

use super::fetch::Fetch;
use super::{Core, Data, Effect, FetchId, QuerySpec, State, Waiter};
use crate::{CancelOptions, FetchStatus, QueryAction, QueryKey, QueryStatus, Timestamp};

type Json = Arc<serde_json::Value>;

/// A fetch that began elsewhere.
pub(super) struct Elsewhere {
    /// When it was dehydrated: by this it is known again.
    since: Timestamp,
    /// Its data, or nothing where it failed, once that is known.
    outcome: Option<Option<Json>>,
}

/// Since when nobody fetches what will never be handed over.
#[cfg(feature = "devtools")]
const NEVER: Timestamp = Timestamp::from_millis(u64::MAX);

impl Elsewhere {
    /// A fetch that has no end of its own: it holds its query in the state that it is in.
    #[cfg(feature = "devtools")]
    pub(super) fn never() -> Self {
        Self { since: NEVER, outcome: None }
    }

    #[cfg(feature = "devtools")]
    pub(super) fn is_never(&self) -> bool {
        self.since == NEVER
    }

    /// What to do about what is known by now.
    pub(super) fn arrived(&self, key: &QueryKey, fetch: FetchId) -> Option<Effect> {
        self.outcome.as_ref().map(|data| Effect::HandedOver(key.clone(), fetch, data.clone()))
    }
}

impl Core {
    /// F14: the query's first fetch is under way elsewhere. One that knows better here is left alone.
    pub(crate) fn await_hand_over(&mut self, spec: &Arc<QuerySpec>, since: Timestamp) {
        match self.query_mut(&spec.key) {
            None => {
                self.insert(spec, State::pending());
            }
            Some(query) => {
                let state = &query.state;
                if state.status == QueryStatus::Pending
                    || state.fetch_status == FetchStatus::Fetching
                    || state.data_updated_at >= since
                {
                    return;
                }
                if let Some(fetch) = &mut query.fetch {
                    return fetch.join();
                }
            }
        }
        let Some(known) = self.query(&spec.key).map(|query| Arc::clone(&query.spec)) else { return };
        let spec = self.fetchable_spec(&spec.key).unwrap_or(known);
        let elsewhere = Elsewhere { since, outcome: None };
        self.begin_from(Some(elsewhere), &Arc::clone(&spec).key, (spec, None), Vec::new());
    }

    /// Lets somebody watch the fetch in flight, if there is one, without any consequence for it.
    pub(crate) fn watch_fetch(&mut self, key: &QueryKey, watcher: Waiter) {
        if let Some(fetch) = self.query_mut(key).and_then(|query| query.fetch.as_mut()) {
            fetch.watch(watcher);
        }
    }

    /// Whether the query has no data, and is being fetched.
    pub(crate) fn is_first_fetch(&self, key: &QueryKey) -> bool {
        self.query(key)
            .is_some_and(|query| query.state.status == QueryStatus::Pending && query.fetch.is_some())
    }

    /// Input: what became of a fetch that began elsewhere. Says whether it was waited for.
    pub(crate) fn hand_over(&mut self, key: &QueryKey, since: Timestamp, data: Option<Json>) -> bool {
        let Some(fetch) = self.query_mut(key).and_then(|query| query.fetch.as_mut()) else { return false };
        let (id, is_running) = (fetch.id(), fetch.is_running());
        let is_it = |it: &&mut Elsewhere| it.since == since && it.outcome.is_none();
        let Some(elsewhere) = fetch.elsewhere.as_mut().filter(is_it) else { return false };
        elsewhere.outcome = Some(data);
        // One that waits for the network takes it when it goes on.
        let effect = elsewhere.arrived(key, id).filter(|_| is_running);
        self.effects.extend(effect);
        true
    }

    /// Data of which nobody knows the type yet.
    pub(crate) fn handed_over_raw(&mut self, key: &QueryKey, id: FetchId, json: Json) {
        let now = self.now;
        let Some(mut fetch) = self.take_fetch(key, id) else { return };
        if let Some(query) = self.query_mut(key) {
            query.defer_patches(std::mem::take(&mut fetch.patches));
        }
        let (data, invalidated) = (Data::Raw(json), fetch.invalidated);
        let result = data.clone();
        self.change(key, QueryAction::Success { manual: false }, |state| {
            state.succeed(data, now);
            state.is_invalidated = invalidated;
            state.data_update_count += 1;
            state.fetch_status = FetchStatus::Idle;
        });
        let mut audience = fetch.take_audience();
        audience.append(&mut fetch.take_waiters());
        self.effects.push_back(Effect::Settle(audience, Ok(result)));
        self.schedule_gc(key);
    }

    /// It failed elsewhere, or its data cannot be read: it is fetched here, by whoever knows how.
    pub(crate) fn hand_over_failed(&mut self, key: &QueryKey, id: FetchId) {
        if self.current_fetch(key, id).is_none() {
            return;
        }
        if self.fetchable_spec(key).is_none() {
            self.cancel(key, CancelOptions::default());
        } else if let Some(fetch) = self.current_fetch(key, id) {
            fetch.elsewhere = None;
            self.attempt(key);
        }
    }

    fn take_fetch(&mut self, key: &QueryKey, id: FetchId) -> Option<Box<Fetch>> {
        self.query_mut(key)?.fetch.take_if(|fetch| fetch.id() == id)
    }
}
