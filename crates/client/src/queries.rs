//! What the pages read: each query with the contract's key and cache times.

use contract::auth::Me;
use contract::edit::BusinessContacts;
use contract::enrichment::{
    EnrichmentBatch, EnrichmentLogEntry, EnrichmentQueue, HistoryQuery, ProviderInfo, Spending,
};
use contract::job::{FailedJobQuery, JobQuery};
use contract::json::{self, FromJson};
use contract::map::{BusinessMap, MapQuery};
use contract::page::MAX_LIMIT;
use contract::places::{CategorySuggestion, LocationSuggestion, SourceInfo, SuggestQuery};
use contract::policy::{self, CachePolicy};
use contract::stats::Facets;
use contract::views::SavedView;
use contract::{Business, BusinessDetail, BusinessId, BusinessQuery, Job, JobId, Page, Shared, Stats, keys};
use requery::{Decode, QueryContext, QueryDefaults, QueryOptions};
use serde::Serialize;
use serde::de::Error as _;

use crate::{ApiClient, ApiError, Call, Connection, membership};

/// The most times that a failed query is asked again.
const RETRIES: u32 = 3;

/// What holds for every query in a browser: no retry of what will not change, waits as the server asks.
#[must_use]
pub fn defaults() -> QueryDefaults {
    QueryDefaults::new()
        .retry_if(|failures, error: &ApiError| failures < RETRIES && error.is_retryable())
        .retry_delay_fn(ApiError::delay_before_retry)
        .retry_jitter(true)
}

/// Boxed, so that options are compiled once for a type and not for every query.
type Fetch<T> = Box<dyn Fn(&ApiClient) -> Call<T> + Send + Sync>;

fn query<T>(
    api: &ApiClient,
    key: keys::Key,
    policy: CachePolicy,
    fetch: Fetch<T>,
) -> QueryOptions<T, ApiError>
where
    T: PartialEq + Serialize + FromJson + Send + Sync + 'static,
{
    let api = api.clone();
    let function = move |context: QueryContext| {
        // A request whose answer nobody looks at any more is hung up.
        context.drop_when_left();
        fetch(&api)
    };
    let options = QueryOptions::new(key, function).stale_time(policy.stale_time).gc_time(policy.gc_time);
    travelling(options).decoded_by::<ByContract>()
}

/// The cache goes from the server to the browser and not back: a page does without the writers of all types, unless a
/// developer panel shows the data.
#[cfg(any(feature = "devtools", not(target_arch = "wasm32")))]
fn travelling<T, E>(options: QueryOptions<T, E>) -> QueryOptions<T, E>
where
    T: PartialEq + Serialize + FromJson + Send + Sync + 'static,
    E: Send + Sync + 'static,
{
    options.encoded()
}

#[cfg(all(target_arch = "wasm32", not(feature = "devtools")))]
fn travelling<T, E>(options: QueryOptions<T, E>) -> QueryOptions<T, E> {
    options
}

/// Reads cached data as answers are read.
struct ByContract;

impl<T: FromJson> Decode<T> for ByContract {
    fn decode(json: &serde_json::Value) -> Result<T, serde_json::Error> {
        json::read(json).map_err(serde_json::Error::custom)
    }
}

/// A page of businesses. Shows the page before while the next one loads. Its rows are shared with the cache's entities and
/// with other lists: a change of one row copies none of the others.
#[must_use]
pub fn business_list(
    api: &ApiClient,
    connection: &Connection,
    filters: BusinessQuery,
) -> QueryOptions<Page<Shared<Business>>, ApiError> {
    let (key, list) = (keys::businesses::list(&filters), membership::live_list(&filters));
    let connection = connection.clone();
    query(api, key, policy::BUSINESS_LIST, Box::new(move |api| api.list_businesses(&filters).read_as()))
        .live_list(list)
        .keep_previous_data()
        .refetch_interval_fn(move |_| connection.is_lost().then_some(policy::JOB_POLL))
}

