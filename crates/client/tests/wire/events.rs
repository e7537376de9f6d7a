//! The stream of events over a connection that is lost, and the page that follows it.

use client::{Connection, ConnectionState, EventStream, Follower, Update};
use contract::event::EventPayload;
use contract::{Event, Timestamp};
use serde_json::{Value, json};
use socketio_client::Options;

use crate::gateway::{Gateway, Guest};
use crate::rows::{Shown, business};

fn event(seq: u64, name: &str) -> Event {
    let payload = EventPayload::BusinessUpdated(Box::new(business(1, seq, name)));
    Event { seq, timestamp: Timestamp::from_millis(1), payload }
}

async fn tell(guest: &mut Guest, seq: u64, name: &str) {
    let event = event(seq, name);
    guest.tell(event.payload.name(), serde_json::to_value(&event).unwrap()).await;
}

async fn sync(guest: &mut Guest, kind: &str, seq: u64) {
    guest.tell(&format!("sync:{kind}"), json!({ "seq": seq })).await;
}

/// What was heard, in a word and a number.
async fn heard(stream: &mut EventStream) -> (&'static str, u64) {
    match stream.next().await.unwrap() {
        Update::Live => ("live", stream.seen().unwrap()),
        Update::Event(event) => ("event", event.seq),
        Update::Reset { seq, is_another_log: false } => ("reset", seq),
        Update::Reset { seq, is_another_log: true } => ("another log", seq),
        Update::Lost => ("lost", 0),
        Update::OutOfReach => ("out of reach", 0),
        Update::Refused(why) => panic!("refused: {why}"),
    }
}

#[tokio::test]
async fn events_come_in_order_and_each_once_over_a_lost_connection() {
    let gateway = Gateway::open().await;
    let (_socket, mut stream) = EventStream::open(gateway.options(), Some(3)).unwrap();
    let mut guest = gateway.joined().await;
    assert_eq!(guest.handshake, json!({ "since": 3 }));
    tell(&mut guest, 4, "A").await;
    sync(&mut guest, "ready", 4).await;
    // What a later version of the server may say, and what fits nothing.
    guest.tell("weather:changed", json!({ "seq": 5, "timestamp": "x", "type": "weather:changed" })).await;
    guest.tell("business:updated", json!("?")).await;
    tell(&mut guest, 5, "B").await;
    assert_eq!(
        [heard(&mut stream).await, heard(&mut stream).await, heard(&mut stream).await],
        [("event", 4), ("live", 4), ("event", 5)]
    );
    drop(guest);
    let mut guest = gateway.joined().await;
    assert_eq!(guest.handshake, json!({ "since": 5 }), "it goes on behind the last one");
    for (seq, name) in [(4, "A"), (5, "B"), (6, "C")] {
        tell(&mut guest, seq, name).await;
    }
    sync(&mut guest, "ready", 6).await;
    assert_eq!(
        [heard(&mut stream).await, heard(&mut stream).await, heard(&mut stream).await],
        [("lost", 0), ("event", 6), ("live", 6)]
    );
}

#[tokio::test]
async fn a_stream_without_a_place_begins_at_the_present() {
    let gateway = Gateway::open().await;
    let (_socket, mut stream) = EventStream::open(gateway.options(), None).unwrap();
    let mut guest = gateway.joined().await;
    assert_eq!(guest.handshake.get("since").cloned().unwrap_or_default(), Value::Null);
    sync(&mut guest, "ready", 41).await;
    assert_eq!(heard(&mut stream).await, ("live", 41));
    assert!(format!("{stream:?}").contains("41"));
}

#[tokio::test]
async fn events_that_are_not_to_be_had_are_told_and_so_is_another_log() {
    let gateway = Gateway::open().await;
    let (_socket, mut stream) = EventStream::open(gateway.options(), Some(3)).unwrap();
    let mut guest = gateway.joined().await;
    sync(&mut guest, "reset", 900).await;
    assert_eq!((heard(&mut stream).await, stream.seen()), (("reset", 900), Some(900)));
    sync(&mut guest, "reset", 2).await;
    assert_eq!((heard(&mut stream).await, stream.seen()), (("another log", 2), Some(2)));
    tell(&mut guest, 3, "A").await;
    assert_eq!(heard(&mut stream).await, ("event", 3), "numbers begin anew");
}

#[tokio::test]
async fn who_is_refused_is_told_why() {
    let gateway = Gateway::open().await;
    let (_socket, mut stream) = EventStream::open(gateway.options(), Some(0)).unwrap();
    gateway.guest().await.refuse("sign in").await;
    let Some(Update::Refused(why)) = stream.next().await else { panic!("it was let in") };
    assert_eq!(why, "sign in");
}

#[tokio::test]
async fn a_server_that_is_gone_is_out_of_reach_after_some_tries() {
    let gateway = Gateway::open().await;
    let (_socket, mut stream) = EventStream::open(gateway.options(), Some(0)).unwrap();
    let guest = gateway.joined().await;
    drop((guest, gateway));
    let mut heard_so_far = vec![heard(&mut stream).await.0];
    while heard_so_far.last() != Some(&"out of reach") {
        heard_so_far.push(heard(&mut stream).await.0);
    }
    assert_eq!(heard_so_far[0], "lost");
    assert!(heard_so_far.len() > 3, "{heard_so_far:?}");
}

/// Waits until it is so: another thread takes the events, and may be between two of the things that it does with one.
async fn becomes(it_is_so: impl Fn() -> bool) {
    while !it_is_so() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_follows_events_and_says_how_current_it_is() {
    let (gateway, shown) = (Gateway::open().await, Shown::before([]).await);
    let connection = Connection::new();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let listener = std::sync::Arc::clone(&told);
    connection.subscribe(move |state| listener.lock().unwrap().push(state));
    let told = |states: &[ConnectionState]| told.lock().unwrap().starts_with(states);
    let follower = Follower::new(shown.cache.clone(), shown.api.clone(), connection.clone());
    assert_eq!((connection.state().as_str(), connection.is_lost()), ("connecting", false));
    let (socket, mut stream) = EventStream::open(gateway.options(), Some(3)).unwrap();
    tokio::spawn(async move {
        while let Some(update) = stream.next().await {
            if let Some(rest) = follower.take(update) {
                tokio::spawn(rest);
            }
        }
    });
    let mut guest = gateway.joined().await;
    sync(&mut guest, "ready", 3).await;
    becomes(|| told(&[ConnectionState::Live])).await;
    assert!(connection.is_live());
    tell(&mut guest, 4, "Alpha moved").await;
    becomes(|| shown.row(1).name == "Alpha moved" && shown.detail().business.name == "Alpha moved").await;
    drop(guest);
    becomes(|| told(&[ConnectionState::Live, ConnectionState::Reconnecting])).await;
    assert!(connection.is_lost() && !connection.is_live());
    socket.reconnect();
    let mut guest = gateway.joined().await;
    assert_eq!(guest.handshake, json!({ "since": 4 }));
    sync(&mut guest, "ready", 4).await;
    becomes(|| told(&[ConnectionState::Live, ConnectionState::Reconnecting, ConnectionState::Live])).await;
    socket.disconnect();
    guest.gone().await;
}

#[tokio::test]
async fn an_address_that_is_none_is_an_error_and_not_a_stream() {
    assert!(EventStream::open(Options::new("no address"), None).is_err());
}
