//! Who runs a job, and when.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contract::{BusinessQuery, JobKind, JobStatus};
use jobs::{JobError, RunnerBuilder};
use serde_json::json;
use store::test_support::TestStore;
use store::{LeaseState, StoreError};

use crate::support::*;

store::stories!(
    a_job_runs_and_its_result_is_kept,
    an_idle_runner_wakes_for_a_job_of_its_own_process,
    many_runners_never_run_one_job_twice,
    an_abandoned_job_is_finished_by_another_runner,
    a_job_whose_workers_all_vanished_fails,
    a_held_job_is_renewed_for_as_long_as_it_runs,
    a_kind_without_a_handler_is_left_alone,
);

async fn a_job_runs_and_its_result_is_kept(db: TestStore) {
    let store = db.store();
    let id = enqueue(store, 3).await;
    let runner = runner(store).handler(row_writer(10, 4)).start();
    let job = wait_for_status(store, id, JobStatus::Completed).await;
    assert_eq!(job.result, Some(json!({ "rows": 10 })));
    assert_eq!((job.attempt, job.counts.saved, job.error), (1, 10, None));
    assert!(job.started_at.is_some() && job.finished_at.is_some());
    runner.shutdown().await;
}

async fn an_idle_runner_wakes_for_a_job_of_its_own_process(db: TestStore) {
    let store = db.store();
    let an_hour = Duration::from_secs(3600);
    let first = enqueue(store, 1).await;
    let runner = RunnerBuilder::new(store.clone()).poll_interval(an_hour).handler(row_writer(1, 1)).start();
    wait_for_status(store, first, JobStatus::Completed).await;
    let second = enqueue(store, 1).await;
    wait_for_status(store, second, JobStatus::Completed).await;
    runner.shutdown().await;
}

async fn many_runners_never_run_one_job_twice(db: TestStore) {
    let store = db.store();
    let mut jobs = Vec::new();
    for _ in 0..24 {
        jobs.push(enqueue(store, 1).await);
    }
    let running = Arc::new(Mutex::new(HashSet::new()));
    let begun = Told::default();
    let worker = handler({
        let (running, begun) = (Arc::clone(&running), begun.clone());
        move |ctx| {
            let (running, begun) = (Arc::clone(&running), begun.clone());
            async move {
                assert!(running.lock().unwrap().insert(ctx.job.job_id), "the job runs already");
                begun.tell(ctx.job.job_id.to_string());
                write_rows(&ctx, 0, 1).await?;
                running.lock().unwrap().remove(&ctx.job.job_id);
                Ok(json!(null))
            }
        }
    });
    let runners: Vec<_> =
        (0..4).map(|_| runner(store).concurrency(3).handler(Arc::clone(&worker)).start()).collect();
    for id in &jobs {
        let job = wait_for(store, *id, |job| job.status.is_finished()).await;
        assert_eq!((job.status, job.attempt, job.error), (JobStatus::Completed, 1, None));
    }
    for runner in runners {
        runner.shutdown().await;
    }
    let begun = begun.all();
    assert_eq!(begun.len(), jobs.len());
    assert_eq!(begun.iter().collect::<HashSet<_>>().len(), jobs.len());
}

async fn an_abandoned_job_is_finished_by_another_runner(db: TestStore) {
    let store = db.store();
    let (id, hand, lease) = (enqueue(store, 3).await, HandClock::new(), Duration::from_secs(15));
    let vanished = store.claim_job("vanished", &[JobKind::Scrape], lease, hand.now()).await.unwrap().unwrap();
    let ctx = jobs::JobContext {
        job: vanished.job,
        lease: vanished.lease,
        checkpoint: None,
        store: store.clone(),
        stop: jobs::StopSignal::new(),
    };
    let done = write_rows(&ctx, 0, 30).await.unwrap();

    let runner = runner(store).clock(hand.clock()).handler(row_writer(100, 15)).start();
    hand.advance(lease + Duration::from_millis(1));
    let job = wait_for_status(store, id, JobStatus::Completed).await;
    runner.shutdown().await;
    assert_eq!((job.attempt, job.counts.saved), (2, 100));

    let late = write_rows(&ctx, done, 5).await;
    assert!(matches!(late, Err(JobError::LeaseLost)), "{late:?}");
    assert_eq!(store.renew_lease(&ctx.lease, lease, hand.now()).await.unwrap(), LeaseState::Lost);
    assert_eq!(store.list_businesses(&BusinessQuery::default()).await.unwrap().meta.total, 100);
}

async fn a_job_whose_workers_all_vanished_fails(db: TestStore) {
    let store = db.store();
    let (id, hand, lease) = (enqueue(store, 2).await, HandClock::new(), Duration::from_secs(15));
    for _ in 0..2 {
        let claimed = store.claim_job("vanished", &[JobKind::Scrape], lease, hand.now()).await.unwrap();
        assert_eq!(claimed.map(|claimed| claimed.job.job_id), Some(id));
        hand.advance(lease + Duration::from_millis(1));
    }
    let ran = Told::default();
    let runner = runner(store).clock(hand.clock()).handler(handler({
        let ran = ran.clone();
        move |_| {
            ran.tell("ran");
            async { Ok(json!(null)) }
        }
    }));
    let runner = runner.start();
    let job = wait_for(store, id, |job| job.status.is_finished()).await;
    runner.shutdown().await;
    assert_eq!((job.status, job.attempt), (JobStatus::Failed, 2));
    assert!(job.error.is_some());
    assert_eq!(ran.all(), Vec::<String>::new());
}

async fn a_held_job_is_renewed_for_as_long_as_it_runs(db: TestStore) {
    let store = db.store();
    let id = enqueue(store, 1).await;
    let runner = runner(store).lease(Duration::from_millis(600)).handler(handler(|ctx| async move {
        let mut due = Vec::new();
        while due.len() < 4 {
            let next = ctx.store.next_due(&[JobKind::Scrape]).await?;
            if due.last() != Some(&next) {
                due.push(next);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(json!(ctx.stop.is_requested()))
    }));
    let runner = runner.start();
    let job = wait_for_status(store, id, JobStatus::Completed).await;
    runner.shutdown().await;
    assert_eq!((job.attempt, job.result), (1, Some(json!(false))));
}

async fn a_kind_without_a_handler_is_left_alone(db: TestStore) {
    let store = db.store();
    let export = store.enqueue_job(store::NewJob::new(JobKind::Export, json!({}))).await.unwrap().job_id;
    let scrape = enqueue(store, 1).await;
    let runner_handle = runner(store).handler(row_writer(1, 1)).start();
    wait_for_status(store, scrape, JobStatus::Completed).await;
    runner_handle.shutdown().await;
    assert_eq!(job(store, export).await.status, JobStatus::Pending);
    let refused = runner(store).handler(row_writer(1, 1)).run_one(export, <_>::default()).await;
    assert!(matches!(refused, Err(jobs::JobsError::NoHandler(JobKind::Export))), "{refused:?}");
}

/// The store's own error, so that a change of its name is noticed here.
#[test]
fn a_lost_lease_is_told_apart_from_failures() {
    assert!(matches!(JobError::from(StoreError::LeaseLost), JobError::LeaseLost));
    assert!(matches!(JobError::from(StoreError::BadCursor), JobError::Fatal(_)));
    assert!(matches!(JobError::from(StoreError::Conflict("taken".into())), JobError::Retry(_)));
}
