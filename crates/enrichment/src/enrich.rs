//! One business, or a batch of them, from its website to the store.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use contract::event::{EnrichmentComplete, EnrichmentFailed};
use contract::suppression::SuppressionReason;
use contract::{
    Business, BusinessDetail, BusinessId, EnrichmentStatus, EventPayload, JobCounts, JobProgress, Timestamp,
};
use serde::{Deserialize, Serialize};
use store::{JobLease, JobUpdate, LeaseState, Store, StoreError, WriteTx};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::crawl::{Reading, crawl_beside};
use crate::fetcher::Fetcher;
use crate::kept::{Reused, Shelf};
use crate::outcome::Outcome;
use crate::providers::Providers;
use crate::suppressed::{is_website_suppressed, leave_out, unwanted};
use crate::verified::Verified;
use crate::verify::Verifier;
use crate::written::{Read, Written};

/// Why a business was not enriched at all.
#[derive(Debug, thiserror::Error)]
pub enum EnrichError {
    /// There is no such business.
    #[error("there is no business {0}")]
    UnknownBusiness(BusinessId),
    /// It was stopped on request.
    #[error("stopped on request")]
    Cancelled,
    /// Another worker holds the job.
    #[error("another worker holds the job")]
    LeaseLost,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What enrichment works with outside of the store. A fetcher alone is enough.
#[derive(Clone, Copy, Debug)]
pub struct Tools<'a> {
    /// Reads websites.
    pub fetcher: &'a Fetcher,
    /// Verifies the addresses that are found there; without it their status is unknown.
    pub verifier: Option<&'a Verifier>,
    /// Are asked for what the website does not say, for money.
    pub providers: Option<&'a Providers>,
}

impl<'a> From<&'a Fetcher> for Tools<'a> {
    fn from(fetcher: &'a Fetcher) -> Self {
        Self { fetcher, verifier: None, providers: None }
    }
}

/// How enriching a business ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What came of it.
    pub outcome: Outcome,
    /// Why the website could not be read, where that is the outcome: one sentence for each kind of failure.
    pub cause: Option<String>,
}

/// What a run needs besides the business.
#[derive(Clone, Copy, Debug)]
struct Run<'a> {
    store: &'a Store,
    tools: Tools<'a>,
    lease: &'a JobLease,
    cancel: &'a CancellationToken,
}

/// Enriches one business as the job of `lease`: the site is read outside any transaction, then everything that
/// follows from it is written in one, with its events. Pages that it has read are kept, so that it goes on behind them if it
/// was killed.
///
/// # Errors
/// When there is no such business, the job was stopped or lost, or the database fails.
pub async fn enrich(
    store: &Store,
    tools: impl Into<Tools<'_>>,
    lease: &JobLease,
    id: BusinessId,
    cancel: &CancellationToken,
) -> Result<Ended, EnrichError> {
    let run = Run { store, tools: tools.into(), lease, cancel };
    run.begin(id, JobUpdate { progress: reading(0, 1), ..JobUpdate::default() }).await?;
    run.finish(id, |_| JobUpdate { progress: saved(1, 1), counts: one_found(), checkpoint: None }).await
}

/// How a batch ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    /// Each business in the order of the request.
    pub items: Vec<BatchItem>,
}

impl Batch {
    fn with(&self, business_id: BusinessId, outcome: Option<Outcome>) -> Self {
        let added = BatchItem { business_id, outcome };
        Self { items: self.items.iter().copied().chain([added]).collect() }
    }
}

/// How one business of a batch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItem {
    /// The business.
    pub business_id: BusinessId,
    /// How it ended; absent where the business was deleted meanwhile.
    pub outcome: Option<Outcome>,
}

