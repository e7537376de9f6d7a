//! What calls to paid providers cost, within a month's budget, and what they answered.
//!
//! A call is reserved at the most that it may cost before it is made, and settled at what it cost afterwards. One that
//! is never settled, because its worker died, counts in full: the budget may be used less than it allows, never more.

use contract::{BusinessId, Timestamp};

use crate::sql::{Columns, Sql, stored};
use crate::{Store, StoreError, WriteTx};

/// The provider of what websites say. People stand in its answers by name as well as by address, so that those of a domain are
/// deleted with whomever is suppressed there.
pub const OF_WEBSITES: &str = "website";

/// A call that is about to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProviderCall {
    /// Whom it goes to, by its slug.
    pub provider: String,
    /// What it asks for.
    pub operation: String,
    /// The business that it is made for.
    pub business_id: Option<BusinessId>,
    /// The most that it may cost, in millionths of a US dollar.
    pub most: u64,
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// It may: its number, for [`Store::settle_provider_call`].
    Granted(i64),
    /// It may not: with it the month would cost more than the budget.
    OverBudget {
        /// What the month costs already, in millionths of a US dollar.
        committed: u64,
    },
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// What it cost, in millionths of a US dollar.
    pub cost: u64,
    /// How it ended, in a word.
    pub outcome: String,
    /// The answer, where it is worth keeping.
    pub keep: Option<KeptAnswer>,
}

/// An answer that need not be bought again for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Who gave it.
    pub provider: String,
    /// What was asked for.
    pub operation: String,
    /// Whom or what it is about, such as a domain.
    pub subject: String,
    /// The answer.
    pub answer: String,
    /// Until when it is given again.
    pub kept_until: Timestamp,
}

/// What a provider's calls cost within a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSpending {
    /// The provider.
    pub provider: String,
    /// Calls that were made or are being made.
    pub calls: u64,
    /// What they cost, those that are not settled at their most, in millionths of a US dollar.
    pub committed: u64,
}

impl Store {
    /// Sets the most that a call may cost aside, if the month of `now` (in UTC) then costs no more than `budget`.
    ///
    /// # Errors
    /// If the database does not answer; the call must not be made then.
    pub async fn reserve_provider_call(
        &self,
        call: &NewProviderCall,
        budget: u64,
        now: Timestamp,
    ) -> Result<Reservation, StoreError> {
        let month = month(now);
        let tx = self.begin_at(now).await?;
        let mut sql = tx.sql("INSERT INTO provider_months (month, committed) VALUES (");
        sql.bind(month.as_str()).push(", ").bind(0_i64).push(") ON CONFLICT (month) DO NOTHING");
        sql.execute(tx.connection()).await?;
        let most = stored(call.most);
        let mut sql = tx.sql("UPDATE provider_months SET committed = committed + ");
        sql.bind(most).push(" WHERE month = ").bind(month.as_str());
        sql.push(" AND committed <= ").bind(stored(budget).saturating_sub(most));
        if sql.execute(tx.connection()).await? == 0 {
            let mut sql = tx.sql("SELECT committed FROM provider_months WHERE month = ");
            sql.bind(month.as_str());
            let committed: i64 = sql.scalar(tx.connection()).await?;
            tx.rollback().await?;
            return Ok(Reservation::OverBudget { committed: u64::try_from(committed).unwrap_or_default() });
        }
        let mut sql = tx.sql(
            "INSERT INTO provider_calls (provider, operation, business_id, month, committed, reserved_at) VALUES (",
        );
        sql.bind(call.provider.as_str()).push(", ").bind(call.operation.as_str()).push(", ");
        sql.bind(call.business_id.map(|id| id.0)).push(", ").bind(month.as_str()).push(", ");
        sql.bind(most).push(", ").bind(now.as_millis()).push(") RETURNING id");
        let id = sql.scalar(tx.connection()).await?;
        tx.commit().await?;
        Ok(Reservation::Granted(id))
    }

    /// Writes down what a reserved call cost, and keeps its answer, in one transaction. Only the first settlement of a
    /// call counts.
    ///
    /// # Errors
    /// If the database does not answer; the call counts in full then.
    pub async fn settle_provider_call(
        &self,
        id: i64,
        settlement: &Settlement,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let tx = self.begin_at(now).await?;
        tx.settle(id, settlement).await?;
        if let Some(kept) = &settlement.keep {
            tx.keep_answer(kept).await?;
        }
        tx.commit().await.map(drop)
    }

