//! What an event is about, as far as a later one can make it superfluous.

use contract::{BusinessId, EventPayload, JobId};

/// Something whose state events tell, each the whole of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Thing {
    Business(BusinessId),
    /// How far a job is.
    Job(JobId),
    Figures,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// Something of its own: everybody is told.
    Own,
    /// How a thing is now; a later event about it says all that this one does.
    StateOf(Thing),
    /// What a thing came to.
    EndOf(Thing),
}

impl Subject {
    pub(super) fn of(payload: &EventPayload) -> Self {
        match payload {
            EventPayload::BusinessUpdated(business) => Self::StateOf(Thing::Business(business.id)),
            EventPayload::BusinessDeleted(deleted) => Self::EndOf(Thing::Business(deleted.id)),
            EventPayload::ScrapingProgress(moved) | EventPayload::EnrichmentProgress(moved) => {
                Self::StateOf(Thing::Job(moved.job_id))
            }
            EventPayload::StatsUpdated {} => Self::StateOf(Thing::Figures),
            _ => Self::Own,
        }
    }
}
