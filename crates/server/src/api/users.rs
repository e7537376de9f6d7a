//! Accounts, for admins.

use contract::auth::folded_email;
use contract::endpoint::NoBody;
use contract::endpoints::{CreateUser, DeleteUser, ListUsers, UpdateUser};
use store::NewAccount;

use crate::app::App;
use crate::endpoint::{Answer, Call};
use crate::problem::ApiProblem;

pub(super) async fn list(app: App, _: Call<ListUsers>) -> Result<Answer<ListUsers>, ApiProblem> {
    Ok(Answer::new(app.store().list_users().await?))
}

pub(super) async fn create(app: App, call: Call<CreateUser>) -> Result<Answer<CreateUser>, ApiProblem> {
    call.caller.somebody()?.person()?;
    let account = NewAccount {
        email: folded_email(&call.body.email),
        name: call.body.name.trim().to_owned(),
        role: call.body.role,
        password_hash: app.passwords().hash(&call.body.password).await?,
    };
    let mut tx = app.store().begin().await?;
    let user = tx.insert_user(account).await?;
    tx.commit().await?;
    let location = format!("/api/users/{}", user.id);
    Ok(Answer::new(user).with_location(location))
}

pub(super) async fn update(app: App, call: Call<UpdateUser>) -> Result<Answer<UpdateUser>, ApiProblem> {
    let hash = match &call.body.password {
        Some(password) => Some(app.passwords().hash(password).await?),
        None => None,
    };
    let mut tx = app.store().begin().await?;
    let user = tx.update_user(call.path, &call.body, hash).await?;
    tx.commit().await?;
    Ok(Answer::new(user))
}

pub(super) async fn delete(app: App, call: Call<DeleteUser>) -> Result<Answer<DeleteUser>, ApiProblem> {
    let mut tx = app.store().begin().await?;
    tx.delete_user(call.path).await?;
    tx.commit().await?;
    Ok(Answer::new(NoBody {}))
}
