//! A panic becomes a 500 that says nothing of its cause; the log has it.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::problem::{ApiProblem, INTERNAL};

/// For `CatchPanicLayer::custom`. The panic hook has written place and backtrace already.
pub(crate) fn answer(panic: Box<dyn Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a value that is no text");
    tracing::error!(panic = message, "handler panicked");
    ApiProblem::new(INTERNAL, "the server could not answer; its log has the cause under the request id")
        .into_response()
}
