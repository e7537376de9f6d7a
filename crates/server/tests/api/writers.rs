//! Many writers, two servers, one database: what their sockets see.

use std::collections::HashSet;

use contract::event::BusinessDeleted;
use contract::{BusinessId, Event, EventPayload};
use serde_json::json;
use server::ServerConfig;
use store::Store;
use store::test_support::TestStore;

use crate::support::{Listener, Listening, business, open_config};

const WRITERS: i64 = 16;
const COMMITS: i64 = 8;

fn config(store: &Store) -> ServerConfig {
    ServerConfig { job_concurrency: 0, ..open_config(store) }
}

/// An event that can be told from others.
fn mark(number: i64) -> EventPayload {
    EventPayload::BusinessDeleted(BusinessDeleted { id: BusinessId(number), version: 1 })
}

fn marks(events: &[Event]) -> impl Iterator<Item = i64> {
    events.iter().filter_map(|event| match event.payload {
        EventPayload::BusinessDeleted(deleted) => Some(deleted.id.0),
        _ => None,
    })
}

/// Transactions of different length, some of which are given up.
async fn write(store: Store, writer: i64) {
    for commit in 0..COMMITS {
        let number = writer * COMMITS + commit;
        let mut tx = store.begin().await.unwrap();
        let new = (0..=number % 5).map(|row| business(&format!("{number}-{row}"), "Helsinki")).collect();
        tx.insert_businesses(new).await.unwrap();
        for _ in 0..number % 11 {
            tokio::task::yield_now().await;
        }
        tx.append_events((0..=number % 4).map(|part| mark(number * 10 + part)));
        if number % 6 == 5 {
            tx.rollback().await.unwrap();
        } else {
            tx.commit().await.unwrap();
        }
    }
}

fn committed() -> HashSet<i64> {
    let numbers = (0..WRITERS * COMMITS).filter(|number| number % 6 != 5);
    numbers.flat_map(|number| (0..=number % 4).map(move |part| number * 10 + part)).collect()
}

async fn sockets_of_two_servers_see_every_commit_of_many_writers_once_and_in_order(db: TestStore) {
    let other = Store::open(db.config()).await.unwrap();
    let servers = [Listening::start(config(db.store())).await, Listening::start(config(&other)).await];
    let mut listeners = servers.each_ref().map(|server| Listener::since(&server.url(), 0));
    for listener in &mut listeners {
        listener.until("sync:ready").await;
    }
    let stores = [db.store().clone(), other.clone()];
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(write(stores[usize::from(writer % 2 == 1)].clone(), writer)))
        .collect();
    let expected = committed();
    for listener in &mut listeners {
        let (mut seen, mut last) = (Vec::new(), 0);
        while seen.len() < expected.len() {
            let events = listener.take(1).await;
            assert_eq!(events[0].seq, last + 1, "numbers follow each other");
            last += 1;
            seen.extend(marks(&events));
        }
        assert_eq!(seen.into_iter().collect::<HashSet<_>>(), expected);
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let [first, second] = servers;
    first.stop().await;
    second.stop().await;
    other.close().await.unwrap();
}

/// Through its API, as a page makes it.
async fn a_change_made_through_one_server_arrives_at_a_socket_of_the_other(db: TestStore) {
    let other = Store::open(db.config()).await.unwrap();
    let (shows, takes) = (Listening::start(config(db.store())).await, Listening::start(config(&other)).await);
    let mut listener = Listener::since(&shows.url(), 0);
    listener.until("sync:ready").await;
    let api = client::ApiClient::new(client::transport::ReqwestTransport::new(&takes.url()).unwrap());
    let request = json!({ "location": "60.1699,24.9384", "category": "cafe", "radiusKm": 0.3 });
    let request = serde_json::from_value(request).unwrap();
    let accepted = api.start_scrape(&request, client::IdempotencyKey::new()).await.unwrap();
    let told = listener.until("job:updated").await;
    assert_eq!(told["data"]["jobId"], accepted.job_id.to_string());
    let cancelled = api.cancel_job(accepted.job_id, client::IdempotencyKey::new()).await.unwrap();
    let told = listener.until("job:updated").await;
    assert_eq!(
        (&told["data"]["status"], &told["data"]["version"]),
        (&json!("cancelled"), &json!(cancelled.version))
    );
    shows.stop().await;
    takes.stop().await;
    other.close().await.unwrap();
}

store::stories!(
    sockets_of_two_servers_see_every_commit_of_many_writers_once_and_in_order,
    a_change_made_through_one_server_arrives_at_a_socket_of_the_other,
);
