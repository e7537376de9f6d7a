//! Searches and imports as jobs.

use std::sync::Arc;

use contract::JobKind;
use discovery::{DiscoveryError, Run, SourceRegistry, import, scrape};
use jobs::{JobContext, JobError, JobHandler, StopReason, StopSignal};
use serde_json::Value;

use super::{request_of, unreadable};

/// Runs searches.
#[derive(Clone, Debug)]
pub(super) struct ScrapeHandler {
    sources: Arc<SourceRegistry>,
}

impl ScrapeHandler {
    pub(super) fn new(sources: Arc<SourceRegistry>) -> Self {
        Self { sources }
    }
}

#[async_trait::async_trait]
impl JobHandler for ScrapeHandler {
    fn kind(&self) -> JobKind {
        JobKind::Scrape
    }

    async fn run(&self, ctx: JobContext) -> Result<Value, JobError> {
        let request = scrape::asked(&ctx.job.request).map_err(unreadable)?;
        let resolved = scrape::resolve_job(&request, &ctx.job.request, &self.sources).map_err(|errors| {
            let told: Vec<String> = errors.iter().map(|e| format!("{}: {}", e.field, e.message)).collect();
            JobError::Fatal(told.join("; "))
        })?;
        let options = scrape::ScrapeOptions::default();
        let (store, stop) = (ctx.store.clone(), ctx.stop.clone());
        let outcome = scrape::run(run_of(ctx), &resolved, &self.sources, &options).await;
        if matches!(outcome, Err(DiscoveryError::Stopped)) && !goes_on(&stop) {
            scrape::give_up(&store, &resolved, &self.sources).await;
        }
        Ok(scrape::result(&resolved, &outcome.map_err(job_error)?))
    }
}

/// Runs imports.
#[derive(Clone, Debug, Default)]
pub(super) struct ImportHandler;

#[async_trait::async_trait]
impl JobHandler for ImportHandler {
    fn kind(&self) -> JobKind {
        JobKind::Import
    }

    async fn run(&self, ctx: JobContext) -> Result<Value, JobError> {
        let request: import::ImportRequest = request_of(&ctx)?;
        let options = import::ImportOptions::default();
        let (store, stop) = (ctx.store.clone(), ctx.stop.clone());
        let imported = import::run(run_of(ctx), &request, &options).await;
        if matches!(imported, Err(DiscoveryError::Stopped))
            && !goes_on(&stop)
            && let Err(error) = store.finish_load().await
        {
            tracing::warn!(%error, "failed to make the indexes of lists; the next start or hour tries again");
        }
        let outcome = imported.map_err(job_error)?;
        if request.name.is_some() {
            // A file that came in is ours; one that a person named by its path is theirs.
            super::remove_upload(&request.path).await;
        }
        serde_json::to_value(&outcome).map_err(|error| JobError::Fatal(error.to_string()))
    }
}

/// Whether what was stopped goes on after a shutdown or under another runner. A cancel may be learned from the store before
/// the signal is given.
fn goes_on(stop: &StopSignal) -> bool {
    matches!(stop.reason(), Some(StopReason::Shutdown | StopReason::LeaseLost))
}

fn run_of(ctx: JobContext) -> Run {
    Run { store: ctx.store, lease: ctx.lease, checkpoint: ctx.checkpoint, cancel: ctx.stop.token() }
}

/// What the runner makes of a failure: a stop and a lost lease are its own to explain, the rest is worth another try
/// unless the request itself is wrong.
fn job_error(error: DiscoveryError) -> JobError {
    match error {
        DiscoveryError::Stopped => JobError::Stopped,
        DiscoveryError::LeaseLost => JobError::LeaseLost,
        DiscoveryError::Store(error) => error.into(),
        other => JobError::Fatal(other.to_string()),
    }
}
