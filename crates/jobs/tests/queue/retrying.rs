//! Failures, back-off, and the end of attempts.

use std::sync::Arc;
use std::time::Duration;

use contract::{JobKind, JobStatus, Timestamp};
use jobs::{Backoff, JobError, JobHandler};
use serde_json::json;
use store::RetryResult;
use store::test_support::TestStore;

use crate::support::*;

store::stories!(
    a_failed_attempt_waits_for_its_back_off,
    a_fatal_error_is_not_tried_again,
    a_panic_is_a_failure_with_its_message,
    a_failed_job_can_be_put_back,
    a_completed_job_cannot_be_put_back,
    a_failure_keeps_the_checkpoint,
);

/// A handler that fails and tells the attempt.
fn failing(told: &Told) -> Arc<dyn JobHandler> {
    let told = told.clone();
    handler(move |ctx| {
        told.tell(ctx.job.attempt.to_string());
        async { Err(JobError::Retry("the source is down".to_owned())) }
    })
}

async fn a_failed_attempt_waits_for_its_back_off(db: TestStore) {
    let store = db.store();
    let (hand, told) = (HandClock::new(), Told::default());
    let backoff = Backoff::new(Duration::from_secs(10), Duration::from_secs(15)).with_random(|| 1.0);
    let id = enqueue(store, 3).await;
    let runner = runner(store).clock(hand.clock()).backoff(backoff).handler(failing(&told)).start();

    for (attempt, delay_s) in [(1, 10), (2, 15)] {
        let waiting =
            wait_for(store, id, |job| job.attempt == attempt && job.status == JobStatus::Pending).await;
        assert_eq!(waiting.error.as_deref(), Some("the source is down"));
        let due = Timestamp::from_millis(hand.now().as_millis() + delay_s * 1000);
        assert_eq!(store.next_due(&[JobKind::Scrape]).await.unwrap(), Some(due));
        hand.advance(Duration::from_secs(delay_s.unsigned_abs()));
    }
    let failed = wait_for_status(store, id, JobStatus::Failed).await;
    runner.shutdown().await;
    assert_eq!((failed.attempt, failed.error.as_deref()), (3, Some("the source is down")));
    assert_eq!(told.all(), ["1", "2", "3"]);
}

async fn a_fatal_error_is_not_tried_again(db: TestStore) {
    let store = db.store();
    let id = enqueue(store, 3).await;
    let runner =
        runner(store).handler(handler(|_| async { Err(JobError::Fatal("no such file".to_owned())) }));
    let runner = runner.start();
    let job = wait_for(store, id, |job| job.status.is_finished()).await;
    runner.shutdown().await;
    assert_eq!((job.status, job.attempt, job.error.as_deref()), (JobStatus::Failed, 1, Some("no such file")));
}

async fn a_panic_is_a_failure_with_its_message(db: TestStore) {
    let store = db.store();
    let id = enqueue(store, 1).await;
    let next = enqueue(store, 1).await;
    let runner = runner(store).handler(handler(move |ctx| async move {
        assert_ne!(ctx.job.job_id, id, "an odd place");
        Ok(json!(null))
    }));
    let runner = runner.start();
    let job = wait_for(store, id, |job| job.status.is_finished()).await;
    assert_eq!(job.status, JobStatus::Failed);
    let error = job.error.unwrap();
    assert!(error.contains("panicked") && error.contains("an odd place"), "{error}");
    wait_for_status(store, next, JobStatus::Completed).await;
    runner.shutdown().await;
}

async fn a_failed_job_can_be_put_back(db: TestStore) {
    let store = db.store();
    let (id, told) = (enqueue(store, 1).await, Told::default());
    let first = runner(store).handler(failing(&told)).start();
    wait_for_status(store, id, JobStatus::Failed).await;
    first.shutdown().await;
    assert!(matches!(store.retry_job(id).await.unwrap(), RetryResult::Retried(_)));
    let second = runner(store).handler(row_writer(3, 1)).start();
    let job = wait_for(store, id, |job| job.status.is_finished()).await;
    second.shutdown().await;
    assert_eq!((job.status, job.counts.saved, job.error), (JobStatus::Completed, 3, None));
}

async fn a_completed_job_cannot_be_put_back(db: TestStore) {
    let store = db.store();
    let id = enqueue(store, 1).await;
    let runner = runner(store).handler(row_writer(1, 1)).start();
    let done = wait_for_status(store, id, JobStatus::Completed).await;
    runner.shutdown().await;
    assert_eq!(store.retry_job(id).await.unwrap(), RetryResult::NotRetryable(done));
}

async fn a_failure_keeps_the_checkpoint(db: TestStore) {
    let store = db.store();
    let id = enqueue(store, 2).await;
    let backoff = Backoff::new(Duration::from_millis(10), Duration::from_millis(10));
    let runner = runner(store).backoff(backoff).handler(handler(|ctx| async move {
        let Some(done) = ctx.checkpoint.as_ref().and_then(serde_json::Value::as_u64) else {
            write_rows(&ctx, 0, 7).await?;
            return Err(JobError::Retry("half way".to_owned()));
        };
        Ok(json!(write_rows(&ctx, done, 3).await?))
    }));
    let runner = runner.start();
    let job = wait_for_status(store, id, JobStatus::Completed).await;
    runner.shutdown().await;
    assert_eq!((job.attempt, job.result), (2, Some(json!(10))));
    assert_eq!(store.list_businesses(&contract::BusinessQuery::default()).await.unwrap().meta.total, 10);
}
