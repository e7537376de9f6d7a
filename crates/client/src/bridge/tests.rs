use std::sync::Arc;
use std::time::Duration;

use contract::event::{BulkUpdated, BusinessDeleted, JobMoved, JobUpdated, ScrapingComplete};
use contract::map::{BusinessMap, MapQuery};
use contract::{
    Business, BusinessId, BusinessQuery, EnrichmentStatus, Event, EventPayload, Job, JobAccepted, JobCounts,
    JobProgress, JobStatus, Timestamp, keys,
};
use requery::{QueryObserver, StaleTime};

use super::rig::{Cache, Slow, business, job, page};
use crate::{mutations, queries};

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
    cache.apply(created(business(3, 1, "B")));
    assert_eq!(cache.ids(&newest), [3, 2, 1]);
    assert_eq!(cache.ids(&by_name()), [1, 3, 2]);
    assert_eq!(cache.ids(&espoo), Vec::<i64>::new());
    assert_eq!(cache.list(&newest).meta.total, 3);
    assert_eq!(cache.asked(), Vec::<String>::new());
}

#[test]
fn the_same_event_twice_is_one_change() {
    let query = BusinessQuery::default();
    let cache = Cache::new().with_list(&query, page(Vec::new(), 0, 20));
    for _ in 0..2 {
        cache.apply(created(business(3, 1, "B")));
    }
    assert_eq!((cache.ids(&query), cache.list(&query).meta.total), (vec![3], 1));
}

#[test]
fn an_older_version_never_replaces_a_newer_one() {
    let query = BusinessQuery::default();
    let cache = Cache::new()
        .with_list(&query, page(vec![business(1, 5, "new")], 1, 20))
        .with_detail(business(1, 5, "new"));
    let shown =
        |cache: &Cache| (cache.list(&query).data[0].name.clone(), cache.detail(1).business.name.clone());
    cache.apply(updated(business(1, 4, "old")));
    assert_eq!(shown(&cache), ("new".to_owned(), "new".to_owned()));
    cache.apply(updated(business(1, 6, "newest")));
    assert_eq!(shown(&cache), ("newest".to_owned(), "newest".to_owned()));
}

#[test]
fn an_update_moves_a_row_or_takes_it_out() {
    let food = BusinessQuery { industry: Some("food".to_owned()), ..BusinessQuery::default() };
    let rows = vec![business(1, 1, "A"), business(2, 1, "B"), business(3, 1, "C")];
    let cache = Cache::new()
        .with_list(&by_name(), page(rows, 3, 3))
        .with_list(&food, page(vec![business(1, 1, "A")], 1, 20));
    cache.apply(updated(business(1, 2, "Bb")));
    assert_eq!(cache.ids(&by_name()), [2, 1, 3]);
    let mut left = business(1, 3, "Bb");
    left.industry = Some("retail".to_owned());
    cache.apply(updated(left));
    assert_eq!((cache.ids(&food), cache.list(&food).meta.total), (Vec::new(), 0));
}

#[test]
fn a_full_page_pushes_its_last_row_to_the_next() {
    let rows = vec![business(1, 1, "A"), business(2, 1, "C"), business(3, 1, "D")];
    let cache = Cache::new().with_list(&by_name(), page(rows, 10, 3));
    cache.apply(created(business(4, 1, "B")));
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
    cache.apply(created(business(9, 1, "Z")));
    cache.apply(created(business(10, 1, "Z")));
    assert_eq!((cache.ids(&search), cache.ids(&beyond)), (Vec::new(), vec![1, 2, 3]));
    assert_eq!(cache.server.asked(), Vec::<String>::new(), "not yet");
    assert_eq!(cache.asked().len(), 3, "each list once");
}

