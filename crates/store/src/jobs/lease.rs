//! What the holder of a lease writes. Every statement is fenced by job, owner and attempt.

use std::time::Duration;

use contract::{Job, JobStatus, Timestamp};

use super::queue::end_of;
use super::{report, row};
use crate::codec::json;
use crate::sql::{Columns, Sql};
use crate::{JobLease, JobOutcome, JobUpdate, LeaseState, Store, StoreError, WriteTx};

impl Store {
    /// Holds the job for `lease` longer, from `now` on.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn renew_lease(
        &self,
        lease: &JobLease,
        duration: Duration,
        now: Timestamp,
    ) -> Result<LeaseState, StoreError> {
        let tx = self.begin_at(now).await?;
        let mut sql = tx.sql("UPDATE jobs SET due_at = ");
        sql.bind(end_of(duration, now)).push(" WHERE ");
        write_fence(&mut sql, lease);
        sql.push(" RETURNING cancel_requested");
        let row = sql.one(tx.connection()).await?;
        tx.commit().await?;
        match row {
            None => Ok(LeaseState::Lost),
            Some(row) if row.column::<bool>(0)? => Ok(LeaseState::CancelRequested),
            Some(_) => Ok(LeaseState::Held),
        }
    }
}

impl WriteTx {
    /// Writes how far the job came, with the event that says so, in the transaction of the work itself: both
    /// are kept or neither is. If the lease is lost, the transaction cannot be committed any more.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn record_job(
        &mut self,
        lease: &JobLease,
        update: JobUpdate,
    ) -> Result<LeaseState, StoreError> {
        let checkpoint = update.checkpoint.as_ref().map(json).transpose()?;
        let mut sql = self.sql("UPDATE jobs SET version = version + 1, progress = ");
        sql.bind(json(&update.progress)?).push(", counts = ").bind(json(&update.counts)?);
        sql.push(", checkpoint = coalesce(").bind(checkpoint).push(", checkpoint) WHERE ");
        write_fence(&mut sql, lease);
        sql.push(" RETURNING ").push(row::COLUMNS);
        let Some(job) = row::optional(sql, self.connection()).await? else {
            self.lose_lease();
            return Ok(LeaseState::Lost);
        };
        self.append_events([report::of_progress(&job)]);
        Ok(if job.cancel_requested { LeaseState::CancelRequested } else { LeaseState::Held })
    }

    /// Ends the attempt, with the event that says so. `None` if the lease is lost: the transaction cannot be
    /// committed any more then.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn finish_job(
        &mut self,
        lease: &JobLease,
        outcome: JobOutcome,
    ) -> Result<Option<Job>, StoreError> {
        let mut sql = self.sql("SELECT ");
        sql.push(row::COLUMNS).push(" FROM jobs WHERE ");
        write_fence(&mut sql, lease);
        sql.push(self.backend().lock_rows());
        let Some(held) = row::optional(sql, self.connection()).await? else {
            self.lose_lease();
            return Ok(None);
        };
        let end = End::of(&held, outcome, self.now());
        let job = self.write_end(lease, &end).await?;
        if let Some(job) = &job {
            self.transitioned(job).await?;
        }
        Ok(job)
    }

    async fn write_end(&self, lease: &JobLease, end: &End) -> Result<Option<Job>, StoreError> {
        let finished_at = end.status.is_finished().then(|| self.now().as_millis());
        let result = end.result.as_ref().map(json).transpose()?;
        let mut sql = self.sql("UPDATE jobs SET version = version + 1, owner = NULL, status = ");
        sql.bind(end.status.as_str()).push(", result = ").bind(result);
        sql.push(", error = ").bind(end.error.as_deref());
        sql.push(", due_at = ").bind(end.due_at.map(Timestamp::as_millis));
        sql.push(", finished_at = ").bind(finished_at);
        sql.push(", max_attempts = ").bind(i64::from(end.max_attempts)).push(" WHERE ");
        write_fence(&mut sql, lease);
        sql.push(" RETURNING ").push(row::COLUMNS);
        row::optional(sql, self.connection()).await
    }
}

/// How a job stands after an attempt.
struct End {
    status: JobStatus,
    result: Option<serde_json::Value>,
    error: Option<String>,
    due_at: Option<Timestamp>,
    max_attempts: u32,
}

impl End {
    fn of(held: &Job, outcome: JobOutcome, now: Timestamp) -> Self {
        let end = |status| Self {
            status,
            result: None,
            error: held.error.clone(),
            due_at: None,
            max_attempts: held.max_attempts,
        };
        match outcome {
            JobOutcome::Completed { result } => {
                Self { result: Some(result), error: None, ..end(JobStatus::Completed) }
            }
            JobOutcome::Failed { error, .. } if held.cancel_requested => {
                Self { error: Some(error), ..end(JobStatus::Cancelled) }
            }
            JobOutcome::Failed { error, retry_at: Some(at) } if held.attempt < held.max_attempts => {
                Self { error: Some(error), due_at: Some(at), ..end(JobStatus::Pending) }
            }
            JobOutcome::Failed { error, .. } => Self { error: Some(error), ..end(JobStatus::Failed) },
            JobOutcome::Released if !held.cancel_requested => Self {
                due_at: Some(now),
                // The attempt's number is spent, for it fences; one more is allowed instead.
                max_attempts: held.max_attempts.saturating_add(1),
                ..end(JobStatus::Pending)
            },
            JobOutcome::Cancelled | JobOutcome::Released => end(JobStatus::Cancelled),
        }
    }
}

/// Continues a condition: the job is held by that worker in that attempt.
pub(super) fn write_fence(sql: &mut Sql, lease: &JobLease) {
    sql.push("status = 'running' AND id = ").bind(lease.job_id.to_string());
    sql.push(" AND owner = ").bind(lease.owner.as_str());
    sql.push(" AND attempt = ").bind(i64::from(lease.attempt));
}
