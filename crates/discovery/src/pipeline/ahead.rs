//! Deciding on a batch while the one before is written: the database and the matcher are busy at the same time.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::Arc;

use contract::{BusinessId, Timestamp};
use store::{KnownBusiness, LoadedKeys, LookupKey, NumberedBusinesses, StoreError, WriteTx};
use tokio::task::{JoinError, JoinHandle};

use super::decide::{Decided, decide};
use crate::error::DiscoveryError;
use crate::matching::{Candidate, is_shared_platform};

/// What is known before a batch is written, as long as nobody else changes a business.
#[derive(Debug)]
pub(super) struct Ahead {
    /// A decision that is being made on what the store will hold once a transaction commits.
    deciding: Option<JoinHandle<Decided>>,
    /// Names, phone numbers and domains of all, where a load keeps them.
    loaded: Option<LoadedKeys>,
    /// The newest event that what is known was read after.
    since: u64,
    /// Events of the transaction that has written what was only foreseen.
    own: Range<u64>,
}

impl Ahead {
    /// Before the first batch of a load.
    pub(super) fn load(loaded: LoadedKeys) -> Self {
        Self { deciding: None, since: loaded.since(), loaded: Some(loaded), own: 0..0 }
    }

    /// Begins to decide on the batch that comes after the one that `tx` writes: `created` is what it will have stored,
    /// everything else that it changes is written. What is loaded tells of both.
    pub(super) async fn begin(
        tx: &mut WriteTx,
        candidates: &Arc<Vec<Candidate>>,
        created: &Arc<NumberedBusinesses>,
        loaded: Option<LoadedKeys>,
    ) -> Result<Self, StoreError> {
        let since = tx.latest_seq().await?;
        let keys = lookup_keys(candidates);
        let mut known = known(tx, &keys, loaded.as_ref()).await?;
        let exported = exported(tx, candidates, &known).await?;
        let (candidates, created, now) = (Arc::clone(candidates), Arc::clone(created), tx.now());
        let deciding = tokio::task::spawn_blocking(move || {
            known.extend(created.found_by(&keys, &known));
            drop(created);
            known.extend(exported);
            decide(&candidates, known, now)
        });
        Ok(Self { deciding: Some(deciding), loaded, since, own: 0..0 })
    }

    /// The transaction is committed, with these events.
    pub(super) fn after(self, own: Range<u64>) -> Self {
        Self { own, ..self }
    }
}

/// What is to be written of the records, as the store is now: what was decided ahead, unless somebody else changed a
/// business since. What a load keeps comes back for as long as that is all there is.
pub(super) async fn decided(
    tx: &mut WriteTx,
    candidates: Arc<Vec<Candidate>>,
    ahead: Option<Ahead>,
) -> Result<(Decided, Option<LoadedKeys>), DiscoveryError> {
    let Some(Ahead { deciding, loaded, since, own }) = ahead else {
        return Ok((decide_now(tx, candidates, None).await?, None));
    };
    if tx.businesses_changed(since, own).await? {
        return Ok((decide_now(tx, candidates, None).await?, None));
    }
    let decided = match deciding {
        Some(deciding) => finished(deciding).await?,
        None => decide_now(tx, candidates, loaded.as_ref()).await?,
    };
    Ok((decided, loaded))
}

/// What a load keeps with the keys of a batch, as long as there is room for all.
pub(super) fn with_keys_of(
    loaded: Option<LoadedKeys>,
    changed: &[KnownBusiness],
    created: &NumberedBusinesses,
) -> Option<LoadedKeys> {
    let mut loaded = loaded?;
    loaded.add_changed(changed);
    loaded.add(created);
    Some(loaded).filter(LoadedKeys::is_complete)
}

async fn decide_now(
    tx: &mut WriteTx,
    candidates: Arc<Vec<Candidate>>,
    loaded: Option<&LoadedKeys>,
) -> Result<Decided, DiscoveryError> {
    let mut known = known(tx, &lookup_keys(&candidates), loaded).await?;
    known.extend(exported(tx, &candidates, &known).await?);
    decide_apart(candidates, known, tx.now()).await
}

async fn known(
    tx: &mut WriteTx,
    keys: &[LookupKey],
    loaded: Option<&LoadedKeys>,
) -> Result<Vec<KnownBusiness>, StoreError> {
    match loaded {
        Some(loaded) => tx.known_in_load(keys, loaded).await,
        None => tx.known_businesses(keys).await,
    }
}

/// The stored businesses that rows of an export were exported as, but for those that are known.
pub(super) async fn exported(
    tx: &mut WriteTx,
    candidates: &[Candidate],
    known: &[KnownBusiness],
) -> Result<Vec<KnownBusiness>, StoreError> {
    let wanted: BTreeSet<(BusinessId, Timestamp)> =
        candidates.iter().filter_map(Candidate::exported_as).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let known: HashSet<BusinessId> = known.iter().map(|one| one.business.id).collect();
    let mut ids: Vec<BusinessId> =
        wanted.iter().map(|(id, _)| *id).filter(|id| !known.contains(id)).collect();
    ids.dedup();
    let mut found = tx.businesses_by_id(&ids).await?;
    // Another database has other businesses under these ids.
    found.retain(|one| wanted.contains(&(one.business.id, one.business.created_at)));
    Ok(found)
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
        phones: candidate.signature.phones.clone(),
        domain: candidate.place.domain.clone().filter(|domain| !is_shared_platform(domain)),
    };
    let mut keys: Vec<LookupKey> = candidates.iter().map(key).collect();
    let others = candidates.iter().flat_map(|candidate| candidate.records().skip(1));
    keys.extend(others.map(|(source, id)| LookupKey {
        source: source.to_owned(),
        source_id: id.to_owned(),
        name_key: String::new(),
        location: None,
        phones: Vec::new(),
        domain: None,
    }));
    keys
}

#[cfg(test)]
mod tests;
