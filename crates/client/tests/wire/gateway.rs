//! A server of events on loopback, as far as a client sees it: Engine.IO v4 and Socket.IO v5 over a WebSocket.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use socketio_client::{Options, Reconnection};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

/// Pings so seldom that no pause of a busy machine counts as a lost connection.
const OPEN: &str =
    r#"0{"sid":"engine","upgrades":[],"pingInterval":600000,"pingTimeout":600000,"maxPayload":1000000}"#;

/// The server: it takes one client at a time.
pub(crate) struct Gateway {
    listener: TcpListener,
    pub(crate) url: String,
}

/// A client that has asked to join.
pub(crate) struct Guest {
    socket: WebSocketStream<TcpStream>,
    /// What its handshake said.
    pub(crate) handshake: Value,
}

impl Gateway {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self { listener, url }
    }

    /// Tries again soon and for ever.
    pub(crate) fn options(&self) -> Options {
        let (base_delay, max_delay) = (Duration::from_millis(1), Duration::from_millis(20));
        let reconnection =
            Reconnection { base_delay, max_delay, after_refusal: true, ..Reconnection::default() };
        Options::new(&self.url).reconnection(reconnection)
    }

    /// The next client that asks to join.
    pub(crate) async fn guest(&self) -> Guest {
        let (stream, _) = self.listener.accept().await.unwrap();
        let mut socket = accept_async(stream).await.unwrap();
        socket.send(Message::text(OPEN)).await.unwrap();
        let asked = socket.next().await.unwrap().unwrap().into_text().unwrap();
        let handshake = asked.as_str().strip_prefix("40").unwrap_or_else(|| panic!("it asked {asked}"));
        Guest { handshake: serde_json::from_str(handshake).unwrap(), socket }
    }

    /// The next client that asks to join, let in.
    pub(crate) async fn joined(&self) -> Guest {
        let mut guest = self.guest().await;
        guest.send(r#"40{"sid":"socket"}"#.to_owned()).await;
        guest
    }
}

impl Guest {
    async fn send(&mut self, packet: String) {
        self.socket.send(Message::text(packet)).await.unwrap();
    }

    /// Tells one event.
    pub(crate) async fn tell(&mut self, name: &str, data: Value) {
        self.send(format!("42{}", json!([name, data]))).await;
    }

    pub(crate) async fn refuse(mut self, why: &str) {
        self.send(format!("44{}", json!({ "message": why }))).await;
    }

    /// Returns when the client has gone.
    pub(crate) async fn gone(mut self) {
        while let Some(Ok(_)) = self.socket.next().await {}
    }
}
