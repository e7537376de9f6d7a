use std::fs;
use std::path::Path;

use crate::support::TestApp;

#[tokio::test]
async fn the_document_is_the_one_that_was_reviewed() {
    let app = TestApp::new().await;
    let answer = app.get("/api/openapi.json").await;
    let path = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("openapi.json");
    let served = format!("{}\n", answer.text());
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(&path, &served).unwrap();
    }
    let reviewed = fs::read_to_string(&path).unwrap();
    let differs = reviewed.lines().zip(served.lines()).position(|(reviewed, served)| reviewed != served);
    assert!(
        reviewed == served,
        "the contract changed at line {:?}; look at it, then UPDATE_OPENAPI=1 cargo nextest run -p server openapi",
        differs.map(|line| line + 1)
    );
}

#[tokio::test]
async fn the_document_is_whole() {
    let app = TestApp::new().await;
    let document = app.get("/api/openapi.json").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let scrape = &document["paths"]["/api/scraper/scrape"]["post"];
    assert_eq!(scrape["operationId"], "startScrape");
    assert!(scrape["responses"]["422"]["content"]["application/problem+json"].is_object());
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name} is referred to and not described");
    }
}

#[tokio::test]
async fn the_page_shows_every_endpoint_and_loads_nothing_from_elsewhere() {
    let app = TestApp::new().await;
    let page = app.get("/api/docs").await;
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    for id in ["listBusinesses", "startScrape", "cancelJob", "listEvents"] {
        assert!(page.text().contains(&format!("id=\"{id}\"")), "{id}");
    }
    for outside in ["src=\"http", "href=\"http", "//cdn", "<script"] {
        assert!(!page.text().contains(outside), "{outside}");
    }
    assert_eq!(app.get("/api/docs.css").await.header("content-type"), Some("text/css"));
}

#[tokio::test]
async fn the_type_of_a_problem_leads_to_its_explanation() {
    let app = TestApp::new().await;
    let kind = app.get("/api/nothing").await.json()["type"].as_str().unwrap().to_owned();
    let answer = app.get(&kind).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, Some("/api/docs#problem-not-found"))
    );
    assert!(app.get("/api/docs").await.text().contains("id=\"problem-not-found\""));
}