#[test]
fn a_deleted_business_leaves_every_list_and_stays_away() {
    let query = BusinessQuery::default();
    let cache = Cache::new().with_list(&query, page(vec![business(2, 1, "B"), business(1, 1, "A")], 2, 20));
    let gone = BusinessDeleted { id: BusinessId(2), version: 2 };
    cache.apply(event(EventPayload::BusinessDeleted(gone)));
    assert_eq!((cache.ids(&query), cache.list(&query).meta.total), (vec![1], 1));
    cache.apply(updated(business(2, 1, "B")));
    assert_eq!(cache.ids(&query), [1], "an older word of it does not bring it back");
}

#[test]
fn facets_are_asked_for_once_after_many_changes() {
    let mut cache = Cache::new();
    let options = queries::facets(&cache.api, BusinessQuery::default());
    cache.show(
        options,
        keys::businesses::facets(&BusinessQuery::default()),
        contract::stats::Facets::default(),
    );
    for id in 1..5 {
        cache.apply(created(business(id, 1, "A")));
        assert_eq!(cache.asked(), [""; 0], "other changes may follow");
    }
    cache.runtime.advance(super::SETTLE_FACETS - 4 * super::SETTLE);
    assert_eq!(cache.server.asked(), ["/api/businesses/facets"]);
}

#[test]
fn a_map_is_asked_for_anew_when_the_facets_are() {
    let mut cache = Cache::new();
    let query = MapQuery { within: "24,60,25,61".parse().ok(), ..MapQuery::default() };
    cache.show(
        queries::business_map(&cache.api, query.clone()),
        keys::businesses::map(&query),
        BusinessMap::default(),
    );
    for id in 1..5 {
        cache.apply(created(business(id, 1, "A")));
        assert_eq!(cache.asked(), [""; 0], "other changes may follow");
    }
    cache.runtime.advance(super::SETTLE_FACETS - 4 * super::SETTLE);
    assert_eq!(cache.server.asked(), ["/api/businesses/map?within=24%2C60%2C25%2C61"]);
}

fn bulk(ids: std::ops::RangeInclusive<i64>) -> Event {
    let ids: Vec<_> = ids.map(BusinessId).collect();
    let versions = vec![2; ids.len()];
    event(EventPayload::BusinessesBulkUpdated(BulkUpdated { ids, versions }))
}

#[test]
fn the_rows_of_a_bulk_change_are_asked_for_in_one_request_and_placed() {
    let query = BusinessQuery::default();
    let cache = Cache::new().with_list(&query, page(vec![business(1, 1, "old")], 1, 20));
    let rows = vec![business(2, 1, "B"), business(1, 2, "new")];
    cache.server.answer("/api/businesses", page(rows, 2, 200));
    cache.apply(bulk(1..=2));
    assert_eq!(cache.ids(&query), [2, 1]);
    assert_eq!((cache.list(&query).data[1].name.as_str(), cache.list(&query).meta.total), ("new", 2));
    assert_eq!(cache.asked(), ["/api/businesses?ids=1%2C2&limit=200"]);
}

#[test]
fn a_bulk_change_of_more_than_a_request_brings_invalidates_what_is_on_screen() {
    let query = BusinessQuery::default();
    let cache = Cache::new()
        .with_list(&query, page(vec![business(1, 1, "old")], 1, 20))
        .with_detail(business(201, 1, "old"))
        .with_detail(business(900, 1, "other"));
    cache.apply(bulk(1..=201));
    let mut asked = cache.asked();
    asked.sort();
    assert_eq!(asked, ["/api/businesses", "/api/businesses/201"]);
}

#[test]
fn the_servers_word_takes_the_place_of_what_a_mutation_showed() {
    let cache = Cache::new().with_detail(business(1, 1, "A"));
    let accepted = JobAccepted { job_id: job(1).job_id, status: JobStatus::Pending };
    cache.server.answer("/api/enrichment/1", accepted);
    let enrich = requery::MutationObserver::new(&cache.client, mutations::enrich_business(&cache.api));
    drop(enrich.mutate(BusinessId(1)));
    cache.runtime.run_until_stalled();
    let status = |cache: &Cache| cache.detail(1).business.enrichment_status;
    assert_eq!(status(&cache), EnrichmentStatus::Enriching);
    let mut failed = business(1, 2, "A");
    failed.enrichment_status = EnrichmentStatus::Failed;
    cache.apply(updated(failed));
    assert_eq!((status(&cache), cache.client.layer_count()), (EnrichmentStatus::Failed, 0));
}

