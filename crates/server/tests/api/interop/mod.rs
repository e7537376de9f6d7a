//! The server and clients of other makers, over every transport that they have.

mod peer;

use std::net::SocketAddr;
use std::ops::{Range, RangeInclusive};

use contract::Role;
use serde_json::{Value, json};
use server::{Access, ServerConfig, serve};
use store::Store;
use store::test_support::TestStore;
use tokio::runtime::Runtime;
use tokio::sync::oneshot::{self, error::RecvError};

use self::peer::{Asks, Maker, Peer, Way};
use crate::support::{Listening, business, eventually, lasting_address, open_config, seed};

async fn add(store: &Store, numbers: Range<u64>) {
    seed(store, numbers.map(|number| business(&format!("B{number}"), "Helsinki")).collect()).await;
}

fn config(store: &Store) -> ServerConfig {
    ServerConfig { job_concurrency: 0, ..open_config(store) }
}

/// Numbers have no gaps: which events tell of figures, at times of their own, makes no difference.
async fn expect(peer: &mut Peer, seqs: RangeInclusive<u64>) {
    let expected: Vec<u64> = seqs.collect();
    assert_eq!(peer.seqs(expected.len()).await, expected);
}

async fn replay_goes_over_into_live(maker: Maker, way: Way) {
    let db = store::test_support::sqlite().await;
    add(db.store(), 0..120).await;
    // Whoever may only read may listen.
    let server =
        Listening::start(ServerConfig { access: Access::Open(Role::Viewer), ..config(db.store()) }).await;
    let mut peer = Peer::start(maker, way, &server.url(), &Asks::since(100));
    expect(&mut peer, 101..=120).await;
    assert_eq!(peer.event("sync:ready").await, json!({ "seq": 120 }));
    peer.until_on_its_way(way).await;
    add(db.store(), 120..125).await;
    expect(&mut peer, 121..=125).await;
    server.stop().await;
}

async fn without_a_place_it_begins_at_the_present(maker: Maker, way: Way) {
    let db = store::test_support::sqlite().await;
    add(db.store(), 0..3).await;
    let server = Listening::start(config(db.store())).await;
    let mut peer = Peer::start(maker, way, &server.url(), &Asks { auth: json!({}), ..Asks::since(0) });
    assert_eq!(peer.event("sync:ready").await, json!({ "seq": 3 }));
    add(db.store(), 3..4).await;
    expect(&mut peer, 4..=4).await;
    server.stop().await;
}

async fn a_long_event_arrives_whole(maker: Maker, way: Way) {
    let db = store::test_support::sqlite().await;
    let server = Listening::start(config(db.store())).await;
    let mut peer = Peer::start(maker, way, &server.url(), &Asks::since(0));
    peer.event("sync:ready").await;
    peer.until_on_its_way(way).await;
    let description = "Käsityöläiskahvila 咖啡 ☕\u{1f980}\n".repeat(2_000);
    let mut new = business("Kahvila", "Helsinki");
    new.business.description = Some(description.clone());
    seed(db.store(), vec![new]).await;
    let data = peer.event("business:created").await;
    assert_eq!(data["data"]["description"], description);
    assert_eq!(data["seq"], 1);
    server.stop().await;
}

/// A server that ends without a word, as a crash does.
struct Doomed(Option<Runtime>);

impl Doomed {
    async fn start(db: &TestStore, listen: SocketAddr) -> Self {
        let started = || async { Self::try_start(db, listen).await.ok() };
        eventually("the port to be free", started).await
    }

    async fn try_start(db: &TestStore, listen: SocketAddr) -> Result<Self, RecvError> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (listening, address) = oneshot::channel();
        let database = db.config().clone();
        runtime.spawn(async move {
            let store = Store::open(&database).await.unwrap();
            let config = ServerConfig { listen, ..config(&store) };
            serve(config, |address| listening.send(address).unwrap(), std::future::pending()).await
        });
        let doomed = Self(Some(runtime));
        address.await.map(|_address| doomed)
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        self.0.take().unwrap().shutdown_background();
    }
}

async fn a_lost_connection_goes_on_where_it_was(maker: Maker, way: Way) {
    let db = store::test_support::sqlite().await;
    let address = lasting_address();
    let first = Doomed::start(&db, address).await;
    let mut peer = Peer::start(maker, way, &format!("http://{address}"), &Asks::since(0));
    peer.event("sync:ready").await;
    peer.until_on_its_way(way).await;
    add(db.store(), 0..5).await;
    expect(&mut peer, 1..=5).await;
    drop(first);
    peer.until("disconnected").await;
    add(db.store(), 5..10).await;
    let _second = Doomed::start(&db, address).await;
    expect(&mut peer, 6..=10).await;
}

