//! The kinds of job that this program runs, as handlers over the crates that do the work, and how jobs get into the
//! queue.

pub(crate) mod bulk;
mod enrichment;
mod places;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use ::enrichment::Fetcher;
use ::enrichment::providers::Providers;
use ::enrichment::verify::Verifier;
use contract::endpoint::PathParams;
use contract::endpoints::GetJob;
use contract::enrichment::{BatchEnrichmentRequest, MAX_BATCH};
use contract::{BusinessId, BusinessQuery, Endpoint, EnrichmentStatus, FieldError, Job, JobId, JobKind};
use discovery::SourceRegistry;
use futures::{StreamExt, TryStreamExt};
use jobs::{JobContext, JobError, JobHandler};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{NewJob, StoreError, WriteTx};

pub(crate) use enrichment::{BatchRequest, EnrichRequest};

use crate::app::App;
use crate::idempotency::key_reused;
use crate::problem::{ApiProblem, CONFLICT, NOT_FOUND};

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

/// Puts a batch and a job for each of its businesses into the queue, in a transaction that the answer commits.
pub(crate) async fn enqueue_batch(
    app: &App,
    business_ids: Vec<BusinessId>,
    key: Option<String>,
) -> Result<(Job, WriteTx), ApiProblem> {
    let request = |value: serde_json::Result<Value>| value.map_err(|error| ApiProblem::internal(&error));
    let members = business_ids.iter().map(|id| {
        let request = request(serde_json::to_value(EnrichRequest { business_id: *id }))?;
        Ok::<_, ApiProblem>(NewJob::new(JobKind::Enrich, request))
    });
    let members = members.collect::<Result<Vec<_>, _>>()?;
    let batch = request(serde_json::to_value(BatchRequest { business_ids }))?;
    let batch = NewJob { idempotency_key: key, ..NewJob::new(JobKind::BatchEnrich, batch) };
    let mut tx = app.store().begin().await?;
    match tx.enqueue_batch(batch, members).await {
        Ok(job) => Ok((job, tx)),
        Err(StoreError::Conflict(_)) => Err(key_reused()),
        Err(error) => Err(error.into()),
    }
}

/// The business that a job enriches.
pub(crate) fn business_of(job: &Job) -> Option<BusinessId> {
    EnrichRequest::deserialize(&job.request).ok().map(|request| request.business_id)
}

/// The businesses that a batch is for, without those that a job enriches already.
pub(crate) async fn batch_members(
    app: &App,
    request: &BatchEnrichmentRequest,
) -> Result<Vec<BusinessId>, ApiProblem> {
    let busy = app.store().businesses_in_enrichment().await?;
    if let Some(ids) = &request.business_ids {
        let mut members = known_members(app, ids).await?;
        members.retain(|id| !busy.contains(id));
        if members.is_empty() {
            let detail = "jobs enrich all of these businesses already; wait for them";
            return Err(ApiProblem::new(CONFLICT, detail));
        }
        return Ok(members);
    }
    let (query, most) = match (&request.filter, request.count) {
        // One more than is taken tells that there are too many.
        (Some(filter), _) => (filter.filters(), MAX_BATCH + 1),
        (None, count) => (pending(), count.map_or(MAX_BATCH, |count| count as usize)),
    };
    let ids = selected(app, query, most, &busy).await?;
    let field = if request.filter.is_some() { "filter" } else { "count" };
    if ids.is_empty() {
        let message = "no business answers that waits for enrichment; widen the filter";
        return Err(ApiProblem::invalid(vec![FieldError::new(field, "empty", message)]));
    }
    if ids.len() > MAX_BATCH {
        let message = "more than 1000 businesses answer; narrow the filter, or give a count";
        return Err(ApiProblem::invalid(vec![FieldError::new(field, "range", message)]));
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

/// The first so many ids of a filter, the oldest first, without those that a job enriches already.
async fn selected(
    app: &App,
    query: BusinessQuery,
    most: usize,
    busy: &HashSet<BusinessId>,
) -> Result<Vec<BusinessId>, ApiProblem> {
    let rows = app.store().business_stream(&query).map_ok(|business| business.id);
    let free = rows.try_filter(|id| futures::future::ready(!busy.contains(id)));
    Ok(free.take(most).try_collect().await?)
}
