//! The job queue.

use std::collections::HashSet;
use std::time::Duration;

use contract::job::{FailedJobQuery, JobQuery};
use contract::{EventPayload, Job, JobCounts, JobId, JobKind, JobProgress, JobStatus, Timestamp};
use futures::TryStreamExt;
use serde_json::json;
use store::test_support::TestStore;
use store::{
    CancelResult, ClaimedJob, JobLease, JobOutcome, JobUpdate, LeaseState, NewJob, Rejection, RetryResult,
    Store, StoreError,
};

use crate::support::*;

const LEASE: Duration = Duration::from_secs(60);

fn scrape() -> NewJob {
    NewJob::new(JobKind::Scrape, json!({"location": "Helsinki"}))
}

async fn enqueue_at(store: &Store, now: Timestamp, new: NewJob) -> Job {
    let mut tx = store.begin_at(now).await.unwrap();
    let job = tx.enqueue_job(new).await.unwrap();
    tx.commit().await.unwrap();
    job
}

async fn enqueue(db: &TestStore, new: NewJob) -> Job {
    enqueue_at(db.store(), at(0), new).await
}

async fn claim(db: &TestStore, owner: &str, now: Timestamp) -> Option<ClaimedJob> {
    db.store().claim_job(owner, JobKind::ALL, LEASE, now).await.unwrap()
}

fn update(done: u64) -> JobUpdate {
    JobUpdate {
        progress: JobProgress { done, total: Some(9), stage: "saving".to_owned(), message: None },
        counts: JobCounts { found: done, saved: done, ..JobCounts::default() },
        checkpoint: Some(json!({"next": done})),
    }
}

async fn record(db: &TestStore, lease: &JobLease, done: u64) -> Result<LeaseState, StoreError> {
    let mut tx = db.store().begin_at(at(1)).await?;
    let state = tx.record_job(lease, update(done)).await?;
    tx.commit().await.map(|_| state)
}

async fn finish(db: &TestStore, lease: &JobLease, outcome: JobOutcome) -> Result<Option<Job>, StoreError> {
    let mut tx = db.store().begin_at(at(100)).await?;
    let job = tx.finish_job(lease, outcome).await?;
    tx.commit().await.map(|_| job)
}

async fn get(db: &TestStore, id: JobId) -> Job {
    db.store().get_job(id).await.unwrap().unwrap()
}

/// Names of the events since the log began.
async fn told(db: &TestStore) -> Vec<&'static str> {
    let events = db.store().events_since(0, 1000).await.unwrap().events;
    events.iter().map(|event| event.payload.name()).collect()
}

async fn a_job_goes_from_pending_to_completed(db: TestStore) {
    let job = enqueue(&db, NewJob { created_by: Some("anna".to_owned()), ..scrape() }).await;
    assert_eq!((job.status, job.version, job.attempt, job.max_attempts), (JobStatus::Pending, 1, 0, 3));
    assert_eq!(job.created_by.as_deref(), Some("anna"));
    assert_eq!(get(&db, job.job_id).await, job);

    let claimed = claim(&db, "w1", at(5)).await.unwrap();
    assert_eq!((claimed.job.status, claimed.job.attempt, claimed.checkpoint), (JobStatus::Running, 1, None));
    assert_eq!(claimed.job.started_at, Some(at(5)));
    assert_eq!(
        (claimed.lease.job_id(), claimed.lease.owner(), claimed.lease.attempt()),
        (job.job_id, "w1", 1)
    );
    assert_eq!(claim(&db, "w2", at(5)).await, None, "it is taken");

    assert_eq!(record(&db, &claimed.lease, 4).await.unwrap(), LeaseState::Held);
    let done = finish(&db, &claimed.lease, JobOutcome::Completed { result: json!({"ok": true}) }).await;
    let done = done.unwrap().unwrap();
    assert_eq!((done.status, done.version, done.finished_at), (JobStatus::Completed, 4, Some(at(100))));
    assert_eq!(
        (done.result.clone(), done.counts.saved, done.progress.done),
        (Some(json!({"ok": true})), 4, 4)
    );
    assert_eq!(get(&db, job.job_id).await, done);
    assert_eq!(claim(&db, "w2", at(1_000_000)).await, None, "it is over");
    assert_eq!(told(&db).await, ["job:updated", "job:updated", "scraping:progress", "scraping:complete"]);
}