/// Enriches businesses one after the other as the job of `lease`, going on after those that `checkpoint` says
/// are done.
///
/// # Errors
/// When the job was stopped or lost, or the database fails.
pub async fn enrich_batch(
    store: &Store,
    tools: impl Into<Tools<'_>>,
    lease: &JobLease,
    ids: &[BusinessId],
    checkpoint: Option<serde_json::Value>,
    cancel: &CancellationToken,
) -> Result<Batch, EnrichError> {
    let run = Run { store, tools: tools.into(), lease, cancel };
    let mut batch: Batch =
        checkpoint.and_then(|checkpoint| serde_json::from_value(checkpoint).ok()).unwrap_or_default();
    for id in ids.iter().skip(batch.items.len()) {
        let before = batch_update(&batch, ids.len(), false);
        let outcome = match run.begin(*id, before).await {
            Ok(()) => {
                run.finish(*id, |outcome| batch_update(&batch.with(*id, Some(outcome)), ids.len(), true))
                    .await
            }
            Err(error) => Err(error),
        };
        let outcome = match outcome {
            Ok(ended) => Some(ended.outcome),
            Err(EnrichError::UnknownBusiness(_)) => None,
            Err(error) => return Err(error),
        };
        tracing::debug!(business_id = id.0, ?outcome, "enriched one of a batch");
        batch = batch.with(*id, outcome);
    }
    Ok(batch)
}

