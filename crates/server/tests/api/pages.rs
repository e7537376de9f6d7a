use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use contract::{JobKind, JobProgress};
use serde_json::json;
use store::{JobOutcome, JobUpdate, NewJob};

use crate::support::{Answer, TestApp, business, seed};

async fn page(app: &TestApp, path: &str) -> Answer {
    app.ask(Request::get(path).header("accept", "text/html")).await
}

async fn submit(app: &TestApp, path: &str, form: &str) -> Answer {
    let request = Request::post(path)
        .header("host", "localhost:3030")
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded");
    app.send(request.body(Body::from(form.to_owned())).unwrap()).await
}

#[tokio::test]
async fn a_page_has_its_data_in_it() {
    let app = TestApp::new().await;
    let saved =
        seed(app.store(), vec![business("Café Kahvila", "Helsinki"), business("Bravo", "Espoo")]).await;
    let list = page(&app, "/leads?city=Helsinki").await;
    assert_eq!(list.status.as_u16(), 200);
    assert_eq!(list.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(list.header("cache-control"), Some("private, no-store"));
    assert!(list.text().starts_with("<!DOCTYPE html>") || list.text().starts_with("<!doctype html>"));
    assert!(list.text().contains("Café Kahvila") && !list.text().contains("Bravo"), "{}", list.text());
    let detail = page(&app, &format!("/leads/{}", saved[1].id)).await;
    assert!(detail.text().contains("Bravo"));
    for path in ["/", "/find", "/jobs"] {
        assert_eq!(page(&app, path).await.status.as_u16(), 200, "{path}");
    }
}

/// Pages are rendered side by side on all threads: each has its own title and data, whatever thread ends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_pages_at_once_are_each_their_own() {
    let app = Arc::new(TestApp::new().await);
    let leads =
        seed(app.store(), (0..20).map(|n| business(&format!("Lead {n} of many"), "Espoo")).collect()).await;
    let search = app.post("/api/scraper/scrape", json!({ "location": "Helsinki", "radiusKm": 3 })).await;
    let job = search.json()["jobId"].as_str().unwrap().to_owned();
    let render = |n: usize| {
        let (path, title) = match leads.get(n * 7 % 40) {
            Some(lead) => (format!("/leads/{}", lead.id), format!("<title>{} · Le Tip</title>", lead.name)),
            None => (format!("/jobs/{job}"), "<title>All trades within 3 km of".to_owned()),
        };
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            let answer = page(&app, &path).await;
            assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
            assert!(answer.text().contains(&title), "{path}: {}", answer.text());
        })
    };
    // No more at once than the server takes.
    for round in 0..30 {
        let side_by_side: Vec<_> = (0..20).map(|n| render(round * 20 + n)).collect();
        for rendered in side_by_side {
            rendered.await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_an_address_asks_for_and_the_list_refuses_is_no_failure_of_the_server() {
    let app = TestApp::new().await;
    let answer = page(&app, "/leads?cursor=nope").await;
    assert_eq!(answer.status.as_u16(), 400);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
}

#[tokio::test]
async fn what_is_not_there_is_a_page_that_says_so() {
    let app = TestApp::new().await;
    for path in ["/nothing", "/leads/999", "/leads/x", "/jobs/019f0000-0000-7000-8000-000000000001"] {
        let answer = page(&app, path).await;
        assert_eq!(answer.status.as_u16(), 404, "{path}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
    }
    assert_eq!(app.call(axum::http::Method::POST, "/nothing").await.status.as_u16(), 404);
}

#[tokio::test]
async fn every_inline_script_carries_the_nonce_of_its_answer() {
    let app = TestApp::new().await;
    let answer = page(&app, "/").await;
    let policy = answer.header("content-security-policy").unwrap();
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(policy.contains("'wasm-unsafe-eval'") && !policy.contains("'unsafe-eval'"), "{policy}");
    let text = answer.text();
    let scripts: Vec<&str> =
        text.split("<script").skip(1).map(|rest| rest.split('>').next().unwrap()).collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        let data = script.contains("application/json");
        assert!(data || script.contains(nonce) || script.contains("src=\"/"), "{script}");
    }
    let again = page(&app, "/").await;
    assert!(!again.header("content-security-policy").unwrap().contains(nonce));
}

#[tokio::test]
async fn what_a_job_says_is_text_on_every_page_that_shows_it() {
    const MARKUP: &str = "\"><img src=x onerror=alert(1)><script>alert(2)</script>";
    let app = TestApp::new().await;
    let request = json!({ "path": "leads.csv", "name": MARKUP });
    let job = app.store().enqueue_job(NewJob::new(JobKind::Import, request)).await.unwrap();
    let lease = Duration::from_secs(600);
    let claimed = app.store().claim_job_by_id(job.job_id, "test", lease, job.created_at).await;
    let lease = claimed.unwrap().unwrap().lease;
    let (stage, message, error) = (MARKUP.to_owned(), Some(MARKUP.to_owned()), MARKUP.to_owned());
    let progress = JobProgress { done: 1, total: Some(2), stage, message };
    let mut tx = app.store().begin().await.unwrap();
    tx.record_job(&lease, JobUpdate { progress, ..JobUpdate::default() }).await.unwrap();
    tx.finish_job(&lease, JobOutcome::Failed { error, retry_at: None }).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    let own = format!("/jobs/{}", job.job_id);
    // Title, progress and error, as far as each shows them.
    for (path, times) in [("/", 1), ("/jobs", 3), (own.as_str(), 3)] {
        let answer = page(&app, path).await;
        let text = answer.text();
        assert!(text.matches("&lt;img src=x").count() >= times, "{path}: {text}");
        assert!(!text.contains("<img src=x") && !text.contains("<script>alert"), "{path}: {text}");
    }
}

#[tokio::test]
async fn the_find_form_works_without_a_script() {
    let app = TestApp::new().await;
    let form =
        "location=Helsinki&category=barber&query=&radiusKm=2%2C5&maxResults=&source=&idempotencyKey=press-1";
    let first = submit(&app, "/find", form).await;
    assert_eq!(first.status.as_u16(), 303, "{}", first.text());
    let job = first.header("location").unwrap().to_owned();
    assert!(job.starts_with("/jobs/"));
    let second = submit(&app, "/find", form).await;
    assert_eq!(second.header("location"), Some(job.as_str()), "pressing twice makes one job");
    assert_eq!(page(&app, &job).await.status.as_u16(), 200);
    let mut request = app.get(&format!("/api{job}")).await.json()["request"].clone();
    assert_eq!(request.as_object_mut().unwrap().remove("resolved").unwrap()["category"], "hairdresser");
    assert_eq!(request, serde_json::json!({ "location": "Helsinki", "category": "barber", "radiusKm": 2.5 }));
}

#[tokio::test]
async fn a_refused_form_is_shown_again_with_what_is_wrong() {
    let app = TestApp::new().await;
    let answer = submit(&app, "/find", "location=Nowhere-at-all-9&radiusKm=3").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (422, Some("text/html; charset=utf-8"))
    );
    assert!(answer.text().contains("Nowhere-at-all-9"));
    let number = submit(&app, "/find", "location=Helsinki&radiusKm=wide").await;
    assert_eq!(number.status.as_u16(), 422);
    assert!(number.text().contains("give kilometres from 0.1 to 50"), "{}", number.text());
    assert_eq!(app.get("/api/jobs").await.json()["meta"]["total"], 0);
}

#[tokio::test]
async fn job_buttons_work_without_a_script() {
    let app = TestApp::new().await;
    let job = submit(&app, "/find", "location=Helsinki").await.header("location").unwrap().to_owned();
    let status = async || app.get(&format!("/api{job}")).await.json()["status"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        let answer = submit(&app, &format!("{job}/cancel"), "").await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, Some(job.as_str())));
        assert_eq!(status().await, "cancelled");
    }
    assert_eq!(submit(&app, &format!("{job}/retry"), "").await.status.as_u16(), 303);
    assert_eq!(status().await, "pending");
    let unknown = submit(&app, "/jobs/019f0000-0000-7000-8000-000000000001/cancel", "").await;
    assert_eq!(unknown.status.as_u16(), 404);
}

#[tokio::test]
async fn a_form_of_another_type_or_origin_is_refused() {
    let app = TestApp::new().await;
    let json = app.post("/find", serde_json::json!({ "location": "Helsinki" })).await;
    assert_eq!(json.status.as_u16(), 415);
    let request = Request::post("/find")
        .header("host", "localhost:3030")
        .header("origin", "https://evil.example")
        .header("content-type", "application/x-www-form-urlencoded");
    let other = app.send(request.body(Body::from("location=Helsinki")).unwrap()).await;
    assert_eq!(other.status.as_u16(), 403);
}

#[tokio::test]
async fn a_page_says_from_which_event_on_it_is_old() {
    let app = TestApp::new().await;
    seed(app.store(), vec![business("A", "Helsinki"), business("B", "Helsinki")]).await;
    assert!(page(&app, "/leads").await.text().contains("\"seq\":2"));
}

#[tokio::test]
async fn pages_are_encoded_as_the_browser_asks() {
    let app = TestApp::new().await;
    let answer = app.ask(Request::get("/leads").header("accept-encoding", "gzip, br")).await;
    assert_eq!(answer.header("content-encoding"), Some("br"));
    assert!(answer.header("vary").unwrap().contains("accept-encoding"));
}
