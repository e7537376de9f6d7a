//! Google Places as a source: paging, tiles, money, trouble.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use contract::places::SourceState;
use contract::{OperatingStatus, ScrapeRequest};
use discovery::source::{GooglePlaces, GooglePlacesConfig, SearchArea};
use discovery::{DiscoveryError, PlaceSource, SourceRegistry};
use metered::ApiKey;
use serde_json::{Value, json};
use store::test_support;

use crate::google_server::*;
use crate::jobs::{again, businesses, enqueued, run_of, search};
use crate::ledger::*;
use crate::server::{Asked, Reply, Server};

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|id| format!("P{id:04}")).collect()
}

/// Body without its token.
fn question(asked: &Asked) -> Value {
    let mut body = asked.json();
    body.as_object_mut().unwrap().remove("pageToken");
    body
}

async fn failure(server: &Server) -> String {
    let db = test_support::sqlite().await;
    bought(&google(server, "5"), &plumbers(5.0), db.store()).await.unwrap_err().to_string()
}

#[tokio::test]
async fn pages_are_followed_and_a_box_with_more_than_sixty_is_parted() {
    let db = test_support::sqlite().await;
    let mut all = spiral(150, 0.004, "plumber");
    all.extend(spiral(30, 0.003, "electrician").into_iter().map(|mut other| {
        other["id"] = json!(format!("E{}", other["id"].as_str().unwrap()));
        other
    }));
    let server = knowing(all).await;
    let source = google(&server, "5");
    let told = bought(&source, &plumbers(10.0), db.store()).await.unwrap();
    assert_eq!(told.ids(), ids(150));
    let asked = server.asked();
    let [first, second, third] = &asked[..3] else { panic!("{}", asked.len()) };
    assert_eq!((&first.method, &first.path), (&"POST".to_owned(), &"/v1/places:searchText".to_owned()));
    assert_eq!(first.kind, "application/json");
    assert_eq!(
        (second.json()["pageToken"].as_str(), third.json()["pageToken"].as_str()),
        (Some("after 20"), Some("after 40"))
    );
    assert_eq!(
        (question(second), question(third)),
        (question(first), question(first)),
        "all but the token repeats"
    );
    assert_eq!(question(first)["includedType"], "plumber");
    assert!(asked.len() > 9 && asked.len() <= 15, "{}", asked.len());
    assert_eq!(spent(db.store()).await, usd("0.035").times(asked.len() as u64));
    assert_eq!(server.most_at_once(), 1);
}

#[tokio::test]
async fn the_key_goes_into_a_header_and_the_mask_says_what_is_told() {
    let db = test_support::sqlite().await;
    let server = knowing(spiral(1, 0.004, "plumber")).await;
    bought(&google(&server, "5"), &plumbers(5.0), db.store()).await.unwrap();
    let asked = &server.asked()[0];
    assert!(!asked.path.contains(KEY) && asked.query.is_empty() && !asked.body.contains(KEY));
    let mask = asked.header("x-goog-fieldmask");
    assert!(mask.contains("places.id,places.displayName,") && mask.ends_with(",nextPageToken"), "{mask}");
    assert!(!mask.contains(' ') && !mask.contains('*') && !mask.contains("rating"), "{mask}");
}

