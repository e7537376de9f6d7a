use contract::JobKind;
use insta::assert_snapshot;
use serde_json::json;
use store::NewJob;

use crate::support::TestApp;

async fn enqueue(app: &TestApp) -> String {
    let request = json!({ "location": "Helsinki" });
    app.store().enqueue_job(NewJob::new(JobKind::Scrape, request)).await.unwrap().job_id.to_string()
}

#[tokio::test]
async fn a_job_is_cancelled_once() {
    let app = TestApp::new().await;
    let id = enqueue(&app).await;
    assert_snapshot!(app.post(&format!("/api/jobs/{id}/cancel"), json!({})).await.snapshot(), @r#"
    200 application/json
    {
      "attempt": 0,
      "cancelRequested": false,
      "counts": {
        "closed": 0,
        "failed": 0,
        "found": 0,
        "merged": 0,
        "rejected": 0,
        "saved": 0,
        "suppressed": 0
      },
      "createdAt": "[createdAt]",
      "createdBy": null,
      "error": null,
      "finishedAt": "[finishedAt]",
      "jobId": "[jobId]",
      "kind": "scrape",
      "maxAttempts": 3,
      "parentId": null,
      "progress": {
        "done": 0,
        "message": null,
        "stage": "",
        "total": null
      },
      "request": {
        "location": "Helsinki"
      },
      "result": null,
      "startedAt": null,
      "status": "cancelled",
      "version": 2
    }
    "#);
    assert_snapshot!(app.post(&format!("/api/jobs/{id}/cancel"), json!({})).await.snapshot().replace(&id, "[id]"), @r#"
    409 application/problem+json
    {
      "detail": "the job is cancelled already; a finished job cannot be cancelled",
      "errors": [],
      "instance": "/api/jobs/[id]/cancel",
      "requestId": "[requestId]",
      "status": 409,
      "title": "Conflict with the current state",
      "type": "/problems/conflict"
    }
    "#);
}

#[tokio::test]
async fn only_what_ended_without_success_is_retried() {
    let app = TestApp::new().await;
    let id = enqueue(&app).await;
    let retry = format!("/api/jobs/{id}/retry");
    assert_eq!(app.post(&retry, json!({})).await.status.as_u16(), 409);
    app.post(&format!("/api/jobs/{id}/cancel"), json!({})).await;
    let retried = app.post(&retry, json!({})).await;
    assert_eq!((retried.status.as_u16(), retried.json()["status"].as_str()), (200, Some("pending")));
}

#[tokio::test]
async fn unknown_jobs_are_not_found() {
    let app = TestApp::new().await;
    let id = "019f0000-0000-7000-8000-000000000001";
    assert_snapshot!(app.get(&format!("/api/jobs/{id}")).await.snapshot(), @r#"
    404 application/problem+json
    {
      "detail": "there is no job 019f0000-0000-7000-8000-000000000001; GET /api/jobs lists those that are kept",
      "errors": [],
      "instance": "/api/jobs/019f0000-0000-7000-8000-000000000001",
      "requestId": "[requestId]",
      "status": 404,
      "title": "Not found",
      "type": "/problems/not-found"
    }
    "#);
    assert_eq!(app.get("/api/jobs/not-an-id").await.status.as_u16(), 404);
    for action in ["cancel", "retry"] {
        assert_eq!(
            app.post(&format!("/api/jobs/{id}/{action}"), json!({})).await.status.as_u16(),
            404,
            "{action}"
        );
    }
}

#[tokio::test]
async fn jobs_are_listed_newest_first_by_kind_and_status() {
    let app = TestApp::new().await;
    let (first, second) = (enqueue(&app).await, enqueue(&app).await);
    app.post(&format!("/api/jobs/{first}/cancel"), json!({})).await;
    let ids = async |query: &str| -> Vec<String> {
        let page = app.get(&format!("/api/jobs{query}")).await.json();
        page["data"].as_array().unwrap().iter().map(|job| job["jobId"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("").await, [second.clone(), first.clone()]);
    assert_eq!(ids("?status=cancelled").await, [first]);
    assert_eq!(ids("?kind=scrape&status=pending").await, [second]);
    assert_eq!(ids("?kind=import").await, [""; 0]);
    assert_eq!(app.get("/api/jobs?kind=dance").await.status.as_u16(), 400);
    assert_eq!(app.get("/api/jobs?limit=0").await.status.as_u16(), 422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_cannot_be_done_fails_and_is_listed() {
    let app = TestApp::new().await;
    let request = json!({ "location": "Nowhere-at-all-9" });
    let job = app.store().enqueue_job(NewJob::new(JobKind::Scrape, request)).await.unwrap();
    let runner = app.run_jobs();
    let failed = crate::support::eventually("the job to fail", || async {
        let page = app.get("/api/jobs/failed").await.json();
        (page["meta"]["total"] == 1).then(|| page["data"][0].clone())
    })
    .await;
    assert_eq!(failed["jobId"], job.job_id.to_string());
    assert!(failed["error"].as_str().unwrap().contains("location"), "{failed}");
    runner.shutdown().await;
}
