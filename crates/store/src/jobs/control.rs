//! What people do to jobs: stop them, run them again, clear old ones away.

use contract::{Job, JobId, JobStatus, Timestamp};

use super::{report, row};
use crate::sql::Sql;
use crate::{CancelResult, RetryResult, Store, StoreError, WriteTx};

impl WriteTx {
    /// Stops a job: at once if it waits, through its worker if it runs.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn cancel_job(&mut self, id: JobId) -> Result<CancelResult, StoreError> {
        let job = self.lock_job(id).await?;
        match job.status {
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
    /// more attempt.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn retry_job(&mut self, id: JobId) -> Result<RetryResult, StoreError> {
        let job = self.lock_job(id).await?;
        if !matches!(job.status, JobStatus::Failed | JobStatus::Cancelled) {
            return Ok(RetryResult::NotRetryable(job));
        }
        let max_attempts = job.max_attempts.max(job.attempt.saturating_add(1));
        let now = self.now().as_millis();
        let mut change = self.change_job("status = 'pending', error = NULL, finished_at = NULL");
        change.push(", cancel_requested = ").bind(false).push(", due_at = ").bind(now);
        change.push(", max_attempts = ").bind(i64::from(max_attempts));
        Ok(RetryResult::Retried(self.apply(change, id).await?))
    }

    async fn lock_job(&self, id: JobId) -> Result<Job, StoreError> {
        let mut sql = self.sql("SELECT ");
        sql.push(row::COLUMNS).push(" FROM jobs WHERE id = ").bind(id.to_string());
        sql.push(self.backend().lock_rows());
        row::optional(sql, self.connection()).await?.ok_or_else(|| StoreError::not_found("job", id))
    }

    fn change_job(&self, set: &str) -> Sql {
        let mut sql = self.sql("UPDATE jobs SET version = version + 1, ");
        sql.push(set);
        sql
    }

    async fn apply(&mut self, mut change: Sql, id: JobId) -> Result<Job, StoreError> {
        change.push(" WHERE id = ").bind(id.to_string()).push(" RETURNING ").push(row::COLUMNS);
        let job = row::optional(change, self.connection()).await?;
        let job = job.ok_or_else(|| StoreError::not_found("job", id))?;
        self.append_events([report::of_transition(&job)]);
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
