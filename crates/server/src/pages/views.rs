//! The pages of saved views. Each form is a call of the API and a redirect to the list, or the page again with what is
//! wrong.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use client::IdempotencyKey;
use contract::views::{MAX_VIEW_NAME, NewView, SavedView, ViewChange};
use contract::{Problem, ViewId};
use dashboard::content::{Done, ViewContent, ViewsContent};
use dashboard::form_routes::FormRoute;
use dashboard::routes::VIEWS;
use dashboard::{FormContent, leads_url};
use serde::Deserialize;

use super::entrance::turn_away;
use super::leads::version;
use super::read_form;
use super::sender::{Sender, told};
use crate::app::App;
use crate::problem::{ApiProblem, NOT_FOUND};

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    let search = request.uri().query().unwrap_or_default();
    let here = request.uri().path_and_query().map_or_else(|| VIEWS.to_owned(), ToString::to_string);
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&here) };
    let query = leads_url::parse(search);
    // The page of the list that one came from is none of the view.
    let address = leads_url::url(&leads_url::changed(&query, |_| {}));
    let query = address.split_once('?').map_or("", |(_, query)| query).to_owned();
    let name = suggested(&query);
    show(sender, Shown { query, name, done: Done::of(search), refused: None }).await
}

/// What the filters say, for a name.
fn suggested(query: &str) -> String {
    let filters = leads_url::active(&leads_url::parse(query)).into_iter().map(|filter| match filter.name {
        // What these say stands in their value alone.
        "Search" | "City" | "State" | "Industry" | "Category" | "Tag" => filter.value,
        name => format!("{name} {}", filter.value),
    });
    filters.collect::<Vec<_>>().join(", ").chars().take(MAX_VIEW_NAME).collect()
}

/// What the page shows beside the views.
struct Shown {
    query: String,
    name: String,
    done: Option<Done>,
    refused: Option<Problem>,
}

async fn show(sender: Sender, shown: Shown) -> Response {
    let Shown { query, name, done, refused } = shown;
    let status = refused.as_ref().map_or(200, |problem| problem.status);
    match sender.api.views().await {
        Ok(views) => {
            let content = ViewsContent { views, query, name, done, refused };
            sender.show_as(VIEWS, FormContent::Views(Box::new(content)), status).await
        }
        Err(error) => sender.explain(VIEWS, told(error)).await,
    }
}

pub(super) async fn save(State(app): State<App>, request: Request) -> Response {
    /// The form that saves a list.
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Form {
        name: String,
        query: String,
        idempotency_key: String,
    }
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(VIEWS) };
    let Form { name, query, idempotency_key } = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let key = match idempotency_key.as_str() {
        "" => IdempotencyKey::new(),
        key => IdempotencyKey::of(key),
    };
    let new = NewView { name: name.clone(), query: query.clone() };
    match sender.api.create_view(&new, key).await {
        Ok(_) => Redirect::to(&Done::ViewSaved.at(VIEWS)).into_response(),
        Err(error) => {
            let mut problem = told(error);
            // The list has no field beside which it could be said.
            if problem.errors.iter().any(|error| error.field == "query") {
                problem.errors.clear();
            }
            show(sender, Shown { query, name, done: None, refused: Some(problem) }).await
        }
    }
}

pub(super) async fn one(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(request.uri().path()) };
    show_one(sender, &id, None, None).await
}

/// The page of a view as it is now, with the name that was typed.
async fn show_one(sender: Sender, id: &str, typed: Option<String>, refused: Option<Problem>) -> Response {
    let view = match found(&sender, id).await {
        Ok(view) => view,
        Err(problem) => return sender.explain(VIEWS, problem).await,
    };
    let path = FormRoute::View(view.id).path();
    let status = refused.as_ref().map_or(200, |problem| problem.status);
    let content = ViewContent { name: typed.unwrap_or_else(|| view.name.clone()), view, refused };
    sender.show_as(&path, FormContent::View(Box::new(content)), status).await
}

async fn found(sender: &Sender, id: &str) -> Result<SavedView, Problem> {
    let id: Option<ViewId> = id.parse().ok();
    let views = sender.api.views().await.map_err(told)?;
    views.into_iter().find(|view| Some(view.id) == id).ok_or_else(|| unknown().into_problem())
}

/// The forms that rename and delete a view.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Change {
    name: String,
    version: String,
}

pub(super) async fn rename(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(request.uri().path()) };
    let form: Change = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let Ok(view) = id.parse() else { return sender.explain(VIEWS, unknown().into_problem()).await };
    let change = ViewChange { name: Some(form.name.clone()), query: None };
    match sender.api.update_view(view, version(&form.version), &change).await {
        Ok(_) => Redirect::to(&Done::ViewRenamed.at(VIEWS)).into_response(),
        Err(error) => show_one(sender, &id, Some(form.name), Some(told(error))).await,
    }
}

pub(super) async fn delete(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(VIEWS) };
    let form: Change = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let Ok(view) = id.parse() else { return sender.explain(VIEWS, unknown().into_problem()).await };
    match sender.api.delete_view(view, version(&form.version)).await {
        Ok(_) => Redirect::to(&Done::ViewDeleted.at(VIEWS)).into_response(),
        // What is gone already is as if it were deleted now.
        Err(error) if error.is_not_found() => Redirect::to(&Done::ViewDeleted.at(VIEWS)).into_response(),
        Err(error) => show_one(sender, &id, None, Some(told(error))).await,
    }
}

fn unknown() -> ApiProblem {
    ApiProblem::new(NOT_FOUND, "there is no such view; it may have been deleted")
}
