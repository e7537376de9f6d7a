//! What the stories share.

use contract::{Business, BusinessQuery, EventPayload, GeoPoint, Page, SourceRef, Timestamp};
use store::test_support::TestStore;
use store::{NewBusiness, Store};

/// A moment to count from.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_780_000_000_000 + seconds * 1000)
}

/// A business that has a name and nothing else.
pub(crate) fn named(name: &str) -> NewBusiness {
    NewBusiness::named(name, &name.to_lowercase())
}

/// A business with changes made to its row.
pub(crate) fn with(name: &str, change: impl FnOnce(&mut Business)) -> NewBusiness {
    let mut new = named(name);
    change(&mut new.business);
    new
}

/// A business at a place.
pub(crate) fn placed(name: &str, latitude: f64, longitude: f64) -> NewBusiness {
    with(name, |row| (row.latitude, row.longitude) = (Some(latitude), Some(longitude)))
}

pub(crate) fn source(source: &str, source_id: &str) -> SourceRef {
    SourceRef {
        source: source.to_owned(),
        source_id: source_id.to_owned(),
        fetched_at: at(0),
        licence: Some("ODbL-1.0".to_owned()),
    }
}

/// Stores the businesses in one transaction.
pub(crate) async fn insert(store: &Store, new: Vec<NewBusiness>) -> Vec<Business> {
    insert_at(store, at(0), new).await
}

pub(crate) async fn insert_at(store: &Store, now: Timestamp, new: Vec<NewBusiness>) -> Vec<Business> {
    let mut tx = store.begin_at(now).await.unwrap();
    let rows = tx.insert_businesses(new).await.unwrap();
    tx.commit().await.unwrap();
    rows
}

/// Stores businesses of which nothing matters but their names.
pub(crate) async fn insert_named(db: &TestStore, names: &[&str]) -> Vec<Business> {
    insert(db.store(), names.iter().map(|name| named(name)).collect()).await
}

/// A query as it stands in a URL, in JSON for brevity.
pub(crate) fn query(json: serde_json::Value) -> BusinessQuery {
    let query: BusinessQuery = serde_json::from_value(json).unwrap();
    query.validate().unwrap();
    query
}

pub(crate) async fn list(db: &TestStore, json: serde_json::Value) -> Page<Business> {
    db.store().list_businesses(&query(json)).await.unwrap()
}

/// The names that a query finds, in its order.
pub(crate) async fn names(db: &TestStore, json: serde_json::Value) -> Vec<String> {
    let page = list(db, json).await;
    assert_eq!(page.meta.total, page.data.len() as u64, "the total of a single page is its length");
    names_of(&page)
}

pub(crate) fn names_of(page: &Page<Business>) -> Vec<String> {
    page.data.iter().map(|row| row.name.clone()).collect()
}

/// Every name of a list, read page by page by cursor.
pub(crate) async fn names_by_cursor(db: &TestStore, mut query: BusinessQuery) -> Vec<String> {
    let mut all = Vec::new();
    let mut pages = 0;
    loop {
        let page = db.store().list_businesses(&query).await.unwrap();
        pages += 1;
        assert_eq!(page.meta.page, pages);
        all.extend(names_of(&page));
        match page.meta.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => return all,
        }
    }
}

/// Every name of a list, read page by page by number.
pub(crate) async fn names_by_page(db: &TestStore, mut query: BusinessQuery) -> Vec<String> {
    let mut all = Vec::new();
    for page in 1.. {
        query.page = Some(page);
        let page = db.store().list_businesses(&query).await.unwrap();
        if page.data.is_empty() {
            return all;
        }
        all.extend(names_of(&page));
    }
    all
}

pub(crate) fn point(latitude: f64, longitude: f64) -> GeoPoint {
    GeoPoint::new(latitude, longitude).unwrap()
}

/// The event of least content.
pub(crate) fn tick() -> EventPayload {
    EventPayload::StatsUpdated {}
}

/// Commits a transaction of `count` events.
pub(crate) async fn append(store: &Store, count: usize) {
    let mut tx = store.begin().await.unwrap();
    tx.append_events(std::iter::repeat_with(tick).take(count));
    tx.commit().await.unwrap();
}
