use contract::{JobId, JobKind};
use store::StoreError;

/// Why a job could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such job.
    #[error("there is no job {0}; list them to find its id")]
    UnknownJob(JobId),
    /// The runner was given no handler for the job's kind.
    #[error("this program has no handler for {0} jobs; another one that does must run it")]
    NoHandler(JobKind),
}