#[tokio::test]
async fn a_place_becomes_a_record_of_its_kind() {
    let db = test_support::sqlite().await;
    let mut closed = place(1, 40.261, -74.27, "plumber");
    closed["businessStatus"] = json!("CLOSED_PERMANENTLY");
    let mut pausing = place(2, 40.262, -74.27, "plumber");
    pausing["businessStatus"] = json!("CLOSED_TEMPORARILY");
    let bare = json!({ "id": "P0003", "displayName": { "text": "Bare" }, "types": ["plumber"], "location": { "latitude": 40.263, "longitude": -74.27 } });
    let server = knowing(vec![place(0, 40.26, -74.27, "plumber"), closed, pausing, bare]).await;
    let told = bought(&google(&server, "5"), &plumbers(5.0), db.store()).await.unwrap();
    let [open, closed, pausing, bare] = &told.places[..] else { panic!("{told:?}") };
    assert_eq!(
        (open.source, open.name.as_str(), open.categories[0].slug),
        (Some("googlePlaces"), "Acme 0", "plumber")
    );
    assert_eq!(
        (open.street.as_deref(), open.city.as_deref(), open.state.as_deref(), open.postal_code.as_deref()),
        (Some("12 Main Street"), Some("Freehold"), Some("NJ"), Some("07728"))
    );
    assert_eq!(open.country.as_deref(), Some("US"));
    assert_eq!(open.phone.as_ref().unwrap().e164, "+17325550142");
    assert_eq!(open.website.as_deref(), Some("https://acme0.example/"));
    assert_eq!(closed.status, OperatingStatus::PermanentlyClosed);
    assert_eq!(pausing.status, OperatingStatus::TemporarilyClosed);
    assert_eq!((bare.status, bare.phone.as_ref()), (OperatingStatus::Open, None));
}

#[tokio::test]
async fn no_more_is_bought_than_the_nearest_need() {
    let all = spiral(300, 0.004, "plumber");
    let server = knowing(all).await;
    let (few, many) = (test_support::sqlite().await, test_support::sqlite().await);
    let area = plumbers(8.0);
    let told = bought(&google(&server, "50"), &area.clone().nearest(20), few.store()).await.unwrap();
    let few = server.asked().len();
    bought(&google(&server, "50"), &area.clone().nearest(150), many.store()).await.unwrap();
    let many = server.asked().len() - few;
    assert!(few < many, "{few} requests for 20 places, {many} for 150");
    assert_eq!(told.remarks, [""; 0]);
    let mut distances: Vec<f64> = told.places.iter().filter_map(|place| area.distance_of(place)).collect();
    distances.sort_by(f64::total_cmp);
    let mut nearest: Vec<f64> = spiral(300, 0.004, "plumber")
        .iter()
        .map(|one| {
            let at = |side: &str| one["location"][side].as_f64().unwrap();
            contract::GeoPoint::new(at("latitude"), at("longitude")).unwrap().distance_km(freehold())
        })
        .collect();
    nearest.sort_by(f64::total_cmp);
    let metres = |all: &[f64]| all[..20].iter().map(|km| (km * 1_000.0).round()).collect::<Vec<_>>();
    assert_eq!(metres(&distances), metres(&nearest), "the nearest are among them");
}

#[tokio::test]
async fn whatever_is_there_is_asked_for_by_circles() {
    let db = test_support::sqlite().await;
    let mut all = spiral(40, 0.004, "plumber");
    all[3]["types"] = json!(["point_of_interest"]);
    let server = knowing(all).await;
    let told = bought(&google(&server, "5"), &around(4.0), db.store()).await.unwrap();
    let area = around(4.0);
    let found = told.places.iter().filter(|place| area.distance_of(place).is_some()).count();
    let there = spiral(40, 0.004, "plumber")
        .iter()
        .filter(|one| {
            let at = |side: &str| one["location"][side].as_f64().unwrap();
            contract::GeoPoint::new(at("latitude"), at("longitude")).unwrap().distance_km(freehold()) <= 4.0
        })
        .count();
    assert_eq!(found, there);
    assert!(server.asked().iter().all(|asked| asked.path == "/v1/places:searchNearby"));
    assert!(!server.asked()[0].header("x-goog-fieldmask").contains("nextPageToken"));
}

