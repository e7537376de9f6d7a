//! The page of one's own account, and its forms. Each is a call of the API and a redirect to what came of it, or the page
//! again with what is wrong.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use client::ApiError;
use contract::auth::{NewApiToken, PasswordChange};
use contract::endpoint::NoBody;
use contract::{FieldError, Problem, Role};
use dashboard::FormContent;
use dashboard::content::{AccountContent, AccountOutcome, Done, TokenForm};
use serde::Deserialize;

use super::entrance::turn_away;
use super::read_form;
use super::sender::{Sender, told};
use crate::app::App;
use crate::problem::{ApiProblem, NOT_FOUND};

const PATH: &str = "/account";

pub(super) async fn page(State(app): State<App>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    let done = Done::of(request.uri().query().unwrap_or_default());
    match load(&sender).await {
        Ok(account) => {
            let content = FormContent::Account(Box::new(AccountContent { done, ..account }));
            sender.show(PATH, content).await
        }
        Err(problem) => sender.explain(PATH, problem).await,
    }
}

/// Where a form was sent to: its page is the account's.
pub(super) async fn home() -> Redirect {
    Redirect::to(PATH)
}

/// What the page shows; on a server that asks nobody to sign in only that it does.
async fn load(sender: &Sender) -> Result<AccountContent, Problem> {
    let me = sender.api.me().await.map_err(told)?;
    let (sessions, tokens) = if me.user.is_some() {
        let lists = futures::join!(sender.api.sessions(), sender.api.tokens());
        (lists.0.map_err(told)?, lists.1.map_err(told)?)
    } else {
        (Vec::new(), Vec::new())
    };
    Ok(AccountContent { me, sessions, tokens, done: None, outcome: None })
}

/// The page with what came of one of its forms.
async fn show(sender: Sender, outcome: AccountOutcome) -> Response {
    let status = match &outcome {
        AccountOutcome::TokenMade(_) => 201,
        AccountOutcome::PasswordRefused(problem)
        | AccountOutcome::TokenRefused(_, problem)
        | AccountOutcome::Failed(problem) => problem.status,
    };
    match load(&sender).await {
        Ok(account) => {
            let content = AccountContent { outcome: Some(outcome), ..account };
            sender.show_as(PATH, FormContent::Account(Box::new(content)), status).await
        }
        Err(problem) => sender.explain(PATH, problem).await,
    }
}

pub(super) async fn change_password(State(app): State<App>, request: Request) -> Response {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Form {
        current: String,
        new: String,
    }
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    let Form { current, new } = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    match sender.api.change_password(&PasswordChange { current, new }).await {
        Ok(_) => done(Done::Password),
        Err(error) => show(sender, AccountOutcome::PasswordRefused(told(error))).await,
    }
}

pub(super) async fn revoke_session(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    let Ok(id) = id.parse() else { return sender.explain(PATH, unknown()).await };
    let ended = sender.api.revoke_session(id).await;
    after_ending(sender, ended, Done::Session).await
}

pub(super) async fn revoke_other_sessions(State(app): State<App>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    let ended = sender.api.revoke_other_sessions().await;
    after_ending(sender, ended, Done::Sessions).await
}

pub(super) async fn revoke_token(
    State(app): State<App>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    let Ok(id) = id.parse() else { return sender.explain(PATH, unknown()).await };
    let ended = sender.api.revoke_token(id).await;
    after_ending(sender, ended, Done::Token).await
}

/// What has ended already is as if it were ended now.
async fn after_ending(sender: Sender, ended: Result<NoBody, ApiError>, what: Done) -> Response {
    match ended {
        Ok(_) => done(what),
        Err(error) if error.is_not_found() => done(what),
        Err(error) => show(sender, AccountOutcome::Failed(told(error))).await,
    }
}

/// The secret stands in this answer alone, which nothing keeps.
pub(super) async fn create_token(State(app): State<App>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    let form: TokenForm = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let outcome = match token_of(&form) {
        Ok(token) => match sender.api.create_token(&token).await {
            Ok(made) => AccountOutcome::TokenMade(Box::new(made)),
            Err(error) => AccountOutcome::TokenRefused(form, told(error)),
        },
        Err(errors) => AccountOutcome::TokenRefused(form, ApiProblem::invalid(errors).into_problem()),
    };
    show(sender, outcome).await
}

/// The token that was asked for. What is wrong beyond what a form can be wrong in, the API says.
fn token_of(form: &TokenForm) -> Result<NewApiToken, Vec<FieldError>> {
    let days = form.expires_in_days.trim();
    let expires_in_days = match days {
        "" => None,
        // A number that cannot be read is out of range as well.
        days => Some(days.parse().unwrap_or(0)),
    };
    let role = form.role.parse::<Role>();
    let wrong = role.as_ref().err().map(|error| FieldError::new("role", "unknown", error));
    let token = NewApiToken { name: form.name.clone(), role: role.unwrap_or(Role::Viewer), expires_in_days };
    let mut errors = token.validate().err().unwrap_or_default();
    errors.extend(wrong);
    if errors.is_empty() { Ok(token) } else { Err(errors) }
}

fn done(what: Done) -> Response {
    Redirect::to(&what.at(PATH)).into_response()
}

fn unknown() -> Problem {
    ApiProblem::new(NOT_FOUND, "there is no such session or token; go back to your account").into_problem()
}
