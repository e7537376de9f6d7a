//! The Socket.IO gateway: every event of the log, to every socket, once and in order.
//!
//! [`tail`] follows the log once a process; [`pump`] feeds one socket from its own place in the log; [`stats`] tells
//! at most once a second that figures changed.

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

use crate::config::SocketLimits;
use crate::telemetry::OpenSocket;
use pump::Pump;
use tail::Tail;

/// How long a client may take from its connection to joining the namespace.
const JOIN_TIME: Duration = Duration::from_secs(15);

/// The gateway of one process.
pub(crate) struct Gateway {
    io: SocketIo,
    routes: Router,
    tail: Arc<Tail>,
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
        let gateway = Self {
            io,
            routes: Router::new().route_service("/socket.io/", service),
            tail,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        gateway.take_sockets();
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

    fn take_sockets(&self) {
        let (tail, tasks, stop) = (Arc::clone(&self.tail), self.tasks.clone(), self.stop.clone());
        let connected = move |socket: SocketRef, TryData(handshake): TryData<Handshake>| {
            let gone = stop.child_token();
            let disconnected = gone.clone();
            socket.on_disconnect(async move |reason: DisconnectReason| {
                tracing::debug!(?reason, "socket closed");
                disconnected.cancel();
            });
            let since = handshake.unwrap_or_default().since;
            let pump = Pump::new(socket, Arc::clone(&tail));
            let open = OpenSocket::begin();
            tasks.spawn(async move {
                gone.run_until_cancelled(pump.run(since)).await;
                drop(open);
            });
            std::future::ready(())
        };
        self.io.ns("/", connected.with(readable_handshake));
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
