//! Reading jobs.

use contract::job::{FailedJobQuery, JobQuery};
use contract::page::{DEFAULT_LIMIT, MAX_LIMIT};
use contract::{Job, JobId, JobKind, JobStatus, Page, PageMeta};
use serde::{Deserialize, Serialize};

use super::row;
use crate::codec::json;
use crate::cursor;
use crate::snapshot::Snapshot;
use crate::sql::{Columns, Sql};
use crate::{Store, StoreError};

/// A job's place in a list of jobs.
#[derive(Serialize, Deserialize)]
struct Place {
    /// Kind and status of the list.
    #[serde(rename = "l")]
    list: (Option<JobKind>, Option<JobStatus>),
    /// The page that begins after the job.
    #[serde(rename = "p")]
    page: u32,
    /// The job.
    #[serde(rename = "i")]
    id: JobId,
}

impl Store {
    /// The job, if there is one with this id.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn get_job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let mut sql = Sql::new(self.backend(), "SELECT ");
        sql.push(row::COLUMNS).push(" FROM jobs WHERE id = ").bind(id.to_string());
        row::optional(sql, self.reader()).await
    }

    /// A page of jobs, the newest first.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`] if the cursor is not one of this list.
    pub async fn list_jobs(&self, query: &JobQuery) -> Result<Page<Job>, StoreError> {
        let place = place_of(query)?;
        let page = place.as_ref().map_or(1, |place| place.page);
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
        let snapshot = self.snapshot().await?;
        let mut jobs = snapshot.jobs_after(query, place, limit).await?;
        let goes_on = jobs.len() > limit as usize;
        jobs.truncate(limit as usize);
        let next = jobs.last().filter(|_| goes_on).map(|job| {
            let next =
                Place { list: (query.kind, query.status), page: page.saturating_add(1), id: job.job_id };
            json(&next).map(|text| cursor::encode_text(&text))
        });
        let total = snapshot.count_jobs(query).await?;
        Ok(Page { data: jobs, meta: PageMeta::new(total, page, limit, next.transpose()?) })
    }

    /// A page of failed jobs, the newest first.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`] if the cursor is not one of this list.
    pub async fn failed_jobs(&self, query: &FailedJobQuery) -> Result<Page<Job>, StoreError> {
        let query = JobQuery {
            kind: None,
            status: Some(JobStatus::Failed),
            limit: query.limit,
            cursor: query.cursor.clone(),
        };
        self.list_jobs(&query).await
    }

    /// The newest searches for places, at most `limit`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn recent_scrapes(&self, limit: u32) -> Result<Vec<Job>, StoreError> {
        let query = JobQuery { kind: Some(JobKind::Scrape), limit: Some(limit), ..JobQuery::default() };
        Ok(self.list_jobs(&query).await?.data)
    }
}

impl Snapshot {
    /// One job more than the page, to tell whether there is a next page.
    async fn jobs_after(
        &self,
        query: &JobQuery,
        place: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let mut sql = self.sql("SELECT ");
        sql.push(row::COLUMNS).push(" FROM jobs");
        write_filter(&mut sql, query);
        if let Some(place) = place {
            sql.and().push("id < ").bind(place.id.to_string());
        }
        sql.push(" ORDER BY id DESC LIMIT ").bind(i64::from(limit) + 1);
        sql.all(self.connection()).await?.iter().map(row::decode).collect()
    }

    async fn count_jobs(&self, query: &JobQuery) -> Result<u64, StoreError> {
        let mut sql = self.sql("SELECT count(*) FROM jobs");
        write_filter(&mut sql, query);
        sql.one(self.connection()).await?.map_or(Ok(0), |row| row.count(0))
    }
}

fn place_of(query: &JobQuery) -> Result<Option<Place>, StoreError> {
    let Some(text) = &query.cursor else { return Ok(None) };
    let place: Place = cursor::decode(text)?;
    if place.list == (query.kind, query.status) { Ok(Some(place)) } else { Err(StoreError::BadCursor) }
}

fn write_filter(sql: &mut Sql, query: &JobQuery) {
    if let Some(kind) = query.kind {
        sql.and().push("kind = ").bind(kind.as_str());
    }
    if let Some(status) = query.status {
        sql.and().push("status = ").bind(status.as_str());
    }
}