/// How the businesses of a filter spread over its facets.
#[must_use]
pub fn facets(api: &ApiClient, filters: BusinessQuery) -> QueryOptions<Facets, ApiError> {
    let key = keys::businesses::facets(&filters);
    let filters = filters.filters();
    query(api, key, policy::BUSINESS_LIST, Box::new(move |api| api.facets(&filters))).keep_previous_data()
}

/// Where the businesses of a filter are. Shows the part of the earth before while another one loads.
#[must_use]
pub fn business_map(api: &ApiClient, map: MapQuery) -> QueryOptions<BusinessMap, ApiError> {
    let key = keys::businesses::map(&map);
    query(api, key, policy::BUSINESS_LIST, Box::new(move |api| api.business_map(&map))).keep_previous_data()
}

/// A business with its contacts.
#[must_use]
pub fn business_detail(api: &ApiClient, id: BusinessId) -> QueryOptions<BusinessDetail, ApiError> {
    let key = keys::business::detail(id);
    query(api, key, policy::BUSINESS_DETAIL, Box::new(move |api| api.business(id))).entity::<Business>()
}

/// The contacts of a business.
#[must_use]
pub fn contacts(api: &ApiClient, id: BusinessId) -> QueryOptions<BusinessContacts, ApiError> {
    let key = keys::business::contacts(id);
    query(api, key, policy::BUSINESS_PARTS, Box::new(move |api| api.contacts(id)))
}

/// What enrichment did for a business, the newest first: as much as one answer holds.
#[must_use]
pub fn enrichment_history(
    api: &ApiClient,
    id: BusinessId,
) -> QueryOptions<Page<EnrichmentLogEntry>, ApiError> {
    let key = keys::business::enrichment_history(id);
    let newest = HistoryQuery { limit: Some(MAX_LIMIT), ..HistoryQuery::default() };
    query(api, key, policy::BUSINESS_PARTS, Box::new(move |api| api.enrichment_history(id, &newest)))
}

/// Figures over all businesses.
#[must_use]
pub fn stats(api: &ApiClient) -> QueryOptions<Stats, ApiError> {
    query(api, keys::stats::dashboard(), policy::STATS, Box::new(ApiClient::stats))
}

/// One job of any kind. Polls while it is unfinished and the socket is down.
#[must_use]
pub fn job(api: &ApiClient, connection: &Connection, id: JobId) -> QueryOptions<Job, ApiError> {
    let options = query(api, keys::jobs::detail(id), policy::JOB, Box::new(move |api| api.job(id)));
    polling_job(options, connection)
}

