//! Forms that a page without script sends. Each is a call of the API and a redirect to what came of it.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use contract::job::JobQuery;
use contract::{JobAccepted, JobStatus, Problem};
use dashboard::{FindFailure, FindForm, routes};
use serde::Deserialize;

use super::entrance::turn_away;
use super::render::{self, Page};
use super::{call, nonce, problem_of, read_form};
use crate::app::App;
use crate::auth::Visitor;
use crate::problem::{ApiProblem, INTERNAL};

/// Starts a search; a refused one is shown in the form that it came from.
pub(super) async fn find(State(app): State<App>, request: Request) -> Response {
    let (visitor, nonce) = (Visitor::of(&request), nonce(&request));
    if visitor.identity.0.is_none() {
        return turn_away("/find");
    }
    let form: FindForm = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    match start(&app, &visitor, &form).await {
        Ok(accepted) => Redirect::to(&format!("/jobs/{}", accepted.job_id)).into_response(),
        Err(problem) => {
            let mut page = Page::at("/find".to_owned(), visitor, nonce);
            page.status = StatusCode::from_u16(problem.status).ok();
            page.find_failure = Some(FindFailure { form, problem });
            render::answer(&app, page).await
        }
    }
}

async fn start(app: &App, visitor: &Visitor, form: &FindForm) -> Result<JobAccepted, Problem> {
    let request = form.to_request().map_err(|errors| ApiProblem::invalid(errors).into_problem())?;
    let body = serde_json::to_vec(&request).map_err(|error| ApiProblem::internal(&error).into_problem())?;
    let key = Some(form.idempotency_key.as_str()).filter(|key| !key.is_empty());
    let response = call(app, visitor, "/api/scraper/scrape", Some(body), key).await;
    if response.status != StatusCode::ACCEPTED.as_u16() {
        return Err(problem_of(&response));
    }
    serde_json::from_slice(&response.body).map_err(|error| ApiProblem::internal(&error).into_problem())
}

pub(super) async fn cancel(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    act(
        &app,
        &Visitor::of(&request),
        &format!("/api/jobs/{}/cancel", encode(&id)),
        &format!("/jobs/{}", encode(&id)),
    )
    .await
}

pub(super) async fn retry(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    act(
        &app,
        &Visitor::of(&request),
        &format!("/api/jobs/{}/retry", encode(&id)),
        &format!("/jobs/{}", encode(&id)),
    )
    .await
}

/// Which enrichments are tried again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetryForm {
    cause: String,
}

/// Tries those enrichments again that failed for one cause.
pub(super) async fn retry_failed(State(app): State<App>, request: Request) -> Response {
    let visitor = Visitor::of(&request);
    if visitor.identity.0.is_none() {
        return turn_away(routes::ENRICHMENT);
    }
    let form: RetryForm = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let path = format!("/api/jobs/retry-failed?kind=enrich&cause={}", encode(&form.cause));
    act(&app, &visitor, &path, routes::ENRICHMENT).await
}

/// Which failed jobs are tried again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RetryAllForm {
    /// Only those of this kind; empty for all.
    #[serde(default)]
    kind: String,
}

/// Tries all jobs again that failed, or all of one kind.
pub(super) async fn retry_all(State(app): State<App>, request: Request) -> Response {
    let visitor = Visitor::of(&request);
    let failed = routes::jobs_url(&JobQuery { status: Some(JobStatus::Failed), ..JobQuery::default() });
    if visitor.identity.0.is_none() {
        return turn_away(&failed);
    }
    let form: RetryAllForm = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let path = match form.kind.as_str() {
        "" => "/api/jobs/retry-failed".to_owned(),
        kind => format!("/api/jobs/retry-failed?kind={}", encode(kind)),
    };
    act(&app, &visitor, &path, &failed).await
}

pub(super) async fn enrich(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    act(
        &app,
        &Visitor::of(&request),
        &format!("/api/enrichment/{}", encode(&id)),
        &format!("/leads/{}", encode(&id)),
    )
    .await
}

/// Makes the call and goes on to `then`, which shows how things stand, also where there was nothing left to do.
async fn act(app: &App, visitor: &Visitor, path: &str, then: &str) -> Response {
    if visitor.identity.0.is_none() {
        return turn_away(then);
    }
    let response = call(app, visitor, path, None, None).await;
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status.is_success() || status == StatusCode::CONFLICT {
        return Redirect::to(then).into_response();
    }
    explain(problem_of(&response))
}

/// A problem that no form is there to show.
pub(super) fn explain(problem: Problem) -> Response {
    let kind = crate::problem::KINDS.iter().find(|kind| problem.kind.ends_with(kind.name)).copied();
    ApiProblem::new(kind.unwrap_or(INTERNAL), problem.detail).into_response()
}

/// One segment of a path.
fn encode(segment: &str) -> String {
    form_urlencoded::byte_serialize(segment.as_bytes()).collect()
}
