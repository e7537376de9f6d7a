//! Batches: one job made of many.

use std::time::Duration;

use contract::job::{FailedJobQuery, JobQuery, RetryQuery};
use contract::{BusinessId, Job, JobCounts, JobId, JobKind, JobStatus};
use serde_json::json;
use store::test_support::TestStore;
use store::{CancelResult, ClaimedJob, JobOutcome, KindStanding, NewJob, RetryResult, StoreError};

use crate::support::*;

const LEASE: Duration = Duration::from_secs(60);

fn member(business: i64) -> NewJob {
    NewJob { max_attempts: 1, ..NewJob::new(JobKind::Enrich, json!({ "businessId": business })) }
}

async fn enqueue(db: &TestStore, members: i64) -> Job {
    let mut tx = db.store().begin_at(at(0)).await.unwrap();
    let batch = NewJob::new(JobKind::BatchEnrich, json!({ "members": members }));
    let job = tx.enqueue_batch(batch, (1..=members).map(member).collect()).await.unwrap();
    tx.commit().await.unwrap();
    job
}

async fn claim(db: &TestStore) -> Option<ClaimedJob> {
    db.store().claim_job("w", &[JobKind::Enrich, JobKind::BatchEnrich], LEASE, at(1)).await.unwrap()
}

async fn finish(db: &TestStore, claimed: &ClaimedJob, outcome: JobOutcome) {
    let mut tx = db.store().begin_at(at(2)).await.unwrap();
    tx.finish_job(&claimed.lease, outcome).await.unwrap();
    tx.commit().await.unwrap();
}

fn done() -> JobOutcome {
    JobOutcome::Completed { result: json!({ "outcome": "enriched" }) }
}

fn failed() -> JobOutcome {
    JobOutcome::Failed { error: "unreachable".to_owned(), retry_at: None }
}

async fn get(db: &TestStore, id: JobId) -> Job {
    db.store().get_job(id).await.unwrap().unwrap()
}

async fn a_batch_goes_as_its_members_go(db: TestStore) {
    let batch = enqueue(&db, 3).await;
    assert_eq!((batch.status, batch.progress.total), (JobStatus::Pending, Some(3)));
    let first = claim(&db).await.unwrap();
    assert_eq!((first.job.kind, first.job.parent_id), (JobKind::Enrich, Some(batch.job_id)));
    assert_eq!(get(&db, batch.job_id).await.status, JobStatus::Running);
    finish(&db, &first, done()).await;
    let seen = get(&db, batch.job_id).await;
    assert_eq!((seen.progress.done, seen.counts.saved, seen.status), (1, 1, JobStatus::Running));

    let since = db.store().latest_seq().await.unwrap();
    let second = claim(&db).await.unwrap();
    finish(&db, &second, failed()).await;
    finish(&db, &claim(&db).await.unwrap(), done()).await;
    assert!(claim(&db).await.is_none(), "no worker takes the batch itself");
    let over = get(&db, batch.job_id).await;
    assert_eq!((over.status, over.progress.done), (JobStatus::Completed, 3));
    assert_eq!(over.counts, JobCounts { found: 3, saved: 2, failed: 1, ..JobCounts::default() });
    assert_eq!(over.result, Some(json!({ "completed": 2, "failed": 1, "cancelled": 0 })));
    assert!(over.finished_at.is_some() && over.started_at.is_some());
    let events = db.store().events_since(since, 100).await.unwrap().events;
    let names: Vec<_> = events.iter().map(|event| event.payload.name()).collect();
    let (updated, moved) = ("job:updated", "enrichment:progress");
    assert_eq!(names, [updated, moved, updated, moved, updated, moved, updated, updated]);
}

async fn a_batch_of_which_nothing_succeeds_has_failed(db: TestStore) {
    let batch = enqueue(&db, 2).await;
    for _ in 0..2 {
        finish(&db, &claim(&db).await.unwrap(), failed()).await;
    }
    let over = get(&db, batch.job_id).await;
    assert_eq!((over.status, over.error.as_deref()), (JobStatus::Failed, Some("none of 2 succeeded")));
}

