//! The listener: start, ports, shutdown, other processes.

use std::time::Duration;

use contract::{JobKind, JobStatus};
use serde_json::json;
use server::{ServerConfig, ServerError, serve};
use store::NewJob;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Listening, eventually, open_config as config};

/// Sends one request by hand and reads the whole answer.
async fn http(address: std::net::SocketAddr, head: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(format!("{head}\r\nhost: {address}\r\nconnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_answers_on_the_address_that_it_tells() {
    let db = store::test_support::sqlite().await;
    let server = Listening::start(config(db.store())).await;
    let answer = http(server.address, "GET /api/businesses HTTP/1.1").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"totalPages\":0"), "{answer}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_taken_port_is_named() {
    let db = store::test_support::sqlite().await;
    let first = Listening::start(config(db.store())).await;
    let second = ServerConfig { listen: first.address, ..config(db.store()) };
    let error = serve(second, |_| (), std::future::pending()).await.unwrap_err();
    assert!(matches!(error, ServerError::PortTaken(address) if address == first.address), "{error}");
    assert!(error.to_string().contains(&format!("port {}", first.address.port())), "{error}");
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_does_not_end_closes_its_connection() {
    let db = store::test_support::sqlite().await;
    let mut config = config(db.store());
    config.limits.head_time = Duration::from_millis(50);
    let server = Listening::start(config).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nx-slow: ").await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the connection is still open");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_runs_the_jobs_that_it_takes_and_another_goes_on_with_them() {
    let db = store::test_support::sqlite().await;
    let waits = ServerConfig { job_concurrency: 0, ..config(db.store()) };
    let first = Listening::start(waits).await;
    let request = json!({ "location": "60.1699,24.9384", "category": "cafe", "radiusKm": 0.5 });
    let job = db.store().enqueue_job(NewJob::new(JobKind::Scrape, request)).await.unwrap();
    first.stop().await;
    assert_eq!(db.store().get_job(job.job_id).await.unwrap().unwrap().status, JobStatus::Pending);

    let second = Listening::start(config(db.store())).await;
    let done = eventually("the job to be done", || async {
        let job = db.store().get_job(job.job_id).await.unwrap().unwrap();
        job.status.is_finished().then_some(job)
    })
    .await;
    assert_eq!(done.status, JobStatus::Completed, "{done:?}");
    assert!(done.counts.saved > 0);
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_job_goes_back_into_the_queue_when_the_server_stops() {
    let db = store::test_support::sqlite().await;
    let mut config = config(db.store());
    config.handlers = vec![std::sync::Arc::new(Endless)];
    let server = Listening::start(config).await;
    let job = db.store().enqueue_job(NewJob::new(JobKind::Export, json!({}))).await.unwrap();
    let status = || async { db.store().get_job(job.job_id).await.unwrap().unwrap() };
    eventually("the job to run", || async { (status().await.status == JobStatus::Running).then_some(()) })
        .await;
    server.stop().await;
    let after = status().await;
    assert_eq!(after.status, JobStatus::Pending);
    assert_eq!(after.max_attempts - after.attempt, job.max_attempts, "no attempt is used up");
}

/// Work that ends only when it is asked to.
#[derive(Debug)]
struct Endless;

#[async_trait::async_trait]
impl jobs::JobHandler for Endless {
    fn kind(&self) -> JobKind {
        JobKind::Export
    }

    async fn run(&self, ctx: jobs::JobContext) -> Result<serde_json::Value, jobs::JobError> {
        ctx.stop.requested().await;
        Err(jobs::JobError::Stopped)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_takes_away_what_may_no_longer_be_kept() {
    let db = store::test_support::sqlite().await;
    let mut new = store::NewBusiness::named("Acme Plumbing", "acme plumbing");
    new.business.phone = Some("+17325550123".to_owned());
    new.business.sources = vec![contract::SourceRef {
        source: "googlePlaces".to_owned(),
        source_id: "ChIJ1".to_owned(),
        fetched_at: contract::Timestamp::from_millis(0),
        licence: None,
    }];
    // In 1970.
    let mut tx = db.store().begin_at(contract::Timestamp::from_millis(0)).await.unwrap();
    let saved = tx.insert_businesses(vec![new]).await.unwrap().remove(0);
    let mut provenance = store::provenance::Provenance::default();
    provenance.limited(("googlePlaces", "ChIJ1"), None, &saved, &saved);
    tx.note_provenance(&provenance).await.unwrap();
    tx.commit().await.unwrap();
    let server = Listening::start(config(db.store())).await;
    eventually("the business goes", || async {
        db.store().get_business(saved.id).await.unwrap().is_none().then_some(())
    })
    .await;
    server.stop().await;
}
