//! What asks for itself while no events arrive, how often, and when it stops; what is asked again after a failure.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use client::transport::TransportFuture;
use client::{
    ApiClient, ApiError, Connection, ConnectionState, Request, Response, Transport, TransportError,
    mutations, queries,
};
use contract::enrichment::EnrichmentBatch;
use contract::job::JobQuery;
use contract::places::SuggestQuery;
use contract::{BusinessId, BusinessQuery, Job, JobId, Page, PageMeta};
use requery::runtime::TestRuntime;
use requery::{MutationObserver, QueryClient, QueryObserver, QueryOptions, Subscription};
use serde::Serialize;
use serde_json::{Value, json};

type Answers = Arc<Mutex<VecDeque<(u16, Value)>>>;

/// Gives its answers one after the other, the last one again and again; time is the runtime's.
#[derive(Clone, Default)]
struct Script {
    answers: Answers,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Transport for Script {
    fn send(&self, request: Request) -> TransportFuture<'_, Result<Response, TransportError>> {
        self.asked.lock().unwrap().push(request.path);
        let mut answers = self.answers.lock().unwrap();
        let next = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        let (status, body) = next.unwrap();
        let headers = vec![("retry-after".to_owned(), "7".to_owned())];
        let headers = if status == 429 { headers } else { Vec::new() };
        Box::pin(async move { Ok(Response { status, headers, body: body.to_string().into_bytes() }) })
    }
}

/// A page in a browser, on a virtual clock.
struct Browser {
    runtime: TestRuntime,
    cache: QueryClient,
    script: Script,
    api: ApiClient,
    connection: Connection,
    shown: Vec<Subscription>,
}

impl Browser {
    fn that_is_answered(answers: impl IntoIterator<Item = (u16, Value)>) -> Self {
        let (runtime, script, connection) = (TestRuntime::new(), Script::default(), Connection::new());
        script.answers.lock().unwrap().extend(answers);
        let (cache, api) = (QueryClient::new(runtime.clone()), ApiClient::new(script.clone()));
        cache.set_default_options(queries::defaults());
        cache.set_default_mutation_options(mutations::defaults());
        cache.mount();
        connection.set(ConnectionState::Reconnecting);
        Self { runtime, cache, script, api, connection, shown: Vec::new() }
    }

    fn show<T, D>(&mut self, options: QueryOptions<T, ApiError, D>)
    where
        T: PartialEq + Send + Sync + 'static,
        D: Send + Sync + 'static,
    {
        self.shown.push(QueryObserver::new(&self.cache, options).subscribe(|_| {}));
        self.runtime.run_until_stalled();
    }

    /// How often the server is asked within so many seconds from now.
    fn asked_within(&self, seconds: u64) -> usize {
        self.script.asked.lock().unwrap().clear();
        self.runtime.advance(Duration::from_secs(seconds));
        self.script.asked.lock().unwrap().len()
    }

    fn asked(&self) -> usize {
        self.script.asked.lock().unwrap().len()
    }
}

const JOB: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

fn id() -> JobId {
    JOB.parse().unwrap()
}

fn job(version: u64, status: &str) -> Value {
    json!({
        "jobId": JOB, "version": version, "kind": "scrape", "status": status, "cancelRequested": false,
        "request": {}, "progress": { "done": 0, "total": null, "stage": "reading", "message": null },
        "counts": { "found": 0, "saved": 0, "merged": 0, "rejected": 0, "failed": 0 },
        "result": null, "error": null, "attempt": 1, "maxAttempts": 3, "parentId": null, "createdBy": null,
        "createdAt": "2026-01-01T00:00:00.000Z", "startedAt": null, "finishedAt": null,
    })
}

