//! What searches and imports share: records in batches into the store, each batch one transaction with its
//! events, its counts and the checkpoint from which the next attempt goes on.

mod decide;
mod entries;
mod notes;

use contract::event::BulkUpdated;
use contract::{Business, EventPayload, JobCounts, JobProgress};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{JobLease, JobUpdate, LeaseState, LookupKey, Rejection, Store, StoreError, WriteTx};
use tokio_util::sync::CancellationToken;

use crate::error::DiscoveryError;
use crate::matching::Candidate;
use crate::place::Rejected;

use decide::{Decided, decide};
pub use notes::{MergeNote, ReviewNote, ToldFeature};

/// The attempt that a search or an import is run for.
#[derive(Clone, Debug)]
pub struct Run {
    /// Where businesses go.
    pub store: Store,
    /// The right to write.
    pub lease: JobLease,
    /// Where the attempt before came to.
    pub checkpoint: Option<Value>,
    /// Asks to stop between batches.
    pub cancel: CancellationToken,
}

/// What a search or an import did, over all its attempts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Outcome {
    /// `found` = `saved` + `merged` + `rejected` + `closed`.
    pub counts: JobCounts,
    /// Which records went into which businesses, and why; the first [`MERGES_KEPT`].
    pub merges: Vec<MergeNote>,
    /// Which records were saved though they may be of known businesses; the first [`REVIEWS_KEPT`].
    pub reviews: Vec<ReviewNote>,
}

/// Most merges that an outcome tells of.
pub const MERGES_KEPT: usize = 100;
/// Most doubtful records that an outcome tells of.
pub const REVIEWS_KEPT: usize = 100;

/// How the events of a batch are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    /// One event a business: people watch them appear.
    Each,
    /// One event for all.
    Bulk,
}

/// Records that are written together.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) closed: u64,
}

impl Batch {
    pub(crate) fn len(&self) -> u64 {
        (self.candidates.len() + self.rejected.len()) as u64 + self.closed
    }
}

impl Run {
    /// Stops here if that was asked for.
    pub(crate) fn check_stop(&self) -> Result<(), DiscoveryError> {
        if self.cancel.is_cancelled() { Err(DiscoveryError::Stopped) } else { Ok(()) }
    }

    /// Writes a batch, adds it to the outcome, and records progress with the checkpoint that `checkpoint` makes of
    /// the new outcome. All of it is one transaction: after a crash it has happened whole or not at all.
    pub(crate) async fn write(
        &self,
        batch: Batch,
        outcome: &mut Outcome,
        telling: Telling,
        progress: JobProgress,
        checkpoint: impl FnOnce(&Outcome) -> Value,
    ) -> Result<(), DiscoveryError> {
        let mut tx = self.store.begin().await?;
        let mut after = outcome.clone();
        after.counts.found += batch.len();
        after.counts.rejected += batch.rejected.len() as u64;
        after.counts.closed += batch.closed;
        if !batch.candidates.is_empty() {
            let known = tx.known_businesses(&lookup_keys(&batch.candidates)).await?;
            let decided = decide(batch.candidates, known, tx.now());
            store_decided(&mut tx, decided, &mut after, telling).await?;
        }
        if !batch.rejected.is_empty() {
            let rejections = batch.rejected.into_iter().map(rejection).collect();
            tx.add_rejections(self.lease.job_id(), rejections).await?;
        }
        let update = JobUpdate { progress, counts: after.counts, checkpoint: Some(checkpoint(&after)) };
        self.record(tx, update).await?;
        *outcome = after;
        Ok(())
    }

    /// Records progress without a batch, with the checkpoint as it was.
    pub(crate) async fn report(
        &self,
        outcome: &Outcome,
        progress: JobProgress,
    ) -> Result<(), DiscoveryError> {
        let tx = self.store.begin().await?;
        self.record(tx, JobUpdate { progress, counts: outcome.counts, checkpoint: None }).await
    }

    async fn record(&self, mut tx: WriteTx, update: JobUpdate) -> Result<(), DiscoveryError> {
        let state = tx.record_job(&self.lease, update).await?;
        if state == LeaseState::Lost {
            tx.rollback().await?;
            return Err(DiscoveryError::LeaseLost);
        }
        match tx.commit().await {
            Err(StoreError::LeaseLost) => Err(DiscoveryError::LeaseLost),
            Err(error) => Err(error.into()),
            Ok(_) if state == LeaseState::CancelRequested => Err(DiscoveryError::Stopped),
            Ok(_) => Ok(()),
        }
    }
}

/// What storing records would do.
#[derive(Debug)]
pub(crate) struct Foreseen {
    /// Businesses that would be stored.
    pub(crate) new: Vec<Business>,
    /// Records that are of a business known before them.
    pub(crate) duplicates: u64,
    /// Which, and why.
    pub(crate) merges: Vec<MergeNote>,
}

/// Decides on records as a batch does, and writes nothing.
pub(crate) async fn foresee(store: &Store, candidates: Vec<Candidate>) -> Result<Foreseen, StoreError> {
    let mut tx = store.begin().await?;
    let known = tx.known_businesses(&lookup_keys(&candidates)).await?;
    let now = tx.now();
    tx.rollback().await?;
    let decided = decide(candidates, known, now);
    let new = decided.new.into_iter().map(|new| new.business).collect();
    Ok(Foreseen { new, duplicates: decided.merged, merges: decided.notes })
}

fn lookup_keys(candidates: &[Candidate]) -> Vec<LookupKey> {
    let key = |candidate: &Candidate| LookupKey {
        source: candidate.source.clone(),
        source_id: candidate.place.source_id.clone(),
        name_key: candidate.place.name_key.clone(),
        location: candidate.place.point,
    };
    candidates.iter().map(key).collect()
}

async fn store_decided(
    tx: &mut WriteTx,
    decided: Decided,
    outcome: &mut Outcome,
    telling: Telling,
) -> Result<(), StoreError> {
    outcome.counts.saved += decided.new.len() as u64;
    outcome.counts.merged += decided.merged;
    let room = MERGES_KEPT.saturating_sub(outcome.merges.len());
    outcome.merges.extend(decided.notes.into_iter().take(room));
    let room = REVIEWS_KEPT.saturating_sub(outcome.reviews.len());
    outcome.reviews.extend(decided.reviews.into_iter().take(room));
    let created = if decided.new.is_empty() { Vec::new() } else { tx.insert_businesses(decided.new).await? };
    let updated =
        if decided.changed.is_empty() { Vec::new() } else { tx.update_businesses(decided.changed).await? };
    if created.is_empty() && updated.is_empty() {
        return Ok(());
    }
    match telling {
        Telling::Each => {
            tx.append_events(
                created.into_iter().map(|business| EventPayload::BusinessCreated(Box::new(business))),
            );
            tx.append_events(
                updated.into_iter().map(|business| EventPayload::BusinessUpdated(Box::new(business))),
            );
        }
        Telling::Bulk => tx.append_events([bulk_event(&created, &updated)]),
    }
    tx.append_events([EventPayload::StatsUpdated {}]);
    Ok(())
}

fn bulk_event(created: &[Business], updated: &[Business]) -> EventPayload {
    let all = || created.iter().chain(updated);
    EventPayload::BusinessesBulkUpdated(BulkUpdated {
        ids: all().map(|business| business.id).collect(),
        versions: all().map(|business| business.version).collect(),
    })
}

fn rejection(rejected: Rejected) -> Rejection {
    Rejection {
        line: rejected.line,
        source_id: rejected.source_id,
        name: rejected.name,
        reason: rejected.reason,
        raw: Some(rejected.raw),
    }
}
