//! Claims jobs and runs them as a worker does.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use contract::{Business, BusinessQuery, JobKind, ScrapeRequest, Timestamp};
use discovery::import::{ImportOptions, ImportRequest};
use discovery::scrape::{ScrapeOptions, resolve_request};
use discovery::{DiscoveryError, Outcome, Run, SourceRegistry, import, scrape};
use futures::TryStreamExt as _;
use serde_json::{Value, json};
use store::{ClaimedJob, NewJob, Rejection, Store};
use tokio_util::sync::CancellationToken;

/// Long enough for any test, so that a job is lost only when a test takes it away.
const LEASE: Duration = Duration::from_secs(600);

/// The wall clock: jobs are due from when they were put into the queue.
/// After any job that a test makes: the queue stamps them by the real clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

/// Puts a job into the queue and claims it.
pub(crate) async fn claimed(store: &Store, kind: JobKind, request: Value) -> ClaimedJob {
    let job = store.enqueue_job(NewJob::new(kind, request)).await.unwrap();
    claimed_again(store, job.job_id, now()).await
}

/// Claims a job that another attempt left, as seen at that time.
pub(crate) async fn claimed_again(store: &Store, id: contract::JobId, at: Timestamp) -> ClaimedJob {
    store.claim_job_by_id(id, "test", LEASE, at).await.unwrap().unwrap()
}

pub(crate) fn run_of(store: &Store, claimed: &ClaimedJob) -> Run {
    Run {
        store: store.clone(),
        lease: claimed.lease.clone(),
        checkpoint: claimed.checkpoint.clone(),
        cancel: CancellationToken::new(),
    }
}

pub(crate) fn around_helsinki(category: &str, radius_km: f64) -> ScrapeRequest {
    ScrapeRequest {
        location: "60.1699,24.9384".to_owned(),
        category: Some(category.to_owned()),
        radius_km: Some(radius_km),
        max_results: Some(5000),
        ..ScrapeRequest::default()
    }
}

/// Runs a search on the bundled places to its end.
pub(crate) async fn search(store: &Store, request: &ScrapeRequest) -> Outcome {
    search_in(store, request, &SourceRegistry::bundled()).await
}

pub(crate) async fn search_in(store: &Store, request: &ScrapeRequest, registry: &SourceRegistry) -> Outcome {
    let claimed = claimed(store, JobKind::Scrape, json!(request)).await;
    let resolved = resolve_request(request, registry).unwrap();
    scrape::run(run_of(store, &claimed), &resolved, registry, &ScrapeOptions::default()).await.unwrap()
}

/// A file of that name and content in a folder of its own.
pub(crate) fn file(name: &str, content: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

/// Imports a file to its end, with the rejected records.
pub(crate) async fn import_file(
    store: &Store,
    path: &Path,
) -> (Result<Outcome, DiscoveryError>, Vec<Rejection>) {
    let claimed = claimed(store, JobKind::Import, json!({ "path": path })).await;
    let outcome =
        import::run(run_of(store, &claimed), &ImportRequest::new(path), &ImportOptions::default()).await;
    let rejections = store.rejections(claimed.job.job_id).try_collect().await.unwrap();
    (outcome, rejections)
}

pub(crate) async fn businesses(store: &Store) -> Vec<Business> {
    store.business_stream(&BusinessQuery::default()).try_collect().await.unwrap()
}

/// The rule that holds everywhere.
pub(crate) fn assert_adds_up(outcome: &Outcome) {
    let counts = outcome.counts;
    assert_eq!(counts.found, counts.saved + counts.merged + counts.rejected + counts.closed, "{counts:?}");
}
