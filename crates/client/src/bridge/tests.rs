use std::sync::Arc;
use std::time::Duration;

use contract::event::{BulkUpdated, BusinessDeleted, JobMoved, JobUpdated, ScrapingComplete};
use contract::{
    Business, BusinessDetail, BusinessId, BusinessQuery, EnrichmentStatus, Event, EventPayload, Job,
    JobCounts, JobKind, JobProgress, JobStatus, OperatingStatus, Page, PageMeta, Socials, Timestamp, keys,
};
use requery::runtime::TestRuntime;
use requery::{QueryClient, QueryFilters, QueryObserver, QueryOptions};

use super::Bridge;
use crate::ApiError;

fn business(id: i64, version: u64, name: &str) -> Business {
    Business {
        id: BusinessId(id),
        version,
        name: name.to_owned(),
        category: Some("restaurant".to_owned()),
        industry: Some("food".to_owned()),
        street: None,
        city: Some("Helsinki".to_owned()),
        state: None,
        postal_code: None,
        country: Some("FI".to_owned()),
        latitude: Some(60.17),
        longitude: Some(24.94),
        phone: None,
        phone_display: None,
        email: None,
        website: None,
        socials: Socials::default(),
        opening_hours: None,
        employee_count: None,
        year_founded: None,
        description: None,
        chain: false,
        operating_status: OperatingStatus::Open,
        confidence: None,
        sources: Vec::new(),
        enrichment_status: EnrichmentStatus::Pending,
        enrichment_error: None,
        tags: Vec::new(),
        notes: None,
        contact_count: 0,
        created_at: Timestamp::from_millis(id),
        updated_at: Timestamp::from_millis(id),
    }
}

fn page(rows: Vec<Business>, total: u64, limit: u32) -> Page<Business> {
    Page { data: rows, meta: PageMeta::new(total, 1, limit, None) }
}

fn created(business: Business) -> Event {
    let payload = EventPayload::BusinessCreated(Box::new(business));
    Event { seq: 1, timestamp: Timestamp::from_millis(0), payload }
}

fn updated(business: Business) -> Event {
    let payload = EventPayload::BusinessUpdated(Box::new(business));
    Event { seq: 2, timestamp: Timestamp::from_millis(0), payload }
}

fn event(payload: EventPayload) -> Event {
    Event { seq: 3, timestamp: Timestamp::from_millis(0), payload }
}

struct Cache {
    client: QueryClient,
    bridge: Bridge,
}

impl Cache {
    fn new() -> Self {
        let client = QueryClient::new(TestRuntime::new());
        Self { bridge: Bridge::new(client.clone()), client }
    }

    fn with_list(self, query: &BusinessQuery, page: Page<Business>) -> Self {
        self.client.set_query_data(keys::businesses::list(query), page);
        self
    }

    fn list(&self, query: &BusinessQuery) -> Arc<Page<Business>> {
        self.client.get_query_data(keys::businesses::list(query)).unwrap()
    }

    fn ids(&self, query: &BusinessQuery) -> Vec<i64> {
        self.list(query).data.iter().map(|row| row.id.0).collect()
    }

    fn is_invalidated(&self, query: &BusinessQuery) -> bool {
        self.bridge.settle();
        let filters = QueryFilters::exact(keys::businesses::list(query));
        self.client.queries(&filters)[0].is_invalidated
    }
}

fn by_name() -> BusinessQuery {
    BusinessQuery { sort: Some("name".parse().unwrap()), limit: Some(3), ..BusinessQuery::default() }
}

#[test]
fn a_created_business_enters_every_list_that_selects_it_at_its_place() {
    let newest = BusinessQuery::default();
    let espoo = BusinessQuery { city: Some("Espoo".to_owned()), ..BusinessQuery::default() };
    let cache = Cache::new()
        .with_list(&newest, page(vec![business(2, 1, "B"), business(1, 1, "A")], 2, 20))
        .with_list(&by_name(), page(vec![business(1, 1, "A"), business(2, 1, "C")], 2, 3))
        .with_list(&espoo, page(Vec::new(), 0, 20));
    cache.bridge.apply(&created(business(3, 1, "B")));
    assert_eq!(cache.ids(&newest), [3, 2, 1]);
    assert_eq!(cache.ids(&by_name()), [1, 3, 2]);
    assert_eq!(cache.ids(&espoo), Vec::<i64>::new());
    assert_eq!(cache.list(&newest).meta.total, 3);
    assert!(!cache.is_invalidated(&newest) && !cache.is_invalidated(&espoo));
}

