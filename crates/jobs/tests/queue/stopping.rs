//! Cancel, shutdown and lost leases.

use std::sync::Arc;
use std::time::Duration;

use contract::{JobKind, JobStatus};
use jobs::{JobError, JobHandler, RunnerBuilder, StopReason};
use serde_json::json;
use store::test_support::TestStore;
use store::{CancelResult, JobOutcome, LeaseState};

use crate::support::*;

store::stories!(
    a_running_job_stops_when_it_is_cancelled,
    a_cancel_is_seen_without_polling,
    a_cancel_learned_from_the_store_counts,
    a_pending_job_is_cancelled_at_once,
    a_finished_job_cannot_be_cancelled,
    a_job_that_completes_in_spite_of_a_cancel_is_completed,
    a_cancelled_job_of_a_vanished_worker_is_not_run_again,
    shutdown_puts_running_jobs_back,
    shutdown_aborts_a_handler_that_does_not_stop,
    a_handler_whose_lease_is_lost_is_stopped_and_writes_nothing,
);

/// A handler that writes two rows, then waits to be asked to stop, and tells why.
fn waiter(told: &Told) -> Arc<dyn JobHandler> {
    let told = told.clone();
    handler(move |ctx| {
        let told = told.clone();
        async move {
            write_rows(&ctx, 0, 2).await?;
            ctx.stop.requested().await;
            told.tell(format!("{:?}", ctx.stop.reason()));
            Err(JobError::Stopped)
        }
    })
}

async fn a_running_job_stops_when_it_is_cancelled(db: TestStore) {
    let store = db.store();
    let (id, told) = (enqueue(store, 3).await, Told::default());
    let runner = runner(store).handler(waiter(&told)).start();
    wait_for(store, id, |job| job.counts.saved == 2).await;
    assert!(matches!(store.cancel_job(id).await.unwrap(), CancelResult::Requested(_)));
    let job = wait_for_status(store, id, JobStatus::Cancelled).await;
    runner.shutdown().await;
    assert_eq!(told.all(), [format!("{:?}", Some(StopReason::Cancelled))]);
    assert_eq!((job.counts.saved, job.error), (2, None));
    assert!(job.finished_at.is_some());
}

async fn a_cancel_is_seen_without_polling(db: TestStore) {
    let store = db.store();
    let (id, told) = (enqueue(store, 3).await, Told::default());
    let an_hour = Duration::from_secs(3600);
    let builder = RunnerBuilder::new(store.clone()).poll_interval(an_hour).lease(an_hour);
    let runner = builder.handler(waiter(&told)).start();
    wait_for(store, id, |job| job.counts.saved == 2).await;
    store.cancel_job(id).await.unwrap();
    wait_for_status(store, id, JobStatus::Cancelled).await;
    runner.shutdown().await;
}

async fn a_cancel_learned_from_the_store_counts(db: TestStore) {
    let store = db.store();
    let id = enqueue(store, 3).await;
    let handler = handler(move |ctx| async move {
        ctx.store.cancel_job(ctx.job.job_id).await?;
        let mut tx = ctx.store.begin().await?;
        let state = tx.record_job(&ctx.lease, store::JobUpdate::default()).await?;
        tx.commit().await?;
        assert_eq!(state, LeaseState::CancelRequested);
        Err(JobError::Stopped)
    });
    let an_hour = Duration::from_secs(3600);
    let runner = RunnerBuilder::new(store.clone()).poll_interval(an_hour).handler(handler).start();
    wait_for_status(store, id, JobStatus::Cancelled).await;
    runner.shutdown().await;
}

async fn a_pending_job_is_cancelled_at_once(db: TestStore) {
    let store = db.store();
    let (cancelled, told) = (enqueue(store, 3).await, Told::default());
    let CancelResult::Cancelled(job) = store.cancel_job(cancelled).await.unwrap() else {
        panic!("not cancelled");
    };
    assert_eq!(job.status, JobStatus::Cancelled);
    let later = enqueue(store, 1).await;
    let runner = runner(store).handler(handler({
        let told = told.clone();
        move |ctx| {
            told.tell(ctx.job.job_id.to_string());
            async { Ok(json!(null)) }
        }
    }));
    let runner = runner.start();
    wait_for_status(store, later, JobStatus::Completed).await;
    runner.shutdown().await;
    assert_eq!(told.all(), [later.to_string()]);
}

async fn a_finished_job_cannot_be_cancelled(db: TestStore) {
    let store = db.store();
    let id = enqueue(store, 1).await;
    let runner = runner(store).handler(row_writer(1, 1)).start();
    let finished = wait_for_status(store, id, JobStatus::Completed).await;
    runner.shutdown().await;
    assert_eq!(store.cancel_job(id).await.unwrap(), CancelResult::AlreadyFinished(finished.clone()));
    assert_eq!(job(store, id).await, finished);
}

