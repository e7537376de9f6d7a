//! A job that was interrupted goes on where it stopped: nothing lost, nothing twice, nothing counted twice.

use contract::{BusinessQuery, JobKind, ScrapeRequest, Timestamp};
use discovery::import::{ImportOptions, ImportRequest};
use discovery::scrape::{ScrapeOptions, resolve_request};
use discovery::{DiscoveryError, Outcome, Run, SourceRegistry, import, scrape};
use serde_json::json;
use store::test_support::TestStore;
use store::{Backend, JobOutcome, Store};

use crate::support::{
    around_helsinki, assert_adds_up, businesses, claimed, claimed_again, file, now, run_of,
};

store::stories!(
    a_search_that_was_stopped_goes_on,
    an_import_that_was_stopped_goes_on,
    a_load_that_was_stopped_is_finished_by_whoever_goes_on,
    a_worker_that_lost_its_job_writes_nothing,
    a_file_that_changed_is_read_anew,
);

/// Stops the run as soon as so many businesses are stored, and waits for it to end.
async fn stopped_after(
    store: &Store,
    run: Run,
    least: u64,
    work: impl Future<Output = Result<Outcome, DiscoveryError>>,
) {
    let mut commits = store.subscribe();
    let cancel = run.cancel.clone();
    let watch = async {
        // Counted, not read: reading takes longer than what is left of the work may.
        while store.count_businesses(&BusinessQuery::default()).await.unwrap() < least {
            commits.changed().await.unwrap();
        }
        cancel.cancel();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        outcome = work => assert!(matches!(outcome, Err(DiscoveryError::Stopped)), "{outcome:?}"),
        () = watch => unreachable!("it waits for ever"),
    }
}

async fn released(store: &Store, run: &Run) {
    let mut tx = store.begin().await.unwrap();
    tx.finish_job(&run.lease, JobOutcome::Released).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_search_that_was_stopped_goes_on(db: TestStore) {
    let store = db.store().clone();
    let registry = SourceRegistry::bundled();
    let request = ScrapeRequest { max_results: Some(120), ..around_helsinki("restaurant", 1.0) };
    let resolved = resolve_request(&request, &registry).unwrap();
    let first = claimed(&store, JobKind::Scrape, json!(request)).await;
    let options = ScrapeOptions { first_batch: 10, batch_size: 10 };
    let run = run_of(&store, &first);
    let work = scrape::run(run.clone(), &resolved, &registry, &options);
    stopped_after(&store, run.clone(), 20, work).await;
    let written = businesses(&store).await.len();
    assert!((20..120).contains(&written), "{written}");
    released(&store, &run).await;
    let second = claimed_again(&store, first.job.job_id, now()).await;
    let outcome = scrape::run(run_of(&store, &second), &resolved, &registry, &options).await.unwrap();
    assert_adds_up(&outcome);
    assert_eq!(outcome.counts.found, 120);
    assert_eq!(businesses(&store).await.len() as u64, outcome.counts.saved);
    let job = store.get_job(first.job.job_id).await.unwrap().unwrap();
    assert_eq!(job.counts, outcome.counts);
}

fn many(rows: usize) -> String {
    let mut text = "name,city,latitude,longitude\n".to_owned();
    for row in 0..rows {
        let name = if row % 100 == 7 { String::new() } else { format!("Business {row}") };
        text.push_str(&format!("{name},Freehold,40.{row:05},-74.2\n"));
    }
    text
}

async fn an_import_that_was_stopped_goes_on(db: TestStore) {
    let store = db.store().clone();
    let (_folder, path) = file("many.csv", many(2000));
    let request = ImportRequest::new(&path);
    let options = ImportOptions { batch_size: 100, ..ImportOptions::default() };
    let first = claimed(&store, JobKind::Import, json!(request)).await;
    let run = run_of(&store, &first);
    stopped_after(&store, run.clone(), 300, import::run(run.clone(), &request, &options)).await;
    let written = businesses(&store).await.len();
    assert!((300..1980).contains(&written), "{written}");
    released(&store, &run).await;
    let second = claimed_again(&store, first.job.job_id, now()).await;
    let outcome = import::run(run_of(&store, &second), &request, &options).await.unwrap();
    assert_adds_up(&outcome);
    assert_eq!((outcome.counts.found, outcome.counts.saved, outcome.counts.rejected), (2000, 1980, 20));
    assert_eq!(businesses(&store).await.len(), 1980);
}

async fn a_load_that_was_stopped_is_finished_by_whoever_goes_on(db: TestStore) {
    let store = db.store().clone();
    let postponed = || store.execute_for_test("UPDATE postponed_indexes SET name = name");
    let (_folder, path) = file("many.csv", many(3000));
    let request = ImportRequest::new(&path);
    let options = ImportOptions { batch_size: 100, load_from: 1 };
    let first = claimed(&store, JobKind::Import, json!(request)).await;
    let run = run_of(&store, &first);
    stopped_after(&store, run.clone(), 100, import::run(run.clone(), &request, &options)).await;
    // Among them those of names, phone numbers and domains, which an import that does not find by those in memory would have
    // made.
    let waiting = if store.backend() == Backend::Sqlite { 8 } else { 0 };
    assert_eq!(postponed().await.unwrap(), waiting);
    released(&store, &run).await;
    let second = claimed_again(&store, first.job.job_id, now()).await;
    import::run(run_of(&store, &second), &request, &options).await.unwrap();
    assert_eq!(postponed().await.unwrap(), 0);
    assert_eq!(businesses(&store).await.len(), 2970);
}

async fn a_worker_that_lost_its_job_writes_nothing(db: TestStore) {
    let store = db.store().clone();
    let (_folder, path) = file("many.csv", many(500));
    let request = ImportRequest::new(&path);
    let options = ImportOptions { batch_size: 100, ..ImportOptions::default() };
    let first = claimed(&store, JobKind::Import, json!(request)).await;
    let later = Timestamp::from_millis(now().as_millis() + 3_600_000);
    let second = claimed_again(&store, first.job.job_id, later).await;
    let lost = import::run(run_of(&store, &first), &request, &options).await;
    assert!(matches!(lost, Err(DiscoveryError::LeaseLost)), "{lost:?}");
    assert_eq!(businesses(&store).await.len(), 0);
    let outcome = import::run(run_of(&store, &second), &request, &options).await.unwrap();
    assert_eq!((outcome.counts.found, businesses(&store).await.len()), (500, 495));
}

async fn a_file_that_changed_is_read_anew(db: TestStore) {
    let store = db.store().clone();
    let (_folder, path) = file("many.csv", many(2000));
    let request = ImportRequest::new(&path);
    let options = ImportOptions { batch_size: 100, ..ImportOptions::default() };
    let first = claimed(&store, JobKind::Import, json!(request)).await;
    let run = run_of(&store, &first);
    stopped_after(&store, run.clone(), 100, import::run(run.clone(), &request, &options)).await;
    released(&store, &run).await;
    std::fs::write(&path, many(2200)).unwrap();
    let second = claimed_again(&store, first.job.job_id, now()).await;
    let outcome = import::run(run_of(&store, &second), &request, &options).await.unwrap();
    assert_adds_up(&outcome);
    assert_eq!((outcome.counts.found, businesses(&store).await.len()), (2200, 2178));
}
