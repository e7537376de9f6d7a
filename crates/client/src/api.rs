mod accounts;
mod files;
mod views;
mod writes;

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use contract::auth::{ApiToken, Me, Session, User};
use contract::columns::Appearance;
use contract::duplicates::{DuplicatePair, LikelyDuplicate, MergePreview, MergedBusiness, PairQuery};
use contract::edit::BusinessContacts;
use contract::endpoint::{NoBody, NoQuery, PathParams};
use contract::enrichment::{
    EnrichmentBatch, EnrichmentLogEntry, EnrichmentQueue, HistoryQuery, ProviderInfo, Spending,
};
use contract::event::{EventPage, EventQuery};
use contract::export::ExportQuery;
use contract::job::{FailedJobQuery, JobQuery};
use contract::json::{self, FromJson};
use contract::map::{BusinessMap, MapQuery};
use contract::places::{CategorySuggestion, LocationSuggestion, SourceInfo, SuggestQuery};
use contract::stats::Facets;
use contract::suppression::{Suppression, SuppressionQuery};
use contract::views::SavedView;
use contract::{
    Business, BusinessDetail, BusinessId, BusinessQuery, Endpoint, Job, JobId, Method, Page, Stats, endpoints,
};
use serde_json::Value;

pub use files::FileContent;

use crate::error::ApiError;
use crate::interceptor::{Interceptor, Next};
use crate::transport::{REQUEST_ID, Request, Response, Transport, TransportFuture};

/// Calls the API with the contract's types. Clones share the transport.
#[derive(Clone)]
pub struct ApiClient {
    transport: Arc<dyn Transport>,
    interceptors: Arc<[Arc<dyn Interceptor>]>,
}

impl fmt::Debug for ApiClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiClient").field("interceptors", &self.interceptors.len()).finish_non_exhaustive()
    }
}

/// Makes one intent of a write one write, however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A new key, for a new intent.
    #[must_use]
    pub fn new() -> Self {
        Self(uuid::Uuid::new_v4().to_string())
    }

    /// The key of an intent that has one already.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The key as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for IdempotencyKey {
    fn default() -> Self {
        Self::new()
    }
}

/// What a call may add to its request.
#[derive(Clone, Debug, Default)]
pub struct CallOptions {
    /// Sent as `Idempotency-Key`.
    pub idempotency_key: Option<IdempotencyKey>,
    /// Sent as `If-Match`: the version that the change is made of.
    pub version: Option<u64>,
}

impl CallOptions {
    /// For a write that is one however often it is sent.
    #[must_use]
    pub fn keyed(key: IdempotencyKey) -> Self {
        Self { idempotency_key: Some(key), version: None }
    }

    /// For a change of that version.
    #[must_use]
    pub fn of_version(version: u64) -> Self {
        Self { idempotency_key: None, version: Some(version) }
    }

    /// For a change of that version that is one however often it is sent.
    #[must_use]
    pub fn keyed_of_version(key: IdempotencyKey, version: u64) -> Self {
        Self { idempotency_key: Some(key), version: Some(version) }
    }
}

impl ApiClient {
    /// A client whose requests travel by `transport`. Each carries an id of its own as `x-request-id`, by which it is found
    /// in the server's log, and which its error knows: [`ApiError::request_id`].
    #[must_use]
    pub fn new(transport: impl Transport) -> Self {
        Self { transport: Arc::new(transport), interceptors: Arc::default() }
    }

    /// The same client with one more layer, nearest to the transport: what was added before sees the request before it, and
    /// the answer after it. Ready-made ones are in [`interceptor`](crate::interceptor).
    #[must_use]
    pub fn with(&self, interceptor: impl Interceptor) -> Self {
        let added: Arc<dyn Interceptor> = Arc::new(interceptor);
        let interceptors = self.interceptors.iter().cloned().chain([added]).collect();
        Self { transport: Arc::clone(&self.transport), interceptors }
    }

