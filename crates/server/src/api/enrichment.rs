//! Enrichment of one business and of many.

use contract::endpoints::{EnrichBatch, EnrichBusiness};
use contract::enrichment::BatchAccepted;
use contract::{EnrichmentStatus, JobAccepted, JobKind};
use serde_json::json;
use store::NewJob;

use super::{no_business, not_in_this_build};
use crate::app::App;
use crate::endpoint::{Answer, Call};
use crate::problem::{ApiProblem, CONFLICT};
use crate::work;

pub(super) async fn one(app: App, call: Call<EnrichBusiness>) -> Result<Answer<EnrichBusiness>, ApiProblem> {
    let found = app.store().get_business(call.path).await?.ok_or_else(|| no_business(call.path))?;
    if !app.runs(JobKind::Enrich) {
        return Err(not_in_this_build("enrichment"));
    }
    if found.business.enrichment_status == EnrichmentStatus::Enriching {
        return Err(ApiProblem::new(CONFLICT, "the business is being enriched already; wait for that job"));
    }
    let request = json!({ "businessId": call.path });
    let job = work::enqueue(&app, NewJob::new(JobKind::Enrich, request), call.idempotency_key).await?;
    let location = work::location(job.job_id);
    Ok(Answer::new(JobAccepted { job_id: job.job_id, status: job.status }).with_location(location))
}

pub(super) async fn batch(app: App, call: Call<EnrichBatch>) -> Result<Answer<EnrichBatch>, ApiProblem> {
    if !app.runs(JobKind::BatchEnrich) {
        return Err(not_in_this_build("enrichment"));
    }
    let ids = work::batch_members(&app, &call.body).await?;
    let request = json!({ "businessIds": ids });
    let job = work::enqueue(&app, NewJob::new(JobKind::BatchEnrich, request), call.idempotency_key).await?;
    let accepted = BatchAccepted {
        job_id: job.job_id,
        status: job.status,
        total_count: ids.len() as u64,
        started_at: job.created_at,
    };
    Ok(Answer::new(accepted).with_location(work::location(job.job_id)))
}
