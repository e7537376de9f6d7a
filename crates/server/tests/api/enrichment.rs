use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use axum::response::Html;
use axum::routing::get;
use axum::{Json, Router};
use enrichment::address::Guard;
use enrichment::providers::{ApiKey, Hunter, HunterConfig, Providers};
use enrichment::{Fetcher, FetcherConfig};
use insta::assert_snapshot;
use serde_json::json;

use crate::support::{TestApp, business, eventually, seed};

/// A website of one page on this machine.
async fn website() -> SocketAddr {
    let page = "<html><body><h1>Alpha</h1><p>Write to <a href=\"mailto:alpha.kahvila@gmail.com\">us</a></p></body></html>";
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let site = Router::new().route("/", get(move || async move { Html(page) }));
    tokio::spawn(async move { axum::serve(listener, site).await });
    address
}

/// A reader of that one address of this machine.
fn fetcher(site: SocketAddr) -> Fetcher {
    let config = FetcherConfig {
        guard: Guard::allowing([site]),
        spacing: Duration::ZERO,
        ..FetcherConfig::new("https://leads.example/about")
    };
    Fetcher::new(config).unwrap()
}

#[tokio::test]
async fn a_server_without_a_contact_url_says_what_it_needs() {
    let app = TestApp::new().await;
    let saved = seed(app.store(), vec![business("Alpha", "Helsinki")]).await;
    assert_snapshot!(app.post(&format!("/api/enrichment/{}", saved[0].id), json!({})).await.snapshot(), @r#"
    503 application/problem+json
    {
      "detail": "enrichment is off: start the server with --contact-url URL, which tells websites who reads them",
      "errors": [],
      "instance": "/api/enrichment/1",
      "requestId": "[requestId]",
      "status": 503,
      "title": "Unavailable for now",
      "type": "/problems/unavailable"
    }
    "#);
    assert_eq!(app.post("/api/enrichment/batch", json!({ "count": 1 })).await.status.as_u16(), 503);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_business_is_enriched_from_its_website() {
    let site = website().await;
    let app = TestApp::with(|config| config.fetcher = Some(fetcher(site))).await;
    let mut new = business("Alpha", "Helsinki");
    new.business.website = Some(format!("http://{site}/"));
    let id = seed(app.store(), vec![new]).await[0].id;
    let path = format!("/api/enrichment/{id}");
    let accepted = app.post(&path, json!({})).await;
    assert_eq!(accepted.status.as_u16(), 202, "{}", accepted.text());
    assert_eq!(app.post(&path, json!({})).await.status.as_u16(), 409, "it waits already");

    let runner = app.run_jobs();
    let job = accepted.header("location").unwrap().to_owned();
    let done = eventually("the job to be done", || async {
        let job = app.get(&job).await.json();
        matches!(job["status"].as_str(), Some("completed" | "failed")).then_some(job)
    })
    .await;
    assert_eq!(
        (done["status"].as_str(), done["result"]["outcome"].as_str()),
        (Some("completed"), Some("enriched"))
    );
    let detail = app.get(&format!("/api/businesses/{id}")).await.json();
    assert_eq!(detail["email"], "alpha.kahvila@gmail.com");
    assert_eq!(detail["enrichmentStatus"], "enriched");
    let page = app.ask(Request::get(format!("/leads/{id}")).header("accept", "text/html")).await;
    let page = page.text();
    let details =
        page.split("id=\"details\"").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
    let origin = format!("href=\"http://{site}/\"");
    assert!(details.contains("From ") && details.contains(&origin), "{details}");
    let history = page.split("id=\"history\"").nth(1).unwrap();
    for told in ["Enriched", "cost nothing. Filled in: E-mail", "alpha.kahvila@gmail.com", &origin] {
        assert!(history.contains(told), "{told}: {history}");
    }
    assert_eq!(app.post(&path, json!({})).await.status.as_u16(), 202, "it may be done again");
    runner.shutdown().await;
}

#[tokio::test]
async fn a_batch_counts_its_businesses() {
    let app = TestApp::with(|config| config.fetcher = Some(fetcher("127.0.0.1:9".parse().unwrap()))).await;
    let rows = ["A", "B", "C"].map(|name| business(name, "Helsinki"));
    let saved = seed(app.store(), rows.into_iter().chain([business("D", "Espoo")]).collect()).await;
    let total = async |body: serde_json::Value| {
        let answer = app.post("/api/enrichment/batch", body.clone()).await;
        assert_eq!(answer.status.as_u16(), 202, "{body}: {}", answer.text());
        answer.json()["totalCount"].as_u64().unwrap()
    };
    assert_eq!(total(json!({ "businessIds": [saved[0].id, saved[1].id, saved[0].id] })).await, 2);
    assert_eq!(total(json!({ "filter": { "city": "Helsinki" } })).await, 1, "two of them wait already");
    assert_eq!(total(json!({ "count": 2 })).await, 1, "only one is left");
    let all = json!({ "businessIds": [saved[0].id, saved[3].id] });
    assert_eq!(app.post("/api/enrichment/batch", all).await.status.as_u16(), 409, "all of them wait already");
    let unknown = app.post("/api/enrichment/batch", json!({ "businessIds": [saved[0].id, 999] })).await;
    assert_eq!(unknown.status.as_u16(), 404);
    let nobody = app.post("/api/enrichment/batch", json!({ "filter": { "city": "Nowhere" } })).await;
    assert_eq!(nobody.status.as_u16(), 422);
}

#[tokio::test]
async fn a_plain_form_enriches_what_a_filter_selects() {
    let app = TestApp::with(|config| config.fetcher = Some(fetcher("127.0.0.1:9".parse().unwrap()))).await;
    let rows = [business("A", "Helsinki"), business("B", "Helsinki"), business("C", "Espoo")];
    seed(app.store(), rows.into()).await;
    let send = async |form: &str| {
        let request = Request::post("/leads/enrich")
            .header("host", "localhost:3030")
            .header("content-type", "application/x-www-form-urlencoded");
        app.send(request.body(Body::from(form.to_owned())).unwrap()).await
    };
    let answer = send("city=Helsinki").await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    let job = answer.header("location").unwrap().strip_prefix("/jobs/").unwrap().to_owned();
    let batch = app.get(&format!("/api/enrichment/batch/{job}")).await.json();
    let ids: Vec<i64> =
        batch["items"].as_array().unwrap().iter().map(|item| item["businessId"].as_i64().unwrap()).collect();
    assert_eq!(ids, [1, 2]);
    assert_eq!(send("city=Helsinki").await.status.as_u16(), 422, "both wait already");
    assert_eq!(send("city=Nowhere").await.status.as_u16(), 422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_a_job_for_each_business_and_its_failures_are_retried() {
    let site = website().await;
    let app = TestApp::with(|config| config.fetcher = Some(fetcher(site))).await;
    let with_site = |name: &str, url: String| {
        let mut new = business(name, "Helsinki");
        new.business.website = Some(url);
        new
    };
    let rows = vec![
        with_site("Alpha", format!("http://{site}/")),
        with_site("Beta", "http://127.0.0.1:9/".to_owned()),
        business("Gamma", "Helsinki"),
    ];
    seed(app.store(), rows).await;
    let accepted = app.post("/api/enrichment/batch", json!({ "businessIds": [1, 2, 3] })).await;
    assert_eq!(accepted.status.as_u16(), 202, "{}", accepted.text());
    let batch = format!("/api/enrichment/batch/{}", accepted.json()["jobId"].as_str().unwrap());
    let waiting = app.get(&batch).await.json();
    assert_eq!(
        (&waiting["job"]["status"], waiting["items"].as_array().unwrap().len()),
        (&json!("pending"), 3)
    );

    let runner = app.run_jobs();
    let done = eventually("the batch to be done", || async {
        let batch = app.get(&batch).await.json();
        (batch["job"]["status"] == "completed").then_some(batch)
    })
    .await;
    runner.shutdown().await;
    let state = |item: usize| (done["items"][item]["status"].clone(), done["items"][item]["outcome"].clone());
    assert_eq!(state(0), (json!("completed"), json!("enriched")));
    assert_eq!(state(1), (json!("failed"), json!(null)));
    assert_eq!(state(2), (json!("completed"), json!("noWebsite")));
    assert_eq!((&done["items"][1]["name"], &done["job"]["counts"]["failed"]), (&json!("Beta"), &json!(1)));
    assert_eq!(app.get("/api/jobs").await.json()["meta"]["total"], 1, "members are not listed");
    assert_eq!(app.get("/api/jobs/failed").await.json()["meta"]["total"], 1);

    let job = accepted.header("location").unwrap();
    let retried = app.post(&format!("{job}/retry"), json!({})).await;
    assert_eq!((retried.status.as_u16(), &retried.json()["progress"]["done"]), (200, &json!(2)));
    let cancelled = app.post(&format!("{job}/cancel"), json!({})).await;
    assert_eq!(cancelled.json()["status"], "cancelled");
    let none = app.post("/api/jobs/retry-failed", json!({})).await.json();
    assert_eq!(none, json!({ "retried": 0, "remaining": 0 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_failed_is_told_by_its_cause_and_tried_again_by_a_plain_form() {
    let app = TestApp::with(|config| config.fetcher = Some(fetcher("127.0.0.1:9".parse().unwrap()))).await;
    let nothing = json!({ "waiting": 0, "running": 0, "completed": 0, "failed": 0, "causes": [] });
    assert_eq!(app.get("/api/enrichment/queue").await.json(), nothing);
    let mut down = business("Alpha", "Helsinki");
    down.business.website = Some("http://127.0.0.1:1/".to_owned());
    seed(app.store(), vec![down, business("Beta", "Helsinki")]).await;
    let batch = app.post("/api/enrichment/batch", json!({ "count": 2 })).await;
    let waiting = app.get("/api/enrichment/queue").await.json();
    assert_eq!((&waiting["waiting"], &waiting["failed"]), (&json!(2), &json!(0)));
    let runner = app.run_jobs();
    let queue = eventually("both to be done", || async {
        let queue = app.get("/api/enrichment/queue").await.json();
        (queue["completed"] == 1 && queue["failed"] == 1).then_some(queue)
    })
    .await;
    runner.shutdown().await;
    let cause = &queue["causes"][0];
    let expect = json!("the website's address is none that may be read");
    assert_eq!((&cause["cause"], &cause["count"]), (&expect, &json!(1)));

    let other = app.post("/api/jobs/retry-failed?kind=enrich&cause=another", json!({})).await;
    assert_eq!(other.json(), json!({ "retried": 0, "remaining": 0 }));
    let wrong = app.post("/api/jobs/retry-failed?kind=paint", json!({})).await;
    assert_eq!((wrong.status.as_u16(), wrong.json()["errors"][0]["field"].as_str()), (400, Some("kind")));
    let request = Request::post("/enrichment/retry")
        .header("host", "localhost:3030")
        .header("content-type", "application/x-www-form-urlencoded");
    let form = request.body(Body::from("cause=the+website%27s+address+is+none+that+may+be+read")).unwrap();
    let answer = app.send(form).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, Some("/enrichment")));
    let queue = app.get("/api/enrichment/queue").await.json();
    assert_eq!((&queue["waiting"], &queue["failed"], &queue["causes"]), (&json!(1), &json!(0), &json!([])));
    let path = format!("/api/jobs/{}", batch.json()["jobId"].as_str().unwrap());
    assert_eq!(app.get(&path).await.json()["counts"]["failed"], 0);

    // The page of jobs has a form for all that failed, of one kind or of any.
    let failed = async || {
        let runner = app.run_jobs();
        eventually("it to fail again", || async {
            let queue = app.get("/api/enrichment/queue").await.json();
            (queue["waiting"] == 0 && queue["failed"] == 1).then_some(())
        })
        .await;
        runner.shutdown().await;
    };
    for (form, waiting) in [("kind=import", 0), ("kind=enrich", 1), ("kind=", 1)] {
        if app.get("/api/enrichment/queue").await.json()["failed"] == 0 {
            failed().await;
        }
        let request = Request::post("/jobs/retry-failed")
            .header("host", "localhost:3030")
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = app.send(request.body(Body::from(form)).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, Some("/jobs?status=failed")));
        assert_eq!(app.get("/api/enrichment/queue").await.json()["waiting"], waiting, "{form}");
    }
}

#[tokio::test]
async fn what_paid_services_cost_is_told_from_their_ledger() {
    let app = TestApp::with(|config| config.providers = Providers::new("20".parse().unwrap())).await;
    let now = contract::Timestamp::from_millis(
        i64::try_from(
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis(),
        )
        .unwrap(),
    );
    let month: String = now.to_string().chars().take(7).collect();
    let none =
        json!({ "month": month, "currency": "USD", "budgetMinor": 2000, "costMinor": 0, "services": [] });
    assert_eq!(app.get("/api/enrichment/spending").await.json(), none);
    let call = |most| store::NewProviderCall {
        provider: "hunter".to_owned(),
        operation: "domain-search".to_owned(),
        business_id: None,
        most,
    };
    for most in [24_500, 24_500] {
        app.store().reserve_provider_call(&call(most), 20_000_000, now).await.unwrap();
    }
    let spent = app.get("/api/enrichment/spending").await.json();
    assert_eq!(spent["services"], json!([{ "service": "hunter", "calls": 2, "costMinor": 5 }]));
    assert_eq!(spent["costMinor"], 5, "rounded up together, not each");
}

#[tokio::test]
async fn providers_tell_what_they_need() {
    let off = TestApp::new().await.get("/api/enrichment/providers").await.json();
    assert_eq!((&off[0]["provider"], &off[0]["state"]), (&json!("website"), &json!("unavailable")));
    assert!(off[0]["message"].as_str().unwrap().contains("--contact-url"));
    let app = TestApp::with(|config| config.fetcher = Some(fetcher("127.0.0.1:9".parse().unwrap()))).await;
    assert_eq!(app.get("/api/enrichment/providers").await.json()[0]["state"], "ready");
    assert_eq!(off.as_array().unwrap().len(), 1, "what needs a key is absent without it");
}

#[tokio::test]
async fn a_provider_with_a_key_is_told_with_its_cost_and_quota_and_without_the_key() {
    let account = json!({ "data": { "requests": { "credits": { "used": 100.5, "available": 2000 } } } });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let site = Router::new().route("/v2/account", get(move || async move { Json(account) }));
    tokio::spawn(async move { axum::serve(listener, site).await });
    let key = ApiKey::from("s3cret");
    let whole = HunterConfig::new(key, "0.0245".parse().unwrap());
    let hunter = Hunter::new(HunterConfig { base_url: format!("http://{address}/v2/"), ..whole }).unwrap();
    let providers = Providers::new("20".parse().unwrap()).with(hunter);
    let app = TestApp::with(|config| config.providers = providers).await;
    let answer = app.get("/api/enrichment/providers").await;
    assert!(!answer.text().contains("s3cret"));
    let told = answer.json();
    assert_eq!(
        (&told[1]["provider"], &told[1]["state"], &told[1]["quota"]),
        (&json!("hunter"), &json!("ready"), &json!(1899))
    );
    assert!(told[1]["cost"].as_str().unwrap().contains("budget of 20.00 USD"), "{told}");
}

#[tokio::test]
async fn a_history_is_paged_and_belongs_to_a_business() {
    let app = TestApp::new().await;
    seed(app.store(), vec![business("Alpha", "Helsinki")]).await;
    let path = "/api/businesses/1/enrichment-history";
    let page = app.get(path).await.json();
    assert_eq!((&page["data"], &page["meta"]["total"]), (&json!([]), &json!(0)));
    for (query, status, field) in [
        ("limit=0", 422, "limit"),
        ("limit=x", 400, "limit"),
        ("cursor=x", 422, "cursor"),
        ("page=1", 400, "page"),
    ] {
        let answer = app.get(&format!("{path}?{query}")).await;
        let told = answer.json();
        assert_eq!(
            (answer.status.as_u16(), told["errors"][0]["field"].as_str()),
            (status, Some(field)),
            "{query}"
        );
    }
    assert_eq!(app.get("/api/businesses/9/enrichment-history").await.status.as_u16(), 404);
}

#[tokio::test]
async fn a_business_that_is_not_there_cannot_be_enriched() {
    let app = TestApp::new().await;
    assert_eq!(app.post("/api/enrichment/7", json!({})).await.status.as_u16(), 404);
}

#[tokio::test]
async fn a_batch_is_for_ids_or_a_filter_or_a_number() {
    let app = TestApp::new().await;
    let check = async |body: serde_json::Value, status: u16, field: &str| {
        let answer = app.post("/api/enrichment/batch", body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text());
        assert_eq!(answer.json()["errors"][0]["field"].as_str(), Some(field), "{body}");
    };
    check(json!({}), 422, "businessIds").await;
    check(json!({ "businessIds": [], "count": 1 }), 422, "businessIds").await;
    check(json!({ "count": 1001 }), 422, "count").await;
    check(json!({ "filter": { "town": "x" } }), 400, "filter.town").await;
    check(json!({ "filter": { "limit": 0 } }), 422, "filter.limit").await;
}
