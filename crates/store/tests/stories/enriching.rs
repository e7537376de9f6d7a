//! What a business is while a job enriches it, and once the job is over.

use std::time::Duration;

use contract::{Business, BusinessId, EnrichmentStatus, EventPayload, JobKind};
use serde_json::json;
use store::test_support::TestStore;
use store::{ClaimedJob, JobOutcome, JobUpdate, LeaseState, NewJob};

use crate::support::*;

const LEASE: Duration = Duration::from_secs(60);

/// A business of that status.
async fn business(db: &TestStore, status: EnrichmentStatus) -> BusinessId {
    insert(db.store(), vec![with("Acme", |row| row.enrichment_status = status)]).await[0].id
}

fn job(id: BusinessId) -> NewJob {
    NewJob { max_attempts: 2, ..NewJob::new(JobKind::Enrich, json!({ "businessId": id })) }
}

async fn claim(db: &TestStore, seconds: i64) -> Option<ClaimedJob> {
    db.store().claim_job("w", &[JobKind::Enrich], LEASE, at(seconds)).await.unwrap()
}

/// A job that has begun to enrich the business.
async fn begun(db: &TestStore, id: BusinessId) -> ClaimedJob {
    let mut tx = db.store().begin_at(at(0)).await.unwrap();
    tx.enqueue_job(job(id)).await.unwrap();
    tx.commit().await.unwrap();
    let claimed = claim(db, 1).await.unwrap();
    begin(db, &claimed, id).await;
    claimed
}

async fn begin(db: &TestStore, claimed: &ClaimedJob, id: BusinessId) {
    let mut tx = db.store().begin_at(at(1)).await.unwrap();
    assert!(tx.begin_enriching(&claimed.lease, id).await.unwrap());
    assert_eq!(tx.record_job(&claimed.lease, JobUpdate::default()).await.unwrap(), LeaseState::Held);
    tx.commit().await.unwrap();
    assert_eq!(get(db, id).await.enrichment_status, EnrichmentStatus::Enriching);
}

async fn finish(db: &TestStore, claimed: &ClaimedJob, outcome: JobOutcome) {
    let mut tx = db.store().begin_at(at(2)).await.unwrap();
    tx.finish_job(&claimed.lease, outcome).await.unwrap();
    tx.commit().await.unwrap();
}

async fn get(db: &TestStore, id: BusinessId) -> Business {
    db.store().get_business(id).await.unwrap().unwrap().business
}

/// The business as the last event shows it.
async fn told(db: &TestStore, since: u64) -> Option<Business> {
    let events = db.store().events_since(since, 1000).await.unwrap().events;
    events.into_iter().rev().find_map(|event| match event.payload {
        EventPayload::BusinessUpdated(business) => Some(*business),
        _ => None,
    })
}

async fn a_cancelled_job_leaves_its_business_as_it_was(db: TestStore) {
    use EnrichmentStatus::{Enriched, Failed, Pending};
    for was in [Pending, Enriched, Failed] {
        let id = business(&db, was).await;
        let claimed = begun(&db, id).await;
        let since = db.store().latest_seq().await.unwrap();
        finish(&db, &claimed, JobOutcome::Cancelled).await;
        let after = get(&db, id).await;
        assert_eq!(after.enrichment_status, was);
        assert_eq!(told(&db, since).await, Some(after), "the event shows the row as it is stored");
    }
}

