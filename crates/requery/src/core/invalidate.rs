//! Marking queries as invalid (F1.7).

use std::sync::Arc;

use super::ordered::sorted;
use super::queries::matches;
use super::{Core, Query};
use crate::{QueryAction, QueryFilters, QueryKey};

impl Core {
    /// F1.7: marks a query; one that is marked already is left alone. Whether the mark outlasts a fetch that is in
    /// flight is the caller's choice.
    pub(crate) fn invalidate(&mut self, key: &QueryKey, outlasts_fetch: bool) {
        let Some(query) = self.query_mut(key) else { return };
        if let Some(fetch) = query.fetch.as_mut().filter(|_| outlasts_fetch) {
            fetch.invalidated = true;
        }
        if !query.state.is_invalidated {
            self.change(key, QueryAction::Invalidate, |state| state.is_invalidated = true);
        }
    }

    /// Marks all that match all but the predicate, in the order in which they were made. Returns those that somebody
    /// observes.
    pub(crate) fn invalidate_all(&mut self, filters: &QueryFilters, outlasts_fetch: bool) -> Vec<QueryKey> {
        // Nobody hears of those that nobody observes: they are marked as they are met.
        let is_heard = self.has_subscribers;
        let (mut version, mut heard) = (self.next_id, Vec::new());
        let mut meet = |query: &mut Query| {
            if !matches(query, filters) {
                return;
            }
            if is_heard || !query.observers.is_empty() {
                heard.push((query.id, query.key().clone()));
            } else {
                query.mark_invalid(&mut version, outlasts_fetch);
            }
        };
        match &filters.key {
            Some(key) if filters.exact => self.queries.get_mut(key).into_iter().for_each(|query| meet(query)),
            Some(prefix) if self.index.is_broad(prefix) => {
                let all = self.queries.values_mut();
                all.filter(|query| query.key().starts_with(prefix)).for_each(|query| meet(query));
            }
            Some(prefix) => {
                for key in self.index.matching(prefix) {
                    self.queries.get_mut(key).into_iter().for_each(|query| meet(query));
                }
            }
            None => self.queries.values_mut().for_each(|query| meet(query)),
        }
        self.next_id = version;
        let mut heard = sorted(heard, |(a, _), (b, _)| a.cmp(b));
        heard.iter().for_each(|(_, key)| self.invalidate(key, outlasts_fetch));
        heard.retain(|(_, key)| self.query(key).is_some_and(|query| !query.observers.is_empty()));
        heard.into_iter().map(|(_, key)| key).collect()
    }
}

impl Query {
    /// Marks a query that nobody hears of.
    fn mark_invalid(&mut self, version: &mut u64, outlasts_fetch: bool) {
        if let Some(fetch) = self.fetch.as_mut().filter(|_| outlasts_fetch) {
            fetch.invalidated = true;
        }
        if !self.state.is_invalidated {
            *version += 1;
            let state = Arc::make_mut(&mut self.state);
            (state.is_invalidated, state.version) = (true, *version);
        }
    }
}
