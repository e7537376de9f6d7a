use serde_json::{Value, json};

use crate::support::{TestApp, business, eventually, seed};

const PATH: &str = "/api/businesses/bulk";

async fn with_rows(count: usize) -> TestApp {
    let app = TestApp::new().await;
    let rows =
        (0..count).map(|n| business(&format!("Cafe {n}"), if n % 2 == 0 { "Helsinki" } else { "Espoo" }));
    seed(app.store(), rows.collect()).await;
    app
}

#[tokio::test]
async fn named_businesses_are_labelled_and_the_missing_told() {
    let app = with_rows(3).await;
    let since = app.store().latest_seq().await.unwrap();
    let tag = json!({ "ids": [2, 1, 99, 2], "action": "tag", "tag": " vip " });
    let answer = app.post(PATH, tag.clone()).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    assert_eq!(answer.json(), json!({ "matched": 2, "changed": 2, "missing": [99] }));
    assert_eq!(app.post(PATH, tag).await.json()["changed"], 0, "they have it already");
    assert_eq!(app.get("/api/businesses?tag=vip").await.json()["meta"]["total"], 2);
    assert_eq!(app.events_since(since).await, ["businesses:bulk-updated"]);
    let events = app.get(&format!("/api/events?since={since}")).await.json();
    assert_eq!(events["data"][0]["data"], json!({ "ids": [1, 2], "versions": [2, 2] }));
    let untag = app.post(PATH, json!({ "filter": { "tag": "vip" }, "action": "untag", "tag": "vip" })).await;
    assert_eq!(untag.json(), json!({ "matched": 2, "changed": 2, "missing": [] }));
}

#[tokio::test]
async fn a_filter_is_deleted_with_an_event_each() {
    let app = with_rows(5).await;
    let since = app.store().latest_seq().await.unwrap();
    let answer = app.post(PATH, json!({ "filter": { "city": "Helsinki" }, "action": "delete" })).await;
    assert_eq!(answer.json(), json!({ "matched": 3, "changed": 3, "missing": [] }));
    assert_eq!(app.get("/api/businesses").await.json()["meta"]["total"], 2);
    let deleted = "business:deleted";
    assert_eq!(app.events_since(since).await, [deleted, deleted, deleted, "stats:updated"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_five_hundred_are_a_jobs_work() {
    let app = with_rows(1201).await;
    let key = [("idempotency-key", "press-1")];
    let body = json!({ "filter": {}, "action": "tag", "tag": "vip" });
    let accepted = app.post_with(PATH, body.clone(), &key).await;
    assert_eq!(accepted.status.as_u16(), 202, "{}", accepted.text());
    let told = accepted.json();
    assert_eq!(
        (&told["matched"], &told["changed"], &told["status"]),
        (&json!(1201), &json!(0), &json!("pending"))
    );
    let location = accepted.header("location").unwrap().to_owned();
    assert_eq!(location, format!("/api/jobs/{}", told["jobId"].as_str().unwrap()));
    assert_eq!(app.post_with(PATH, body, &key).await.bytes, accepted.bytes);

    let runner = app.run_jobs();
    let done = eventually("the job to be done", || async {
        let job = app.get(&location).await.json();
        (job["status"] == "completed").then_some(job)
    })
    .await;
    assert_eq!(done["result"], json!({ "matched": 1201, "changed": 1201 }));
    assert_eq!((&done["progress"]["done"], &done["progress"]["total"]), (&json!(1201), &json!(1201)));
    assert_eq!(app.get("/api/businesses?tag=vip").await.json()["meta"]["total"], 1201);
    runner.shutdown().await;
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let app = with_rows(1).await;
    let check = async |body: Value, status: u16, field: &str| {
        let answer = app.post(PATH, body.clone()).await;
        let told = answer.json();
        assert_eq!(
            (answer.status.as_u16(), told["errors"][0]["field"].as_str()),
            (status, Some(field)),
            "{body}: {told}"
        );
    };
    check(json!({ "ids": [1] }), 422, "action").await;
    check(json!({ "ids": [1], "action": "burn" }), 400, "action").await;
    check(json!({ "ids": [1], "action": 1 }), 400, "action").await;
    check(json!({ "action": "delete" }), 422, "ids").await;
    check(json!({ "ids": [1], "filter": {}, "action": "delete" }), 422, "ids").await;
    check(json!({ "ids": [], "action": "delete" }), 422, "ids").await;
    check(json!({ "ids": vec![1; 1001], "action": "delete" }), 422, "ids").await;
    check(json!({ "ids": ["one"], "action": "delete" }), 400, "ids[0]").await;
    check(json!({ "filter": { "town": "x" }, "action": "delete" }), 400, "filter.town").await;
    check(json!({ "filter": { "limit": 0 }, "action": "delete" }), 422, "filter.limit").await;
    check(json!({ "ids": [1], "action": "tag" }), 422, "tag").await;
    check(json!({ "ids": [1], "action": "tag", "tag": "" }), 422, "tag").await;
    check(json!({ "ids": [1], "action": "tag", "tag": "a\u{7}" }), 422, "tag").await;
    check(json!({ "ids": [1], "action": "untag", "tag": "x".repeat(51) }), 422, "tag").await;
    check(json!({ "ids": [1], "action": "delete", "tag": "x" }), 422, "tag").await;
    check(json!({ "ids": [1], "action": "delete", "force": true }), 400, "force").await;
    assert_eq!(app.get("/api/businesses").await.json()["meta"]["total"], 1);
}

#[tokio::test]
async fn enrichment_of_many_needs_a_reader_of_websites() {
    let app = with_rows(1).await;
    assert_eq!(app.post(PATH, json!({ "ids": [1], "action": "enrich" })).await.status.as_u16(), 503);
}
