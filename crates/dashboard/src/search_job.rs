//! What a job's request says: a title for people and, of a search, its area.

use contract::job::JobCounts;
use contract::{BusinessQuery, GeoPoint, Job, JobKind, JobStatus, ScrapeRequest};
use serde_json::Value;

use crate::format;

/// A search as its job describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchJob {
    /// What was asked for.
    pub request: ScrapeRequest,
    /// The place's full name, where the server resolved it.
    pub place: String,
    /// The place's point, where it is known.
    pub centre: Option<GeoPoint>,
    /// The trade's slug, where it was given and is known.
    pub category: Option<String>,
}

impl SearchJob {
    /// The search that `job` makes; none for a job of another kind.
    #[must_use]
    pub fn of(job: &Job) -> Option<Self> {
        if job.kind != JobKind::Scrape {
            return None;
        }
        let request = request_of(&job.request);
        let resolved = job.request.get("resolved").unwrap_or(&Value::Null);
        let text = |name: &str| resolved.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| resolved.get(name).and_then(Value::as_f64);
        let centre = number("latitude")
            .zip(number("longitude"))
            .and_then(|(latitude, longitude)| GeoPoint::new(latitude, longitude));
        Some(Self {
            place: text("location").unwrap_or_else(|| request.location.clone()),
            centre: centre.or_else(|| request.location.parse().ok()),
            category: text("category").or_else(|| request.category.clone()),
            request,
        })
    }

    /// `Restaurant within 1 km of Helsinki`.
    #[must_use]
    pub fn title(&self) -> String {
        let trade = self.category.as_deref().map_or_else(|| "All trades".to_owned(), format::label);
        let named = self.request.query.as_ref().map(|words| format!(" named “{words}”")).unwrap_or_default();
        let radius = format::distance(self.request.radius_or_default());
        format!("{trade}{named} within {radius} of {}", self.place)
    }

    /// The leads in the area that answer the search, nearest first; without a centre, those that were stored
    /// since `job` began.
    #[must_use]
    pub fn leads(&self, job: &Job) -> BusinessQuery {
        let found = BusinessQuery {
            category: self.category.clone(),
            search: self.request.query.clone(),
            ..Default::default()
        };
        match self.centre {
            Some(centre) => BusinessQuery {
                near: Some(centre),
                radius_km: Some(self.request.radius_or_default()),
                ..found
            },
            None => BusinessQuery { created_after: Some(job.created_at), ..found },
        }
    }
}

/// The request's fields, also where the stored request has more of them than the contract's type.
fn request_of(value: &Value) -> ScrapeRequest {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    ScrapeRequest {
        location: text("location").unwrap_or_default(),
        category: text("category"),
        query: text("query"),
        radius_km: value.get("radiusKm").and_then(Value::as_f64),
        max_results: value.get("maxResults").and_then(Value::as_u64).and_then(|max| u32::try_from(max).ok()),
        source: text("source"),
    }
}

/// What a job does, in words.
#[must_use]
pub fn title(job: &Job) -> String {
    let named = |name: &str| job.request.get(name).and_then(Value::as_str);
    match job.kind {
        JobKind::Scrape => SearchJob::of(job).map(|search| search.title()).unwrap_or_default(),
        JobKind::Import => format!("Import {}", named("name").or(named("path")).unwrap_or("a file")),
        JobKind::Export => "Export leads".to_owned(),
        JobKind::Enrich => "Enrich a lead".to_owned(),
        JobKind::BatchEnrich => "Enrich many leads".to_owned(),
        JobKind::Bulk => "Change many leads".to_owned(),
    }
}

/// What a job counted, in words: of a batch how many businesses are done.
#[must_use]
pub fn counted(job: &Job) -> String {
    let counts = job.counts;
    match job.kind {
        JobKind::BatchEnrich if counts.failed > 0 => {
            format!("{} done, {} of them failed", format::number(counts.found), format::number(counts.failed))
        }
        JobKind::BatchEnrich if counts.found > 0 => format!("{} done", format::number(counts.found)),
        JobKind::BatchEnrich => String::new(),
        _ => summary(&counts),
    }
}

