//! One intent of a person is one write, however often it is sent.

use std::time::Duration;

use client::mutations::{self, BusinessUpdate, ContactUpdate};
use client::{ApiClient, ApiError, Connection};
use contract::bulk::{BulkAction, BulkRequest};
use contract::edit::{BusinessDraft, BusinessPatch, ContactPatch};
use contract::enrichment::BatchEnrichmentRequest;
use contract::job::RetryQuery;
use contract::{BusinessId, ContactId, JobId, Timestamp};
use requery::runtime::TokioRuntime;
use requery::{MutationError, MutationObserver, MutationOptions, QueryClient};

use crate::loopback::{Asked, Does, Loopback};

/// Calls the mutation twice on a server that fails three times and then refuses; the requests of either call.
async fn sent<T, V, C>(
    options: impl Fn(&ApiClient) -> MutationOptions<T, ApiError, V, C>,
    variables: V,
) -> [Vec<Asked>; 2]
where
    T: Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    C: Send + Sync + 'static,
{
    let busy = || Does::problem(503, "too many requests");
    let once = || [busy(), busy(), Does::HangsUp, Does::problem(409, "it cannot be done now")];
    let server = Loopback::that(once().into_iter().chain(once())).await;
    let cache = QueryClient::new(TokioRuntime::current());
    let call = async || {
        let options = options(&server.api());
        let options = options.retry_if(|_, error| error.is_retryable()).retry_delay(Duration::ZERO);
        let observer = MutationObserver::new(&cache, options);
        let Err(MutationError::Failed(error)) = observer.mutate(variables.clone()).await else {
            panic!("it was refused in the end")
        };
        assert_eq!(error.status, Some(409), "{error}");
    };
    call().await;
    call().await;
    let asked = server.asked();
    [asked[..4].to_vec(), asked[4..].to_vec()]
}

async fn check<T, V, C>(
    request: &str,
    options: impl Fn(&ApiClient) -> MutationOptions<T, ApiError, V, C>,
    variables: V,
) where
    T: Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    C: Send + Sync + 'static,
{
    let calls = sent(options, variables).await;
    let keys = calls.each_ref().map(|attempts| {
        let first = attempts[0].header("idempotency-key").unwrap_or_else(|| panic!("{request}: no key"));
        for again in attempts {
            assert_eq!((again.what.as_str(), again.header("idempotency-key")), (request, Some(first)));
            assert_eq!(again.body, attempts[0].body, "{request}");
        }
        first.to_owned()
    });
    assert_ne!(keys[0], keys[1], "{request}: another press is another intent");
}

#[tokio::test]
async fn a_repeated_attempt_carries_the_key_of_its_intent() {
    let job: JobId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    let connection = Connection::new();
    let business = BusinessId(7);
    check(&format!("POST /api/jobs/{job}/cancel"), mutations::cancel_job, job).await;
    check(&format!("POST /api/jobs/{job}/retry"), mutations::retry_job, job).await;
    check("POST /api/jobs/retry-failed", mutations::retry_failed_jobs, RetryQuery::default()).await;
    check("POST /api/enrichment/7", mutations::enrich_business, business).await;
    let batch = BatchEnrichmentRequest { count: Some(3), ..BatchEnrichmentRequest::default() };
    check("POST /api/enrichment/batch", |api| mutations::enrich_batch(api, &connection), batch).await;
    let draft = (BusinessDraft::default(), Timestamp::from_millis(1));
    check("POST /api/businesses", mutations::create_business, draft).await;
    let bulk = BulkRequest { ids: Some(vec![business]), filter: None, action: BulkAction::Delete, tag: None };
    check("POST /api/businesses/bulk", |api| mutations::bulk_businesses(api, &connection), bulk).await;
    check("POST /api/businesses/7/merge", mutations::merge_business, (business, BusinessId(8))).await;
    check("POST /api/businesses/7/unmerge", mutations::unmerge_business, (business, None)).await;
    check("POST /api/businesses/7/contacts", mutations::add_contact, (business, ContactPatch::default()))
        .await;
    let update = BusinessUpdate { id: business, version: 3, patch: BusinessPatch::default() };
    check("PATCH /api/businesses/7", mutations::update_business, update).await;
    check("DELETE /api/businesses/7", mutations::delete_business, (business, 3)).await;
    let (contact, patch) = ((business, ContactId(8)), ContactPatch::default());
    let update = ContactUpdate { contact, version: 3, patch };
    check("PATCH /api/businesses/7/contacts/8", mutations::update_contact, update).await;
    check("DELETE /api/businesses/7/contacts/8", mutations::delete_contact, (contact, 3)).await;
}
