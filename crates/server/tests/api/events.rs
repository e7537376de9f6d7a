use serde_json::json;

use crate::support::{TestApp, business, seed};

#[tokio::test]
async fn events_are_read_on_from_any_place() {
    let app = TestApp::new().await;
    seed(app.store(), ["A", "B", "C"].map(|name| business(name, "Helsinki")).to_vec()).await;
    let page = app.get("/api/events?since=1&limit=1").await.json();
    assert_eq!((page["data"][0]["seq"].as_u64(), page["latestSeq"].as_u64()), (Some(2), Some(3)));
    assert_eq!(page["data"][0]["type"], "business:created");
    assert_eq!(page["data"][0]["data"]["name"], "B");
    let rest = app.get("/api/events?since=3").await.json();
    assert_eq!(rest, json!({ "data": [], "latestSeq": 3, "reset": false }));
}

#[tokio::test]
async fn a_place_that_the_log_does_not_know_is_a_reset() {
    let app = TestApp::new().await;
    assert_eq!(
        app.get("/api/events?since=99").await.json(),
        json!({ "data": [], "latestSeq": 0, "reset": true })
    );
    seed(app.store(), ["A", "B", "C"].map(|name| business(name, "Helsinki")).to_vec()).await;
    app.store().prune_events(contract::Timestamp::default(), 1).await.unwrap();
    assert_eq!(app.get("/api/events?since=1").await.json()["reset"], true);
    assert_eq!(app.get("/api/events?since=2").await.json()["data"][0]["seq"], 3);
    assert_eq!(app.get("/api/events?limit=1001").await.status.as_u16(), 422);
}
