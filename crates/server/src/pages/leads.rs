//! Forms about leads: each is a call of the API and a redirect to what came of it, or the form again with what is wrong.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use client::IdempotencyKey;
use contract::edit::BusinessPatch;
use contract::enrichment::BatchEnrichmentRequest;
use contract::{BusinessId, Problem};
use dashboard::{FormContent, LeadFailure, LeadForm, TypedForm, leads_url, routes};
use serde::Deserialize;

use super::entrance::turn_away;
use super::forms::explain;
use super::read_form;
use super::sender::{Sender, told};
use crate::app::App;
use crate::problem::{ApiProblem, NOT_FOUND};

/// The form at `path` as it was typed, with what is wrong.
async fn refuse(sender: Sender, path: &str, form: LeadForm, problem: Problem) -> Response {
    let status = problem.status;
    sender.show_as(path, FormContent::Lead(Box::new(LeadFailure { form, problem })), status).await
}

pub(super) async fn add(State(app): State<App>, request: Request) -> Response {
    let path = routes::Route::NewLead.path();
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&path) };
    let form: LeadForm = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let key = match form.idempotency_key.as_str() {
        "" => IdempotencyKey::new(),
        key => IdempotencyKey::of(key),
    };
    match sender.api.create_business(&form.draft(), key).await {
        Ok(lead) => Redirect::to(&routes::lead(lead.id)).into_response(),
        Err(error) => refuse(sender, &path, form, told(error)).await,
    }
}

pub(super) async fn change(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(id) = lead_id(&id) else { return no_lead() };
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&routes::edit(id)) };
    let form: LeadForm = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let changes = form.changes(&form.as_seen());
    if changes == BusinessPatch::default() {
        return Redirect::to(&routes::lead(id)).into_response();
    }
    match sender.api.update_business(id, version(&form.version), &changes, IdempotencyKey::new()).await {
        Ok(_) => Redirect::to(&routes::lead(id)).into_response(),
        Err(error) => {
            // Another change came first: shown is what it left, with this one on top.
            let form = match error.current() {
                Some(current) => form.on_top_of(LeadForm::of(&current)),
                None => form,
            };
            refuse(sender, &routes::edit(id), form, told(error)).await
        }
    }
}

/// The form that deletes a lead.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Deletion {
    version: String,
}

pub(super) async fn delete(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(id) = lead_id(&id) else { return no_lead() };
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&routes::edit(id)) };
    let form: Deletion = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    match sender.api.delete_business(id, version(&form.version), IdempotencyKey::new()).await {
        Ok(_) => Redirect::to("/leads").into_response(),
        Err(error) => explain(told(error)),
    }
}

/// Enriches every lead that the filters of a list select, and shows the job.
pub(super) async fn enrich_all(State(app): State<App>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away("/leads") };
    let pairs: Vec<(String, String)> = match read_form(&app, request).await {
        Ok(pairs) => pairs,
        Err(problem) => return problem.into_response(),
    };
    let search = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let filter = Some(leads_url::parse(&search).filters());
    let batch = BatchEnrichmentRequest { filter, ..BatchEnrichmentRequest::default() };
    match sender.api.enrich_batch(&batch, IdempotencyKey::new()).await {
        Ok(accepted) => Redirect::to(&routes::job(accepted.job_id)).into_response(),
        Err(error) => explain(told(error)),
    }
}

pub(super) fn lead_id(text: &str) -> Option<BusinessId> {
    text.parse().ok().filter(|id: &BusinessId| id.0 > 0)
}

pub(super) fn no_lead() -> Response {
    ApiProblem::new(NOT_FOUND, "there is no lead with this id").into_response()
}

/// A version that cannot be read is none that ever was: the API answers what stands there now.
pub(super) fn version(text: &str) -> u64 {
    text.parse().unwrap_or(0)
}
