//! Events applied to the cache.
//!
//! What an event says of a business or a job goes into the cache's entities, which are guarded by version and shown
//! wherever they belong. What it does not say is invalidated, or asked for.

mod changed;
mod jobs;
#[cfg(test)]
mod rig;
#[cfg(test)]
mod tests;

use std::time::Duration;

use contract::{Business, Event, EventPayload, Job, JobId, JobStatus, keys};
use requery::{QueryClient, QueryFilters};

use crate::ApiClient;
use changed::Changed;
use jobs::JobChange;

/// What events could not decide is fetched at most this often.
const SETTLE: Duration = Duration::from_millis(500);

/// Facets count over all businesses, and nearly every event changes some count: they are fetched at most this often.
const SETTLE_FACETS: Duration = Duration::from_secs(3);

/// Applies events to a cache.
#[derive(Clone, Debug)]
pub struct Bridge {
    client: QueryClient,
    changed: Changed,
}

impl Bridge {
    /// A bridge to that cache, which asks `api` for rows of which an event only says that they changed.
    #[must_use]
    pub fn new(client: QueryClient, api: ApiClient) -> Self {
        client.settle_after(SETTLE);
        Self { changed: Changed::new(client.clone(), api), client }
    }

    /// Applies one event. Applying it again, or out of order, changes nothing. What is left to do, if anything, is
    /// for the caller to run; it ends by itself.
    pub fn apply(&self, event: Event) -> Option<impl Future<Output = ()> + use<>> {
        match event.payload {
            EventPayload::BusinessCreated(business) => {
                self.client.upsert(*business);
                self.facets();
            }
            EventPayload::BusinessUpdated(business) => {
                let detail = keys::business::detail(business.id);
                self.client.upsert(*business);
                // The event says how many contacts there are, not who they are.
                self.facets();
                self.soon([detail]);
            }
            EventPayload::BusinessDeleted(deleted) => {
                self.client.delete::<Business>(deleted.id, deleted.version);
                self.facets();
            }
            EventPayload::BusinessesBulkUpdated(bulk) => {
                self.facets();
                return self.changed.add(&bulk).then(|| self.changed.clone().fetch());
            }
            EventPayload::ScrapingProgress(moved) => self.change_job(JobChange::moved(moved)),
            EventPayload::EnrichmentProgress(moved) => {
                let batch = keys::enrichment::batch(moved.job_id);
                self.change_job(JobChange::moved(moved));
                self.soon([batch]);
            }
            EventPayload::ScrapingComplete(complete) => {
                self.change_job(JobChange::completed(&complete));
                self.soon([keys::businesses::all(), keys::businesses::all_facets()]);
            }
            EventPayload::ScrapingFailed(failed) => self.change_job(JobChange::failed(failed)),
            EventPayload::EnrichmentComplete(complete) => {
                // A prefix: contacts and history belong to the business.
                self.soon([
                    keys::business::detail(complete.business_id),
                    keys::jobs::detail(complete.job_id),
                    keys::enrichment::queue(),
                    keys::enrichment::spending(),
                ]);
            }
            EventPayload::EnrichmentFailed(failed) => {
                self.soon([
                    keys::business::detail(failed.business_id),
                    keys::jobs::detail(failed.job_id),
                    keys::enrichment::queue(),
                ]);
            }
            EventPayload::JobUpdated(updated) => self.change_job(JobChange::updated(&updated)),
            EventPayload::StatsUpdated {} => self.soon([keys::stats::all()]),
        }
        None
    }

    /// The events between what is known and now are gone: everything on screen is fetched anew, the rest when it
    /// is next looked at. `is_another_log`: versions have begun anew as well.
    pub fn reset(&self, is_another_log: bool) {
        if is_another_log {
            self.client.forget_entities();
        }
        // Started, not awaited.
        drop(self.client.invalidate_queries(QueryFilters::all()));
    }

    /// Invalidates these, together with what else waits for it.
    fn soon(&self, keys: impl IntoIterator<Item = keys::Key>) {
        for key in keys {
            self.client.invalidate_soon(QueryFilters::prefix(key));
        }
    }

    fn facets(&self) {
        self.client.invalidate_within(QueryFilters::prefix(keys::businesses::all_facets()), SETTLE_FACETS);
    }

    fn change_job(&self, change: JobChange) {
        let (id, status) = (change.job_id, change.status);
        let known = self.client.get_entity::<Job>(id);
        if let Some(job) = known.as_deref().and_then(|job| change.applied_to(job)) {
            self.client.upsert(job);
        }
        // An event says of a job that went from one status to another only that, and of an unknown one too little.
        if status.is_some() || known.is_none() {
            self.soon(showing(id));
        }
        if status.is_some_and(JobStatus::is_finished) {
            self.soon([keys::enrichment::batch(id)]);
        }
    }
}

/// Whatever may show that job.
fn showing(id: JobId) -> [keys::Key; 5] {
    [
        keys::jobs::detail(id),
        keys::scraper::status(id),
        keys::jobs::all(),
        keys::scraper::jobs(),
        keys::enrichment::queue(),
    ]
}
