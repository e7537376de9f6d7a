//! Rows of which an event says that they changed, but not how.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use contract::event::BulkUpdated;
use contract::page::MAX_LIMIT;
use contract::query::BusinessIds;
use contract::{Business, BusinessId, BusinessQuery, keys};
use requery::{QueryClient, QueryFilters};

use crate::ApiClient;

/// What is still to be asked for.
#[derive(Debug, Default)]
struct Waiting {
    /// In order; most events name them so.
    ids: Vec<BusinessId>,
    is_fetching: bool,
}

impl Waiting {
    fn add(&mut self, id: BusinessId) {
        if let Err(at) = self.ids.binary_search(&id) {
            self.ids.insert(at, id);
        }
    }
}

/// Asks for changed rows: those of one event in one request, and those of all events that come meanwhile in the next.
#[derive(Clone, Debug)]
pub(super) struct Changed {
    client: QueryClient,
    api: ApiClient,
    waiting: Arc<Mutex<Waiting>>,
}

impl Changed {
    pub(super) fn new(client: QueryClient, api: ApiClient) -> Self {
        Self { client, api, waiting: Arc::default() }
    }

    /// Remembers the rows of a bulk event. Says whether [`Changed::fetch`] is to be run.
    pub(super) fn add(&self, bulk: &BulkUpdated) -> bool {
        let mut waiting = self.lock();
        bulk.ids.iter().for_each(|id| waiting.add(*id));
        let is_to_run = !waiting.ids.is_empty() && !waiting.is_fetching;
        waiting.is_fetching |= is_to_run;
        is_to_run
    }

    /// Asks for the rows until none is left.
    pub(super) async fn fetch(self) {
        while let Some(ids) = self.take() {
            // More than one request can bring: what is on screen is fetched as a whole.
            let is_fetched = ids.len() <= MAX_LIMIT as usize && self.ask(&ids).await;
            if !is_fetched {
                self.invalidate(ids);
            }
        }
    }

    async fn ask(&self, ids: &[BusinessId]) -> bool {
        let ids = Some(BusinessIds(ids.to_vec()));
        let query = BusinessQuery { ids, limit: Some(MAX_LIMIT), ..BusinessQuery::default() };
        let Ok(page) = self.api.list_businesses(&query).await else { return false };
        // Rows that are gone by now are told of by an event of their own.
        self.client.upsert_all(page.data);
        true
    }

    /// Leaves it to those who show the rows, or may.
    fn invalidate(&self, ids: Vec<BusinessId>) {
        for id in ids {
            for key in self.client.queries_showing::<Business>(id) {
                self.client.invalidate_soon(QueryFilters::exact(key));
            }
        }
        self.client.invalidate_soon(QueryFilters::prefix(keys::businesses::all()));
    }

    fn take(&self) -> Option<Vec<BusinessId>> {
        let mut waiting = self.lock();
        let ids = std::mem::take(&mut waiting.ids);
        waiting.is_fetching = !ids.is_empty();
        waiting.is_fetching.then_some(ids)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