    /// Calls the endpoint `E`. It fails when the server cannot be reached, refuses, or answers in another shape.
    pub fn call<E: Endpoint>(
        &self,
        path: &E::Path,
        query: &E::Query,
        body: &E::Body,
        options: CallOptions,
    ) -> Call<E::Response> {
        Call::of(self.exchange(request_for::<E>(path, query, body, options)))
    }

    /// Sends the request; what came of it, unless it was refused. Compiled once for all endpoints: a body becomes what it
    /// is by way of `Value`, as in hydration, so that each type has one reader.
    fn exchange(&self, request: Result<Request, ApiError>) -> Exchange {
        let Self { transport, interceptors } = self.clone();
        Box::pin(async move {
            let mut request = request?;
            let id = uuid::Uuid::new_v4().to_string();
            request.headers.push((REQUEST_ID.to_owned(), id.clone()));
            let outcome = Next::new(&interceptors, &*transport).run(request).await;
            match outcome.map_err(ApiError::from).and_then(|response| success(&response)) {
                Ok(body) => Ok(Answer { request_id: id, body }),
                Err(error) => Err(error.of_request(id)),
            }
        })
    }

    fn get<E: Endpoint<Body = NoBody>>(&self, path: &E::Path, query: &E::Query) -> Call<E::Response> {
        self.call::<E>(path, query, &NoBody {}, CallOptions::default())
    }

    fn act<E>(&self, path: &E::Path, key: IdempotencyKey) -> Call<E::Response>
    where
        E: Endpoint<Query = NoQuery, Body = NoBody>,
    {
        self.call::<E>(path, &NoQuery {}, &NoBody {}, CallOptions::keyed(key))
    }
}

/// What a request was answered with that was not refused.
struct Answer {
    request_id: String,
    body: (u16, Value),
}

impl Answer {
    /// The error of an answer of another shape.
    fn unfit(&self, reason: &json::Unfit) -> ApiError {
        ApiError::unreadable(self.body.0, reason).of_request(self.request_id.clone())
    }
}

type Exchange = TransportFuture<'static, Result<Answer, ApiError>>;

/// The status and body of an answer that is no refusal.
fn success(response: &Response) -> Result<(u16, Value), ApiError> {
    let status = response.status;
    if !(200..300).contains(&status) {
        return Err(ApiError::from_response(response));
    }
    let body = match status {
        204 => Value::Null,
        _ => response.json().map_err(|error| ApiError::unreadable(status, error))?,
    };
    Ok((status, body))
}

/// A call under way; dropping it aborts its request. Written out and not an `async fn`, which would be compiled for each
/// endpoint.
#[must_use = "a call is sent when it is awaited"]
pub struct Call<T> {
    answer: Exchange,
    /// The field of the answer that is read; none for all of it.
    field: Option<&'static str>,
    of: PhantomData<fn() -> T>,
}

impl<T> Call<T> {
    fn of(answer: Exchange) -> Self {
        Self { answer, field: None, of: PhantomData }
    }

    /// The call, its answer read as another type of the same shape.
    pub(crate) fn read_as<U>(self) -> Call<U> {
        Call::of(self.answer)
    }

    /// The call, of its answer only that field read.
    pub(crate) fn only<U>(self, field: &'static str) -> Call<U> {
        Call { field: Some(field), ..Call::of(self.answer) }
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

impl<T: FromJson> Future for Call<T> {
    type Output = Result<T, ApiError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let field = self.field;
        self.answer.as_mut().poll(context).map(|answer| {
            let answer = answer?;
            let whole = &answer.body.1;
            let part = field.and_then(|name| whole.get(name)).unwrap_or(whole);
            json::read(part).map_err(|error| answer.unfit(&error))
        })
    }
}

/// Declares a method for an endpoint that reads.
macro_rules! reads {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty),*) -> $response:ty = $endpoint:ident($path:expr, $query:expr);)+) => {
        /// Reading. Each fails when the server cannot be reached, refuses, or answers in another shape.
        impl ApiClient {$(
            $(#[$doc])*
            pub fn $name(&self, $($arg: $type),*) -> Call<$response> {
                self.get::<endpoints::$endpoint>($path, $query)
            }
        )+}
    };
}

