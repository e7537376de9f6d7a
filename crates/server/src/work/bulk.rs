//! One action on many businesses, in batches that are committed one by one.

use contract::bulk::{AT_ONCE, BulkAction, BulkRequest};
use contract::event::BulkUpdated;
use contract::{Business, BusinessId, BusinessQuery, EventPayload, JobCounts, JobKind, JobProgress};
use futures::TryStreamExt;
use jobs::{JobContext, JobError, JobHandler};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{JobUpdate, LeaseState, StoreError, WriteTx};

use super::request_of;

/// Deletes or labels the businesses, with the events that say so; answers how many changed by it.
pub(crate) async fn apply(
    tx: &mut WriteTx,
    action: BulkAction,
    tag: &str,
    ids: &[BusinessId],
) -> Result<u64, StoreError> {
    let changed = match action {
        BulkAction::Delete => {
            let deleted = tx.delete_businesses(ids).await?;
            let count = deleted.len();
            tx.append_events(deleted.into_iter().map(EventPayload::BusinessDeleted));
            if count > 0 {
                tx.append_events([EventPayload::StatsUpdated {}]);
            }
            return Ok(count as u64);
        }
        BulkAction::Tag => tx.tag_businesses(ids, tag).await?,
        BulkAction::Untag => tx.untag_businesses(ids, tag).await?,
        // Enrichment has jobs of its own.
        BulkAction::Enrich => Vec::new(),
    };
    if !changed.is_empty() {
        tx.append_events([bulk_event(&changed)]);
    }
    Ok(changed.len() as u64)
}

fn bulk_event(changed: &[Business]) -> EventPayload {
    EventPayload::BusinessesBulkUpdated(BulkUpdated {
        ids: changed.iter().map(|business| business.id).collect(),
        versions: changed.iter().map(|business| business.version).collect(),
    })
}

/// Does what is too much for one answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct BulkHandler;

/// Where an attempt came to: businesses up to this id are done.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Done {
    up_to: i64,
    matched: u64,
    changed: u64,
}

#[async_trait::async_trait]
impl JobHandler for BulkHandler {
    fn kind(&self) -> JobKind {
        JobKind::Bulk
    }

    async fn run(&self, ctx: JobContext) -> Result<Value, JobError> {
        let request: BulkRequest = request_of(&ctx)?;
        let query = request.filter.clone().unwrap_or_default().filters();
        let mut done: Done =
            ctx.checkpoint.clone().and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default();
        // What is left now, and what an attempt before has seen.
        let total = ctx.store.count_businesses(&query).await?.max(done.matched);
        let mut rows = ctx.store.business_stream(&query);
        let mut batch = Vec::with_capacity(AT_ONCE);
        loop {
            let row = rows.try_next().await?;
            let ended = row.is_none();
            batch.extend(row.map(|row| row.id).filter(|id| id.0 > done.up_to));
            if batch.len() == AT_ONCE || (ended && !batch.is_empty()) {
                done = write(&ctx, &request, &batch, done, total).await?;
                batch.clear();
            }
            if ended {
                return Ok(json!({ "matched": done.matched, "changed": done.changed }));
            }
        }
    }
}

/// Changes a batch and records how far that is, in one transaction.
async fn write(
    ctx: &JobContext,
    request: &BulkRequest,
    batch: &[BusinessId],
    done: Done,
    total: u64,
) -> Result<Done, JobError> {
    if ctx.stop.is_requested() {
        return Err(JobError::Stopped);
    }
    let mut tx = ctx.store.begin().await?;
    let changed =
        apply(&mut tx, request.action, request.tag.as_deref().unwrap_or_default().trim(), batch).await?;
    let after = Done {
        up_to: batch.last().map_or(done.up_to, |id| id.0),
        matched: done.matched + batch.len() as u64,
        changed: done.changed + changed,
    };
    let progress = JobProgress {
        done: after.matched,
        total: Some(total.max(after.matched)),
        stage: "changing".to_owned(),
        message: Some(format!("{} of {} businesses changed", after.changed, after.matched)),
    };
    let counts = JobCounts { found: after.matched, saved: after.changed, ..JobCounts::default() };
    let checkpoint = serde_json::to_value(after).ok();
    match tx.record_job(&ctx.lease, JobUpdate { progress, counts, checkpoint }).await? {
        LeaseState::Lost => return Err(JobError::LeaseLost),
        // What was done so far is kept; the next batch sees the stop.
        LeaseState::Held | LeaseState::CancelRequested => {}
    }
    tx.commit().await?;
    Ok(after)
}

/// The first ids of a filter, one more than are changed at once if there are so many.
pub(crate) async fn first_ids(
    store: &store::Store,
    query: &BusinessQuery,
) -> Result<Vec<BusinessId>, StoreError> {
    use futures::StreamExt;
    store.business_stream(query).take(AT_ONCE + 1).map_ok(|business| business.id).try_collect().await
}
