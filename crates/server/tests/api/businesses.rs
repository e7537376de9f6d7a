use axum::http::Request;
use insta::assert_snapshot;

use crate::support::{TestApp, business, seed};

#[tokio::test]
async fn an_empty_list_is_a_page_without_rows() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/businesses").await.snapshot(), @r#"
    200 application/json
    {
      "data": [],
      "meta": {
        "limit": 20,
        "nextCursor": null,
        "page": 1,
        "total": 0,
        "totalPages": 0
      }
    }
    "#);
}

#[tokio::test]
async fn a_list_is_filtered_sorted_and_paged() {
    let app = TestApp::new().await;
    let rows = ["Delta", "Alpha", "Charlie", "Bravo"].map(|name| business(name, "Helsinki"));
    seed(app.store(), rows.into_iter().chain([business("Echo", "Espoo")]).collect()).await;
    let page = app.get("/api/businesses?city=helsinki&sort=name&limit=2").await.json();
    let names = |page: &serde_json::Value| -> Vec<String> {
        page["data"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&page), ["Alpha", "Bravo"]);
    assert_eq!((page["meta"]["total"].as_u64(), page["meta"]["totalPages"].as_u64()), (Some(4), Some(2)));
    let cursor = page["meta"]["nextCursor"].as_str().unwrap();
    let next =
        app.get(&format!("/api/businesses?city=helsinki&sort=name&limit=2&cursor={cursor}")).await.json();
    assert_eq!(names(&next), ["Charlie", "Delta"]);
    let second = app.get("/api/businesses?city=helsinki&sort=name&limit=2&page=2").await.json();
    assert_eq!(names(&second), names(&next));
    let found = app.get("/api/businesses?search=cha").await.json();
    assert_eq!(names(&found), ["Charlie"]);
}

#[tokio::test]
async fn an_unknown_parameter_is_named_with_the_nearest_known() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/businesses?pgae=2&limit=ten").await.snapshot(), @r#"
    400 application/problem+json
    {
      "detail": "pgae: there is no such parameter; did you mean page?; limit: give a whole number, 0 or above",
      "errors": [
        {
          "code": "unknown",
          "field": "pgae",
          "message": "there is no such parameter; did you mean page?",
          "suggestions": [
            "page"
          ]
        },
        {
          "code": "format",
          "field": "limit",
          "message": "give a whole number, 0 or above"
        }
      ],
      "instance": "/api/businesses",
      "requestId": "[requestId]",
      "status": 400,
      "title": "Malformed request",
      "type": "/problems/malformed"
    }
    "#);
}

#[tokio::test]
async fn values_out_of_range_are_named() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/businesses?limit=201&radiusKm=5").await.snapshot(), @r#"
    422 application/problem+json
    {
      "detail": "limit: give a number from 1 to 200; near: give near=latitude,longitude with radiusKm",
      "errors": [
        {
          "code": "range",
          "field": "limit",
          "message": "give a number from 1 to 200"
        },
        {
          "code": "required",
          "field": "near",
          "message": "give near=latitude,longitude with radiusKm"
        }
      ],
      "instance": "/api/businesses",
      "requestId": "[requestId]",
      "status": 422,
      "title": "Invalid request",
      "type": "/problems/invalid"
    }
    "#);
}

#[tokio::test]
async fn a_cursor_of_another_list_is_refused() {
    let app = TestApp::new().await;
    let answer = app.get("/api/businesses?cursor=nonsense").await;
    assert_eq!((answer.status.as_u16(), answer.json()["errors"][0]["field"].as_str()), (422, Some("cursor")));
}

#[tokio::test]
async fn a_business_is_found_by_its_id() {
    let app = TestApp::new().await;
    let saved = seed(app.store(), vec![business("Alpha", "Helsinki")]).await;
    let detail = app.get(&format!("/api/businesses/{}", saved[0].id)).await.json();
    assert_eq!((detail["name"].as_str(), detail["version"].as_u64()), (Some("Alpha"), Some(1)));
    assert_eq!(detail["contacts"], serde_json::json!([]));
}