/// Where a job stands, in words for people.
#[must_use]
pub fn status_label(job: &Job) -> &'static str {
    match job.status {
        JobStatus::Pending | JobStatus::Running if job.cancel_requested => "Stopping",
        JobStatus::Pending if job.attempt > 0 => "Waiting to try again",
        status => word(status),
    }
}

/// The status in a word for people.
#[must_use]
pub fn word(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Pending => "Waiting",
        JobStatus::Running => "Running",
        JobStatus::Completed => "Done",
        JobStatus::Failed => "Failed",
        JobStatus::Cancelled => "Cancelled",
    }
}

/// `120 found: 90 new, 25 merged, 5 closed`; what is zero is left out.
#[must_use]
pub fn summary(counts: &JobCounts) -> String {
    let parts = [
        (counts.saved, "new"),
        (counts.merged, "merged"),
        (counts.rejected, "rejected"),
        (counts.closed, "closed"),
        (counts.suppressed, "with an address left out"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", format::number(count)))
        .collect();
    let found = format!("{} found", format::number(counts.found));
    if parts.is_empty() { found } else { format!("{found}: {}", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use contract::job::JobProgress;
    use contract::{JobId, Timestamp};
    use serde_json::json;

    use super::*;

    fn job(kind: JobKind, request: Value) -> Job {
        Job {
            job_id: JobId(uuid::Uuid::nil()),
            version: 1,
            kind,
            status: JobStatus::Running,
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
            created_at: Timestamp::from_millis(1_777_887_000_000),
            started_at: None,
            finished_at: None,
        }
    }

    #[test]
    fn a_plain_request_is_titled_and_listed_by_time() {
        let job =
            job(JobKind::Scrape, json!({"location": "Helsinki", "category": "restaurant", "radiusKm": 1.0}));
        assert_eq!(title(&job), "Restaurant within 1 km of Helsinki");
        let leads = SearchJob::of(&job).unwrap().leads(&job);
        assert_eq!((leads.near, leads.created_after), (None, Some(job.created_at)));
    }

    #[test]
    fn a_resolved_request_is_listed_by_its_area() {
        let job = job(
            JobKind::Scrape,
            json!({"location": "helsinki", "category": "eatery", "query": "sushi", "resolved": {
                "location": "Helsinki, Finland", "latitude": 60.1695, "longitude": 24.9354,
                "category": "restaurant"}}),
        );
        let search = SearchJob::of(&job).unwrap();
        assert_eq!(search.title(), "Restaurant named “sushi” within 5 km of Helsinki, Finland");
        let leads = search.leads(&job);
        assert_eq!(leads.near, GeoPoint::new(60.1695, 24.9354));
        assert_eq!((leads.radius_km, leads.category.as_deref()), (Some(5.0), Some("restaurant")));
        assert_eq!(leads.validate(), Ok(()));
    }

    #[test]
    fn coordinates_are_their_own_centre() {
        let job = job(JobKind::Scrape, json!({"location": "60.1699, 24.9384"}));
        let search = SearchJob::of(&job).unwrap();
        assert_eq!(search.centre, GeoPoint::new(60.1699, 24.9384));
        assert_eq!(search.title(), "All trades within 5 km of 60.1699, 24.9384");
    }

    #[test]
    fn other_jobs_are_no_searches() {
        let job = job(JobKind::Import, json!({"path": "/data/places.csv", "name": "places.csv"}));
        assert_eq!(SearchJob::of(&job), None);
        assert_eq!(title(&job), "Import places.csv");
    }

    #[test]
    fn a_stop_that_is_under_way_is_said() {
        let mut job = job(JobKind::Scrape, json!({}));
        assert_eq!(status_label(&job), "Running");
        job.cancel_requested = true;
        assert_eq!(status_label(&job), "Stopping");
        job.status = JobStatus::Cancelled;
        assert_eq!(status_label(&job), "Cancelled");
    }

    #[test]
    fn the_summary_leaves_out_what_did_not_occur() {
        let counts = JobCounts { found: 1200, saved: 1000, merged: 200, ..Default::default() };
        assert_eq!(summary(&counts), "1,200 found: 1,000 new, 200 merged");
        assert_eq!(summary(&JobCounts::default()), "0 found");
    }
}
