use insta::assert_snapshot;

use crate::support::TestApp;

#[tokio::test]
async fn a_server_with_its_database_is_ready() {
    let app = TestApp::new().await;
    assert_eq!(app.get("/livez").await.text(), "ok\n");
    let ready = crate::support::eventually("the log to be followed", || async {
        let answer = app.get("/readyz").await;
        (answer.status.as_u16() == 200).then_some(answer)
    })
    .await;
    let mut json = ready.json();
    let migrations = json["checks"]["migrations"].take();
    assert!(migrations.as_str().unwrap().starts_with(|first: char| first.is_ascii_digit()), "{migrations}");
    assert_snapshot!(json, @r#"
    {"checks":{"database":"reachable","events":"followed","jobs":"left to other processes","migrations":null},"status":"ready"}
    "#);
}

#[tokio::test]
async fn a_server_without_its_database_lives_and_is_not_ready() {
    let app = TestApp::new().await;
    app.store().close().await.unwrap();
    assert_eq!(app.get("/livez").await.status.as_u16(), 200);
    let answer = app.get("/readyz").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["checks"]["database"].as_str()),
        (503, Some("not reachable"))
    );
}

#[tokio::test]
async fn figures_count_requests_by_route() {
    let app = TestApp::new().await;
    app.get("/api/businesses/41").await;
    app.get("/api/businesses/42").await;
    let figures = app.get("/metrics").await;
    assert!(figures.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    let counted = |line: &&str| {
        line.starts_with("http_requests_total{")
            && ["route=\"/api/businesses/{id}\"", "status=\"404\"", "method=\"GET\""]
                .iter()
                .all(|part| line.contains(part))
    };
    let line = figures.text().lines().find(counted).unwrap_or_else(|| panic!("{}", figures.text()));
    assert!(line.rsplit(' ').next().unwrap().parse::<u64>().unwrap() >= 2, "{line}");
    for name in ["http_request_duration_seconds_bucket", "jobs{status=\"pending\"}", "event_log_seq"] {
        assert!(figures.text().contains(name), "{name}");
    }
}
