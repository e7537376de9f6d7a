//! Deciding on a batch while the one before is written: the database and the matcher are busy at the same time.

use std::ops::Range;
use std::sync::Arc;

use contract::Timestamp;
use store::{KnownBusiness, LoadedNames, LookupKey, NumberedBusinesses, StoreError, WriteTx};
use tokio::task::{JoinError, JoinHandle};

use super::decide::{Decided, decide};
use crate::error::DiscoveryError;
use crate::matching::Candidate;

/// What is known before a batch is written, as long as nobody else changes a business.
#[derive(Debug)]
pub(super) struct Ahead {
    /// A decision that is being made on what the store will hold once a transaction commits.
    deciding: Option<JoinHandle<Decided>>,
    /// All names, where a load keeps them.
    names: Option<LoadedNames>,
    /// The newest event that what is known was read after.
    since: u64,
    /// Events of the transaction that has written what was only foreseen.
    own: Range<u64>,
}

impl Ahead {
    /// Before the first batch of a load.
    pub(super) fn load(names: LoadedNames) -> Self {
        Self { deciding: None, since: names.since(), names: Some(names), own: 0..0 }
    }

    /// Begins to decide on the batch that comes after the one that `tx` writes: `created` is what it will have stored,
    /// everything else that it changes is written. The names tell of both.
    pub(super) async fn begin(
        tx: &mut WriteTx,
        candidates: &Arc<Vec<Candidate>>,
        created: &Arc<NumberedBusinesses>,
        names: Option<LoadedNames>,
    ) -> Result<Self, StoreError> {
        let since = tx.latest_seq().await?;
        let keys = lookup_keys(candidates);
        let mut known = known(tx, &keys, names.as_ref()).await?;
        let (candidates, created, now) = (Arc::clone(candidates), Arc::clone(created), tx.now());
        let deciding = tokio::task::spawn_blocking(move || {
            known.extend(created.found_by(&keys));
            drop(created);
            decide(&candidates, known, now)
        });
        Ok(Self { deciding: Some(deciding), names, since, own: 0..0 })
    }

    /// The transaction is committed, with these events.
    pub(super) fn after(self, own: Range<u64>) -> Self {
        Self { own, ..self }
    }
}

/// What is to be written of the records, as the store is now: what was decided ahead, unless somebody else changed a
/// business since. The names of a load come back for as long as they are all there are.
pub(super) async fn decided(
    tx: &mut WriteTx,
    candidates: Arc<Vec<Candidate>>,
    ahead: Option<Ahead>,
) -> Result<(Decided, Option<LoadedNames>), DiscoveryError> {
    let Some(Ahead { deciding, names, since, own }) = ahead else {
        return Ok((decide_now(tx, candidates, None).await?, None));
    };
    if tx.businesses_changed(since, own).await? {
        return Ok((decide_now(tx, candidates, None).await?, None));
    }
    let decided = match deciding {
        Some(deciding) => finished(deciding).await?,
        None => decide_now(tx, candidates, names.as_ref()).await?,
    };
    Ok((decided, names))
}

/// The names of a load with those of a batch, as long as there is room for all.
pub(super) fn with_names_of(
    names: Option<LoadedNames>,
    changed: &[KnownBusiness],
    created: &NumberedBusinesses,
) -> Option<LoadedNames> {
    let mut names = names?;
    names.add_changed(changed);
    names.add(created);
    Some(names).filter(LoadedNames::is_complete)
}

async fn decide_now(
    tx: &mut WriteTx,
    candidates: Arc<Vec<Candidate>>,
    names: Option<&LoadedNames>,
) -> Result<Decided, DiscoveryError> {
    let known = known(tx, &lookup_keys(&candidates), names).await?;
    decide_apart(candidates, known, tx.now()).await
}

async fn known(
    tx: &mut WriteTx,
    keys: &[LookupKey],
    names: Option<&LoadedNames>,
) -> Result<Vec<KnownBusiness>, StoreError> {
    match names {
        Some(names) => tx.known_in_load(keys, names).await,
        None => tx.known_businesses(keys).await,
    }
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
