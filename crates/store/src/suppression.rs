//! The suppression list: who asked not to be processed is neither stored nor shown.
//!
//! [`WriteTx::suppress`] adds to it and deletes what is stored, in one transaction. From then on every write of the store
//! leaves out what the list covers, whoever writes; [`WriteTx::suppressed`] tells callers beforehand, so that they can
//! count it or say so. Of addresses and names the list has digests, so that it is no store of personal data itself.

mod covered;
mod guard;
mod mentions;
mod people;
mod subject;
mod traces;

use contract::suppression::{
    Suppression, SuppressionAdded, SuppressionKind, SuppressionQuery, SuppressionReason,
};
use contract::{Page, PageMeta, SuppressionId, Timestamp};
use sea_orm::QueryResult;

use crate::codec::word;
use crate::sql::{Columns, Sql};
use crate::{Store, StoreError, WriteTx};

pub use covered::{Covered, Sought};
pub use subject::Subject;

/// What [`decode`] reads.
const COLUMNS: &str = "id, kind, digest, domain, reason, created_at";
/// An entry that stands for itself, and not beside that of an address.
const OF_ITS_OWN: &str = "";

impl Store {
    /// A page of the suppression list, the newest entry first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn list_suppressions(&self, query: &SuppressionQuery) -> Result<Page<Suppression>, StoreError> {
        let snapshot = self.snapshot().await?;
        let filtered = |select: &str| {
            let mut sql = snapshot.sql(select);
            sql.push(" FROM suppressions WHERE because_of = ").bind(OF_ITS_OWN);
            if let Some(digest) = &query.digest {
                sql.push(" AND digest = ").bind(digest.as_str());
            }
            sql
        };
        let total: i64 = filtered("SELECT count(*)").scalar(snapshot.connection()).await?;
        let (page, limit) = (query.page(), query.limit());
        let mut sql = filtered(&format!("SELECT {COLUMNS}"));
        sql.push(" ORDER BY id DESC LIMIT ").bind(i64::from(limit));
        sql.push(" OFFSET ").bind(i64::from(page.saturating_sub(1)) * i64::from(limit));
        let rows = sql.all(snapshot.connection()).await?;
        let data = rows.iter().map(decode).collect::<Result<_, _>>()?;
        let total = u64::try_from(total).unwrap_or_default();
        Ok(Page { data, meta: PageMeta::new(total, page, limit, None) })
    }
}

impl WriteTx {
    /// Puts a subject on the suppression list and deletes what is stored of it: contacts, addresses of businesses, evidence,
    /// what merges keep, kept answers, and past events' copies. With an address go the people who were found with it, and
    /// they are covered by name at their business's domain from then on. The events that report it are the transaction's.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn suppress(
        &mut self,
        subject: &Subject,
        reason: SuppressionReason,
    ) -> Result<SuppressionAdded, StoreError> {
        self.backend().lock_suppressions(self.connection()).await?;
        self.has_suppression();
        let added = self.add_entry(subject, reason).await;
        self.guard(added)
    }

    async fn add_entry(
        &mut self,
        subject: &Subject,
        reason: SuppressionReason,
    ) -> Result<SuppressionAdded, StoreError> {
        self.insert_suppression(subject, reason, OF_ITS_OWN).await?;
        let mut sql = self.sql("SELECT ");
        sql.push(COLUMNS).push(" FROM suppressions WHERE because_of = ").bind(OF_ITS_OWN);
        sql.push(" AND digest = ").bind(subject.digest());
        let found = sql.one(self.connection()).await?.ok_or_else(StoreError::half_done)?;
        let suppression = decode(&found)?;
        let gone = self.remove_traces(subject).await?;
        if subject.kind() == SuppressionKind::Email {
            let because_of = suppression.id.to_string();
            for person in &gone.people {
                self.insert_suppression(person, reason, &because_of).await?;
            }
        }
        Ok(SuppressionAdded {
            suppression,
            contacts_removed: gone.contacts,
            businesses_changed: gone.businesses,
        })
    }

    async fn insert_suppression(
        &self,
        subject: &Subject,
        reason: SuppressionReason,
        because_of: &str,
    ) -> Result<(), StoreError> {
        let mut sql = self.sql(
            "INSERT INTO suppressions (id, kind, digest, domain, reason, because_of, created_at) VALUES (",
        );
        sql.bind_list::<sea_orm::Value>([
            uuid::Uuid::now_v7().to_string().into(),
            subject.kind().as_str().into(),
            subject.digest().into(),
            subject.as_domain().into(),
            reason.as_str().into(),
            because_of.into(),
            self.now().as_millis().into(),
        ]);
        sql.push(") ON CONFLICT (digest, because_of) DO NOTHING");
        sql.execute(self.connection()).await.map(drop)
    }

    /// Takes an entry off the suppression list, with the people who were covered because of it. What was deleted does not
    /// come back by itself.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such entry.
    pub async fn unsuppress(&mut self, id: SuppressionId) -> Result<(), StoreError> {
        let mut sql = self.sql("DELETE FROM suppressions WHERE because_of = ");
        sql.bind(id.to_string());
        sql.execute(self.connection()).await?;
        let mut sql = self.sql("DELETE FROM suppressions WHERE id = ");
        sql.bind(id.to_string()).push(" AND because_of = ").bind(OF_ITS_OWN);
        match sql.execute(self.connection()).await? {
            0 => Err(StoreError::not_found("entry of the suppression list", id)),
            _ => Ok(()),
        }
    }
}

/// Reads what [`COLUMNS`] selected.
fn decode(row: &QueryResult) -> Result<Suppression, StoreError> {
    let id: String = row.column(0)?;
    Ok(Suppression {
        id: id.parse().map_err(|_| StoreError::Unreadable(format!("suppression id '{id}'")))?,
        kind: word(&row.column::<String>(1)?)?,
        digest: row.column(2)?,
        domain: row.column(3)?,
        reason: word(&row.column::<String>(4)?)?,
        created_at: Timestamp::from_millis(row.column(5)?),
    })
}

/// Adds the condition that one of the texts stands in the column, whatever its case.
fn push_contains(sql: &mut Sql, column: &str, texts: &[String]) {
    for (position, text) in texts.iter().enumerate() {
        let escaped = text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        let compared = sql.backend().for_like(column);
        sql.push(if position > 0 { " OR " } else { "(" }).push(&compared).push(" LIKE ");
        sql.bind(format!("%{escaped}%")).push(r" ESCAPE '\'");
    }
    sql.push(")");
}
