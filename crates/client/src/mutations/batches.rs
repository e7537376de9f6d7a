//! Enriching many businesses, and jobs that failed.

use std::sync::Arc;

use contract::enrichment::{BatchAccepted, BatchEnrichmentRequest};
use contract::job::{RetriedJobs, RetryQuery};
use contract::keys;
use requery::{MutationOptions, QueryFilters};

use super::{renew_job_lists, renew_lists};
use crate::{ApiClient, ApiError, Connection, IdempotencyKey, queries};

/// Enriches many businesses; then the batch is fetched and the lists are renewed.
#[must_use]
pub fn enrich_batch(
    api: &ApiClient,
    connection: &Connection,
) -> MutationOptions<BatchAccepted, ApiError, BatchEnrichmentRequest> {
    let (sender, api, connection) = (api.clone(), api.clone(), connection.clone());
    MutationOptions::with_context(move |request: BatchEnrichmentRequest, call| {
        sender.enrich_batch(&request, IdempotencyKey::of(call.idempotency_key()))
    })
    .on_success(move |accepted: Arc<BatchAccepted>, call| {
        let job = queries::job(&api, &connection, accepted.job_id);
        let batch = queries::enrichment_batch(&api, &connection, accepted.job_id);
        async move {
            // Started, not awaited: the page moves on at once and joins the fetches.
            drop(call.client.prefetch_query(&job));
            drop(call.client.prefetch_query(&batch));
            renew_lists(&call.client);
            renew_job_lists(&call.client);
        }
    })
}

/// Puts failed jobs back into the queue, those that are meant; then lists of jobs and the queue are renewed.
#[must_use]
pub fn retry_failed_jobs(api: &ApiClient) -> MutationOptions<RetriedJobs, ApiError, RetryQuery> {
    let api = api.clone();
    MutationOptions::with_context(move |which: RetryQuery, call| {
        api.retry_failed_jobs(&which, IdempotencyKey::of(call.idempotency_key()))
    })
    .on_success(|_: Arc<RetriedJobs>, call| async move {
        renew_job_lists(&call.client);
        // Started, not awaited.
        drop(call.client.invalidate_queries(QueryFilters::prefix(keys::enrichment::queue())));
    })
}