async fn events_carry_the_state_that_they_report(db: TestStore) {
    let job = enqueue(&db, scrape()).await;
    let lease = claim(&db, "w", at(0)).await.unwrap().lease;
    record(&db, &lease, 2).await.unwrap();
    finish(&db, &lease, JobOutcome::Failed { error: "no such place".to_owned(), retry_at: None })
        .await
        .unwrap();
    let events = db.store().events_since(2, 10).await.unwrap().events;
    match &events[0].payload {
        EventPayload::ScrapingProgress(moved) => {
            assert_eq!((moved.job_id, moved.version, moved.progress.done), (job.job_id, 3, 2));
        }
        other => panic!("{other:?}"),
    }
    match &events[1].payload {
        EventPayload::ScrapingFailed(failed) => {
            assert_eq!((failed.version, failed.error.as_str()), (4, "no such place"));
        }
        other => panic!("{other:?}"),
    }
}

async fn other_kinds_tell_their_own_events(db: TestStore) {
    for kind in [JobKind::Import, JobKind::Enrich] {
        enqueue(&db, NewJob::new(kind, json!({}))).await;
        let lease = claim(&db, "w", at(0)).await.unwrap().lease;
        record(&db, &lease, 1).await.unwrap();
        finish(&db, &lease, JobOutcome::Completed { result: json!(null) }).await.unwrap();
    }
    let (import, enrich) =
        (["job:updated"; 4], ["job:updated", "job:updated", "enrichment:progress", "job:updated"]);
    assert_eq!(told(&db).await, [import, enrich].concat());
}

async fn a_job_may_be_claimed_from_its_first_moment(db: TestStore) {
    let claimed = db.store().enqueue_claimed(scrape(), "cli", LEASE, at(0)).await.unwrap();
    assert_eq!((claimed.job.status, claimed.job.attempt), (JobStatus::Running, 1));
    assert_eq!((claimed.job.started_at, claimed.lease.owner()), (Some(at(0)), "cli"));
    assert_eq!(get(&db, claimed.job.job_id).await, claimed.job);
    assert_eq!(claim(&db, "server", at(59)).await, None);
    assert_eq!(record(&db, &claimed.lease, 1).await.unwrap(), LeaseState::Held);
    // Its worker vanished: it is a job like any other.
    let taken = claim(&db, "server", at(60)).await.unwrap();
    assert_eq!((taken.job.attempt, taken.checkpoint), (2, Some(json!({"next": 1}))));
    assert_eq!(told(&db).await, ["job:updated", "scraping:progress", "job:updated"]);

    let keyed = || NewJob { idempotency_key: Some("k".to_owned()), ..scrape() };
    enqueue(&db, keyed()).await;
    let error = db.store().enqueue_claimed(keyed(), "cli", LEASE, at(0)).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)), "{error}");
}

async fn claims_go_by_kind_time_and_priority(db: TestStore) {
    let later = enqueue(&db, NewJob { run_at: Some(at(50)), ..scrape() }).await;
    let first = enqueue(&db, scrape()).await;
    let urgent = enqueue(&db, NewJob { priority: 5, ..scrape() }).await;
    let import = enqueue(&db, NewJob::new(JobKind::Import, json!({}))).await;
    let kinds = [JobKind::Scrape];
    let next = async |now| {
        let claimed = db.store().claim_job("w", &kinds, LEASE, now).await.unwrap();
        claimed.map(|claimed| claimed.job.job_id)
    };
    assert_eq!(db.store().next_due(&kinds).await.unwrap(), Some(at(0)));
    assert_eq!(next(at(1)).await, Some(urgent.job_id));
    assert_eq!(next(at(1)).await, Some(first.job_id));
    assert_eq!(next(at(1)).await, None);
    assert_eq!(db.store().next_due(&kinds).await.unwrap(), Some(at(50)));
    assert_eq!(next(at(50)).await, Some(later.job_id));
    assert_eq!(db.store().claim_job("w", &[], LEASE, at(50)).await.unwrap(), None);
    assert_eq!(db.store().next_due(&[]).await.unwrap(), None);
    let by_id = db.store().claim_job_by_id(import.job_id, "w", LEASE, at(50)).await.unwrap();
    assert_eq!(by_id.unwrap().job.kind, JobKind::Import);
}

