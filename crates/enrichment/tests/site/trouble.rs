//! Why a site could not be read.

use enrichment::address::Names;

use super::*;

/// Nobody has a name.
#[derive(Debug)]
struct NoNames;

#[async_trait::async_trait]
impl Names for NoNames {
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<SocketAddr>> {
        Err(std::io::Error::new(std::io::ErrorKind::NotFound, format!("there is no host {name}")))
    }
}

fn cause(reading: Reading) -> String {
    match reading {
        Reading::Unreachable(error) => error.cause(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn each_kind_of_failure_has_a_sentence_of_its_own() {
    for (status, expect) in [
        (404, "the website answered with status 404"),
        (503, "the website answered with status 503"),
        (429, "the website asks to be left alone for now, with status 429"),
    ] {
        let running = Running::start().await.answer("/", status, &[], "");
        assert_eq!(cause(running.read().await), expect);
    }
    let closed = Running { site: Site::default(), address: free_address().await };
    assert_eq!(cause(closed.read().await), "the website's server takes no connection");

    let mut config = FetcherConfig::new("https://letip.example/crawler");
    config.names = Arc::new(NoNames);
    let fetcher = Fetcher::new(config).unwrap();
    let reading = crawl(&fetcher, "http://acme.example/", None, &CancellationToken::new()).await;
    assert_eq!(cause(reading), "the website's name is not known");

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = Running { site: Site::default(), address: listener.local_addr().unwrap() };
    assert_eq!(cause(silent.read().await), "the website did not answer in time");
    drop(listener);
}

#[tokio::test]
async fn an_enrichment_that_fails_tells_the_cause_beside_the_outcome() {
    let running = Running::start().await.answer("/", 404, &[], "");
    let db = test_support::sqlite().await;
    let id = business(db.store(), Some(running.url())).await;
    let claimed = lease(db.store(), JobKind::Enrich).await;
    let fetcher = running.fetcher();
    let ended = enrich(db.store(), &fetcher, &claimed.lease, id, &CancellationToken::new()).await.unwrap();
    assert_eq!(ended.outcome, Outcome::Unreachable);
    assert_eq!(ended.cause.as_deref(), Some("the website answered with status 404"));
}

/// What was cancelled in the middle of a site is as it was before; see the stories of the store for all ends of a job.
#[tokio::test]
async fn a_business_whose_enrichment_is_cancelled_is_as_it_was() {
    let running = Running::start().await.page("/", "<p>info@acme.example</p>");
    let db = test_support::sqlite().await;
    let store = db.store();
    let id = business(store, Some(running.url())).await;
    let request = serde_json::json!({ "businessId": id });
    store.enqueue_job(NewJob::new(JobKind::Enrich, request)).await.unwrap();
    let now = contract::Timestamp::from_millis(i64::MAX / 2);
    let claimed = store.claim_job("test", &[JobKind::Enrich], Duration::from_secs(60), now).await.unwrap();
    let claimed = claimed.unwrap();
    let cancel = CancellationToken::new();
    cancel.cancel();
    let stopped = enrich(store, &running.fetcher(), &claimed.lease, id, &cancel).await;
    assert!(matches!(stopped, Err(enrichment::EnrichError::Cancelled)), "{stopped:?}");
    let status = async || store.get_business(id).await.unwrap().unwrap().business.enrichment_status;
    assert_eq!(status().await, EnrichmentStatus::Enriching);
    let mut tx = store.begin().await.unwrap();
    tx.finish_job(&claimed.lease, store::JobOutcome::Cancelled).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(status().await, EnrichmentStatus::Pending);
}
