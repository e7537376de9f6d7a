//! A server on loopback that does what it is told to, well or badly, and writes down what it was sent.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use client::ApiClient;
use client::transport::ReqwestTransport;
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Does {
    /// Answers with that status, media type and body.
    Answers(u16, &'static str, Vec<u8>),
    /// Refuses for now: 503, to be asked again in so many seconds.
    Busy(u32),
    /// Says that so many bytes come, sends these, and closes.
    Cuts(usize, Vec<u8>),
    /// Sends a chunk of a body in chunks, and closes.
    CutsBetweenChunks(Vec<u8>),
    /// Closes without a word.
    HangsUp,
    /// Keeps the connection and says nothing.
    Waits,
    /// Sends the head of an answer and nothing of its body.
    WaitsAfterTheHead,
    /// Does that when it is told to go on.
    WhenTold(Box<Does>),
}

impl Does {
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        Self::Answers(status, "application/json", serde_json::to_vec(body).unwrap())
    }

    pub(crate) fn html(status: u16) -> Self {
        let page = "<!doctype html><title>Sign in to the network</title>";
        Self::Answers(status, "text/html", page.as_bytes().to_vec())
    }

    pub(crate) fn problem(status: u16, detail: &str) -> Self {
        let body = serde_json::json!({
            "type": "/problems/test", "title": "Test", "status": status, "detail": detail, "requestId": "r-1",
        });
        Self::Answers(status, "application/problem+json", body.to_string().into_bytes())
    }
}

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// `POST /api/jobs/..`
    pub(crate) what: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct Shared {
    does: Mutex<VecDeque<Does>>,
    asked: Mutex<Vec<Asked>>,
    arrived: Notify,
    told: Notify,
    hung_up: Notify,
}

/// The server. It is gone with the runtime of its test.
pub(crate) struct Loopback {
    base: String,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

impl Loopback {
    /// A server that does these things, one a request.
    pub(crate) async fn that(does: impl IntoIterator<Item = Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared { does: Mutex::new(does.into_iter().collect()), ..Shared::default() });
        let serving = Arc::clone(&shared);
        let listening = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&serving)));
            }
        });
        Self { base, shared, listening }
    }

    /// Listens no more: whoever connects is refused.
    pub(crate) async fn goes_down(&mut self) {
        self.listening.abort();
        assert!((&mut self.listening).await.unwrap_err().is_cancelled());
    }

    /// A port where nobody listens.
    pub(crate) async fn nobody() -> ApiClient {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        ApiClient::new(ReqwestTransport::new(&base).unwrap())
    }

    pub(crate) fn api(&self) -> ApiClient {
        ApiClient::new(ReqwestTransport::new(&self.base).unwrap())
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// Returns when a request has come.
    pub(crate) async fn arrived(&self) {
        self.shared.arrived.notified().await;
    }

    /// Lets the server do what it is to do when told.
    pub(crate) fn go_on(&self) {
        self.shared.told.notify_one();
    }

    /// Returns when whoever was kept waiting has closed the connection.
    pub(crate) async fn hung_up(&self) {
        self.shared.hung_up.notified().await;
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let asked = read(&mut stream).await;
    shared.asked.lock().unwrap().push(asked);
    let does = shared.does.lock().unwrap().pop_front();
    shared.arrived.notify_one();
    let mut does = does.unwrap_or_else(|| panic!("nobody said what to do with one more request"));
    if let Does::WhenTold(then) = does {
        shared.told.notified().await;
        does = *then;
    }
    // Whoever gave up meanwhile reads no answer.
    let _ = answer(&mut stream, does).await;
    shared.hung_up.notify_one();
}

async fn answer(stream: &mut TcpStream, does: Does) -> std::io::Result<()> {
    let head = |status: u16, kind: &str, rest: &str| {
        format!("HTTP/1.1 {status} It is\r\ncontent-type: {kind}\r\nconnection: close\r\n{rest}\r\n\r\n")
    };
    let json = "application/json";
    match does {
        Does::Answers(204, ..) => stream.write_all(b"HTTP/1.1 204 It is\r\nconnection: close\r\n\r\n").await,
        Does::Answers(status, kind, body) => {
            let length = format!("content-length: {}\r\nretry-after: 7", body.len());
            stream.write_all(head(status, kind, &length).as_bytes()).await?;
            stream.write_all(&body).await
        }
        Does::Busy(seconds) => {
            let rest = format!("content-length: 0\r\nretry-after: {seconds}");
            stream.write_all(head(503, "text/plain", &rest).as_bytes()).await
        }
        Does::Cuts(length, body) => {
            stream.write_all(head(200, json, &format!("content-length: {length}")).as_bytes()).await?;
            stream.write_all(&body).await
        }
        Does::CutsBetweenChunks(body) => {
            stream.write_all(head(200, json, "transfer-encoding: chunked").as_bytes()).await?;
            stream.write_all(format!("{:x}\r\n", body.len()).as_bytes()).await?;
            stream.write_all(&body).await?;
            stream.write_all(b"\r\n").await
        }
        Does::HangsUp | Does::WhenTold(_) => Ok(()),
        Does::Waits => wait(stream).await,
        Does::WaitsAfterTheHead => {
            stream.write_all(head(200, json, "content-length: 10").as_bytes()).await?;
            wait(stream).await
        }
    }
}

/// Says nothing for as long as the other end keeps the connection.
async fn wait(stream: &mut TcpStream) -> std::io::Result<()> {
    while stream.read(&mut [0; 64]).await? > 0 {}
    Ok(())
}

/// One whole request.
async fn read(stream: &mut TcpStream) -> Asked {
    let mut read = Vec::new();
    let head = loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break String::from_utf8(read[..end].to_vec()).unwrap();
        }
        assert!(stream.read_buf(&mut read).await.unwrap() > 0, "a request without an end");
    };
    let mut lines = head.lines();
    let what = lines.next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    let mut asked = Asked { what, headers, body: String::new() };
    let length: usize = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
    let start = head.len() + 4;
    while read.len() < start + length {
        assert!(stream.read_buf(&mut read).await.unwrap() > 0, "a body without an end");
    }
    asked.body = String::from_utf8(read[start..].to_vec()).unwrap();
    asked
}