/// The worker was killed: its lease runs out, another one goes on from the checkpoint, and whatever the first
/// one still tries to write is refused whole.
async fn a_killed_workers_job_is_taken_over_and_the_worker_fenced_off(db: TestStore) {
    let job = enqueue(&db, scrape()).await;
    let killed = claim(&db, "old", at(0)).await.unwrap();
    record(&db, &killed.lease, 3).await.unwrap();
    assert_eq!(claim(&db, "new", at(59)).await, None, "the lease still holds");

    let taken = claim(&db, "new", at(60)).await.unwrap();
    assert_eq!((taken.job.job_id, taken.job.attempt), (job.job_id, 2));
    assert_eq!((taken.checkpoint, taken.job.counts.saved), (Some(json!({"next": 3})), 3));
    assert_eq!(taken.job.started_at, Some(at(0)), "the first attempt's beginning");

    let before = told(&db).await;
    let mut tx = db.store().begin().await.unwrap();
    tx.insert_businesses(vec![named("ghost")]).await.unwrap();
    tx.append_events([tick()]);
    assert_eq!(tx.record_job(&killed.lease, update(9)).await.unwrap(), LeaseState::Lost);
    assert!(matches!(tx.commit().await.unwrap_err(), StoreError::LeaseLost));
    let result = finish(&db, &killed.lease, JobOutcome::Completed { result: json!(1) }).await;
    assert!(matches!(result.unwrap_err(), StoreError::LeaseLost));
    assert_eq!(db.store().renew_lease(&killed.lease, LEASE, at(61)).await.unwrap(), LeaseState::Lost);

    assert_eq!(list(&db, json!({})).await.meta.total, 0, "nothing of the old worker's was written");
    assert_eq!(told(&db).await, before);
    assert_eq!(record(&db, &taken.lease, 5).await.unwrap(), LeaseState::Held);
    assert!(finish(&db, &taken.lease, JobOutcome::Completed { result: json!(1) }).await.unwrap().is_some());
}

async fn the_same_worker_is_fenced_off_from_its_own_earlier_attempt(db: TestStore) {
    enqueue(&db, scrape()).await;
    let first = claim(&db, "w", at(0)).await.unwrap();
    finish(&db, &first.lease, JobOutcome::Released).await.unwrap();
    let second = claim(&db, "w", at(200)).await.unwrap();
    assert!(matches!(record(&db, &first.lease, 1).await.unwrap_err(), StoreError::LeaseLost));
    assert_eq!(record(&db, &second.lease, 1).await.unwrap(), LeaseState::Held);
}

async fn a_renewed_lease_holds_on(db: TestStore) {
    enqueue(&db, scrape()).await;
    let lease = claim(&db, "w", at(0)).await.unwrap().lease;
    assert_eq!(db.store().renew_lease(&lease, LEASE, at(50)).await.unwrap(), LeaseState::Held);
    assert_eq!(claim(&db, "other", at(109)).await, None);
    assert_eq!(db.store().next_due(JobKind::ALL).await.unwrap(), Some(at(110)));
    assert!(claim(&db, "other", at(110)).await.is_some());
}

async fn a_job_that_kills_its_worker_each_time_is_given_up(db: TestStore) {
    let job = enqueue(&db, NewJob { max_attempts: 2, ..scrape() }).await;
    for attempt in 0..2 {
        assert!(claim(&db, "w", at(attempt * 60)).await.is_some());
    }
    assert_eq!(claim(&db, "w", at(1000)).await, None);
    let job = get(&db, job.job_id).await;
    assert_eq!((job.status, job.finished_at), (JobStatus::Failed, Some(at(1000))));
    assert!(job.error.unwrap().contains("retry the job"));
    assert_eq!(told(&db).await.last(), Some(&"scraping:failed"));
    assert_eq!(db.store().next_due(JobKind::ALL).await.unwrap(), None);
}

async fn a_failed_attempt_is_tried_again_while_attempts_are_left(db: TestStore) {
    let job = enqueue(&db, NewJob { max_attempts: 2, ..scrape() }).await;
    let fail = || JobOutcome::Failed { error: "timeout".to_owned(), retry_at: Some(at(300)) };
    let lease = claim(&db, "w", at(0)).await.unwrap().lease;
    let waiting = finish(&db, &lease, fail()).await.unwrap().unwrap();
    assert_eq!((waiting.status, waiting.error.as_deref()), (JobStatus::Pending, Some("timeout")));
    assert_eq!(claim(&db, "w", at(299)).await, None);
    let lease = claim(&db, "w", at(300)).await.unwrap().lease;
    let failed = finish(&db, &lease, fail()).await.unwrap().unwrap();
    assert_eq!((failed.status, failed.finished_at), (JobStatus::Failed, Some(at(100))));

    let page = db.store().failed_jobs(&FailedJobQuery::default()).await.unwrap();
    assert_eq!((page.meta.total, page.data[0].job_id), (1, job.job_id));
}

