//! Records that a job could not use.

use std::collections::VecDeque;
use std::pin::Pin;

use contract::JobId;
use futures::Stream;
use sea_orm::Value;

use crate::sql::{Columns, Sql, bulk_runs, stored};
use crate::{Rejection, Store, StoreError, WriteTx};

/// Rows that one statement writes.
const BULK_ROWS: usize = 128;
/// Rows that are read at a time.
const ROWS_PER_READ: i64 = 500;

/// Rejected records in the order in which they were added.
pub type RejectionStream = Pin<Box<dyn Stream<Item = Result<Rejection, StoreError>> + Send>>;

impl WriteTx {
    /// Writes down records that a job could not use, after those that it wrote down before.
    ///
    /// # Errors
    /// If there is no such job or the database does not answer.
    pub async fn add_rejections(
        &mut self,
        job_id: JobId,
        mut rejections: Vec<Rejection>,
    ) -> Result<(), StoreError> {
        if rejections.is_empty() {
            return Ok(());
        }
        self.leave_out_of_rejections(&mut rejections).await?;
        let job = job_id.to_string();
        let mut sql = self.sql("SELECT coalesce(max(position), 0) FROM job_rejections WHERE job_id = ");
        sql.bind(job.as_str());
        let last: i64 = sql.scalar(self.connection()).await?;
        let rows: Vec<_> = (last + 1..).zip(rejections).collect();
        for run in bulk_runs(&rows, BULK_ROWS) {
            let mut sql = self.sql(
                "INSERT INTO job_rejections (job_id, position, line, source_id, name, reason, raw) VALUES ",
            );
            sql.bind_rows(run.iter().map(|(position, rejection)| values(&job, *position, rejection)));
            sql.execute(self.connection()).await?;
        }
        Ok(())
    }
}

fn values(job: &str, position: i64, rejection: &Rejection) -> [Value; 7] {
    [
        job.into(),
        position.into(),
        rejection.line.map(stored).into(),
        rejection.source_id.as_deref().into(),
        rejection.name.as_deref().into(),
        rejection.reason.as_str().into(),
        rejection.raw.as_deref().into(),
    ]
}

struct State {
    store: Store,
    job: String,
    after: i64,
    ready: VecDeque<Rejection>,
    ended: bool,
}

impl Store {
    /// The records that a job could not use, read in batches so that memory stays flat.
    #[must_use]
    pub fn rejections(&self, job_id: JobId) -> RejectionStream {
        let state = State {
            store: self.clone(),
            job: job_id.to_string(),
            after: 0,
            ready: VecDeque::new(),
            ended: false,
        };
        Box::pin(futures::stream::try_unfold(state, |mut state| async move {
            if state.ready.is_empty() && !state.ended {
                state.read_on().await?;
            }
            Ok(state.ready.pop_front().map(|rejection| (rejection, state)))
        }))
    }
}

impl State {
    async fn read_on(&mut self) -> Result<(), StoreError> {
        let mut sql = Sql::new(
            self.store.backend(),
            "SELECT position, line, source_id, name, reason, raw FROM job_rejections WHERE job_id = ",
        );
        sql.bind(self.job.as_str()).push(" AND position > ").bind(self.after);
        sql.push(" ORDER BY position LIMIT ").bind(ROWS_PER_READ);
        let rows = sql.all(self.store.reader()).await?;
        self.ended = rows.is_empty();
        for row in rows {
            self.after = row.column(0)?;
            let line: Option<i64> = row.column(1)?;
            self.ready.push_back(Rejection {
                line: line.and_then(|line| u64::try_from(line).ok()),
                source_id: row.column(2)?,
                name: row.column(3)?,
                reason: row.column(4)?,
                raw: row.column(5)?,
            });
        }
        Ok(())
    }
}
