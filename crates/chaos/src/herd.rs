//! Businesses that are changed by the hundred, and stay so many.

use anyhow::{Context, Result};
use contract::event::BulkUpdated;
use contract::{Business, EventPayload, JobKind};
use fastrand::Rng;
use store::{KnownBusiness, NewJob, Store, WriteTx};

use crate::writers::{random, vary};

/// Businesses that there are at any time.
pub(crate) const SIZE: usize = 60;
/// Those that are deleted in one transaction, and made anew.
pub(crate) const RENEWED: usize = 2;
/// Changes of each of the others in one transaction.
const ROUNDS: usize = 3;

/// The only writer of a store.
pub(crate) struct Herd {
    store: Store,
    rng: Rng,
    rows: Vec<KnownBusiness>,
}

impl Herd {
    pub(crate) async fn new(store: &Store, mut rng: Rng) -> Result<Self> {
        let mut herd = Self { store: store.clone(), rows: Vec::new(), rng: rng.fork() };
        let mut tx = store.begin().await?;
        let born = herd.bear(&mut tx, SIZE).await?;
        tx.append_events(born);
        tx.commit().await?;
        Ok(herd)
    }

    /// One transaction: nearly every business changes several times, a few are replaced by others. Gives the number of
    /// its last event, and what was committed beside it.
    pub(crate) async fn change(&mut self) -> Result<u64> {
        let mut tx = self.store.begin().await?;
        let mut events = self.bury(&mut tx).await?;
        events.extend(self.bear(&mut tx, RENEWED).await?);
        for _ in 0..ROUNDS {
            let changed = self.vary_all(&mut tx).await?;
            if self.rng.u8(0..16) == 0 {
                // An event that says of its rows only that they changed.
                let (ids, versions) = changed.iter().map(|row| (row.id, row.version)).unzip();
                events.push(EventPayload::BusinessesBulkUpdated(BulkUpdated { ids, versions }));
            } else {
                events.extend(changed.into_iter().map(|row| EventPayload::BusinessUpdated(Box::new(row))));
            }
        }
        tx.append_events(events);
        tx.commit().await?;
        if self.rng.u8(0..16) == 0 {
            let job = self.store.enqueue_job(NewJob::new(JobKind::Scrape, serde_json::json!({}))).await?;
            self.store.cancel_job(job.job_id).await?;
        }
        Ok(self.store.latest_seq().await?)
    }

    async fn bury(&mut self, tx: &mut WriteTx) -> Result<Vec<EventPayload>> {
        let mut events = Vec::new();
        for _ in 0..RENEWED {
            let row = self.rows.swap_remove(self.rng.usize(0..self.rows.len())).business;
            let deleted = tx.delete_business(row.id, Some(row.version)).await?;
            events.push(EventPayload::BusinessDeleted(deleted));
        }
        Ok(events)
    }

    async fn bear(&mut self, tx: &mut WriteTx, count: usize) -> Result<Vec<EventPayload>> {
        let new: Vec<_> = (0..count).map(|_| random(&mut self.rng)).collect();
        let keys: Vec<_> = new.iter().map(|new| (new.name_key.clone(), new.domain.clone())).collect();
        let born = tx.insert_businesses(new).await?;
        for (business, (name_key, domain)) in born.iter().cloned().zip(keys) {
            self.rows.push(KnownBusiness { business, name_key, domain });
        }
        Ok(born.into_iter().map(|row| EventPayload::BusinessCreated(Box::new(row))).collect())
    }

    async fn vary_all(&mut self, tx: &mut WriteTx) -> Result<Vec<Business>> {
        for row in &mut self.rows {
            vary(&mut row.business, &mut self.rng);
        }
        let changed = tx.update_businesses(self.rows.clone()).await?;
        for (row, changed) in self.rows.iter_mut().zip(&changed) {
            row.business = changed.clone();
        }
        anyhow::ensure!(changed.len() == self.rows.len(), "the store changed some businesses only");
        Ok(changed)
    }

    /// One of the businesses.
    pub(crate) fn any(&mut self) -> Result<&Business> {
        let at = self.rng.usize(0..self.rows.len());
        Ok(&self.rows.get(at).context("there are no businesses")?.business)
    }
}