reads! {
    /// A page of businesses.
    list_businesses(query: &BusinessQuery) -> Page<Business> = ListBusinesses(&(), query);
    /// A business with its contacts.
    business(id: BusinessId) -> BusinessDetail = GetBusiness(&id, &NoQuery {});
    /// The contacts of a business.
    contacts(id: BusinessId) -> BusinessContacts = ListContacts(&id, &NoQuery {});
    /// The businesses that may be the same as one, the likeliest first.
    duplicates(id: BusinessId) -> Vec<LikelyDuplicate> = ListDuplicates(&id, &NoQuery {});
    /// A page of the pairs of businesses that may be one, or of those that people said are two.
    pairs(query: &PairQuery) -> Page<DuplicatePair> = ListPairs(&(), query);
    /// What was merged into a business, the last first.
    merges(id: BusinessId) -> Vec<MergedBusiness> = ListMerges(&id, &NoQuery {});
    /// What a merge of the second business into the first would leave.
    preview_merge(kept: BusinessId, other: BusinessId) -> MergePreview = PreviewMerge(&(kept, other), &NoQuery {});
    /// A page of what enrichment did for a business.
    enrichment_history(id: BusinessId, query: &HistoryQuery) -> Page<EnrichmentLogEntry> =
        ListEnrichmentHistory(&id, query);
    /// How the businesses of a filter spread over its facets.
    facets(query: &BusinessQuery) -> Facets = GetFacets(&(), query);
    /// Where the businesses of a filter are.
    business_map(query: &MapQuery) -> BusinessMap = GetBusinessMap(&(), query);
    /// Figures over all businesses.
    stats() -> Stats = GetStats(&(), &NoQuery {});
    /// How a search goes.
    scrape_status(job: JobId) -> Job = GetScrapeStatus(&job, &NoQuery {});
    /// The latest searches.
    scrape_jobs() -> Vec<Job> = ListScrapeJobs(&(), &NoQuery {});
    /// The sources of places.
    sources() -> Vec<SourceInfo> = ListSources(&(), &NoQuery {});
    /// Categories that answer what was typed.
    suggest_categories(query: &SuggestQuery) -> Vec<CategorySuggestion> = SuggestCategories(&(), query);
    /// Locations that answer what was typed.
    suggest_locations(query: &SuggestQuery) -> Vec<LocationSuggestion> = SuggestLocations(&(), query);
    /// A page of jobs.
    jobs(query: &JobQuery) -> Page<Job> = ListJobs(&(), query);
    /// One job.
    job(id: JobId) -> Job = GetJob(&id, &NoQuery {});
    /// A page of failed jobs.
    failed_jobs(query: &FailedJobQuery) -> Page<Job> = ListFailedJobs(&(), query);
    /// A batch with where each of its businesses stands.
    enrichment_batch(job: JobId) -> EnrichmentBatch = GetEnrichmentBatch(&job, &NoQuery {});
    /// How many businesses wait to be enriched, and why others failed to be.
    enrichment_queue() -> EnrichmentQueue = GetEnrichmentQueue(&(), &NoQuery {});
    /// What paid services cost this month.
    spending() -> Spending = GetSpending(&(), &NoQuery {});
    /// What can enrich.
    providers() -> Vec<ProviderInfo> = ListProviders(&(), &NoQuery {});
    /// Past events.
    events(query: &EventQuery) -> EventPage = ListEvents(&(), query);
    /// Who makes the requests of this client.
    me() -> Me = GetMe(&(), &NoQuery {});
    /// Where one is signed in, the latest used first.
    sessions() -> Vec<Session> = ListSessions(&(), &NoQuery {});
    /// One's API tokens, the newest first.
    tokens() -> Vec<ApiToken> = ListTokens(&(), &NoQuery {});
    /// One's saved views, by name.
    views() -> Vec<SavedView> = ListViews(&(), &NoQuery {});
    /// How one has the pages laid out.
    appearance() -> Appearance = GetAppearance(&(), &NoQuery {});
    /// Everybody who may sign in, by name.
    users() -> Vec<User> = ListUsers(&(), &NoQuery {});
    /// A page of the suppression list, the newest entry first.
    suppressions(query: &SuppressionQuery) -> Page<Suppression> = ListSuppressions(&(), query);
}

