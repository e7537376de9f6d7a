use std::sync::Mutex;

use client::transport::TransportFuture;
use client::{Request, Response, Transport, TransportError};
use contract::enrichment::EnrichmentLogEntry;
use contract::{PageMeta, Shared, Timestamp};
use requery::runtime::TestRuntime;

use super::*;
use crate::state::{PageState, provide_page};

/// Answers with what was put there for the path, and writes down what it was asked.
#[derive(Clone, Default)]
struct Api {
    answers: Arc<Mutex<Vec<(String, u16, String)>>>,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Transport for Api {
    fn send(&self, request: Request) -> TransportFuture<'_, Result<Response, TransportError>> {
        let path = request.path.split('?').next().unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(request);
        let answers = self.answers.lock().unwrap();
        let found = answers.iter().find(|(known, ..)| *known == path);
        let (status, body) =
            found.map_or((404, "{}".to_owned()), |(_, status, body)| (*status, body.clone()));
        Box::pin(async move { Ok(Response { status, headers: Vec::new(), body: body.into_bytes() }) })
    }
}

/// A page's contexts, and what its hooks ask.
struct Rig {
    runtime: TestRuntime,
    cache: QueryClient,
    api: Api,
    owner: Owner,
}

impl Rig {
    fn new() -> Self {
        let (runtime, api) = (TestRuntime::new(), Api::default());
        let cache = QueryClient::new(runtime.clone());
        cache.mount();
        let owner = Owner::new();
        owner.with(|| {
            provide_page(cache.clone(), ApiClient::new(api.clone()), PageState::default());
            crate::address::provide_address(crate::desk::Desk::new());
            crate::toast::provide_toasts();
        });
        Self { runtime, cache, api, owner }
    }

    fn answering(self, path: &str, status: u16, body: &impl serde::Serialize) -> Self {
        let body = serde_json::to_string(body).unwrap();
        self.api.answers.lock().unwrap().push((path.to_owned(), status, body));
        self
    }

    /// The requests since it was asked last, once everything has settled.
    fn asked(&self) -> Vec<Request> {
        self.runtime.run_until_stalled();
        std::mem::take(&mut self.api.asked.lock().unwrap())
    }

    fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|request| format!("{} {}", request.method, request.path)).collect()
    }
}

fn lead_of(id: i64, version: u64, name: &str) -> Business {
    Business { version, ..Business::named(BusinessId(id), name, Timestamp::from_millis(1)) }
}

fn page_of(leads: Vec<Business>) -> Page<Shared<Business>> {
    let total = leads.len() as u64;
    Page { data: leads.into_iter().map(Shared::new).collect(), meta: PageMeta::new(total, 1, 20, None) }
}

#[test]
fn the_same_request_keeps_its_key_and_another_gets_its_own() {
    let request = |location: &str| ScrapeRequest { location: location.into(), ..Default::default() };
    let first = same_or_new(None, request("Espoo"));
    assert_eq!(same_or_new(Some(first.clone()), request("Espoo")), first);
    assert_ne!(same_or_new(Some(first.clone()), request("Vantaa")).1, first.1);
}

#[test]
fn suggestions_are_asked_for_trimmed_and_within_the_limit() {
    assert_eq!(suggest("  Hels ".into()).q, "Hels");
    assert_eq!(suggest("x".repeat(500)).q.len(), 200);
}

#[test]
fn a_lead_shows_what_the_newest_list_knew_of_it_until_it_is_there() {
    let rig = Rig::new();
    let list =
        |city: &str| keys::businesses::list(&BusinessQuery { city: Some(city.into()), ..Default::default() });
    rig.cache.set_query_data(list("Espoo"), page_of(vec![lead_of(7, 1, "Old"), lead_of(8, 1, "Other")]));
    rig.cache.set_query_data(list("Vantaa"), page_of(vec![lead_of(7, 3, "New")]));
    rig.owner.with(|| {
        let shown = lead(|| Some(BusinessId(7)));
        assert_eq!(shown.data().map(|lead| lead.business.name.clone()), Some("New".to_owned()));
        assert!(shown.is_placeholder_data(), "its contacts are still to come");
        assert!(lead(|| Some(BusinessId(9))).data().is_none());
        assert!(!lead(|| None).is_enabled());
    });
}

#[test]
fn what_is_not_asked_for_is_not_fetched() {
    let rig = Rig::new();
    rig.owner.with(|| {
        assert!(!leads_if(|| None).is_enabled() && leads_if(|| Some(BusinessQuery::default())).is_enabled());
        assert!(!job(|| None).is_enabled());
        let (typed, focused) = (Var::new(String::new()), Var::new(false));
        assert!(!categories(typed, focused).is_enabled() && !locations(typed, focused).is_enabled());
        let focused = Var::new(true);
        assert!(categories(typed, focused).is_enabled() && locations(typed, focused).is_enabled());
    });
}

#[test]
fn a_history_is_asked_for_where_there_is_a_lead() {
    let history_of = |id: Option<i64>| history(move || id.map(BusinessId));
    let page = Page::<EnrichmentLogEntry> { data: Vec::new(), meta: PageMeta::new(0, 1, 200, None) };
    let path = "/api/businesses/7/enrichment-history";
    let rig = Rig::new().answering(path, 200, &page);
    let (shown, none) = rig.owner.with(|| (history_of(Some(7)), history_of(None)));
    assert!(!none.is_enabled() && shown.is_enabled());
    drop(shown.refetch());
    assert_eq!(rig.paths(), [format!("GET {path}?limit=200")]);
}