    /// Keeps something for a provider, instead of what was kept under the same before.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn keep_answer(&self, kept: &KeptAnswer, now: Timestamp) -> Result<(), StoreError> {
        let tx = self.begin_at(now).await?;
        tx.keep_answer(kept).await?;
        tx.commit().await.map(drop)
    }

    /// The answer that is kept of what was asked for.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn kept_answer(
        &self,
        provider: &str,
        operation: &str,
        subject: &str,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let mut sql = Sql::new(self.backend(), "SELECT answer FROM provider_answers WHERE provider = ");
        sql.bind(provider).push(" AND operation = ").bind(operation);
        sql.push(" AND subject = ").bind(subject);
        sql.push(" AND kept_until > ").bind(now.as_millis());
        sql.one(self.reader()).await?.map(|row| row.column(0)).transpose()
    }

    /// Removes the answers that are no longer given, and returns how many.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn prune_kept_answers(&self, now: Timestamp) -> Result<u64, StoreError> {
        let tx = self.begin_at(now).await?;
        let mut sql = tx.sql("DELETE FROM provider_answers WHERE kept_until <= ");
        sql.bind(now.as_millis());
        let removed = sql.execute(tx.connection()).await?;
        tx.commit().await?;
        Ok(removed)
    }

    /// What each provider cost within the month of `now`, in UTC.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn provider_spending(&self, now: Timestamp) -> Result<Vec<ProviderSpending>, StoreError> {
        let mut sql = Sql::new(
            self.backend(),
            "SELECT provider, count(*), CAST(sum(committed) AS BIGINT) FROM provider_calls WHERE month = ",
        );
        sql.bind(month(now).as_str()).push(" GROUP BY provider ORDER BY provider");
        let rows = sql.all(self.reader()).await?;
        let spending = |row: &sea_orm::QueryResult| {
            Ok(ProviderSpending { provider: row.column(0)?, calls: row.count(1)?, committed: row.count(2)? })
        };
        rows.iter().map(spending).collect()
    }
}

impl WriteTx {
    async fn settle(&self, id: i64, settlement: &Settlement) -> Result<(), StoreError> {
        let mut sql = self.sql("SELECT month, committed FROM provider_calls WHERE id = ");
        sql.bind(id).push(" AND settled_at IS NULL").push(self.backend().lock_rows());
        let Some(row) = sql.one(self.connection()).await? else { return Ok(()) };
        let (month, reserved): (String, i64) = (row.column(0)?, row.column(1)?);
        let cost = stored(settlement.cost);
        let mut sql = self.sql("UPDATE provider_months SET committed = committed + ");
        sql.bind(cost - reserved).push(" WHERE month = ").bind(month);
        sql.execute(self.connection()).await?;
        let mut sql = self.sql("UPDATE provider_calls SET committed = ");
        sql.bind(cost).push(", outcome = ").bind(settlement.outcome.as_str());
        sql.push(", settled_at = ").bind(self.now().as_millis()).push(" WHERE id = ").bind(id);
        sql.execute(self.connection()).await.map(drop)
    }

    /// What has an address that the suppression list covers is not kept.
    async fn keep_answer(&self, kept: &KeptAnswer) -> Result<(), StoreError> {
        let Some(answer) = self.leave_out_of_answer(&kept.subject, &kept.answer).await? else {
            return Ok(());
        };
        let mut sql = self
            .sql("INSERT INTO provider_answers (provider, operation, subject, answer, kept_until) VALUES (");
        sql.bind_list([kept.provider.as_str(), &kept.operation, &kept.subject, &answer]);
        sql.push(", ").bind(kept.kept_until.as_millis());
        sql.push(") ON CONFLICT (provider, operation, subject) DO UPDATE SET answer = excluded.answer, ");
        sql.push("kept_until = excluded.kept_until");
        sql.execute(self.connection()).await.map(drop)
    }
}

/// The month of a moment in UTC: `2026-05`.
fn month(now: Timestamp) -> String {
    now.date().chars().take(7).collect()
}
