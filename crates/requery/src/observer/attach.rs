//! Which query an observer observes, and how the cache knows of it.

use std::sync::Arc;

use super::erased::{Inner, start};
use super::memory::Memory;
use super::result::ErasedResult;
use crate::client::lock;
use crate::core::{Core, ObserverHook, QuerySpec};
use crate::{Error, QueryClient};

impl Inner {
    /// The options to fetch with, and initial data if the query has no data by now.
    pub(super) fn spec_to_fetch(&self, client: &QueryClient) -> Arc<QuerySpec> {
        let (options, spec) = {
            let seen = lock(&self.seen);
            (Arc::clone(&seen.options), Arc::clone(&seen.spec))
        };
        client.with_initial_data(&spec, &options)
    }

    /// Makes the query if there is none. One that took the place of the query that was watched is watched from now on,
    /// which is what this returns.
    pub(super) fn adopt(&self, client: &QueryClient) -> Result<bool, Error> {
        let known = Arc::clone(&lock(&self.seen).spec);
        let spec = self.spec_to_fetch(client);
        let state = client.build(&spec)?;
        let mut seen = lock(&self.seen);
        if seen.state.query == state.query || !Arc::ptr_eq(&seen.spec, &known) {
            return Ok(false);
        }
        seen.generation += 1;
        seen.spec = Arc::clone(&spec);
        if self.has_listeners() {
            seen.memory.counts_at_mount = state.counts();
        } else {
            // Its query was collected since: nothing is left of what it saw.
            (seen.memory, seen.result) = (Memory::new(&state), ErasedResult::default());
        }
        seen.state = state;
        seen.blind = false;
        let left = seen.id.take();
        drop(seen);
        if !self.has_listeners() {
            client.apply(|core| core.set_spec(&spec));
        }
        if let Some(id) = left {
            client.apply(|core| core.remove_observer(&spec.key, id));
        }
        Ok(true)
    }

    /// Makes the cache know this observer, if it does not or no longer does.
    pub(super) fn attach(self: &Arc<Self>, client: &QueryClient) {
        let (key, known) = {
            let seen = lock(&self.seen);
            (seen.spec.key.clone(), seen.id)
        };
        if client.read(|core| known.is_some_and(|id| core.has_observer(&key, id))) {
            return;
        }
        // The id is known before the cache knows the observer, and may call it.
        let id = client.apply(Core::next_observer_id);
        let mut seen = lock(&self.seen);
        seen.id = Some(id);
        let (spec, wants) = (Arc::clone(&seen.spec), seen.wants);
        drop(seen);
        let hook: Arc<dyn ObserverHook> = Arc::clone(self) as _;
        client.apply(|core| core.add_observer(id, &spec, wants, hook));
    }

    /// A fetch that was joined tells nobody that it began: lets this observer look once what came before was told.
    pub(super) fn look_again(&self, client: &QueryClient) {
        let (key, id) = {
            let seen = lock(&self.seen);
            (seen.spec.key.clone(), seen.id)
        };
        if let Some(id) = id {
            client.apply(|core| core.look_again(&key, id));
        }
    }

    /// Fetches a query that has no data, be it that it was removed while it was watched.
    pub(super) fn fetch_again(self: &Arc<Self>, client: &QueryClient) {
        let Ok(is_other) = self.adopt(client) else { return };
        self.attach(client);
        let spec = self.spec_to_fetch(client);
        client.apply(|core| core.fetch(&spec.key, start(&spec, false)));
        if is_other {
            self.look_again(client);
        }
    }
}
