//! Every query and mutation of the pages: the hooks of `requery-leptos` on the queries of `client`.

use std::sync::Arc;
use std::time::Duration;

use client::{ApiClient, ApiError, Connection, IdempotencyKey, mutations, queries};
use contract::enrichment::EnrichmentLogEntry;
use contract::job::JobQuery;
use contract::map::{BusinessMap, MapQuery};
use contract::places::{CategorySuggestion, LocationSuggestion, SourceInfo, SuggestQuery};
use contract::stats::Facets;
use contract::{
    Business, BusinessDetail, BusinessId, BusinessQuery, Job, JobAccepted, JobId, Page, ScrapeRequest,
    Shared, Stats, keys, policy,
};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use requery::{MutateCallbacks, QueryClient, QueryFilters, QueryOptions, StaleTime};
use requery_leptos::{UseMutation, UseQuery, use_mutation, use_prefetch, use_query, use_query_client};

use crate::address::{Step, use_address};
use crate::reaction::{Derived, Var, derive, react};
use crate::toast::use_toasts;
use crate::{components::load::sentence, routes};

/// A page of leads.
pub(crate) type Leads = UseQuery<Page<Shared<Business>>, ApiError>;
/// A page of jobs.
pub(crate) type Jobs = UseQuery<Page<Job>, ApiError>;
/// One job.
pub(crate) type OneJob = UseQuery<Job, ApiError>;

/// What enrichment did for a lead.
pub(crate) type History = UseQuery<Page<EnrichmentLogEntry>, ApiError>;

/// Suggestions of places.
pub(crate) type Places = UseQuery<Vec<LocationSuggestion>, ApiError>;

/// Pause in typing after which suggestions are asked for.
const PAUSE: Duration = Duration::from_millis(120);
/// The most suggestions that a field shows.
const SUGGESTIONS: u32 = 8;

fn use_api() -> ApiClient {
    expect_context()
}

fn use_connection() -> Connection {
    use_context().unwrap_or_default()
}

/// Figures of the overview.
pub(crate) fn stats() -> UseQuery<Stats, ApiError> {
    let api = use_api();
    use_query(move || queries::stats(&api))
}

/// The sources of places.
pub(crate) fn sources() -> UseQuery<Vec<SourceInfo>, ApiError> {
    let api = use_api();
    use_query(move || queries::sources(&api))
}

/// The page of leads that `query` asks for.
pub(crate) fn leads(query: impl Fn() -> BusinessQuery + 'static) -> Leads {
    let (api, connection) = (use_api(), use_connection());
    use_query(move || queries::business_list(&api, &connection, query()))
}

/// The page of leads that `query` asks for, once it asks for one.
pub(crate) fn leads_if(query: impl Fn() -> Option<BusinessQuery> + 'static) -> Leads {
    let (api, connection) = (use_api(), use_connection());
    use_query(move || {
        let query = query();
        let is_asked = query.is_some();
        queries::business_list(&api, &connection, query.unwrap_or_default()).enabled(is_asked)
    })
}

/// The page of leads that `query` asks for, which stays the same; the cache keeps it while somebody shows it.
pub(crate) fn leads_page(query: BusinessQuery) -> Leads {
    leads(move || query.clone())
}

/// Has the cache forget pages of leads: a list that somebody scrolls through has very many.
pub(crate) fn use_forget_leads() -> impl Fn(&BusinessQuery) + Copy + Send + Sync + 'static {
    let cache = StoredValue::new(use_query_client());
    move |query| {
        if let Some(cache) = cache.try_get_value() {
            cache.remove_queries(QueryFilters::exact(keys::businesses::list(query)));
        }
    }
}

/// How the leads of `query` spread.
pub(crate) fn facets(query: impl Fn() -> BusinessQuery + 'static) -> UseQuery<Facets, ApiError> {
    let api = use_api();
    use_query(move || queries::facets(&api, query()))
}

/// Where the leads of `query` are.
pub(crate) fn business_map(query: impl Fn() -> MapQuery + 'static) -> UseQuery<BusinessMap, ApiError> {
    let api = use_api();
    use_query(move || queries::business_map(&api, query()))
}

