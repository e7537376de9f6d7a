//! A search over the network that was stopped or failed goes on where it stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use contract::{Business, BusinessQuery, ScrapeRequest};
use discovery::{DiscoveryError, Outcome, Run, SourceRegistry};
use serde_json::Value;
use store::Store;

use crate::jobs::{again, businesses, enqueued, run_of};
use crate::server::{Reply, Server};
use crate::support::*;

fn request() -> ScrapeRequest {
    ScrapeRequest {
        location: "60.17,24.94".to_owned(),
        radius_km: Some(20.0),
        max_results: Some(500),
        source: Some("overpass".to_owned()),
        ..ScrapeRequest::default()
    }
}

async fn search(registry: &SourceRegistry, run: Run) -> Result<Outcome, DiscoveryError> {
    crate::jobs::search(&request(), registry, run).await
}

/// So many cafés of different names on a line of ten kilometres.
fn many(count: u32) -> Vec<Value> {
    (0..count)
        .map(|n| {
            let name =
                format!("Kahvila {}", ["Aamu", "Päivä", "Ilta", "Yö", "Kesä", "Talvi"][n as usize % 6]);
            node(
                u64::from(n) + 1,
                60.12 + f64::from(n) * 0.1 / f64::from(count),
                24.94,
                &format!("{name} {n}"),
            )
        })
        .collect()
}

/// Stops the run as soon as so many businesses are stored.
async fn stopped_after(store: &Store, registry: &SourceRegistry, run: Run, least: u64) {
    let (mut commits, cancel) = (store.subscribe(), run.cancel.clone());
    let watch = async {
        while store.count_businesses(&BusinessQuery::default()).await.unwrap() < least {
            commits.changed().await.unwrap();
        }
        cancel.cancel();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        outcome = search(registry, run) => assert!(matches!(outcome, Err(DiscoveryError::Stopped)), "{outcome:?}"),
        () = watch => unreachable!("it waits for ever"),
    }
}

fn assert_complete(outcome: &Outcome, stored: &[Business], count: u64) {
    let counts = outcome.counts;
    assert_eq!(counts.found, counts.saved + counts.merged + counts.rejected + counts.closed, "{counts:?}");
    assert_eq!((counts.found, stored.len() as u64), (count, counts.saved), "{counts:?}");
    let mut ids: Vec<&str> = stored.iter().map(|business| business.sources[0].source_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), stored.len(), "none twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_was_stopped_goes_on_without_asking_again() {
    let (db, folder) = (store::test_support::sqlite().await, tempfile::tempdir().unwrap());
    let store = db.store();
    let all = many(400);
    let server = Server::start(move |asked, _| elements(&within(asked, &all))).await;
    let registry = SourceRegistry::bundled().with(overpass_kept_in(&server, &folder));
    let first = enqueued(store, &request()).await;
    stopped_after(store, &registry, run_of(store, &first), 30).await;
    let written = businesses(store).await.len();
    assert!((30..400).contains(&written), "{written}");
    let requests = server.asked().len();

    let second = again(store, &first).await;
    let registry = SourceRegistry::bundled().with(overpass_kept_in(&server, &folder));
    let outcome = search(&registry, run_of(store, &second)).await.unwrap();
    assert_complete(&outcome, &businesses(store).await, 400);
    assert_eq!(server.asked().len(), requests, "the answers were kept");
    assert!(outcome.counts.saved >= written as u64, "what the first attempt stored counts as saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_failed_half_way_asks_only_for_the_rest() {
    let (db, folder) = (store::test_support::sqlite().await, tempfile::tempdir().unwrap());
    let store = db.store();
    let all = many(60);
    let is_broken = Arc::new(AtomicBool::new(true));
    let broken = Arc::clone(&is_broken);
    let server = Server::start(move |asked, before| {
        if before >= 2 && broken.load(Ordering::SeqCst) {
            return Reply::status(504, "");
        }
        elements(&within(asked, &all))
    })
    .await;
    let registry = SourceRegistry::bundled().with(overpass_kept_in(&server, &folder));
    let first = enqueued(store, &request()).await;
    let error = search(&registry, run_of(store, &first)).await.unwrap_err().to_string();
    assert!(error.contains("is busy"), "{error}");
    assert!(businesses(store).await.is_empty(), "the nearest are not known before the end");
    let failed = TIMING.attempts as usize;
    assert_eq!(server.asked().len(), 2 + failed);

    is_broken.store(false, Ordering::SeqCst);
    let second = again(store, &first).await;
    let outcome = search(&registry, run_of(store, &second)).await.unwrap();
    assert_complete(&outcome, &businesses(store).await, 60);
    let queries: Vec<String> = server.asked().iter().filter_map(|asked| asked.field("data")).collect();
    let rest = &queries[2 + failed..];
    assert!(rest.iter().all(|query| !queries[..2].contains(query)), "the first two tiles were kept");
    assert!(!rest.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_whose_answers_change_begins_anew_and_stores_nothing_twice() {
    let db = store::test_support::sqlite().await;
    let store = db.store();
    let count = Arc::new(AtomicUsize::new(300));
    let known = Arc::clone(&count);
    let server = Server::start(move |asked, _| {
        let most = u32::try_from(known.load(Ordering::SeqCst)).unwrap();
        elements(&within(asked, &many(400)[..most as usize]))
    })
    .await;
    let registry = SourceRegistry::bundled().with(overpass(&server));
    let first = enqueued(store, &request()).await;
    stopped_after(store, &registry, run_of(store, &first), 20).await;
    let written = businesses(store).await.len() as u64;

    count.store(400, Ordering::SeqCst);
    let second = again(store, &first).await;
    let outcome = search(&registry, run_of(store, &second)).await.unwrap();
    let counts = outcome.counts;
    assert_eq!((counts.found, counts.saved + counts.merged), (400, 400), "{counts:?}");
    assert!(counts.merged >= written, "{counts:?}");
    assert_eq!(businesses(store).await.len() as u64, written + counts.saved);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_is_cancelled_while_it_waits_stops_at_once() {
    let db = store::test_support::sqlite().await;
    let store = db.store();
    let server = Server::start(|_, _| elements(&[]).endless()).await;
    let registry = SourceRegistry::bundled().with(overpass(&server));
    let claimed = enqueued(store, &request()).await;
    let run = run_of(store, &claimed);
    let cancel = run.cancel.clone();
    let watch = async {
        while server.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    };
    let both = async { tokio::join!(search(&registry, run), watch) };
    let (outcome, ()) = tokio::time::timeout(Duration::from_secs(4), both).await.unwrap();
    assert!(matches!(outcome, Err(DiscoveryError::Stopped)), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_is_told_to_whoever_watches_the_job() {
    let db = store::test_support::sqlite().await;
    let store = db.store();
    let server = Server::start(|asked, before| match before {
        0 => Reply::status(429, "").with("retry-after", "1"),
        _ => elements(&within(asked, &many(3))),
    })
    .await;
    let registry = SourceRegistry::bundled().with(overpass(&server));
    let claimed = enqueued(store, &request()).await;
    let (mut commits, job) = (store.subscribe(), claimed.job.job_id);
    let watch = async {
        loop {
            let message = store.get_job(job).await.unwrap().unwrap().progress.message;
            if message.is_some_and(|message| message.contains("asks to wait")) {
                break;
            }
            commits.changed().await.unwrap();
        }
    };
    let both = async { tokio::join!(search(&registry, run_of(store, &claimed)), watch) };
    let (outcome, ()) = tokio::time::timeout(Duration::from_secs(30), both).await.unwrap();
    assert_eq!(outcome.unwrap().counts.found, 3);
}
