//! Bounds on how much is done at once and how long it may take.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::problem::ApiProblem;

/// How soon a refused caller should come back.
const COME_BACK: Duration = Duration::from_secs(1);

/// Layer: refuses what is more than the permits at once. A refusal costs nothing, a queue would cost everyone.
pub(crate) async fn limit(State(permits): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    let Ok(_permit) = permits.try_acquire() else {
        let detail = "too many requests are being answered at once; try again in a moment";
        return ApiProblem::unavailable(detail, COME_BACK).into_response();
    };
    next.run(request).await
}

/// Layer: gives up on an answer that takes longer than `limit`.
pub(crate) async fn time_out(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = "the answer took too long and was given up; ask for less or try again";
            ApiProblem::unavailable(detail, COME_BACK).into_response()
        }
    }
}
