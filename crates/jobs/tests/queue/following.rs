//! One job run to its end in this process, as the command line does it.

use std::time::Duration;

use contract::{JobId, JobKind, JobStatus};
use jobs::{Backoff, JobError, JobsError};
use serde_json::json;
use store::test_support::TestStore;
use store::{JobOutcome, NewJob};
use tokio_util::sync::CancellationToken;

use crate::support::*;

store::stories!(
    one_job_is_run_and_others_are_left,
    attempts_are_repeated_until_the_end,
    a_reservation_that_is_never_run_falls_to_others,
    a_job_that_another_worker_holds_is_waited_for,
    a_job_of_a_vanished_worker_is_taken_over,
    a_cancel_ends_it,
    a_shutdown_gives_it_back,
    a_finished_job_is_returned_as_it_is,
    an_unknown_job_is_an_error,
);

async fn one_job_is_run_and_others_are_left(db: TestStore) {
    let store = db.store();
    let other = enqueue(store, 1).await;
    let id = enqueue(store, 1).await;
    let job_done =
        runner(store).handler(row_writer(3, 1)).run_one(id, CancellationToken::new()).await.unwrap();
    assert_eq!((job_done.job_id, job_done.status, job_done.counts.saved), (id, JobStatus::Completed, 3));
    assert_eq!(job(store, other).await.status, JobStatus::Pending);
}

async fn attempts_are_repeated_until_the_end(db: TestStore) {
    let store = db.store();
    let (id, told) = (enqueue(store, 3).await, Told::default());
    let backoff = Backoff::new(Duration::from_millis(10), Duration::from_millis(10));
    let flaky = handler({
        let told = told.clone();
        move |ctx| {
            told.tell(ctx.job.attempt.to_string());
            async move { if ctx.job.attempt < 3 { Err(JobError::Retry("not yet".into())) } else { Ok(json!(1)) } }
        }
    });
    let job =
        within(runner(store).backoff(backoff).handler(flaky).run_one(id, CancellationToken::new())).await;
    assert_eq!(job.unwrap().status, JobStatus::Completed);
    assert_eq!(told.all(), ["1", "2", "3"]);
}

async fn a_reservation_that_is_never_run_falls_to_others(db: TestStore) {
    let store = db.store();
    let hand = HandClock::new();
    let lease = Duration::from_secs(15);
    let reserving = runner(store).clock(hand.clock()).lease(lease).handler(row_writer(0, 1));
    let id = reserving.reserve(scrape()).await.unwrap().job().job_id;
    hand.advance(2 * lease + Duration::from_millis(1));
    let told = Told::default();
    let other = runner(store).clock(hand.clock()).handler(waiting_handler(&told)).start();
    wait_for_status(store, id, JobStatus::Completed).await;
    other.shutdown().await;
    assert_eq!(told.all(), [id.to_string()]);
}

fn scrape() -> NewJob {
    NewJob::new(JobKind::Scrape, json!({ "location": "here" }))
}

/// A handler that tells the jobs that it was given.
fn waiting_handler(told: &Told) -> std::sync::Arc<dyn jobs::JobHandler> {
    let told = told.clone();
    handler(move |ctx| {
        told.tell(ctx.job.job_id.to_string());
        async { Ok(json!(null)) }
    })
}

async fn a_job_that_another_worker_holds_is_waited_for(db: TestStore) {
    let store = db.store();
    let id = enqueue(store, 1).await;
    let now = HandClock::new().now();
    let other =
        store.claim_job("other", &[JobKind::Scrape], Duration::from_secs(60), now).await.unwrap().unwrap();
    let follower = runner(store).handler(row_writer(3, 1)).run_one(id, CancellationToken::new());
    let finisher = async {
        let mut tx = store.begin().await.unwrap();
        tx.finish_job(&other.lease, JobOutcome::Completed { result: json!("by the other") }).await.unwrap();
        tx.commit().await.unwrap();
    };
    let (job, ()) = within(async { tokio::join!(follower, finisher) }).await;
    assert_eq!(job.unwrap().result, Some(json!("by the other")));
}

async fn a_job_of_a_vanished_worker_is_taken_over(db: TestStore) {
    let store = db.store();
    let (id, hand, lease) = (enqueue(store, 2).await, HandClock::new(), Duration::from_secs(15));
    store.claim_job("vanished", &[JobKind::Scrape], lease, hand.now()).await.unwrap().unwrap();
    let follower =
        runner(store).clock(hand.clock()).handler(row_writer(3, 1)).run_one(id, CancellationToken::new());
    let (job, ()) =
        within(async { tokio::join!(follower, async { hand.advance(lease + Duration::from_millis(1)) }) })
            .await;
    let job = job.unwrap();
    assert_eq!((job.status, job.attempt), (JobStatus::Completed, 2));
}

async fn a_cancel_ends_it(db: TestStore) {
    let store = db.store();
    let id = enqueue(store, 3).await;
    let endless = handler(|ctx| async move {
        write_rows(&ctx, 0, 2).await?;
        ctx.stop.requested().await;
        Err(JobError::Stopped)
    });
    let follower = runner(store).handler(endless).run_one(id, CancellationToken::new());
    let canceller = async {
        wait_for(store, id, |job| job.counts.saved == 2).await;
        store.cancel_job(id).await.unwrap();
    };
    let (job, ()) = within(async { tokio::join!(follower, canceller) }).await;
    assert_eq!(job.unwrap().status, JobStatus::Cancelled);
}

async fn a_shutdown_gives_it_back(db: TestStore) {
    let store = db.store();
    let (id, shutdown) = (enqueue(store, 3).await, CancellationToken::new());
    let endless = handler(|ctx| async move {
        write_rows(&ctx, 0, 2).await?;
        ctx.stop.requested().await;
        Err(JobError::Stopped)
    });
    let follower = runner(store).handler(endless).run_one(id, shutdown.clone());
    let stopper = async {
        wait_for(store, id, |job| job.counts.saved == 2).await;
        shutdown.cancel();
    };
    let (job, ()) = within(async { tokio::join!(follower, stopper) }).await;
    let job = job.unwrap();
    assert_eq!((job.status, job.counts.saved), (JobStatus::Pending, 2));
}

async fn a_finished_job_is_returned_as_it_is(db: TestStore) {
    let store = db.store();
    let id = enqueue(store, 1).await;
    store.cancel_job(id).await.unwrap();
    let job = runner(store).handler(row_writer(3, 1)).run_one(id, CancellationToken::new()).await.unwrap();
    assert_eq!((job.status, job.counts.saved), (JobStatus::Cancelled, 0));
}

async fn an_unknown_job_is_an_error(db: TestStore) {
    let store = db.store();
    let nobody = JobId(uuid::Uuid::now_v7());
    let answer = runner(store).handler(row_writer(3, 1)).run_one(nobody, CancellationToken::new()).await;
    assert!(matches!(answer, Err(JobsError::UnknownJob(id)) if id == nobody), "{answer:?}");
}
