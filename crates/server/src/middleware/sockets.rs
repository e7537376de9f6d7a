//! Bounds on the requests that a socket is made of.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::problem::ApiProblem;

/// How soon a refused client should come back.
const COME_BACK: Duration = Duration::from_secs(5);

/// Layer: refuses a new socket where too many are open. The socket keeps the request that it was opened by, and with
/// it the permit.
pub(crate) async fn admit(
    State(permits): State<Arc<Semaphore>>,
    mut request: Request,
    next: Next,
) -> Response {
    if is_new(&request) {
        let Ok(permit) = Arc::clone(&permits).try_acquire_owned() else {
            let detail = "too many sockets are open; try again in a moment";
            return ApiProblem::unavailable(detail, COME_BACK).into_response();
        };
        request.extensions_mut().insert(Arc::new(permit));
    }
    next.run(request).await
}

/// Whether the request opens a socket instead of continuing one.
fn is_new(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    !form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "sid")
}

/// Layer: gives up on what a client sends by long-polling and does not finish. What it waits for may take its time.
pub(crate) async fn finish(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = "the packets did not arrive in time; send them again";
            ApiProblem::unavailable(detail, COME_BACK).into_response()
        }
    }
}
