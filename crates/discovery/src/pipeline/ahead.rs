//! Deciding on a batch while the one before is written: the database and the matcher are busy at the same time.

use std::ops::Range;
use std::sync::Arc;

use contract::Timestamp;
use store::{KnownBusiness, LookupKey, NumberedBusinesses, StoreError, WriteTx};
use tokio::task::{JoinError, JoinHandle};

use super::decide::{Decided, decide};
use crate::error::DiscoveryError;
use crate::matching::Candidate;

/// A decision that is being made on what the store will hold once a transaction commits.
#[derive(Debug)]
pub(super) struct Ahead {
    deciding: JoinHandle<Decided>,
    /// The newest event that what is known was read after.
    since: u64,
    /// Events of the transaction that has written what was only foreseen.
    own: Range<u64>,
}

impl Ahead {
    /// Begins to decide on the batch that comes after the one that `tx` writes: `created` is what it will have stored,
    /// everything else that it changes is written.
    pub(super) async fn begin(
        tx: &mut WriteTx,
        candidates: &Arc<Vec<Candidate>>,
        created: &Arc<NumberedBusinesses>,
    ) -> Result<Self, StoreError> {
        let since = tx.latest_seq().await?;
        let keys = lookup_keys(candidates);
        let mut known = tx.known_businesses(&keys).await?;
        let (candidates, created, now) = (Arc::clone(candidates), Arc::clone(created), tx.now());
        let deciding = tokio::task::spawn_blocking(move || {
            known.extend(created.found_by(&keys));
            drop(created);
            decide(&candidates, known, now)
        });
        Ok(Self { deciding, since, own: 0..0 })
    }

    /// The transaction is committed, with these events.
    pub(super) fn after(self, own: Range<u64>) -> Self {
        Self { own, ..self }
    }
}

/// What is to be written of the records, as the store is now: what was decided ahead, unless somebody else changed a
/// business since.
pub(super) async fn decided(
    tx: &mut WriteTx,
    candidates: Arc<Vec<Candidate>>,
    ahead: Option<Ahead>,
) -> Result<Decided, DiscoveryError> {
    if candidates.is_empty() {
        return Ok(Decided::default());
    }
    if let Some(Ahead { deciding, since, own }) = ahead
        && !tx.businesses_changed(since, own).await?
    {
        return finished(deciding).await;
    }
    let known = tx.known_businesses(&lookup_keys(&candidates)).await?;
    decide_apart(candidates, known, tx.now()).await
}

/// Decides on a thread where nothing else has to wait for it.
pub(super) async fn decide_apart(
    candidates: Arc<Vec<Candidate>>,
    known: Vec<KnownBusiness>,
    now: Timestamp,
) -> Result<Decided, DiscoveryError> {
    finished(tokio::task::spawn_blocking(move || decide(&candidates, known, now))).await
}

async fn finished(deciding: JoinHandle<Decided>) -> Result<Decided, DiscoveryError> {
    match deciding.await.map_err(JoinError::try_into_panic) {
        Ok(decided) => Ok(decided),
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        // The runtime ends.
        Err(Err(_)) => Err(DiscoveryError::Stopped),
    }
}

pub(super) fn lookup_keys(candidates: &[Candidate]) -> Vec<LookupKey> {
    let key = |candidate: &Candidate| LookupKey {
        source: candidate.source.clone(),
        source_id: candidate.place.source_id.clone(),
        name_key: candidate.place.name_key.clone(),
        location: candidate.place.point,
    };
    candidates.iter().map(key).collect()
}

#[cfg(test)]
mod tests;
