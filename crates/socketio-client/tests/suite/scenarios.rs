//! What the native driver does against a real server, whichever implementation that is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use serde_json::{Value, json};
use socketio_client::{
    Bytes, ConnectError, DisconnectReason, Error, Events, Options, Payload, Reconnection, Responder, Socket,
    SocketEvent, Status,
};

use crate::server::Server;

/// Long enough for a busy machine; a scenario that holds ends much earlier.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn options(url: &str) -> Options {
    let reconnection = Reconnection { base_delay: Duration::from_millis(50), ..Reconnection::default() };
    Options::new(url).namespace("/open").reconnection(reconnection)
}

pub(crate) async fn next(events: &mut Events) -> SocketEvent<Responder> {
    tokio::time::timeout(PATIENCE, events.next())
        .await
        .expect("an event in time")
        .expect("the stream to go on")
}

pub(crate) async fn end(events: &mut Events) {
    let next = tokio::time::timeout(PATIENCE, events.next()).await.expect("the end of the stream in time");
    assert!(next.is_none(), "the stream went on with {next:?}");
}

/// Connects, and reads as far as the server's welcome, whose data is answered.
pub(crate) async fn connect(options: Options) -> (Socket, Events, Value) {
    let (socket, mut events) = Socket::connect(options).unwrap();
    let welcome = joined(&mut events).await;
    (socket, events, welcome)
}

async fn joined(events: &mut Events) -> Value {
    let connected = next(events).await;
    assert!(matches!(connected, SocketEvent::Connected { .. }), "{connected:?}");
    event(events, "welcome").await.arg(0).unwrap()
}

pub(crate) async fn event(events: &mut Events, expected: &str) -> Payload {
    match next(events).await {
        SocketEvent::Event { name, data, .. } if name == expected => data,
        other => panic!("expected event {expected}, not {other:?}"),
    }
}

/// Reads on until the server's welcome, past lost connections and failed attempts.
async fn joined_again(events: &mut Events) {
    loop {
        match next(events).await {
            SocketEvent::Connected { .. } => break,
            SocketEvent::Reconnecting { .. } | SocketEvent::ConnectError(ConnectError::Transport(_)) => {}
            other => panic!("unexpected {other:?} before being connected"),
        }
    }
    event(events, "welcome").await;
}

pub(crate) async fn auth_is_sent_and_decides<S: Server>() {
    let server = S::start();
    let good = Options::new(server.url()).auth(|| json!({ "token": "good", "since": 7 }));
    let (socket, _events, welcome) = connect(good).await;
    assert_eq!(welcome, json!({ "token": "good", "since": 7 }));
    assert_eq!(socket.status(), Status::Connected);

    let (socket, mut events) =
        Socket::connect(Options::new(server.url()).auth(|| json!({ "token": "bad" }))).unwrap();
    match next(&mut events).await {
        SocketEvent::ConnectError(ConnectError::Refused { message, .. }) => {
            assert_eq!(message, "not authorized");
        }
        other => panic!("expected to be refused, not {other:?}"),
    }
    assert_eq!(socket.status(), Status::Disconnected);
    drop(socket);
    end(&mut events).await;
}

pub(crate) async fn unknown_namespace_is_refused<S: Server>() {
    let server = S::start();
    let (_socket, mut events) = Socket::connect(options(&server.url()).namespace("/nowhere")).unwrap();
    match next(&mut events).await {
        SocketEvent::ConnectError(ConnectError::Refused { message, .. }) => {
            assert_eq!(message, "Invalid namespace");
        }
        other => panic!("expected to be refused, not {other:?}"),
    }
}

pub(crate) async fn events_go_both_ways_unchanged<S: Server>() {
    let server = S::start();
    let (socket, mut events, _) = connect(options(&server.url())).await;
    let values = [
        json!(null),
        json!("é\u{1f600}\"\\\n"),
        json!({ "a": [1, -2.5, true, {}] }),
        json!("x".repeat(90_000)),
    ];
    for value in values {
        socket.emit("echo", value.clone()).unwrap();
        let echo: Value = event(&mut events, "echo").await.arg(0).unwrap();
        // Without the values, of which one fills a screen.
        assert!(echo == value, "an echo differs");
    }
}

