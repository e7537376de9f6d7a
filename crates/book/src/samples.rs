//! Sample data.

use contract::{
    Business, BusinessId, Job, JobCounts, JobId, JobKind, JobProgress, JobStatus, Page, PageMeta, Timestamp,
};

/// A restaurant in Helsinki, in its first version.
#[must_use]
pub fn business(id: i64, name: &str) -> Business {
    Business {
        version: 1,
        category: Some("restaurant".to_owned()),
        city: Some("Helsinki".to_owned()),
        ..Business::named(BusinessId(id), name, Timestamp::from_millis(id))
    }
}

/// The only page of a list, of 20 rows at most.
#[must_use]
pub fn page<T>(rows: impl IntoIterator<Item = T>) -> Page<T> {
    let data: Vec<T> = rows.into_iter().collect();
    let meta = PageMeta::new(data.len() as u64, 1, 20, None);
    Page { data, meta }
}

/// A search, always with the same id.
#[must_use]
pub fn job(version: u64, status: JobStatus) -> Job {
    Job {
        job_id: JobId(uuid::Uuid::from_u128(1)),
        version,
        kind: JobKind::Scrape,
        status,
        cancel_requested: false,
        request: serde_json::Value::Null,
        progress: JobProgress::default(),
        counts: JobCounts::default(),
        result: None,
        error: None,
        attempt: 1,
        max_attempts: 3,
        parent_id: None,
        created_by: None,
        created_at: Timestamp::from_millis(0),
        started_at: None,
        finished_at: None,
    }
}