fn json_of(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn page<T>() -> Page<T> {
    Page { data: Vec::new(), meta: PageMeta::new(0, 1, 20, None) }
}

#[test]
fn a_job_is_asked_for_every_two_seconds_until_it_is_finished() {
    for of in [queries::job, queries::scrape_status] {
        let answers = [job(1, "pending"), job(2, "running"), job(3, "running"), job(4, "completed")];
        let mut browser = Browser::that_is_answered(answers.map(|job| (200, job)));
        browser.show(of(&browser.api, &browser.connection, id()));
        assert_eq!(browser.asked(), 1);
        assert_eq!(browser.asked_within(1), 0);
        assert_eq!(browser.asked_within(1), 1);
        assert_eq!(browser.asked_within(60), 2, "it stops by itself");
    }
}

#[test]
fn a_page_in_the_background_goes_on_asking_for_a_job() {
    let mut browser = Browser::that_is_answered([(200, job(1, "running"))]);
    browser.show(queries::job(&browser.api, &browser.connection, id()));
    browser.cache.set_focused(false);
    assert_eq!(browser.asked_within(10), 5);
}

#[test]
fn a_batch_is_asked_for_every_three_seconds() {
    let batch = |status: &str| {
        let job: Job = serde_json::from_value(job(1, status)).unwrap();
        (200, json_of(&EnrichmentBatch { job, items: Vec::new() }))
    };
    let mut browser = Browser::that_is_answered([batch("running"), batch("running"), batch("failed")]);
    browser.show(queries::enrichment_batch(&browser.api, &browser.connection, id()));
    assert_eq!((browser.asked_within(2), browser.asked_within(1), browser.asked_within(60)), (0, 1, 1));
}

#[test]
fn lists_are_asked_for_while_events_are_missing_and_not_while_they_arrive() {
    let check = |name: &str, answer: Value, show: &dyn Fn(&mut Browser)| {
        let mut browser = Browser::that_is_answered([(200, answer)]);
        show(&mut browser);
        assert_eq!(browser.asked_within(10), 5, "{name}");
        browser.connection.set(ConnectionState::Live);
        // The interval that was set before runs out once.
        browser.asked_within(2);
        assert_eq!(browser.asked_within(60), 0, "{name}");
    };
    check("leads", json_of(&page::<contract::Business>()), &|browser| {
        browser.show(queries::business_list(&browser.api, &browser.connection, BusinessQuery::default()));
    });
    check("jobs", json_of(&page::<Job>()), &|browser| {
        browser.show(queries::jobs(&browser.api, &browser.connection, JobQuery::default()));
    });
    check("failed jobs", json_of(&page::<Job>()), &|browser| {
        browser.show(queries::failed_jobs(&browser.api, &browser.connection));
    });
    check("searches", json!([]), &|browser| {
        browser.show(queries::scrape_jobs(&browser.api, &browser.connection));
    });
}

/// Parts and catalogues are fetched once and are fresh for as long as the contract says.
#[test]
fn what_does_not_poll_is_fetched_again_only_when_it_is_stale_and_shown_anew() {
    let check = |name: &str, fresh: u64, answer: Value, show: &dyn Fn(&mut Browser)| {
        let mut browser = Browser::that_is_answered([(200, answer)]);
        show(&mut browser);
        assert_eq!((browser.asked(), browser.asked_within(fresh - 1)), (1, 0), "{name}");
        show(&mut browser);
        assert_eq!(browser.asked(), 0, "{name}: it is fresh");
        browser.asked_within(1);
        show(&mut browser);
        assert_eq!(browser.asked(), 1, "{name}: it is stale");
    };
    let business = BusinessId(7);
    check("contacts", 30, json!({ "version": 1, "contactCount": 0, "data": [] }), &|browser| {
        browser.show(queries::contacts(&browser.api, business));
    });
    check("history", 30, json_of(&page::<contract::enrichment::EnrichmentLogEntry>()), &|browser| {
        browser.show(queries::enrichment_history(&browser.api, business));
    });
    check("figures", 30, json_of(&contract::Stats::default()), &|browser| {
        browser.show(queries::stats(&browser.api));
    });
    check("facets", 30, json_of(&contract::stats::Facets::default()), &|browser| {
        browser.show(queries::facets(&browser.api, BusinessQuery::default()));
    });
    check("map", 30, json_of(&contract::map::BusinessMap::default()), &|browser| {
        browser.show(queries::business_map(&browser.api, contract::map::MapQuery::default()));
    });
    check("sources", 3600, json!([]), &|browser| browser.show(queries::sources(&browser.api)));
    check("providers", 3600, json!([]), &|browser| browser.show(queries::providers(&browser.api)));
    let typed = || SuggestQuery { q: "hel".to_owned(), limit: Some(8) };
    check("trades", 3600, json!([]), &|browser| {
        browser.show(queries::category_suggestions(&browser.api, typed()));
    });
    check("places", 3600, json!([]), &|browser| {
        browser.show(queries::location_suggestions(&browser.api, typed()));
    });
}

#[test]
fn a_failure_that_may_pass_is_asked_again_three_times_with_growing_waits() {
    let mut browser = Browser::that_is_answered([(503, json!({}))]);
    browser.show(queries::sources(&browser.api));
    assert_eq!(browser.asked_within(120), 3);
    assert_eq!(browser.asked_within(3600), 0);
}

#[test]
fn a_failure_that_stays_is_asked_once() {
    for status in [400, 401, 403, 404, 409, 422] {
        let mut browser = Browser::that_is_answered([(status, json!({}))]);
        browser.show(queries::sources(&browser.api));
        assert_eq!((browser.asked(), browser.asked_within(3600)), (1, 0), "{status}");
    }
}

#[test]
fn a_server_that_says_when_to_come_back_is_not_asked_before() {
    let mut browser = Browser::that_is_answered([(429, json!({})), (200, json!([]))]);
    browser.show(queries::sources(&browser.api));
    assert_eq!((browser.asked_within(6), browser.asked_within(8)), (0, 1));
}

#[test]
fn a_mutation_is_repeated_twice_where_it_may_succeed_later_and_never_where_it_will_not() {
    for (status, tries) in [(503, 3), (429, 3), (409, 1), (422, 1)] {
        let browser = Browser::that_is_answered([(status, json!({}))]);
        let mutation = MutationObserver::new(&browser.cache, mutations::cancel_job(&browser.api));
        let outcome = mutation.mutate(id());
        browser.runtime.advance(Duration::from_secs(60));
        assert_eq!(browser.asked(), tries, "{status}");
        assert!(browser.runtime.block_on(outcome).is_err());
    }
}

#[test]
fn a_mutation_that_succeeds_at_last_has_succeeded() {
    let browser = Browser::that_is_answered([(503, json!({})), (200, job(2, "cancelled"))]);
    let mutation = MutationObserver::new(&browser.cache, mutations::cancel_job(&browser.api));
    let outcome = mutation.mutate(id());
    browser.runtime.advance(Duration::from_secs(5));
    assert_eq!(browser.runtime.block_on(outcome).unwrap().version, 2);
}

#[test]
fn what_a_server_is_not_set_up_for_is_not_asked_again() {
    let off = json!({ "type": "/problems/unavailable", "title": "Unavailable", "status": 503, "detail": "it is off" });
    let browser = Browser::that_is_answered([(503, off)]);
    let mutation = MutationObserver::new(&browser.cache, mutations::cancel_job(&browser.api));
    let outcome = mutation.mutate(id());
    browser.runtime.advance(Duration::from_secs(60));
    assert_eq!(browser.asked(), 1);
    assert!(browser.runtime.block_on(outcome).unwrap_err().to_string().contains("it is off"));
}