#[test]
fn the_same_event_twice_is_one_change() {
    let query = BusinessQuery::default();
    let cache = Cache::new().with_list(&query, page(Vec::new(), 0, 20));
    for _ in 0..2 {
        cache.bridge.apply(&created(business(3, 1, "B")));
    }
    assert_eq!((cache.ids(&query), cache.list(&query).meta.total), (vec![3], 1));
}

#[test]
fn an_older_version_never_replaces_a_newer_one() {
    let query = BusinessQuery::default();
    let cache = Cache::new().with_list(&query, page(vec![business(1, 5, "new")], 1, 20));
    let detail = BusinessDetail { business: business(1, 5, "new"), contacts: Vec::new() };
    cache.client.set_query_data(keys::business::detail(BusinessId(1)), detail);
    cache.bridge.apply(&updated(business(1, 4, "old")));
    assert_eq!(cache.list(&query).data[0].name, "new");
    let shown: Arc<BusinessDetail> =
        cache.client.get_query_data(keys::business::detail(BusinessId(1))).unwrap();
    assert_eq!(shown.business.name, "new");
    cache.bridge.apply(&updated(business(1, 6, "newest")));
    let shown: Arc<BusinessDetail> =
        cache.client.get_query_data(keys::business::detail(BusinessId(1))).unwrap();
    assert_eq!(
        (cache.list(&query).data[0].name.as_str(), shown.business.name.as_str()),
        ("newest", "newest")
    );
}

#[test]
fn an_update_moves_a_row_or_takes_it_out() {
    let cache = Cache::new().with_list(
        &by_name(),
        page(vec![business(1, 1, "A"), business(2, 1, "B"), business(3, 1, "C")], 3, 3),
    );
    cache.bridge.apply(&updated(business(1, 2, "Bb")));
    assert_eq!(cache.ids(&by_name()), [2, 1, 3]);
    let food = BusinessQuery { industry: Some("food".to_owned()), ..BusinessQuery::default() };
    let cache = cache.with_list(&food, page(vec![business(1, 2, "Bb")], 1, 20));
    let mut left = business(1, 3, "Bb");
    left.industry = Some("retail".to_owned());
    cache.bridge.apply(&updated(left));
    assert_eq!((cache.ids(&food), cache.list(&food).meta.total), (Vec::new(), 0));
}

#[test]
fn a_full_page_pushes_its_last_row_to_the_next() {
    let rows = vec![business(1, 1, "A"), business(2, 1, "C"), business(3, 1, "D")];
    let cache = Cache::new().with_list(&by_name(), page(rows, 10, 3));
    cache.bridge.apply(&created(business(4, 1, "B")));
    assert_eq!((cache.ids(&by_name()), cache.list(&by_name()).meta.total), (vec![1, 4, 2], 11));
}

#[test]
fn what_only_the_server_knows_is_asked_for_once() {
    let search = BusinessQuery { search: Some("kahvila".to_owned()), ..BusinessQuery::default() };
    let beyond = by_name();
    let rows = vec![business(1, 1, "A"), business(2, 1, "B"), business(3, 1, "C")];
    let accents = BusinessQuery { limit: Some(20), ..by_name() };
    let cache = Cache::new()
        .with_list(&search, page(Vec::new(), 0, 20))
        .with_list(&beyond, page(rows, 10, 3))
        .with_list(&accents, page(vec![business(1, 1, "Ääni")], 1, 20));
    cache.bridge.apply(&created(business(9, 1, "Z")));
    assert!(cache.bridge.is_unsettled());
    assert!(cache.is_invalidated(&search) && cache.is_invalidated(&beyond) && cache.is_invalidated(&accents));
    assert_eq!((cache.ids(&search), cache.ids(&beyond)), (Vec::new(), vec![1, 2, 3]));
    assert!(!cache.bridge.is_unsettled());
}

