//! Batches: a job that no worker takes, made of member jobs that workers do. Whatever happens to a member is counted in
//! its batch in the same transaction. Members are locked before their batch, everywhere.

use std::collections::HashSet;

use contract::{BusinessId, Job, JobCounts, JobId, JobProgress, JobStatus};
use serde_json::json as value;

use super::queue::{INSERTED, values};
use super::{report, row};
use crate::codec::json;
use crate::sql::{Columns, Sql, bulk_runs};
use crate::{CancelResult, NewJob, RetryResult, Store, StoreError, WriteTx};

/// Members that one statement writes.
const BULK_MEMBERS: usize = 64;

/// How many members of a batch stand where.
#[derive(Clone, Copy, Debug, Default)]
struct Standing {
    pending: u64,
    running: u64,
    completed: u64,
    failed: u64,
    cancelled: u64,
}

impl Standing {
    fn finished(self) -> u64 {
        self.completed + self.failed + self.cancelled
    }

    fn total(self) -> u64 {
        self.finished() + self.pending + self.running
    }

    fn status(self, cancel_requested: bool) -> JobStatus {
        if self.finished() < self.total() {
            let begun = self.running > 0 || self.finished() > 0;
            return if begun { JobStatus::Running } else { JobStatus::Pending };
        }
        match self {
            _ if cancel_requested && self.cancelled > 0 => JobStatus::Cancelled,
            Self { completed: 0, failed: 1.., .. } => JobStatus::Failed,
            Self { completed: 0, .. } => JobStatus::Cancelled,
            _ => JobStatus::Completed,
        }
    }

    fn progress(self) -> JobProgress {
        let stage = if self.finished() < self.total() { "working" } else { "done" };
        JobProgress {
            done: self.finished(),
            total: Some(self.total()),
            stage: stage.to_owned(),
            message: Some(format!("{} of {} done", self.finished(), self.total())),
        }
    }

    fn counts(self) -> JobCounts {
        JobCounts {
            found: self.finished(),
            saved: self.completed,
            failed: self.failed,
            ..JobCounts::default()
        }
    }
}

impl WriteTx {
    /// Puts a batch into the queue: `batch`, which no worker takes, and its members, which workers do. If the batch has an
    /// idempotency key under which one was made within the last 24 hours, that one is returned and nothing is made.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the job under the key was asked for something else.
    pub async fn enqueue_batch(&mut self, batch: NewJob, members: Vec<NewJob>) -> Result<Job, StoreError> {
        self.release_old_key(&batch).await?;
        let total = Standing { pending: members.len() as u64, ..Standing::default() };
        let fresh = Job { progress: total.progress(), ..self.fresh_job(&batch) };
        let Some(made) = self.insert_job(&fresh, &batch, None, None).await? else {
            return self.job_under_key(&batch).await;
        };
        let inserted = self.insert_members(made.job.job_id, members).await;
        self.guard(inserted)?;
        Ok(made.job)
    }

    async fn insert_members(&self, batch: JobId, members: Vec<NewJob>) -> Result<(), StoreError> {
        let due_at = Some(self.now().as_millis());
        let table = format!("jobs ({INSERTED})");
        for run in bulk_runs(&members, BULK_MEMBERS) {
            let rows = run.iter().map(|member| {
                let member = NewJob { parent_id: Some(batch), ..member.clone() };
                values(&self.fresh_job(&member), &member, None, due_at)
            });
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            Sql::bulk_insert(self.backend(), &table, rows, "").execute(self.connection()).await?;
        }
        Ok(())
    }

    /// Tells that a job went from one status to another, lets go of its business if it is over, and counts it in its batch.
    pub(super) async fn transitioned(&mut self, job: &Job) -> Result<(), StoreError> {
        self.append_events([report::of_transition(job)]);
        self.leave_subject(job).await?;
        match job.parent_id {
            Some(batch) => self.roll_up(batch).await.map(drop),
            None => Ok(()),
        }
    }

