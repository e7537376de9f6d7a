//! The Socket.IO gateway: every event of the log, to every socket, once and in order.
//!
//! [`tail`] follows the log once a process; [`pump`] feeds one socket from its own place in the log; [`stats`] tells
//! at most once a second that figures changed; [`guests`] sees to it that who may no longer be there is cut off.

mod guests;
mod pump;
mod stats;
mod tail;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use contract::event::Handshake;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::socket::DisconnectReason;
use socketioxide::{ParserConfig, SocketIo};
use store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::{Identity, Principal, identify};
use crate::config::SocketLimits;
use crate::telemetry::OpenSocket;
use guests::Guests;
use pump::Pump;
use tail::Tail;

/// How long a client may take from its connection to joining the namespace.
const JOIN_TIME: Duration = Duration::from_secs(15);

/// The gateway of one process.
pub(crate) struct Gateway {
    io: SocketIo,
    routes: Router,
    tail: Arc<Tail>,
    guests: Arc<Guests>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Gateway {
    /// Follows the log and takes sockets from now on.
    pub(crate) fn start(store: Store, limits: SocketLimits) -> Self {
        let parser =
            ParserConfig::common().max_incoming_binary_buf_size(limits.packet_bytes).max_incoming_binaries(1);
        let (service, io) = SocketIo::builder()
            .req_path("/socket.io")
            .with_parser(parser)
            .ping_interval(limits.ping_interval)
            .ping_timeout(limits.ping_timeout)
            .connect_timeout(JOIN_TIME)
            .max_buffer_size(limits.unsent_packets)
            .max_payload(limits.packet_bytes as u64)
            .ws_max_message_size(limits.packet_bytes)
            .ws_max_frame_size(limits.packet_bytes)
            .build_svc();
        let tail = Arc::new(Tail::new(store.clone(), limits.recent_events));
        let guests = Arc::new(Guests::default());
        let gateway = Self {
            io,
            routes: Router::new().route_service("/socket.io/", service),
            tail,
            guests: Arc::clone(&guests),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        gateway.take_sockets(&store);
        let guest_list = store.clone();
        gateway.background(async move { guests.watch(guest_list).await });
        gateway.background(Arc::clone(&gateway.tail).follow());
        gateway.background(stats::announce(store, Arc::clone(&gateway.tail)));
        gateway
    }

    /// The path that sockets are opened at.
    pub(crate) fn routes(&self) -> Router {
        self.routes.clone()
    }

    /// Whether the log is being followed: false while the database does not answer.
    pub(crate) fn is_following(&self) -> bool {
        self.tail.is_following()
    }

    /// Closes every socket and ends every task. Clients see a lost connection, and come back with their `since`.
    pub(crate) async fn close(&self) {
        self.stop.cancel();
        self.io.close().await;
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn background(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(self.stop.clone().run_until_cancelled_owned(task));
    }

    fn take_sockets(&self, store: &Store) {
        let (tail, tasks, stop) = (Arc::clone(&self.tail), self.tasks.clone(), self.stop.clone());
        let guests = Arc::clone(&self.guests);
        let connected = move |socket: SocketRef, TryData(handshake): TryData<Handshake>| {
            let gone = stop.child_token();
            let disconnected = gone.clone();
            socket.on_disconnect(async move |reason: DisconnectReason| {
                tracing::debug!(?reason, "socket closed");
                disconnected.cancel();
            });
            let since = handshake.unwrap_or_default().since;
            let by = socket.extensions.get::<Principal>().map(|principal| principal.by);
            let pump = Pump::new(socket.clone(), Arc::clone(&tail));
            let (open, guests) = (OpenSocket::begin(), Arc::clone(&guests));
            tasks.spawn(async move {
                let place = by.map(|by| guests.enter(by, gone.clone()));
                gone.run_until_cancelled(pump.run(since)).await;
                if let Some(place) = place {
                    guests.leave(place);
                }
                // Closed already, unless its person may no longer be here.
                drop(socket.disconnect());
                drop(open);
            });
            std::future::ready(())
        };
        let store = store.clone();
        let admitted = move |socket: SocketRef, TryData(handshake): TryData<Handshake>| {
            let store = store.clone();
            async move { admit(&store, &socket, handshake.unwrap_or_default()).await }
        };
        // The checks run from the last one added to the first.
        self.io.ns("/", connected.with(admitted).with(readable_handshake));
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Refuses a handshake that cannot be read: a client that means a place in the log must not be given another one.
async fn readable_handshake(TryData(handshake): TryData<Handshake>) -> Result<(), &'static str> {
    match handshake {
        Ok(_) => Ok(()),
        Err(_) => Err("the handshake is not understood; send {\"since\": the last seq that you know}"),
    }
}

/// Takes in whoever signed in: a browser by the cookie of its request, a program by a token. Every role may listen.
async fn admit(store: &Store, socket: &SocketRef, handshake: Handshake) -> Result<(), String> {
    let principal = match handshake.token {
        Some(token) => {
            identify::by_token(store, &token).await.map_err(|problem| problem.into_problem().detail)?
        }
        None => {
            let identity = socket.req_parts().extensions.get::<Identity>().cloned().unwrap_or_default();
            identity.0.ok_or("sign in first, or send {\"token\": an API token}")?
        }
    };
    socket.extensions.insert(principal);
    Ok(())
}