/// The trap of every cache that is fed by events: an answer that was on its way when the event arrived.
#[test]
fn an_event_during_a_fetch_is_applied_over_its_older_result() {
    let query = BusinessQuery::default();
    let mut cache = Cache::new();
    let runtime = cache.runtime.clone();
    cache.server.answer("/api/businesses", page(vec![business(1, 1, "old")], 1, 20));
    let slow = cache.api.with(Slow(runtime.clone()));
    let slow = queries::business_list(&slow, &cache.connection, query.clone());
    cache.shown.push(QueryObserver::new(&cache.client, slow).subscribe(|_| {}));
    runtime.advance(Duration::from_millis(50));
    cache.apply(updated(business(1, 2, "new")));
    cache.apply(created(business(2, 1, "also new")));
    runtime.advance(Duration::from_millis(100));
    let shown = cache.list(&query);
    assert_eq!(shown.data.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["also new", "new"]);
    assert_eq!(shown.meta.total, 2);
}

#[test]
fn progress_is_merged_by_version_wherever_the_job_is_shown() {
    let mut cache = Cache::new();
    let id = job(1).job_id;
    let status = queries::scrape_status(&cache.api, &cache.connection, id);
    let list = queries::scrape_jobs(&cache.api, &cache.connection);
    cache.server.answer("/api/scraper/jobs", vec![job(1)]);
    cache.show(status.stale_time(StaleTime::Never), keys::scraper::status(id), job(1));
    cache.show(list.stale_time(StaleTime::Never), keys::scraper::jobs(), vec![job(1)]);
    let counts = JobCounts { found: 5, saved: 5, ..JobCounts::default() };
    let moved = |version, done| {
        let progress = JobProgress { done, total: Some(10), ..JobProgress::default() };
        event(EventPayload::ScrapingProgress(JobMoved { job_id: id, version, progress, counts }))
    };
    cache.apply(moved(3, 5));
    cache.apply(moved(2, 2));
    let shown = |cache: &Cache| cache.client.get_query_data::<Job>(keys::scraper::status(id)).unwrap();
    let job = shown(&cache);
    assert_eq!((job.status, job.progress.done, job.counts.saved), (JobStatus::Running, 5, 5));
    let listed: Arc<Vec<Job>> = cache.client.get_query_data(keys::scraper::jobs()).unwrap();
    assert_eq!(listed[0].version, 3);
    assert_eq!(cache.asked(), Vec::<String>::new(), "progress says all that changed");
    cache.apply(event(EventPayload::ScrapingComplete(ScrapingComplete { job_id: id, version: 4, counts })));
    let late = JobUpdated { job_id: id, version: 2, status: JobStatus::Running };
    cache.apply(event(EventPayload::JobUpdated(late)));
    assert_eq!(shown(&cache).status, JobStatus::Completed);
    assert!(
        cache.asked().contains(&format!("/api/scraper/status/{id}")),
        "its end changed more than it says"
    );
}

#[test]
fn versions_of_another_log_begin_anew() {
    let query = BusinessQuery::default();
    let cache = Cache::new().with_list(&query, page(vec![business(1, 5, "before")], 1, 20));
    cache.server.answer("/api/businesses", page(vec![business(1, 2, "set back")], 1, 20));
    cache.bridge.reset(false);
    cache.runtime.run_until_stalled();
    assert_eq!(cache.list(&query).data[0].name, "before");
    cache.bridge.reset(true);
    cache.runtime.run_until_stalled();
    assert_eq!(cache.list(&query).data[0].name, "set back");
}
