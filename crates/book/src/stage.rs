//! What the blocks of the chapters stand on.

use client::{ApiClient, ApiError, Connection, ConnectionState, queries};
use requery::runtime::TestRuntime;
use requery::{QueryClient, QueryObserver, QueryOptions, Subscription};

use crate::{LATENCY, Server};

/// A page without a document: its cache, its client and its connection, which is live, on a virtual clock.
#[derive(Debug)]
pub struct Stage {
    /// The clock, and the tasks of the cache.
    pub runtime: TestRuntime,
    /// The cache, with the defaults of the page.
    pub client: QueryClient,
    /// Behind the client.
    pub server: Server,
    /// The typed client.
    pub api: ApiClient,
    /// The state of the event stream.
    pub connection: Connection,
}

impl Stage {
    /// An empty cache before a server that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        let (runtime, connection) = (TestRuntime::new(), Connection::new());
        let (client, server) = (QueryClient::new(runtime.clone()), Server::new(runtime.clone()));
        client.set_default_options(queries::defaults());
        client.mount();
        connection.set(ConnectionState::Live);
        let api = ApiClient::new(server.clone());
        Self { runtime, client, server, api, connection }
    }

    /// Watches a query, as a component on screen does, until the second value is dropped.
    pub fn show<T, D>(
        &self,
        options: QueryOptions<T, ApiError, D>,
    ) -> (QueryObserver<T, ApiError, D>, Subscription)
    where
        T: Send + Sync + 'static,
        D: Send + Sync + 'static,
    {
        let observer = QueryObserver::new(&self.client, options);
        let subscription = observer.subscribe(|_| {});
        self.runtime.run_until_stalled();
        (observer, subscription)
    }

    /// Lets what is under way arrive.
    pub fn arrive(&self) {
        self.runtime.advance(LATENCY);
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}