#[tokio::test]
async fn what_one_search_does_not_get_is_remarked() {
    let db = test_support::sqlite().await;
    let server = knowing(spiral(4_000, 0.0005, "plumber")).await;
    let told = bought(&google(&server, "5"), &plumbers(5.0), db.store()).await.unwrap();
    assert_eq!(server.asked().len(), 64);
    let [remark] = &told.remarks[..] else { panic!("{:?}", told.remarks) };
    assert!(remark.contains("64 requests") && remark.contains("smaller radius"), "{remark}");
    let crowd: Vec<Value> = (0..61).map(|id| place(id, 40.26, -74.27, "plumber")).collect();
    let server = knowing(crowd).await;
    let told =
        bought(&google(&server, "5"), &plumbers(0.2), test_support::sqlite().await.store()).await.unwrap();
    assert_eq!(told.places.len(), 60, "all that it tells");
    assert!(
        told.remarks.iter().all(|remark| remark.contains("not all places of 40.2")),
        "{:?}",
        told.remarks
    );
    assert!(!told.remarks.is_empty());
}

#[tokio::test]
async fn an_error_says_what_to_do() {
    let check = async |reply: Reply, expect: &str, requests: usize| {
        let given = reply.clone();
        let server = Server::start(move |_, _| given.clone()).await;
        let error = failure(&server).await;
        assert!(error.starts_with("Google Places: ") && error.contains(expect), "{error}");
        assert!(!error.contains(KEY), "{error}");
        assert_eq!(server.asked().len(), requests, "{error}");
    };
    let invalid = |message: &str| problem(400, "INVALID_ARGUMENT", message, None);
    check(
        invalid("Error expanding 'fields' parameter. Cannot find matching fields for path 'places.phone'."),
        "status 400: Error expanding",
        1,
    )
    .await;
    let key = format!("API key not valid: {KEY}");
    check(
        problem(400, "INVALID_ARGUMENT", &key, Some("API_KEY_INVALID")),
        "the key is refused (API key not valid: (key))",
        1,
    )
    .await;
    check(problem(401, "UNAUTHENTICATED", "Request had invalid credentials.", None), "the key is refused", 1)
        .await;
    let disabled = "Places API (New) has not been used in project 1 before or it is disabled.";
    check(problem(403, "PERMISSION_DENIED", disabled, Some("SERVICE_DISABLED")), disabled, 1).await;
    let daily = "Quota exceeded for quota metric 'SearchTextRequest' and limit 'SearchTextRequest per day' of service";
    check(problem(429, "RESOURCE_EXHAUSTED", daily, Some("RATE_LIMIT_EXCEEDED")), "the plan is used up", 1)
        .await;
    let minute = problem(429, "RESOURCE_EXHAUSTED", "Quota exceeded ... per minute", None);
    check(minute.clone(), "it takes no more calls for now", 4).await;
    check(minute.with("retry-after", "3600"), "it takes no more calls for now", 1).await;
    check(Reply::status(503, ""), "it failed with status 503", 4).await;
    check(Reply::status(200, "<html>hello</html>"), "not of the documented form", 1).await;
    check(Reply::json(&json!({ "places": "none" })), "not of the documented form", 1).await;
    check(
        Reply::json(&json!({ "places": [{ "displayName": { "text": "Acme" } }] })),
        "missing field `id`",
        1,
    )
    .await;
    check(Reply::json(&json!({ "places": [] })).cut(), "it gave no answer", 4).await;
}

#[tokio::test]
async fn a_refused_key_is_shown_beside_the_source_and_not_tried_again() {
    let db = test_support::sqlite().await;
    let server = knowing(Vec::new()).await;
    let wrong = GooglePlacesConfig { key: ApiKey::from("wrong"), ..config(&server, "5") };
    let source = GooglePlaces::new(wrong).unwrap();
    assert_eq!((source.info().state, source.info().message), (SourceState::Ready, None));
    for _ in 0..2 {
        bought(&source, &plumbers(5.0), db.store()).await.unwrap_err();
    }
    assert_eq!(server.asked().len(), 1);
    let info = source.info();
    assert_eq!(info.state, SourceState::Unavailable);
    assert!(info.message.unwrap().contains("key is refused"));
    assert_eq!(spent(db.store()).await, usd("0"));
    let none = GooglePlacesConfig { key: ApiKey::from(" "), ..config(&server, "5") };
    assert!(GooglePlaces::new(none).unwrap_err().to_string().contains("the key is refused"));
}

