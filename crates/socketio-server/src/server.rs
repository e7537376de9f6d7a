use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::routing::any;
use http::request::Parts;
use hyper::upgrade::OnUpgrade;
use socketio_client::protocol::engine::{EnginePacket, Handshake};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::connection::Connection;
use crate::namespace::Namespace;
use crate::transport::Transport;
use crate::transport::polling::{Mailbox, Polling};
use crate::transport::websocket::WebSocket;
use crate::{Batch, Config, id, probe, route, session};

/// A Socket.IO server as a part of an axum application. Clones share it.
///
/// The protocols are Engine.IO 4 and Socket.IO 5, over WebSocket, HTTP long-polling, and from one to the other.
#[derive(Debug)]
pub struct Server<N>(Arc<Shared<N>>);

#[derive(Debug)]
struct Shared<N> {
    namespace: N,
    config: Arc<Config>,
    /// Sessions that requests go on with.
    polled: Mutex<HashMap<String, Arc<Mailbox>>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl<N> Clone for Server<N> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<N: Namespace> Server<N> {
    /// A server that takes sockets as `namespace` says.
    #[must_use]
    pub fn new(namespace: N, config: Config) -> Self {
        Self(Arc::new(Shared {
            namespace,
            config: Arc::new(config),
            polled: Mutex::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }))
    }

    /// The route, at [`Config::path`]. WebSockets need a connection over HTTP/1.1 that is served with upgrades, as
    /// `axum::serve` does.
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        Router::new().route(&self.0.config.path, any(route::answer::<N>)).with_state(self.clone())
    }

    /// Ends every connection and waits for that. Clients see a lost connection, and come back by themselves.
    pub async fn close(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    /// Begins a session by long-polling: its first packet.
    pub(crate) fn open_polling(&self, request: Parts) -> Result<String, getrandom::Error> {
        let (name, sid) = (id::random()?, id::random()?);
        let mailbox = Arc::new(Mailbox::default());
        let transport = Transport::Polling(Polling::new(Arc::clone(&mailbox)));
        self.lock().insert(name.clone(), mailbox);
        let open = self.handshake(&name, vec!["websocket".to_owned()]);
        let connection = Connection::new(Arc::clone(&self.0.config), transport);
        let server = self.clone();
        self.0.tasks.spawn(async move {
            server.serve(connection, &request, &sid).await;
            server.lock().remove(&name);
        });
        Ok(open)
    }

    /// Begins a session by WebSocket, once `upgrade` leads to one.
    pub(crate) fn open_websocket(&self, request: Parts, upgrade: OnUpgrade) -> Result<(), getrandom::Error> {
        let (name, sid) = (id::random()?, id::random()?);
        let server = self.clone();
        self.0.tasks.spawn(async move {
            let Some(socket) = server.upgraded(upgrade).await else { return };
            let config = Arc::clone(&server.0.config);
            let mut connection = Connection::new(config, Transport::WebSocket(socket));
            connection.send(&Batch::packet(&server.handshake(&name, Vec::new())));
            server.serve(connection, &request, &sid).await;
        });
        Ok(())
    }

    /// Tries whether a session that was begun by long-polling can go on by WebSocket.
    pub(crate) fn upgrade(&self, mailbox: Arc<Mailbox>, upgrade: OnUpgrade) {
        let server = self.clone();
        self.0.tasks.spawn(async move {
            if let Some(socket) = server.upgraded(upgrade).await {
                let probe = probe::run(socket, &mailbox, server.0.config.upgrade_timeout);
                server.0.stop.run_until_cancelled(probe).await;
            }
            mailbox.end_probe();
        });
    }

    /// The session of that name, if it is asked for by requests.
    pub(crate) fn polled(&self, name: &str) -> Option<Arc<Mailbox>> {
        self.lock().get(name).cloned()
    }

    async fn upgraded(&self, upgrade: OnUpgrade) -> Option<Box<WebSocket>> {
        // It fails where the client left before it had its answer.
        let upgraded = self.0.stop.run_until_cancelled(upgrade).await?.ok()?;
        Some(Box::new(WebSocket::new(upgraded, self.0.config.max_payload).await))
    }

    async fn serve(&self, connection: Connection, request: &Parts, sid: &str) {
        session::run(connection, &self.0.namespace, request, sid, &self.0.stop).await;
    }

    fn handshake(&self, name: &str, upgrades: Vec<String>) -> String {
        let Config { ping_interval, ping_timeout, max_payload, .. } = *self.0.config;
        let sid = name.to_owned();
        let handshake =
            Handshake { sid, upgrades, ping_interval, ping_timeout, max_payload: Some(max_payload) };
        EnginePacket::Open(handshake).encode()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Mailbox>>> {
        self.0.polled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
