//! The pages of a lead's duplicates, and the forms that merge and undo.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use client::{ApiError, IdempotencyKey};
use contract::edit::MergeRequest;
use contract::{Business, BusinessId, BusinessQuery, Problem, Role};
use dashboard::content::{Done, DuplicatesContent, MergeContent};
use dashboard::form_routes::FormRoute;
use dashboard::{FormContent, routes};
use serde::Deserialize;

use super::entrance::turn_away;
use super::leads::{lead_id, no_lead, version};
use super::read_form;
use super::sender::{Sender, told};
use crate::app::App;

/// Leads that a search for another one shows.
const FOUND: u32 = 10;

pub(super) async fn list(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(id) = lead_id(&id) else { return no_lead() };
    let query = request.uri().query().unwrap_or_default();
    let here = request.uri().path_and_query().map_or_else(|| routes::duplicates(id), ToString::to_string);
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&here) };
    let search = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "search");
    let search = search.map(|(_, words)| words.trim().to_owned()).unwrap_or_default();
    show(sender, id, Shown { search, done: Done::of(query), failed: None }).await
}

/// What the page shows beside the duplicates.
#[derive(Default)]
struct Shown {
    search: String,
    done: Option<Done>,
    failed: Option<Problem>,
}

async fn show(sender: Sender, id: BusinessId, shown: Shown) -> Response {
    let path = routes::duplicates(id);
    if let Err(problem) = sender.needs(Role::Member) {
        return sender.explain(&path, problem.into_problem()).await;
    }
    let status = shown.failed.as_ref().map_or(200, |problem| problem.status);
    match load(&sender, id, shown).await {
        Ok(content) => sender.show_as(&path, FormContent::Duplicates(Box::new(content)), status).await,
        Err(problem) => sender.explain(&path, problem).await,
    }
}

async fn load(sender: &Sender, id: BusinessId, shown: Shown) -> Result<DuplicatesContent, Problem> {
    let Shown { search, done, failed } = shown;
    let api = &sender.api;
    let found = find(sender, id, &search);
    let (lead, likely, merges, found) =
        futures::join!(api.business(id), api.duplicates(id), api.merges(id), found);
    Ok(DuplicatesContent {
        lead: lead.map_err(told)?.business,
        likely: likely.map_err(told)?,
        merges: merges.map_err(told)?,
        found: found.map_err(told)?,
        search,
        done,
        failed,
    })
}

/// Other leads that have the words.
async fn find(sender: &Sender, id: BusinessId, words: &str) -> Result<Vec<Business>, ApiError> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let words = words.chars().take(contract::query::MAX_SEARCH_LENGTH).collect();
    let query = BusinessQuery { search: Some(words), limit: Some(FOUND + 1), ..BusinessQuery::default() };
    let found = sender.api.list_businesses(&query).await?.data.into_iter();
    Ok(found.filter(|lead| lead.id != id).take(FOUND as usize).collect())
}

pub(super) async fn compare(
    State(app): State<App>,
    Path((id, other)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (Some(id), Some(other)) = (lead_id(&id), lead_id(&other)) else { return no_lead() };
    let Some(sender) = Sender::of(&app, &request) else {
        return turn_away(&FormRoute::Merge(id, other).path());
    };
    show_merge(sender, id, other, None).await
}

/// The two as they are now; where one is gone, the duplicates of the first.
async fn show_merge(sender: Sender, id: BusinessId, other: BusinessId, failed: Option<Problem>) -> Response {
    let path = FormRoute::Merge(id, other).path();
    if let Err(problem) = sender.needs(Role::Member) {
        return sender.explain(&path, problem.into_problem()).await;
    }
    match sender.api.preview_merge(id, other).await {
        Ok(preview) => {
            let status = failed.as_ref().map_or(200, |problem| problem.status);
            let content = FormContent::Merge(Box::new(MergeContent { preview, failed }));
            sender.show_as(&path, content, status).await
        }
        Err(error) => show(sender, id, Shown { failed: Some(told(error)), ..Shown::default() }).await,
    }
}

pub(super) async fn merge(
    State(app): State<App>,
    Path((id, other)): Path<(String, String)>,
    request: Request,
) -> Response {
    /// The form that merges: what was looked at.
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Form {
        version: String,
        other_version: String,
        idempotency_key: String,
    }
    let (Some(id), Some(other)) = (lead_id(&id), lead_id(&other)) else { return no_lead() };
    let Some(sender) = Sender::of(&app, &request) else {
        return turn_away(&FormRoute::Merge(id, other).path());
    };
    let form: Form = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let merge = MergeRequest {
        version: Some(version(&form.version)),
        other_version: Some(version(&form.other_version)),
        ..MergeRequest::of(other)
    };
    match sender.api.merge_business(id, &merge, key(&form.idempotency_key)).await {
        Ok(_) => Redirect::to(&Done::Merged.at(&routes::duplicates(id))).into_response(),
        Err(error) => show_merge(sender, id, other, Some(told(error))).await,
    }
}

pub(super) async fn undo(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    /// The form that undoes a merge.
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Form {
        other_id: String,
        idempotency_key: String,
    }
    let Some(id) = lead_id(&id) else { return no_lead() };
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&routes::duplicates(id)) };
    let form: Form = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let Some(other) = lead_id(&form.other_id) else { return no_lead() };
    match sender.api.unmerge_business(id, Some(other), key(&form.idempotency_key)).await {
        Ok(_) => Redirect::to(&Done::Unmerged.at(&routes::duplicates(id))).into_response(),
        Err(error) => show(sender, id, Shown { failed: Some(told(error)), ..Shown::default() }).await,
    }
}

fn key(text: &str) -> IdempotencyKey {
    if text.is_empty() { IdempotencyKey::new() } else { IdempotencyKey::of(text) }
}
