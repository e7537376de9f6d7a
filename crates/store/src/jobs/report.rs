//! The events that report what became of a job.

use contract::event::{JobFailed, JobMoved, JobUpdated, ScrapingComplete};
use contract::{EventPayload, Job, JobKind, JobStatus};

/// A job that was made, claimed, finished, cancelled, put back or retried.
pub(super) fn of_transition(job: &Job) -> EventPayload {
    let (job_id, version) = (job.job_id, job.version);
    match (job.kind, job.status) {
        (JobKind::Scrape, JobStatus::Completed) => {
            EventPayload::ScrapingComplete(ScrapingComplete { job_id, version, counts: job.counts })
        }
        (JobKind::Scrape, JobStatus::Failed) => EventPayload::ScrapingFailed(JobFailed {
            job_id,
            version,
            error: job.error.clone().unwrap_or_default(),
        }),
        _ => EventPayload::JobUpdated(JobUpdated { job_id, version, status: job.status }),
    }
}

/// A job that went on.
pub(super) fn of_progress(job: &Job) -> EventPayload {
    let moved = || JobMoved {
        job_id: job.job_id,
        version: job.version,
        progress: job.progress.clone(),
        counts: job.counts,
    };
    match job.kind {
        JobKind::Scrape => EventPayload::ScrapingProgress(moved()),
        JobKind::Enrich | JobKind::BatchEnrich => EventPayload::EnrichmentProgress(moved()),
        JobKind::Import | JobKind::Export | JobKind::Bulk => of_transition(job),
    }
}
