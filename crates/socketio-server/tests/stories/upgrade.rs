//! From long-polling to a WebSocket.

use futures::{SinkExt as _, StreamExt as _};
use http::StatusCode;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::support::{Scene, number, patiently};

type WebSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// As soon as no other one is tried.
async fn open(scene: &Scene, sid: &str) -> WebSocket {
    let address = scene.listen().await;
    let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket&sid={sid}");
    let opened = async {
        loop {
            match tokio_tungstenite::connect_async(&url).await {
                Ok((socket, _)) => return socket,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    patiently(opened).await
}

async fn say(socket: &mut WebSocket, packet: &str) {
    socket.send(Message::text(packet)).await.unwrap();
}

async fn hear(socket: &mut WebSocket) -> String {
    patiently(socket.next()).await.unwrap().unwrap().to_string()
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_on_the_way() {
    let scene = Scene::new();
    let sid = scene.join().await;
    let mut socket = open(&scene, &sid).await;
    let mut heard = Vec::new();
    say(&mut socket, "2probe").await;
    assert_eq!(hear(&mut socket).await, "3probe");
    // A request that waits is let go.
    let (status, body) = scene.take(&sid).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "6"));
    // Told while there is neither a request nor the WebSocket.
    scene.numbers.tell(10);
    tokio::task::yield_now().await;
    say(&mut socket, "5").await;
    scene.numbers.tell(10);
    while heard.len() < 20 {
        heard.extend(number(&hear(&mut socket).await));
    }
    assert_eq!(heard, (0..20).collect::<Vec<u64>>());
    // Requests are over.
    assert_eq!(scene.take(&sid).await.0, StatusCode::BAD_REQUEST);
    scene.numbers.tell(1);
    assert_eq!(number(&hear(&mut socket).await), Some(20));
}

#[tokio::test]
async fn a_websocket_that_is_not_right_leaves_the_session_as_it_was() {
    let scene = Scene::new();
    let sid = scene.join().await;
    for wrong in ["5", "2", "2prob", "40", "!"] {
        let mut socket = open(&scene, &sid).await;
        say(&mut socket, wrong).await;
        let end = hear(&mut socket).await;
        assert!(end.contains("expected a probe"), "{wrong}: {end}");
        // Its place is free once it is gone.
        while let Some(Ok(_)) = patiently(socket.next()).await {}
    }
    scene.numbers.tell(1);
    assert_eq!(number(&scene.take(&sid).await.1), Some(0));
}

#[tokio::test]
async fn one_websocket_is_tried_at_a_time() {
    let scene = Scene::new();
    let sid = scene.join().await;
    let _first = open(&scene, &sid).await;
    let address = scene.listen().await;
    let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket&sid={sid}");
    let refused = tokio_tungstenite::connect_async(url).await.unwrap_err().to_string();
    assert!(refused.contains("400"), "{refused}");
    scene.numbers.tell(1);
    assert_eq!(number(&scene.take(&sid).await.1), Some(0));
}
