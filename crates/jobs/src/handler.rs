use std::fmt;

use contract::{Job, JobKind};
use serde_json::Value;
use store::{JobLease, Store, StoreError};

use crate::StopSignal;

/// Does the work of one kind of job.
///
/// A handler runs again from its checkpoint whenever an attempt ended early, in this process or another. It
/// commits its rows in the transaction that records its checkpoint (`record_job`), and returns
/// [`JobError::LeaseLost`] without committing when that call says so.
#[async_trait::async_trait]
pub trait JobHandler: fmt::Debug + Send + Sync + 'static {
    /// The kind of the jobs that it runs.
    fn kind(&self) -> JobKind;

    /// Runs one attempt; `Ok` is the job's result.
    ///
    /// # Errors
    /// [`JobError`] says whether another attempt may help. A panic counts as [`JobError::Retry`].
    async fn run(&self, ctx: JobContext) -> Result<Value, JobError>;
}

/// What a handler is given for one attempt.
#[derive(Clone, Debug)]
pub struct JobContext {
    /// The job as it was claimed; `job.attempt` counts from 1.
    pub job: Job,
    /// The right to write for the job, until it is lost.
    pub lease: JobLease,
    /// What the last attempt recorded last, if anything.
    pub checkpoint: Option<Value>,
    /// Where the rows are.
    pub store: Store,
    /// Given when the handler is to stop; it then returns [`JobError::Stopped`] within the runner's grace.
    pub stop: StopSignal,
}

/// How an attempt ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Another attempt may succeed.
    #[error("{0}")]
    Retry(String),
    /// No attempt will succeed: the request is wrong, or what it names is gone.
    #[error("{0}")]
    Fatal(String),
    /// The handler stopped because it was asked to. The runner knows why and writes what follows from it; a
    /// handler that learned of a cancel from the store before the runner did returns this as well.
    #[error("stopped on request")]
    Stopped,
    /// The store said that another runner holds the job.
    #[error("another runner holds the job")]
    LeaseLost,
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::LeaseLost => Self::LeaseLost,
            StoreError::Conflict(_) => Self::Retry(error.to_string()),
            error if error.is_transient() => Self::Retry(error.to_string()),
            error => Self::Fatal(error.to_string()),
        }
    }
}
