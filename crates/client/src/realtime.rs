use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use contract::event::{Handshake, SYNC_READY, SYNC_RESET, SyncReset};
use contract::{Event, keys};
use futures::future::{Either, FusedFuture, select};
use futures::{FutureExt, StreamExt};
use requery::{QueryClient, QueryFilters, RefetchOptions};
use socketio_client::{Events, Options, Payload, Socket, SocketEvent};

use crate::{Bridge, Connection, ConnectionState};

/// What events could not decide is fetched at most this often.
const SETTLE: Duration = Duration::from_millis(500);
/// After so many failed attempts the server counts as out of reach.
const OFFLINE_AFTER: u32 = 3;

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
    pub fn start(
        url: &str,
        since: u64,
        client: QueryClient,
        connection: Connection,
    ) -> Result<Self, socketio_client::Error> {
        let seen = Arc::new(AtomicU64::new(since));
        let last = Arc::clone(&seen);
        let options = Options::new(url).auth(move || {
            let handshake = Handshake { since: Some(last.load(Ordering::Acquire)) };
            serde_json::to_value(handshake).unwrap_or_default()
        });
        let (socket, events) = Socket::connect(options)?;
        let stream = Stream { bridge: Bridge::new(client.clone()), client, connection, seen };
        spawn(stream.run(events));
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

struct Stream {
    bridge: Bridge,
    client: QueryClient,
    connection: Connection,
    seen: Arc<AtomicU64>,
}

impl Stream {
    async fn run(self, mut events: Events) {
        let mut settle = pin!(futures::future::Fuse::terminated());
        loop {
            if settle.is_terminated() && self.bridge.is_unsettled() {
                settle.set(sleep(SETTLE).fuse());
            }
            match select(events.next(), settle.as_mut()).await {
                Either::Left((Some(event), _)) => self.handle(event),
                Either::Left((None, _)) => return,
                Either::Right(((), _)) => self.bridge.settle(),
            }
        }
    }

    fn handle<A>(&self, event: SocketEvent<A>) {
        match event {
            SocketEvent::Event { name, data, .. } => self.receive(&name, &data),
            SocketEvent::Disconnected { .. } | SocketEvent::ConnectError(_) => self.lose(),
            SocketEvent::Reconnecting { attempt, .. } if attempt > OFFLINE_AFTER => {
                self.connection.set(ConnectionState::Offline);
            }
            _ => {}
        }
    }

    fn receive(&self, name: &str, data: &Payload) {
        match name {
            SYNC_READY => self.connection.set(ConnectionState::Live),
            SYNC_RESET => {
                if let Ok(reset) = read::<SyncReset>(data) {
                    self.seen.store(reset.seq, Ordering::Release);
                    self.bridge.reset();
                }
            }
            _ => {
                // An event that this version does not know changes nothing that it shows.
                let Ok(event) = read::<Event>(data) else { return };
                if event.seq > self.seen.load(Ordering::Acquire) {
                    self.bridge.apply(&event);
                    self.seen.store(event.seq, Ordering::Release);
                }
            }
        }
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

/// The event's argument, by way of `Value`, as every answer is read.
fn read<T: serde::de::DeserializeOwned>(data: &Payload) -> Result<T, serde_json::Error> {
    serde_json::from_str::<serde_json::Value>(data.raw(0).unwrap_or_default())
        .and_then(serde_json::from_value)
}

#[cfg(target_arch = "wasm32")]
fn spawn(task: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(task);
}

#[cfg(not(target_arch = "wasm32"))]
fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}

#[cfg(target_arch = "wasm32")]
async fn sleep(duration: Duration) {
    gloo_timers::future::sleep(duration).await;
}

#[cfg(not(target_arch = "wasm32"))]
async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}
