//! Businesses: list, figures, map, detail; add, change, delete.

use contract::endpoint::{NoBody, PathParams};
use contract::endpoints::{
    CreateBusiness, DeleteBusiness, GetBusiness, GetBusinessMap, GetFacets, GetStats, ListBusinesses,
    UpdateBusiness,
};
use contract::{BusinessId, Endpoint, EventPayload, Page};
use store::{KnownBusiness, NewBusiness, WriteTx};

use super::{by_hand, no_business, suppression};
use crate::app::App;
use crate::clock;
use crate::endpoint::{Answer, Call};
use crate::problem::ApiProblem;

pub(super) async fn list(app: App, call: Call<ListBusinesses>) -> Result<Answer<ListBusinesses>, ApiProblem> {
    let page: Page<_> = app.store().list_businesses(&call.query).await?;
    Ok(Answer::new(page))
}

pub(super) async fn stats(app: App, _: Call<GetStats>) -> Result<Answer<GetStats>, ApiProblem> {
    Ok(Answer::new(app.store().stats(clock::now()).await?))
}

pub(super) async fn facets(app: App, call: Call<GetFacets>) -> Result<Answer<GetFacets>, ApiProblem> {
    Ok(Answer::new(app.store().facets(&call.query).await?))
}

pub(super) async fn map(app: App, call: Call<GetBusinessMap>) -> Result<Answer<GetBusinessMap>, ApiProblem> {
    Ok(Answer::new(app.store().business_map(&call.query).await?))
}

pub(super) async fn get(app: App, call: Call<GetBusiness>) -> Result<Answer<GetBusiness>, ApiProblem> {
    let business = app.store().get_business(call.path).await?;
    business.map(Answer::new).ok_or_else(|| no_business(call.path))
}

pub(super) async fn create(
    app: App,
    call: Call<CreateBusiness>,
) -> Result<Answer<CreateBusiness>, ApiProblem> {
    let NewBusiness { business, name_key, domain } = NewBusiness::named("", "");
    let mut draft = KnownBusiness { business, name_key, domain };
    let fields = by_hand::edit_business(call.body.0, &mut draft).map_err(ApiProblem::invalid)?;
    let KnownBusiness { business, name_key, domain } = draft;
    let mut tx = app.store().begin().await?;
    suppression::refuse(&tx, business.email.as_deref(), None).await?;
    let saved = tx.add_business(NewBusiness { business, name_key, domain }, &fields).await?;
    tx.append_events([EventPayload::BusinessCreated(Box::new(saved.clone())), EventPayload::StatsUpdated {}]);
    let location = saved.id.fill(GetBusiness::PATH);
    Ok(Answer::committing(tx, saved).with_location(location))
}

pub(super) async fn update(
    app: App,
    call: Call<UpdateBusiness>,
) -> Result<Answer<UpdateBusiness>, ApiProblem> {
    let mut tx = app.store().begin().await?;
    let mut known = seen(&mut tx, call.path, call.version).await?;
    let fields = by_hand::edit_business(call.body, &mut known).map_err(ApiProblem::invalid)?;
    if fields.is_empty() {
        return Ok(Answer::new(known.business));
    }
    suppression::refuse(&tx, known.business.email.as_deref(), None).await?;
    let changed = tx.edit_business(known, &fields).await?;
    tx.append_events([
        EventPayload::BusinessUpdated(Box::new(changed.clone())),
        EventPayload::StatsUpdated {},
    ]);
    Ok(Answer::committing(tx, changed))
}

pub(super) async fn delete(
    app: App,
    call: Call<DeleteBusiness>,
) -> Result<Answer<DeleteBusiness>, ApiProblem> {
    let mut tx = app.store().begin().await?;
    seen(&mut tx, call.path, call.version).await?;
    let deleted = tx.delete_business(call.path, Some(call.version)).await?;
    tx.append_events([EventPayload::BusinessDeleted(deleted), EventPayload::StatsUpdated {}]);
    Ok(Answer::committing(tx, NoBody {}))
}

/// The business as the caller saw it, locked until the end of the transaction.
pub(super) async fn seen(
    tx: &mut WriteTx,
    id: BusinessId,
    version: u64,
) -> Result<KnownBusiness, ApiProblem> {
    let known = tx.lock_business(id).await?.ok_or_else(|| no_business(id))?;
    if known.business.version == version { Ok(known) } else { Err(ApiProblem::stale(&known.business)) }
}
