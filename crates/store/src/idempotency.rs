//! Answers kept for a day, so that a repeated request gets the first one again.

use contract::Timestamp;

use crate::sql::{Columns, Sql};
use crate::{IdempotentAnswer, Store, StoreError, WriteTx};

/// How long an answer is kept.
pub(crate) const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

impl Store {
    /// The answer given under a key within the last 24 hours.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn idempotent_answer(
        &self,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<IdempotentAnswer>, StoreError> {
        let mut sql =
            Sql::new(self.backend(), "SELECT fingerprint, status, body FROM idempotent_answers WHERE key = ");
        sql.bind(key).push(" AND created_at > ").bind(now.as_millis() - KEPT_MS);
        let Some(row) = sql.one(self.reader()).await? else { return Ok(None) };
        let status = row.count(1)?;
        let status = u16::try_from(status).map_err(|_| StoreError::Unreadable(format!("status {status}")))?;
        Ok(Some(IdempotentAnswer { fingerprint: row.column(0)?, status, body: row.column(2)? }))
    }

    /// Removes the answers that are no longer given, and returns how many.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn prune_idempotent_answers(&self, now: Timestamp) -> Result<u64, StoreError> {
        let tx = self.begin_at(now).await?;
        let mut sql = tx.sql("DELETE FROM idempotent_answers WHERE created_at <= ");
        sql.bind(now.as_millis() - KEPT_MS);
        let removed = sql.execute(tx.connection()).await?;
        tx.commit().await?;
        Ok(removed)
    }
}

impl WriteTx {
    /// Keeps the answer to a request under its key, from the transaction's time on.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if an answer was given under the key within the last 24 hours: drop the
    /// transaction and give that one.
    pub async fn put_idempotent_answer(
        &mut self,
        key: &str,
        answer: &IdempotentAnswer,
    ) -> Result<(), StoreError> {
        let mut sql = self.sql("DELETE FROM idempotent_answers WHERE key = ");
        sql.bind(key).push(" AND created_at <= ").bind(self.now().as_millis() - KEPT_MS);
        sql.execute(self.connection()).await?;
        let mut sql = self.sql("INSERT INTO idempotent_answers (key, fingerprint, status, body, created_at)");
        sql.push(" VALUES (").bind(key).push(", ").bind(answer.fingerprint.as_str());
        sql.push(", ").bind(i64::from(answer.status)).push(", ").bind(answer.body.as_str());
        sql.push(", ").bind(self.now().as_millis()).push(")");
        sql.execute(self.connection()).await.map(drop)
    }
}
