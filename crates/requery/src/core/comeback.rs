//! Coming back: what was paused goes on, mutations before queries.

use super::{Core, Effect, MutationId};

/// What the user, or the network, came back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    Focus,
    Online,
}

/// Queries that wait for mutations.
pub(super) struct Comeback {
    occasion: Occasion,
    after: Vec<MutationId>,
}

impl Core {
    /// F1.1: paused mutations go on. Queries refetch once those have been sent and answered, so that they see what the
    /// mutations did.
    pub(crate) fn come_back(&mut self, occasion: Occasion) {
        let after = self.resume_mutations();
        if after.is_empty() {
            self.refetch_on(occasion);
        } else {
            self.comebacks.push(Comeback { occasion, after });
        }
    }

    /// A mutation is no longer under way.
    pub(super) fn stop_waiting_for(&mut self, id: MutationId) {
        for comeback in &mut self.comebacks {
            comeback.after.retain(|awaited| *awaited != id);
        }
        let ready = self.comebacks.extract_if(.., |comeback| comeback.after.is_empty());
        self.effects.extend(ready.map(|comeback| Effect::ComeBack(comeback.occasion)));
    }
}
