//! A search that costs money: its run at Apify, a real server on loopback, is ended with its job and not with the server.

use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::{Json, Router};
use contract::JobStatus;
use discovery::SourceRegistry;
use discovery::source::{Apify, ApifyConfig};
use enrichment::providers::ApiKey;
use serde_json::{Value, json};

use crate::support::{TestApp, eventually};

/// Method and path of what was asked.
type Asked = Arc<Mutex<Vec<String>>>;

/// A run that begins and never ends by itself.
async fn serve(State(asked): State<Asked>, request: Request) -> (StatusCode, Json<Value>) {
    let line = format!("{} {}", request.method(), request.uri().path());
    asked.lock().unwrap().push(line.clone());
    let run =
        |status: &str| json!({ "data": { "id": "run0", "status": status, "defaultDatasetId": "data0" } });
    match line.as_str() {
        "POST /v2/acts/compass~crawler-google-places/runs" => (StatusCode::CREATED, Json(run("READY"))),
        "GET /v2/datasets/data0/items" => (StatusCode::OK, Json(json!([]))),
        "POST /v2/actor-runs/run0/abort" => (StatusCode::OK, Json(run("ABORTING"))),
        _ => (StatusCode::OK, Json(run("RUNNING"))),
    }
}

/// A server that knows such an Apify, and what that was asked.
async fn with_apify() -> (TestApp, Asked) {
    let asked = Asked::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v2/", listener.local_addr().unwrap());
    let router = Router::new().fallback(serve).with_state(Arc::clone(&asked));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let usd = |text: &str| text.parse().unwrap();
    let config = ApifyConfig { base_url, ..ApifyConfig::new(ApiKey::from("t0ken"), usd("0.004"), usd("5")) };
    let sources = Arc::new(SourceRegistry::bundled().with(Apify::new(config).unwrap()));
    (TestApp::with(|config| config.sources = sources).await, asked)
}

fn count(asked: &Asked, line: &str) -> usize {
    asked.lock().unwrap().iter().filter(|one| one.contains(line)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_ends_the_run_and_a_shutdown_does_not() {
    let (app, asked) = with_apify().await;
    let request =
        json!({ "location": "60.17,24.94", "category": "cafe", "source": "apify", "maxResults": 50 });
    let job = app.post("/api/scraper/scrape", request).await.json()["jobId"].as_str().unwrap().to_owned();
    let first = app.run_jobs();
    let polled = |least: usize| {
        let asked = Arc::clone(&asked);
        async move { (count(&asked, "GET /v2/actor-runs/run0") >= least).then_some(()) }
    };
    eventually("a look at the run", || polled(1)).await;
    first.shutdown().await;
    assert_eq!(count(&asked, "abort"), 0, "whoever goes on needs it");

    let before = count(&asked, "GET /v2/actor-runs/run0");
    let second = app.run_jobs();
    eventually("another look", || polled(before + 2)).await;
    assert_eq!(count(&asked, "POST /v2/acts"), 1, "it is the same run");
    let sources = app.get("/api/scraper/sources").await.json();
    let cost = sources[1]["cost"].as_str().unwrap();
    assert!(cost.ends_with("; 0.20 USD this month"), "{cost}");

    app.post(&format!("/api/jobs/{job}/cancel"), json!({})).await;
    let id = job.parse().map(contract::JobId).unwrap();
    eventually("the job's end", || async {
        let job = app.store().get_job(id).await.unwrap().unwrap();
        (job.status == JobStatus::Cancelled).then_some(())
    })
    .await;
    assert_eq!(count(&asked, "POST /v2/actor-runs/run0/abort"), 1);
    second.shutdown().await;
}
