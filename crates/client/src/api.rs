use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use contract::endpoint::{NoBody, NoQuery, PathParams};
use contract::event::{EventPage, EventQuery};
use contract::job::JobQuery;
use contract::places::{CategorySuggestion, LocationSuggestion, SourceInfo, SuggestQuery};
use contract::stats::Facets;
use contract::{
    Business, BusinessDetail, BusinessId, BusinessQuery, Endpoint, Job, JobAccepted, JobId, Method, Page,
    ScrapeRequest, Stats, endpoints,
};

use crate::error::ApiError;
use crate::interceptor::{Interceptor, Next, RequestId};
use crate::transport::{Request, Transport, TransportFuture};

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
}

impl ApiClient {
    /// A client whose requests travel by `transport` and carry a request id.
    #[must_use]
    pub fn new(transport: impl Transport) -> Self {
        Self { transport: Arc::new(transport), interceptors: Arc::new([Arc::new(RequestId)]) }
    }

    /// The same client with one more layer, nearest to the transport.
    #[must_use]
    pub fn with(&self, interceptor: impl Interceptor) -> Self {
        let added: Arc<dyn Interceptor> = Arc::new(interceptor);
        let interceptors = self.interceptors.iter().cloned().chain([added]).collect();
        Self { transport: Arc::clone(&self.transport), interceptors }
    }

    /// Calls the endpoint `E`.
    ///
    /// # Errors
    /// When the server cannot be reached, refuses, or answers in another shape.
    pub async fn call<E: Endpoint>(
        &self,
        path: &E::Path,
        query: &E::Query,
        body: &E::Body,
        options: CallOptions,
    ) -> Result<E::Response, ApiError> {
        let (status, answer) = self.exchange(request_for::<E>(path, query, body, options)?).await?;
        E::Response::deserialize(&answer).map_err(|error| ApiError::unreadable(status, &error))
    }

    /// Sends the request; the status and body of an answer that is no refusal. Compiled once for all endpoints: a body
    /// becomes what it is by way of `Value`, as in hydration, so that each type has one reader.
    fn exchange(&self, request: Request) -> TransportFuture<'_, Result<(u16, serde_json::Value), ApiError>> {
        Box::pin(async move {
            let response = Next::new(&self.interceptors, &*self.transport).run(request).await?;
            if !(200..300).contains(&response.status) {
                return Err(ApiError::from_response(&response));
            }
            let answer = serde_json::from_slice(&response.body);
            let answer = answer.map_err(|error| ApiError::unreadable(response.status, &error))?;
            Ok((response.status, answer))
        })
    }

    async fn get<E>(&self, path: &E::Path, query: &E::Query) -> Result<E::Response, ApiError>
    where
        E: Endpoint<Body = NoBody>,
    {
        self.call::<E>(path, query, &NoBody {}, CallOptions::default()).await
    }

    async fn act<E>(&self, path: &E::Path, key: IdempotencyKey) -> Result<E::Response, ApiError>
    where
        E: Endpoint<Query = NoQuery, Body = NoBody>,
    {
        self.call::<E>(path, &NoQuery {}, &NoBody {}, CallOptions { idempotency_key: Some(key) }).await
    }
}

/// Declares a method for an endpoint that reads.
macro_rules! reads {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty),*) -> $response:ty = $endpoint:ident($path:expr, $query:expr);)+) => {
        /// Reading. Each fails when the server cannot be reached, refuses, or answers in another shape.
        impl ApiClient {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// See [`ApiError`].
            pub async fn $name(&self, $($arg: $type),*) -> Result<$response, ApiError> {
                self.get::<endpoints::$endpoint>($path, $query).await
            }
        )+}
    };
}

reads! {
    /// A page of businesses.
    list_businesses(query: &BusinessQuery) -> Page<Business> = ListBusinesses(&(), query);
    /// A business with its contacts.
    business(id: BusinessId) -> BusinessDetail = GetBusiness(&id, &NoQuery {});
    /// How the businesses of a filter spread over its facets.
    facets(query: &BusinessQuery) -> Facets = GetFacets(&(), query);
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
    /// Past events.
    events(query: &EventQuery) -> EventPage = ListEvents(&(), query);
}

/// Writing. Each fails when the server cannot be reached, refuses, or answers in another shape.
impl ApiClient {
    /// Looks for places; the same key and request start one job however often they are sent.
    ///
    /// # Errors
    /// See [`ApiError`]; a field that is wrong is found by [`ApiError::field`].
    pub async fn start_scrape(
        &self,
        request: &ScrapeRequest,
        key: IdempotencyKey,
    ) -> Result<JobAccepted, ApiError> {
        let options = CallOptions { idempotency_key: Some(key) };
        self.call::<endpoints::StartScrape>(&(), &NoQuery {}, request, options).await
    }

    /// Stops a job.
    ///
    /// # Errors
    /// See [`ApiError`]; 409 when it is finished already.
    pub async fn cancel_job(&self, id: JobId, key: IdempotencyKey) -> Result<Job, ApiError> {
        self.act::<endpoints::CancelJob>(&id, key).await
    }

    /// Puts a failed or cancelled job back into the queue.
    ///
    /// # Errors
    /// See [`ApiError`]; 409 when it is neither.
    pub async fn retry_job(&self, id: JobId, key: IdempotencyKey) -> Result<Job, ApiError> {
        self.act::<endpoints::RetryJob>(&id, key).await
    }

    /// Enriches one business.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn enrich_business(
        &self,
        id: BusinessId,
        key: IdempotencyKey,
    ) -> Result<JobAccepted, ApiError> {
        self.act::<endpoints::EnrichBusiness>(&id, key).await
    }
}

fn request_for<E: Endpoint>(
    path: &E::Path,
    query: &E::Query,
    body: &E::Body,
    options: CallOptions,
) -> Result<Request, ApiError> {
    let mut url = path.fill(E::PATH);
    let query = serde_urlencoded::to_string(query).map_err(ApiError::unwritable)?;
    if !query.is_empty() {
        url.push('?');
        url.push_str(&query);
    }
    let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
    if let Some(key) = options.idempotency_key {
        headers.push(("idempotency-key".to_owned(), key.0));
    }
    let body = if E::METHOD == Method::Get { None } else { body_bytes(body)? };
    if body.is_some() {
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
    }
    Ok(Request { method: E::METHOD.as_str(), path: url, headers, body })
}

/// The body as JSON; [`NoBody`] is none at all.
fn body_bytes(body: &(impl serde::Serialize + 'static)) -> Result<Option<Vec<u8>>, ApiError> {
    if (body as &dyn std::any::Any).is::<NoBody>() {
        return Ok(None);
    }
    serde_json::to_vec(body).map(Some).map_err(ApiError::unwritable)
}
