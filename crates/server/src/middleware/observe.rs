//! One log line and a set of figures for every request.
//!
//! Logged: id, method, route template, status, duration. Never logged: query strings, bodies, `Cookie`,
//! `Authorization`, `Idempotency-Key`, and the path itself, which may hold what a person typed.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::request_id::RequestId;
use crate::telemetry;

/// The name of a route that the router does not know by a template of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RouteLabel(pub(crate) &'static str);

/// Layer: logs and counts the request.
pub(crate) async fn request(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = method_label(request.method());
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let request_id = request.extensions().get::<RequestId>().map(|id| id.as_str().to_owned());
    let request_id = request_id.unwrap_or_default();
    let span = tracing::info_span!("request", request_id, method);
    let _in_flight = telemetry::InFlight::begin();
    let response = next.run(request).instrument(span).await;
    let label = || response.extensions().get::<RouteLabel>().map_or("other", |label| label.0).to_owned();
    let route = matched.unwrap_or_else(label);
    let (elapsed, status) = (started.elapsed(), response.status().as_u16());
    let duration_ms = elapsed.as_millis();
    tracing::info!(request_id, method, route, status, duration_ms, "answered request");
    telemetry::count_request(&route, method, status, elapsed);
    response
}

/// A label of few values, whatever a client sends.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
