//! The pages of everybody's accounts, for admins.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use contract::auth::{NewUser, User, UserChange};
use contract::{FieldError, Problem, Role, UserId};
use dashboard::content::{Done, NewUserForm, UserContent, UserForm, UsersContent};
use dashboard::{FormContent, routes};
use serde::Deserialize;

use super::entrance::turn_away;
use super::read_form;
use super::sender::{Sender, told};
use crate::app::App;
use crate::problem::{ApiProblem, NOT_FOUND};

const PATH: &str = "/users";

/// Whether the sender may see these pages.
fn admit(sender: &Sender) -> Result<(), ApiProblem> {
    sender.needs(Role::Admin)?;
    sender.principal.person().map(drop)
}

pub(super) async fn list(State(app): State<App>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    let done = Done::of(request.uri().query().unwrap_or_default());
    match load(&sender).await {
        Ok(users) => sender.show(PATH, FormContent::Users(Box::new(UsersContent { done, ..users }))).await,
        Err(problem) => sender.explain(PATH, problem).await,
    }
}

/// Where a form was sent to: its page is the list's.
pub(super) async fn home() -> Redirect {
    Redirect::to(PATH)
}

async fn load(sender: &Sender) -> Result<UsersContent, Problem> {
    admit(sender).map_err(ApiProblem::into_problem)?;
    let (me, users) = futures::join!(sender.api.me(), sender.api.users());
    Ok(UsersContent { me: me.map_err(told)?, users: users.map_err(told)?, done: None, refused: None })
}

pub(super) async fn add(State(app): State<App>, request: Request) -> Response {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Form {
        email: String,
        name: String,
        role: String,
        password: String,
    }
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    if let Err(problem) = admit(&sender) {
        return sender.explain(PATH, problem.into_problem()).await;
    }
    let Form { email, name, role, password } = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let form = NewUserForm { email: email.clone(), name: name.clone(), role: role.clone() };
    let problem = match role.parse() {
        Ok(role) => match sender.api.create_user(&NewUser { email, name, role, password }).await {
            Ok(_) => return Redirect::to(&Done::Added.at(PATH)).into_response(),
            Err(error) => told(error),
        },
        Err(error) => unknown_role(error).into_problem(),
    };
    let status = problem.status;
    match load(&sender).await {
        Ok(users) => {
            let content = UsersContent { refused: Some((form, problem)), ..users };
            sender.show_as(PATH, FormContent::Users(Box::new(content)), status).await
        }
        Err(problem) => sender.explain(PATH, problem).await,
    }
}

pub(super) async fn show(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(request.uri().path()) };
    match found(&sender, &id).await {
        Ok(user) => {
            let path = routes::user(user.id);
            let content = user_content(&sender, user, None);
            sender.show(&path, content).await
        }
        Err(problem) => sender.explain(PATH, problem).await,
    }
}

/// The account of that id, for who may see it.
async fn found(sender: &Sender, id: &str) -> Result<User, Problem> {
    admit(sender).map_err(ApiProblem::into_problem)?;
    let id: Option<UserId> = id.parse().ok();
    let users = sender.api.users().await.map_err(told)?;
    let user = users.into_iter().find(|user| Some(user.id) == id);
    user.ok_or_else(|| {
        ApiProblem::new(NOT_FOUND, "there is no such account; it may have been deleted").into_problem()
    })
}

fn user_content(sender: &Sender, user: User, refused: Option<(UserForm, Problem)>) -> FormContent {
    let is_me = sender.principal.user.as_ref().is_some_and(|me| me.id == user.id);
    FormContent::User(Box::new(UserContent { user, is_me, refused }))
}

/// The form that changes an account.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Changes {
    name: String,
    role: String,
    sign_in: String,
    password: String,
    seen_name: String,
    seen_role: String,
    seen_sign_in: String,
}

impl Changes {
    /// What was touched: the rest stays what it is by now.
    fn change(&self) -> Result<UserChange, ApiProblem> {
        let role = (self.role != self.seen_role).then(|| self.role.parse::<Role>()).transpose();
        Ok(UserChange {
            name: (self.name.trim() != self.seen_name).then(|| self.name.clone()),
            role: role.map_err(unknown_role)?,
            disabled: (self.sign_in != self.seen_sign_in).then(|| self.sign_in == "no"),
            password: Some(self.password.clone()).filter(|password| !password.is_empty()),
        })
    }

    fn typed(self) -> UserForm {
        UserForm { name: self.name, role: self.role, sign_in: self.sign_in }
    }
}

pub(super) async fn change(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(request.uri().path()) };
    let user = match found(&sender, &id).await {
        Ok(user) => user,
        Err(problem) => return sender.explain(PATH, problem).await,
    };
    let form: Changes = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let changed = match form.change() {
        Ok(change) => sender.api.update_user(user.id, &change).await.map_err(told),
        Err(problem) => Err(problem.into_problem()),
    };
    after(sender, user, changed.map(|_| Done::Changed), Some(form.typed())).await
}

pub(super) async fn delete(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(request.uri().path()) };
    let user = match found(&sender, &id).await {
        Ok(user) => user,
        Err(problem) => return sender.explain(PATH, problem).await,
    };
    let deleted = sender.api.delete_user(user.id).await.map_err(told);
    after(sender, user, deleted.map(|_| Done::Deleted), None).await
}

/// The list with what was done, or the account's page with why it was not.
async fn after(
    sender: Sender,
    user: User,
    outcome: Result<Done, Problem>,
    typed: Option<UserForm>,
) -> Response {
    let problem = match outcome {
        Ok(done) => return Redirect::to(&done.at(PATH)).into_response(),
        Err(problem) => problem,
    };
    let (path, status) = (routes::user(user.id), problem.status);
    let typed = typed.unwrap_or_else(|| UserForm::of(&user));
    let content = user_content(&sender, user, Some((typed, problem)));
    sender.show_as(&path, content, status).await
}

fn unknown_role(error: String) -> ApiProblem {
    ApiProblem::invalid(vec![FieldError::new("role", "unknown", error)])
}
