//! A job as a row.

use contract::{Job, JobId, Timestamp};
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::Value;

use crate::codec::{from_json, word};
use crate::sql::{Columns, Sql};
use crate::{ClaimedJob, JobLease, StoreError};

/// The columns of [`decode`], then owner and checkpoint.
pub(super) const COLUMNS: &str = "id, version, kind, status, cancel_requested, request, progress, counts, \
    result, error, attempt, max_attempts, parent_id, created_by, created_at, started_at, finished_at, owner, \
    checkpoint";

/// Reads what [`COLUMNS`] selected.
pub(super) fn decode(row: &QueryResult) -> Result<Job, StoreError> {
    Ok(Job {
        job_id: id(&row.column::<String>(0)?)?,
        version: row.count(1)?,
        kind: word(&row.column::<String>(2)?)?,
        status: word(&row.column::<String>(3)?)?,
        cancel_requested: row.column(4)?,
        request: from_json(&row.column::<String>(5)?)?,
        progress: from_json(&row.column::<String>(6)?)?,
        counts: from_json(&row.column::<String>(7)?)?,
        result: optional_json(row.column::<Option<String>>(8)?.as_deref())?,
        error: row.column(9)?,
        attempt: small(row.count(10)?)?,
        max_attempts: small(row.count(11)?)?,
        parent_id: row.column::<Option<String>>(12)?.as_deref().map(id).transpose()?,
        created_by: row.column(13)?,
        created_at: Timestamp::from_millis(row.column(14)?),
        started_at: row.column::<Option<i64>>(15)?.map(Timestamp::from_millis),
        finished_at: row.column::<Option<i64>>(16)?.map(Timestamp::from_millis),
    })
}

/// Reads a row that was just claimed.
pub(super) fn decode_claimed(row: &QueryResult) -> Result<ClaimedJob, StoreError> {
    let job = decode(row)?;
    let owner: Option<String> = row.column(17)?;
    let lease = JobLease { job_id: job.job_id, owner: owner.unwrap_or_default(), attempt: job.attempt };
    Ok(ClaimedJob { job, lease, checkpoint: optional_json(row.column::<Option<String>>(18)?.as_deref())? })
}

/// The job that a statement returned, if any.
pub(super) async fn optional(sql: Sql, on: &impl ConnectionTrait) -> Result<Option<Job>, StoreError> {
    sql.one(on).await?.as_ref().map(decode).transpose()
}

/// A job's id as it is stored.
pub(super) fn id(text: &str) -> Result<JobId, StoreError> {
    text.parse().map_err(|_| StoreError::Unreadable(format!("job id '{text}'")))
}

fn optional_json(text: Option<&str>) -> Result<Option<Value>, StoreError> {
    text.map(from_json).transpose()
}

fn small(number: u64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::Unreadable(format!("attempt {number}")))
}
