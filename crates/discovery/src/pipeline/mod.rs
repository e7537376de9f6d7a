//! What searches and imports share: records in batches into the store, each batch one transaction with its
//! events, its counts and the checkpoint from which the next attempt goes on.

mod ahead;
mod decide;
mod entries;
mod notes;
mod suppressed;

use std::sync::Arc;

use contract::event::BulkUpdated;
use contract::{Business, BusinessId, EventPayload, JobCounts, JobProgress};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{
    Committed, FoundPair, JobLease, JobUpdate, LeaseState, LoadedKeys, MergedRecord, NumberedBusinesses,
    PairEvidence, Rejection, Store, StoreError, WriteTx,
};
use tokio_util::sync::CancellationToken;

use crate::error::DiscoveryError;
use crate::matching::Candidate;
use crate::place::Rejected;

use ahead::{Ahead, decide_apart, exported, lookup_keys};
use decide::{Decided, Pair, Whose};
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
    /// What is not whole about what was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
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
    candidates: Arc<Vec<Candidate>>,
    rejected: Vec<Rejected>,
    closed: u64,
    /// Records from which an address was left out, once the suppression list was asked.
    suppressed: Option<u64>,
    /// What is known before it is written, and was decided on it while the batch before was.
    ahead: Option<Ahead>,
}

impl Batch {
    /// Records of which none is rejected.
    pub(crate) fn new(candidates: Vec<Candidate>, closed: u64) -> Self {
        Self { candidates: Arc::new(candidates), closed, ..Self::default() }
    }

    /// Makes it the first batch of a load.
    pub(crate) fn load(&mut self, loaded: LoadedKeys) {
        self.ahead = Some(Ahead::load(loaded));
    }

    pub(crate) fn add(&mut self, candidate: Candidate) {
        Arc::make_mut(&mut self.candidates).push(candidate);
    }

    pub(crate) fn reject(&mut self, rejected: Rejected) {
        self.rejected.push(rejected);
    }

    /// Counts a place that has closed.
    pub(crate) fn close(&mut self) {
        self.closed += 1;
    }

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
    /// the new outcome. All of it is one transaction: after a crash it has happened whole or not at all. Meanwhile
    /// `next` is decided on.
    pub(crate) async fn write(
        &self,
        mut batch: Batch,
        mut next: Option<&mut Batch>,
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
        after.counts.suppressed += batch.leave_out_suppressed(&tx).await?;
        let (decided, loaded) = ahead::decided(&mut tx, batch.candidates, batch.ahead).await?;
        after.add(&decided);
        let created = Arc::new(tx.number_businesses(decided.new).await?);
        let loaded = ahead::with_keys_of(loaded, &decided.changed, &created);
        // First, so that what is known for the next batch is as it will be.
        let updated = tx.update_businesses(decided.changed).await?;
        let ahead = match &mut next {
            Some(next) => {
                next.leave_out_suppressed(&tx).await?;
                Some(Ahead::begin(&mut tx, &next.candidates, &created, loaded).await?)
            }
            None => None,
        };
        tx.insert_numbered(&created).await?;
        tx.note_provenance(&decided.provenance).await?;
        keep(&mut tx, decided.pairs, decided.records, &created).await?;
        tell(&mut tx, created, updated, telling);
        if !batch.rejected.is_empty() {
            let rejections = batch.rejected.into_iter().map(rejection).collect();
            tx.add_rejections(self.lease.job_id(), rejections).await?;
        }
        let update = JobUpdate { progress, counts: after.counts, checkpoint: Some(checkpoint(&after)) };
        let committed = self.record(tx, update).await?;
        if let Some(next) = next {
            next.ahead = ahead.map(|ahead| ahead.after(committed.events));
        }
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
        let update = JobUpdate { progress, counts: outcome.counts, checkpoint: None };
        self.record(tx, update).await.map(drop)
    }

    async fn record(&self, mut tx: WriteTx, update: JobUpdate) -> Result<Committed, DiscoveryError> {
        let state = tx.record_job(&self.lease, update).await?;
        if state == LeaseState::Lost {
            tx.rollback().await?;
            return Err(DiscoveryError::LeaseLost);
        }
        match tx.commit().await {
            Err(StoreError::LeaseLost) => Err(DiscoveryError::LeaseLost),
            Err(error) => Err(error.into()),
            Ok(_) if state == LeaseState::CancelRequested => Err(DiscoveryError::Stopped),
            Ok(committed) => Ok(committed),
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
pub(crate) async fn foresee(store: &Store, candidates: Vec<Candidate>) -> Result<Foreseen, DiscoveryError> {
    let mut candidates = Arc::new(candidates);
    let mut tx = store.begin().await?;
    suppressed::leave_out(&tx, &mut candidates).await?;
    let mut known = tx.known_businesses(&lookup_keys(&candidates)).await?;
    known.extend(exported(&mut tx, &candidates, &known).await?);
    let now = tx.now();
    tx.rollback().await?;
    let decided = decide_apart(candidates, known, now).await?;
    let new = decided.new.into_iter().map(|new| new.business).collect();
    Ok(Foreseen { new, duplicates: decided.merged, merges: decided.notes })
}

impl Outcome {
    fn add(&mut self, decided: &Decided) {
        self.counts.saved += decided.new.len() as u64;
        self.counts.merged += decided.merged;
        let room = MERGES_KEPT.saturating_sub(self.merges.len());
        self.merges.extend(decided.notes.iter().take(room).cloned());
        let room = REVIEWS_KEPT.saturating_sub(self.reviews.len());
        self.reviews.extend(decided.reviews.iter().take(room).cloned());
    }
}

/// Keeps for people what was doubtful, and what they may want undone.
async fn keep(
    tx: &mut WriteTx,
    pairs: Vec<Pair>,
    records: Vec<(Whose, MergedRecord)>,
    created: &NumberedBusinesses,
) -> Result<(), StoreError> {
    if pairs.is_empty() && records.is_empty() {
        return Ok(());
    }
    let created: Vec<BusinessId> = created.iter().map(|business| business.id).collect();
    let found = pairs.into_iter().filter_map(|Pair { businesses: (one, other), score, features }| {
        let ids = (one.id(&created)?, other.id(&created)?);
        let features = features.into_iter();
        let features =
            features.map(|ToldFeature { feature, value, effect }| PairEvidence { feature, value, effect });
        Some(FoundPair { ids, score, features: features.collect() })
    });
    tx.keep_pairs(&found.collect::<Vec<_>>()).await?;
    let records = records.into_iter().filter_map(|(whose, record)| Some((whose.id(&created)?, record)));
    tx.keep_merged(&records.collect::<Vec<_>>()).await
}

fn tell(tx: &mut WriteTx, created: Arc<NumberedBusinesses>, updated: Vec<Business>, telling: Telling) {
    if created.iter().next().is_none() && updated.is_empty() {
        return;
    }
    match telling {
        Telling::Each => {
            let created = Arc::unwrap_or_clone(created).into_businesses().into_iter();
            tx.append_events(created.map(|business| EventPayload::BusinessCreated(Box::new(business))));
            let updated = updated.into_iter();
            tx.append_events(updated.map(|business| EventPayload::BusinessUpdated(Box::new(business))));
        }
        Telling::Bulk => tx.append_events([bulk_event(&created, &updated)]),
    }
    tx.append_events([EventPayload::StatsUpdated {}]);
}

fn bulk_event(created: &NumberedBusinesses, updated: &[Business]) -> EventPayload {
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