/// One lead. Until it is there, what a list on screen before knew of it stands in.
pub(crate) fn lead(id: impl Fn() -> Option<BusinessId> + 'static) -> UseQuery<BusinessDetail, ApiError> {
    let (api, cache) = (use_api(), use_query_client());
    use_query(move || {
        let id = id();
        let cache = cache.clone();
        let known = move || known_from_list(&cache, id?).map(Arc::new);
        queries::business_detail(&api, id.unwrap_or(BusinessId(0)))
            .enabled(id.is_some())
            .placeholder_data_fn(move |_| known())
    })
}

fn known_from_list(cache: &QueryClient, id: BusinessId) -> Option<BusinessDetail> {
    let lists =
        cache.get_queries_data::<Page<Shared<Business>>>(&QueryFilters::prefix(keys::businesses::all()));
    let find = |page: &Arc<Page<Shared<Business>>>| page.data.iter().find(|lead| lead.id == id).cloned();
    let lead = lists.iter().filter_map(|(_, page)| find(page)).max_by_key(|lead| lead.version)?;
    Some(BusinessDetail { business: lead.into_inner(), contacts: Vec::new() })
}

/// What enrichment did for the lead that is asked for, the newest first.
pub(crate) fn history(id: impl Fn() -> Option<BusinessId> + 'static) -> History {
    let api = use_api();
    use_query(move || {
        let id = id();
        queries::enrichment_history(&api, id.unwrap_or(BusinessId(0))).enabled(id.is_some())
    })
}

/// While events arrive they keep a job current, so that what the server rendered is not fetched again; without
/// them it is stale at once.
fn kept_by_events<T: PartialEq + Send + Sync + 'static>(
    options: QueryOptions<T, ApiError>,
    connection: &Connection,
) -> QueryOptions<T, ApiError> {
    let connection = connection.clone();
    options.stale_time_fn(move |_| {
        if connection.is_lost() { StaleTime::After(policy::JOB.stale_time) } else { StaleTime::Never }
    })
}

/// One job.
pub(crate) fn job(id: impl Fn() -> Option<JobId> + 'static) -> OneJob {
    let (api, connection) = (use_api(), use_connection());
    use_query(move || {
        let id = id();
        let options = queries::job(&api, &connection, id.unwrap_or(JobId(uuid::Uuid::nil())));
        kept_by_events(options, &connection).enabled(id.is_some())
    })
}

/// The latest searches.
pub(crate) fn scrape_jobs() -> UseQuery<Vec<Job>, ApiError> {
    let (api, connection) = (use_api(), use_connection());
    use_query(move || kept_by_events(queries::scrape_jobs(&api, &connection), &connection))
}

/// The page of jobs that `query` asks for.
pub(crate) fn jobs(query: impl Fn() -> JobQuery + 'static) -> Jobs {
    let (api, connection) = (use_api(), use_connection());
    use_query(move || kept_by_events(queries::jobs(&api, &connection, query()), &connection))
}

/// The newest jobs of those that `query` selects.
pub(crate) fn latest_jobs(query: fn() -> JobQuery) -> UseQuery<Vec<Job>, ApiError> {
    let (api, connection) = (use_api(), use_connection());
    use_query(move || kept_by_events(queries::latest_jobs(&api, &connection, query()), &connection))
}

/// What is asked for where nothing was typed yet.
pub(crate) fn commonest() -> SuggestQuery {
    SuggestQuery { q: String::new(), limit: Some(50) }
}

/// The commonest trades.
pub(crate) fn commonest_categories() -> UseQuery<Vec<CategorySuggestion>, ApiError> {
    let api = use_api();
    use_query(move || queries::category_suggestions(&api, commonest()))
}

/// Trades that answer what stands in the field, once it had the focus.
pub(crate) fn categories(
    typed: Var<String>,
    focused: Var<bool>,
) -> UseQuery<Vec<CategorySuggestion>, ApiError> {
    let (api, typed) = (use_api(), after_pause(typed));
    use_query(move || queries::category_suggestions(&api, suggest(typed.get())).enabled(focused.get()))
}

/// Places that answer what stands in the field, once it had the focus.
pub(crate) fn locations(typed: Var<String>, focused: Var<bool>) -> Places {
    let (api, typed) = (use_api(), after_pause(typed));
    use_query(move || queries::location_suggestions(&api, suggest(typed.get())).enabled(focused.get()))
}

fn suggest(text: String) -> SuggestQuery {
    SuggestQuery { q: text.trim().chars().take(200).collect(), limit: Some(SUGGESTIONS) }
}