pub(crate) async fn emits_before_the_connection_are_sent_on_it<S: Server>() {
    let server = S::start();
    let (socket, mut events) = Socket::connect(options(&server.url())).unwrap();
    socket.emit("echo", json!(1)).unwrap();
    let answer = socket.emit_with_ack("acknowledge", json!(2), PATIENCE);
    joined(&mut events).await;
    assert_eq!(event(&mut events, "echo").await.arg::<u32>(0).unwrap(), 1);
    assert_eq!(answer.await.unwrap().arg::<u32>(0).unwrap(), 2);
}

pub(crate) async fn binary_goes_both_ways<S: Server>() {
    let server = S::start();
    let (socket, mut events, _) = connect(options(&server.url())).await;
    let bytes = Bytes::from((0..=255).cycle().take(50_000).collect::<Vec<u8>>());
    let pair = Payload::from("photo.jpg").with_bytes(bytes.clone());

    socket.emit("echo", pair.clone()).unwrap();
    let echo = event(&mut events, "echo").await;
    assert_eq!((echo.arg::<String>(0).unwrap().as_str(), echo.binary(1)), ("photo.jpg", Some(&bytes)));

    let answer = socket.emit_with_ack("acknowledge", pair, PATIENCE).await.unwrap();
    assert_eq!((answer.arg::<String>(0).unwrap().as_str(), answer.binary(1)), ("photo.jpg", Some(&bytes)));
}

pub(crate) async fn the_server_acknowledges<S: Server>() {
    let server = S::start();
    let (socket, _events, _) = connect(options(&server.url())).await;
    let answers = (0..20).map(|number| socket.emit_with_ack("acknowledge", json!(number), PATIENCE));
    for (number, answer) in futures::future::join_all(answers).await.into_iter().enumerate() {
        assert_eq!(answer.unwrap().arg::<usize>(0).unwrap(), number);
    }
    let ignored = socket.emit_with_ack("ignore", (), Duration::from_millis(20)).await;
    assert_eq!(ignored, Err(Error::AckTimeout));
}