async fn a_job_that_completes_in_spite_of_a_cancel_is_completed(db: TestStore) {
    let store = db.store();
    let id = enqueue(store, 1).await;
    let runner = runner(store).handler(handler(|ctx| async move {
        ctx.store.cancel_job(ctx.job.job_id).await?;
        ctx.stop.requested().await;
        Ok(json!("all done"))
    }));
    let runner = runner.start();
    let job = wait_for(store, id, |job| job.status.is_finished()).await;
    runner.shutdown().await;
    assert_eq!((job.status, job.result), (JobStatus::Completed, Some(json!("all done"))));
}

async fn a_cancelled_job_of_a_vanished_worker_is_not_run_again(db: TestStore) {
    let store = db.store();
    let (id, hand, lease) = (enqueue(store, 3).await, HandClock::new(), Duration::from_secs(15));
    store.claim_job("vanished", &[JobKind::Scrape], lease, hand.now()).await.unwrap().unwrap();
    store.cancel_job(id).await.unwrap();
    hand.advance(lease + Duration::from_millis(1));
    let told = Told::default();
    let runner = runner(store).clock(hand.clock()).handler(waiter(&told)).start();
    let job = wait_for_status(store, id, JobStatus::Cancelled).await;
    runner.shutdown().await;
    assert_eq!((told.all(), job.counts.saved), (Vec::new(), 0));
}

async fn shutdown_puts_running_jobs_back(db: TestStore) {
    let store = db.store();
    let (id, told) = (enqueue(store, 1).await, Told::default());
    let first = runner(store).handler(waiter(&told)).start();
    wait_for(store, id, |job| job.counts.saved == 2).await;
    within(first.shutdown()).await;
    let back = job(store, id).await;
    assert_eq!((back.status, back.counts.saved, back.error), (JobStatus::Pending, 2, None));
    assert_eq!(told.all(), [format!("{:?}", Some(StopReason::Shutdown))]);

    let second = runner(store).handler(row_writer(5, 1)).start();
    let done = wait_for_status(store, id, JobStatus::Completed).await;
    second.shutdown().await;
    assert_eq!(done.counts.saved, 5);
    assert_eq!(store.list_businesses(&contract::BusinessQuery::default()).await.unwrap().meta.total, 5);
}

async fn shutdown_aborts_a_handler_that_does_not_stop(db: TestStore) {
    let store = db.store();
    let id = enqueue(store, 1).await;
    let deaf = handler(|ctx| async move {
        write_rows(&ctx, 0, 2).await?;
        std::future::pending().await
    });
    let runner = runner(store).grace(Duration::from_millis(30)).handler(deaf).start();
    wait_for(store, id, |job| job.counts.saved == 2).await;
    within(runner.shutdown()).await;
    assert_eq!(job(store, id).await.status, JobStatus::Pending);
}

async fn a_handler_whose_lease_is_lost_is_stopped_and_writes_nothing(db: TestStore) {
    let store = db.store();
    let (id, told, lease) = (enqueue(store, 3).await, Told::default(), Duration::from_millis(300));
    let stubborn = handler({
        let told = told.clone();
        move |ctx| {
            let told = told.clone();
            async move {
                write_rows(&ctx, 0, 2).await?;
                ctx.stop.requested().await;
                let late = write_rows(&ctx, 2, 2).await;
                told.tell(format!("{:?} {}", ctx.stop.reason(), matches!(late, Err(JobError::LeaseLost))));
                late.map(|_| json!("never"))
            }
        }
    });
    let runner = runner(store).lease(lease).handler(stubborn).start();
    wait_for(store, id, |job| job.counts.saved == 2).await;

    // Another worker, whose clock runs ahead, takes the job over.
    let hand = HandClock::new();
    hand.advance(Duration::from_secs(60));
    let thief = store.claim_job("thief", &[JobKind::Scrape], Duration::from_secs(60), hand.now()).await;
    let thief = thief.unwrap().unwrap();
    within(async {
        while told.all().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(told.all(), [format!("{:?} true", Some(StopReason::LeaseLost))]);
    let held = job(store, id).await;
    assert_eq!((held.status, held.attempt, held.counts.saved), (JobStatus::Running, 2, 2));

    let mut tx = store.begin().await.unwrap();
    tx.finish_job(&thief.lease, JobOutcome::Completed { result: json!("thief") }).await.unwrap();
    tx.commit().await.unwrap();
    runner.shutdown().await;
    assert_eq!(job(store, id).await.result, Some(json!("thief")));
}
