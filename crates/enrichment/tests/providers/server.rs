//! A real server on loopback: answers by path, in their order, and remembers what it was asked.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use serde_json::Value;

/// What came in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) at: Instant,
    /// Path and query.
    pub(crate) uri: String,
    /// The header of that name.
    pub(crate) key: Option<String>,
}

#[derive(Clone, Debug)]
struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    after: Duration,
}

#[derive(Clone, Default)]
struct Shared {
    replies: Arc<Mutex<HashMap<String, VecDeque<Reply>>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

pub(crate) struct Server {
    shared: Shared,
    address: SocketAddr,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let shared = Shared::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(serve).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { shared, address }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// By name, so that it has a domain.
    pub(crate) fn site_url(&self) -> String {
        format!("http://localhost:{}/", self.address.port())
    }

    fn push(&self, path: &str, reply: Reply) {
        self.shared.replies.lock().unwrap().entry(path.to_owned()).or_default().push_back(reply);
    }

    /// A page of a website.
    pub(crate) fn page(self, path: &str, html: &str) -> Self {
        let headers = vec![("content-type", "text/html".to_owned())];
        self.push(path, Reply { status: 200, headers, body: html.to_owned(), after: Duration::ZERO });
        self
    }

    /// The next answer on a path; the last one is given again and again.
    pub(crate) fn json(self, path: &str, status: u16, body: &Value) -> Self {
        self.with(path, status, &[], body)
    }

    pub(crate) fn with(
        self,
        path: &str,
        status: u16,
        headers: &[(&'static str, &str)],
        body: &Value,
    ) -> Self {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        self.push(path, Reply { status, headers, body: body.to_string(), after: Duration::ZERO });
        self
    }

    /// An answer that takes longer than anybody waits.
    pub(crate) fn silence(self, path: &str) -> Self {
        let after = Duration::from_secs(60);
        self.push(path, Reply { status: 200, headers: Vec::new(), body: String::new(), after });
        self
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// Path and query of everything that came in.
    pub(crate) fn uris(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.uri).collect()
    }
}

async fn serve(State(shared): State<Shared>, request: Request) -> Response<Body> {
    let key = request.headers().get("x-api-key").map(|value| value.to_str().unwrap().to_owned());
    let (path, uri) = (request.uri().path().to_owned(), request.uri().to_string());
    shared.asked.lock().unwrap().push(Asked { at: Instant::now(), uri, key });
    let reply = {
        let mut replies = shared.replies.lock().unwrap();
        let waiting = replies.get_mut(&path);
        waiting.and_then(|queue| if queue.len() > 1 { queue.pop_front() } else { queue.front().cloned() })
    };
    let Some(reply) = reply else {
        return Response::builder().status(StatusCode::NOT_FOUND).body(Body::empty()).unwrap();
    };
    tokio::time::sleep(reply.after).await;
    let response = Response::builder().status(StatusCode::from_u16(reply.status).unwrap());
    let named = |builder: axum::http::response::Builder, (name, value): &(&'static str, String)| {
        builder.header(*name, value)
    };
    reply.headers.iter().fold(response, named).body(Body::from(reply.body)).unwrap()
}
