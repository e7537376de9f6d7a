//! Batches of enrichment: which businesses are in one, how it gets into the queue, and where it stands. The API and the command
//! line share it.

use std::collections::{HashMap, HashSet};

use contract::enrichment::{BatchEnrichmentRequest, BatchItem, EnrichmentBatch, MAX_BATCH};
use contract::{BusinessId, BusinessQuery, EnrichmentStatus, FieldError, Job, JobKind, Problem};
use futures::{StreamExt, TryStreamExt};
use serde::Deserialize;
use store::{NewJob, Store, StoreError, WriteTx};

use super::EnrichRequest;
use super::enrichment::BatchRequest;
use crate::idempotency::key_reused;
use crate::problem::{ApiProblem, CONFLICT, NOT_FOUND};

/// Puts a batch into the queue, a job for each business, as [`EnrichBatch`](contract::endpoints::EnrichBatch) does; `dress`
/// says of each job who asks for it and how often it may be tried.
///
/// # Errors
/// The request selects no business, one that is not there, or more than a batch takes; or the database does not answer.
pub async fn enqueue_enrichment(
    store: &Store,
    request: &BatchEnrichmentRequest,
    dress: impl Fn(NewJob) -> NewJob,
) -> Result<Job, Problem> {
    let failed = ApiProblem::into_problem;
    request.validate().map_err(|errors| failed(ApiProblem::invalid(errors)))?;
    let (job, _, tx) = enqueue(store, request, dress).await.map_err(failed)?;
    tx.commit().await.map_err(|error| failed(error.into()))?;
    Ok(job)
}

/// The same in a transaction that the answer commits; answers how many businesses are in it too.
pub(crate) async fn enqueue(
    store: &Store,
    request: &BatchEnrichmentRequest,
    dress: impl Fn(NewJob) -> NewJob,
) -> Result<(Job, u64, WriteTx), ApiProblem> {
    let business_ids = members(store, request).await?;
    let total = business_ids.len() as u64;
    let request = |value: serde_json::Result<_>| value.map_err(|error| ApiProblem::internal(&error));
    let members = business_ids.iter().map(|id| {
        let request = request(serde_json::to_value(EnrichRequest { business_id: *id }))?;
        Ok::<_, ApiProblem>(dress(NewJob::new(JobKind::Enrich, request)))
    });
    let members: Vec<NewJob> = members
        .map(|member| member.map(|member| NewJob { idempotency_key: None, ..member }))
        .collect::<Result<_, _>>()?;
    let batch = dress(NewJob::new(
        JobKind::BatchEnrich,
        request(serde_json::to_value(BatchRequest { business_ids }))?,
    ));
    let mut tx = store.begin().await?;
    match tx.enqueue_batch(batch, members).await {
        Ok(job) => Ok((job, total, tx)),
        Err(StoreError::Conflict(_)) => Err(key_reused()),
        Err(error) => Err(error.into()),
    }
}

/// Where each business of a batch stands, in the order in which they were asked for.
///
/// # Errors
/// The database does not answer.
pub async fn enrichment_batch(store: &Store, job: Job) -> Result<EnrichmentBatch, StoreError> {
    let members = store.batch_members(job.job_id).await?;
    let ids: Vec<BusinessId> = members.iter().filter_map(business_of).collect();
    let businesses = store.businesses_by_id(&ids).await?;
    let names: HashMap<BusinessId, String> = businesses.into_iter().map(|one| (one.id, one.name)).collect();
    let item = |member: Job| {
        let business_id = business_of(&member)?;
        let outcome = member.result.as_ref().and_then(|result| result.get("outcome")?.as_str());
        Some(BatchItem {
            business_id,
            name: names.get(&business_id).cloned(),
            job_id: member.job_id,
            status: member.status,
            outcome: outcome.map(str::to_owned),
            error: member.error,
        })
    };
    Ok(EnrichmentBatch { items: members.into_iter().filter_map(item).collect(), job })
}

/// The business that a job enriches.
fn business_of(job: &Job) -> Option<BusinessId> {
    EnrichRequest::deserialize(&job.request).ok().map(|request| request.business_id)
}

/// The businesses that a batch is for, without those that a job enriches already.
async fn members(store: &Store, request: &BatchEnrichmentRequest) -> Result<Vec<BusinessId>, ApiProblem> {
    let busy = store.businesses_in_enrichment().await?;
    if let Some(ids) = &request.business_ids {
        let mut members = known_members(store, ids).await?;
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
    let ids = selected(store, query, most, &busy).await?;
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
async fn known_members(store: &Store, ids: &[BusinessId]) -> Result<Vec<BusinessId>, ApiProblem> {
    let mut unique = Vec::with_capacity(ids.len());
    for id in ids {
        if !unique.contains(id) {
            unique.push(*id);
        }
    }
    let known = store.businesses_by_id(&unique).await?;
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
    store: &Store,
    query: BusinessQuery,
    most: usize,
    busy: &HashSet<BusinessId>,
) -> Result<Vec<BusinessId>, ApiProblem> {
    let rows = store.business_stream(&query).map_ok(|business| business.id);
    let free = rows.try_filter(|id| futures::future::ready(!busy.contains(id)));
    Ok(free.take(most).try_collect().await?)
}
