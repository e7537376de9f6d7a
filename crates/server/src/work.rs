//! The kinds of job that this program runs, as handlers over the crates that do the work, and how jobs get into the
//! queue.

pub(crate) mod batch;
pub(crate) mod bulk;
mod enrichment;
mod places;

use std::path::Path;
use std::sync::Arc;

use ::enrichment::Fetcher;
use ::enrichment::providers::Providers;
use ::enrichment::verify::Verifier;
use contract::endpoint::PathParams;
use contract::endpoints::GetJob;
use contract::{Endpoint, Job, JobId, JobKind};
use discovery::SourceRegistry;
use jobs::{JobContext, JobError, JobHandler};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{NewJob, StoreError};

pub(crate) use enrichment::EnrichRequest;

use crate::app::App;
use crate::idempotency::key_reused;
use crate::problem::ApiProblem;

/// The handlers of every kind of job that this program can run: the server's runner and the command line share them.
/// Without a `fetcher`, which says who reads the websites, there is no enrichment; without a `verifier` the addresses that
/// it finds are not verified. `providers` are asked for what websites do not say.
#[must_use]
pub fn job_handlers(
    sources: &Arc<SourceRegistry>,
    fetcher: Option<&Fetcher>,
    verifier: Option<&Verifier>,
    providers: &Providers,
) -> Vec<Arc<dyn JobHandler>> {
    let mut handlers: Vec<Arc<dyn JobHandler>> = vec![
        Arc::new(places::ScrapeHandler::new(Arc::clone(sources))),
        Arc::new(places::ImportHandler),
        Arc::new(bulk::BulkHandler),
    ];
    if let Some(fetcher) = fetcher {
        let (fetcher, verifier, providers) = (fetcher.clone(), verifier.cloned(), providers.clone());
        handlers.push(Arc::new(enrichment::EnrichHandler { fetcher, verifier, providers }));
    }
    handlers
}

fn request_of<T: DeserializeOwned>(ctx: &JobContext) -> Result<T, JobError> {
    serde_json::from_value(ctx.job.request.clone()).map_err(unreadable)
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn unreadable(error: serde_json::Error) -> JobError {
    JobError::Fatal(format!("the job's request cannot be read: {error}"))
}

/// Where a job is asked for.
pub(crate) fn location(job: JobId) -> String {
    job.fill(GetJob::PATH)
}

/// Removes a file that came in and is no longer needed.
pub(crate) async fn remove_upload(path: &Path) {
    if let Err(error) = tokio::fs::remove_file(path).await {
        tracing::warn!(%error, "an uploaded file could not be removed");
    }
}

/// Puts a job into the queue, with its event, in one transaction. One idempotency key makes one job.
pub(crate) async fn enqueue(
    app: &App,
    kind: JobKind,
    request: &impl Serialize,
    key: Option<String>,
) -> Result<Job, ApiProblem> {
    let request = serde_json::to_value(request).map_err(|error| ApiProblem::internal(&error))?;
    let job = NewJob { idempotency_key: key, ..NewJob::new(kind, request) };
    match app.store().enqueue_job(job).await {
        Ok(job) => Ok(job),
        Err(StoreError::Conflict(_)) => Err(key_reused()),
        Err(error) => Err(error.into()),
    }
}
