//! Enrichment of one business and of many as jobs.

use contract::{BusinessId, JobKind};
use enrichment::{EnrichError, Fetcher, enrich, enrich_batch};
use jobs::{JobContext, JobError, JobHandler};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::request_of;

/// The request of a job that enriches one business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnrichRequest {
    pub(crate) business_id: BusinessId,
}

/// The request of a job that enriches many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchRequest {
    pub(crate) business_ids: Vec<BusinessId>,
}

/// Enriches one business.
#[derive(Clone, Debug)]
pub(super) struct EnrichHandler {
    pub(super) fetcher: Fetcher,
}

#[async_trait::async_trait]
impl JobHandler for EnrichHandler {
    fn kind(&self) -> JobKind {
        JobKind::Enrich
    }

    async fn run(&self, ctx: JobContext) -> Result<Value, JobError> {
        let id = request_of::<EnrichRequest>(&ctx)?.business_id;
        let outcome = enrich(&ctx.store, &self.fetcher, &ctx.lease, id, &ctx.stop.token()).await;
        Ok(json!({ "outcome": outcome.map_err(job_error)? }))
    }
}

/// Enriches many businesses, one after the other.
#[derive(Clone, Debug)]
pub(super) struct BatchHandler {
    pub(super) fetcher: Fetcher,
}

#[async_trait::async_trait]
impl JobHandler for BatchHandler {
    fn kind(&self) -> JobKind {
        JobKind::BatchEnrich
    }

    async fn run(&self, ctx: JobContext) -> Result<Value, JobError> {
        let ids = request_of::<BatchRequest>(&ctx)?.business_ids;
        let (stop, checkpoint) = (ctx.stop.token(), ctx.checkpoint);
        let batch = enrich_batch(&ctx.store, &self.fetcher, &ctx.lease, &ids, checkpoint, &stop).await;
        serde_json::to_value(batch.map_err(job_error)?).map_err(|error| JobError::Fatal(error.to_string()))
    }
}

fn job_error(error: EnrichError) -> JobError {
    match error {
        EnrichError::UnknownBusiness(_) => JobError::Fatal(error.to_string()),
        EnrichError::Cancelled => JobError::Stopped,
        EnrichError::LeaseLost => JobError::LeaseLost,
        EnrichError::Store(error) => error.into(),
    }
}
