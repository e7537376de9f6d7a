//! The event stream of a page, applied to its cache.

use std::fmt;

use contract::keys;
use requery::{QueryClient, QueryFilters, RefetchOptions};
use socketio_client::{Options, Socket};

use crate::{ApiClient, Bridge, Connection, ConnectionState, EventStream, Update};

/// The event stream of a page: one socket, resumed after every loss from the last event seen, applied to the
/// cache. It ends when this value is dropped.
pub struct Realtime {
    socket: Socket,
}

impl fmt::Debug for Realtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Realtime").field("status", &self.socket.status()).finish()
    }
}

impl Realtime {
    /// Opens the stream at `url` from behind the event `since`, the newest one that the cache already shows.
    ///
    /// # Errors
    /// When the URL is none that a socket can be opened to.
    pub fn start(url: &str, since: u64, follower: Follower) -> Result<Self, socketio_client::Error> {
        let (socket, stream) = EventStream::open(Options::new(url), Some(since))?;
        spawn(follower.follow(stream));
        Ok(Self { socket })
    }

    /// Tries to connect now instead of at the next attempt: the machine says that it is online again.
    pub fn reconnect(&self) {
        self.socket.reconnect();
    }
}

impl Drop for Realtime {
    fn drop(&mut self) {
        self.socket.disconnect();
    }
}

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

    async fn follow(self, mut stream: EventStream) {
        while let Some(update) = stream.next().await {
            if let Some(rest) = self.take(update) {
                spawn(rest);
            }
        }
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

#[cfg(target_arch = "wasm32")]
fn spawn(task: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(task);
}

#[cfg(not(target_arch = "wasm32"))]
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}