async fn a_job_that_fails_for_good_fails_its_business_and_one_that_is_tried_again_does_not(db: TestStore) {
    let id = business(&db, EnrichmentStatus::Enriched).await;
    let failed = |retry_at| JobOutcome::Failed { error: "the job panicked".to_owned(), retry_at };
    let first = begun(&db, id).await;
    finish(&db, &first, failed(Some(at(3)))).await;
    assert_eq!(get(&db, id).await.enrichment_status, EnrichmentStatus::Enriching);
    let second = claim(&db, 3).await.unwrap();
    begin(&db, &second, id).await;
    let since = db.store().latest_seq().await.unwrap();
    finish(&db, &second, failed(Some(at(9)))).await;
    let after = get(&db, id).await;
    assert_eq!(after.enrichment_status, EnrichmentStatus::Failed);
    assert_eq!(after.enrichment_error.as_deref(), Some("the job panicked"));
    assert_eq!(told(&db, since).await, Some(after));
    let events = db.store().events_since(since, 100).await.unwrap().events;
    let names: Vec<_> = events.iter().map(|event| event.payload.name()).collect();
    assert_eq!(names, ["job:updated", "business:updated", "enrichment:failed", "stats:updated"]);
}

async fn a_job_that_is_cancelled_while_it_waits_for_another_attempt_leaves_its_business_as_it_was(
    db: TestStore,
) {
    let id = business(&db, EnrichmentStatus::Enriched).await;
    let claimed = begun(&db, id).await;
    finish(&db, &claimed, JobOutcome::Released).await;
    db.store().cancel_job(claimed.job.job_id).await.unwrap();
    assert_eq!(get(&db, id).await.enrichment_status, EnrichmentStatus::Enriched);
}

async fn a_batch_that_is_cancelled_leaves_all_its_businesses_as_they_were(db: TestStore) {
    let begun = business(&db, EnrichmentStatus::Failed).await;
    let untouched = business(&db, EnrichmentStatus::Enriched).await;
    let mut tx = db.store().begin_at(at(0)).await.unwrap();
    let batch = NewJob::new(JobKind::BatchEnrich, json!({}));
    let batch = tx.enqueue_batch(batch, vec![job(begun), job(untouched)]).await.unwrap();
    tx.commit().await.unwrap();
    let claimed = claim(&db, 1).await.unwrap();
    begin(&db, &claimed, begun).await;
    finish(&db, &claimed, JobOutcome::Released).await;
    db.store().cancel_job(batch.job_id).await.unwrap();
    let statuses = [get(&db, begun).await.enrichment_status, get(&db, untouched).await.enrichment_status];
    assert_eq!(statuses, [EnrichmentStatus::Failed, EnrichmentStatus::Enriched]);
    assert_eq!(get(&db, untouched).await.version, 1, "nothing is written of who was not begun");
}

async fn a_job_whose_worker_died_for_good_fails_its_business(db: TestStore) {
    let id = business(&db, EnrichmentStatus::Pending).await;
    begun(&db, id).await;
    let again = claim(&db, 100).await.unwrap();
    begin(&db, &again, id).await;
    assert!(claim(&db, 1_000).await.is_none(), "it has no attempt left");
    assert_eq!(get(&db, id).await.enrichment_status, EnrichmentStatus::Failed);
}

async fn a_business_that_another_job_enriches_as_well_is_left_to_that(db: TestStore) {
    let id = business(&db, EnrichmentStatus::Enriched).await;
    let first = begun(&db, id).await;
    let second = begun(&db, id).await;
    finish(&db, &first, JobOutcome::Cancelled).await;
    assert_eq!(get(&db, id).await.enrichment_status, EnrichmentStatus::Enriching);
    finish(&db, &second, JobOutcome::Cancelled).await;
    assert_eq!(get(&db, id).await.enrichment_status, EnrichmentStatus::Enriched);
}

store::stories!(
    a_cancelled_job_leaves_its_business_as_it_was,
    a_job_that_fails_for_good_fails_its_business_and_one_that_is_tried_again_does_not,
    a_job_that_is_cancelled_while_it_waits_for_another_attempt_leaves_its_business_as_it_was,
    a_batch_that_is_cancelled_leaves_all_its_businesses_as_they_were,
    a_job_whose_worker_died_for_good_fails_its_business,
    a_business_that_another_job_enriches_as_well_is_left_to_that,
);
