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

/// What a list of jobs holds.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
struct ListOf(Option<JobKind>, Option<JobStatus>, Option<JobId>, bool);

impl ListOf {
    fn of(query: &JobQuery, with_members: bool) -> Self {
        Self(query.kind, query.status, query.parent_id, with_members)
    }

    fn write(self, sql: &mut Sql) {
        let Self(kind, status, parent, with_members) = self;
        if let Some(kind) = kind {
            sql.and().push("kind = ").bind(kind.as_str());
        }
        if let Some(status) = status {
            sql.and().push("status = ").bind(status.as_str());
        }
        match parent {
            Some(parent) => {
                sql.and().push("parent_id = ").bind(parent.to_string());
            }
            None if !with_members => {
                sql.and().push("parent_id IS NULL");
            }
            None => {}
        }
    }
}

/// A job's place in a list of jobs.
#[derive(Serialize, Deserialize)]
struct Place {
    /// Kind, status and batch of the list, and whether it holds the members of batches.
    #[serde(rename = "l")]
    list: ListOf,
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

    /// A page of jobs, the newest first: without the members of batches, unless they are asked for by their batch, or
    /// have failed and such jobs are asked for.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`] if the cursor is not one of this list.
    pub async fn list_jobs(&self, query: &JobQuery) -> Result<Page<Job>, StoreError> {
        let with_members = query.status == Some(JobStatus::Failed);
        self.jobs(ListOf::of(query, with_members), query).await
    }

    /// A page of failed jobs, the newest first: [`Store::list_jobs`] of that status.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`] if the cursor is not one of this list.
    pub async fn failed_jobs(&self, query: &FailedJobQuery) -> Result<Page<Job>, StoreError> {
        let (limit, cursor) = (query.limit, query.cursor.clone());
        let query = JobQuery { status: Some(JobStatus::Failed), limit, cursor, ..JobQuery::default() };
        self.list_jobs(&query).await
    }

    async fn jobs(&self, list: ListOf, query: &JobQuery) -> Result<Page<Job>, StoreError> {
        let place = place_of(list, query)?;
        let page = place.as_ref().map_or(1, |place| place.page);
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
        let snapshot = self.snapshot().await?;
        let mut jobs = snapshot.jobs_after(list, place, limit).await?;
        let goes_on = jobs.len() > limit as usize;
        jobs.truncate(limit as usize);
        let next = jobs.last().filter(|_| goes_on).map(|job| {
            let next = Place { list, page: page.saturating_add(1), id: job.job_id };
            json(&next).map(|text| cursor::encode_text(&text))
        });
        let total = snapshot.count_jobs(list).await?;
        Ok(Page { data: jobs, meta: PageMeta::new(total, page, limit, next.transpose()?) })
    }

    /// The oldest job that a worker has to bring to its end, if there is one.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn oldest_unfinished_job(&self) -> Result<Option<JobId>, StoreError> {
        let sql = Sql::new(self.backend(), "SELECT min(id) FROM jobs WHERE due_at IS NOT NULL");
        let oldest: Option<String> = sql.scalar(self.reader()).await?;
        oldest.as_deref().map(row::id).transpose()
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
        list: ListOf,
        place: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let mut sql = self.sql("SELECT ");
        sql.push(row::COLUMNS).push(" FROM jobs");
        list.write(&mut sql);
        if let Some(place) = place {
            sql.and().push("id < ").bind(place.id.to_string());
        }
        sql.push(" ORDER BY id DESC LIMIT ").bind(i64::from(limit) + 1);
        sql.all(self.connection()).await?.iter().map(row::decode).collect()
    }

    async fn count_jobs(&self, list: ListOf) -> Result<u64, StoreError> {
        let mut sql = self.sql("SELECT count(*) FROM jobs");
        list.write(&mut sql);
        sql.one(self.connection()).await?.map_or(Ok(0), |row| row.count(0))
    }
}

fn place_of(list: ListOf, query: &JobQuery) -> Result<Option<Place>, StoreError> {
    let Some(text) = &query.cursor else { return Ok(None) };
    let place: Place = cursor::decode(text)?;
    if place.list == list { Ok(Some(place)) } else { Err(StoreError::BadCursor) }
}
