//! Enrichment of a business as a job.

use contract::{BusinessId, JobKind};
use enrichment::providers::Providers;
use enrichment::verify::Verifier;
use enrichment::{Ended, EnrichError, Fetcher, Outcome, Tools, enrich};
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

/// The request of a batch: its members do the work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchRequest {
    pub(crate) business_ids: Vec<BusinessId>,
}

/// Enriches one business.
#[derive(Clone, Debug)]
pub(super) struct EnrichHandler {
    pub(super) fetcher: Fetcher,
    pub(super) verifier: Option<Verifier>,
    pub(super) providers: Providers,
}

#[async_trait::async_trait]
impl JobHandler for EnrichHandler {
    fn kind(&self) -> JobKind {
        JobKind::Enrich
    }

    async fn run(&self, ctx: JobContext) -> Result<Value, JobError> {
        let id = request_of::<EnrichRequest>(&ctx)?.business_id;
        let (verifier, providers) = (self.verifier.as_ref(), Some(&self.providers));
        let tools = Tools { fetcher: &self.fetcher, verifier, providers };
        let ended = enrich(&ctx.store, tools, &ctx.lease, id, &ctx.stop.token()).await;
        match ended.map_err(job_error)? {
            // Retried when a person asks for it: a site that is down is mostly still down a second later.
            Ended { outcome: Outcome::Unreachable, cause } => Err(JobError::Fatal(cause.unwrap_or_default())),
            Ended { outcome, .. } => Ok(json!({ "outcome": outcome })),
        }
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