async fn a_released_job_goes_back_at_once_and_loses_no_attempt(db: TestStore) {
    enqueue(&db, NewJob { max_attempts: 1, ..scrape() }).await;
    for round in 1..4 {
        let claimed = claim(&db, "w", at(round * 100)).await.unwrap();
        record(&db, &claimed.lease, round as u64).await.unwrap();
        let released = finish(&db, &claimed.lease, JobOutcome::Released).await.unwrap().unwrap();
        assert_eq!((released.status, released.max_attempts), (JobStatus::Pending, 1 + round as u32));
    }
    let claimed = claim(&db, "w", at(500)).await.unwrap();
    assert_eq!(claimed.checkpoint, Some(json!({"next": 3})));
}

async fn a_waiting_job_is_cancelled_at_once(db: TestStore) {
    let job = enqueue(&db, scrape()).await;
    let CancelResult::Cancelled(cancelled) = db.store().cancel_job(job.job_id).await.unwrap() else {
        panic!()
    };
    assert_eq!((cancelled.status, cancelled.finished_at.is_some()), (JobStatus::Cancelled, true));
    assert_eq!(claim(&db, "w", at(1_000_000)).await, None);
    let again = db.store().cancel_job(job.job_id).await.unwrap();
    assert_eq!(again, CancelResult::AlreadyFinished(cancelled));
}

async fn a_running_job_is_asked_to_stop(db: TestStore) {
    let job = enqueue(&db, scrape()).await;
    let lease = claim(&db, "w", at(0)).await.unwrap().lease;
    let CancelResult::Requested(asked) = db.store().cancel_job(job.job_id).await.unwrap() else { panic!() };
    assert_eq!((asked.status, asked.cancel_requested, asked.version), (JobStatus::Running, true, 3));
    assert_eq!(
        db.store().cancel_job(job.job_id).await.unwrap(),
        CancelResult::Requested(asked),
        "asked once"
    );
    assert_eq!(record(&db, &lease, 1).await.unwrap(), LeaseState::CancelRequested);
    assert_eq!(db.store().renew_lease(&lease, LEASE, at(1)).await.unwrap(), LeaseState::CancelRequested);
    let stopped = finish(&db, &lease, JobOutcome::Cancelled).await.unwrap().unwrap();
    assert_eq!((stopped.status, stopped.counts.saved), (JobStatus::Cancelled, 1));
    let names = told(&db).await;
    assert_eq!(names[2..], ["job:updated", "scraping:progress", "job:updated"]);
}

async fn a_stop_that_was_asked_for_ends_the_job_whatever_its_worker_does(db: TestStore) {
    let outcomes = [
        Some(JobOutcome::Released),
        Some(JobOutcome::Failed { error: "interrupted".to_owned(), retry_at: Some(at(1)) }),
        None,
    ];
    for outcome in outcomes {
        let job = enqueue(&db, scrape()).await;
        let lease = claim(&db, "w", at(0)).await.unwrap().lease;
        db.store().cancel_job(job.job_id).await.unwrap();
        match outcome {
            Some(outcome) => drop(finish(&db, &lease, outcome).await.unwrap()),
            // Killed: the next claim sees to it.
            None => assert_eq!(claim(&db, "w", at(60)).await, None),
        }
        assert_eq!(get(&db, job.job_id).await.status, JobStatus::Cancelled);
    }
}

async fn work_that_was_done_counts_though_a_stop_was_asked_for(db: TestStore) {
    let job = enqueue(&db, scrape()).await;
    let lease = claim(&db, "w", at(0)).await.unwrap().lease;
    db.store().cancel_job(job.job_id).await.unwrap();
    finish(&db, &lease, JobOutcome::Completed { result: json!(1) }).await.unwrap();
    assert_eq!(get(&db, job.job_id).await.status, JobStatus::Completed);
}

