//! What the page of enrichment shows, and the retry of what failed.

use std::sync::Arc;

use client::{ApiError, mutations, queries};
use contract::enrichment::{EnrichmentBatch, EnrichmentQueue, ProviderInfo, Spending};
use contract::job::{JobQuery, RetriedJobs, RetryQuery};
use contract::{Job, JobId, JobKind};
use leptos::prelude::untrack;
use requery::MutateCallbacks;
use requery_leptos::{UseMutation, UseQuery, use_mutation, use_query};

use super::{kept_by_events, latest_jobs, use_api, use_connection};
use crate::components::load::sentence;
use crate::toast::use_toasts;

/// The most batches that the page lists.
const BATCHES: u32 = 8;

/// The newest batches.
pub(crate) fn latest_batches() -> JobQuery {
    JobQuery { kind: Some(JobKind::BatchEnrich), limit: Some(BATCHES), ..JobQuery::default() }
}

/// The newest batches as they go.
pub(crate) fn batches() -> UseQuery<Vec<Job>, ApiError> {
    latest_jobs(latest_batches)
}

/// How many businesses wait, and why others failed.
pub(crate) fn queue() -> UseQuery<EnrichmentQueue, ApiError> {
    let (api, connection) = (use_api(), use_connection());
    use_query(move || kept_by_events(queries::enrichment_queue(&api, &connection), &connection))
}

/// A batch with where each of its businesses stands.
pub(crate) fn batch(id: impl Fn() -> Option<JobId> + 'static) -> UseQuery<EnrichmentBatch, ApiError> {
    let (api, connection) = (use_api(), use_connection());
    use_query(move || {
        let id = id();
        let options = queries::enrichment_batch(&api, &connection, id.unwrap_or(JobId(uuid::Uuid::nil())));
        kept_by_events(options, &connection).enabled(id.is_some())
    })
}

/// What can enrich.
pub(crate) fn providers() -> UseQuery<Vec<ProviderInfo>, ApiError> {
    let api = use_api();
    use_query(move || queries::providers(&api))
}

/// What paid services cost this month.
pub(crate) fn spending() -> UseQuery<Spending, ApiError> {
    let api = use_api();
    use_query(move || queries::spending(&api))
}

/// Puts failed jobs back into the queue, those that are meant.
pub(crate) fn use_retry_failed() -> UseMutation<RetriedJobs, ApiError, RetryQuery> {
    use_mutation(mutations::retry_failed_jobs(&use_api()))
}

/// Puts them back unless a call is under way, and says what became of it: what `told` says, or why it failed.
pub(crate) fn retry_all(
    retry: UseMutation<RetriedJobs, ApiError, RetryQuery>,
    which: RetryQuery,
    told: fn(&RetriedJobs) -> String,
) {
    if untrack(|| retry.is_pending()) {
        return;
    }
    let toasts = use_toasts();
    let callbacks = MutateCallbacks::new()
        .on_success(move |answer: Arc<RetriedJobs>, _: Arc<RetryQuery>| toasts.done(told(&answer)))
        .on_error(move |error: Arc<ApiError>, _| toasts.failed(sentence(&error.to_string())));
    retry.mutate_with(which, callbacks);
}
