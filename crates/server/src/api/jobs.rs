//! Jobs: list, detail, cancel, retry.

use contract::endpoints::{CancelJob, GetJob, ListFailedJobs, ListJobs, RetryFailedJobs, RetryJob};
use contract::job::RetriedJobs;
use store::{CancelResult, RetryResult};

use super::no_job;
use crate::app::App;
use crate::endpoint::{Answer, Call};
use crate::problem::{ApiProblem, CONFLICT};

/// Jobs that one request retries.
const MOST_RETRIED: u32 = 1000;

pub(super) async fn list(app: App, call: Call<ListJobs>) -> Result<Answer<ListJobs>, ApiProblem> {
    Ok(Answer::new(app.store().list_jobs(&call.query).await?))
}

pub(super) async fn failed(
    app: App,
    call: Call<ListFailedJobs>,
) -> Result<Answer<ListFailedJobs>, ApiProblem> {
    Ok(Answer::new(app.store().failed_jobs(&call.query).await?))
}

pub(super) async fn get(app: App, call: Call<GetJob>) -> Result<Answer<GetJob>, ApiProblem> {
    let job = app.store().get_job(call.path).await?;
    job.map(Answer::new).ok_or_else(|| no_job(call.path))
}

pub(super) async fn cancel(app: App, call: Call<CancelJob>) -> Result<Answer<CancelJob>, ApiProblem> {
    match app.store().cancel_job(call.path).await? {
        CancelResult::Cancelled(job) | CancelResult::Requested(job) => Ok(Answer::new(job)),
        CancelResult::AlreadyFinished(job) => {
            let detail = format!("the job is {} already; a finished job cannot be cancelled", job.status);
            Err(ApiProblem::new(CONFLICT, detail))
        }
    }
}

pub(super) async fn retry(app: App, call: Call<RetryJob>) -> Result<Answer<RetryJob>, ApiProblem> {
    match app.store().retry_job(call.path).await? {
        RetryResult::Retried(job) => Ok(Answer::new(job)),
        RetryResult::NotRetryable(job) => {
            let detail = format!(
                "the job is {}; only a failed or cancelled job, or a batch with such members, can be retried",
                job.status
            );
            Err(ApiProblem::new(CONFLICT, detail))
        }
    }
}

pub(super) async fn retry_failed(
    app: App,
    call: Call<RetryFailedJobs>,
) -> Result<Answer<RetryFailedJobs>, ApiProblem> {
    let (retried, remaining) = app.store().retry_failed_jobs(&call.query, MOST_RETRIED).await?;
    Ok(Answer::new(RetriedJobs { retried, remaining }))
}
