use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use contract::JobKind;
use enrichment::providers::Providers;
use insta::assert_snapshot;
use jobs::{JobContext, JobError, StopSignal};
use serde_json::json;
use server::job_handlers;
use store::{ClaimedJob, NewJob};

use crate::support::{Answer, TestApp, business, eventually, seed, sources};

const PREVIEW: &str = "/api/businesses/import/preview";
const IMPORT: &str = "/api/businesses/import";
const LEADS: &str = "Company,City,Phone,Country,Colour\n\
    Joe's Diner,Freehold,(732) 462-1234,US,red\n\
    JOES DINER LLC,Freehold,+17324621234,US,blue\n\
    Ann's,Freehold,,US,\n\
    --,Freehold,,US,\n";

async fn app() -> (TestApp, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let uploads = folder.path().to_owned();
    (TestApp::with(move |config| config.uploads = uploads).await, folder)
}

fn part(name: &str, file: Option<&str>, content: &str) -> String {
    let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
    format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n")
}

async fn send(app: &TestApp, path: &str, body: String, key: Option<&str>) -> Answer {
    let builder = Request::post(path)
        .header("host", "localhost:3030")
        .header("content-type", "multipart/form-data; boundary=XX");
    let builder = key.into_iter().fold(builder, |builder, key| builder.header("idempotency-key", key));
    app.send(builder.body(Body::from(body)).unwrap()).await
}

async fn upload(app: &TestApp, path: &str, file: &str, content: &str) -> Answer {
    send(app, path, part("file", Some(file), content) + "--XX--\r\n", None).await
}

