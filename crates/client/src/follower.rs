//! The event stream, applied to a cache.

use contract::keys;
use requery::{QueryClient, QueryFilters, RefetchOptions};

use crate::{ApiClient, Bridge, Connection, ConnectionState, Update};

/// Keeps a cache and the state of the connection as an event stream says.
#[derive(Clone, Debug)]
pub struct Follower {
    client: QueryClient,
    bridge: Bridge,
    connection: Connection,
}

impl Follower {
    /// Of that cache, which asks `api` for what events do not say.
    #[must_use]
    pub fn new(client: QueryClient, api: ApiClient, connection: Connection) -> Self {
        Self { bridge: Bridge::new(client.clone(), api), client, connection }
    }

    /// Takes over one update. What is left to do, if anything, is for the caller to run; it ends by itself.
    pub fn take(&self, update: Update) -> Option<impl Future<Output = ()> + use<>> {
        match update {
            Update::Event(event) => return self.bridge.apply(event),
            Update::Live => self.live(),
            Update::Reset { is_another_log, .. } => self.bridge.reset(is_another_log),
            Update::Lost | Update::Refused(_) => self.lose(),
            Update::OutOfReach => self.connection.set(ConnectionState::Offline),
        }
        None
    }

    /// What was to be fetched and could not be while the server was out of reach is fetched now.
    fn live(&self) {
        self.connection.set(ConnectionState::Live);
        let missed = QueryFilters::all().active().predicate(|query| query.is_invalidated);
        let options = RefetchOptions { cancel_refetch: false };
        // Started, not awaited.
        drop(self.client.refetch_queries(missed, options));
    }

    /// Without events, what is on screen asks for itself: one fetch now, and each sets its own interval after it.
    fn lose(&self) {
        if self.connection.is_lost() {
            return;
        }
        self.connection.set(ConnectionState::Reconnecting);
        let polled = [keys::businesses::all(), keys::jobs::all(), keys::scraper::jobs()];
        let jobs = [QueryFilters::prefix(["job"]), QueryFilters::prefix(["scraper-job"])];
        for filters in polled.map(QueryFilters::prefix).into_iter().chain(jobs) {
            // Started, not awaited.
            drop(self.client.refetch_queries(filters.active(), RefetchOptions::default()));
        }
    }
}
