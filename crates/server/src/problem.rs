//! Failures as RFC 9457 `application/problem+json`.
//!
//! A handler or a layer answers with an [`ApiProblem`]; the layer [`complete`] adds the path and the id of the
//! request, and gives a browser that asked for a page a page.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use contract::problem::PROBLEM_JSON;
use contract::{Business, FieldError, Problem};
use serde::Serialize;

use crate::middleware::request_id::RequestId;

/// A kind of problem: its status, its stable name and its title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) status: StatusCode,
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// What the kind means and what to do about it, for the documentation page.
    pub(crate) about: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $id:ident = $status:ident, $name:literal, $title:literal, $about:literal;)+) => {
        $($(#[$doc])* pub(crate) const $id: Kind =
            Kind { status: StatusCode::$status, name: $name, title: $title, about: $about };)+
        /// Every kind, by status.
        pub(crate) const KINDS: &[Kind] = &[$($id),+];
    };
}

kinds! {
    MALFORMED = BAD_REQUEST, "malformed", "Malformed request",
        "A parameter or a field is unknown or cannot be read; `errors` names it.";
    BAD_HOST = BAD_REQUEST, "unknown-host", "Unknown host",
        "The `Host` header names a host that this server does not answer for.";
    UNAUTHENTICATED = UNAUTHORIZED, "unauthenticated", "Not signed in",
        "Sign in first: a browser at `/sign-in`, a program with `Authorization: Bearer` and an API token.";
    FORBIDDEN = FORBIDDEN, "forbidden", "Not allowed",
        "The role of the caller does not allow it.";
    CROSS_ORIGIN = FORBIDDEN, "cross-origin", "Refused from another origin",
        "A page of another origin sent a request that changes something.";
    NOT_FOUND = NOT_FOUND, "not-found", "Not found", "There is nothing of that path or id.";
    METHOD_NOT_ALLOWED = METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed",
        "The path exists and does not take the method; `Allow` lists those that it takes.";
    CONFLICT = CONFLICT, "conflict", "Conflict with the current state",
        "The request does not fit what the thing is now, such as cancelling a finished job.";
    STALE = PRECONDITION_FAILED, "stale", "Changed meanwhile",
        "The change was made of an older version; `current` is what stands there now. Make it anew with its version.";
    TOO_LARGE = PAYLOAD_TOO_LARGE, "too-large", "Too large", "The body is larger than the server takes.";
    UNSUPPORTED_MEDIA_TYPE = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "Unsupported media type",
        "The body is not of a type that the endpoint takes.";
    INVALID = UNPROCESSABLE_ENTITY, "invalid", "Invalid request",
        "The request is well-formed and a value in it cannot be used; `errors` says which and what can.";
    KEY_REUSED = UNPROCESSABLE_ENTITY, "idempotency-key-reused", "Idempotency key used for another request",
        "The key was sent before with another method, path or body; make a new key for a new request.";
    TOO_MANY_REQUESTS = TOO_MANY_REQUESTS, "too-many-requests", "Too many requests",
        "The caller has asked too often; try again after `Retry-After` seconds.";
    INTERNAL = INTERNAL_SERVER_ERROR, "internal", "Internal error",
        "The server failed; the log has the cause under the request id.";
    UNAVAILABLE = SERVICE_UNAVAILABLE, "unavailable", "Unavailable for now",
        "The server cannot answer now; try again after `Retry-After` seconds where it is given.";
}

/// A failure on its way to the client.
#[derive(Clone, Debug)]
pub(crate) struct ApiProblem {
    kind: Kind,
    // Boxed: small enough to be returned from every function that may fail.
    detail: Box<str>,
    errors: Vec<FieldError>,
    current: Option<Box<serde_json::Value>>,
    retry_after: Option<Duration>,
}

impl ApiProblem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into().into_boxed_str(),
            errors: Vec::new(),
            current: None,
            retry_after: None,
        }
    }

    /// A change of a version that is no longer the current one.
    pub(crate) fn stale(current: &Business) -> Self {
        Self::stale_row("business", current.version, current)
    }

    /// The same of another kind of row.
    pub(crate) fn stale_row(what: &str, version: u64, current: &impl Serialize) -> Self {
        let detail = format!("the {what} has version {version} by now; make the change anew");
        let current = serde_json::to_value(current).ok().map(Box::new);
        Self { current, ..Self::new(STALE, detail) }
    }

    /// Well-formed but unusable fields.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        Self::of_fields(INVALID, errors)
    }

    /// Unknown or unreadable fields.
    pub(crate) fn malformed(errors: Vec<FieldError>) -> Self {
        Self::of_fields(MALFORMED, errors)
    }

    fn of_fields(kind: Kind, errors: Vec<FieldError>) -> Self {
        let detail: Vec<String> = errors.iter().map(|e| format!("{}: {}", e.field, e.message)).collect();
        Self { errors, ..Self::new(kind, detail.join("; ")) }
    }

    /// A failure of ours. The cause goes to the log and not to the client.
    pub(crate) fn internal(cause: &dyn std::error::Error) -> Self {
        tracing::error!(error = %chain(cause), "request failed");
        Self::new(INTERNAL, "the server could not answer; its log has the cause under the request id")
    }

    pub(crate) fn unavailable(detail: impl Into<String>, retry_after: Duration) -> Self {
        Self::new(UNAVAILABLE, detail).retry_after(retry_after)
    }

    /// The same problem, and how long to wait before the next try.
    pub(crate) fn retry_after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    #[cfg(test)]
    pub(crate) fn status(&self) -> StatusCode {
        self.kind.status
    }

    /// The problem as the contract's type, without the request that it answers.
    pub(crate) fn into_problem(self) -> Problem {
        self.body(None, None)
    }

    #[cfg(test)]
    pub(crate) fn into_errors(self) -> Vec<FieldError> {
        self.errors
    }

    #[cfg(test)]
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    fn body(&self, instance: Option<String>, request_id: Option<String>) -> Problem {
        Problem {
            kind: format!("/problems/{}", self.kind.name),
            title: self.kind.title.to_owned(),
            status: self.kind.status.as_u16(),
            detail: self.detail.to_string(),
            instance,
            request_id,
            errors: self.errors.clone(),
            current: self.current.as_deref().cloned(),
        }
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.kind == UNAUTHENTICATED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(after) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        headers
    }
}

/// An error with its causes, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let mut response = json(&self.body(None, None), self.headers());
        response.extensions_mut().insert(self);
        response
    }
}

fn json(problem: &Problem, headers: HeaderMap) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_vec(problem).unwrap_or_default();
    (status, headers, [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response()
}

/// Layer: writes the path and the id of the request into a problem, and a browser's problem as a page.
pub(crate) async fn complete(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let id = request.extensions().get::<RequestId>().map(|id| id.as_str().to_owned());
    let as_page = !path.starts_with("/api") && accepts_html(request.headers());
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<ApiProblem>() else { return response };
    let body = problem.body(Some(path), id);
    let mut completed = if as_page { page(&body, problem.headers()) } else { json(&body, problem.headers()) };
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        completed.headers_mut().insert(header::ALLOW, allow);
    }
    completed
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn page(problem: &Problem, headers: HeaderMap) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let title = escape(&problem.title);
    let detail = escape(&problem.detail);
    let id = escape(problem.request_id.as_deref().unwrap_or_default());
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title></head>\
         <body><main><h1>{title}</h1><p>{detail}</p><p>Request {id}</p><p><a href=\"/\">Overview</a></p></main>\
         </body></html>"
    );
    (status, headers, Html(html)).into_response()
}

/// Text made safe for HTML, in elements and in quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