#[tokio::test]
async fn a_wait_that_is_asked_for_and_a_failure_are_got_over() {
    let db = test_support::sqlite().await;
    let all = spiral(5, 0.004, "plumber");
    let server = Server::start(move |asked, before| match before {
        0 => problem(429, "RESOURCE_EXHAUSTED", "per minute", None).with("retry-after", "0"),
        1 => Reply::status(500, ""),
        _ => answer(asked, &all),
    })
    .await;
    let told = bought(&google(&server, "5"), &plumbers(5.0), db.store()).await.unwrap();
    assert_eq!((told.places.len(), server.asked().len()), (5, 3));
    assert_eq!(spent(db.store()).await, usd("0.035"), "only what was answered is charged");
}

#[tokio::test]
async fn a_budget_refuses_before_it_is_passed_and_a_greater_one_goes_on() {
    let db = test_support::sqlite().await;
    let server = knowing(spiral(45, 0.004, "plumber")).await;
    let error = bought(&google(&server, "0.10"), &plumbers(10.0), db.store()).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "Google Places: the call may cost 0.035 USD, which would pass the budget: 0.07 USD of 0.10 USD are spent this month"
    );
    assert_eq!((server.asked().len(), spent(db.store()).await), (2, usd("0.07")));
    let registry = SourceRegistry::bundled().with(google(&server, "0.10"));
    let infos = registry.infos_with_spending(db.store()).await.unwrap();
    assert!(infos[1].cost.ends_with("budget of 0.10 USD; 0.07 USD this month"), "{}", infos[1].cost);
    assert!(!infos[0].cost.contains("this month"), "{}", infos[0].cost);
    let told = bought(&google(&server, "0.20"), &plumbers(10.0), db.store()).await.unwrap();
    assert_eq!((told.places.len(), server.asked().len()), (45, 3), "what was bought is not bought again");
}

#[tokio::test]
async fn it_is_asked_by_a_search_alone_and_tells_its_terms_before() {
    let server = knowing(Vec::new()).await;
    let source = google(&server, "5");
    assert!(source.places(&plumbers(5.0)).unwrap_err().to_string().contains("ledger"));
    let db = test_support::sqlite().await;
    let everywhere = source.buy(&SearchArea::everywhere(), db.store()).unwrap_err().to_string();
    assert!(everywhere.contains("whole world"), "{everywhere}");
    let info = source.info();
    assert!(
        info.cost.contains("0.035 USD a request") && info.cost.contains("2.24 USD a search"),
        "{}",
        info.cost
    );
    assert!(info.licence.contains("30 days") && info.attribution == "Google Maps");
    assert_eq!(source.most_cost(&plumbers(5.0)), Some(usd("2.24")));
    assert!(server.asked().is_empty());
    assert!(!format!("{source:?} {:?}", config(&server, "5")).contains(KEY));
}

