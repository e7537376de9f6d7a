//! What the pages write. A mutation brings its own idempotency key, so that a retry is never a second write.

mod appearance;
mod batches;
mod businesses;
mod contacts;
mod in_turn;
mod kept;
mod optimistic;

use std::sync::Arc;
use std::time::Duration;

use contract::{Business, BusinessId, EnrichmentStatus, Job, JobAccepted, JobId, ScrapeRequest, keys};
use requery::{MutationDefaults, MutationOptions, QueryClient, QueryFilters};

use crate::{ApiClient, ApiError, Connection, IdempotencyKey, queries};

pub use appearance::choose_columns;
pub use batches::{enrich_batch, retry_failed_jobs};
pub use businesses::{
    BusinessUpdate, bulk_businesses, create_business, delete_business, delete_business_in_turn,
    merge_business, unmerge_business, update_business, update_business_in_turn,
};
pub use contacts::{ContactUpdate, add_contact, delete_contact, update_contact};
pub use in_turn::OwnVersions;
pub use kept::{LeftBehind, finish_what_was_left};
pub use optimistic::{name_temporary, patched};

/// An enrichment that has not begun by then waits behind others: the business is shown as the server has it.
const BEGINS_WITHIN: Duration = Duration::from_secs(10);

/// How often a mutation is repeated that may succeed later.
const RETRIES: u32 = 2;

/// What holds for every mutation in a browser: no retry of what will not change, waits as the server asks.
#[must_use]
pub fn defaults() -> MutationDefaults {
    MutationDefaults::new()
        .retry_if(|failures, error: &ApiError| failures < RETRIES && error.is_retryable())
        .retry_delay_fn(ApiError::delay_before_retry)
        .retry_jitter(true)
}

/// Starts a search; then its job is fetched and the lists of jobs are renewed. Called with the request and the
/// form's key: pressing the button twice starts one job.
#[must_use]
pub fn start_scrape(
    api: &ApiClient,
    connection: &Connection,
) -> MutationOptions<JobAccepted, ApiError, (ScrapeRequest, IdempotencyKey)> {
    let (sender, api, connection) = (api.clone(), api.clone(), connection.clone());
    MutationOptions::new(move |(request, key): (ScrapeRequest, IdempotencyKey)| {
        sender.start_scrape(&request, key)
    })
    .on_success(move |accepted: Arc<JobAccepted>, call| {
        let job = queries::job(&api, &connection, accepted.job_id);
        async move {
            // Started, not awaited: the page moves on at once and joins the fetch.
            drop(call.client.prefetch_query(&job));
            renew_job_lists(&call.client);
        }
    })
}

/// Stops a job and shows what became of it.
#[must_use]
pub fn cancel_job(api: &ApiClient) -> MutationOptions<Job, ApiError, JobId> {
    let api = api.clone();
    MutationOptions::with_context(move |id: JobId, call| {
        api.cancel_job(id, IdempotencyKey::of(call.idempotency_key()))
    })
    .on_success(|job: Arc<Job>, call| async move { show_job(&call.client, &job) })
}

/// Puts a failed or cancelled job back into the queue and shows what became of it.
#[must_use]
pub fn retry_job(api: &ApiClient) -> MutationOptions<Job, ApiError, JobId> {
    let api = api.clone();
    MutationOptions::with_context(move |id: JobId, call| {
        api.retry_job(id, IdempotencyKey::of(call.idempotency_key()))
    })
    .on_success(|job: Arc<Job>, call| async move { show_job(&call.client, &job) })
}

/// Enriches a business: shown as `enriching` wherever it is shown until the server says what it is, and as it was
/// before if the server refuses.
#[must_use]
pub fn enrich_business(api: &ApiClient) -> MutationOptions<JobAccepted, ApiError, BusinessId> {
    let api = api.clone();
    MutationOptions::with_context(move |id: BusinessId, call| {
        api.enrich_business(id, IdempotencyKey::of(call.idempotency_key()))
    })
    .optimistic(|layer, id| {
        layer.update::<Business>(*id, |business| business.enrichment_status = EnrichmentStatus::Enriching);
    })
    // Who calls it is told by the call.
    .on_error(|_, _| async {})
    .confirm_by_echo(BEGINS_WITHIN)
    .mutation_key(kept::ENRICH)
    .parallel()
    .resumable()
}

fn show_job(client: &QueryClient, job: &Job) {
    client.upsert(job.clone());
    renew_job_lists(client);
}

/// Puts what the server says of a business into the cache, as its event will once more.
fn show_business(client: &QueryClient, business: &Business) {
    client.upsert(business.clone());
    // Started, not awaited.
    drop(client.invalidate_queries(QueryFilters::prefix(keys::businesses::all_facets())));
}

/// Lists of businesses, what is counted in them, and figures.
fn renew_lists(client: &QueryClient) {
    for key in [keys::businesses::all(), keys::businesses::all_facets(), keys::stats::all()] {
        // Started, not awaited.
        drop(client.invalidate_queries(QueryFilters::prefix(key)));
    }
}

fn renew_job_lists(client: &QueryClient) {
    for key in [keys::jobs::all(), keys::scraper::jobs()] {
        // Started, not awaited.
        drop(client.invalidate_queries(QueryFilters::prefix(key)));
    }
}