pub(crate) async fn the_client_acknowledges<S: Server>() {
    let server = S::start();
    let (socket, mut events, _) = connect(options(&server.url())).await;
    socket.emit("ask", json!("how many?")).unwrap();
    match next(&mut events).await {
        SocketEvent::Event { name, data, ack: Some(ack) } => {
            assert_eq!((name.as_str(), data.raw(0)), ("question", Some(r#""how many?""#)));
            ack.send(json!({ "many": 3 })).unwrap();
        }
        other => panic!("expected a question, not {other:?}"),
    }
    assert_eq!(event(&mut events, "answered").await.arg::<Value>(0).unwrap(), json!({ "many": 3 }));
}

pub(crate) async fn too_large_an_emit_is_refused_and_costs_nothing<S: Server>() {
    let server = S::start();
    let (socket, _events, _) = connect(options(&server.url())).await;
    let refused = socket.emit("echo", json!("x".repeat(200_000))).unwrap_err();
    assert!(matches!(refused, Error::TooLarge { limit: 100_000, .. }), "{refused:?}");
    socket.emit_with_ack("acknowledge", json!(1), PATIENCE).await.unwrap();
}

pub(crate) async fn the_server_disconnects<S: Server>() {
    let server = S::start();
    let (socket, mut events, _) = connect(options(&server.url())).await;
    let lost = socket.emit_with_ack("ignore", (), PATIENCE);
    socket.emit("leave", ()).unwrap();
    match next(&mut events).await {
        SocketEvent::Disconnected { reason } => assert_eq!(reason, DisconnectReason::ServerDisconnect),
        other => panic!("expected to be disconnected, not {other:?}"),
    }
    assert_eq!(lost.await, Err(Error::Disconnected));
    assert_eq!(socket.status(), Status::Disconnected);

    socket.reconnect();
    joined(&mut events).await;
}

pub(crate) async fn the_client_disconnects_and_connects_again<S: Server>() {
    let server = S::start();
    let (_watcher, mut watched) = watch(&server).await;
    let (socket, mut events, _) = connect(options(&server.url())).await;
    socket.disconnect();
    match next(&mut events).await {
        SocketEvent::Disconnected { reason } => assert_eq!(reason, DisconnectReason::ClientDisconnect),
        other => panic!("expected to be disconnected, not {other:?}"),
    }
    assert_eq!(event(&mut watched, "gone").await.arg::<String>(0).unwrap(), "left");
    socket.emit("echo", json!("kept")).unwrap();
    socket.reconnect();
    joined(&mut events).await;
    assert_eq!(event(&mut events, "echo").await.arg::<String>(0).unwrap(), "kept");
}

pub(crate) async fn dropping_the_socket_leaves_and_ends_the_stream<S: Server>() {
    let server = S::start();
    let (_watcher, mut watched) = watch(&server).await;
    let (socket, mut events, _) = connect(options(&server.url())).await;
    let clone = socket.clone();
    drop(socket);
    clone.emit_with_ack("acknowledge", (), PATIENCE).await.expect("a clone keeps the socket");
    drop(clone);
    match next(&mut events).await {
        SocketEvent::Disconnected { reason } => assert_eq!(reason, DisconnectReason::ClientDisconnect),
        other => panic!("expected to be disconnected, not {other:?}"),
    }
    end(&mut events).await;
    assert_eq!(event(&mut watched, "gone").await.arg::<String>(0).unwrap(), "left");
}

async fn watch(server: &impl Server) -> (Socket, Events) {
    let (socket, mut events) = Socket::connect(options(&server.url()).namespace("/watch")).unwrap();
    let connected = next(&mut events).await;
    assert!(matches!(connected, SocketEvent::Connected { .. }), "{connected:?}");
    (socket, events)
}

pub(crate) async fn pings_keep_a_quiet_connection<S: Server>() {
    let server = S::pinging(Duration::from_millis(200));
    let (socket, mut events, _) = connect(options(&server.url())).await;
    // Longer than the server would wait for an answer to its first ping.
    socket.emit("wait", json!(3000)).unwrap();
    event(&mut events, "waited").await;
}

pub(crate) async fn a_restarted_server_is_found_again<S: Server>() {
    let mut server = S::start();
    let connections = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&connections);
    let auth = move || json!({ "connection": counted.fetch_add(1, Ordering::Relaxed) });
    let (socket, mut events, welcome) = connect(options(&server.url()).auth(auth)).await;
    assert_eq!(welcome, json!({ "connection": 0 }));

    for restart in 1..=3 {
        server.kill();
        match next(&mut events).await {
            SocketEvent::Disconnected {
                reason: DisconnectReason::TransportClose | DisconnectReason::TransportError(_),
            } => {}
            other => panic!("expected to lose the connection, not {other:?}"),
        }
        socket.emit("echo", json!(restart)).unwrap();
        server.restart();
        joined_again(&mut events).await;
        assert_eq!(event(&mut events, "echo").await.arg::<u32>(0).unwrap(), restart);
    }
    assert_eq!(connections.load(Ordering::Relaxed), 4, "one auth payload for each connection");
    // What comes before this answer has come.
    socket.emit_with_ack("acknowledge", (), PATIENCE).await.unwrap();
    let again = events.next().now_or_never();
    assert!(again.is_none(), "unexpected {again:?}");
}

pub(crate) async fn a_slow_reader_gets_everything_in_order<S: Server>() {
    const COUNT: u32 = 20_000;
    let server = S::start();
    let limits = socketio_client::Limits { unread: 16, ..Default::default() };
    let (socket, mut events, _) = connect(options(&server.url()).limits(limits)).await;
    socket.emit("flood", json!(COUNT)).unwrap();
    for number in 0..COUNT {
        assert_eq!(event(&mut events, "number").await.arg::<u32>(0).unwrap(), number);
    }
}

/// One test for each scenario, on a kind of server.
macro_rules! scenarios {
    ($server:ty $(, #[$attribute:meta])?) => {
        $crate::scenarios::scenarios!(@each $server, ($(#[$attribute])?):
            auth_is_sent_and_decides,
            unknown_namespace_is_refused,
            events_go_both_ways_unchanged,
            emits_before_the_connection_are_sent_on_it,
            binary_goes_both_ways,
            the_server_acknowledges,
            the_client_acknowledges,
            too_large_an_emit_is_refused_and_costs_nothing,
            the_server_disconnects,
            the_client_disconnects_and_connects_again,
            dropping_the_socket_leaves_and_ends_the_stream,
            pings_keep_a_quiet_connection,
            a_restarted_server_is_found_again,
            a_slow_reader_gets_everything_in_order,
        );
    };
    (@each $server:ty, $attributes:tt: $($scenario:ident,)*) => {
        $($crate::scenarios::scenarios!(@one $server, $attributes, $scenario);)*
    };
    (@one $server:ty, ($(#[$attribute:meta])?), $scenario:ident) => {
        #[tokio::test]
        $(#[$attribute])?
        async fn $scenario() {
            $crate::scenarios::$scenario::<$server>().await;
        }
    };
}
pub(crate) use scenarios;
