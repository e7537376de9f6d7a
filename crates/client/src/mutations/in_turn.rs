//! Changes of one business that are made while answers to others are on their way.

use std::sync::{Arc, Mutex, PoisonError};

use contract::BusinessId;

/// So many are remembered; a change that was made of what an older one led to is refused as any other is.
const REMEMBERED: usize = 64;

/// What versions a page's own changes led to. A change that is made while an earlier one of the same business is on its way,
/// or waits for the network, names the version that was shown then: it is sent for the one that the earlier change led to.
/// What somebody else changed between is no step of it, and is refused by the server.
#[derive(Clone, Debug, Default)]
pub struct OwnVersions(Arc<Mutex<Vec<Step>>>);

#[derive(Clone, Copy, Debug)]
struct Step {
    id: BusinessId,
    from: u64,
    to: u64,
}

impl OwnVersions {
    /// A change of that version led to the other.
    pub(super) fn note(&self, id: BusinessId, from: u64, to: u64) {
        let mut steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if steps.len() == REMEMBERED {
            steps.remove(0);
        }
        steps.push(Step { id, from, to });
    }

    /// The version that stands where `seen` was, as far as only own changes came between.
    pub(super) fn now(&self, id: BusinessId, seen: u64) -> u64 {
        let steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_it = steps.iter().filter(|step| step.id == id);
        of_it.fold(seen, |now, step| if step.from == now { step.to } else { now })
    }
}

/// Mutations of one business run in their order.
pub(super) fn scope(id: BusinessId) -> String {
    format!("business-{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_changes_lead_on() {
        let (own, id) = (OwnVersions::default(), BusinessId(7));
        assert_eq!(own.now(id, 3), 3);
        own.note(id, 3, 4);
        own.note(BusinessId(8), 4, 9);
        own.note(id, 4, 5);
        // Somebody else made the sixth.
        own.note(id, 6, 7);
        assert_eq!([3, 4, 5, 6, 7].map(|seen| own.now(id, seen)), [5, 5, 5, 7, 7]);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (own, id) = (OwnVersions::default(), BusinessId(7));
        for version in 1..=100 {
            own.note(id, version, version + 1);
        }
        assert_eq!((own.now(id, 90), own.now(id, 1)), (101, 1));
    }
}
