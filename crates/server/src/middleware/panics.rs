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

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use contract::Problem;
    use http_body_util::BodyExt;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use crate::middleware::request_id;
    use crate::problem;

    async fn fails() -> &'static str {
        panic!("the secret of the house")
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_that_tells_nothing_of_its_cause() {
        let router = Router::new()
            .route("/api/fails", get(fails))
            .layer(CatchPanicLayer::custom(super::answer))
            .layer(from_fn(problem::complete))
            .layer(from_fn(request_id::assign));
        let request = Request::get("/api/fails").header("x-request-id", "request-1").body(Body::empty());
        let response = router.oneshot(request.unwrap()).await.unwrap();
        assert_eq!(response.status().as_u16(), 500);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let problem: Problem = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (problem.kind.as_str(), problem.request_id.as_deref()),
            ("/problems/internal", Some("request-1"))
        );
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
    }
}