#[tokio::test]
async fn an_id_of_nothing_is_not_found() {
    let app = TestApp::new().await;
    assert_snapshot!(app.get("/api/businesses/999").await.snapshot(), @r#"
    404 application/problem+json
    {
      "detail": "there is no business 999; it may have been deleted or merged",
      "errors": [],
      "instance": "/api/businesses/999",
      "requestId": "[requestId]",
      "status": 404,
      "title": "Not found",
      "type": "/problems/not-found"
    }
    "#);
    for id in ["0", "-1", "x", "1.5", "99999999999999999999"] {
        assert_eq!(app.get(&format!("/api/businesses/{id}")).await.status.as_u16(), 404, "{id}");
    }
}

#[tokio::test]
async fn figures_and_facets_are_counted_from_the_rows() {
    let app = TestApp::new().await;
    seed(app.store(), vec![business("A", "Helsinki"), business("B", "Helsinki"), business("C", "Espoo")])
        .await;
    let stats = app.get("/api/businesses/stats").await.json();
    assert_eq!((stats["total"].as_u64(), stats["pending"].as_u64()), (Some(3), Some(3)));
    assert_eq!(stats["byCity"][0], serde_json::json!({ "value": "Helsinki", "count": 2 }));
    assert_eq!(stats["createdPerDay"].as_array().unwrap().len(), 30);
    let facets = app.get("/api/businesses/facets?city=Espoo").await.json();
    assert_eq!(facets["category"], serde_json::json!([{ "value": "restaurant", "count": 1 }]));
}

#[tokio::test]
async fn a_map_shows_where_the_leads_of_a_filter_are() {
    let app = TestApp::new().await;
    let placed = |name: &str, city: &str, latitude: f64| {
        let mut new = business(name, city);
        (new.business.latitude, new.business.longitude) = (Some(latitude), Some(24.9));
        new
    };
    let mut nowhere = business("D", "Espoo");
    (nowhere.business.latitude, nowhere.business.longitude) = (None, None);
    seed(
        app.store(),
        vec![placed("A", "Espoo", 60.2), placed("B", "Espoo", 60.2), placed("C", "Turku", 60.4), nowhere],
    )
    .await;
    let map = app.get("/api/businesses/map?city=Espoo").await.json();
    assert_eq!((map["total"].as_u64(), map["unplaced"].as_u64()), (Some(3), Some(1)));
    assert_eq!((map["spots"][0]["count"].as_u64(), map["spots"].as_array().unwrap().len()), (Some(2), 1));
    assert_eq!(map["spots"][0]["bounds"], "24.9,60.2,24.9,60.2");
    let turku = app.get("/api/businesses/map?within=24,60.3,25,60.5&across=4").await.json();
    assert_eq!((turku["within"].as_str(), turku["total"].as_u64()), (Some("24,60.3,25,60.5"), Some(4)));
    assert_eq!(turku["spots"][0]["business"]["name"], "C");
    let check = async |query: &str, status: u16, field: &str| {
        let answer = app.get(&format!("/api/businesses/map?{query}")).await;
        assert_eq!(answer.status.as_u16(), status, "{query}");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{query}");
    };
    check("across=65", 422, "across").await;
    check("within=1,2,3", 400, "within").await;
    check("sort=name", 400, "sort").await;
    check("radiusKm=5", 422, "near").await;
}

#[tokio::test]
async fn a_map_of_very_many_leads_in_one_place_is_a_small_answer() {
    let app = TestApp::new().await;
    let mut tower = business("Tower", "Helsinki");
    (tower.business.latitude, tower.business.longitude) = (Some(60.1703), Some(24.9407));
    seed(app.store(), vec![tower]).await;
    app.store().copy_businesses_for_test(49_999).await.unwrap();
    let answer = app.get("/api/businesses/map").await;
    let map = answer.json();
    assert_eq!((map["total"].as_u64(), map["spots"][0]["count"].as_u64()), (Some(50_000), Some(50_000)));
    assert_eq!(map["spots"].as_array().unwrap().len(), 1);
    assert!(answer.bytes.len() < 500, "{}", answer.text());
    let page = app.ask(Request::get("/leads?view=map").header("accept", "text/html")).await;
    assert!(page.text().contains("50,000 leads in one place: list them"), "{}", page.text());
    assert!(page.bytes.len() < 100_000, "{} bytes", page.bytes.len());
}
