//! One action on many businesses.

use contract::JobKind;
use contract::bulk::{AT_ONCE, BulkAction, BulkAnswer, BulkRequest};
use contract::endpoints::BulkBusinesses;
use contract::enrichment::BatchEnrichmentRequest;
use contract::{BusinessId, Job};

use super::enrichment;
use crate::app::App;
use crate::endpoint::{Answer, Call};
use crate::problem::ApiProblem;
use crate::work;

pub(super) async fn run(app: App, call: Call<BulkBusinesses>) -> Result<Answer<BulkBusinesses>, ApiProblem> {
    let request = call.body;
    if request.action == BulkAction::Enrich {
        return enrich(&app, request, call.idempotency_key).await;
    }
    if let Some(ids) = &request.ids {
        let known = app.store().businesses_by_id(ids).await?;
        let known: Vec<BusinessId> = known.into_iter().map(|business| business.id).collect();
        let mut missing: Vec<BusinessId> = ids.iter().copied().filter(|id| !known.contains(id)).collect();
        missing.sort_unstable();
        missing.dedup();
        return at_once(&app, &request, &known, missing).await;
    }
    let query = request.filter.clone().unwrap_or_default().filters();
    let first = work::bulk::first_ids(app.store(), &query).await?;
    if first.len() <= AT_ONCE {
        return at_once(&app, &request, &first, Vec::new()).await;
    }
    let matched = app.store().count_businesses(&query).await?;
    let job = work::enqueue(&app, JobKind::Bulk, &request, call.idempotency_key).await?;
    Ok(Answer::new(by_job(&job, matched)).accepted(job.job_id))
}

async fn at_once(
    app: &App,
    request: &BulkRequest,
    ids: &[BusinessId],
    missing: Vec<BusinessId>,
) -> Result<Answer<BulkBusinesses>, ApiProblem> {
    let mut tx = app.store().begin().await?;
    let tag = request.tag.as_deref().unwrap_or_default();
    let changed = work::bulk::apply(&mut tx, request.action, tag.trim(), ids).await?;
    let matched = ids.len() as u64;
    let answer = BulkAnswer { matched, changed, missing, job_id: None, status: None };
    Ok(Answer::committing(tx, answer))
}

async fn enrich(
    app: &App,
    request: BulkRequest,
    key: Option<String>,
) -> Result<Answer<BulkBusinesses>, ApiProblem> {
    let batch = BatchEnrichmentRequest { business_ids: request.ids, filter: request.filter, count: None };
    let (job, matched, tx) = enrichment::start_batch(app, &batch, key).await?;
    Ok(Answer::committing(tx, by_job(&job, matched)).accepted(job.job_id))
}

fn by_job(job: &Job, matched: u64) -> BulkAnswer {
    let (job_id, status) = (Some(job.job_id), Some(job.status));
    BulkAnswer { matched, changed: 0, missing: Vec::new(), job_id, status }
}
