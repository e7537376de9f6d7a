//! Calls of the API within the process.

use std::fmt;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request as HttpRequest, header};
use client::transport::TransportFuture;
use client::{Request, Response, Transport, TransportError};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::app::App;
use crate::auth::Visitor;

/// Carries the requests of a `client::ApiClient` to the API of an [`App`] without a socket.
#[derive(Clone)]
pub(crate) struct InProcess {
    router: Router,
    visitor: Visitor,
}

impl InProcess {
    /// A way to the API of `app` for a visitor.
    pub(crate) fn new(app: &App, visitor: Visitor) -> Self {
        Self { router: app.api_router(), visitor }
    }

    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let unreachable = |reason: &dyn fmt::Display| TransportError::Unreachable(reason.to_string());
        let mut request = http_request(request).map_err(|error| unreachable(&error))?;
        self.visitor.sign(&mut request);
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| unreachable(&error))?.to_bytes();
        Ok(Response { status: parts.status.as_u16(), headers: pairs(&parts.headers), body: body.to_vec() })
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl Transport for InProcess {
    fn send(&self, request: Request) -> TransportFuture<'_, Result<Response, TransportError>> {
        Box::pin(self.call(request))
    }
}

fn http_request(request: Request) -> Result<HttpRequest<Body>, axum::http::Error> {
    let mut builder = HttpRequest::builder().method(request.method).uri(request.path);
    let has_kind = request.headers.iter().any(|(name, _)| name == header::CONTENT_TYPE.as_str());
    for (name, value) in request.headers {
        builder = builder.header(name, value);
    }
    if request.body.is_some() && !has_kind {
        builder = builder.header(header::CONTENT_TYPE, "application/json");
    }
    builder.body(request.body.map_or_else(Body::empty, Body::from))
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
