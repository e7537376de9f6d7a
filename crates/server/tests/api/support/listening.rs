use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::time::Duration;

use contract::Event;
use futures::StreamExt;
use serde_json::{Value, json};
use server::{ServerConfig, ServerError, serve};
use socketio_client::{Events, Options, Reconnection, Socket, SocketEvent};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A free address for a server that stops and comes back to it. Its port is none of those that the system hands out: while
/// nobody listens there, another test would be given it.
pub(crate) fn lasting_address() -> SocketAddr {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    let mut addresses = (first..first + 1_000).map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    addresses.find(|address| TcpListener::bind(address).is_ok()).unwrap()
}

/// A server on a port of its own.
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServerError>>,
}

impl Listening {
    pub(crate) async fn start(config: ServerConfig) -> Self {
        Self::try_start(config).await.unwrap()
    }

    /// Says why where it cannot listen.
    pub(crate) async fn try_start(config: ServerConfig) -> Result<Self, ServerError> {
        let (stop, stopped) = oneshot::channel();
        let (listening, address) = oneshot::channel();
        let on_listening = move |address: SocketAddr| listening.send(address).unwrap();
        let shutdown = async move { stopped.await.unwrap_or_default() };
        let task = tokio::spawn(async move { serve(config, on_listening, shutdown).await });
        match address.await {
            Ok(address) => Ok(Self { address, stop, task }),
            Err(_ended) => Err(task.await.unwrap().unwrap_err()),
        }
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
