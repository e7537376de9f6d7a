//! How long each kind of query counts as fresh, how long it is kept unused, and how often it polls.

use std::time::Duration;

use crate::JobStatus;

/// Times of one kind of query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CachePolicy {
    /// Fresh for so long after a fetch.
    pub stale_time: Duration,
    /// Kept for so long after its last reader.
    pub gc_time: Duration,
}

const fn policy(stale_seconds: u64, gc_minutes: u64) -> CachePolicy {
    CachePolicy {
        stale_time: Duration::from_secs(stale_seconds),
        gc_time: Duration::from_secs(gc_minutes * 60),
    }
}

/// Lists of businesses and their facets.
pub const BUSINESS_LIST: CachePolicy = policy(30, 10);
/// One business.
pub const BUSINESS_DETAIL: CachePolicy = policy(60, 30);
/// Contacts and enrichment history of a business.
pub const BUSINESS_PARTS: CachePolicy = policy(30, 10);
/// Figures.
pub const STATS: CachePolicy = policy(30, 10);
/// Jobs, searches and batches.
pub const JOB: CachePolicy = policy(0, 10);
/// What is a person's own: who they are, their saved views.
pub const OWN: CachePolicy = policy(30, 10);
/// What changes only with the program or its settings: sources, category and location suggestions.
pub const CATALOGUE: CachePolicy = policy(3600, 60);

/// A job is asked for so often while the socket is down.
pub const JOB_POLL: Duration = Duration::from_secs(2);
/// A batch is asked for so often while the socket is down.
pub const BATCH_POLL: Duration = Duration::from_secs(3);

/// How often to ask for a job that stands at `status`: not at all once it is finished or while events arrive.
#[must_use]
pub fn job_poll_interval(status: Option<JobStatus>, socket_live: bool) -> Option<Duration> {
    let finished = status.is_some_and(JobStatus::is_finished);
    (!finished && !socket_live).then_some(JOB_POLL)
}

/// Whether a request that ended with `status` is worth another try.
#[must_use]
pub fn is_retryable_status(status: u16) -> bool {
    matches!(status, 408 | 425 | 429) || status >= 500
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polling_stops_by_itself() {
        assert_eq!(job_poll_interval(None, false), Some(JOB_POLL));
        assert_eq!(job_poll_interval(Some(JobStatus::Running), false), Some(JOB_POLL));
        assert_eq!(job_poll_interval(Some(JobStatus::Running), true), None);
        for status in [JobStatus::Completed, JobStatus::Failed, JobStatus::Cancelled] {
            assert_eq!(job_poll_interval(Some(status), false), None);
        }
    }
}
