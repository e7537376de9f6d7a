//! Writes that start, stop and repeat jobs: what is fetched after them.

use client::mutations;
use client::{Connection, IdempotencyKey};
use contract::enrichment::{BatchAccepted, BatchEnrichmentRequest, EnrichmentBatch};
use contract::job::{JobQuery, RetriedJobs, RetryQuery};
use contract::{
    BusinessId, EnrichmentStatus, Job, JobAccepted, JobStatus, Page, PageMeta, ScrapeRequest, Timestamp, keys,
};

use crate::loopback::Does;
use crate::rows::{Shown, job, job_id};

async fn asked(shown: &Shown, count: usize) -> Vec<String> {
    while shown.asked().len() < count {
        tokio::task::yield_now().await;
    }
    let mut asked = shown.asked();
    asked[1..].sort();
    asked
}

#[tokio::test]
async fn a_search_that_was_started_is_fetched_as_the_page_of_its_job_shows_it() {
    let accepted = JobAccepted { job_id: job_id(), status: JobStatus::Pending };
    let shown =
        Shown::before([Does::json(202, &accepted), Does::json(200, &job(1, JobStatus::Running))]).await;
    let request = ScrapeRequest { location: "Helsinki".into(), ..ScrapeRequest::default() };
    let options = mutations::start_scrape(&shown.api, &Connection::new());
    shown.mutate(options, (request, IdempotencyKey::of("press-1"))).await.unwrap();
    let expected = ["POST /api/scraper/scrape".to_owned(), format!("GET /api/jobs/{}", job_id())];
    assert_eq!(asked(&shown, 2).await, expected);
    while shown.cache.get_query_data::<Job>(keys::jobs::detail(job_id())).is_none() {
        tokio::task::yield_now().await;
    }
    // The page asks for nothing more.
    let page = client::queries::job(&shown.api, &Connection::new(), job_id());
    let page = requery::QueryObserver::new(&shown.cache, page.stale_time(requery::StaleTime::Never));
    let _seen = page.subscribe(|_| {});
    assert_eq!(page.current_result().data.unwrap().status, JobStatus::Running);
    assert_eq!(shown.asked().len(), 2);
    let start = &shown.server.asked()[2];
    assert_eq!(start.header("idempotency-key"), Some("press-1"), "the form's own key");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&start.body).unwrap()["location"], "Helsinki");
}

#[tokio::test]
async fn a_job_is_shown_as_it_is_after_it_was_stopped_and_after_it_was_put_back() {
    let shown = Shown::before([
        Does::json(200, &job(5, JobStatus::Cancelled)),
        Does::json(200, &job(6, JobStatus::Pending)),
        Does::json(200, &RetriedJobs { retried: 3, remaining: 0 }),
    ])
    .await;
    let key = keys::jobs::list(&JobQuery::default());
    let list = Page { data: vec![job(4, JobStatus::Running)], meta: PageMeta::new(1, 1, 20, None) };
    let options = client::queries::jobs(&shown.api, &Connection::new(), JobQuery::default());
    let observer = requery::QueryObserver::new(&shown.cache, options.enabled(false));
    let _seen = observer.subscribe(|_| {});
    shown.cache.set_query_data(key.clone(), list);
    let status = || shown.cache.get_query_data::<Page<Job>>(key.clone()).unwrap().data[0].status;
    shown.mutate(mutations::cancel_job(&shown.api), job_id()).await.unwrap();
    assert_eq!(status(), JobStatus::Cancelled);
    shown.mutate(mutations::retry_job(&shown.api), job_id()).await.unwrap();
    assert_eq!(status(), JobStatus::Pending);
    assert_eq!(
        shown.mutate(mutations::retry_failed_jobs(&shown.api), RetryQuery::default()).await.unwrap().retried,
        3
    );
}

#[tokio::test]
async fn an_enrichment_is_shown_from_the_click_on() {
    let accepted = JobAccepted { job_id: job_id(), status: JobStatus::Pending };
    let shown = Shown::before([Does::WhenTold(Box::new(Does::json(202, &accepted)))]).await;
    let before = shown.row(1).enrichment_status;
    let enriching = shown.mutate_seen(mutations::enrich_business(&shown.api), BusinessId(1), |page| {
        assert_eq!(page.row(1).enrichment_status, EnrichmentStatus::Enriching);
        assert_eq!(page.detail().business.enrichment_status, EnrichmentStatus::Enriching);
    });
    enriching.await.unwrap();
    assert_eq!(
        shown.row(1).enrichment_status,
        EnrichmentStatus::Enriching,
        "until the server says what it is"
    );
    shown.cache.upsert(contract::Business { version: 2, enrichment_status: before, ..shown.row(1) });
    assert_eq!(shown.row(1).enrichment_status, before);
}

#[tokio::test]
async fn a_batch_that_was_started_is_fetched_with_its_job() {
    let id = job_id();
    let accepted = BatchAccepted {
        job_id: id,
        status: JobStatus::Pending,
        total_count: 2,
        started_at: Timestamp::from_millis(1),
    };
    // The job and the batch are asked for side by side: what comes first is answered as the other is harmless.
    let batch = EnrichmentBatch { job: job(1, JobStatus::Running), items: Vec::new() };
    let shown =
        Shown::before([Does::json(202, &accepted), Does::json(200, &batch), Does::json(200, &batch)]).await;
    let request = BatchEnrichmentRequest { count: Some(2), ..BatchEnrichmentRequest::default() };
    let options = mutations::enrich_batch(&shown.api, &Connection::new());
    assert_eq!(shown.mutate(options, request).await.unwrap().total_count, 2);
    let expected = [
        "POST /api/enrichment/batch".to_owned(),
        format!("GET /api/enrichment/batch/{id}"),
        format!("GET /api/jobs/{id}"),
    ];
    assert_eq!(asked(&shown, 3).await, expected);
}
