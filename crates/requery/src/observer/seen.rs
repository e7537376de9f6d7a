//! What an observer remembers between two looks at its query.

use std::sync::Arc;

use super::QueryResult;
use super::memory::Memory;
use super::view::View;
use crate::core::{ObserverId, ObserverPolicy, QuerySpec, State};
use crate::{QueryOptions, Timestamp};

/// What an observer saw last, and what it looks for. Cheap to clone, so that looking needs no lock.
pub(super) struct Seen<T, E, D> {
    pub(super) options: Arc<QueryOptions<T, E, D>>,
    pub(super) spec: Arc<QuerySpec>,
    /// While somebody listens.
    pub(super) id: Option<ObserverId>,
    pub(super) state: Arc<State>,
    pub(super) wants: ObserverPolicy,
    pub(super) memory: Memory<T, E, D>,
    pub(super) result: QueryResult<D, E>,
    /// Grows with every change of options, so that a look that began before is not taken for one after it.
    pub(super) generation: u64,
    /// The key holds another type: there is nothing to see.
    pub(super) blind: bool,
}

impl<T, E, D> Seen<T, E, D> {
    pub(super) fn view(&self, now: Timestamp) -> View<'_, T, E, D> {
        View {
            key: &self.spec.key,
            options: &self.options,
            policy: &self.spec.policy,
            wants: self.wants,
            state: &self.state,
            previous: &self.result,
            now,
        }
    }
}

impl<T, E, D> Clone for Seen<T, E, D> {
    fn clone(&self) -> Self {
        Self {
            options: Arc::clone(&self.options),
            spec: Arc::clone(&self.spec),
            id: self.id,
            state: Arc::clone(&self.state),
            wants: self.wants,
            memory: self.memory.clone(),
            result: self.result.clone(),
            generation: self.generation,
            blind: self.blind,
        }
    }
}
