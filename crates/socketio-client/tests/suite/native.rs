//! The native driver against socketioxide, and where there is no Socket.IO server.

use std::time::Duration;

use serde_json::json;
use socketio_client::{
    AckFuture, ConnectError, DisconnectReason, Error, Events, Limits, Options, Reconnection, Responder,
    Socket, SocketEvent,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::scenarios::{connect, end, next, options, scenarios};
use crate::server::{OxideServer, Server};

scenarios!(OxideServer);

#[test]
fn handles_move_and_are_shared_between_threads() {
    fn send_and_sync<T: Send + Sync>() {}
    send_and_sync::<Socket>();
    send_and_sync::<Events>();
    send_and_sync::<Responder>();
    send_and_sync::<AckFuture>();
}

#[tokio::test]
async fn credentials_are_not_shown_by_debug_output() {
    let server = OxideServer::start();
    let options = Options::new(server.url()).auth(|| json!({ "token": "good" })).header("cookie", "good");
    assert!(!format!("{options:?}").contains("good"));
    let (socket, events, _) = connect(options).await;
    assert!(!format!("{socket:?} {events:?}").contains("good"));
}

#[test]
fn a_socket_needs_a_runtime() {
    let error = Socket::connect(Options::new("http://127.0.0.1:1")).unwrap_err();
    assert_eq!(error, Error::NoRuntime);
}

#[tokio::test]
async fn unusable_options_are_refused() {
    let refused = |options: Options| Socket::connect(options).unwrap_err();
    assert!(matches!(refused(Options::new("localhost")), Error::InvalidUrl { .. }));
    let options = || Options::new("http://127.0.0.1:1");
    assert_eq!(refused(options().namespace("admin")), Error::InvalidNamespace("admin".to_owned()));
    assert_eq!(refused(options().namespace("/a,b")), Error::InvalidNamespace("/a,b".to_owned()));
    assert_eq!(refused(options().header("a b", "c")), Error::InvalidHeader("a b".to_owned()));
    assert_eq!(refused(options().header("a", "b\r\nc: d")), Error::InvalidHeader("a".to_owned()));
    #[cfg(not(feature = "tls"))]
    assert!(refused(Options::new("https://127.0.0.1:1")).to_string().contains("feature `tls`"));
}

#[tokio::test]
async fn nobody_listening_is_told_and_tried_again() {
    let port = free_port().await;
    let (socket, mut events) = Socket::connect(options(&format!("http://127.0.0.1:{port}"))).unwrap();
    for expected in 1..=3 {
        let error = next(&mut events).await;
        assert!(matches!(error, SocketEvent::ConnectError(ConnectError::Transport(_))), "{error:?}");
        match next(&mut events).await {
            SocketEvent::Reconnecting { attempt, .. } => assert_eq!(attempt, expected),
            other => panic!("expected another attempt, not {other:?}"),
        }
    }
    drop(socket);
    end(&mut events).await;
}

async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

fn once(url: &str) -> Options {
    options(url).reconnection(Reconnection { enabled: false, ..Reconnection::default() })
}

#[tokio::test]
async fn an_endpoint_that_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (_socket, mut events) =
        Socket::connect(once(&url).connect_timeout(Duration::from_millis(50))).unwrap();
    let error = next(&mut events).await;
    assert!(matches!(error, SocketEvent::ConnectError(ConnectError::Timeout)), "{error:?}");
}

#[tokio::test]
async fn an_http_server_without_socket_io_is_told_by_its_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).await.unwrap();
        stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        String::from_utf8(request[..length].to_vec()).unwrap()
    });
    let options = once(&url).path("/live/").query("page", "a b").header("x-device", "7");
    let (_socket, mut events) = Socket::connect(options).unwrap();
    match next(&mut events).await {
        SocketEvent::ConnectError(ConnectError::Transport(detail)) => {
            assert!(detail.contains("404"), "{detail}");
        }
        other => panic!("expected a failed transport, not {other:?}"),
    }
    let request = server.await.unwrap().to_lowercase();
    assert!(request.starts_with("get /live/?eio=4&transport=websocket&page=a%20b http/1.1"), "{request}");
    assert!(request.contains("x-device: 7"), "{request}");
}

#[tokio::test]
async fn too_large_a_packet_of_the_server_ends_the_connection() {
    let server = OxideServer::start();
    let limits = Limits { payload: 1_000, ..Limits::default() };
    let (socket, mut events, _) = connect(once(&server.url()).limits(limits)).await;
    socket.emit("big", json!(2_000)).unwrap();
    match next(&mut events).await {
        SocketEvent::Disconnected { reason: DisconnectReason::TransportError(detail) } => {
            assert!(detail.contains("too long"), "{detail}");
        }
        other => panic!("expected to be disconnected, not {other:?}"),
    }
}

#[tokio::test]
async fn without_a_reader_the_connection_goes_on() {
    let server = OxideServer::start();
    let limits = Limits { unread: 4, ..Limits::default() };
    let (socket, events, _) = connect(options(&server.url()).limits(limits)).await;
    drop(events);
    socket.emit("flood", json!(100)).unwrap();
    socket.emit_with_ack("acknowledge", (), Duration::from_secs(20)).await.unwrap();
}

#[test]
fn the_end_of_the_runtime_ends_everything() {
    let server = OxideServer::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (socket, mut events, _) = runtime.block_on(connect(options(&server.url())));
    let answer = socket.emit_with_ack("ignore", (), Duration::from_secs(60));
    runtime.shutdown_timeout(Duration::from_secs(20));
    assert_eq!(futures::executor::block_on(answer), Err(Error::Closed));
    assert_eq!(socket.emit("echo", ()), Err(Error::Closed));
    assert!(futures::executor::block_on(futures::StreamExt::next(&mut events)).is_none());
}