/// Follows `typed` when it has rested.
fn after_pause(typed: Var<String>) -> Var<String> {
    let rested = Var::new(typed.get_untracked());
    let mut waiting = None::<TimeoutHandle>;
    react(move || {
        let text = typed.get();
        if let Some(timer) = waiting.take() {
            timer.clear();
        }
        let follow = move || {
            if rested.try_get_untracked().is_some_and(|rested| rested != text) {
                rested.set(text.clone());
            }
        };
        waiting = set_timeout_with_handle(follow, PAUSE).ok();
    });
    rested
}

/// Fetches a lead that may be opened next.
pub(crate) fn use_prefetch_lead() -> impl Fn(BusinessId) + Copy + Send + Sync + 'static {
    let (api, prefetch) = (StoredValue::new(use_api()), use_prefetch());
    move |id| {
        if let Some(api) = api.try_get_value() {
            prefetch.query(&queries::business_detail(&api, id));
        }
    }
}

/// Fetches a page of leads that may be opened next.
pub(crate) fn use_prefetch_leads() -> impl Fn(BusinessQuery) + Copy + Send + Sync + 'static {
    let (api, connection) = (StoredValue::new(use_api()), StoredValue::new(use_connection()));
    let prefetch = use_prefetch();
    move |query| {
        if let (Some(api), Some(connection)) = (api.try_get_value(), connection.try_get_value()) {
            prefetch.query(&queries::business_list(&api, &connection, query));
        }
    }
}

/// Stops a job.
pub(crate) fn use_cancel_job() -> UseMutation<Job, ApiError, JobId> {
    use_mutation(mutations::cancel_job(&use_api()))
}

/// Puts a job back into the queue.
pub(crate) fn use_retry_job() -> UseMutation<Job, ApiError, JobId> {
    use_mutation(mutations::retry_job(&use_api()))
}

/// Calls the mutation unless a call is under way, and says when it failed, and what is `done` when it did not.
pub(crate) fn act<T, V>(mutation: UseMutation<T, ApiError, V>, on: V, done: Option<&'static str>)
where
    T: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    if untrack(|| mutation.is_pending()) {
        return;
    }
    let toasts = use_toasts();
    let callbacks = MutateCallbacks::new()
        .on_success(move |_: Arc<T>, _: Arc<V>| {
            if let Some(done) = done {
                toasts.done(done);
            }
        })
        .on_error(move |error: Arc<ApiError>, _| toasts.failed(sentence(&error.to_string())));
    mutation.mutate_with(on, callbacks);
}

/// Starts searches and goes to their page.
#[derive(Clone, Copy)]
pub(crate) struct StartSearch {
    /// A search is being started.
    pub(crate) pending: Derived<bool>,
    start: Callback<ScrapeRequest>,
}

impl StartSearch {
    /// Starts the search unless one is being started.
    pub(crate) fn run(self, request: ScrapeRequest) {
        if !self.pending.get_untracked() {
            self.start.run(request);
        }
    }
}

/// One intent of the form: the request, and the key under which it is sent, however often.
type Intent = (ScrapeRequest, IdempotencyKey);

/// Starts searches; `refused` is told why one did not start.
pub(crate) fn use_start_search(refused: impl Fn(&ApiError) + Copy + Send + Sync + 'static) -> StartSearch {
    let mutation = use_mutation(mutations::start_scrape(&use_api(), &use_connection()));
    let address = use_address();
    let last = Var::new(None::<Intent>);
    let left = Var::new(false);
    let start = Callback::new(move |request: ScrapeRequest| {
        let intent = same_or_new(last.get_untracked(), request);
        last.set(Some(intent.clone()));
        let callbacks = MutateCallbacks::new()
            .on_success(move |job: Arc<JobAccepted>, _: Arc<Intent>| {
                left.set(true);
                last.set(None);
                address.go(&routes::job(job.job_id), Step::default());
            })
            .on_error(move |error: Arc<ApiError>, _| refused(&error));
        mutation.mutate_with(intent, callbacks);
    });
    StartSearch { pending: derive(move || mutation.is_pending() || left.get()), start }
}

/// The same request again is the same intent: an answer that was lost on the way is given again.
fn same_or_new(last: Option<Intent>, request: ScrapeRequest) -> Intent {
    last.filter(|(before, _)| *before == request).unwrap_or_else(|| (request, IdempotencyKey::new()))
}

pub(crate) mod columns;
pub(crate) mod enrichment;
pub(crate) mod palette;
#[cfg(test)]
mod tests;
