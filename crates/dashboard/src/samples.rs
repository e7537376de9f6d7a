//! Made-up values for the style page, the preview and the tests: the only data here that no source told.

use contract::job::{JobCounts, JobProgress};
use contract::stats::{Count, DayCount};
use contract::{
    Business, BusinessId, EnrichmentStatus, Job, JobId, JobKind, JobStatus, OperatingStatus, Socials,
    SourceRef, Stats, Timestamp,
};

/// The present of the samples: 2026-05-10T12:00:00Z.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(1_778_414_400_000)
}

/// `minutes` before [`now`].
pub(crate) fn ago(minutes: i64) -> Timestamp {
    Timestamp::from_millis(now().as_millis() - minutes * 60_000)
}

/// A restaurant in Helsinki with everything that a place source tells.
pub(crate) fn business(id: i64, name: &str) -> Business {
    #[expect(clippy::cast_precision_loss, reason = "a sample's id is small")]
    let step = (id % 40) as f64 * 0.0004;
    Business {
        id: BusinessId(id),
        version: 1,
        name: name.to_owned(),
        category: Some("restaurant".to_owned()),
        industry: Some("food".to_owned()),
        street: Some(format!("Esimerkkikatu {id}")),
        city: Some("Helsinki".to_owned()),
        state: None,
        postal_code: Some("00100".to_owned()),
        country: Some("FI".to_owned()),
        latitude: Some(60.1659 + step),
        longitude: Some(24.9484 - step * 1.7),
        phone: Some(format!("+3589123{id:04}")),
        phone_display: Some(format!("09 123{id:04}")),
        email: None,
        website: Some("https://www.example.fi/lounas".to_owned()),
        socials: Socials::default(),
        opening_hours: Some("Mo-Fr 11:00-22:00; Sa 12:00-23:00".to_owned()),
        employee_count: None,
        year_founded: None,
        description: None,
        chain: false,
        operating_status: OperatingStatus::Open,
        confidence: Some(0.9),
        sources: vec![SourceRef {
            source: "openstreetmap".to_owned(),
            source_id: format!("node/{id}"),
            fetched_at: ago(90),
            licence: Some("ODbL-1.0".to_owned()),
        }],
        enrichment_status: EnrichmentStatus::Pending,
        enrichment_error: None,
        tags: Vec::new(),
        notes: None,
        contact_count: 0,
        created_at: ago(90),
        updated_at: ago(60),
    }
}

/// A search that stands at `status`.
pub(crate) fn search(status: JobStatus, request: serde_json::Value) -> Job {
    let finished = status.is_finished();
    Job {
        job_id: JobId(uuid::Uuid::from_u128(0x019f_0000_0000_7000_8000_0000_0000_0001)),
        version: 1,
        kind: JobKind::Scrape,
        status,
        cancel_requested: false,
        request,
        progress: JobProgress::default(),
        counts: JobCounts::default(),
        result: None,
        error: None,
        attempt: 1,
        max_attempts: 3,
        parent_id: None,
        created_by: None,
        created_at: ago(2),
        started_at: Some(ago(2)),
        finished_at: finished.then(|| ago(1)),
    }
}

/// A search in the midst of its work.
pub(crate) fn running_search() -> Job {
    let request = serde_json::json!({
        "location": "Helsinki", "category": "restaurant", "radiusKm": 1.0, "maxResults": 500,
        "resolved": {"location": "Helsinki, Finland", "latitude": 60.1699, "longitude": 24.9384, "category": "restaurant"},
    });
    Job {
        progress: JobProgress {
            done: 312,
            total: Some(500),
            stage: "saving".to_owned(),
            message: Some("Saving restaurants".to_owned()),
        },
        counts: JobCounts {
            found: 312,
            saved: 268,
            merged: 31,
            rejected: 2,
            closed: 11,
            suppressed: 0,
            failed: 0,
        },
        ..search(JobStatus::Running, request)
    }
}

/// Figures that agree with themselves.
pub(crate) fn stats() -> Stats {
    let count = |value: &str, count| Count { value: value.to_owned(), count };
    let per_day = [
        0, 0, 12, 40, 0, 0, 3, 18, 25, 60, 0, 0, 7, 0, 0, 120, 90, 0, 0, 14, 33, 0, 51, 0, 0, 268, 0, 9, 77,
        312,
    ];
    let created_per_day: Vec<DayCount> = per_day
        .into_iter()
        .enumerate()
        .map(|(day, count)| {
            let back = i64::try_from(29 - day).unwrap_or(0);
            DayCount { date: ago(back * 1440).date(), count }
        })
        .collect();
    Stats {
        total: 2341,
        pending: 2100,
        enriching: 3,
        enriched: 230,
        failed: 8,
        total_contacts: 412,
        with_email: 230,
        with_phone: 1204,
        with_website: 1677,
        by_city: vec![count("Helsinki", 2105), count("Espoo", 201), count("Vantaa", 35)],
        by_industry: vec![count("food", 1490), count("beauty", 551), count("retail", 300)],
        by_category: vec![
            count("restaurant", 890),
            count("cafe", 402),
            count("hairdresser", 351),
            count("fast_food", 198),
            count("clothes", 140),
            count("beauty_salon", 120),
        ],
        by_source: vec![count("openstreetmap", 2341)],
        created_per_day,
    }
}
