//! The page of the suppression list, for admins.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use contract::suppression::{NewSuppression, SuppressionQuery};
use contract::{FieldError, Problem, Role};
use dashboard::FormContent;
use dashboard::content::{Done, SuppressionContent, SuppressionOutcome};
use serde::Deserialize;

use super::entrance::turn_away;
use super::read_form;
use super::sender::{Sender, told};
use crate::app::App;
use crate::problem::{ApiProblem, NOT_FOUND};
use crate::suppression::subject;

const PATH: &str = "/suppression";
/// Entries of a page.
const LIMIT: u32 = 50;

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    let search = request.uri().query().unwrap_or_default();
    let page = form_urlencoded::parse(search.as_bytes()).find(|(name, _)| name == "page");
    let page = page.and_then(|(_, page)| page.parse().ok()).filter(|page| *page > 0);
    show(sender, page, Done::of(search), None).await
}

/// Where a form was sent to: its page is the list's.
pub(super) async fn home() -> Redirect {
    Redirect::to(PATH)
}

async fn show(
    sender: Sender,
    page: Option<u32>,
    done: Option<Done>,
    outcome: Option<SuppressionOutcome>,
) -> Response {
    let status = match &outcome {
        Some(SuppressionOutcome::Refused(_, problem)) => problem.status,
        _ => 200,
    };
    if let Err(problem) = sender.needs(Role::Admin) {
        return sender.explain(PATH, problem.into_problem()).await;
    }
    let query = SuppressionQuery { limit: Some(LIMIT), page, ..SuppressionQuery::default() };
    match sender.api.suppressions(&query).await {
        Ok(list) => {
            let content = SuppressionContent { list, done, outcome };
            sender.show_as(PATH, FormContent::Suppression(Box::new(content)), status).await
        }
        Err(error) => sender.explain(PATH, told(error)).await,
    }
}

/// The form with an address or a domain.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Form {
    who: String,
    act: String,
}

/// Adds what was typed, or takes it off the list.
pub(super) async fn change(State(app): State<App>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    let form: Form = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    if let Err(problem) = sender.needs(Role::Admin) {
        return sender.explain(PATH, problem.into_problem()).await;
    }
    let new = NewSuppression::typed(&form.who);
    let outcome = match form.act.as_str() {
        "remove" => match remove_typed(&sender, &new).await {
            Ok(()) => return Redirect::to(&Done::Unsuppressed.at(PATH)).into_response(),
            Err(problem) => SuppressionOutcome::Refused(form.who, of_field(problem)),
        },
        _ => match sender.api.add_suppression(&new).await {
            Ok(added) => SuppressionOutcome::Added(Box::new(added)),
            Err(error) => SuppressionOutcome::Refused(form.who, of_field(told(error))),
        },
    };
    show(sender, None, None, Some(outcome)).await
}

async fn remove_typed(sender: &Sender, new: &NewSuppression) -> Result<(), Problem> {
    let subject = subject(new).map_err(|error| ApiProblem::invalid(vec![error]).into_problem())?;
    let query = SuppressionQuery { digest: Some(subject.digest()), ..SuppressionQuery::default() };
    let found = sender.api.suppressions(&query).await.map_err(told)?;
    let Some(entry) = found.data.first() else {
        return Err(ApiProblem::new(NOT_FOUND, "this is not on the list").into_problem());
    };
    sender.api.remove_suppression(entry.id).await.map(drop).map_err(told)
}

pub(super) async fn remove(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    let Ok(id) = id.parse() else { return Redirect::to(PATH).into_response() };
    match sender.api.remove_suppression(id).await {
        Ok(_) => Redirect::to(&Done::Unsuppressed.at(PATH)).into_response(),
        // What is gone already is as if it were taken off now.
        Err(error) if error.is_not_found() => Redirect::to(&Done::Unsuppressed.at(PATH)).into_response(),
        Err(error) => sender.explain(PATH, told(error)).await,
    }
}

/// The problem beside the one field that the form has.
fn of_field(mut problem: Problem) -> Problem {
    problem.errors =
        problem.errors.into_iter().map(|error| FieldError { field: "who".to_owned(), ..error }).collect();
    problem
}
