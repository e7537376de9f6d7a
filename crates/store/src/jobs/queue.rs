//! Into the queue and out of it.

use std::time::Duration;

use contract::{Job, JobCounts, JobId, JobKind, JobProgress, JobStatus, Timestamp};
use uuid::Uuid;

use super::{report, row};
use crate::codec::json;
use crate::idempotency::KEPT_MS;
use crate::sql::{Columns, Sql, stored};
use crate::{ClaimedJob, NewJob, Store, StoreError, WriteTx};

/// What a job says that was abandoned in its last attempt.
const ABANDONED: &str = "the worker stopped in the middle of the last attempt; retry the job to go on";

/// The columns of [`values`]: those of [`row::COLUMNS`], then what is only asked for by the queue.
pub(super) const INSERTED: &str = "id, version, kind, status, cancel_requested, request, progress, counts, result, \
    error, attempt, max_attempts, parent_id, created_by, created_at, started_at, finished_at, owner, checkpoint, \
    priority, due_at, idempotency_key, subject";

/// Which jobs a claim takes.
enum Wanted<'a> {
    Kinds(&'a [JobKind]),
    Job(JobId),
}

impl WriteTx {
    /// Puts a job into the queue. If it has an idempotency key under which a job was made within the last 24
    /// hours, that job is returned and none is made.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the job under the key was asked for something else.
    pub async fn enqueue_job(&mut self, new: NewJob) -> Result<Job, StoreError> {
        self.release_old_key(&new).await?;
        let job = self.fresh_job(&new);
        let due_at = new.run_at.unwrap_or(self.now()).as_millis();
        match self.insert_job(&job, &new, None, Some(due_at)).await? {
            Some(made) => Ok(made.job),
            None => self.job_under_key(&new).await,
        }
    }

    /// Puts a job into the queue that `owner` works on from the first moment: no other worker can take it
    /// before its lease has run out. It is running, in its first attempt.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a job was made under its idempotency key within the last 24 hours.
    pub async fn enqueue_claimed(
        &mut self,
        new: NewJob,
        owner: &str,
        lease: Duration,
    ) -> Result<ClaimedJob, StoreError> {
        self.release_old_key(&new).await?;
        let job = Job {
            status: JobStatus::Running,
            attempt: 1,
            started_at: Some(self.now()),
            ..self.fresh_job(&new)
        };
        let lease_ends = Some(end_of(lease, self.now()));
        let claimed = self.insert_job(&job, &new, Some(owner), lease_ends).await?;
        claimed.ok_or_else(|| {
            StoreError::Conflict("a job was made under this idempotency key; choose a new key".to_owned())
        })
    }

    /// `None` if the job's key is taken.
    pub(super) async fn insert_job(
        &mut self,
        job: &Job,
        new: &NewJob,
        owner: Option<&str>,
        due_at: Option<i64>,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        let mut sql = self.sql("INSERT INTO jobs (");
        sql.push(INSERTED).push(") VALUES (");
        sql.bind_list(values(job, new, owner, due_at)?);
        sql.push(") ON CONFLICT (idempotency_key) DO NOTHING RETURNING ").push(row::COLUMNS);
        let made = sql.one(self.connection()).await?.as_ref().map(row::decode_claimed).transpose()?;
        self.append_events(made.iter().map(|made| report::of_transition(&made.job)));
        Ok(made)
    }

    /// Takes the key from a job that had it for too long.
    pub(super) async fn release_old_key(&self, new: &NewJob) -> Result<(), StoreError> {
        let Some(key) = &new.idempotency_key else { return Ok(()) };
        let mut sql = self.sql("UPDATE jobs SET idempotency_key = NULL WHERE idempotency_key = ");
        sql.bind(key.as_str()).push(" AND created_at <= ").bind(self.now().as_millis() - KEPT_MS);
        sql.execute(self.connection()).await.map(drop)
    }

