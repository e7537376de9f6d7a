use serde_json::json;

use crate::support::{TestApp, business, seed};

#[tokio::test]
async fn a_business_that_is_not_there_cannot_be_enriched() {
    let app = TestApp::new().await;
    assert_eq!(app.post("/api/enrichment/7", json!({})).await.status.as_u16(), 404);
}

#[tokio::test]
async fn a_batch_is_for_ids_or_a_filter_or_a_number() {
    let app = TestApp::new().await;
    seed(app.store(), vec![business("A", "Helsinki")]).await;
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
