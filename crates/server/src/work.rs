//! The kinds of job that this program runs, as handlers over the crates that do the work, and how jobs get into the
//! queue.

mod enrichment;
mod places;

use std::sync::Arc;

use ::enrichment::Fetcher;
use contract::endpoint::PathParams;
use contract::endpoints::GetJob;
use contract::enrichment::{BatchEnrichmentRequest, MAX_BATCH};
use contract::job::JobQuery;
use contract::page::MAX_LIMIT;
use contract::{
    BusinessId, BusinessQuery, Endpoint, EnrichmentStatus, FieldError, Job, JobId, JobKind, JobStatus,
};
use discovery::SourceRegistry;
use jobs::{JobContext, JobError, JobHandler};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{NewJob, StoreError};

pub(crate) use enrichment::{BatchRequest, EnrichRequest};

use crate::app::App;
use crate::idempotency::key_reused;
use crate::problem::{ApiProblem, NOT_FOUND};

/// The handlers of every kind of job that this program can run: the server's runner and the command line share them.
/// Without a `fetcher`, which says who reads the websites, there is no enrichment.
#[must_use]
pub fn job_handlers(sources: &Arc<SourceRegistry>, fetcher: Option<&Fetcher>) -> Vec<Arc<dyn JobHandler>> {
    let mut handlers: Vec<Arc<dyn JobHandler>> =
        vec![Arc::new(places::ScrapeHandler::new(Arc::clone(sources))), Arc::new(places::ImportHandler)];
    if let Some(fetcher) = fetcher {
        handlers.push(Arc::new(enrichment::EnrichHandler { fetcher: fetcher.clone() }));
        handlers.push(Arc::new(enrichment::BatchHandler { fetcher: fetcher.clone() }));
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

/// The job that enriches the business already, if one waits or runs.
pub(crate) async fn active_enrichment(app: &App, id: BusinessId) -> Result<Option<JobId>, ApiProblem> {
    for status in [JobStatus::Running, JobStatus::Pending] {
        let kind = Some(JobKind::Enrich);
        let query = JobQuery { kind, status: Some(status), limit: Some(MAX_LIMIT), cursor: None };
        let jobs = app.store().list_jobs(&query).await?.data;
        let is_for =
            |job: &Job| job.request.get("businessId").and_then(serde_json::Value::as_i64) == Some(id.0);
        if let Some(job) = jobs.into_iter().find(is_for) {
            return Ok(Some(job.job_id));
        }
    }
    Ok(None)
}

/// The businesses that a batch is for.
pub(crate) async fn batch_members(
    app: &App,
    request: &BatchEnrichmentRequest,
) -> Result<Vec<BusinessId>, ApiProblem> {
    if let Some(ids) = &request.business_ids {
        return known_members(app, ids).await;
    }
    let (query, most) = match (&request.filter, request.count) {
        (Some(filter), _) => (filter.filters(), MAX_BATCH),
        (None, count) => (pending(), count.map_or(MAX_BATCH, |count| count as usize)),
    };
    let ids = selected(app, query, most).await?;
    if ids.is_empty() {
        let error = FieldError::new("filter", "empty", "no business answers; widen the filter");
        return Err(ApiProblem::invalid(vec![error]));
    }
    Ok(ids)
}

/// The ids once each, in the order given.
async fn known_members(app: &App, ids: &[BusinessId]) -> Result<Vec<BusinessId>, ApiProblem> {
    let mut unique = Vec::with_capacity(ids.len());
    for id in ids {
        if !unique.contains(id) {
            unique.push(*id);
        }
    }
    let known = app.store().businesses_by_id(&unique).await?;
    match unique.iter().find(|id| !known.iter().any(|business| business.id == **id)) {
        Some(id) => Err(ApiProblem::new(NOT_FOUND, format!("there is no business {id}; leave it out"))),
        None => Ok(unique),
    }
}

fn pending() -> BusinessQuery {
    BusinessQuery { enrichment_status: Some(EnrichmentStatus::Pending), ..BusinessQuery::default() }
}

/// The first so many ids of a filter, the oldest first.
async fn selected(app: &App, query: BusinessQuery, most: usize) -> Result<Vec<BusinessId>, ApiProblem> {
    use futures::{StreamExt, TryStreamExt};
    let rows = app.store().business_stream(&query).take(most).map_ok(|business| business.id);
    Ok(rows.try_collect().await?)
}