    /// Counts the members of a batch in it. `None` if the batch is gone.
    async fn roll_up(&mut self, id: JobId) -> Result<Option<Job>, StoreError> {
        let batch = match self.lock_job(id).await {
            Ok(batch) => batch,
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let standing = self.standing(id).await?;
        let status = standing.status(batch.cancel_requested);
        let now = self.now().as_millis();
        let finished_at = status.is_finished().then_some(now);
        let result = status.is_finished().then(|| {
            let Standing { completed, failed, cancelled, .. } = standing;
            json(&value!({ "completed": completed, "failed": failed, "cancelled": cancelled }))
        });
        let error = (status == JobStatus::Failed).then(|| format!("none of {} succeeded", standing.total()));
        let mut change = self.change_job("status = ");
        change.bind(status.as_str()).push(", progress = ").bind(json(&standing.progress())?);
        change.push(", counts = ").bind(json(&standing.counts())?);
        change.push(", result = ").bind(result.transpose()?).push(", error = ").bind(error);
        change.push(", finished_at = ").bind(finished_at);
        if status != JobStatus::Pending {
            change.push(", attempt = 1, started_at = coalesce(started_at, ").bind(now).push(")");
        }
        change.push(" WHERE id = ").bind(id.to_string()).push(" RETURNING ").push(row::COLUMNS);
        let after = row::optional(change, self.connection()).await?;
        self.append_events(after.iter().map(|after| {
            if after.status == batch.status {
                report::of_progress(after)
            } else {
                report::of_transition(after)
            }
        }));
        Ok(after)
    }

    async fn standing(&self, batch: JobId) -> Result<Standing, StoreError> {
        let mut sql = self.sql("SELECT status, count(*) FROM jobs WHERE parent_id = ");
        sql.bind(batch.to_string()).push(" GROUP BY status");
        let mut standing = Standing::default();
        for found in sql.all(self.connection()).await? {
            let count = found.count(1)?;
            match crate::codec::word(&found.column::<String>(0)?)? {
                JobStatus::Pending => standing.pending = count,
                JobStatus::Running => standing.running = count,
                JobStatus::Completed => standing.completed = count,
                JobStatus::Failed => standing.failed = count,
                JobStatus::Cancelled => standing.cancelled = count,
            }
        }
        Ok(standing)
    }

    /// Locks the members of a job; whether it has any.
    pub(super) async fn lock_members(&self, batch: JobId) -> Result<bool, StoreError> {
        let mut sql = self.sql("SELECT id FROM jobs WHERE parent_id = ");
        sql.bind(batch.to_string()).push(" ORDER BY id").push(self.backend().lock_rows());
        Ok(!sql.all(self.connection()).await?.is_empty())
    }

    /// Stops the members that are not finished: those that wait at once, those that run through their workers.
    pub(super) async fn cancel_batch(&mut self, batch: &Job) -> Result<CancelResult, StoreError> {
        let id = batch.job_id.to_string();
        let now = self.now().as_millis();
        let mut sql = self.change_job("status = 'cancelled', due_at = NULL, finished_at = ");
        sql.bind(now).push(" WHERE status = 'pending' AND parent_id = ").bind(id.as_str());
        sql.execute(self.connection()).await?;
        self.leave_subjects_of_cancelled(batch.job_id).await?;
        let mut sql = self.change_job("cancel_requested = ");
        sql.bind(true).push(" WHERE status = 'running' AND parent_id = ").bind(id.as_str());
        sql.push(" RETURNING ").push(row::COLUMNS);
        let running = sql.all(self.connection()).await?;
        for job in &running {
            self.append_events([report::of_transition(&row::decode(job)?)]);
        }
        let mut sql = self.change_job("cancel_requested = ");
        sql.bind(true).push(" WHERE id = ").bind(id);
        sql.execute(self.connection()).await?;
        let after = self.roll_up(batch.job_id).await?;
        let after = after.ok_or_else(|| StoreError::not_found("job", batch.job_id))?;
        let is_over = after.status.is_finished();
        Ok(if is_over { CancelResult::Cancelled(after) } else { CancelResult::Requested(after) })
    }

    /// Puts the members that failed or were cancelled back into the queue.
    pub(super) async fn retry_batch(&mut self, batch: Job) -> Result<RetryResult, StoreError> {
        let now = self.now().as_millis();
        let mut sql =
            self.change_job("status = 'pending', error = NULL, finished_at = NULL, cancel_requested = ");
        sql.bind(false).push(", due_at = ").bind(now);
        sql.push(", max_attempts = CASE WHEN max_attempts > attempt THEN max_attempts ELSE attempt + 1 END");
        sql.push(" WHERE status IN ('failed', 'cancelled') AND parent_id = ").bind(batch.job_id.to_string());
        if sql.execute(self.connection()).await? == 0 {
            return Ok(RetryResult::NotRetryable(batch));
        }
        self.resume_batch(batch.job_id).await?;
        let after = self.roll_up(batch.job_id).await?;
        after.map(RetryResult::Retried).ok_or_else(|| StoreError::not_found("job", batch.job_id))
    }

    /// Forgets that a batch was to be stopped: a member of it is wanted again.
    pub(super) async fn resume_batch(&self, batch: JobId) -> Result<(), StoreError> {
        let mut sql = self.sql("UPDATE jobs SET cancel_requested = ");
        sql.bind(false).push(" WHERE id = ").bind(batch.to_string());
        sql.execute(self.connection()).await.map(drop)
    }
}

impl Store {
    /// The members of a batch in the order in which they were asked for.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn batch_members(&self, batch: JobId) -> Result<Vec<Job>, StoreError> {
        let mut sql = Sql::new(self.backend(), "SELECT ");
        sql.push(row::COLUMNS).push(" FROM jobs WHERE parent_id = ").bind(batch.to_string());
        sql.push(" ORDER BY id");
        sql.all(self.reader()).await?.iter().map(row::decode).collect()
    }

    /// The job that waits or runs to enrich the business, if there is one.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn active_enrichment(&self, business: BusinessId) -> Result<Option<JobId>, StoreError> {
        let mut sql = Sql::new(self.backend(), "SELECT id FROM jobs WHERE subject = ");
        sql.bind(business.0).push(" AND status IN ('running', 'pending') ORDER BY status DESC, id LIMIT 1");
        let found = sql.one(self.reader()).await?;
        found.map(|row| row::id(&row.column::<String>(0)?)).transpose()
    }

    /// The businesses that jobs wait or run to enrich.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn businesses_in_enrichment(&self) -> Result<HashSet<BusinessId>, StoreError> {
        let text = "SELECT DISTINCT subject FROM jobs WHERE subject IS NOT NULL AND status IN ('running', 'pending')";
        let found = Sql::new(self.backend(), text).all(self.reader()).await?;
        found.iter().map(|row| row.column(0).map(BusinessId)).collect()
    }
}