fn files(folder: &Path) -> usize {
    std::fs::read_dir(folder).map(Iterator::count).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_shows_columns_sample_and_duplicates_and_writes_nothing() {
    let (app, folder) = app().await;
    let answer = upload(&app, PREVIEW, "leads.csv", LEADS).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    let told = answer.json();
    assert_eq!(
        (&told["name"], &told["kind"], &told["complete"]),
        (&json!("leads.csv"), &json!("CSV"), &json!(true))
    );
    let names = ["Joe's Diner", "JOES DINER LLC", "Ann's"];
    assert_eq!(told["columns"][0], json!({ "column": "Company", "field": "name", "sample": names }));
    assert_eq!(told["columns"][4], json!({ "column": "Colour", "field": null, "sample": ["red", "blue"] }));
    let counts = ["read", "new", "duplicates", "rejected", "closed"].map(|name| told[name].as_u64().unwrap());
    assert_eq!(counts, [4, 2, 1, 1, 0]);
    assert_eq!(told["sample"][0]["name"], "Joe's Diner");
    assert_eq!(told["duplicateSample"][0]["of"], "Joe's Diner");
    assert_eq!(told["rejectedSample"][0]["line"], 5);
    assert_eq!(app.get("/api/businesses").await.json()["meta"]["total"], 0);
    assert_eq!((app.store().latest_seq().await.unwrap(), files(folder.path())), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_is_a_job_whose_rejected_records_can_be_had() {
    let (app, folder) = app().await;
    let accepted = upload(&app, IMPORT, "leads.csv", LEADS).await;
    assert_eq!(accepted.status.as_u16(), 202, "{}", accepted.text());
    assert_eq!(files(folder.path()), 1, "the job needs the file");
    let runner = app.run_jobs();
    let location = accepted.header("location").unwrap().to_owned();
    let job = eventually("the import to be done", || async {
        let job = app.get(&location).await.json();
        (job["status"] == "completed").then_some(job)
    })
    .await;
    let counts = ["found", "saved", "merged", "rejected"].map(|name| job["counts"][name].as_u64().unwrap());
    assert_eq!(counts, [4, 2, 1, 1]);
    assert_eq!(app.get("/api/businesses?source=file:leads").await.json()["meta"]["total"], 2);
    let rejected = app.get(&format!("{location}/rejected")).await;
    assert!(rejected.header("content-type").unwrap().starts_with("text/csv"));
    assert!(rejected.header("content-disposition").unwrap().contains("rejected-"));
    let lines: Vec<_> = rejected.text().lines().collect();
    assert_eq!((lines.len(), lines[1].starts_with("5,")), (2, true), "{lines:?}");
    assert_eq!(files(folder.path()), 0, "the file is gone with its import");
    let unknown = "/api/jobs/00000000-0000-7000-8000-000000000000/rejected";
    assert_eq!(app.get(unknown).await.status.as_u16(), 404);
    runner.shutdown().await;
}

/// A worker learns of a cancel from its runner, or from the store when it writes, whichever is first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_load_that_is_cancelled_leaves_no_index_to_be_made() {
    let (app, folder) = app().await;
    let path = folder.path().join("leads.csv");
    std::fs::write(&path, LEADS).unwrap();
    let waiting = || app.store().execute_for_test("UPDATE postponed_indexes SET name = name");
    app.store().prepare_load(1_000_000).await.unwrap();
    assert_eq!(waiting().await.unwrap(), 8);
    let job = NewJob::new(JobKind::Import, json!({ "path": path }));
    let job = app.store().enqueue_job(job).await.unwrap();
    let lease = Duration::from_secs(600);
    let claimed = app.store().claim_job_by_id(job.job_id, "test", lease, job.created_at).await;
    let ClaimedJob { job, lease, checkpoint } = claimed.unwrap().unwrap();
    app.store().cancel_job(job.job_id).await.unwrap();
    let handlers = job_handlers(&sources(), None, None, &Providers::default());
    let handler = handlers.iter().find(|handler| handler.kind() == JobKind::Import).unwrap();
    let stop = StopSignal::new();
    let ctx = JobContext { job, lease, checkpoint, store: app.store().clone(), stop };
    assert!(matches!(handler.run(ctx).await, Err(JobError::Stopped)));
    assert_eq!(app.get("/api/businesses").await.json()["meta"]["total"], 2, "what was written stays");
    assert_eq!(waiting().await.unwrap(), 0);
}

const KUNDEN: &str = "Firma,Name,Tel. Zentrale\nKahvila Oy,K1,+358 9 1234567\nLeipomo Oy,K2,+358 9 7654321\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn columns_are_what_a_request_says_they_are() {
    let (app, folder) = app().await;
    let columns = r#"{"Firma":"name","Name":"sourceId","tel. zentrale":"phone"}"#;
    let (file, columns) = (part("file", Some("kunden.csv"), KUNDEN), part("columns", None, columns));
    for body in [format!("{file}{columns}--XX--\r\n"), format!("{columns}{file}--XX--\r\n")] {
        let told = send(&app, PREVIEW, body, None).await.json();
        let fields = told["columns"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap());
        assert_eq!(fields.collect::<Vec<_>>(), ["name", "sourceId", "phone"]);
        assert_eq!(
            (&told["new"], &told["sample"][0]["phone"]),
            (&json!(2), &json!("+35891234567")),
            "{told}"
        );
    }
    let body = format!("{file}{columns}--XX--\r\n");
    let accepted = send(&app, IMPORT, body.clone(), Some("press-1")).await;
    assert_eq!(accepted.status.as_u16(), 202, "{}", accepted.text());
    let again = send(&app, IMPORT, body, Some("press-1")).await;
    assert_eq!(again.bytes, accepted.bytes);
    let otherwise = send(&app, IMPORT, format!("{file}--XX--\r\n"), Some("press-1")).await;
    assert_eq!(otherwise.status.as_u16(), 422, "the same key with other columns");
    let runner = app.run_jobs();
    let location = accepted.header("location").unwrap().to_owned();
    eventually("the import to be done", || async {
        (app.get(&location).await.json()["status"] == "completed").then_some(())
    })
    .await;
    let found = app.get("/api/businesses?sort=name").await.json();
    assert_eq!(found["data"][0]["name"], "Kahvila Oy");
    assert_eq!(found["data"][0]["sources"][0]["sourceId"], "K1");
    assert_eq!(files(folder.path()), 0);
    runner.shutdown().await;
}

#[tokio::test]
async fn columns_that_cannot_be_taken_so_are_named() {
    let (app, folder) = app().await;
    let large = format!("{{\"{}\":null}}", "x".repeat(70_000));
    for path in [PREVIEW, IMPORT] {
        for (file, columns, status, field, told) in [
            (
                "kunden.csv",
                "{\"Firma\":\"colour\"}",
                400,
                Some("columns"),
                "'colour' is none of sourceId, name",
            ),
            ("kunden.csv", "[1]", 400, Some("columns"), "send an object"),
            (
                "kunden.csv",
                "{\"Company\":\"name\"}",
                422,
                Some("columns"),
                "its columns are: Firma, Name, Tel. Zentrale",
            ),
            ("kunden.csv", "{\"Name\":null}", 422, Some("file"), "no column for the name"),
            (
                "kunden.csv",
                "{\"Firma\":\"city\",\"Tel. Zentrale\":\"city\"}",
                422,
                Some("columns"),
                "cannot both be city",
            ),
            ("kunden.csv", "{\"Firma\":\"sources\"}", 422, Some("columns"), "only an export from here"),
            ("kunden.csv", large.as_str(), 413, None, "send at most 65536 bytes"),
        ] {
            let body = part("file", Some(file), KUNDEN) + &part("columns", None, columns) + "--XX--\r\n";
            let answer = send(&app, path, body, None).await;
            let text = answer.text();
            assert_eq!(answer.status.as_u16(), status, "{text}");
            assert_eq!(answer.json()["errors"][0]["field"].as_str(), field, "{text}");
            assert!(text.contains(told) && !text.contains(folder.path().to_str().unwrap()), "{told}: {text}");
        }
        let feature = part("file", Some("a.ndjson"), "{\"name\":\"A\"}\n")
            + &part("columns", None, "{\"name\":\"city\"}");
        let answer = send(&app, path, feature + "--XX--\r\n", None).await;
        assert_eq!(answer.json()["errors"][0]["field"], "columns", "{}", answer.text());
        let twice = part("columns", None, "{}");
        let twice = part("file", Some("a.csv"), "name\nA\n") + &twice + &twice + "--XX--\r\n";
        assert_eq!(send(&app, path, twice, None).await.status.as_u16(), 400);
    }
    assert_eq!(files(folder.path()), 0, "nothing is left behind");
}

#[tokio::test]
async fn other_forms_are_taken_by_their_content() {
    let (app, _folder) = app().await;
    seed(app.store(), vec![business("Alpha", "Helsinki")]).await;
    let feature = r#"{"type":"FeatureCollection","features":[{"type":"Feature","id":"a1","geometry":{"type":"Point","coordinates":[24.9,60.1]},"properties":{"name":"Alpha"}}]}"#;
    let told = upload(&app, PREVIEW, "a.geojson", feature).await.json();
    assert_eq!((&told["kind"], &told["read"], &told["columns"]), (&json!("GeoJSON"), &json!(1), &json!([])));
    let line = "{\"name\":\"Beta\",\"city\":\"Espoo\"}\n{\"name\":\"Gamma\"}\n";
    let told = upload(&app, PREVIEW, "b.ndjson", line).await.json();
    assert_eq!((&told["read"], &told["new"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn a_key_imports_once() {
    let (app, _folder) = app().await;
    let body = || part("file", Some("leads.csv"), LEADS) + "--XX--\r\n";
    let first = send(&app, IMPORT, body(), Some("press-1")).await;
    let second = send(&app, IMPORT, body(), Some("press-1")).await;
    assert_eq!((first.status.as_u16(), &first.bytes), (202, &second.bytes));
    let other = part("file", Some("leads.csv"), "name\nOther\n") + "--XX--\r\n";
    assert_eq!(send(&app, IMPORT, other, Some("press-1")).await.status.as_u16(), 422);
    assert_eq!(app.get("/api/jobs").await.json()["meta"]["total"], 1);
}

#[tokio::test]
async fn what_cannot_be_used_is_named() {
    let (app, folder) = app().await;
    for path in [PREVIEW, IMPORT] {
        let check = async |body: String, status: u16, field: Option<&str>| {
            let answer = send(&app, path, body.clone(), None).await;
            let told = answer.json();
            assert_eq!(answer.status.as_u16(), status, "{body}: {told}");
            assert_eq!(told["errors"][0]["field"].as_str(), field, "{body}: {told}");
            assert!(!answer.text().contains(folder.path().to_str().unwrap()), "{told}");
        };
        let end = "--XX--\r\n";
        check(end.to_owned(), 422, Some("file")).await;
        check(part("file", None, "name\nA\n") + end, 422, Some("file")).await;
        check(part("file", Some("empty.csv"), "") + end, 422, Some("file")).await;
        check(part("file", Some("odd.csv"), "colour,size\nred,5\n") + end, 422, Some("file")).await;
        if path == PREVIEW {
            // An import sees it when it comes to it.
            check(part("file", Some("a.parquet"), "PAR1 no more than this") + end, 422, Some("file")).await;
        }
        check(part("file", Some("a.zip"), "PK\u{3}\u{4}") + end, 422, Some("file")).await;
        check(part("colour", None, "red") + end, 400, Some("colour")).await;
        let two = part("file", Some("a.csv"), "name\nA\n");
        check(two.clone() + &two + end, 400, Some("file")).await;
        check(part("file", Some("a.csv"), "name\nA\n"), 400, None).await;
        let plain = app.post(path, json!({})).await;
        assert_eq!(plain.status.as_u16(), 415);
        assert_eq!(app.get(&format!("{path}?x=1")).await.status.as_u16(), 405);
    }
    assert_eq!(files(folder.path()), 0, "nothing is left behind");
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_with_another_way() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = folder.path().to_owned();
    let app = TestApp::with(move |config| {
        config.uploads = uploads;
        config.limits.upload_bytes = 1000;
    })
    .await;
    let answer = upload(&app, IMPORT, "large.csv", &"x".repeat(2000)).await;
    assert_snapshot!(answer.snapshot(), @r#"
    413 application/problem+json
    {
      "detail": "send files of at most 1000 bytes; import larger ones with letip import FILE",
      "errors": [],
      "instance": "/api/businesses/import",
      "requestId": "[requestId]",
      "status": 413,
      "title": "Too large",
      "type": "/problems/too-large"
    }
    "#);
    assert_eq!(files(folder.path()), 0);
}
