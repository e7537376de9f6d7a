//! What a search does.

use contract::event::EventPayload;
use contract::{BusinessQuery, JobKind, ScrapeRequest};
use discovery::scrape::{ScrapeOptions, resolve_request};
use discovery::source::FileSource;
use discovery::{DiscoveryError, SourceRegistry, scrape};
use serde_json::json;
use store::test_support::TestStore;

use crate::support::{
    around_helsinki, assert_adds_up, businesses, claimed, file, import_file, run_of, search, search_in,
};

store::stories!(
    a_cap_takes_the_nearest,
    a_second_search_merges_everything,
    words_of_the_name_narrow_a_search,
    closed_places_are_counted_and_left_out,
    places_known_from_elsewhere_are_merged,
    rows_come_in_batches_with_their_events,
    nothing_that_fits_is_no_error,
    a_source_that_is_gone_is_told,
);

async fn a_cap_takes_the_nearest(db: TestStore) {
    let store = db.store().clone();
    let all = ScrapeRequest { max_results: Some(5000), ..around_helsinki("cafe", 2.0) };
    let first = ScrapeRequest { max_results: Some(7), ..all.clone() };
    let outcome = search(&store, &first).await;
    assert_eq!((outcome.counts.found, outcome.counts.closed), (7, 0));
    let middle = contract::GeoPoint { latitude: 60.1699, longitude: 24.9384 };
    let distance = |business: &contract::Business| business.location().unwrap().distance_km(middle);
    let farthest = businesses(&store).await.iter().map(distance).fold(0.0, f64::max);
    search(&store, &all).await;
    let nearer = businesses(&store).await.iter().filter(|business| distance(business) <= farthest).count();
    assert_eq!(nearer as u64, outcome.counts.saved, "no nearer one was left out");
}

async fn a_second_search_merges_everything(db: TestStore) {
    let store = db.store().clone();
    let request = around_helsinki("hairdresser", 1.0);
    let first = search(&store, &request).await;
    let seq = store.latest_seq().await.unwrap();
    let second = search(&store, &request).await;
    assert_adds_up(&second);
    assert_eq!((second.counts.saved, second.counts.merged), (0, first.counts.found));
    let events = store.events_since(seq, 1000).await.unwrap().events;
    let changes = events.iter().filter(|event| event.payload.name().starts_with("business:"));
    assert_eq!(changes.count(), 0, "what brings nothing new changes nothing");
}

async fn words_of_the_name_narrow_a_search(db: TestStore) {
    let store = db.store().clone();
    let request = ScrapeRequest { query: Some("PIZZA".into()), ..around_helsinki("restaurant", 5.0) };
    let outcome = search(&store, &request).await;
    assert!(outcome.counts.found > 0);
    let names: Vec<_> =
        businesses(&store).await.into_iter().map(|business| business.name.to_lowercase()).collect();
    assert!(names.iter().all(|name| name.contains("pizza")), "{names:?}");
}

const CLOSED: &str = "\
id,name,category,latitude,longitude,status
1,Open One,cafe,60.1700,24.9384,open
2,Closed Near,cafe,60.1705,24.9384,permanently_closed
3,Open Two,cafe,60.1710,24.9384,temporarily_closed
4,Closed Far,cafe,60.1740,24.9384,CLOSED_PERMANENTLY
5,Open Three,cafe,60.1730,24.9384,open
6,Nowhere,cafe,,,open
7,No Cafe,bank,60.1701,24.9384,open
8,Outside,cafe,60.3,24.9384,open
";

async fn closed_places_are_counted_and_left_out(db: TestStore) {
    let store = db.store().clone();
    let (_folder, path) = file("places.csv", CLOSED);
    let registry = SourceRegistry::bundled().with(FileSource::open(&path).unwrap());
    let request = |max| ScrapeRequest {
        source: Some("file:places".into()),
        max_results: Some(max),
        ..around_helsinki("cafe", 1.0)
    };
    let two = search_in(&store, &request(2), &registry).await;
    assert_eq!((two.counts.found, two.counts.saved, two.counts.closed), (3, 2, 1));
    let all = search_in(&store, &request(50), &registry).await;
    assert_eq!((all.counts.found, all.counts.saved, all.counts.merged, all.counts.closed), (5, 1, 2, 2));
}