async fn after_an_orderly_stop_it_goes_on_where_it_was(maker: Maker, way: Way) {
    let db = store::test_support::sqlite().await;
    let address = lasting_address();
    let start = || async {
        let config = ServerConfig { listen: address, ..config(db.store()) };
        Listening::try_start(config).await.ok()
    };
    let first = eventually("the port to be free", start).await;
    let mut peer = Peer::start(maker, way, &format!("http://{address}"), &Asks::since(0));
    peer.event("sync:ready").await;
    peer.until_on_its_way(way).await;
    add(db.store(), 0..5).await;
    expect(&mut peer, 1..=5).await;
    first.stop().await;
    peer.until("disconnected").await;
    add(db.store(), 5..10).await;
    let second = eventually("the port to be free", start).await;
    expect(&mut peer, 6..=10).await;
    second.stop().await;
}

async fn whoever_leaves_is_gone_and_nobody_else(maker: Maker, way: Way) {
    let db = store::test_support::sqlite().await;
    let server = Listening::start(config(db.store())).await;
    let mut leaves = Peer::start(maker, way, &server.url(), &Asks::since(0));
    let mut stays = Peer::start(maker, way, &server.url(), &Asks::since(0));
    leaves.event("sync:ready").await;
    stays.event("sync:ready").await;
    leaves.send(json!("disconnect")).await;
    let reason = leaves.until("disconnected").await;
    assert!(reason.as_str().is_some_and(|reason| reason.contains("client")), "{reason}");
    add(db.store(), 0..5).await;
    expect(&mut stays, 1..=5).await;
    server.stop().await;
}

/// Clients have nothing to say; one that talks all the same hears what it would have heard.
async fn what_a_client_says_changes_nothing(maker: Maker, way: Way) {
    let db = store::test_support::sqlite().await;
    let server = Listening::start(config(db.store())).await;
    let mut peer = Peer::start(maker, way, &server.url(), &Asks::since(0));
    peer.event("sync:ready").await;
    let forged = json!({ "seq": 1000, "type": "business:deleted", "data": { "id": 1, "version": 9 } });
    peer.send(json!(["business:deleted", forged])).await;
    peer.send(json!(["no-such-event", "x".repeat(1000)])).await;
    add(db.store(), 0..5).await;
    expect(&mut peer, 1..=5).await;
    server.stop().await;
}

/// The client's own words for a refusal that came before Socket.IO differ; that it never was connected is told by
/// what it tells first.
async fn refusal(maker: Maker, way: Way, asks: Asks) -> Value {
    let db = store::test_support::sqlite().await;
    let server = Listening::start(config(db.store())).await;
    let mut peer = Peer::start(maker, way, &server.url(), &asks);
    let told = peer.first_of("refused", "connected").await;
    server.stop().await;
    told
}

async fn a_place_that_is_no_number_is_refused_with_what_to_send(maker: Maker, way: Way) {
    let asks = Asks { auth: json!({ "since": "yesterday" }), ..Asks::since(0) };
    let why = refusal(maker, way, asks).await;
    assert!(why.as_str().is_some_and(|why| why.contains("since")), "{why}");
}

async fn another_namespace_is_refused(maker: Maker, way: Way) {
    let why = refusal(maker, way, Asks { namespace: "/admin", ..Asks::since(0) }).await;
    assert_eq!(why, "Invalid namespace");
}

async fn another_host_is_refused(maker: Maker, way: Way) {
    refusal(maker, way, Asks { headers: json!({ "Host": "leads.example" }), ..Asks::since(0) }).await;
}

async fn a_page_of_another_origin_is_refused(maker: Maker, way: Way) {
    refusal(maker, way, Asks { headers: json!({ "Origin": "http://leads.example" }), ..Asks::since(0) })
        .await;
}

macro_rules! stories {
    ($($module:ident: $maker:ident, $way:ident $(, $more:ident)?;)*) => {
        $(mod $module {
            use super::{Maker, Way};

            stories!(@each $maker, $way:
                replay_goes_over_into_live,
                without_a_place_it_begins_at_the_present,
                a_long_event_arrives_whole,
                a_lost_connection_goes_on_where_it_was,
                after_an_orderly_stop_it_goes_on_where_it_was,
                whoever_leaves_is_gone_and_nobody_else,
                what_a_client_says_changes_nothing,
                a_place_that_is_no_number_is_refused_with_what_to_send,
                another_namespace_is_refused,
                a_page_of_another_origin_is_refused,
                $($more,)?
            );
        })*
    };
    (@each $maker:ident, $way:ident: $($story:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            #[ignore = "needs the clients of tests/interop; cargo xtask test installs and runs them"]
            async fn $story() {
                super::$story(Maker::$maker, Way::$way).await;
            }
        )*
    };
}

// Over long-polling, the client in JavaScript does not let the host be chosen.
stories! {
    javascript_websocket: JavaScript, WebSocket, another_host_is_refused;
    javascript_polling: JavaScript, Polling;
    javascript_upgrade: JavaScript, Upgrade;
    python_websocket: Python, WebSocket, another_host_is_refused;
    python_polling: Python, Polling, another_host_is_refused;
    python_upgrade: Python, Upgrade, another_host_is_refused;
}
