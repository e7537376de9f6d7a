//! Enrichment of one business and of many, what it did, and who does it.

use contract::endpoints::{
    EnrichBatch, EnrichBusiness, GetEnrichmentBatch, GetEnrichmentQueue, GetSpending, ListEnrichmentHistory,
    ListProviders,
};
use contract::enrichment::{BatchAccepted, BatchEnrichmentRequest, EnrichmentQueue, ProviderInfo};
use contract::places::SourceState;
use contract::{Job, JobAccepted, JobKind, JobStatus};
use store::{NewJob, WriteTx};

use super::{no_business, no_job};
use crate::app::App;
use crate::endpoint::{Answer, Call};
use crate::problem::{ApiProblem, CONFLICT, UNAVAILABLE};
use crate::work::{self, EnrichRequest};

pub(super) async fn history(
    app: App,
    call: Call<ListEnrichmentHistory>,
) -> Result<Answer<ListEnrichmentHistory>, ApiProblem> {
    let page = app.store().enrichment_history(call.path, &call.query).await?;
    page.map(Answer::new).ok_or_else(|| no_business(call.path))
}

pub(super) async fn one(app: App, call: Call<EnrichBusiness>) -> Result<Answer<EnrichBusiness>, ApiProblem> {
    let id = call.path;
    app.store().get_business(id).await?.ok_or_else(|| no_business(id))?;
    check_available(&app, JobKind::Enrich)?;
    if let Some(job) = app.store().active_enrichment(id).await? {
        return Err(ApiProblem::new(
            CONFLICT,
            format!("job {job} enriches the business already; wait for it"),
        ));
    }
    let request = EnrichRequest { business_id: id };
    let job = work::enqueue(&app, JobKind::Enrich, &request, call.idempotency_key).await?;
    let location = work::location(job.job_id);
    Ok(Answer::new(JobAccepted { job_id: job.job_id, status: job.status }).with_location(location))
}

pub(super) async fn batch(app: App, call: Call<EnrichBatch>) -> Result<Answer<EnrichBatch>, ApiProblem> {
    let (job, total_count, tx) = start_batch(&app, &call.body, call.idempotency_key).await?;
    let (job_id, status, started_at) = (job.job_id, job.status, job.created_at);
    let accepted = BatchAccepted { job_id, status, total_count, started_at };
    Ok(Answer::committing(tx, accepted).with_location(work::location(job_id)))
}

/// Puts a batch into the queue, a job for each business; answers its job and how many businesses are in it.
pub(super) async fn start_batch(
    app: &App,
    request: &BatchEnrichmentRequest,
    key: Option<String>,
) -> Result<(Job, u64, WriteTx), ApiProblem> {
    check_available(app, JobKind::Enrich)?;
    work::batch::enqueue(app.store(), request, |job| NewJob { idempotency_key: key.clone(), ..job }).await
}

pub(super) async fn batch_state(
    app: App,
    call: Call<GetEnrichmentBatch>,
) -> Result<Answer<GetEnrichmentBatch>, ApiProblem> {
    let job = app.store().get_job(call.path).await?;
    let job = job.filter(|job| job.kind == JobKind::BatchEnrich).ok_or_else(|| no_job(call.path))?;
    Ok(Answer::new(work::batch::enrichment_batch(app.store(), job).await?))
}

pub(super) async fn queue(
    app: App,
    _: Call<GetEnrichmentQueue>,
) -> Result<Answer<GetEnrichmentQueue>, ApiProblem> {
    let standing = app.store().kind_standing(JobKind::Enrich).await?;
    Ok(Answer::new(EnrichmentQueue {
        waiting: standing.count(JobStatus::Pending),
        running: standing.count(JobStatus::Running),
        completed: standing.count(JobStatus::Completed),
        failed: standing.count(JobStatus::Failed),
        causes: standing.causes,
    }))
}

pub(super) async fn spending(app: App, _: Call<GetSpending>) -> Result<Answer<GetSpending>, ApiProblem> {
    Ok(Answer::new(app.config().providers.spending(app.store()).await?))
}

/// The reader of websites needs no key, but an address that tells websites who reads them. A provider is absent without
/// its key.
pub(super) async fn providers(app: App, _: Call<ListProviders>) -> Result<Answer<ListProviders>, ApiProblem> {
    let unavailable = check_available(&app, JobKind::Enrich).err();
    let website = ProviderInfo {
        provider: "website".to_owned(),
        name: "The business's own website".to_owned(),
        finds: "e-mail addresses, phone numbers, profiles, people and a description".to_owned(),
        cost: "free".to_owned(),
        quota: None,
        state: if unavailable.is_some() { SourceState::Unavailable } else { SourceState::Ready },
        message: unavailable.map(|problem| problem.into_problem().detail),
    };
    let paid = app.config().providers.info(app.store()).await?;
    Ok(Answer::new(std::iter::once(website).chain(paid).collect()))
}

/// Websites are told who reads them; a server that does not know that reads none.
fn check_available(app: &App, kind: JobKind) -> Result<(), ApiProblem> {
    if app.runs(kind) {
        return Ok(());
    }
    let detail =
        "enrichment is off: start the server with --contact-url URL, which tells websites who reads them";
    Err(ApiProblem::new(UNAVAILABLE, detail))
}
