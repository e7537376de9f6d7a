//! A server whose sockets hear numbers, from 0 on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::request::Parts;
use http::{Method, Request, StatusCode};
use serde_json::{Map, Value, json};
use socketio_server::{Batch, Config, Feed, Namespace, Server};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt as _;

/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// Tells how many numbers there are; none once its sockets are to be disconnected.
#[derive(Clone, Debug)]
pub(crate) struct Numbers {
    there: watch::Sender<Option<u64>>,
    /// How many numbers were asked for by all sockets.
    pub(crate) given: Arc<AtomicU64>,
    /// Bytes beside each number.
    filling: usize,
}

impl Numbers {
    pub(crate) fn tell(&self, count: u64) {
        self.there.send_modify(|there| *there = there.map(|there| there + count));
    }

    pub(crate) fn end(&self) {
        self.there.send_replace(None);
    }
}

impl Namespace for Numbers {
    type Feed = Counter;

    async fn join(&self, _: &Parts, auth: Option<Map<String, Value>>) -> Result<Counter, String> {
        let from = auth.and_then(|auth| auth.get("from")?.as_u64());
        let from = from.ok_or_else(|| "send {\"from\": a number}".to_owned())?;
        Ok(Counter { numbers: self.clone(), there: self.there.subscribe(), next: from })
    }
}

#[derive(Debug)]
pub(crate) struct Counter {
    numbers: Numbers,
    there: watch::Receiver<Option<u64>>,
    next: u64,
}

impl Feed for Counter {
    async fn next(&mut self) -> Option<Batch> {
        let next = self.next;
        let there = (*self.there.wait_for(|there| there.is_none_or(|there| there > next)).await.ok()?)?;
        let mut batch = Batch::builder();
        for number in next..there {
            batch.event("number", &json!([number, "x".repeat(self.numbers.filling)])).ok()?;
        }
        self.next = there;
        self.numbers.given.fetch_add(there - next, Ordering::Relaxed);
        Some(batch.build())
    }
}

pub(crate) struct Scene {
    pub(crate) numbers: Numbers,
    pub(crate) server: Server<Numbers>,
    router: Router,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self::with(Config::default(), 0)
    }

    pub(crate) fn with(config: Config, filling: usize) -> Self {
        let numbers = Numbers { there: watch::Sender::new(Some(0)), given: Arc::default(), filling };
        let server = Server::new(numbers.clone(), config);
        let router = server.routes();
        Self { numbers, server, router }
    }

    pub(crate) async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, self.router.clone()).into_future());
        address
    }

    pub(crate) async fn ask(&self, method: Method, query: &str, body: &str) -> (StatusCode, String) {
        let uri = format!("/socket.io/?EIO=4&{query}");
        let request = Request::builder().method(method).uri(uri).body(Body::from(body.to_owned())).unwrap();
        let response = patiently(self.router.clone().oneshot(request)).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Begins a session by long-polling, and gives its name.
    pub(crate) async fn open(&self) -> String {
        let (status, open) = self.ask(Method::GET, "transport=polling", "").await;
        assert_eq!(status, StatusCode::OK, "{open}");
        let open: Value = serde_json::from_str(open.strip_prefix('0').unwrap()).unwrap();
        assert_eq!(open["upgrades"], json!(["websocket"]));
        open["sid"].as_str().unwrap().to_owned()
    }

    /// Begins a session by long-polling that hears numbers from 0 on.
    pub(crate) async fn join(&self) -> String {
        let sid = self.open().await;
        assert_eq!(self.put(&sid, r#"40{"from":0}"#).await, (StatusCode::OK, "ok".to_owned()));
        let (status, joined) = self.take(&sid).await;
        assert!(status.is_success() && joined.starts_with(r#"40{"sid":""#), "{joined}");
        sid
    }

    pub(crate) async fn take(&self, sid: &str) -> (StatusCode, String) {
        self.ask(Method::GET, &format!("transport=polling&sid={sid}"), "").await
    }

    pub(crate) async fn put(&self, sid: &str, body: &str) -> (StatusCode, String) {
        self.ask(Method::POST, &format!("transport=polling&sid={sid}"), body).await
    }
}

pub(crate) async fn patiently<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("nothing came"))
}

/// The number that an Engine.IO packet tells, if it is one that does.
pub(crate) fn number(packet: &str) -> Option<u64> {
    let event: (String, (u64, String)) = serde_json::from_str(packet.strip_prefix("42")?).ok()?;
    Some(event.1.0)
}
