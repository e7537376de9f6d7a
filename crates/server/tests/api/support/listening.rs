use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use contract::Event;
use futures::StreamExt;
use serde_json::{Value, json};
use server::{ServerConfig, ServerError, serve};
use socketio_client::{Events, Options, Reconnection, Socket, SocketEvent};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server on a port of its own.
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServerError>>,
}

impl Listening {
    pub(crate) async fn start(config: ServerConfig) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (listening, address) = oneshot::channel();
        let on_listening = move |address: SocketAddr| listening.send(address).unwrap();
        let shutdown = async move { stopped.await.unwrap_or_default() };
        let task = tokio::spawn(async move { serve(config, on_listening, shutdown).await });
        Self { address: address.await.unwrap(), stop, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops in order and waits for it.
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

/// A socket client that remembers nothing: it hands out what comes, in order.
pub(crate) struct Listener {
    _socket: Socket,
    events: Pin<Box<Events>>,
}

impl Listener {
    /// Connects with that handshake; reconnects at once and for ever.
    pub(crate) fn connect(url: &str, auth: Value) -> Self {
        let reconnection = Reconnection { max_delay: Duration::from_millis(100), ..Reconnection::default() };
        let options = Options::new(url).auth(move || auth.clone()).reconnection(reconnection);
        let (socket, events) = Socket::connect(options).unwrap();
        Self { _socket: socket, events: Box::pin(events) }
    }

    /// What came after `since`, and on.
    pub(crate) fn since(url: &str, since: u64) -> Self {
        Self::connect(url, json!({ "since": since }))
    }

    pub(crate) async fn next(&mut self) -> SocketEvent<socketio_client::Responder> {
        let next = tokio::time::timeout(Duration::from_secs(60), self.events.next());
        next.await.unwrap_or_else(|_| panic!("nothing came")).unwrap_or_else(|| panic!("the stream ended"))
    }

    /// The next event of any name with its one argument.
    pub(crate) async fn next_event(&mut self) -> (String, Value) {
        loop {
            if let SocketEvent::Event { name, data, .. } = self.next().await {
                assert_eq!(data.len(), 1, "{name}");
                return (name, data.arg(0).unwrap());
            }
        }
    }

    /// Waits for an event of that name and gives its argument.
    pub(crate) async fn until(&mut self, wanted: &str) -> Value {
        loop {
            let (name, data) = self.next_event().await;
            if name == wanted {
                return data;
            }
        }
    }

    /// The next so many events of the log, whose names must be their types.
    pub(crate) async fn take(&mut self, count: usize) -> Vec<Event> {
        let mut taken = Vec::new();
        while taken.len() < count {
            let (name, data) = self.next_event().await;
            if name.starts_with("sync:") {
                continue;
            }
            let event: Event = serde_json::from_value(data).unwrap();
            assert_eq!(event.payload.name(), name);
            taken.push(event);
        }
        taken
    }
}
