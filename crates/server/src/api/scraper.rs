//! Looking for places.

use contract::endpoints::{
    GetScrapeStatus, ListScrapeJobs, ListSources, StartScrape, SuggestCategories, SuggestLocations,
};
use contract::places::SuggestQuery;
use contract::{Job, JobAccepted, JobKind};
use discovery::{geocoder, scrape, taxonomy};

use super::no_job;
use crate::app::App;
use crate::endpoint::{Answer, Call};
use crate::problem::ApiProblem;
use crate::work;

/// Searches that a person may want to run again.
const RECENT: u32 = 20;
const DEFAULT_SUGGESTIONS: u32 = 10;

/// Checks place, category and source now, so that a person is told at once; the search itself is a job's.
pub(super) async fn start(app: App, call: Call<StartScrape>) -> Result<Answer<StartScrape>, ApiProblem> {
    let geocoder = app.config().geocoder.as_ref();
    let resolved = scrape::resolve_request_online(&call.body, app.sources(), geocoder)
        .await
        .map_err(ApiProblem::invalid)?;
    let request = scrape::job_request(&call.body, &resolved);
    let job = work::enqueue(&app, JobKind::Scrape, &request, call.idempotency_key).await?;
    let location = work::location(job.job_id);
    Ok(Answer::new(JobAccepted { job_id: job.job_id, status: job.status }).with_location(location))
}

pub(super) async fn status(
    app: App,
    call: Call<GetScrapeStatus>,
) -> Result<Answer<GetScrapeStatus>, ApiProblem> {
    let job = app.store().get_job(call.path).await?;
    let scrape = job.filter(|job: &Job| job.kind == JobKind::Scrape);
    scrape.map(Answer::new).ok_or_else(|| no_job(call.path))
}

pub(super) async fn recent(app: App, _: Call<ListScrapeJobs>) -> Result<Answer<ListScrapeJobs>, ApiProblem> {
    Ok(Answer::new(app.store().recent_scrapes(RECENT).await?))
}

pub(super) async fn sources(app: App, _: Call<ListSources>) -> Result<Answer<ListSources>, ApiProblem> {
    Ok(Answer::new(app.sources().infos_with_spending(app.store()).await?))
}

pub(super) async fn categories(
    _: App,
    call: Call<SuggestCategories>,
) -> Result<Answer<SuggestCategories>, ApiProblem> {
    Ok(Answer::new(taxonomy::suggest(&call.query.q, limit(&call.query))))
}

pub(super) async fn locations(
    _: App,
    call: Call<SuggestLocations>,
) -> Result<Answer<SuggestLocations>, ApiProblem> {
    Ok(Answer::new(geocoder::suggest(&call.query.q, limit(&call.query))))
}

fn limit(query: &SuggestQuery) -> usize {
    query.limit.unwrap_or(DEFAULT_SUGGESTIONS) as usize
}
