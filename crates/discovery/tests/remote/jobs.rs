//! Searches as jobs of a real store.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use contract::{Business, BusinessQuery, JobKind, ScrapeRequest, Timestamp};
use discovery::scrape::{ScrapeOptions, resolve_request};
use discovery::{DiscoveryError, Outcome, Run, SourceRegistry, scrape};
use futures::TryStreamExt as _;
use serde_json::json;
use store::{ClaimedJob, JobOutcome, NewJob, Store};
use tokio_util::sync::CancellationToken;

/// Long enough for any test.
const LEASE: Duration = Duration::from_secs(600);
const OPTIONS: ScrapeOptions = ScrapeOptions { first_batch: 10, batch_size: 10 };

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

pub(crate) async fn enqueued(store: &Store, request: &ScrapeRequest) -> ClaimedJob {
    let job = store.enqueue_job(NewJob::new(JobKind::Scrape, json!(request))).await.unwrap();
    store.claim_job_by_id(job.job_id, "test", LEASE, now()).await.unwrap().unwrap()
}

/// Gives the job back and claims it for the next attempt.
pub(crate) async fn again(store: &Store, claimed: &ClaimedJob) -> ClaimedJob {
    let mut tx = store.begin().await.unwrap();
    tx.finish_job(&claimed.lease, JobOutcome::Released).await.unwrap();
    tx.commit().await.unwrap();
    store.claim_job_by_id(claimed.job.job_id, "test", LEASE, now()).await.unwrap().unwrap()
}

pub(crate) fn run_of(store: &Store, claimed: &ClaimedJob) -> Run {
    Run {
        store: store.clone(),
        lease: claimed.lease.clone(),
        checkpoint: claimed.checkpoint.clone(),
        cancel: CancellationToken::new(),
    }
}

pub(crate) async fn search(
    request: &ScrapeRequest,
    registry: &SourceRegistry,
    run: Run,
) -> Result<Outcome, DiscoveryError> {
    let resolved = resolve_request(request, registry).unwrap();
    scrape::run(run, &resolved, registry, &OPTIONS).await
}

pub(crate) async fn businesses(store: &Store) -> Vec<Business> {
    store.business_stream(&BusinessQuery::default()).try_collect().await.unwrap()
}
