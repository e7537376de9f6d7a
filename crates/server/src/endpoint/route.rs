//! From an endpoint and its handler to a route.

use std::future::Future;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use contract::endpoint::{File, NoQuery};
use contract::import::FileUpload;
use contract::{Endpoint, Method};

use super::answer::{Answer, Encoded};
use super::call::{Call, Caller, Received};
use super::etag;
use crate::app::App;
use crate::download::Download;
use crate::extract::query;
use crate::extract::validate::Validate;
use crate::idempotency::{self, Outcome, committed};
use crate::problem::ApiProblem;
use crate::upload::{self, Upload};

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Adds the endpoint to the router.
pub(crate) fn mount<E, F, Fut>(router: Router<App>, handler: F) -> Router<App>
where
    E: Endpoint<Query: Validate, Body: Validate>,
    F: Fn(App, Call<E>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Answer<E>, ApiProblem>> + Send,
{
    let serve = move |State(app): State<App>, request: Request| async move {
        let (call, received) = Call::<E>::read(&app, request).await?;
        match E::METHOD {
            Method::Get => {
                let (encoded, _) = handler(app, call).await?.encode()?;
                Ok::<_, ApiProblem>(readable(encoded, &received))
            }
            Method::Post | Method::Patch | Method::Delete => {
                let answer = async { handler(app.clone(), call).await?.encode() };
                if !E::KEEPS_ANSWER {
                    return Ok(written(Outcome::First(committed(answer.await?).await?)));
                }
                Ok(written(idempotency::once(&app, E::METHOD, &received, answer).await?))
            }
        }
    };
    router.route(E::PATH, on(filter(E::METHOD), serve))
}

/// Adds an endpoint that sends a file to the router.
pub(crate) fn mount_file<E, F, Fut>(router: Router<App>, handler: F) -> Router<App>
where
    E: Endpoint<Query: Validate, Body: Validate, Response = File>,
    F: Fn(App, Call<E>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Download, ApiProblem>> + Send,
{
    let serve = move |State(app): State<App>, request: Request| async move {
        let (call, _) = Call::<E>::read(&app, request).await?;
        handler(app, call).await
    };
    router.route(E::PATH, on(filter(E::METHOD), serve))
}

/// Adds an endpoint that takes a file to the router. The file is on disk before the handler is called.
pub(crate) fn mount_upload<E, F, Fut>(router: Router<App>, handler: F) -> Router<App>
where
    E: Endpoint<Path = (), Query = NoQuery, Body = FileUpload>,
    F: Fn(App, Upload, Option<String>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Answer<E>, ApiProblem>> + Send,
{
    let serve = move |State(app): State<App>, request: Request| async move {
        let caller = Caller::of(&request);
        caller.admit::<E>(&app)?;
        let (parts, body) = request.into_parts();
        query::read::<NoQuery>(parts.uri.query())?;
        let key = caller.own_key(&parts.headers)?;
        let upload = upload::receive(&app, &parts.headers, body).await?;
        let (path, bytes) = (parts.uri.path().to_owned(), upload.digest.clone().into());
        let received = Received { headers: parts.headers, key: key.clone(), path, bytes };
        let answer = async { handler(app.clone(), upload, key).await?.encode() };
        Ok::<_, ApiProblem>(written(idempotency::once(&app, E::METHOD, &received, answer).await?))
    };
    router.route(E::PATH, on(filter(E::METHOD), serve))
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

/// The answer to a GET: with its tag, and without its body where the client has it.
fn readable(encoded: Encoded, received: &Received) -> Response {
    let tag = etag::entity_tag(&encoded.body);
    let fresh = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if etag::is_known(&received.headers, &tag) {
        return (StatusCode::NOT_MODIFIED, fresh).into_response();
    }
    (fresh, json(encoded)).into_response()
}

fn written(outcome: Outcome) -> Response {
    let (encoded, replayed) = match outcome {
        Outcome::First(encoded) => (encoded, false),
        Outcome::Replayed(encoded) => (encoded, true),
    };
    let mut response = ([(header::CACHE_CONTROL, "no-store")], json(encoded)).into_response();
    if replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

fn json(encoded: Encoded) -> Response {
    let status = StatusCode::from_u16(encoded.status).unwrap_or(StatusCode::OK);
    let mut response = match status {
        StatusCode::NO_CONTENT => status.into_response(),
        _ => (status, [(header::CONTENT_TYPE, "application/json")], encoded.body).into_response(),
    };
    if let Some(cookie) = encoded.cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    if let Some(location) = encoded.location.and_then(|location| HeaderValue::try_from(location).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
