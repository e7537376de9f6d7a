//! Forms that a page without script sends. Each is a call of the API and a redirect to what came of it.

use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use client::{Request as ApiRequest, Response as ApiResponse, Transport};
use contract::{JobAccepted, Problem};
use dashboard::{FindFailure, FindForm};

use super::render::{self, Page};
use super::{InProcess, nonce};
use crate::app::App;
use crate::extract::body;
use crate::problem::{ApiProblem, INTERNAL, MALFORMED, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE};

/// Starts a search; a refused one is shown in the form that it came from.
pub(super) async fn find(State(app): State<App>, request: Request) -> Response {
    let nonce = nonce(&request);
    let form = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    match start(&app, &form).await {
        Ok(accepted) => Redirect::to(&format!("/jobs/{}", accepted.job_id)).into_response(),
        Err(problem) => {
            let mut page = Page::at("/find".to_owned(), nonce);
            page.status = StatusCode::from_u16(problem.status).ok();
            page.find_failure = Some(FindFailure { form, problem });
            render::answer(&app, page).await
        }
    }
}

async fn read_form(app: &App, request: Request) -> Result<FindForm, ApiProblem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        return Err(ApiProblem::new(
            UNSUPPORTED_MEDIA_TYPE,
            "send the form as application/x-www-form-urlencoded",
        ));
    }
    let bytes = body::collect(request.into_body(), app.config().limits.body_bytes).await?;
    serde_urlencoded::from_bytes(&bytes).map_err(|error| ApiProblem::new(MALFORMED, error.to_string()))
}

async fn start(app: &App, form: &FindForm) -> Result<JobAccepted, Problem> {
    let request = form.to_request().map_err(|errors| ApiProblem::invalid(errors).into_problem())?;
    let body = serde_json::to_vec(&request).map_err(|error| ApiProblem::internal(&error).into_problem())?;
    let key = Some(form.idempotency_key.as_str()).filter(|key| !key.is_empty());
    let response = call(app, "/api/scraper/scrape", Some(body), key).await;
    if response.status != StatusCode::ACCEPTED.as_u16() {
        return Err(problem_of(&response));
    }
    serde_json::from_slice(&response.body).map_err(|error| ApiProblem::internal(&error).into_problem())
}

pub(super) async fn cancel(State(app): State<App>, Path(id): Path<String>) -> Response {
    act(&app, &format!("/api/jobs/{}/cancel", encode(&id)), &format!("/jobs/{}", encode(&id))).await
}

pub(super) async fn retry(State(app): State<App>, Path(id): Path<String>) -> Response {
    act(&app, &format!("/api/jobs/{}/retry", encode(&id)), &format!("/jobs/{}", encode(&id))).await
}

pub(super) async fn enrich(State(app): State<App>, Path(id): Path<String>) -> Response {
    act(&app, &format!("/api/enrichment/{}", encode(&id)), &format!("/leads/{}", encode(&id))).await
}

/// Makes the call and goes on to `then`, which shows how things stand, also where there was nothing left to do.
async fn act(app: &App, path: &str, then: &str) -> Response {
    let response = call(app, path, None, None).await;
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.is_success() || status == StatusCode::CONFLICT {
        return Redirect::to(then).into_response();
    }
    let problem = problem_of(&response);
    let kind = crate::problem::KINDS.iter().find(|kind| problem.kind.ends_with(kind.name)).copied();
    ApiProblem::new(kind.unwrap_or(INTERNAL), problem.detail).into_response()
}

async fn call(app: &App, path: &str, body: Option<Vec<u8>>, key: Option<&str>) -> ApiResponse {
    let headers = key.map(|key| ("idempotency-key".to_owned(), key.to_owned())).into_iter().collect();
    let request = ApiRequest { method: "POST", path: path.to_owned(), headers, body };
    InProcess::new(app).send(request).await.unwrap_or_default()
}

fn problem_of(response: &ApiResponse) -> Problem {
    serde_json::from_slice(&response.body).unwrap_or_else(|_| {
        ApiProblem::new(UNAVAILABLE, "the search could not be started; try again").into_problem()
    })
}

/// One segment of a path.
fn encode(segment: &str) -> String {
    form_urlencoded::byte_serialize(segment.as_bytes()).collect()
}
