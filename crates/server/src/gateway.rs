//! The Socket.IO gateway: every event of the log, to every socket, once and in order.
//!
//! [`tail`] follows the log once a process; [`pump`] is one socket's way from its own place in the log; [`hall`] takes
//! sockets in; [`stats`] tells at most once a second that figures changed; [`guests`] sees to it that who may no longer be
//! there is cut off.

mod guests;
mod hall;
mod pump;
mod stats;
mod tail;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use socketio_server::{Config, Server};
use store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::SocketLimits;
use guests::Guests;
use hall::Hall;
use tail::Tail;

/// How long a client may take from its connection to joining the namespace.
const JOIN_TIME: Duration = Duration::from_secs(15);

/// The gateway of one process.
pub(crate) struct Gateway {
    server: Server<Hall>,
    tail: Arc<Tail>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Gateway {
    /// Follows the log and takes sockets from now on.
    pub(crate) fn start(store: Store, limits: &SocketLimits) -> Self {
        let config = Config {
            path: "/socket.io/".to_owned(),
            ping_interval: limits.ping_interval,
            ping_timeout: limits.ping_timeout,
            join_timeout: JOIN_TIME,
            max_payload: limits.packet_bytes,
            ..Config::default()
        };
        let tail = Arc::new(Tail::new(store.clone(), limits.recent_events));
        let guests = Arc::new(Guests::default());
        let hall = Hall::new(store.clone(), Arc::clone(&tail), Arc::clone(&guests));
        let gateway = Self {
            server: Server::new(hall, config),
            tail: Arc::clone(&tail),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        let guest_list = store.clone();
        gateway.background(async move { guests.watch(guest_list).await });
        gateway.background(Arc::clone(&tail).follow());
        gateway.background(stats::announce(store, tail));
        gateway
    }

    /// The path that sockets are opened at.
    pub(crate) fn routes(&self) -> Router {
        self.server.routes()
    }

    /// Whether the log is being followed: false while the database does not answer.
    pub(crate) fn is_following(&self) -> bool {
        self.tail.is_following()
    }

    /// Closes every socket and ends every task. Clients see a lost connection, and come back with their `since`.
    pub(crate) async fn close(&self) {
        self.stop.cancel();
        self.server.close().await;
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn background(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(self.stop.clone().run_until_cancelled_owned(task));
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