async fn a_retry_runs_what_failed_and_nothing_else(db: TestStore) {
    let batch = enqueue(&db, 3).await;
    finish(&db, &claim(&db).await.unwrap(), done()).await;
    let broken = claim(&db).await.unwrap();
    finish(&db, &broken, failed()).await;
    finish(&db, &claim(&db).await.unwrap(), done()).await;
    let RetryResult::Retried(again) = db.store().retry_job(batch.job_id).await.unwrap() else {
        panic!("it was not retried")
    };
    assert_eq!((again.status, again.progress.done, again.finished_at), (JobStatus::Running, 2, None));
    let retried =
        db.store().claim_job("w", &[JobKind::Enrich], LEASE, at(99_999_999)).await.unwrap().unwrap();
    assert_eq!(retried.job.job_id, broken.job.job_id);
    finish(&db, &retried, done()).await;
    let over = get(&db, batch.job_id).await;
    assert_eq!((over.status, over.counts.saved, over.counts.failed), (JobStatus::Completed, 3, 0));
    let nothing = db.store().retry_job(batch.job_id).await.unwrap();
    assert!(matches!(nothing, RetryResult::NotRetryable(_)), "{nothing:?}");
}

async fn a_cancelled_batch_ends_with_its_last_running_member(db: TestStore) {
    let batch = enqueue(&db, 3).await;
    finish(&db, &claim(&db).await.unwrap(), done()).await;
    let running = claim(&db).await.unwrap();
    let cancel = db.store().cancel_job(batch.job_id).await.unwrap();
    assert!(matches!(&cancel, CancelResult::Requested(job) if job.cancel_requested), "{cancel:?}");
    assert!(get(&db, running.job.job_id).await.cancel_requested);
    assert!(claim(&db).await.is_none(), "what waited is cancelled");
    finish(&db, &running, JobOutcome::Cancelled).await;
    assert_eq!(get(&db, batch.job_id).await.status, JobStatus::Cancelled);
    let again = db.store().cancel_job(batch.job_id).await.unwrap();
    assert!(matches!(again, CancelResult::AlreadyFinished(_)), "{again:?}");

    let retried = db.store().retry_job(batch.job_id).await.unwrap();
    assert!(matches!(retried, RetryResult::Retried(_)), "{retried:?}");
    let members = db.store().batch_members(batch.job_id).await.unwrap();
    let statuses: Vec<_> = members.iter().map(|job| job.status).collect();
    assert_eq!(statuses, [JobStatus::Completed, JobStatus::Pending, JobStatus::Pending]);
    assert!(!get(&db, batch.job_id).await.cancel_requested);
}

async fn a_batch_that_nobody_began_is_cancelled_at_once(db: TestStore) {
    let batch = enqueue(&db, 2).await;
    let cancel = db.store().cancel_job(batch.job_id).await.unwrap();
    assert!(matches!(&cancel, CancelResult::Cancelled(job) if job.progress.done == 2), "{cancel:?}");
}

async fn lists_hold_members_where_they_are_asked_for(db: TestStore) {
    let batch = enqueue(&db, 3).await;
    finish(&db, &claim(&db).await.unwrap(), failed()).await;
    let all = db.store().list_jobs(&JobQuery::default()).await.unwrap();
    assert_eq!((all.meta.total, all.data[0].job_id), (1, batch.job_id));
    let query = JobQuery { parent_id: Some(batch.job_id), limit: Some(2), ..JobQuery::default() };
    let page = db.store().list_jobs(&query).await.unwrap();
    assert_eq!((page.meta.total, page.data.len()), (3, 2));
    let elsewhere = JobQuery { cursor: page.meta.next_cursor, ..JobQuery::default() };
    assert!(matches!(db.store().list_jobs(&elsewhere).await.unwrap_err(), StoreError::BadCursor));
    let failed = db.store().failed_jobs(&FailedJobQuery::default()).await.unwrap();
    assert_eq!(failed.data[0].parent_id, Some(batch.job_id));
}

