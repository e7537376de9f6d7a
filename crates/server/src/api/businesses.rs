//! Businesses: list, figures, detail.

use contract::Page;
use contract::endpoints::{GetBusiness, GetFacets, GetStats, ListBusinesses};

use super::no_business;
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

pub(super) async fn get(app: App, call: Call<GetBusiness>) -> Result<Answer<GetBusiness>, ApiProblem> {
    let business = app.store().get_business(call.path).await?;
    business.map(Answer::new).ok_or_else(|| no_business(call.path))
}
