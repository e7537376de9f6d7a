//! What a client may do wrong at the socket: it is refused, and nobody else notices.

use std::time::Duration;

use axum::http::{Method, Request, StatusCode};
use futures::{StreamExt, stream};
use serde_json::json;
use server::ServerConfig;
use socketio_client::{ConnectError, SocketEvent};
use store::Store;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{
    BINARY, CONTINUED, Listener, Listening, RawSocket, TEXT, TestApp, business, eventually, open_config, seed,
};

/// Begins a socket by long-polling.
const HANDSHAKE: &str = "/socket.io/?EIO=4&transport=polling";

fn config(store: &Store) -> ServerConfig {
    ServerConfig { job_concurrency: 0, ..open_config(store) }
}

/// A server with somebody who listens and must not be disturbed.
struct Scene {
    db: store::test_support::TestStore,
    server: Listening,
    bystander: Listener,
}

impl Scene {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        let db = store::test_support::sqlite().await;
        let mut config = config(db.store());
        change(&mut config);
        let server = Listening::start(config).await;
        let mut bystander = Listener::since(&server.url(), 0);
        bystander.until("sync:ready").await;
        Self { db, server, bystander }
    }

    /// An event still arrives, on the connection that was there from the beginning.
    async fn end(mut self) {
        seed(self.db.store(), vec![business("Kahvila", "Helsinki")]).await;
        loop {
            match self.bystander.next().await {
                SocketEvent::Event { name, .. } if name == "business:created" => break,
                SocketEvent::Event { .. } => {}
                other => panic!("the bystander was disturbed: {other:?}"),
            }
        }
        self.server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_packets_end_their_own_connection() {
    let scene = Scene::new().await;
    for packet in ["", "9", "x", "4", "49", "42", "42{", "42[", "42[1]", "40{", "451-", "42\u{0}", "5", "6"] {
        let mut socket = RawSocket::join(scene.server.address, 0).await;
        socket.until("sync:ready").await;
        socket.text(packet).await;
        // One that is ignored would leave the connection open: then the next one, which is wrong for certain, ends it.
        socket.text("!").await;
        socket.until_closed().await;
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_packet_that_is_too_large_ends_its_connection() {
    let scene = Scene::new().await;
    for kind in [TEXT, BINARY] {
        let mut socket = RawSocket::join(scene.server.address, 0).await;
        socket.until("sync:ready").await;
        // The size that is announced is enough.
        socket.header(kind, true, 1 << 30).await;
        socket.until_closed().await;
    }
    let mut socket = RawSocket::join(scene.server.address, 0).await;
    socket.until("sync:ready").await;
    // Of many frames, each small.
    socket.frame(TEXT, false, &[b'4'; 1024]).await;
    for _ in 0..20 {
        socket.frame(CONTINUED, false, &[b'4'; 1024]).await;
    }
    socket.until_closed().await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attachments_that_nothing_announced_change_nothing() {
    let scene = Scene::new().await;
    let mut socket = RawSocket::join(scene.server.address, 0).await;
    socket.until("sync:ready").await;
    for _ in 0..100 {
        socket.frame(BINARY, true, &[0xff; 1000]).await;
    }
    let mut announced = RawSocket::join(scene.server.address, 0).await;
    announced.until("sync:ready").await;
    announced.text(r#"4599999-["a",{"_placeholder":true,"num":0}]"#).await;
    announced.text("!").await;
    announced.until_closed().await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn binary_where_text_is_due_joins_nothing() {
    let scene = Scene::new().await;
    for (kind, content) in [(BINARY, br#"40{"since":0}"#.as_slice()), (TEXT, b"40\xff\xfe"), (TEXT, b"\xc3(")]
    {
        let mut socket = RawSocket::open(scene.server.address).await;
        socket.frame(kind, true, content).await;
        socket.text("!").await;
        let heard = socket.until_closed().await;
        assert!(!heard.contains("sync:ready"), "{content:?}: {heard}");
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deeply_nested_packets_end_their_own_connection() {
    let scene = Scene::new().await;
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(2_000), close.repeat(2_000));
    let handshakes = [
        format!("40{}", deep("[", "]")),
        format!(r#"40{{"since":{}1{}"#, deep(r#"{"a":"#, ""), deep("", "}")),
    ];
    for handshake in handshakes {
        let mut socket = RawSocket::open(scene.server.address).await;
        socket.text(&handshake).await;
        socket.text("!").await;
        let heard = socket.until_closed().await;
        assert!(!heard.contains("sync:ready"), "{heard}");
    }
    let mut socket = RawSocket::join(scene.server.address, 0).await;
    socket.until("sync:ready").await;
    socket.text(&format!(r#"42["a",{}]"#, deep("[", "]"))).await;
    socket.text("!").await;
    socket.until_closed().await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_unknown_events_delays_nobody() {
    let mut scene = Scene::new().await;
    let mut loud = RawSocket::join(scene.server.address, 0).await;
    loud.until("sync:ready").await;
    let packet = format!(r#"42["no:such:event","{}"]"#, "x".repeat(1_000));
    for number in 0..20_000 {
        loud.text(&packet).await;
        if number == 10_000 {
            seed(scene.db.store(), vec![business("Ravintola", "Helsinki")]).await;
            assert_eq!(scene.bystander.until("business:created").await["data"]["name"], "Ravintola");
        }
    }
    loud.until("business:created").await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_client_says_is_not_heard() {
    let mut scene = Scene::new().await;
    let mut socket = RawSocket::join(scene.server.address, 0).await;
    socket.until("sync:ready").await;
    let forged = json!({ "seq": 7, "type": "business:deleted", "data": { "id": 1, "version": 9 } });
    socket.text(&format!("42{}", json!(["business:deleted", forged]))).await;
    socket.text(r#"42["no:such:event",{}]"#).await;
    seed(scene.db.store(), vec![business("Kahvila", "Helsinki")]).await;
    socket.until("business:created").await;
    let (name, data) = scene.bystander.next_event().await;
    assert_eq!((name.as_str(), &data["seq"]), ("business:created", &json!(1)));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_namespace_is_refused_with_the_reason() {
    let scene = Scene::new().await;
    let mut socket = RawSocket::open(scene.server.address).await;
    socket.text("40/admin,").await;
    socket.until(r#"44/admin,{"message":"Invalid namespace"}"#).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_is_no_place_is_refused_with_what_to_send() {
    let scene = Scene::new().await;
    for since in [json!(-1), json!(1.5), json!("7"), json!([]), json!({ "seq": 1 }), json!(1e30)] {
        let mut listener = Listener::connect(&scene.server.url(), json!({ "since": since }));
        let message = loop {
            if let SocketEvent::ConnectError(ConnectError::Refused { message, .. }) = listener.next().await {
                break message;
            }
        };
        assert!(message.contains("send {\"since\""), "{since}: {message}");
    }
    // The largest number there is: a place, though not one of this log.
    let mut ahead = Listener::since(&scene.server.url(), u64::MAX);
    assert_eq!(ahead.until("sync:reset").await, json!({ "seq": 0 }));
    scene.end().await;
}

/// Whoever begins and does not go on is forgotten after a while, by the heartbeat.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_that_never_end_end_with_the_heartbeat() {
    let scene = Scene::with(|config| {
        config.limits.sockets.ping_interval = Duration::from_millis(500);
        config.limits.sockets.ping_timeout = Duration::from_millis(500);
    })
    .await;
    let mut header_only = RawSocket::join(scene.server.address, 0).await;
    header_only.until("sync:ready").await;
    header_only.header(TEXT, true, 10_000).await;
    header_only.bytes(b"42[").await;
    let mut half_a_header = RawSocket::open(scene.server.address).await;
    half_a_header.bytes(&[0x81]).await;
    let mut unfinished = RawSocket::join(scene.server.address, 0).await;
    unfinished.until("sync:ready").await;
    unfinished.frame(TEXT, false, b"42[").await;
    header_only.until_closed().await;
    half_a_header.until_closed().await;
    unfinished.until_closed().await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_sockets_than_are_allowed_are_refused_until_one_is_gone() {
    let scene = Scene::with(|config| config.limits.sockets.open = 3).await;
    let handshake = || async { plain_get(scene.server.address, HANDSHAKE).await };
    // The bystander has one of them.
    let opened = [handshake().await, handshake().await];
    assert!(opened.iter().all(|answer| answer.starts_with("HTTP/1.1 200")), "{opened:?}");
    let refused = handshake().await;
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    assert!(refused.contains("retry-after") && refused.contains("too many sockets are open"), "{refused}");
    let close = format!("{HANDSHAKE}&sid={}", sid(&opened[0]));
    let left = plain(scene.server.address, "POST", &close, "1").await;
    assert!(left.starts_with("HTTP/1.1 200"), "{left}");
    eventually("a free place", || async { handshake().await.starts_with("HTTP/1.1 200").then_some(()) })
        .await;
    scene.end().await;
}

/// Each is begun and left alone: those who find a place keep it, the others learn why not, and nobody waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_handshakes_take_no_more_places_than_there_are() {
    let scene = Scene::with(|config| config.limits.sockets.open = 50).await;
    let answers: Vec<_> = stream::iter(0..1_000)
        .map(|_| plain_get(scene.server.address, HANDSHAKE))
        .buffer_unordered(100)
        .collect()
        .await;
    let (opened, refused): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.starts_with("HTTP/1.1 200"));
    // The bystander has one.
    assert_eq!((opened.len(), refused.len()), (49, 951));
    for answer in refused {
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.contains("retry-after") && answer.contains("too many sockets are open"), "{answer}");
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_begins_and_says_nothing_gives_the_place_back() {
    let scene = Scene::with(|config| config.limits.sockets.open = 2).await;
    let handshake = || async { plain_get(scene.server.address, HANDSHAKE).await };
    eventually("the first place", || async { handshake().await.starts_with("HTTP/1.1 200").then_some(()) })
        .await;
    eventually("the same place again", || async {
        handshake().await.starts_with("HTTP/1.1 200").then_some(())
    })
    .await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_large_or_malformed_is_refused_over_polling_as_well() {
    let scene = Scene::new().await;
    for body in ["4".repeat(1 << 20), "!".to_owned(), "b?".to_owned(), "\u{1e}\u{1e}".to_owned()] {
        let sid = open_polling(scene.server.address).await;
        let answer = plain(scene.server.address, "POST", &format!("{HANDSHAKE}&sid={sid}"), &body).await;
        let begin: String = body.chars().take(10).collect();
        assert!(answer.starts_with("HTTP/1.1 4"), "{begin}: {answer}");
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packets_that_are_sent_by_polling_and_never_end_are_given_up() {
    let scene = Scene::with(|config| config.limits.head_time = Duration::from_millis(300)).await;
    let sid = open_polling(scene.server.address).await;
    let mut stream = TcpStream::connect(scene.server.address).await.unwrap();
    let head = format!(
        "POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nhost: {}\r\ncontent-type: text/plain\r\n\
         content-length: 5000\r\n\r\n40",
        scene.server.address
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = tokio::time::timeout(Duration::from_secs(60), stream.read_to_string(&mut answer));
    read.await.unwrap_or_else(|_| panic!("it is waited for for ever")).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    scene.end().await;
}

#[tokio::test]
async fn requests_that_are_no_sockets_are_refused() {
    let app = TestApp::new().await;
    let check = async |method: Method, query: &str| {
        let request = Request::builder().method(method.clone()).uri(format!("/socket.io/?{query}"));
        let answer = app.ask(request).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{method} {query}");
    };
    check(Method::GET, "").await;
    check(Method::GET, "EIO=9&transport=polling").await;
    check(Method::GET, "EIO=4&transport=pigeon").await;
    check(Method::GET, "EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA").await;
    check(Method::POST, "EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA").await;
    check(Method::GET, "EIO=4&transport=websocket").await;
}

/// Begins a socket by long-polling and gives what it is called.
async fn open_polling(address: std::net::SocketAddr) -> String {
    sid(&plain_get(address, HANDSHAKE).await).to_owned()
}

fn sid(opened: &str) -> &str {
    opened.split(r#""sid":""#).nth(1).unwrap().split('"').next().unwrap()
}

async fn plain_get(address: std::net::SocketAddr, path: &str) -> String {
    plain(address, "GET", path, "").await
}

async fn plain(address: std::net::SocketAddr, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