async fn whatever_failed_is_retried(db: TestStore) {
    let batch = enqueue(&db, 2).await;
    let alone = db.store().enqueue_job(member(9)).await.unwrap();
    while let Some(claimed) =
        db.store().claim_job("w", &[JobKind::Enrich], LEASE, at(99_999_999)).await.unwrap()
    {
        finish(&db, &claimed, failed()).await;
    }
    assert_eq!(get(&db, batch.job_id).await.status, JobStatus::Failed);
    assert_eq!(db.store().retry_failed_jobs(&RetryQuery::default(), 2).await.unwrap(), (2, 1));
    assert_eq!(db.store().retry_failed_jobs(&RetryQuery::default(), 2).await.unwrap(), (1, 0));
    assert_eq!(get(&db, batch.job_id).await.status, JobStatus::Pending);
    assert_eq!(get(&db, alone.job_id).await.status, JobStatus::Pending);
    assert_eq!(db.store().retry_failed_jobs(&RetryQuery::default(), 2).await.unwrap(), (0, 0));
}

async fn what_failed_is_grouped_by_its_cause_and_retried_by_it(db: TestStore) {
    let store = db.store();
    assert_eq!(store.kind_standing(JobKind::Enrich).await.unwrap(), KindStanding::default());
    let batch = enqueue(&db, 4).await;
    let fail = |why: &str| JobOutcome::Failed { error: why.to_owned(), retry_at: None };
    for why in ["it is down", "it is down", "it said 50% off"] {
        finish(&db, &claim(&db).await.unwrap(), fail(why)).await;
    }
    let standing = store.kind_standing(JobKind::Enrich).await.unwrap();
    let counts = [JobStatus::Pending, JobStatus::Failed, JobStatus::Completed].map(|it| standing.count(it));
    assert_eq!(counts, [1, 3, 0]);
    let causes: Vec<_> = standing.causes.iter().map(|one| (one.cause.as_str(), one.count)).collect();
    assert_eq!(causes, [("it is down", 2), ("it said 50% off", 1)]);
    assert!(standing.causes.iter().all(|one| one.last_at.is_some()));

    let which = |kind, cause: Option<&str>| RetryQuery { kind, cause: cause.map(str::to_owned) };
    let retry = async |which: RetryQuery| store.retry_failed_jobs(&which, 10).await.unwrap();
    assert_eq!(retry(which(Some(JobKind::Import), None)).await, (0, 0));
    assert_eq!(retry(which(None, Some("it is"))).await, (0, 0), "a cause is meant as a whole");
    assert_eq!(retry(which(Some(JobKind::Enrich), Some("it is down"))).await, (2, 0));
    let standing = store.kind_standing(JobKind::Enrich).await.unwrap();
    assert_eq!((standing.count(JobStatus::Pending), standing.causes.len()), (3, 1));
    assert_eq!(get(&db, batch.job_id).await.counts.failed, 1);
}

async fn what_is_being_enriched_is_known(db: TestStore) {
    enqueue(&db, 2).await;
    let active = async |id: i64| db.store().active_enrichment(BusinessId(id)).await.unwrap();
    assert!(active(1).await.is_some() && active(3).await.is_none());
    let first = claim(&db).await.unwrap();
    assert_eq!(active(1).await, Some(first.job.job_id));
    finish(&db, &first, done()).await;
    assert_eq!(active(1).await, None);
    let busy = db.store().businesses_in_enrichment().await.unwrap();
    assert_eq!(busy.into_iter().collect::<Vec<_>>(), [BusinessId(2)]);
    assert!(db.store().oldest_unfinished_job().await.unwrap().is_some());
}

async fn one_key_makes_one_batch(db: TestStore) {
    let keyed = || NewJob {
        idempotency_key: Some("k".to_owned()),
        ..NewJob::new(JobKind::BatchEnrich, json!({ "members": 1 }))
    };
    let mut tx = db.store().begin().await.unwrap();
    let first = tx.enqueue_batch(keyed(), vec![member(1)]).await.unwrap();
    let second = tx.enqueue_batch(keyed(), vec![member(1)]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(first.job_id, second.job_id);
    assert_eq!(db.store().batch_members(first.job_id).await.unwrap().len(), 1);
}

store::stories!(
    a_batch_goes_as_its_members_go,
    a_batch_of_which_nothing_succeeds_has_failed,
    a_retry_runs_what_failed_and_nothing_else,
    a_cancelled_batch_ends_with_its_last_running_member,
    a_batch_that_nobody_began_is_cancelled_at_once,
    lists_hold_members_where_they_are_asked_for,
    whatever_failed_is_retried,
    what_failed_is_grouped_by_its_cause_and_retried_by_it,
    what_is_being_enriched_is_known,
    one_key_makes_one_batch,
);