async fn a_failed_job_is_retried_from_where_it_stopped(db: TestStore) {
    let job = enqueue(&db, NewJob { max_attempts: 1, ..scrape() }).await;
    let lease = claim(&db, "w", at(0)).await.unwrap().lease;
    let running = db.store().retry_job(job.job_id).await.unwrap();
    assert!(matches!(running, RetryResult::NotRetryable(_)), "{running:?}");
    record(&db, &lease, 7).await.unwrap();
    finish(&db, &lease, JobOutcome::Failed { error: "x".to_owned(), retry_at: Some(at(9)) }).await.unwrap();

    let mut tx = db.store().begin_at(at(10)).await.unwrap();
    let RetryResult::Retried(retried) = tx.retry_job(job.job_id).await.unwrap() else { panic!() };
    tx.commit().await.unwrap();
    assert_eq!((retried.status, retried.error, retried.finished_at), (JobStatus::Pending, None, None));
    let claimed = claim(&db, "w", at(10)).await.unwrap();
    assert_eq!((claimed.checkpoint, claimed.job.attempt), (Some(json!({"next": 7})), 2));
    assert_eq!(claimed.job.counts.saved, 7);
}

async fn a_cancelled_job_may_be_retried_and_runs(db: TestStore) {
    let job = enqueue(&db, scrape()).await;
    let lease = claim(&db, "w", at(0)).await.unwrap().lease;
    db.store().cancel_job(job.job_id).await.unwrap();
    finish(&db, &lease, JobOutcome::Cancelled).await.unwrap();
    let RetryResult::Retried(retried) = db.store().retry_job(job.job_id).await.unwrap() else { panic!() };
    assert!(!retried.cancel_requested);
    let due = db.store().next_due(JobKind::ALL).await.unwrap().unwrap();
    assert!(claim(&db, "w", due).await.is_some());
}

async fn an_unknown_job_is_told(db: TestStore) {
    let unknown = JobId(uuid::Uuid::now_v7());
    assert_eq!(db.store().get_job(unknown).await.unwrap(), None);
    for error in
        [db.store().cancel_job(unknown).await.unwrap_err(), db.store().retry_job(unknown).await.unwrap_err()]
    {
        assert!(matches!(error, StoreError::NotFound { .. }), "{error}");
        assert!(error.to_string().contains(&unknown.to_string()), "{error}");
    }
}

async fn a_double_submit_makes_one_job(db: TestStore) {
    let keyed = || NewJob { idempotency_key: Some("k".to_owned()), ..scrape() };
    let submits = (0..8).map(|_| {
        let store = db.store().clone();
        tokio::spawn(async move { store.enqueue_job(keyed()).await.unwrap().job_id })
    });
    let ids: HashSet<_> = futures::future::join_all(submits).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(db.store().list_jobs(&JobQuery::default()).await.unwrap().meta.total, 1);
    assert_eq!(told(&db).await, ["job:updated"]);

    let other = NewJob { request: json!({"location": "Oulu"}), ..keyed() };
    let error = db.store().enqueue_job(other).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict(_)) && error.to_string().contains("new key"), "{error}");
}

async fn a_key_means_another_job_after_a_day(db: TestStore) {
    let keyed = || NewJob { idempotency_key: Some("k".to_owned()), ..scrape() };
    let day = 24 * 60 * 60;
    let first = enqueue_at(db.store(), at(0), keyed()).await;
    let same = enqueue_at(db.store(), at(day - 1), keyed()).await;
    let other = enqueue_at(db.store(), at(day), keyed()).await;
    assert_eq!(same.job_id, first.job_id);
    assert_ne!(other.job_id, first.job_id);
}

async fn many_workers_never_get_the_same_job(db: TestStore) {
    const JOBS: usize = 60;
    for _ in 0..JOBS {
        enqueue(&db, scrape()).await;
    }
    let workers = (0..8).map(|worker| {
        let store = db.store().clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            let owner = format!("w{worker}");
            loop {
                match store.claim_job(&owner, JobKind::ALL, LEASE, at(1)).await.unwrap() {
                    Some(claimed) => mine.push(claimed.job.job_id),
                    // Rows that others hold are skipped: only an empty queue is the end.
                    None if store.next_due(JobKind::ALL).await.unwrap() == Some(at(61)) => return mine,
                    None => tokio::task::yield_now().await,
                }
            }
        })
    });
    let claimed: Vec<_> =
        futures::future::join_all(workers).await.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(claimed.len(), JOBS);
    assert_eq!(claimed.iter().collect::<HashSet<_>>().len(), JOBS);
}

