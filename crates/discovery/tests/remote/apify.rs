//! Apify as a source: one run a search, also over crashes, and what it costs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use contract::ScrapeRequest;
use discovery::scrape::{give_up, resolve_request};
use discovery::source::{Apify, ApifyConfig, SearchArea};
use discovery::{DiscoveryError, PlaceSource, SourceRegistry};
use metered::ApiKey;
use serde_json::json;
use store::{ClaimedJob, Store, test_support};

use crate::apify_server::*;
use crate::jobs::{again, businesses, enqueued, run_of, search};
use crate::ledger::*;
use crate::server::{Reply, Server};

fn area(most: usize) -> SearchArea {
    plumbers(20.0).nearest(most)
}

fn request() -> ScrapeRequest {
    ScrapeRequest {
        location: "40.26,-74.27".to_owned(),
        category: Some("plumber".to_owned()),
        radius_km: Some(20.0),
        max_results: Some(100),
        source: Some("apify".to_owned()),
        ..ScrapeRequest::default()
    }
}

/// Begins a search, and stops it once it waits for its run.
async fn stopped_while_it_runs(store: &Store, server: &Server, registry: &SourceRegistry) -> ClaimedJob {
    let first = enqueued(store, &request()).await;
    let run = run_of(store, &first);
    let cancel = run.cancel.clone();
    let watch = async {
        while !server.asked().iter().any(|asked| asked.path == "/v2/actor-runs/run0") {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    };
    let asked = request();
    let (outcome, ()) = tokio::join!(search(&asked, registry, run), watch);
    assert!(matches!(outcome, Err(DiscoveryError::Stopped)), "{outcome:?}");
    first
}

#[tokio::test]
async fn an_actor_is_run_and_its_items_are_read_while_it_goes_on() {
    let (db, platform) = (test_support::sqlite().await, platform(450, 250));
    let server = serving(&platform).await;
    let told = bought(&apify(&server, "5"), &area(500), db.store()).await.unwrap();
    assert_eq!(told.places.len(), 450);
    let place = &told.places[0];
    assert_eq!(
        (place.source, place.source_id.as_str(), place.categories[0].slug),
        (Some("apify"), "P0000", "plumber")
    );
    assert_eq!((place.state.as_deref(), place.city.as_deref()), (Some("NJ"), Some("Freehold")));
    let asked = server.asked();
    let start = &asked[0];
    assert_eq!(start.kind, "application/json");
    assert_eq!(start.query, "maxItems=500&maxTotalChargeUsd=2.000000");
    let input = start.json();
    assert_eq!(input["searchStringsArray"], json!(["Plumber"]));
    assert_eq!(
        input["customGeolocation"],
        json!({ "type": "Point", "coordinates": [-74.27, 40.26], "radiusKm": 20.0 })
    );
    assert_eq!(input["maxCrawledPlacesPerSearch"], 500);
    let pages: Vec<String> = asked
        .iter()
        .filter(|asked| asked.path.ends_with("/items"))
        .filter_map(|asked| asked.field("offset"))
        .collect();
    assert_eq!(pages, ["0", "0", "0", "200", "250", "450"], "what was read is not read again");
    assert!(asked.iter().all(|asked| !asked.query.contains(KEY) && !asked.query.contains("token")));
    assert!(told.progress.contains(&(250, Some(500))), "{:?}", told.progress);
    assert_eq!(spent(db.store()).await, usd("1.36"), "what was charged: a start and 450 places");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_was_killed_reads_the_same_run() {
    let (db, platform) = (test_support::sqlite().await, platform(40, 0));
    let store = db.store();
    let server = serving(&platform).await;
    let registry = SourceRegistry::bundled().with(apify(&server, "5"));
    let first = stopped_while_it_runs(store, &server, &registry).await;
    assert_eq!(spent(store).await, usd("0.40"), "the most that it may cost");

    platform.lock().unwrap().step = 40;
    let second = again(store, &first).await;
    // Another process: nothing of the first one is left but the database.
    let registry = SourceRegistry::bundled().with(apify(&server, "5"));
    let outcome = search(&request(), &registry, run_of(store, &second)).await.unwrap();
    assert_eq!((outcome.counts.found, starts(&server)), (40, 1));
    assert_eq!(outcome.counts.saved, businesses(store).await.len() as u64);
    assert_eq!(spent(store).await, usd("0.13"));
    assert!(!server.asked().iter().any(|asked| asked.path.ends_with("/abort")), "whoever goes on needs it");
}

#[tokio::test]
async fn a_run_whose_start_nobody_heard_of_is_found_again() {
    let (db, platform) = (test_support::sqlite().await, platform(5, 5));
    let is_cut = Arc::new(AtomicBool::new(true));
    let (cut, state) = (Arc::clone(&is_cut), Arc::clone(&platform));
    let server = Server::start(move |asked, _| {
        let reply = state.lock().unwrap().answer(asked);
        if asked.method == "POST" && cut.swap(false, Ordering::SeqCst) { reply.cut() } else { reply }
    })
    .await;
    let error = bought(&apify(&server, "5"), &area(100), db.store()).await.unwrap_err().to_string();
    assert!(error.contains("gave no answer"), "{error}");
    assert_eq!(spent(db.store()).await, usd("0.40"), "it may have begun");
    let told = bought(&apify(&server, "5"), &area(100), db.store()).await.unwrap();
    assert_eq!((told.places.len(), starts(&server)), (5, 1));
    assert_eq!(spent(db.store()).await, usd("0.025"));
}

#[tokio::test]
async fn a_start_that_came_to_nothing_is_made_anew_and_costs_nothing() {
    let (db, platform) = (test_support::sqlite().await, platform(5, 5));
    let (is_down, state) = (Arc::new(AtomicBool::new(true)), Arc::clone(&platform));
    let down = Arc::clone(&is_down);
    let server = Server::start(move |asked, _| {
        if asked.method == "POST" && down.swap(false, Ordering::SeqCst) {
            return Reply::status(502, "");
        }
        state.lock().unwrap().answer(asked)
    })
    .await;
    let error = bought(&apify(&server, "5"), &area(100), db.store()).await.unwrap_err().to_string();
    assert!(error.contains("status 502"), "{error}");
    assert_eq!(starts(&server), 1, "nobody knows whether it has begun");
    let told = bought(&apify(&server, "5"), &area(100), db.store()).await.unwrap();
    assert_eq!((told.places.len(), starts(&server)), (5, 2));
    assert_eq!(spent(db.store()).await, usd("0.025"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_search_ends_its_run() {
    let (db, platform) = (test_support::sqlite().await, platform(40, 0));
    let store = db.store();
    let server = serving(&platform).await;
    let registry = SourceRegistry::bundled().with(apify(&server, "5"));
    let resolved = resolve_request(&request(), &registry).unwrap();
    give_up(store, &resolved, &registry).await;
    assert!(server.asked().is_empty(), "nothing goes on");
    stopped_while_it_runs(store, &server, &registry).await;
    give_up(store, &resolved, &registry).await;
    assert!(platform.lock().unwrap().runs[0].status.starts_with("ABORT"));
    assert_eq!(spent(store).await, usd("0.01"), "its start");

    platform.lock().unwrap().step = 40;
    let told = bought(&apify(&server, "5"), &resolved.area(), store).await.unwrap();
    assert_eq!(
        (told.places.len(), starts(&server)),
        (40, 2),
        "whoever searches again wants a run of their own"
    );
    give_up(store, &resolved, &registry).await;
    assert_eq!(platform.lock().unwrap().runs[1].status, "SUCCEEDED", "what has ended stays");
}

#[tokio::test]
async fn a_run_that_fails_says_where_its_items_are_and_is_begun_anew() {
    for end in ["FAILED", "TIMED-OUT", "ABORTED"] {
        let (db, platform) = (test_support::sqlite().await, platform(5, 5));
        platform.lock().unwrap().ends_as = end;
        let server = serving(&platform).await;
        let error = bought(&apify(&server, "5"), &area(100), db.store()).await.unwrap_err().to_string();
        assert!(
            error.contains(&format!("run0 ended as {end} (5 found)")) && error.contains("data-run0"),
            "{error}"
        );
        assert_eq!(spent(db.store()).await, usd("0.025"));
        platform.lock().unwrap().ends_as = "SUCCEEDED";
        let told = bought(&apify(&server, "5"), &area(100), db.store()).await.unwrap();
        assert_eq!((told.places.len(), starts(&server)), (5, 2));
    }
}

#[tokio::test]
async fn a_search_is_bought_once_as_long_as_its_run_is_known() {
    let (db, platform) = (test_support::sqlite().await, platform(5, 5));
    let server = serving(&platform).await;
    for _ in 0..2 {
        assert_eq!(bought(&apify(&server, "5"), &area(100), db.store()).await.unwrap().places.len(), 5);
    }
    assert_eq!((starts(&server), spent(db.store()).await), (1, usd("0.025")));
    platform.lock().unwrap().forgetful = true;
    bought(&apify(&server, "5"), &area(100), db.store()).await.unwrap_err();
    assert_eq!(starts(&server), 2, "a run that Apify has forgotten is begun anew");
    bought(&apify(&server, "5"), &area(99), db.store()).await.unwrap_err();
    assert_eq!(starts(&server), 3, "another search is another run");
}

#[tokio::test]
async fn two_searches_at_once_share_a_run() {
    let (db, platform) = (test_support::sqlite().await, platform(5, 5));
    let server = serving(&platform).await;
    let source = apify(&server, "5");
    let wanted = area(100);
    let (one, other) =
        tokio::join!(bought(&source, &wanted, db.store()), bought(&source, &wanted, db.store()));
    assert_eq!((one.unwrap().places.len(), other.unwrap().places.len(), starts(&server)), (5, 5, 1));
}

#[tokio::test]
async fn a_budget_refuses_before_anything_is_asked() {
    let (db, platform) = (test_support::sqlite().await, platform(5, 5));
    let server = serving(&platform).await;
    let error = bought(&apify(&server, "0.39"), &area(100), db.store()).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "Apify: the call may cost 0.40 USD, which would pass the budget: 0.00 USD of 0.39 USD are spent this month"
    );
    assert!(server.asked().is_empty());
    bought(&apify(&server, "0.39"), &area(97), db.store()).await.unwrap();
}

#[tokio::test]
async fn an_error_says_what_to_do() {
    let check = async |reply: Reply, expect: &str, requests: usize| {
        let db = test_support::sqlite().await;
        let given = reply.clone();
        let server = Server::start(move |_, _| given.clone()).await;
        let error = bought(&apify(&server, "5"), &area(100), db.store()).await.unwrap_err().to_string();
        assert!(error.starts_with("Apify: ") && error.contains(expect), "{error}");
        assert!(!error.contains(KEY), "{error}");
        assert_eq!(server.asked().len(), requests, "{error}");
        spent(db.store()).await
    };
    let free = usd("0");
    let reply = problem(401, "token-not-valid", &format!("Authentication token {KEY} is not valid."));
    assert_eq!(check(reply, "the key is refused (Authentication token (key) is not valid.)", 1).await, free);
    let reply = problem(402, "actor-memory-limit-exceeded", "You have exceeded your usage limit.");
    assert_eq!(check(reply, "the plan is used up (You have exceeded", 1).await, free);
    assert_eq!(
        check(problem(403, "insufficient-permissions", "no right"), "the key is refused", 1).await,
        free
    );
    let reply = problem(400, "invalid-input", "Input is not valid: Field input.language must be string");
    assert_eq!(check(reply, "status 400: Input is not valid", 1).await, free);
    assert_eq!(
        check(problem(404, "record-not-found", "Actor was not found"), "Actor was not found", 1).await,
        free
    );
    let reply = problem(429, "rate-limit-exceeded", "You have exceeded the rate limit.");
    assert_eq!(check(reply, "it takes no more calls for now", 4).await, free);
    let most = usd("0.40");
    assert_eq!(
        check(Reply::status(500, ""), "it failed with status 500", 1).await,
        most,
        "it may have begun"
    );
    assert_eq!(check(Reply::status(201, "[]"), "not of the documented form", 1).await, most);
    assert_eq!(
        check(Reply::status(201, "{\"data\":{\"id\":1}}"), "not of the documented form", 1).await,
        most
    );
}

#[tokio::test]
async fn trouble_while_a_run_goes_on_is_got_over() {
    let (db, platform) = (test_support::sqlite().await, platform(5, 5));
    let state = Arc::clone(&platform);
    let server = Server::start(move |asked, before| match before {
        1 => {
            problem(429, "rate-limit-exceeded", "You have exceeded the rate limit.").with("retry-after", "0")
        }
        3 | 4 => Reply::status(502, ""),
        _ => state.lock().unwrap().answer(asked),
    })
    .await;
    let told = bought(&apify(&server, "5"), &area(100), db.store()).await.unwrap();
    assert_eq!((told.places.len(), starts(&server), spent(db.store()).await), (5, 1, usd("0.025")));
}

#[tokio::test]
async fn items_that_are_no_places_are_told() {
    let (db, platform) = (test_support::sqlite().await, platform(0, 5));
    let server = serving(&platform).await;
    platform.lock().unwrap().items =
        vec![json!({ "url": "https://a.example/" }), json!({ "url": "https://b.example/" })];
    let error = bought(&apify(&server, "5"), &area(100), db.store()).await.unwrap_err().to_string();
    assert!(
        error.contains("none of 2 items is a place") && error.contains("compass/crawler-google-places"),
        "{error}"
    );
    let (db, state) = (test_support::sqlite().await, Arc::clone(&platform));
    let server = Server::start(move |asked, _| {
        if asked.path.ends_with("/items") {
            Reply::json(&json!({ "items": [] }))
        } else {
            state.lock().unwrap().answer(asked)
        }
    })
    .await;
    let error = bought(&apify(&server, "5"), &area(100), db.store()).await.unwrap_err().to_string();
    assert!(error.contains("not of the documented form"), "{error}");
}

#[tokio::test]
async fn it_tells_its_terms_before_and_hides_its_token() {
    let (db, platform) = (test_support::sqlite().await, platform(1, 1));
    let server = serving(&platform).await;
    let source = apify(&server, "5");
    let info = source.info();
    assert!(info.cost.contains("0.004 USD a place") && info.cost.contains("5.00 USD"), "{}", info.cost);
    assert!(info.coverage.contains("compass/crawler-google-places") && info.licence.contains("Google Maps"));
    assert_eq!(source.most_cost(&area(100)), Some(usd("0.40")));
    assert!(source.places(&area(1)).unwrap_err().to_string().contains("ledger"));
    let anything = source.buy(&around(5.0), db.store()).unwrap_err().to_string();
    assert!(anything.contains("category or for words"), "{anything}");
    assert!(server.asked().is_empty());
    assert!(!format!("{source:?} {:?}", config(&server, "5")).contains(KEY));
    for (token, actor, expect) in
        [("", "a/b", "key is refused"), (KEY, "a b", "'a b' is no actor"), (KEY, "a/../b", "is no actor")]
    {
        let config =
            ApifyConfig { token: ApiKey::from(token), actor: actor.to_owned(), ..config(&server, "5") };
        let error = Apify::new(config).unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
    }
}

#[tokio::test]
async fn silence_ends() {
    let db = test_support::sqlite().await;
    let server = Server::start(|_, _| Reply::json(&json!({})).endless()).await;
    let mut config = config(&server, "5");
    config.timing.timeout = Duration::from_millis(100);
    let error = bought(&Apify::new(config).unwrap(), &area(1), db.store()).await.unwrap_err().to_string();
    assert!(error.contains("it took too long"), "{error}");
    assert_eq!(starts(&server), 1);
}