fn request() -> ScrapeRequest {
    ScrapeRequest {
        location: "40.26,-74.27".to_owned(),
        category: Some("plumber".to_owned()),
        radius_km: Some(10.0),
        max_results: Some(500),
        source: Some("googlePlaces".to_owned()),
        ..ScrapeRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_failed_half_way_buys_only_the_rest() {
    let db = test_support::sqlite().await;
    let store = db.store();
    let all = spiral(150, 0.004, "plumber");
    let is_broken = Arc::new(AtomicBool::new(true));
    let broken = Arc::clone(&is_broken);
    let server = Server::start(move |asked, before| {
        if before >= 5 && broken.load(Ordering::SeqCst) {
            return Reply::status(503, "");
        }
        answer(asked, &all)
    })
    .await;
    let first = enqueued(store, &request()).await;
    let registry = SourceRegistry::bundled().with(google(&server, "5"));
    let error = search(&request(), &registry, run_of(store, &first)).await.unwrap_err().to_string();
    assert!(error.contains("status 503"), "{error}");
    assert_eq!(spent(store).await, usd("0.175"), "five pages");

    is_broken.store(false, Ordering::SeqCst);
    let second = again(store, &first).await;
    // Another process: nothing of the first one is left but the database.
    let registry = SourceRegistry::bundled().with(google(&server, "5"));
    let outcome = search(&request(), &registry, run_of(store, &second)).await.unwrap();
    assert_eq!((outcome.counts.found, businesses(store).await.len() as u64), (150, outcome.counts.saved));
    let bodies: Vec<String> = server.asked().iter().map(|asked| asked.body.clone()).collect();
    assert!(bodies[9..].iter().all(|body| !bodies[..5].contains(body)), "the first five pages were kept");
    let licence = businesses(store).await[0].sources[0].licence.clone();
    assert_eq!(licence.as_deref(), Some("Google Maps Platform Terms of Service"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_is_cancelled_while_it_waits_stops_at_once() {
    let db = test_support::sqlite().await;
    let store = db.store();
    let server = Server::start(|_, _| Reply::json(&json!({})).endless()).await;
    let registry = SourceRegistry::bundled().with(google(&server, "5"));
    let claimed = enqueued(store, &request()).await;
    let run = run_of(store, &claimed);
    let cancel = run.cancel.clone();
    let watch = async {
        while server.asked().is_empty() {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    };
    let asked = request();
    let both = async { tokio::join!(search(&asked, &registry, run), watch) };
    let (outcome, ()) = tokio::time::timeout(Duration::from_secs(4), both).await.unwrap();
    assert!(matches!(outcome, Err(DiscoveryError::Stopped)), "{outcome:?}");
    assert_eq!(spent(store).await, usd("0.035"), "nobody knows whether it is charged");
}

#[tokio::test]
async fn a_token_that_has_grown_too_old_parts_the_box() {
    let db = test_support::sqlite().await;
    let all = spiral(45, 0.004, "plumber");
    let server = Server::start(move |asked, _| {
        let whole =
            asked.json()["locationRestriction"]["rectangle"]["low"]["latitude"].as_f64().unwrap() < 40.18;
        if whole && asked.json()["pageToken"].is_string() {
            return problem(400, "INVALID_ARGUMENT", "The page token is invalid.", None);
        }
        answer(asked, &all)
    })
    .await;
    let area = plumbers(10.0);
    let told = bought(&google(&server, "5"), &area, db.store()).await.unwrap();
    assert!(told.places.len() >= 45, "{}", told.places.len());
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// As housekeeping does it so many days from now.
async fn expire_in(store: &store::Store, days: i64) -> store::provenance::Expired {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let then = contract::Timestamp::from_millis(i64::try_from(now).unwrap() + days * DAY_MS);
    store.expire_values(&discovery::source::terms(then), then).await.unwrap()
}

/// Imports a file; answers how many of its records were of known businesses.
async fn merged_of(store: &store::Store, text: String) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.csv");
    std::fs::write(&path, text).unwrap();
    let import = store.enqueue_job(store::NewJob::new(contract::JobKind::Import, json!({}))).await.unwrap();
    let lease = Duration::from_secs(600);
    let import =
        store.claim_job_by_id(import.job_id, "test", lease, crate::jobs::now()).await.unwrap().unwrap();
    let file = discovery::import::ImportRequest::new(&path);
    let outcome = discovery::import::run(run_of(store, &import), &file, &Default::default()).await.unwrap();
    outcome.counts.merged
}

#[tokio::test]
async fn what_google_adds_to_a_business_of_another_spelling_is_gone_after_thirty_days() {
    let db = test_support::sqlite().await;
    let row = "name,phone,street,city,state,zip,country,latitude,longitude\n\
               Acme 0 Plumbing,(732) 555-0142,12 Main St,Freehold,NJ,07728,US,40.26,-74.27\n";
    assert_eq!(merged_of(db.store(), row.to_owned()).await, 0);
    let own = businesses(db.store()).await;
    let server = knowing(vec![place(0, 40.26, -74.27, "plumber")]).await;
    let registry = SourceRegistry::default().with(google(&server, "5"));
    let claimed = enqueued(db.store(), &request()).await;
    let outcome = search(&request(), &registry, run_of(db.store(), &claimed)).await.unwrap();
    assert_eq!((outcome.counts.saved, outcome.counts.merged), (0, 1), "found by its phone: {outcome:?}");
    let filled = &businesses(db.store()).await[0];
    assert_eq!((filled.website.as_deref(), filled.sources.len()), (Some("https://acme0.example/"), 2));

    let expired = expire_in(db.store(), 31).await;
    assert_eq!((expired.changed, expired.deleted), (1, 0));
    let left = &businesses(db.store()).await[0];
    assert_eq!((&left.website, &left.category), (&None, &own[0].category));
    assert_eq!((&left.name, &left.phone, &left.street), (&own[0].name, &own[0].phone, &own[0].street));
}

#[tokio::test]
async fn what_google_said_is_gone_after_thirty_days_and_what_others_say_stays() {
    let db = test_support::sqlite().await;
    let server = knowing(spiral(3, 0.004, "plumber")).await;
    let registry = SourceRegistry::default().with(google(&server, "5"));
    let claimed = enqueued(db.store(), &request()).await;
    search(&request(), &registry, run_of(db.store(), &claimed)).await.unwrap();
    let all = businesses(db.store()).await;
    let other = &all[1];
    // A file that says the name and the phone of one of them as Google does, and another website.
    let row = format!(
        "name,phone,latitude,longitude,website\n{},{},{},{},https://own.example/\n",
        other.name,
        other.phone.as_deref().unwrap(),
        other.latitude.unwrap(),
        other.longitude.unwrap()
    );
    assert_eq!(merged_of(db.store(), row).await, 1);

    assert_eq!(expire_in(db.store(), 29).await, store::provenance::Expired::default());
    let expired = expire_in(db.store(), 31).await;
    assert_eq!((expired.changed, expired.deleted), (1, 2));
    let left = businesses(db.store()).await;
    assert_eq!((left.len(), &left[0].name, &left[0].phone), (1, &other.name, &other.phone));
    assert_eq!(left[0].website, None, "Google alone said it");
    assert!(left[0].sources.iter().any(|one| one.source == "googlePlaces"), "the place id stays");

    // Found again, they are there again.
    let claimed = enqueued(db.store(), &request()).await;
    search(&request(), &registry, run_of(db.store(), &claimed)).await.unwrap();
    let found = businesses(db.store()).await;
    assert_eq!((found.len(), found[0].website.is_some()), (3, true));
}

#[tokio::test]
async fn an_export_that_is_imported_keeps_nothing_of_google_for_longer() {
    let db = test_support::sqlite().await;
    let server = knowing(spiral(3, 0.004, "plumber")).await;
    let registry = SourceRegistry::default().with(google(&server, "5"));
    let claimed = enqueued(db.store(), &request()).await;
    search(&request(), &registry, run_of(db.store(), &claimed)).await.unwrap();
    let mut text = "name,phone,website,sources,licences,attribution\n".to_owned();
    for one in businesses(db.store()).await {
        let (phone, website) = (one.phone.as_deref().unwrap(), one.website.as_deref().unwrap());
        text += &format!("{},{phone},{website},{},,\n", one.name, contract::records::records_text(&one));
    }
    // Where it is from, it says nothing again; elsewhere it is Google's as much as there.
    assert_eq!(merged_of(db.store(), text.clone()).await, 3);
    let elsewhere = test_support::sqlite().await;
    assert_eq!(merged_of(elsewhere.store(), text).await, 0);
    for store in [db.store(), elsewhere.store()] {
        assert_eq!(businesses(store).await.len(), 3);
        assert_eq!(expire_in(store, 29).await, store::provenance::Expired::default());
        let expired = expire_in(store, 31).await;
        assert_eq!((expired.changed, expired.deleted), (0, 3));
    }
}

#[tokio::test]
async fn the_term_is_told_before_it_is_asked() {
    let server = knowing(Vec::new()).await;
    assert_eq!(google(&server, "5").info().retention_days, Some(30));
}