async fn jobs_are_listed_the_newest_first(db: TestStore) {
    let mut ids = Vec::new();
    for number in 0..7 {
        let kind = if number % 2 == 0 { JobKind::Scrape } else { JobKind::Import };
        ids.push(enqueue(&db, NewJob::new(kind, json!({"number": number}))).await.job_id);
    }
    ids.reverse();
    let mut listed = Vec::new();
    let mut query = JobQuery { limit: Some(3), ..JobQuery::default() };
    loop {
        let page = db.store().list_jobs(&query).await.unwrap();
        assert_eq!((page.meta.total, page.meta.total_pages), (7, 3));
        listed.extend(page.data.iter().map(|job| job.job_id));
        match page.meta.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(listed, ids);
    let imports = JobQuery { kind: Some(JobKind::Import), ..JobQuery::default() };
    assert_eq!(db.store().list_jobs(&imports).await.unwrap().data.len(), 3);
    let running = JobQuery { status: Some(JobStatus::Running), ..JobQuery::default() };
    assert_eq!(db.store().list_jobs(&running).await.unwrap().meta.total, 0);
    assert_eq!(db.store().recent_scrapes(2).await.unwrap().len(), 2);

    query.kind = Some(JobKind::Scrape);
    let error = db.store().list_jobs(&query).await.unwrap_err();
    assert!(matches!(error, StoreError::BadCursor), "{error}");
}

async fn rejected_records_are_kept_in_order(db: TestStore) {
    let job = enqueue(&db, NewJob::new(JobKind::Import, json!({}))).await;
    let rejection = |line: u64| Rejection {
        line: Some(line),
        source_id: None,
        name: Some(format!("name {line}")),
        reason: "latitude 91 is out of range".to_owned(),
        raw: Some("a,b,\"c\"".to_owned()),
    };
    for batch in [0..700, 700..701, 701..1500] {
        let mut tx = db.store().begin().await.unwrap();
        tx.add_rejections(job.job_id, batch.map(rejection).collect()).await.unwrap();
        tx.commit().await.unwrap();
    }
    let kept: Vec<_> = db.store().rejections(job.job_id).try_collect().await.unwrap();
    assert_eq!(kept, (0..1500).map(rejection).collect::<Vec<_>>());
    let other: Vec<_> = db.store().rejections(JobId(uuid::Uuid::now_v7())).try_collect().await.unwrap();
    assert_eq!(other, []);
}

async fn old_jobs_are_cleared_away_with_their_rejections(db: TestStore) {
    let old = enqueue(&db, scrape()).await;
    let lease = claim(&db, "w", at(0)).await.unwrap().lease;
    let mut tx = db.store().begin().await.unwrap();
    let reason = "bad".to_owned();
    let rejection = Rejection { line: None, source_id: None, name: None, reason, raw: None };
    tx.add_rejections(old.job_id, vec![rejection]).await.unwrap();
    tx.commit().await.unwrap();
    finish(&db, &lease, JobOutcome::Completed { result: json!(1) }).await.unwrap();
    let waiting = enqueue(&db, scrape()).await;
    assert_eq!(db.store().prune_jobs(at(100)).await.unwrap(), 0);
    assert_eq!(db.store().prune_jobs(at(101)).await.unwrap(), 1);
    assert_eq!(db.store().get_job(old.job_id).await.unwrap(), None);
    assert!(db.store().get_job(waiting.job_id).await.unwrap().is_some());
    let kept: Vec<_> = db.store().rejections(old.job_id).try_collect().await.unwrap();
    assert_eq!(kept, []);
}

store::stories!(
    a_job_goes_from_pending_to_completed,
    events_carry_the_state_that_they_report,
    other_kinds_tell_their_own_events,
    a_job_may_be_claimed_from_its_first_moment,
    claims_go_by_kind_time_and_priority,
    a_killed_workers_job_is_taken_over_and_the_worker_fenced_off,
    the_same_worker_is_fenced_off_from_its_own_earlier_attempt,
    a_renewed_lease_holds_on,
    a_job_that_kills_its_worker_each_time_is_given_up,
    a_failed_attempt_is_tried_again_while_attempts_are_left,
    a_released_job_goes_back_at_once_and_loses_no_attempt,
    a_waiting_job_is_cancelled_at_once,
    a_running_job_is_asked_to_stop,
    a_stop_that_was_asked_for_ends_the_job_whatever_its_worker_does,
    work_that_was_done_counts_though_a_stop_was_asked_for,
    a_failed_job_is_retried_from_where_it_stopped,
    a_cancelled_job_may_be_retried_and_runs,
    an_unknown_job_is_told,
    a_double_submit_makes_one_job,
    a_key_means_another_job_after_a_day,
    many_workers_never_get_the_same_job,
    jobs_are_listed_the_newest_first,
    rejected_records_are_kept_in_order,
    old_jobs_are_cleared_away_with_their_rejections,
);
