//! Enrichment of one business and of many.

use contract::endpoints::{EnrichBatch, EnrichBusiness};
use contract::enrichment::BatchAccepted;
use contract::{JobAccepted, JobKind};

use super::no_business;
use crate::app::App;
use crate::endpoint::{Answer, Call};
use crate::problem::{ApiProblem, CONFLICT, UNAVAILABLE};
use crate::work::{self, BatchRequest, EnrichRequest};

pub(super) async fn one(app: App, call: Call<EnrichBusiness>) -> Result<Answer<EnrichBusiness>, ApiProblem> {
    let id = call.path;
    app.store().get_business(id).await?.ok_or_else(|| no_business(id))?;
    check_available(&app, JobKind::Enrich)?;
    if let Some(job) = work::active_enrichment(&app, id).await? {
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
    check_available(&app, JobKind::BatchEnrich)?;
    let request = BatchRequest { business_ids: work::batch_members(&app, &call.body).await? };
    let job = work::enqueue(&app, JobKind::BatchEnrich, &request, call.idempotency_key).await?;
    let accepted = BatchAccepted {
        job_id: job.job_id,
        status: job.status,
        total_count: request.business_ids.len() as u64,
        started_at: job.created_at,
    };
    Ok(Answer::new(accepted).with_location(work::location(job.job_id)))
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
