//! What the pages read: each query with the contract's key and cache times.

use std::time::Duration;

use contract::job::JobQuery;
use contract::places::{CategorySuggestion, LocationSuggestion, SourceInfo, SuggestQuery};
use contract::policy::{self, CachePolicy};
use contract::stats::Facets;
use contract::{Business, BusinessDetail, BusinessId, BusinessQuery, Job, JobId, Page, Stats, keys};
use requery::{MaybeSend, QueryDefaults, QueryOptions};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{ApiClient, ApiError, Connection, membership};

/// The most times that a failed query is asked again.
const RETRIES: u32 = 3;
/// Waits between tries grow to this.
const MAX_DELAY: Duration = Duration::from_secs(30);

/// What holds for every query in a browser: no retry of what will not change, waits as the server asks.
#[must_use]
pub fn defaults() -> QueryDefaults {
    QueryDefaults::new()
        .retry_if(|failures, error: &ApiError| failures < RETRIES && error.is_retryable())
        .retry_delay_fn(|failures, error: &ApiError| {
            let backoff = Duration::from_secs(1 << failures.min(5)).min(MAX_DELAY);
            error.retry_after.unwrap_or(backoff)
        })
        .retry_jitter(true)
}

fn query<T, Fut>(
    api: &ApiClient,
    key: keys::Key,
    policy: CachePolicy,
    fetch: impl Fn(ApiClient) -> Fut + Send + Sync + 'static,
) -> QueryOptions<T, ApiError>
where
    T: PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
    Fut: Future<Output = Result<T, ApiError>> + MaybeSend + 'static,
{
    let api = api.clone();
    QueryOptions::new(key, move |_| fetch(api.clone()))
        .stale_time(policy.stale_time)
        .gc_time(policy.gc_time)
        .hydratable()
}

/// A page of businesses. Shows the page before while the next one loads.
#[must_use]
pub fn business_list(
    api: &ApiClient,
    connection: &Connection,
    filters: BusinessQuery,
) -> QueryOptions<Page<Business>, ApiError> {
    let (key, list) = (keys::businesses::list(&filters), membership::live_list(&filters));
    let connection = connection.clone();
    query(api, key, policy::BUSINESS_LIST, move |api| {
        let filters = filters.clone();
        async move { api.list_businesses(&filters).await }
    })
    .live_list(list)
    .keep_previous_data()
    .refetch_interval_fn(move |_| connection.is_lost().then_some(policy::JOB_POLL))
}

/// How the businesses of a filter spread over its facets.
#[must_use]
pub fn facets(api: &ApiClient, filters: BusinessQuery) -> QueryOptions<Facets, ApiError> {
    let key = keys::businesses::facets(&filters);
    let filters = filters.filters();
    query(api, key, policy::BUSINESS_LIST, move |api| {
        let filters = filters.clone();
        async move { api.facets(&filters).await }
    })
    .keep_previous_data()
}

/// A business with its contacts.
#[must_use]
pub fn business_detail(api: &ApiClient, id: BusinessId) -> QueryOptions<BusinessDetail, ApiError> {
    let key = keys::business::detail(id);
    query(api, key, policy::BUSINESS_DETAIL, move |api| async move { api.business(id).await })
        .entity::<Business>()
}

/// Figures over all businesses.
#[must_use]
pub fn stats(api: &ApiClient) -> QueryOptions<Stats, ApiError> {
    query(api, keys::stats::dashboard(), policy::STATS, |api| async move { api.stats().await })
}

/// One job of any kind. Polls while it is unfinished and the socket is down.
#[must_use]
pub fn job(api: &ApiClient, connection: &Connection, id: JobId) -> QueryOptions<Job, ApiError> {
    let options =
        query(api, keys::jobs::detail(id), policy::JOB, move |api| async move { api.job(id).await });
    polling_job(options, connection)
}

/// One search. Polls while it is unfinished and the socket is down.
#[must_use]
pub fn scrape_status(api: &ApiClient, connection: &Connection, id: JobId) -> QueryOptions<Job, ApiError> {
    let key = keys::scraper::status(id);
    let options = query(api, key, policy::JOB, move |api| async move { api.scrape_status(id).await });
    polling_job(options, connection)
}

fn polling_job(options: QueryOptions<Job, ApiError>, connection: &Connection) -> QueryOptions<Job, ApiError> {
    let connection = connection.clone();
    options
        .entity::<Job>()
        .refetch_interval_fn(move |state| {
            let status = state.data.as_ref().map(|job| job.status);
            policy::job_poll_interval(status, !connection.is_lost())
        })
        .refetch_interval_in_background(true)
}

/// The latest searches.
#[must_use]
pub fn scrape_jobs(api: &ApiClient, connection: &Connection) -> QueryOptions<Vec<Job>, ApiError> {
    let connection = connection.clone();
    query(api, keys::scraper::jobs(), policy::JOB, |api| async move { api.scrape_jobs().await })
        .entity::<Job>()
        .refetch_interval_fn(move |_| connection.is_lost().then_some(policy::JOB_POLL))
}

/// A page of jobs.
#[must_use]
pub fn jobs(
    api: &ApiClient,
    connection: &Connection,
    filters: JobQuery,
) -> QueryOptions<Page<Job>, ApiError> {
    let key = keys::jobs::list(&filters);
    let connection = connection.clone();
    query(api, key, policy::JOB, move |api| {
        let filters = filters.clone();
        async move { api.jobs(&filters).await }
    })
    .entity::<Job>()
    .keep_previous_data()
    .refetch_interval_fn(move |_| connection.is_lost().then_some(policy::JOB_POLL))
}

/// The sources of places.
#[must_use]
pub fn sources(api: &ApiClient) -> QueryOptions<Vec<SourceInfo>, ApiError> {
    query(api, keys::scraper::sources(), policy::CATALOGUE, |api| async move { api.sources().await })
}

/// Categories that answer what was typed. Shows the ones before while the next ones load.
#[must_use]
pub fn category_suggestions(
    api: &ApiClient,
    typed: SuggestQuery,
) -> QueryOptions<Vec<CategorySuggestion>, ApiError> {
    let key = keys::scraper::categories(&typed);
    query(api, key, policy::CATALOGUE, move |api| {
        let typed = typed.clone();
        async move { api.suggest_categories(&typed).await }
    })
    .keep_previous_data()
}

/// Locations that answer what was typed. Shows the ones before while the next ones load.
#[must_use]
pub fn location_suggestions(
    api: &ApiClient,
    typed: SuggestQuery,
) -> QueryOptions<Vec<LocationSuggestion>, ApiError> {
    let key = keys::scraper::locations(&typed);
    query(api, key, policy::CATALOGUE, move |api| {
        let typed = typed.clone();
        async move { api.suggest_locations(&typed).await }
    })
    .keep_previous_data()
}
