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
