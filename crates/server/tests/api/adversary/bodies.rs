//! Bodies that are meant to cost: too long, too deep, without an end, of another kind.

use axum::body::Body;
use axum::http::{Method, Request, header};
use bytes::Bytes;
use futures::stream;
use serde_json::json;

use crate::support::guarded::Guarded;
use crate::support::listed::{Listed, endpoints};
use crate::support::{Answer, TestApp};

async fn write(app: &Guarded, to: &Listed, kind: &str, body: Body) -> Answer {
    let request = Request::builder().method(to.method.clone()).uri(&to.path);
    let request = request.header(header::HOST, "localhost:3030").header(app.admin.0, &app.admin.1);
    let request = request.header(header::CONTENT_TYPE, kind).header(header::IF_MATCH, "\"1\"");
    app.app.send(request.body(body).unwrap()).await
}

fn writing() -> impl Iterator<Item = Listed> {
    endpoints().into_iter().filter(|endpoint| endpoint.takes_json)
}

/// Lists in lists until a reader that calls itself would run out of stack.
#[tokio::test]
async fn what_is_nested_without_end_is_refused_by_every_endpoint() {
    let app = Guarded::new().await;
    let deep = 200_000;
    let lists = format!("{{\"name\":{}{}}}", "[".repeat(deep), "]".repeat(deep));
    let objects = format!("{}1{}", "{\"filter\":".repeat(deep / 10), "}".repeat(deep / 10));
    let unclosed = format!("{{\"x\":{}", "[".repeat(deep));
    for endpoint in writing() {
        for body in [&lists, &objects, &unclosed] {
            let answer = write(&app, &endpoint, "application/json", Body::from(body.clone())).await;
            assert_eq!(answer.status.as_u16(), 400, "{}: {}", endpoint.name, answer.text());
            assert!(answer.bytes.len() < 2000, "{} repeats what it was sent", endpoint.name);
        }
    }
}

/// With its length said, and without.
#[tokio::test]
async fn what_is_too_long_is_refused_by_every_endpoint() {
    let app = Guarded::with(|config| config.limits.body_bytes = 10_000).await;
    let piece = Bytes::from(vec![b' '; 1000]);
    for endpoint in writing() {
        let whole = Body::from(vec![b' '; 10_001]);
        let answer = write(&app, &endpoint, "application/json", whole).await;
        assert_eq!(answer.status.as_u16(), 413, "{}: {}", endpoint.name, answer.text());
        let endless = stream::repeat_with({
            let piece = piece.clone();
            move || Ok::<_, std::io::Error>(piece.clone())
        });
        let answer = write(&app, &endpoint, "application/json", Body::from_stream(endless)).await;
        assert_eq!(answer.status.as_u16(), 413, "{}: {}", endpoint.name, answer.text());
    }
}

#[tokio::test]
async fn what_is_no_json_object_is_refused_by_every_endpoint() {
    let app = Guarded::new().await;
    let bodies: [&[u8]; 9] = [
        b"",
        b"null",
        b"[]",
        b"[1,2]",
        b"\"x\"",
        b"{\"a\":1}{\"b\":2}",
        b"{\"a\":}",
        b"\xff\xfe",
        b"{\"\\u0000\":1e999}",
    ];
    for endpoint in writing() {
        for body in bodies {
            let answer = write(&app, &endpoint, "application/json", Body::from(body)).await;
            let shown = String::from_utf8_lossy(body);
            assert!(
                matches!(answer.status.as_u16(), 400 | 422),
                "{} {shown}: {}",
                endpoint.name,
                answer.text()
            );
        }
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/jsonx",
            "",
        ] {
            let answer = write(&app, &endpoint, kind, Body::from("{}")).await;
            assert_eq!(answer.status.as_u16(), 415, "{} {kind}: {}", endpoint.name, answer.text());
        }
    }
}

/// A body that breaks off half-way changes nothing.
#[tokio::test]
async fn a_body_that_breaks_off_changes_nothing() {
    let app = Guarded::new().await;
    let broken = || {
        let half = Ok(Bytes::from_static(b"{\"location\":\"Helsinki\","));
        Body::from_stream(stream::iter([half, Err(std::io::Error::other("gone"))]))
    };
    for endpoint in writing() {
        let answer = write(&app, &endpoint, "application/json", broken()).await;
        assert_eq!(answer.status.as_u16(), 400, "{}: {}", endpoint.name, answer.text());
    }
    assert_eq!(app.app.events_since(0).await, Vec::<String>::new());
}

#[tokio::test]
async fn texts_longer_than_anything_is_called_are_refused_by_name() {
    let app = TestApp::new().await;
    let refused = |answer: Answer, field: &str| {
        let told = (answer.status.as_u16(), answer.json()["errors"][0].clone());
        assert_eq!((told.0, &told.1["field"], &told.1["code"]), (422, &json!(field), &json!("range")));
    };
    let long = "x".repeat(301);
    for field in ["city", "state", "industry", "category", "source", "tag"] {
        for path in ["/api/businesses", "/api/businesses/facets", "/api/businesses/map"] {
            refused(app.get(&format!("{path}?{field}={long}")).await, field);
        }
        refused(app.get(&format!("/api/businesses/export?format=csv&{field}={long}")).await, field);
        let batch = json!({ "filter": { field: long } });
        refused(app.post("/api/enrichment/batch", batch).await, &format!("filter.{field}"));
    }
    let scrape = json!({ "location": "Helsinki", "source": long });
    refused(app.post("/api/scraper/scrape", scrape).await, "source");
    let cause = format!("/api/jobs/retry-failed?cause={}", "x".repeat(4001));
    refused(app.call(Method::POST, &cause).await, "cause");
}

/// Addresses with thousands of parameters, and parameters with thousands of letters.
#[tokio::test]
async fn queries_that_are_meant_to_cost_cost_little() {
    let app = TestApp::new().await;
    let long = "x".repeat(50_000);
    let many: String = (0..5000).map(|number| format!("&p{number}=1")).collect();
    let commas = ",name".repeat(5000);
    for query in [
        format!("search={long}"),
        format!("city={long}"),
        format!("sort=name{commas}"),
        format!("cursor={long}"),
        format!("page=1{many}"),
        format!("search={}", "%22".repeat(10_000)),
    ] {
        let answer = app.call(Method::GET, &format!("/api/businesses?{query}")).await;
        assert!(answer.status.as_u16() < 500, "{}: {}", &query[..20], answer.text());
        assert!(answer.bytes.len() < 100_000, "{}: {} bytes", &query[..20], answer.bytes.len());
    }
}
