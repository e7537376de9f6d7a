//! A real HTTP server on loopback: answers what a function says, and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, header};
use futures::{StreamExt as _, stream};
use serde_json::Value;
use url::form_urlencoded;

/// What came in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) at: Instant,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) agent: String,
    pub(crate) kind: String,
    pub(crate) range: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Asked {
    /// The value of a form or query field of that name.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let text = if self.body.is_empty() { &self.query } else { &self.body };
        form_urlencoded::parse(text.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// A header, as text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The body, which is JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Whole,
    Cut,
    Never,
}

impl Reply {
    pub(crate) fn status(status: u16, body: impl Into<String>) -> Self {
        Self::bytes(status, body.into())
    }

    pub(crate) fn bytes(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), end: End::Whole }
    }

    pub(crate) fn json(body: &Value) -> Self {
        Self::status(200, body.to_string())
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The connection is cut after half of the body.
    pub(crate) fn cut(self) -> Self {
        Self { end: End::Cut, ..self }
    }

    /// The head comes, and the body never ends.
    pub(crate) fn endless(self) -> Self {
        Self { end: End::Never, ..self }
    }

    fn response(self) -> Response<Body> {
        let half = self.body.slice(..self.body.len() / 2);
        let body = match self.end {
            End::Whole => Body::from(self.body),
            End::Cut => Body::from_stream(stream::iter([Ok(half), Err(std::io::Error::other("cut"))])),
            End::Never => {
                Body::from_stream(stream::iter([Ok::<_, std::io::Error>(half)]).chain(stream::pending()))
            }
        };
        let response = Response::builder().status(self.status);
        self.headers
            .into_iter()
            .fold(response, |response, (name, value)| response.header(name, value))
            .body(body)
            .unwrap()
    }
}

type Answer = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

#[derive(Clone)]
struct Shared {
    answer: Arc<Answer>,
    asked: Arc<Mutex<Vec<Asked>>>,
    open: Arc<AtomicUsize>,
    most_open: Arc<AtomicUsize>,
}

pub(crate) struct Server {
    shared: Shared,
    address: SocketAddr,
}

impl Server {
    /// Answers what the function makes of a request and of the number of those before it.
    pub(crate) async fn start(answer: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let shared = Shared {
            answer: Arc::new(answer),
            asked: Arc::default(),
            open: Arc::default(),
            most_open: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(serve).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { shared, address }
    }

    pub(crate) fn url(&self, path: &str) -> url::Url {
        url::Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// The most requests that were answered at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.shared.most_open.load(Ordering::SeqCst)
    }
}

async fn serve(State(shared): State<Shared>, request: Request) -> Response<Body> {
    let open = shared.open.fetch_add(1, Ordering::SeqCst) + 1;
    shared.most_open.fetch_max(open, Ordering::SeqCst);
    let mut asked = head_of(&request);
    let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
    asked.body = String::from_utf8(body.to_vec()).unwrap();
    let before = {
        let mut all = shared.asked.lock().unwrap();
        all.push(asked.clone());
        all.len() - 1
    };
    // Two requests at once would meet here.
    tokio::task::yield_now().await;
    let response = (shared.answer)(&asked, before).response();
    shared.open.fetch_sub(1, Ordering::SeqCst);
    response
}

/// What the head of a request says.
fn head_of(request: &Request) -> Asked {
    let header = |name| {
        request.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    Asked {
        at: Instant::now(),
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        agent: header(header::USER_AGENT),
        kind: header(header::CONTENT_TYPE),
        range: header(header::RANGE),
        headers: request.headers().clone(),
        body: String::new(),
    }
}
