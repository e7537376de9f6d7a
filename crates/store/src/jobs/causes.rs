//! How the jobs of one kind stand, and why some of them failed.

use contract::enrichment::FailureCause;
use contract::job::RetryQuery;
use contract::{JobKind, JobStatus, Timestamp};

use crate::codec::word;
use crate::snapshot::Snapshot;
use crate::sql::{Columns, Sql};
use crate::{Store, StoreError};

/// The most causes that are told apart.
const CAUSES: u32 = 20;

/// How many jobs of a kind stand where, and why those failed that did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindStanding {
    /// Jobs by where they stand; what has none is left out.
    pub by_status: Vec<(JobStatus, u64)>,
    /// The commonest causes of failure first, at most 20.
    pub causes: Vec<FailureCause>,
}

impl KindStanding {
    /// Jobs that stand there.
    #[must_use]
    pub fn count(&self, status: JobStatus) -> u64 {
        self.by_status.iter().find(|(known, _)| *known == status).map_or(0, |(_, count)| *count)
    }
}

impl Store {
    /// How the jobs of `kind` stand, the members of batches among them; all numbers are of one moment.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn kind_standing(&self, kind: JobKind) -> Result<KindStanding, StoreError> {
        let snapshot = self.snapshot().await?;
        let by_status = snapshot.count_by_status(kind).await?;
        Ok(KindStanding { by_status, causes: snapshot.causes(kind).await? })
    }
}

impl Snapshot {
    async fn count_by_status(&self, kind: JobKind) -> Result<Vec<(JobStatus, u64)>, StoreError> {
        let mut sql = self.sql("SELECT status, count(*) FROM jobs WHERE kind = ");
        sql.bind(kind.as_str()).push(" GROUP BY status");
        let rows = sql.all(self.connection()).await?;
        rows.iter().map(|row| Ok((word(&row.column::<String>(0)?)?, row.count(1)?))).collect()
    }

    async fn causes(&self, kind: JobKind) -> Result<Vec<FailureCause>, StoreError> {
        let mut sql = self.sql(
            "SELECT coalesce(error, ''), count(*), max(finished_at) FROM jobs WHERE status = 'failed' AND kind = ",
        );
        sql.bind(kind.as_str()).push(" GROUP BY coalesce(error, '') ORDER BY count(*) DESC, 1 LIMIT ");
        sql.bind(i64::from(CAUSES));
        let rows = sql.all(self.connection()).await?;
        let cause = |row: &sea_orm::QueryResult| {
            let last_at: Option<i64> = row.column(2)?;
            Ok(FailureCause {
                cause: row.column(0)?,
                count: row.count(1)?,
                last_at: last_at.map(Timestamp::from_millis),
            })
        };
        rows.iter().map(cause).collect()
    }
}

/// Continues a condition on jobs, called `j`, with which of the failed ones are meant.
pub(super) fn write_which(sql: &mut Sql, which: &RetryQuery) {
    if let Some(kind) = which.kind {
        sql.push(" AND j.kind = ").bind(kind.as_str());
    }
    if let Some(cause) = &which.cause {
        sql.push(" AND coalesce(j.error, '') = ").bind(cause.as_str());
    }
}
