//! When observers are told: at once, at the end of a batch, or soon.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Core, Effect};
use crate::QueryKey;

/// Changes that observers were not told of yet.
#[derive(Default)]
pub(super) struct Held {
    batches: usize,
    /// Hold changes back until the driver gets to it, batch or not.
    coalesce: bool,
    flush_is_due: bool,
    /// In the order of the first change.
    keys: Vec<QueryKey>,
    known: HashSet<QueryKey, foldhash::fast::FixedState>,
}

impl Core {
    pub(crate) fn coalesce_updates(&mut self, coalesce: bool) {
        self.held.coalesce = coalesce;
    }

    /// F12: until the batch ends, observers are not told of changes.
    pub(crate) fn begin_batch(&mut self) {
        self.held.batches += 1;
    }

    /// Ends a batch; the end of the outermost tells every observer once.
    pub(crate) fn end_batch(&mut self) {
        self.held.batches = self.held.batches.saturating_sub(1);
        if self.held.batches == 0 && !self.held.coalesce {
            self.flush();
        }
    }

    /// Tells observers of what was held back.
    pub(crate) fn flush(&mut self) {
        self.held.flush_is_due = false;
        self.held.known.clear();
        for key in std::mem::take(&mut self.held.keys) {
            if let Some(query) = self.query_mut(&key).filter(|query| !query.observers.is_empty()) {
                let (hooks, state) = (query.hooks(), Arc::clone(&query.state));
                self.effects.push_back(Effect::Updated(hooks, state));
            }
        }
    }

    /// Tells the observers of a query that it changed, now or later.
    pub(super) fn notify(&mut self, key: &QueryKey) {
        if self.held.batches == 0 && !self.held.coalesce {
            if let Some(query) = self.query_mut(key).filter(|query| !query.observers.is_empty()) {
                let (hooks, state) = (query.hooks(), Arc::clone(&query.state));
                self.effects.push_back(Effect::Updated(hooks, state));
            }
            return;
        }
        if self.held.known.insert(key.clone()) {
            self.held.keys.push(key.clone());
        }
        if self.held.coalesce && !std::mem::replace(&mut self.held.flush_is_due, true) {
            self.effects.push_back(Effect::Flush);
        }
    }
}
