//! What an event says of a job.

use contract::event::{JobFailed, JobMoved, JobUpdated, ScrapingComplete};
use contract::{Job, JobCounts, JobId, JobProgress, JobStatus};

/// A change of a job: only what the event says.
#[derive(Clone, Debug)]
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

    pub(super) fn moved(event: &JobMoved) -> Self {
        Self {
            progress: Some(event.progress.clone()),
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

    pub(super) fn failed(event: &JobFailed) -> Self {
        Self {
            status: Some(JobStatus::Failed),
            error: Some(event.error.clone()),
            ..Self::new(event.job_id, event.version)
        }
    }

    pub(super) fn updated(event: &JobUpdated) -> Self {
        Self { status: Some(event.status), ..Self::new(event.job_id, event.version) }
    }

    /// Whether the job went from one status to another, so that more of it changed than the event says.
    pub(super) fn is_transition(&self) -> bool {
        self.status.is_some()
    }

    /// The job after the change, if it is older than the event.
    pub(super) fn applied_to(&self, job: &Job) -> Option<Job> {
        if job.job_id != self.job_id || job.version >= self.version {
            return None;
        }
        let mut job = job.clone();
        job.version = self.version;
        // Progress comes from a worker: the job runs.
        job.status = self.status.unwrap_or(JobStatus::Running);
        job.progress = self.progress.clone().unwrap_or(job.progress);
        job.counts = self.counts.unwrap_or(job.counts);
        job.error = self.error.clone().or(job.error);
        Some(job)
    }

    /// The list after the change, if it shows the job and the job is older than the event.
    pub(super) fn applied_in(&self, jobs: &[Job]) -> Option<Vec<Job>> {
        let position = jobs.iter().position(|job| job.job_id == self.job_id)?;
        let changed = self.applied_to(&jobs[position])?;
        let mut jobs = jobs.to_vec();
        jobs[position] = changed;
        Some(jobs)
    }
}
