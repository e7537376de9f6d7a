//! Saved views: each person's own.

use contract::endpoint::{NoBody, PathParams};
use contract::endpoints::{CreateView, DeleteView, ListViews, UpdateView};
use contract::views::{NewView, SavedView, canonical};
use contract::{Endpoint, FieldError, UserId, ViewId};
use store::WriteTx;

use crate::app::App;
use crate::endpoint::{Answer, Call, Caller};
use crate::problem::ApiProblem;

pub(super) async fn list(app: App, call: Call<ListViews>) -> Result<Answer<ListViews>, ApiProblem> {
    Ok(Answer::new(app.store().list_views(owner(&call.caller)?).await?))
}

pub(super) async fn create(app: App, call: Call<CreateView>) -> Result<Answer<CreateView>, ApiProblem> {
    let owner = owner(&call.caller)?;
    let new = NewView { name: call.body.name.trim().to_owned(), query: written(&call.body.query)? };
    let mut tx = app.store().begin().await?;
    let view = tx.insert_view(owner, new).await?.ok_or_else(taken)?;
    let location = view.id.fill(UpdateView::PATH);
    Ok(Answer::committing(tx, view).with_location(location))
}

pub(super) async fn update(app: App, call: Call<UpdateView>) -> Result<Answer<UpdateView>, ApiProblem> {
    let owner = owner(&call.caller)?;
    let mut tx = app.store().begin().await?;
    let seen = seen(&mut tx, owner, call.path, call.version).await?;
    let mut next = seen.clone();
    if let Some(name) = call.body.name {
        name.trim().clone_into(&mut next.name);
    }
    if let Some(query) = call.body.query {
        next.query = written(&query)?;
    }
    if next == seen {
        return Ok(Answer::new(seen));
    }
    let view = tx.update_view(owner, next).await?.ok_or_else(taken)?;
    Ok(Answer::committing(tx, view))
}

pub(super) async fn delete(app: App, call: Call<DeleteView>) -> Result<Answer<DeleteView>, ApiProblem> {
    let owner = owner(&call.caller)?;
    let mut tx = app.store().begin().await?;
    seen(&mut tx, owner, call.path, call.version).await?;
    tx.delete_view(owner, call.path).await?;
    Ok(Answer::committing(tx, NoBody {}))
}

/// Whose views they are; on a server that asks nobody to sign in, everybody's.
pub(super) fn owner(caller: &Caller) -> Result<Option<UserId>, ApiProblem> {
    Ok(caller.somebody()?.user.as_ref().map(|user| user.id))
}

/// The view as the caller saw it, locked until the end of the transaction.
async fn seen(
    tx: &mut WriteTx,
    owner: Option<UserId>,
    id: ViewId,
    version: u64,
) -> Result<SavedView, ApiProblem> {
    let view = tx.lock_view(owner, id).await?;
    if view.version == version { Ok(view) } else { Err(ApiProblem::stale_row("view", view.version, &view)) }
}

fn written(query: &str) -> Result<String, ApiProblem> {
    canonical(query).map_err(|error| ApiProblem::invalid(vec![error]))
}

fn taken() -> ApiProblem {
    let message = "you have a view of this name already; give it another one";
    ApiProblem::invalid(vec![FieldError::new("name", "taken", message)])
}