impl Run<'_> {
    /// Shows the business as being enriched.
    async fn begin(&self, id: BusinessId, update: JobUpdate) -> Result<(), EnrichError> {
        let mut tx = self.store.begin().await?;
        if !tx.begin_enriching(self.lease, id).await? {
            return Err(EnrichError::UnknownBusiness(id));
        }
        self.record(&mut tx, update).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn finish(
        &self,
        id: BusinessId,
        update: impl FnOnce(Outcome) -> JobUpdate,
    ) -> Result<Ended, EnrichError> {
        let detail = self.store.get_business(id).await?.ok_or(EnrichError::UnknownBusiness(id))?;
        let read = self.read(&detail).await?;
        self.write(id, read, update).await
    }

    /// Everything that is asked and read, outside any transaction.
    async fn read(&self, detail: &BusinessDetail) -> Result<Read, EnrichError> {
        let (business, started_at, started) = (&detail.business, now(), Instant::now());
        let (mut reading, reused) = match &business.website {
            None => (None, None),
            Some(_) if is_website_suppressed(self.store, business).await? => {
                (Some(Reading::Suppressed), None)
            }
            Some(website) => {
                let (reading, reused) = self.read_website(business, website).await?;
                (Some(reading), reused)
            }
        };
        match &mut reading {
            Some(Reading::Cancelled) => return Err(EnrichError::Cancelled),
            Some(Reading::Read(findings)) => leave_out(self.store, business, findings).await?,
            _ => {}
        }
        let verified = match &reading {
            Some(Reading::Read(findings)) => tokio::select! {
                verified = Verified::of(self.tools.verifier, business, findings) => verified,
                () = self.cancel.cancelled() => return Err(EnrichError::Cancelled),
            },
            _ => Verified::default(),
        };
        let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut read = Read { reading, reused, verified, started_at, duration_ms, consulted: Vec::new() };
        if let Some(providers) = self.tools.providers.filter(|_| !read.is_final()) {
            let consulted =
                providers.consult(self.store, business, &detail.contacts, read.findings(), &read.verified);
            // A call that is given up half way stays reserved, and so counts in full.
            let mut consulted = tokio::select! {
                consulted = consulted => consulted,
                () = self.cancel.cancelled() => return Err(EnrichError::Cancelled),
            };
            for one in &mut consulted {
                leave_out(self.store, business, &mut one.look_up.findings).await?;
            }
            read.take(consulted);
        }
        Ok(read)
    }

    /// Reads the website, but for what is kept of it. Who shares it waits, and finds all of it kept.
    async fn read_website(
        &self,
        business: &Business,
        website: &str,
    ) -> Result<(Reading, Option<Reused>), EnrichError> {
        let fetcher = self.tools.fetcher;
        let mut alone = None;
        let mut shelf = None;
        if let Ok(url) = Url::parse(website) {
            alone = tokio::select! {
                alone = fetcher.alone_at(&url) => Some(alone),
                () = self.cancel.cancelled() => return Err(EnrichError::Cancelled),
            };
            shelf = Shelf::of(self.store, business, &url, fetcher.kept_for()).await?;
        }
        let country = business.country.as_deref();
        let reading = crawl_beside(fetcher, website, country, shelf.as_mut(), self.cancel).await;
        drop(alone);
        Ok((reading, shelf.as_ref().and_then(Shelf::reused)))
    }

    /// Everything that follows from a reading, in one transaction. The business is read again in it: a person may
    /// have changed it while the site was read. Who asked a provider not to be processed is suppressed first.
    async fn write(
        &self,
        id: BusinessId,
        read: Read,
        update: impl FnOnce(Outcome) -> JobUpdate,
    ) -> Result<Ended, EnrichError> {
        let mut tx = self.store.begin().await?;
        let seen = tx.businesses_by_id(&[id]).await?.pop().ok_or(EnrichError::UnknownBusiness(id))?;
        for subject in read.unwanted().filter_map(|whom| unwanted(whom, &seen.business)) {
            tx.suppress(&subject, SuppressionReason::Provider).await?;
        }
        let contacts = tx.contacts(id).await?;
        let mut known = tx.businesses_by_id(&[id]).await?;
        let Some(mut known) = known.pop() else { return Err(EnrichError::UnknownBusiness(id)) };
        let Written { outcome, error, cause, contacts: all, entries } =
            read.write(&mut known.business, &contacts);
        let failed = outcome == Outcome::Unreachable;
        known.business.enrichment_status =
            if failed { EnrichmentStatus::Failed } else { EnrichmentStatus::Enriched };
        known.business.enrichment_error.clone_from(&error);
        let mut changed = tx.update_businesses(vec![known]).await?;
        if all.len() > contacts.len() {
            changed = self.store_contacts(&mut tx, id, all, changed).await?;
        }
        let version = changed.first().map_or(0, |business| business.version);
        tx.append_events(
            changed.into_iter().map(|business| EventPayload::BusinessUpdated(Box::new(business))),
        );
        tx.append_events([self.ended(id, version, failed.then(|| error.unwrap_or_default()))]);
        tx.append_events([EventPayload::StatsUpdated {}]);
        for entry in entries {
            tx.log_enrichment(entry).await?;
        }
        self.record(&mut tx, update(outcome)).await?;
        tx.commit().await?;
        Ok(Ended { outcome, cause })
    }

    async fn store_contacts(
        &self,
        tx: &mut WriteTx,
        id: BusinessId,
        contacts: Vec<store::NewContact>,
        mut changed: Vec<Business>,
    ) -> Result<Vec<Business>, EnrichError> {
        let stored = tx.replace_contacts(id, contacts).await?;
        for business in &mut changed {
            // Replacing contacts is a change of its own.
            business.version += 1;
            business.contact_count = u32::try_from(stored.len()).unwrap_or(u32::MAX);
        }
        Ok(changed)
    }

    fn ended(&self, business_id: BusinessId, version: u64, error: Option<String>) -> EventPayload {
        let job_id = self.lease.job_id();
        match error {
            Some(error) => EventPayload::EnrichmentFailed(EnrichmentFailed { business_id, job_id, error }),
            None => EventPayload::EnrichmentComplete(EnrichmentComplete { business_id, job_id, version }),
        }
    }

    async fn record(&self, tx: &mut WriteTx, update: JobUpdate) -> Result<(), EnrichError> {
        match tx.record_job(self.lease, update).await? {
            LeaseState::Lost => Err(EnrichError::LeaseLost),
            // The work of this transaction is done: it is kept, and the worker stops before the next.
            LeaseState::Held | LeaseState::CancelRequested => Ok(()),
        }
    }
}

fn batch_update(batch: &Batch, total: usize, saving: bool) -> JobUpdate {
    let count = |wanted: fn(Outcome) -> bool| {
        batch.items.iter().filter(|item| item.outcome.is_some_and(wanted)).count() as u64
    };
    let (done, total) = (batch.items.len() as u64, total as u64);
    JobUpdate {
        progress: if saving { saved(done, total) } else { reading(done, total) },
        counts: JobCounts {
            found: done,
            saved: count(|outcome| outcome == Outcome::Enriched),
            failed: count(|outcome| outcome == Outcome::Unreachable),
            ..JobCounts::default()
        },
        checkpoint: serde_json::to_value(batch).ok(),
    }
}

fn one_found() -> JobCounts {
    JobCounts { found: 1, ..JobCounts::default() }
}

fn reading(done: u64, total: u64) -> JobProgress {
    JobProgress {
        done,
        total: Some(total),
        stage: "reading".to_owned(),
        message: Some("Reading the website".to_owned()),
    }
}

fn saved(done: u64, total: u64) -> JobProgress {
    JobProgress { done, total: Some(total), stage: "saved".to_owned(), message: None }
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
