//! What one answer says agrees with itself while others write.

use contract::job::JobQuery;
use contract::{BusinessQuery, JobKind};
use serde_json::json;
use store::test_support::TestStore;
use store::{NewJob, Store};

use crate::support::*;

const WRITES: usize = 60;

/// One row a transaction, so that nearly every read falls between two of them.
async fn write(store: Store) {
    for turn in 0..WRITES {
        insert(&store, vec![placed(&format!("Café {turn}"), 60.17, 24.94)]).await;
        store.enqueue_job(NewJob::new(JobKind::Scrape, json!({"location": "Helsinki"}))).await.unwrap();
    }
}

async fn a_page_has_as_many_rows_as_its_total_says(db: TestStore) {
    let writing = tokio::spawn(write(db.store().clone()));
    let near = query(json!({"near": "60.17,24.94", "radiusKm": 1, "limit": 200}));
    let all = BusinessQuery { limit: Some(200), ..BusinessQuery::default() };
    let jobs = JobQuery { limit: Some(200), ..JobQuery::default() };
    let mut last = 0;
    while last < WRITES {
        for businesses in [&all, &near] {
            let page = db.store().list_businesses(businesses).await.unwrap();
            assert_eq!(page.data.len() as u64, page.meta.total);
        }
        let page = db.store().list_jobs(&jobs).await.unwrap();
        assert_eq!(page.data.len() as u64, page.meta.total);
        last = page.data.len();
    }
    writing.await.unwrap();
}

async fn figures_add_up(db: TestStore) {
    let writing = tokio::spawn(write(db.store().clone()));
    let mut total = 0;
    while total < WRITES as u64 {
        let stats = db.store().stats(at(0)).await.unwrap();
        let created: u64 = stats.created_per_day.iter().map(|day| day.count).sum();
        assert_eq!((created, stats.pending), (stats.total, stats.total));
        total = stats.total;
    }
    writing.await.unwrap();
}

store::stories!(a_page_has_as_many_rows_as_its_total_says, figures_add_up);