async fn places_known_from_elsewhere_are_merged(db: TestStore) {
    let store = db.store().clone();
    let first = search(&store, &around_helsinki("museum", 5.0)).await;
    let known = businesses(&store).await.into_iter().find(|business| business.email.is_none()).unwrap();
    let row = format!(
        "name,latitude,longitude,email\n\"{}\",{},{},museum@example.fi\n",
        known.name.to_uppercase(),
        known.latitude.unwrap() + 0.0005,
        known.longitude.unwrap()
    );
    let (_folder, path) = file("mine.csv", row);
    let (outcome, _) = import_file(&store, &path).await;
    let outcome = outcome.unwrap();
    assert_eq!((outcome.counts.saved, outcome.counts.merged), (0, 1));
    assert!(outcome.merges[0].reason.contains("metres apart"), "{:?}", outcome.merges);
    let merged = store.get_business(known.id).await.unwrap().unwrap().business;
    assert_eq!(
        (merged.email.as_deref(), merged.name.as_str()),
        (Some("museum@example.fi"), known.name.as_str())
    );
    assert_eq!((merged.sources.len(), merged.version), (2, known.version + 1));
    assert_eq!(businesses(&store).await.len() as u64, first.counts.saved);
}

async fn rows_come_in_batches_with_their_events(db: TestStore) {
    let store = db.store().clone();
    let claimed = claimed(&store, JobKind::Scrape, json!({})).await;
    let registry = SourceRegistry::bundled();
    let request = ScrapeRequest { max_results: Some(60), ..around_helsinki("restaurant", 1.0) };
    let resolved = resolve_request(&request, &registry).unwrap();
    let seq = store.latest_seq().await.unwrap();
    let options = ScrapeOptions { first_batch: 10, batch_size: 25 };
    let outcome = scrape::run(run_of(&store, &claimed), &resolved, &registry, &options).await.unwrap();
    let events = store.events_since(seq, 1000).await.unwrap().events;
    let mut created = 0;
    let mut progress = Vec::new();
    for event in &events {
        match &event.payload {
            EventPayload::BusinessCreated(_) => created += 1,
            // A slow machine tells of the reading as well.
            EventPayload::ScrapingProgress(moved) if moved.progress.stage == "saving" => {
                progress.push((moved.progress.done, moved.counts.saved, created));
            }
            _ => {}
        }
    }
    assert_eq!(created, outcome.counts.saved);
    assert_eq!(progress.iter().map(|one| one.0).collect::<Vec<_>>(), [10, 35, 60]);
    assert!(
        progress.iter().all(|one| one.1 == one.2),
        "counts and rows of a batch are told together: {progress:?}"
    );
}

async fn nothing_that_fits_is_no_error(db: TestStore) {
    let store = db.store().clone();
    let outcome =
        search(&store, &ScrapeRequest { location: "0,0".into(), ..around_helsinki("cafe", 1.0) }).await;
    assert_eq!(outcome.counts.found, 0);
    assert_eq!(store.list_businesses(&BusinessQuery::default()).await.unwrap().meta.total, 0);
}

async fn a_source_that_is_gone_is_told(db: TestStore) {
    let store = db.store().clone();
    let registry = SourceRegistry::bundled();
    let resolved = resolve_request(&around_helsinki("cafe", 1.0), &registry).unwrap();
    let claimed = claimed(&store, JobKind::Scrape, json!({})).await;
    let none = SourceRegistry::default();
    let error =
        scrape::run(run_of(&store, &claimed), &resolved, &none, &ScrapeOptions::default()).await.unwrap_err();
    assert!(matches!(error, DiscoveryError::UnknownSource(_)), "{error}");
}
