//! The business that a job enriches: shown as being enriched while the job is at it, and given a status again where the job
//! ends without having said what came of it.

use contract::event::EnrichmentFailed;
use contract::{BusinessId, EnrichmentStatus, EventPayload, Job, JobId, JobKind, JobStatus};
use sea_orm::QueryResult;

use super::lease::write_fence;
use super::row;
use crate::codec::word;
use crate::sql::{Columns, Sql};
use crate::{JobLease, KnownBusiness, StoreError, WriteTx};

/// Selects what [`Left::decode`] reads; a condition on the job has to follow.
const LEFT: &str = "SELECT j.id, j.subject, j.subject_was, j.status, j.error FROM jobs j \
    JOIN businesses b ON b.id = j.subject WHERE b.enrichment_status = 'enriching' AND ";

/// A business that is shown as being enriched though its job is over.
struct Left {
    job: JobId,
    business: BusinessId,
    /// What it was before the job.
    was: Option<EnrichmentStatus>,
    /// Why the job failed, if it did.
    failure: Option<String>,
}

impl Left {
    fn decode(row: &QueryResult) -> Result<Self, StoreError> {
        let (was, error): (Option<String>, Option<String>) = (row.column(2)?, row.column(4)?);
        let failed = word::<JobStatus>(&row.column::<String>(3)?)? == JobStatus::Failed;
        Ok(Self {
            job: row::id(&row.column::<String>(0)?)?,
            business: BusinessId(row.column(1)?),
            was: was.as_deref().map(word).transpose()?,
            failure: failed.then(|| error.unwrap_or_default()),
        })
    }
}

impl WriteTx {
    /// Shows the business as being enriched, with its event, and keeps with the job of `lease` what it was before: that it is
    /// again if the job is cancelled. Answers whether there is such a business.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn begin_enriching(&mut self, lease: &JobLease, id: BusinessId) -> Result<bool, StoreError> {
        let Some(known) = self.lock_business(id).await? else { return Ok(false) };
        let before = known.business.enrichment_status;
        // An earlier attempt, or another job, has kept what it was before that.
        if before == EnrichmentStatus::Enriching {
            return Ok(true);
        }
        let mut sql = self.sql("UPDATE jobs SET subject_was = ");
        sql.bind(before.as_str()).push(" WHERE ");
        write_fence(&mut sql, lease);
        sql.execute(self.connection()).await?;
        self.give_status(known, EnrichmentStatus::Enriching).await?;
        Ok(true)
    }

    /// Gives the business of a job that is over a status, if the job left it as being enriched.
    pub(super) async fn leave_subject(&mut self, job: &Job) -> Result<(), StoreError> {
        if job.kind != JobKind::Enrich || !job.status.is_finished() {
            return Ok(());
        }
        let mut sql = self.sql(LEFT);
        sql.push("j.id = ").bind(job.job_id.to_string());
        self.leave_all(sql).await
    }

    /// The same for the cancelled members of a batch: those that waited for another attempt had begun.
    pub(super) async fn leave_subjects_of_cancelled(&mut self, batch: JobId) -> Result<(), StoreError> {
        let mut sql = self.sql(LEFT);
        sql.push("j.status = 'cancelled' AND j.parent_id = ").bind(batch.to_string());
        // Businesses are locked by ascending id, here as everywhere.
        sql.push(" ORDER BY j.subject");
        self.leave_all(sql).await
    }

    async fn leave_all(&mut self, sql: Sql) -> Result<(), StoreError> {
        let rows = sql.all(self.connection()).await?;
        let left = rows.iter().map(Left::decode).collect::<Result<Vec<_>, _>>()?;
        for one in left {
            self.leave(one).await?;
        }
        Ok(())
    }

    async fn leave(&mut self, left: Left) -> Result<(), StoreError> {
        let Some(mut known) = self.lock_business(left.business).await? else { return Ok(()) };
        let is_left = known.business.enrichment_status == EnrichmentStatus::Enriching;
        if !is_left || self.hand_over(&left).await? {
            return Ok(());
        }
        match left.failure {
            None => self.give_status(known, left.was.unwrap_or(EnrichmentStatus::Pending)).await?,
            Some(error) => {
                known.business.enrichment_error = Some(error.clone());
                self.give_status(known, EnrichmentStatus::Failed).await?;
                let failed = EnrichmentFailed { business_id: left.business, job_id: left.job, error };
                self.append_events([EventPayload::EnrichmentFailed(failed)]);
            }
        }
        self.append_events([EventPayload::StatsUpdated {}]);
        Ok(())
    }

    /// Leaves the business to another job that has begun to enrich it too; whether there is one.
    async fn hand_over(&self, left: &Left) -> Result<bool, StoreError> {
        let mut sql = self.sql("UPDATE jobs SET subject_was = coalesce(subject_was, ");
        sql.bind(left.was.map(EnrichmentStatus::as_str)).push(") WHERE subject = ").bind(left.business.0);
        sql.push(" AND id <> ").bind(left.job.to_string());
        sql.push(" AND (status = 'running' OR (status = 'pending' AND attempt > 0))");
        Ok(sql.execute(self.connection()).await? > 0)
    }

    /// Writes the status of a business that is locked, with the event that says so.
    async fn give_status(
        &mut self,
        mut known: KnownBusiness,
        status: EnrichmentStatus,
    ) -> Result<(), StoreError> {
        known.business.enrichment_status = status;
        let changed = self.update_businesses(vec![known]).await?;
        self.append_events(changed.into_iter().map(|one| EventPayload::BusinessUpdated(Box::new(one))));
        Ok(())
    }
}