    pub(super) async fn job_under_key(&self, new: &NewJob) -> Result<Job, StoreError> {
        let mut sql = self.sql("SELECT ");
        sql.push(row::COLUMNS).push(" FROM jobs WHERE idempotency_key = ");
        sql.bind(new.idempotency_key.as_deref());
        match row::optional(sql, self.connection()).await? {
            Some(job) if job.kind == new.kind && job.request == new.request => Ok(job),
            _ => Err(StoreError::Conflict(
                "the idempotency key was used for another request; choose a new key".to_owned(),
            )),
        }
    }

    pub(super) fn fresh_job(&self, new: &NewJob) -> Job {
        Job {
            job_id: JobId(Uuid::now_v7()),
            version: 1,
            kind: new.kind,
            status: JobStatus::Pending,
            cancel_requested: false,
            request: new.request.clone(),
            progress: JobProgress::default(),
            counts: JobCounts::default(),
            result: None,
            error: None,
            attempt: 0,
            max_attempts: new.max_attempts.max(1),
            parent_id: new.parent_id,
            created_by: new.created_by.clone(),
            created_at: self.now(),
            started_at: None,
            finished_at: None,
        }
    }

    /// Ends running jobs that were abandoned by their workers and are not to be taken over: those that were
    /// asked to stop, and those that have no attempt left.
    async fn end_abandoned(&mut self) -> Result<(), StoreError> {
        let now = self.now().as_millis();
        let mut sql = self.sql(
            "UPDATE jobs SET version = version + 1, due_at = NULL, owner = NULL, \
             status = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'failed' END, \
             error = CASE WHEN cancel_requested THEN error ELSE ",
        );
        sql.bind(ABANDONED).push(" END, finished_at = ").bind(now);
        sql.push(" WHERE id IN (SELECT id FROM jobs WHERE status = 'running' AND due_at <= ").bind(now);
        sql.push(" AND (cancel_requested OR attempt >= max_attempts)").push(self.backend().skip_locked());
        sql.push(") RETURNING ").push(row::COLUMNS);
        for ended in sql.all(self.connection()).await? {
            self.transitioned(&row::decode(&ended)?).await?;
        }
        Ok(())
    }

    async fn claim(
        &mut self,
        wanted: &Wanted<'_>,
        owner: &str,
        lease: Duration,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        let now = self.now().as_millis();
        let mut sql = self.sql(
            "UPDATE jobs SET version = version + 1, status = 'running', attempt = attempt + 1, owner = ",
        );
        sql.bind(owner).push(", due_at = ").bind(end_of(lease, self.now()));
        sql.push(", started_at = coalesce(started_at, ").bind(now);
        sql.push(") WHERE id = (SELECT id FROM jobs WHERE due_at IS NOT NULL AND due_at <= ").bind(now);
        write_wanted(&mut sql, wanted);
        sql.push(" ORDER BY priority DESC, due_at, id LIMIT 1").push(self.backend().skip_locked());
        sql.push(") RETURNING ").push(row::COLUMNS);
        let claimed = sql.one(self.connection()).await?.as_ref().map(row::decode_claimed).transpose()?;
        if let Some(claimed) = &claimed {
            self.transitioned(&claimed.job).await?;
        }
        Ok(claimed)
    }
}

impl Store {
    /// Puts a job into the queue as a transaction of its own; see [`WriteTx::enqueue_job`].
    ///
    /// # Errors
    /// As [`WriteTx::enqueue_job`].
    pub async fn enqueue_job(&self, new: NewJob) -> Result<Job, StoreError> {
        let mut tx = self.begin().await?;
        let job = tx.enqueue_job(new).await?;
        tx.commit().await?;
        Ok(job)
    }

    /// Puts a job into the queue that `owner` works on from `now` on; see [`WriteTx::enqueue_claimed`].
    ///
    /// # Errors
    /// As [`WriteTx::enqueue_claimed`].
    pub async fn enqueue_claimed(
        &self,
        new: NewJob,
        owner: &str,
        lease: Duration,
        now: Timestamp,
    ) -> Result<ClaimedJob, StoreError> {
        let mut tx = self.begin_at(now).await?;
        let claimed = tx.enqueue_claimed(new, owner, lease).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    /// Takes the job of these kinds that is due first, by priority, for `lease` from `now` on: one that waits,
    /// or one whose worker let its lease run out. No two claims ever get the same attempt of a job.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn claim_job(
        &self,
        owner: &str,
        kinds: &[JobKind],
        lease: Duration,
        now: Timestamp,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        self.claim(&Wanted::Kinds(kinds), owner, lease, now).await
    }

