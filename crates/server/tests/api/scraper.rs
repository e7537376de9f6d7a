use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use discovery::SourceRegistry;
use discovery::geocoder::Nominatim;
use discovery::remote::ServiceConfig;
use discovery::source::Overpass;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{TestApp, eventually};

const PATH: &str = "/api/scraper/scrape";

/// Starts a search and waits until its job is finished.
async fn finished(app: &TestApp, request: Value) -> Value {
    let accepted = app.post(PATH, request).await;
    assert_eq!(accepted.status.as_u16(), 202, "{}", accepted.text());
    let status = format!("/api/scraper/status/{}", accepted.json()["jobId"].as_str().unwrap());
    eventually("the search to finish", || async {
        let job = app.get(&status).await.json();
        matches!(job["status"].as_str(), Some("completed" | "failed" | "cancelled")).then_some(job)
    })
    .await
}

#[tokio::test]
async fn a_search_is_taken_as_a_job_with_its_event() {
    let app = TestApp::new().await;
    let answer = app.post(PATH, json!({ "location": "Helsinki", "category": "barber" })).await;
    assert_snapshot!(answer.snapshot(), @r#"
    202 application/json
    {
      "jobId": "[jobId]",
      "status": "pending"
    }
    "#);
    let id = answer.json()["jobId"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("location"), Some(format!("/api/jobs/{id}").as_str()));
    let job = app.get(&format!("/api/jobs/{id}")).await.json();
    let resolved = json!({
        "location": "Helsinki, Uusimaa, Finland", "latitude": 60.17, "longitude": 24.935,
        "category": "hairdresser", "radiusKm": 5.0, "source": "openstreetmap"
    });
    let request = json!({ "location": "Helsinki", "category": "barber", "resolved": resolved });
    assert_eq!(job["request"], request);
    let events = app.get("/api/events").await.json();
    assert_eq!(events["data"][0]["type"], "job:updated");
    assert_eq!(events["data"][0]["data"]["jobId"], id.as_str());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_stores_real_places_once() {
    let app = TestApp::new().await;
    let runner = app.run_jobs();
    let request = json!({
        "location": "60.1699,24.9384", "category": "restaurant", "radiusKm": 1, "maxResults": 100
    });
    let job = finished(&app, request.clone()).await;
    assert_eq!(job["status"], "completed", "{job}");
    let count = |job: &Value, name: &str| job["counts"][name].as_u64().unwrap();
    let told =
        |job: &Value| ["saved", "merged", "rejected", "closed"].map(|name| count(job, name)).iter().sum();
    assert!(count(&job, "saved") > 50, "{job}");
    assert_eq!(count(&job, "found"), told(&job));
    let list = app.get("/api/businesses?category=restaurant&near=60.1699,24.9384&radiusKm=1").await.json();
    assert_eq!(list["meta"]["total"].as_u64(), Some(count(&job, "saved")));
    assert_eq!(list["data"][0]["sources"][0]["source"], "openstreetmap");

    let again = finished(&app, request).await;
    assert_eq!((count(&again, "saved"), count(&again, "found")), (0, told(&again)));
    let total = app.get("/api/businesses").await.json()["meta"]["total"].clone();
    assert_eq!(total.as_u64(), Some(count(&job, "saved")));
    let recent = app.get("/api/scraper/jobs").await.json();
    assert_eq!(recent.as_array().unwrap().len(), 2);
    runner.shutdown().await;
}

#[tokio::test]
async fn an_unknown_place_is_named_with_its_likeliest_meanings() {
    let app = TestApp::new().await;
    let answer = app.post(PATH, json!({ "location": "Helsinky" })).await;
    assert_eq!(answer.status.as_u16(), 422);
    let error = &answer.json()["errors"][0];
    assert_eq!((error["field"].as_str(), error["code"].as_str()), (Some("location"), Some("unknown")));
    let suggestions: Vec<&str> =
        error["suggestions"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert!(suggestions.iter().any(|text| text.contains("Helsinki")), "{suggestions:?}");
}

#[tokio::test]
async fn an_unknown_category_is_named_with_the_nearest() {
    let app = TestApp::new().await;
    let answer = app.post(PATH, json!({ "location": "Helsinki", "category": "resturant" })).await;
    assert_eq!(answer.status.as_u16(), 422);
    let error = &answer.json()["errors"][0];
    assert_eq!((error["field"].as_str(), error["code"].as_str()), (Some("category"), Some("unknown")));
    assert!(error["suggestions"].to_string().to_lowercase().contains("restaurant"), "{error}");
}

#[tokio::test]
async fn an_unknown_source_is_named() {
    let app = TestApp::new().await;
    let answer = app.post(PATH, json!({ "location": "Helsinki", "source": "nowhere" })).await;
    assert_eq!((answer.status.as_u16(), answer.json()["errors"][0]["field"].as_str()), (422, Some("source")));
}

#[tokio::test]
async fn limits_are_inclusive_and_named() {
    let app = TestApp::new().await;
    let check = async |body: Value, status: u16, field: Option<&str>| {
        let answer = app.post(PATH, body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text());
        assert_eq!(answer.json()["errors"][0]["field"].as_str(), field, "{body}");
    };
    check(json!({ "location": "Helsinki", "radiusKm": 0.1, "maxResults": 5000 }), 202, None).await;
    check(json!({ "location": "Helsinki", "radiusKm": 50, "maxResults": 1 }), 202, None).await;
    check(json!({ "location": "Helsinki", "radiusKm": 50.1 }), 422, Some("radiusKm")).await;
    check(json!({ "location": "Helsinki", "maxResults": 5001 }), 422, Some("maxResults")).await;
    check(json!({ "location": "Helsinki", "maxResults": 0 }), 422, Some("maxResults")).await;
    check(json!({ "location": "" }), 422, Some("location")).await;
    check(json!({}), 422, Some("location")).await;
    check(json!({ "location": "Helsinki", "radius": 5 }), 400, Some("radius")).await;
    check(json!({ "location": "Helsinki", "radiusKm": "wide" }), 400, Some("radiusKm")).await;
}

#[tokio::test]
async fn the_status_of_what_is_no_search_is_not_found() {
    let app = TestApp::new().await;
    let import = store::NewJob::new(contract::JobKind::Import, json!({}));
    let job = app.store().enqueue_job(import).await.unwrap();
    assert_eq!(app.get(&format!("/api/scraper/status/{}", job.job_id)).await.status.as_u16(), 404);
    assert_eq!(app.get(&format!("/api/jobs/{}", job.job_id)).await.status.as_u16(), 200);
}

#[tokio::test]
async fn sources_say_their_licence() {
    let app = TestApp::new().await;
    let sources = app.get("/api/scraper/sources").await.json();
    let default = sources.as_array().unwrap().iter().find(|source| source["default"] == true).unwrap();
    assert_eq!((default["licence"].as_str(), default["state"].as_str()), (Some("ODbL-1.0"), Some("ready")));
    assert!(default["attribution"].as_str().unwrap().contains("OpenStreetMap"));
}

#[tokio::test]
async fn suggestions_answer_what_was_typed() {
    let app = TestApp::new().await;
    let categories = app.get("/api/scraper/categories?q=barb&limit=3").await.json();
    assert!(categories.as_array().unwrap().len() <= 3);
    assert!(categories.to_string().contains("barber") || categories.to_string().contains("hairdresser"));
    let locations = app.get("/api/scraper/locations?q=helsin").await.json();
    assert!(locations[0]["label"].as_str().unwrap().starts_with("Helsinki"), "{locations}");
    assert_eq!(app.get("/api/scraper/locations?q=x&limit=51").await.status.as_u16(), 422);
}

/// Services on loopback that know one street and one business in it.
async fn services() -> String {
    let street = json!([{
        "display_name": "Elm Grove Lane, Freehold", "lat": "40.2212", "lon": "-74.2531", "importance": 0.2,
        "licence": "Data © OpenStreetMap contributors, ODbL 1.0.", "address": {"country_code": "us"},
    }]);
    let place = json!({"elements": [{
        "type": "node", "id": 7, "lat": 40.2213, "lon": -74.2530, "tags": {"name": "Joe's Plumbing", "craft": "plumber"},
    }]});
    let app = Router::new()
        .route("/search", get(|| async move { street.to_string() }))
        .route("/api/interpreter", post(|| async move { place.to_string() }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_street_is_found_and_searched_by_services_that_somebody_named() {
    let services = services().await;
    let config = |path: &str, timing| {
        let base = format!("{services}{path}").parse().unwrap();
        ServiceConfig::new(base, "https://letip.example/about", timing)
    };
    let app = TestApp::with(|server| {
        let mut timing = Overpass::TIMING;
        timing.spacing = Duration::ZERO;
        let overpass = Overpass::new(&config("/api/", timing)).unwrap();
        server.sources = SourceRegistry::bundled().with(overpass).into();
        server.geocoder = Some(Nominatim::new(&config("/", Nominatim::TIMING)).unwrap());
    })
    .await;
    let sources = app.get("/api/scraper/sources").await.json();
    assert_eq!((&sources[0]["default"], &sources[1]["source"]), (&json!(true), &json!("overpass")));
    assert_eq!((&sources[1]["licence"], &sources[1]["default"]), (&json!("ODbL-1.0"), &json!(false)));

    let runner = app.run_jobs();
    let request = json!({ "location": "Elm Grove Lane 5", "category": "plumber", "source": "overpass" });
    let job = finished(&app, request).await;
    assert_eq!((&job["status"], &job["counts"]["saved"]), (&json!("completed"), &json!(1)), "{job}");
    let resolved = &job["request"]["resolved"];
    assert_eq!(resolved["location"], "Elm Grove Lane, Freehold (40.221200, -74.253100)");
    assert_eq!(resolved["locationAttribution"], "Data © OpenStreetMap contributors, ODbL 1.0.");
    let list = app.get("/api/businesses").await.json();
    assert_eq!(list["data"][0]["name"], "Joe's Plumbing");
    assert_eq!(list["data"][0]["sources"][0]["source"], "openstreetmap");
    assert_eq!(list["data"][0]["sources"][0]["licence"], "ODbL-1.0");
    runner.shutdown().await;
}

#[tokio::test]
async fn a_service_that_is_not_there_leaves_a_street_unknown() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let mut timing = Nominatim::TIMING;
    timing.attempts = 1;
    let nominatim = Nominatim::new(&ServiceConfig::new(base, "https://letip.example/about", timing)).unwrap();
    let app = TestApp::with(|server| server.geocoder = Some(nominatim)).await;
    let answer = app.post(PATH, json!({ "location": "Elm Grove Lane 5" })).await;
    assert_eq!(answer.status.as_u16(), 422);
    let error = &answer.json()["errors"][0];
    assert_eq!((&error["field"], &error["code"]), (&json!("location"), &json!("unknown")));
    assert!(error["message"].as_str().unwrap().contains("gave no answer"), "{error}");
}
