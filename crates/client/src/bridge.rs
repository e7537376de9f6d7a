//! Events applied to the cache.
//!
//! Every change is a patch: idempotent, guarded by version, and applied again by the cache over the result of a
//! fetch that was in flight. What cannot be decided here is marked, and fetched anew by [`Bridge::settle`].

mod jobs;
mod lists;
pub mod membership;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use contract::{
    Business, BusinessDetail, BusinessId, BusinessQuery, Event, EventPayload, JobStatus, Page, keys,
};
use requery::{QueryClient, QueryFilters};

use jobs::JobChange;
use lists::Change;

/// Applies events to a cache. Knows neither time nor network.
#[derive(Clone)]
pub struct Bridge {
    client: QueryClient,
    marked: Arc<Mutex<HashSet<keys::Key>>>,
}

impl fmt::Debug for Bridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bridge").field("marked", &self.marked().len()).finish_non_exhaustive()
    }
}

impl Bridge {
    /// A bridge to that cache.
    #[must_use]
    pub fn new(client: QueryClient) -> Self {
        Self { client, marked: Arc::default() }
    }

    /// Applies one event. Applying it again, or out of order, changes nothing.
    pub fn apply(&self, event: &Event) {
        match &event.payload {
            EventPayload::BusinessCreated(business) => self.upsert(business),
            EventPayload::BusinessUpdated(business) => self.upsert(business),
            EventPayload::BusinessDeleted(deleted) => self.remove(deleted.id, deleted.version),
            EventPayload::BusinessesBulkUpdated(bulk) => {
                self.mark([keys::businesses::all(), keys::businesses::all_facets()]);
                self.mark(
                    bulk.ids.iter().map(|id| keys::business::detail(*id)).filter(|key| self.is_known(key)),
                );
            }
            EventPayload::ScrapingProgress(moved) | EventPayload::EnrichmentProgress(moved) => {
                self.change_job(&JobChange::moved(moved));
            }
            EventPayload::ScrapingComplete(complete) => {
                self.change_job(&JobChange::completed(complete));
                self.mark([keys::businesses::all(), keys::businesses::all_facets()]);
            }
            EventPayload::ScrapingFailed(failed) => self.change_job(&JobChange::failed(failed)),
            EventPayload::EnrichmentComplete(complete) => {
                // A prefix: contacts and history belong to the business.
                self.mark([
                    keys::business::detail(complete.business_id),
                    keys::jobs::detail(complete.job_id),
                ]);
            }
            EventPayload::EnrichmentFailed(failed) => {
                self.mark([keys::business::detail(failed.business_id), keys::jobs::detail(failed.job_id)]);
            }
            EventPayload::JobUpdated(updated) => self.change_job(&JobChange::updated(updated)),
            EventPayload::StatsUpdated {} => self.mark([keys::stats::all()]),
        }
    }

    /// The events between what is known and now are gone: everything on screen is fetched anew, the rest when it
    /// is next looked at.
    pub fn reset(&self) {
        self.marked.lock().unwrap_or_else(PoisonError::into_inner).clear();
        // Started, not awaited.
        drop(self.client.invalidate_queries(QueryFilters::all()));
    }

    /// Invalidates what the events since the last call could not decide. Call it from time to time: a burst of
    /// events then costs one request a query.
    pub fn settle(&self) {
        for key in self.marked.lock().unwrap_or_else(PoisonError::into_inner).drain() {
            // Started, not awaited.
            drop(self.client.invalidate_queries(QueryFilters::prefix(key)));
        }
    }

    /// Whether [`Bridge::settle`] has something to do.
    #[must_use]
    pub fn is_unsettled(&self) -> bool {
        !self.marked().is_empty()
    }

    fn marked(&self) -> HashSet<keys::Key> {
        self.marked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn mark(&self, keys: impl IntoIterator<Item = keys::Key>) {
        self.marked.lock().unwrap_or_else(PoisonError::into_inner).extend(keys);
    }

    fn is_known(&self, key: &keys::Key) -> bool {
        !self.client.queries(QueryFilters::exact(key.clone())).is_empty()
    }

    fn upsert(&self, business: &Business) {
        let business = Arc::new(business.clone());
        self.change_lists(&Change::Upsert(Arc::clone(&business)));
        self.client.patch_query_data::<BusinessDetail>(keys::business::detail(business.id), move |detail| {
            let newer = detail.business.version < business.version;
            newer.then(|| BusinessDetail { business: (*business).clone(), contacts: detail.contacts.clone() })
        });
        self.mark([keys::businesses::all_facets()]);
    }

    fn remove(&self, id: BusinessId, version: u64) {
        self.change_lists(&Change::Remove { id, version });
        self.mark([keys::businesses::all_facets(), keys::business::detail(id)]);
    }

    fn change_lists(&self, change: &Change) {
        for summary in self.client.queries(QueryFilters::prefix(keys::businesses::all())) {
            let json = summary.key.to_json();
            let Some(query) =
                json.get(1).and_then(|filters| serde_json::from_value::<BusinessQuery>(filters.clone()).ok())
            else {
                continue;
            };
            let shown = self.client.get_query_data::<Page<Business>>(summary.key.clone());
            if shown.is_some_and(|page| lists::needs_server(&query, &page, change)) {
                self.mark([keys::businesses::list(&query)]);
            }
            let change = change.clone();
            self.client.patch_query_data::<Page<Business>>(summary.key, move |page| {
                lists::changed(&query, page, &change)
            });
        }
    }

    fn change_job(&self, change: &JobChange) {
        for key in [keys::jobs::detail(change.job_id), keys::scraper::status(change.job_id)] {
            let change = change.clone();
            self.client.patch_query_data(key, move |job| change.applied_to(job));
        }
        let lists = QueryFilters::prefix(keys::jobs::all());
        let in_page = change.clone();
        self.client.patch_queries_data::<Page<contract::Job>>(&lists, move |page| {
            let data = in_page.applied_in(&page.data)?;
            Some(Page { data, meta: page.meta.clone() })
        });
        let in_list = change.clone();
        self.client.patch_query_data::<Vec<contract::Job>>(keys::scraper::jobs(), move |jobs| {
            in_list.applied_in(jobs)
        });
        if change.is_transition() {
            self.mark([keys::jobs::all(), keys::scraper::jobs()]);
            self.mark([keys::jobs::detail(change.job_id), keys::scraper::status(change.job_id)]);
        }
        if change.status.is_some_and(JobStatus::is_finished) {
            self.mark([keys::enrichment::batch(change.job_id)]);
        }
    }
}
