//! What people do to jobs: stop them, run them again, clear old ones away.

use contract::job::RetryQuery;
use contract::{Job, JobId, JobStatus, Timestamp};

use super::causes::write_which;
use super::row;
use crate::sql::{Columns, Sql};
use crate::{CancelResult, RetryResult, Store, StoreError, WriteTx};

impl WriteTx {
    /// Stops a job: at once if it waits, through its worker if it runs; a batch with all its members.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn cancel_job(&mut self, id: JobId) -> Result<CancelResult, StoreError> {
        let is_batch = self.lock_members(id).await?;
        let job = self.lock_job(id).await?;
        match job.status {
            JobStatus::Pending | JobStatus::Running if is_batch => self.cancel_batch(&job).await,
            JobStatus::Pending => {
                let now = self.now().as_millis();
                let mut change = self.change_job("status = 'cancelled', due_at = NULL, finished_at = ");
                change.bind(now);
                Ok(CancelResult::Cancelled(self.apply(change, id).await?))
            }
            JobStatus::Running if job.cancel_requested => Ok(CancelResult::Requested(job)),
            JobStatus::Running => {
                let mut change = self.change_job("cancel_requested = ");
                change.bind(true);
                Ok(CancelResult::Requested(self.apply(change, id).await?))
            }
            JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled => {
                Ok(CancelResult::AlreadyFinished(job))
            }
        }
    }

    /// Puts a failed or cancelled job back into the queue; it goes on from its checkpoint, with at least one
    /// more attempt. Of a batch, the members that failed or were cancelled, and no others.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn retry_job(&mut self, id: JobId) -> Result<RetryResult, StoreError> {
        let is_batch = self.lock_members(id).await?;
        let job = self.lock_job(id).await?;
        if is_batch {
            return self.retry_batch(job).await;
        }
        if !matches!(job.status, JobStatus::Failed | JobStatus::Cancelled) {
            return Ok(RetryResult::NotRetryable(job));
        }
        if let Some(batch) = job.parent_id {
            self.resume_batch(batch).await?;
        }
        let max_attempts = job.max_attempts.max(job.attempt.saturating_add(1));
        let now = self.now().as_millis();
        let mut change = self.change_job("status = 'pending', error = NULL, finished_at = NULL");
        change.push(", cancel_requested = ").bind(false).push(", due_at = ").bind(now);
        change.push(", max_attempts = ").bind(i64::from(max_attempts));
        Ok(RetryResult::Retried(self.apply(change, id).await?))
    }

    pub(super) async fn lock_job(&self, id: JobId) -> Result<Job, StoreError> {
        let mut sql = self.sql("SELECT ");
        sql.push(row::COLUMNS).push(" FROM jobs WHERE id = ").bind(id.to_string());
        sql.push(self.backend().lock_rows());
        row::optional(sql, self.connection()).await?.ok_or_else(|| StoreError::not_found("job", id))
    }

    pub(super) fn change_job(&self, set: &str) -> Sql {
        let mut sql = self.sql("UPDATE jobs SET version = version + 1, ");
        sql.push(set);
        sql
    }

    pub(super) async fn apply(&mut self, mut change: Sql, id: JobId) -> Result<Job, StoreError> {
        change.push(" WHERE id = ").bind(id.to_string()).push(" RETURNING ").push(row::COLUMNS);
        let job = row::optional(change, self.connection()).await?;
        let job = job.ok_or_else(|| StoreError::not_found("job", id))?;
        self.transitioned(&job).await?;
        Ok(job)
    }
}

impl Store {
    /// Stops a job as a transaction of its own; see [`WriteTx::cancel_job`].
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn cancel_job(&self, id: JobId) -> Result<CancelResult, StoreError> {
        let mut tx = self.begin().await?;
        let result = tx.cancel_job(id).await?;
        tx.commit().await?;
        Ok(result)
    }

    /// Puts a job back into the queue as a transaction of its own; see [`WriteTx::retry_job`].
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn retry_job(&self, id: JobId) -> Result<RetryResult, StoreError> {
        let mut tx = self.begin().await?;
        let result = tx.retry_job(id).await?;
        tx.commit().await?;
        Ok(result)
    }

    /// Puts failed jobs back into the queue, those that `which` means, the oldest first and at most `most` of them; answers
    /// how many, and how many are left. Batches are retried by their members.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn retry_failed_jobs(&self, which: &RetryQuery, most: u32) -> Result<(u64, u64), StoreError> {
        let mut tx = self.begin().await?;
        let failed = " FROM jobs j WHERE j.status = 'failed' \
            AND NOT EXISTS (SELECT 1 FROM jobs m WHERE m.parent_id = j.id)";
        let mut sql = tx.sql("SELECT j.id");
        sql.push(failed);
        write_which(&mut sql, which);
        sql.push(" ORDER BY j.id LIMIT ").bind(i64::from(most));
        let ids = sql.all(tx.connection()).await?;
        let mut retried = 0;
        for found in &ids {
            let id = row::id(&found.column::<String>(0)?)?;
            retried += u64::from(matches!(tx.retry_job(id).await?, RetryResult::Retried(_)));
        }
        let mut sql = tx.sql("SELECT count(*)");
        sql.push(failed);
        write_which(&mut sql, which);
        let left: i64 = sql.scalar(tx.connection()).await?;
        tx.commit().await?;
        Ok((retried, u64::try_from(left).unwrap_or_default()))
    }

    /// Removes jobs that came to their end before, with their rejected records, and returns how many.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn prune_jobs(&self, finished_before: Timestamp) -> Result<u64, StoreError> {
        let tx = self.begin().await?;
        let mut sql = tx.sql("DELETE FROM jobs WHERE finished_at < ");
        sql.bind(finished_before.as_millis());
        let removed = sql.execute(tx.connection()).await?;
        tx.commit().await?;
        Ok(removed)
    }
}
