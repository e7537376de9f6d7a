//! The socket, with a real client on a real listener.

use std::collections::BTreeSet;

use contract::{Event, EventPayload};
use serde_json::json;
use server::ServerConfig;
use socketio_client::{ConnectError, SocketEvent};
use store::Store;

use crate::support::{
    Listener, Listening, RawSocket, business, eventually, lasting_address, open_config, seed,
};

fn config(store: &Store) -> ServerConfig {
    let config = open_config(store);
    ServerConfig { job_concurrency: 0, ..config }
}

async fn add(store: &Store, names: std::ops::Range<usize>) {
    seed(store, names.map(|number| business(&format!("B{number}"), "Helsinki")).collect()).await;
}

/// Numbers of the events that tell of new businesses; figures are told of at times of their own.
fn created(events: &[Event]) -> Vec<u64> {
    let created = events.iter().filter(|event| matches!(event.payload, EventPayload::BusinessCreated(_)));
    created.map(|event| event.seq).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replay_goes_over_into_live_without_gap_or_double() {
    let db = store::test_support::sqlite().await;
    add(db.store(), 0..700).await;
    let server = Listening::start(config(db.store())).await;
    let mut listener = Listener::since(&server.url(), 100);
    // Written while the replay runs.
    let writer = tokio::spawn({
        let store = db.store().clone();
        async move {
            for batch in 0..20 {
                add(&store, 700 + batch * 10..710 + batch * 10).await;
            }
        }
    });
    let mut seqs = Vec::new();
    while seqs.len() < 800 || seqs.last().is_some_and(|last| *last < 900) {
        seqs.extend(listener.take(1).await.into_iter().map(|event| event.seq));
    }
    let expected: Vec<u64> = (101..=*seqs.last().unwrap()).collect();
    assert_eq!(seqs, expected);
    writer.await.unwrap();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_is_told_when_it_has_reached_the_present() {
    let db = store::test_support::sqlite().await;
    add(db.store(), 0..3).await;
    let server = Listening::start(config(db.store())).await;
    let mut listener = Listener::since(&server.url(), 1);
    let mut names = Vec::new();
    while names.len() < 3 {
        names.push(listener.next_event().await);
    }
    let told: Vec<&str> = names.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(told, ["business:created", "business:created", "sync:ready"]);
    assert_eq!(names[2].1, json!({ "seq": 3 }));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_without_a_place_begins_at_the_present() {
    let db = store::test_support::sqlite().await;
    add(db.store(), 0..3).await;
    let server = Listening::start(config(db.store())).await;
    let mut listener = Listener::connect(&server.url(), json!(null));
    assert_eq!(listener.until("sync:ready").await, json!({ "seq": 3 }));
    add(db.store(), 3..4).await;
    assert_eq!(created(&listener.take(1).await), [4]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_the_log_does_not_know_is_reset() {
    let db = store::test_support::sqlite().await;
    add(db.store(), 0..10).await;
    db.store().prune_events(contract::Timestamp::default(), 5).await.unwrap();
    let server = Listening::start(config(db.store())).await;
    for since in [3, 99] {
        let mut listener = Listener::since(&server.url(), since);
        let first = listener.next_event().await;
        assert_eq!(first, ("sync:reset".to_owned(), json!({ "seq": 10 })), "since {since}");
        assert_eq!(listener.until("sync:ready").await, json!({ "seq": 10 }));
    }
    let mut kept = Listener::since(&server.url(), 5);
    assert_eq!(created(&kept.take(5).await), [6, 7, 8, 9, 10]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_client_sees_every_event() {
    let db = store::test_support::sqlite().await;
    let server = Listening::start(config(db.store())).await;
    let mut clients = [Listener::since(&server.url(), 0), Listener::since(&server.url(), 0)];
    for client in &mut clients {
        client.until("sync:ready").await;
    }
    add(db.store(), 0..20).await;
    for client in &mut clients {
        assert_eq!(created(&client.take(20).await), (1..=20).collect::<Vec<u64>>());
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_another_process_arrive_as_well() {
    let db = store::test_support::sqlite().await;
    let server = Listening::start(config(db.store())).await;
    let mut listener = Listener::since(&server.url(), 0);
    listener.until("sync:ready").await;
    let other = Store::open(db.config()).await.unwrap();
    add(&other, 0..1).await;
    assert_eq!(created(&listener.take(1).await), [1]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_outlives_a_restart_of_the_server() {
    let db = store::test_support::sqlite().await;
    let listen = lasting_address();
    let first = Listening::start(ServerConfig { listen, ..config(db.store()) }).await;
    let mut listener = Listener::since(&first.url(), 0);
    listener.until("sync:ready").await;
    add(db.store(), 0..2).await;
    let before: BTreeSet<u64> = created(&listener.take(2).await).into_iter().collect();
    first.stop().await;
    add(db.store(), 2..5).await;
    let second = eventually("the port to be free again", || async {
        Listening::try_start(ServerConfig { listen, ..config(db.store()) }).await.ok()
    })
    .await;
    // The handshake still says 0: everything comes again, and on.
    let mut seen = BTreeSet::new();
    while !seen.is_superset(&BTreeSet::from([3, 4, 5])) {
        seen.extend(created(&listener.take(1).await));
    }
    assert!(seen.is_superset(&before));
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopping_server_looks_like_a_lost_connection() {
    let db = store::test_support::sqlite().await;
    let server = Listening::start(config(db.store())).await;
    let mut listener = Listener::since(&server.url(), 0);
    listener.until("sync:ready").await;
    server.stop().await;
    let reason = loop {
        if let SocketEvent::Disconnected { reason } = listener.next().await {
            break reason;
        }
    };
    assert_ne!(reason.as_str(), "io server disconnect", "a client would not come back by itself");
    assert!(matches!(listener.next().await, SocketEvent::Reconnecting { .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_that_is_not_understood_is_refused_with_what_to_send() {
    let db = store::test_support::sqlite().await;
    let server = Listening::start(config(db.store())).await;
    let mut listener = Listener::connect(&server.url(), json!({ "since": "yesterday" }));
    let refused = loop {
        if let SocketEvent::ConnectError(ConnectError::Refused { message, .. }) = listener.next().await {
            break message;
        }
    };
    assert!(refused.contains("since"), "{refused}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_told_of_once_for_many_changes() {
    let db = store::test_support::sqlite().await;
    let server = Listening::start(config(db.store())).await;
    let mut listener = Listener::since(&server.url(), 0);
    listener.until("sync:ready").await;
    for number in 0..30 {
        add(db.store(), number..number + 1).await;
    }
    let data = listener.until("stats:updated").await;
    assert_eq!(data["data"], json!({}));
    let log = db.store().events_since(0, 1000).await.unwrap().events;
    let told: Vec<i64> = log
        .iter()
        .filter(|event| matches!(event.payload, EventPayload::StatsUpdated {}))
        .map(|event| event.timestamp.as_millis())
        .collect();
    assert!(told.windows(2).all(|pair| pair[1] - pair[0] >= 1000), "{told:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_is_reset_and_slows_nobody() {
    let db = store::test_support::sqlite().await;
    let mut config = config(db.store());
    config.limits.sockets.recent_events = 50;
    let server = Listening::start(config).await;
    let mut deaf = RawSocket::join(server.address, 0).await;
    deaf.until("sync:ready").await;
    let mut listener = Listener::since(&server.url(), 0);
    listener.until("sync:ready").await;

    // More than the buffers of a connection on this machine can take.
    let long = "x".repeat(64 * 1024);
    for number in 0..400 {
        let mut new = business(&format!("B{number}"), "Helsinki");
        new.business.description = Some(long.clone());
        seed(db.store(), vec![new]).await;
        // Whoever reads is told of each, while the other takes none.
        while created(&listener.take(1).await).is_empty() {}
    }

    let read = deaf.until("sync:reset").await;
    let received = read.matches("business:created\",").count();
    assert!(received < 400, "it was sent everything");
    server.stop().await;
}

/// What a socket was not told while it did not read is made up for by the last state of each thing, and by nothing older.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_late_is_told_how_things_are_now() {
    let db = store::test_support::sqlite().await;
    let server = Listening::start(config(db.store())).await;
    let lead = seed(db.store(), vec![business("Alpha", "Helsinki")]).await.remove(0);
    let mut late = RawSocket::join(server.address, 1).await;
    late.until("sync:ready").await;
    let mut listener = Listener::since(&server.url(), 1);
    listener.until("sync:ready").await;

    // More than the buffers of a connection on this machine can take.
    let mut last = 0;
    for change in 0..400 {
        let mut tx = db.store().begin().await.unwrap();
        let mut known = tx.businesses_by_id(&[lead.id]).await.unwrap();
        known[0].business.description = Some(format!("{change} {}", "x".repeat(64 * 1024)));
        let rows = tx.update_businesses(known).await.unwrap();
        last = rows[0].version;
        tx.append_events(rows.into_iter().map(|row| EventPayload::BusinessUpdated(Box::new(row))));
        tx.commit().await.unwrap();
        // Whoever reads is told of every change.
        loop {
            if let EventPayload::BusinessUpdated(told) = listener.take(1).await.remove(0).payload {
                assert_eq!(told.version, last);
                break;
            }
        }
    }

    let heard = late.until(&format!("\"version\":{last},")).await;
    let told = heard.matches("business:updated\",").count();
    assert!((1..400).contains(&told), "it was told of {told} changes of one lead");
    assert!(!heard.contains("sync:reset"), "nothing has to be fetched anew");
    server.stop().await;
}

/// Needs `LETIP_TEST_POSTGRES_URL`, as every test whose name holds `postgres::`.
mod postgres {
    use contract::{JobKind, JobStatus};
    use store::NewJob;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn two_servers_on_one_database_tell_the_same_events_and_share_the_jobs() {
        let db = store::test_support::postgres().await;
        let other = Store::open(db.config()).await.unwrap();
        let shows = Listening::start(config(db.store())).await;
        let works = ServerConfig { job_concurrency: 1, ..config(&other) };
        let works = Listening::start(works).await;
        let mut listener = Listener::since(&shows.url(), 0);
        listener.until("sync:ready").await;
        let request = json!({ "location": "60.1699,24.9384", "category": "cafe", "radiusKm": 0.3 });
        let job = db.store().enqueue_job(NewJob::new(JobKind::Scrape, request)).await.unwrap();
        let complete = listener.until("scraping:complete").await;
        assert_eq!(complete["data"]["jobId"], job.job_id.to_string());
        let done = db.store().get_job(job.job_id).await.unwrap().unwrap();
        assert_eq!((done.status, done.counts.saved > 0), (JobStatus::Completed, true));
        shows.stop().await;
        works.stop().await;
        other.close().await.unwrap();
    }
}
