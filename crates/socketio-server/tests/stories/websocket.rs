//! WebSockets, by our own client.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::StreamExt as _;
use serde_json::json;
use socketio_client::{Events, Options, Responder, Socket, SocketEvent};
use socketio_server::Config;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Scene, patiently};

fn connect(address: SocketAddr, from: u64) -> (Socket, Events) {
    let options = Options::new(format!("http://{address}")).auth(move || json!({ "from": from }));
    Socket::connect(options).unwrap()
}

async fn next(events: &mut Events) -> SocketEvent<Responder> {
    patiently(events.next()).await.unwrap()
}

async fn connected(events: &mut Events) {
    let event = next(events).await;
    assert!(matches!(event, SocketEvent::Connected { .. }), "{event:?}");
}

async fn hear(events: &mut Events, numbers: std::ops::Range<u64>, filling: usize) {
    for number in numbers {
        let SocketEvent::Event { name, data, .. } = next(events).await else { panic!("no event") };
        let (heard, filled): (u64, String) = data.arg(0).unwrap();
        assert_eq!((name.as_str(), heard, filled.len()), ("number", number, filling));
    }
}

#[tokio::test]
async fn every_socket_hears_every_number_in_order_whatever_its_size() {
    for filling in [0, 100, 70_000] {
        let scene = Scene::with(Config::default(), filling);
        let address = scene.listen().await;
        let mut sockets: Vec<_> = (0..3).map(|_| connect(address, 0)).collect();
        for (_, events) in &mut sockets {
            connected(events).await;
        }
        for count in [1, 20, 50] {
            scene.numbers.tell(count);
        }
        for (_, events) in &mut sockets {
            hear(events, 0..71, filling).await;
        }
    }
}

#[tokio::test]
async fn what_clients_emit_is_let_go() {
    let scene = Scene::new();
    let (socket, mut events) = connect(scene.listen().await, 0);
    connected(&mut events).await;
    for _ in 0..1000 {
        socket.emit("number", json!([9, ""])).unwrap();
    }
    scene.numbers.tell(3);
    hear(&mut events, 0..3, 0).await;
}

#[tokio::test]
async fn a_feed_that_ends_disconnects_for_good() {
    let scene = Scene::new();
    let (_socket, mut events) = connect(scene.listen().await, 0);
    connected(&mut events).await;
    scene.numbers.end();
    let SocketEvent::Disconnected { reason } = next(&mut events).await else { panic!("still there") };
    assert_eq!(reason.as_str(), "io server disconnect");
}

#[tokio::test]
async fn a_server_that_closes_looks_like_a_lost_connection() {
    let scene = Scene::new();
    let (_socket, mut events) = connect(scene.listen().await, 0);
    connected(&mut events).await;
    patiently(scene.server.close()).await;
    let SocketEvent::Disconnected { reason } = next(&mut events).await else { panic!("still there") };
    assert_eq!(reason.as_str(), "transport close");
    assert!(matches!(next(&mut events).await, SocketEvent::Reconnecting { .. }));
}

/// A client that reads nothing is given no more than the buffers between take, and all of it once it reads.
#[tokio::test]
async fn a_reader_that_does_not_read_is_asked_for_nothing() {
    let scene = Scene::with(Config::default(), 50_000);
    let address = scene.listen().await;
    let mut deaf = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\n\
         upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    deaf.write_all(head.as_bytes()).await.unwrap();
    let join = br#"40{"from":0}"#;
    deaf.write_all(&[&[0x81, 0x80 | join.len() as u8, 0, 0, 0, 0], &join[..]].concat()).await.unwrap();
    let (_socket, mut events) = connect(address, 0);
    connected(&mut events).await;
    // 50 MB, each as a batch of its own: more than the buffers of a connection on this machine can take.
    for number in 0..1000 {
        scene.numbers.tell(1);
        hear(&mut events, number..number + 1, 50_000).await;
    }
    let given_to_deaf = scene.numbers.given.load(Ordering::Relaxed) - 1000;
    assert!(given_to_deaf < 1000, "everything was made ready for it");
    let mut last = Vec::new();
    let mut chunk = vec![0; 1 << 20];
    while !String::from_utf8_lossy(&last).contains("[999,") {
        let read = patiently(deaf.read(&mut chunk)).await.unwrap();
        assert!(read > 0, "it was cut off");
        // What is looked for may stand where two reads meet.
        let keep = last.len().saturating_sub(10);
        last.drain(..keep);
        last.extend_from_slice(&chunk[..read]);
    }
}

#[tokio::test]
async fn whoever_does_not_answer_is_cut_off() {
    let config = Config {
        ping_interval: Duration::from_millis(50),
        ping_timeout: Duration::from_millis(50),
        ..Config::default()
    };
    let scene = Scene::with(config, 0);
    let address = scene.listen().await;
    let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    let mut heard = Vec::new();
    while let Some(Ok(message)) = patiently(socket.next()).await {
        heard.push(message.to_string());
    }
    assert!(heard[0].starts_with("0{") && heard[1] == "2", "{heard:?}");
    assert!(heard[2].contains("no answer to a ping in time"), "{heard:?}");
}