/// Where the businesses of a filter can be had as a file: for a link, which saves what it answers.
///
/// # Errors
/// When the filters have no form in a URL.
pub fn export_url(query: &ExportQuery) -> Result<String, ApiError> {
    let query = query_string(&serde_json::to_value(query).map_err(ApiError::unwritable)?)?;
    Ok(format!("{}?{query}", endpoints::ExportBusinesses::PATH))
}

fn request_for<E: Endpoint>(
    path: &E::Path,
    query: &E::Query,
    body: &E::Body,
    options: CallOptions,
) -> Result<Request, ApiError> {
    // By way of `Value`, as for keys: each type has one writer. What fails is told where it is compiled once.
    let body = (E::METHOD != Method::Get && !is_none(body)).then(|| serde_json::to_value(body));
    request(E::METHOD, path.fill(E::PATH), serde_json::to_value(query), body, options)
}

/// [`NoBody`] is none at all.
fn is_none(body: &impl Any) -> bool {
    (body as &dyn Any).is::<NoBody>()
}

#[inline(never)]
fn request(
    method: Method,
    mut url: String,
    query: serde_json::Result<Value>,
    body: Option<serde_json::Result<Value>>,
    options: CallOptions,
) -> Result<Request, ApiError> {
    let query = query_string(&query.map_err(ApiError::unwritable)?)?;
    let body = body.transpose().map_err(ApiError::unwritable)?;
    if !query.is_empty() {
        url.push('?');
        url.push_str(&query);
    }
    let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
    if let Some(key) = options.idempotency_key {
        headers.push(("idempotency-key".to_owned(), key.0));
    }
    if let Some(version) = options.version {
        headers.push(("if-match".to_owned(), format!("\"{version}\"")));
    }
    if body.is_some() {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    let body = body.as_ref().map(serde_json::to_vec).transpose().map_err(ApiError::unwritable)?;
    Ok(Request { method: method.as_str(), path: url, headers, body })
}

/// The fields of a query as they stand in a URL; what is null is absent.
fn query_string(query: &Value) -> Result<String, ApiError> {
    let mut text = form_urlencoded::Serializer::new(String::new());
    for (name, value) in query.as_object().into_iter().flatten() {
        match value {
            Value::Null => {}
            Value::String(value) => _ = text.append_pair(name, value),
            Value::Bool(value) => _ = text.append_pair(name, if *value { "true" } else { "false" }),
            Value::Number(value) => _ = text.append_pair(name, &value.to_string()),
            Value::Array(_) | Value::Object(_) => {
                return Err(ApiError::unwritable(format_args!("{name} cannot stand in a URL")));
            }
        }
    }
    Ok(text.finish())
}

#[cfg(test)]
mod tests {
    use contract::{BusinessQuery, GeoPoint};

    use super::*;

    fn written(query: &impl serde::Serialize) -> Result<String, ApiError> {
        query_string(&serde_json::to_value(query).map_err(ApiError::unwritable)?)
    }

    #[test]
    fn a_query_in_a_url_is_read_as_what_it_was() {
        let query = BusinessQuery {
            search: Some("caf\u{e9} & bar=1".into()),
            has_phone: Some(true),
            radius_km: Some(2.5),
            near: GeoPoint::new(60.17, 24.94),
            limit: Some(50),
            ..BusinessQuery::default()
        };
        let text = written(&query).unwrap();
        assert_eq!(serde_urlencoded::from_str::<BusinessQuery>(&text).unwrap(), query, "{text}");
        assert_eq!(written(&BusinessQuery::default()).unwrap(), "");
        assert_eq!(written(&NoQuery {}).unwrap(), "");
    }

    #[test]
    fn what_cannot_stand_in_a_url_is_named() {
        let error = written(&serde_json::json!({ "ids": [1] })).unwrap_err().to_string();
        assert!(error.contains("ids cannot stand in a URL"), "{error}");
    }
}
