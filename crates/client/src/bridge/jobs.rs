//! What an event says of a job.

use contract::event::{JobFailed, JobMoved, JobUpdated, ScrapingComplete};
use contract::{Job, JobCounts, JobId, JobProgress, JobStatus};

/// A change of a job: only what the event says.
#[derive(Debug)]
pub(super) struct JobChange {
    pub(super) job_id: JobId,
    pub(super) status: Option<JobStatus>,
    version: u64,
    progress: Option<JobProgress>,
    counts: Option<JobCounts>,
    error: Option<String>,
}

impl JobChange {
    fn new(job_id: JobId, version: u64) -> Self {
        Self { job_id, version, status: None, progress: None, counts: None, error: None }
    }

    pub(super) fn moved(event: JobMoved) -> Self {
        Self {
            progress: Some(event.progress),
            counts: Some(event.counts),
            ..Self::new(event.job_id, event.version)
        }
    }

    pub(super) fn completed(event: &ScrapingComplete) -> Self {
        Self {
            status: Some(JobStatus::Completed),
            counts: Some(event.counts),
            ..Self::new(event.job_id, event.version)
        }
    }

    pub(super) fn failed(event: JobFailed) -> Self {
        Self {
            status: Some(JobStatus::Failed),
            error: Some(event.error),
            ..Self::new(event.job_id, event.version)
        }
    }

    pub(super) fn updated(event: &JobUpdated) -> Self {
        Self { status: Some(event.status), ..Self::new(event.job_id, event.version) }
    }

    /// The job after the change, if it is older than the event.
    pub(super) fn applied_to(self, job: &Job) -> Option<Job> {
        (job.version < self.version).then(|| Job {
            version: self.version,
            // Progress comes from a worker: the job runs.
            status: self.status.unwrap_or(JobStatus::Running),
            progress: self.progress.unwrap_or_else(|| job.progress.clone()),
            counts: self.counts.unwrap_or(job.counts),
            error: self.error.or_else(|| job.error.clone()),
            ..job.clone()
        })
    }
}