#[test]
fn a_deleted_business_leaves_every_list() {
    let query = BusinessQuery::default();
    let cache = Cache::new().with_list(&query, page(vec![business(2, 1, "B"), business(1, 1, "A")], 2, 20));
    let gone = BusinessDeleted { id: BusinessId(2), version: 2 };
    cache.bridge.apply(&event(EventPayload::BusinessDeleted(gone)));
    assert_eq!((cache.ids(&query), cache.list(&query).meta.total), (vec![1], 1));
}

#[test]
fn a_bulk_change_is_fetched_and_not_guessed() {
    let query = BusinessQuery::default();
    let cache = Cache::new().with_list(&query, page(Vec::new(), 0, 20));
    let bulk = BulkUpdated { ids: vec![BusinessId(1)], versions: vec![1] };
    cache.bridge.apply(&event(EventPayload::BusinessesBulkUpdated(bulk)));
    assert!(cache.is_invalidated(&query));
}

/// The trap of every cache that is fed by events: an answer that was on its way when the event arrived.
#[test]
fn an_event_during_a_fetch_is_applied_over_its_older_result() {
    let runtime = TestRuntime::new();
    let client = QueryClient::new(runtime.clone());
    let bridge = Bridge::new(client.clone());
    let query = BusinessQuery::default();
    let sleeper = runtime.clone();
    let options = QueryOptions::<Page<Business>, ApiError>::new(keys::businesses::list(&query), move |_| {
        let sleeper = sleeper.clone();
        async move {
            sleeper.sleep(Duration::from_millis(100)).await;
            Ok(page(vec![business(1, 1, "old")], 1, 20))
        }
    });
    let observer = QueryObserver::new(&client, options);
    let _subscription = observer.subscribe(|_| {});
    runtime.advance(Duration::from_millis(50));
    bridge.apply(&updated(business(1, 2, "new")));
    runtime.advance(Duration::from_millis(100));
    let shown: Arc<Page<Business>> = client.get_query_data(keys::businesses::list(&query)).unwrap();
    assert_eq!((shown.data[0].name.as_str(), shown.data[0].version), ("new", 2));
}

fn job(version: u64) -> Job {
    Job {
        job_id: "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
        version,
        kind: JobKind::Scrape,
        status: JobStatus::Pending,
        cancel_requested: false,
        request: serde_json::Value::Null,
        progress: JobProgress::default(),
        counts: JobCounts::default(),
        result: None,
        error: None,
        attempt: 0,
        max_attempts: 3,
        parent_id: None,
        created_by: None,
        created_at: Timestamp::from_millis(0),
        started_at: None,
        finished_at: None,
    }
}

#[test]
fn progress_is_merged_by_version_wherever_the_job_is_shown() {
    let cache = Cache::new();
    let id = job(1).job_id;
    cache.client.set_query_data(keys::scraper::status(id), job(1));
    cache.client.set_query_data(keys::scraper::jobs(), vec![job(1)]);
    let counts = JobCounts { found: 5, saved: 5, ..JobCounts::default() };
    let moved = |version, done| {
        let progress = JobProgress { done, total: Some(10), ..JobProgress::default() };
        event(EventPayload::ScrapingProgress(JobMoved { job_id: id, version, progress, counts }))
    };
    cache.bridge.apply(&moved(3, 5));
    cache.bridge.apply(&moved(2, 2));
    let shown: Arc<Job> = cache.client.get_query_data(keys::scraper::status(id)).unwrap();
    assert_eq!((shown.status, shown.progress.done, shown.counts.saved), (JobStatus::Running, 5, 5));
    let listed: Arc<Vec<Job>> = cache.client.get_query_data(keys::scraper::jobs()).unwrap();
    assert_eq!(listed[0].version, 3);
    let complete = ScrapingComplete { job_id: id, version: 4, counts };
    cache.bridge.apply(&event(EventPayload::ScrapingComplete(complete)));
    cache.bridge.apply(&event(EventPayload::JobUpdated(JobUpdated {
        job_id: id,
        version: 2,
        status: JobStatus::Running,
    })));
    let shown: Arc<Job> = cache.client.get_query_data(keys::scraper::status(id)).unwrap();
    assert_eq!(shown.status, JobStatus::Completed);
}
