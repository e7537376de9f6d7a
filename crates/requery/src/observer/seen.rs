//! What an observer remembers between two looks at its query.

use std::sync::Arc;

use super::memory::Memory;
use super::result::ErasedResult;
use super::view::View;
use crate::Timestamp;
use crate::core::{ObserverId, ObserverPolicy, QuerySpec, State};
use crate::options::ErasedOptions;

/// What an observer saw last, and what it looks for. Cheap to clone, so that looking needs no lock.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) options: Arc<ErasedOptions>,
    pub(super) spec: Arc<QuerySpec>,
    /// While somebody listens.
    pub(super) id: Option<ObserverId>,
    pub(super) state: Arc<State>,
    pub(super) wants: ObserverPolicy,
    pub(super) memory: Memory,
    pub(super) result: ErasedResult,
    /// Grows with every change of options, so that a look that began before is not taken for one after it.
    pub(super) generation: u64,
    /// The key holds another type: there is nothing to see.
    pub(super) blind: bool,
}

impl Seen {
    pub(super) fn view(&self, now: Timestamp) -> View<'_> {
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