/// One search. Polls while it is unfinished and the socket is down.
#[must_use]
pub fn scrape_status(api: &ApiClient, connection: &Connection, id: JobId) -> QueryOptions<Job, ApiError> {
    let key = keys::scraper::status(id);
    let options = query(api, key, policy::JOB, Box::new(move |api| api.scrape_status(id)));
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

/// A batch with where each of its businesses stands. Polls while it is unfinished and the socket is down.
#[must_use]
pub fn enrichment_batch(
    api: &ApiClient,
    connection: &Connection,
    id: JobId,
) -> QueryOptions<EnrichmentBatch, ApiError> {
    let (key, connection) = (keys::enrichment::batch(id), connection.clone());
    query(api, key, policy::JOB, Box::new(move |api| api.enrichment_batch(id)))
        .refetch_interval_fn(move |state| {
            let status = state.data.as_ref().map(|batch| batch.job.status);
            policy::job_poll_interval(status, !connection.is_lost()).map(|_| policy::BATCH_POLL)
        })
        .refetch_interval_in_background(true)
}

/// How many businesses wait to be enriched, and why others failed to be. Events have it asked for anew; without them it polls.
#[must_use]
pub fn enrichment_queue(api: &ApiClient, connection: &Connection) -> QueryOptions<EnrichmentQueue, ApiError> {
    let connection = connection.clone();
    query(api, keys::enrichment::queue(), policy::JOB, Box::new(ApiClient::enrichment_queue))
        .refetch_interval_fn(move |_| connection.is_lost().then_some(policy::BATCH_POLL))
}

/// What paid services cost this month.
#[must_use]
pub fn spending(api: &ApiClient) -> QueryOptions<Spending, ApiError> {
    query(api, keys::enrichment::spending(), policy::STATS, Box::new(ApiClient::spending))
}

/// What can enrich.
#[must_use]
pub fn providers(api: &ApiClient) -> QueryOptions<Vec<ProviderInfo>, ApiError> {
    let key = keys::enrichment::providers();
    query(api, key, policy::CATALOGUE, Box::new(ApiClient::providers))
}

/// The newest failed jobs, members of batches among them.
#[must_use]
pub fn failed_jobs(api: &ApiClient, connection: &Connection) -> QueryOptions<Page<Job>, ApiError> {
    let (key, connection) = (keys::jobs::failed(), connection.clone());
    query(api, key, policy::JOB, Box::new(|api| api.failed_jobs(&FailedJobQuery::default())))
        .entity::<Job>()
        .refetch_interval_fn(move |_| connection.is_lost().then_some(policy::JOB_POLL))
}

/// The latest searches.
#[must_use]
pub fn scrape_jobs(api: &ApiClient, connection: &Connection) -> QueryOptions<Vec<Job>, ApiError> {
    let connection = connection.clone();
    query(api, keys::scraper::jobs(), policy::JOB, Box::new(ApiClient::scrape_jobs))
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
    query(api, key, policy::JOB, Box::new(move |api| api.jobs(&filters)))
        .entity::<Job>()
        .keep_previous_data()
        .refetch_interval_fn(move |_| connection.is_lost().then_some(policy::JOB_POLL))
}

/// The newest jobs of those that `filters` selects: the rows of their page alone.
#[must_use]
pub fn latest_jobs(
    api: &ApiClient,
    connection: &Connection,
    filters: JobQuery,
) -> QueryOptions<Vec<Job>, ApiError> {
    let key = keys::jobs::latest(&filters);
    let connection = connection.clone();
    query(api, key, policy::JOB, Box::new(move |api| api.jobs(&filters).only("data")))
        .entity::<Job>()
        .refetch_interval_fn(move |_| connection.is_lost().then_some(policy::JOB_POLL))
}

/// The sources of places.
#[must_use]
pub fn sources(api: &ApiClient) -> QueryOptions<Vec<SourceInfo>, ApiError> {
    query(api, keys::scraper::sources(), policy::CATALOGUE, Box::new(ApiClient::sources))
}

/// Categories that answer what was typed. Shows the ones before while the next ones load.
#[must_use]
pub fn category_suggestions(
    api: &ApiClient,
    typed: SuggestQuery,
) -> QueryOptions<Vec<CategorySuggestion>, ApiError> {
    let key = keys::scraper::categories(&typed);
    query(api, key, policy::CATALOGUE, Box::new(move |api| api.suggest_categories(&typed)))
        .keep_previous_data()
}

/// Locations that answer what was typed. Shows the ones before while the next ones load.
#[must_use]
pub fn location_suggestions(
    api: &ApiClient,
    typed: SuggestQuery,
) -> QueryOptions<Vec<LocationSuggestion>, ApiError> {
    let key = keys::scraper::locations(&typed);
    query(api, key, policy::CATALOGUE, Box::new(move |api| api.suggest_locations(&typed)))
        .keep_previous_data()
}

/// Who one is and what one may do.
#[must_use]
pub fn me(api: &ApiClient) -> QueryOptions<Me, ApiError> {
    query(api, keys::auth::me(), policy::OWN, Box::new(ApiClient::me))
}

/// One's saved views, by name.
#[must_use]
pub fn views(api: &ApiClient) -> QueryOptions<Vec<SavedView>, ApiError> {
    query(api, keys::views::all(), policy::OWN, Box::new(ApiClient::views))
}