    /// Takes one particular job if it is due; see [`Store::claim_job`].
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn claim_job_by_id(
        &self,
        id: JobId,
        owner: &str,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        self.claim(&Wanted::Job(id), owner, lease, now).await
    }

    /// When the next claim of these kinds can succeed; `None` while there is nothing to wait for.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn next_due(&self, kinds: &[JobKind]) -> Result<Option<Timestamp>, StoreError> {
        self.first_due(&Wanted::Kinds(kinds)).await
    }

    async fn claim(
        &self,
        wanted: &Wanted<'_>,
        owner: &str,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Option<ClaimedJob>, StoreError> {
        // Most calls find nothing: they need no write transaction.
        if self.first_due(wanted).await?.is_none_or(|due| due > now) {
            return Ok(None);
        }
        let mut tx = self.begin_at(now).await?;
        tx.end_abandoned().await?;
        let claimed = tx.claim(wanted, owner, lease).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    async fn first_due(&self, wanted: &Wanted<'_>) -> Result<Option<Timestamp>, StoreError> {
        let mut sql = Sql::new(self.backend(), "SELECT min(due_at) FROM jobs WHERE due_at IS NOT NULL");
        write_wanted(&mut sql, wanted);
        let row = sql.one(self.reader()).await?;
        let due: Option<i64> = row.map(|row| row.column(0)).transpose()?.flatten();
        Ok(due.map(Timestamp::from_millis))
    }
}

/// The values of [`INSERTED`].
pub(super) fn values(
    job: &Job,
    new: &NewJob,
    owner: Option<&str>,
    due_at: Option<i64>,
) -> Result<[sea_orm::Value; 23], StoreError> {
    const NO_TEXT: Option<&str> = None;
    const NO_NUMBER: Option<i64> = None;
    Ok([
        job.job_id.to_string().into(),
        stored(job.version).into(),
        job.kind.as_str().into(),
        job.status.as_str().into(),
        job.cancel_requested.into(),
        json(&job.request)?.into(),
        json(&job.progress)?.into(),
        json(&job.counts)?.into(),
        NO_TEXT.into(),
        NO_TEXT.into(),
        i64::from(job.attempt).into(),
        i64::from(job.max_attempts).into(),
        job.parent_id.map(|id| id.to_string()).into(),
        job.created_by.as_deref().into(),
        job.created_at.as_millis().into(),
        job.started_at.map(Timestamp::as_millis).into(),
        NO_NUMBER.into(),
        owner.into(),
        NO_TEXT.into(),
        i64::from(new.priority).into(),
        due_at.into(),
        new.idempotency_key.as_deref().into(),
        subject(job).into(),
    ])
}

/// The business that the job is about, if it is about one.
fn subject(job: &Job) -> Option<i64> {
    let id = job.request.get("businessId").filter(|_| job.kind == JobKind::Enrich)?;
    id.as_i64()
}

fn write_wanted(sql: &mut Sql, wanted: &Wanted<'_>) {
    match wanted {
        Wanted::Job(id) => {
            sql.push(" AND id = ").bind(id.to_string());
        }
        // No kind at all means no job; an empty list is no valid statement on Postgres.
        Wanted::Kinds([]) => {
            sql.push(" AND 1 = 0");
        }
        Wanted::Kinds(kinds) => {
            sql.push(" AND kind IN (").bind_list(kinds.iter().map(|kind| kind.as_str())).push(")");
        }
    }
}

/// The moment at which a lease from `now` ends, in milliseconds.
pub(super) fn end_of(lease: Duration, now: Timestamp) -> i64 {
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    now.as_millis().saturating_add(lease)
}