/// While events arrive a job that the server rendered is fresh; without them it is not.
#[test]
fn a_job_is_kept_by_events_or_asked_for() {
    let rig = Rig::new();
    let connection = Connection::new();
    rig.owner.with(|| provide_context(connection.clone()));
    let running = crate::samples::running_search();
    let id = running.job_id;
    rig.cache.set_query_data(keys::jobs::detail(id), running.clone());
    rig.cache.set_query_data(
        keys::jobs::list(&JobQuery::default()),
        Page { data: vec![running.clone()], meta: PageMeta::new(1, 1, 20, None) },
    );
    rig.cache.set_query_data(keys::scraper::jobs(), vec![running]);
    let stale = || {
        rig.owner.with(|| {
            [job(move || Some(id)).is_stale(), jobs(JobQuery::default).is_stale(), scrape_jobs().is_stale()]
        })
    };
    connection.set(client::ConnectionState::Live);
    assert_eq!(stale(), [false; 3]);
    connection.set(client::ConnectionState::Reconnecting);
    assert_eq!(stale(), [true; 3]);
}

#[test]
fn what_may_be_opened_next_is_fetched_ahead_until_the_page_is_gone() {
    let detail = BusinessDetail { business: lead_of(7, 1, "Seven"), contacts: Vec::new() };
    let rig = Rig::new().answering("/api/businesses/7", 200, &detail).answering(
        "/api/businesses",
        200,
        &page_of(Vec::new()),
    );
    let (one, page) = rig.owner.with(|| (use_prefetch_lead(), use_prefetch_leads()));
    one(BusinessId(7));
    page(BusinessQuery { page: Some(2), ..Default::default() });
    assert_eq!(rig.paths(), ["GET /api/businesses/7", "GET /api/businesses?page=2"]);
    one(BusinessId(7));
    assert_eq!(rig.paths(), Vec::<String>::new(), "it is fresh");
    rig.owner.cleanup();
    one(BusinessId(8));
    page(BusinessQuery::default());
    assert_eq!(rig.paths(), Vec::<String>::new());
}

#[test]
fn what_is_done_to_a_job_is_asked_of_the_server() {
    let running = crate::samples::running_search();
    let id = running.job_id;
    let rig = Rig::new().answering(&format!("/api/jobs/{id}/cancel"), 200, &running).answering(
        &format!("/api/jobs/{id}/retry"),
        200,
        &running,
    );
    rig.owner.with(|| {
        act(use_cancel_job(), id, None);
        act(use_retry_job(), id, None);
    });
    let asked = rig.asked();
    let paths: Vec<_> = asked.iter().map(|request| request.path.clone()).collect();
    assert_eq!(paths, [format!("/api/jobs/{id}/cancel"), format!("/api/jobs/{id}/retry")]);
    let key = |request: &Request| request.headers.iter().find(|(name, _)| name == "idempotency-key").cloned();
    assert!(asked.iter().all(|request| key(request).is_some()));
}

#[test]
fn a_search_that_is_started_again_after_a_failure_is_the_same_intent() {
    let problem = serde_json::json!({ "type": "/problems/x", "title": "X", "status": 503, "detail": "busy" });
    let rig = Rig::new().answering("/api/scraper/scrape", 503, &problem);
    let search = rig.owner.with(|| use_start_search(|_| {}));
    let keys = |location: &str| {
        let request = ScrapeRequest { location: location.into(), ..Default::default() };
        rig.owner.with(|| search.run(request));
        let asked = rig.asked();
        let found = asked[0].headers.iter().find(|(name, _)| name == "idempotency-key");
        (asked.len(), found.map(|(_, key)| key.clone()))
    };
    let first = keys("Espoo");
    assert_eq!(first.0, 1);
    assert_eq!(keys("Espoo"), first, "an answer that was lost on the way is given again");
    assert_ne!(keys("Vantaa"), first);
}

#[test]
fn columns_that_the_server_does_not_keep_are_again_those_that_it_has() {
    use contract::columns::{Appearance, Column, Columns};

    let kept = Some(Columns(vec![Column::City]));
    let answer = Appearance { columns: kept.clone(), ..Appearance::default() };
    let rig = Rig::new().answering("/api/appearance", 200, &answer);
    let (own, choose) = rig.owner.with(|| {
        crate::columns::provide_own_columns();
        let own = crate::columns::use_own_columns();
        (own, columns::use_choose_columns(own))
    });
    own.set(kept.clone());
    choose.mutate(kept.clone());
    assert_eq!(rig.paths(), ["PATCH /api/appearance"]);
    rig.api.answers.lock().unwrap().clear();
    own.set(None);
    choose.mutate(None);
    assert_eq!(rig.paths(), ["PATCH /api/appearance"]);
    assert_eq!(own.get_untracked(), kept);
}

#[test]
fn the_palette_asks_who_one_is_for_views_and_for_what_was_typed() {
    let rig = Rig::new();
    let (me, views, found, nothing) = rig.owner.with(|| {
        let typed = |text: &str| palette::leads(Var::new(text.to_owned()));
        (palette::me(), palette::views(), typed("  sushi "), typed(" "))
    });
    drop(me.refetch());
    drop(views.refetch());
    drop(found.query.refetch());
    assert_eq!(
        rig.paths(),
        ["GET /api/auth/me", "GET /api/views", "GET /api/businesses?limit=6&search=sushi"]
    );
    assert!(found.query.is_enabled() && !nothing.query.is_enabled());
    rig.owner.with(|| assert!(found.is_of("sushi") && !found.is_of("sush")));
}
