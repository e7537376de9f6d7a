//! Pairs of businesses that may be one, and what people said of them.

use std::collections::BTreeMap;

use contract::duplicates::{MOST_PAIRS, PairQuery};
use contract::page::PageMeta;
use contract::{Business, BusinessId, Page, Timestamp};
use sea_orm::{QueryResult, Value};
use serde::{Deserialize, Serialize};

use crate::codec::{from_json, json};
use crate::snapshot::Snapshot;
use crate::sql::{Columns, Sql, bulk_runs};
use crate::{Store, StoreError, WriteTx};

/// Rows that one statement writes.
const BULK_ROWS: usize = 128;

/// Two businesses that a search or an import found to be perhaps one.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundPair {
    /// The two, in any order.
    pub ids: (BusinessId, BusinessId),
    /// How likely they are one, 0 to 1.
    pub score: f64,
    /// What made the score, what did most first.
    pub features: Vec<PairEvidence>,
}

/// Something in which two businesses are alike or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairEvidence {
    /// Its name.
    pub feature: String,
    /// Its value.
    pub value: f64,
    /// What it added to the logit of the score.
    pub effect: f64,
}

/// Two businesses as they are, and what is known of the pair.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPair {
    /// The one with the lower id.
    pub one: Business,
    /// The other one.
    pub other: Business,
    /// How likely they are one; none where nobody but a person compared them.
    pub score: Option<f64>,
    /// What made the score.
    pub features: Vec<PairEvidence>,
    /// When they were found, or first said to be two.
    pub found_at: Timestamp,
    /// Since when they are said to be two.
    pub apart_since: Option<Timestamp>,
}

impl Store {
    /// A page of the pairs that wait for somebody to decide, the likeliest first, or of those that are said to be two, the
    /// last first. Pairs of which one is gone are left out; they are back when it is.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn list_pairs(&self, query: &PairQuery) -> Result<Page<StoredPair>, StoreError> {
        let snapshot = self.snapshot().await?;
        let total: i64 = listed(&snapshot, query, "SELECT count(*)").scalar(snapshot.connection()).await?;
        let (page, limit) = (query.page(), query.limit());
        let columns = "SELECT p.low_id, p.high_id, p.score, p.features, p.found_at, p.apart_at";
        let mut sql = listed(&snapshot, query, columns);
        let order = if query.is_apart() { "p.apart_at DESC" } else { "p.score DESC" };
        sql.push(" ORDER BY ").push(order).push(", p.low_id, p.high_id LIMIT ").bind(i64::from(limit));
        sql.push(" OFFSET ").bind(i64::from(page.saturating_sub(1)) * i64::from(limit));
        let rows = sql.all(snapshot.connection()).await?;
        let mut ids = Vec::with_capacity(rows.len() * 2);
        for row in &rows {
            ids.extend([BusinessId(row.column(0)?), BusinessId(row.column(1)?)]);
        }
        let businesses = snapshot.businesses_by_id(&ids).await?.into_iter();
        let businesses: BTreeMap<i64, Business> = businesses.map(|one| (one.id.0, one)).collect();
        let data = rows.iter().map(|row| decode(row, &businesses)).collect::<Result<_, _>>()?;
        let total = u64::try_from(total).unwrap_or_default();
        Ok(Page { data, meta: PageMeta::new(total, page, limit, None) })
    }
}

impl Snapshot {
    /// The businesses that a person said are not this one.
    pub(super) async fn apart_from(&self, id: BusinessId) -> Result<Vec<BusinessId>, StoreError> {
        let mut sql = self.sql("SELECT high_id FROM business_pairs WHERE apart_at IS NOT NULL AND low_id = ");
        sql.bind(id.0);
        sql.push(" UNION ALL SELECT low_id FROM business_pairs WHERE apart_at IS NOT NULL AND high_id = ");
        sql.bind(id.0);
        let rows = sql.all(self.connection()).await?;
        rows.iter().map(|row| Ok(BusinessId(row.column(0)?))).collect()
    }
}

/// The pairs of the list, with what is selected of them. Subqueries keep the pairs in front: there are few of them.
fn listed(snapshot: &Snapshot, query: &PairQuery, select: &str) -> Sql {
    let mut sql = snapshot.sql(select);
    sql.push(" FROM business_pairs p WHERE p.apart_at IS ");
    sql.push(if query.is_apart() { "NOT NULL" } else { "NULL" });
    for id in ["p.low_id", "p.high_id"] {
        sql.push(" AND EXISTS (SELECT 1 FROM businesses b WHERE b.id = ").push(id).push(")");
    }
    sql
}

fn decode(row: &QueryResult, businesses: &BTreeMap<i64, Business>) -> Result<StoredPair, StoreError> {
    let business = |index: usize| {
        let id: i64 = row.column(index)?;
        businesses.get(&id).cloned().ok_or_else(|| StoreError::not_found("business", id))
    };
    Ok(StoredPair {
        one: business(0)?,
        other: business(1)?,
        score: row.column(2)?,
        features: from_json(&row.column::<String>(3)?)?,
        found_at: Timestamp::from_millis(row.column(4)?),
        apart_since: row.column::<Option<i64>>(5)?.map(Timestamp::from_millis),
    })
}

impl WriteTx {
    /// Keeps pairs for people to decide. What is known of a pair stays, and where more than [`MOST_PAIRS`] wait, the least
    /// likely go.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn keep_pairs(&mut self, pairs: &[FoundPair]) -> Result<(), StoreError> {
        if pairs.is_empty() {
            return Ok(());
        }
        let kept = self.write_pairs(pairs).await;
        self.guard(kept)
    }

    async fn write_pairs(&self, pairs: &[FoundPair]) -> Result<(), StoreError> {
        let table = "business_pairs (low_id, high_id, score, features, found_at)";
        let tail = " ON CONFLICT (low_id, high_id) DO NOTHING";
        let now = self.now().as_millis();
        for run in bulk_runs(pairs, BULK_ROWS) {
            let row = |pair: &FoundPair| {
                let (low, high) = ascending(pair.ids.0, pair.ids.1);
                let features = json(&pair.features)?;
                Ok([Value::from(low), high.into(), pair.score.into(), features.into(), now.into()])
            };
            let rows = run.iter().map(row).collect::<Result<Vec<_>, StoreError>>()?;
            Sql::bulk_insert(self.backend(), table, rows, tail).execute(self.connection()).await?;
        }
        let first_beyond = "SELECT score, low_id, high_id FROM business_pairs WHERE apart_at IS NULL \
             ORDER BY score DESC, low_id, high_id LIMIT 1 OFFSET ";
        let mut sql = self.sql(first_beyond);
        sql.bind(i64::from(MOST_PAIRS));
        let Some(row) = sql.one(self.connection()).await? else { return Ok(()) };
        let (score, low, high): (f64, i64, i64) = (row.column(0)?, row.column(1)?, row.column(2)?);
        let mut sql = self.sql("DELETE FROM business_pairs WHERE apart_at IS NULL AND (score < ");
        sql.bind(score).push(" OR score = ").bind(score);
        sql.push(" AND (low_id, high_id) >= (").bind(low).push(", ").bind(high).push("))");
        sql.execute(self.connection()).await.map(drop)
    }

    /// Writes down that the two are not one business: they are not told as perhaps one again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if one of them is not there, and [`StoreError::Conflict`] if they are the same.
    pub async fn keep_apart(&mut self, one: BusinessId, other: BusinessId) -> Result<(), StoreError> {
        if one == other {
            return Err(StoreError::Conflict("a business cannot be kept apart from itself".to_owned()));
        }
        let (low, high) = ascending(one, other);
        let found = self.stored(&[low, high]).await?;
        for id in [one, other] {
            if found.iter().all(|known| known.row.business.id != id) {
                return Err(StoreError::not_found("business", id));
            }
        }
        let kept = self.write_apart(one, other).await;
        self.guard(kept)
    }

    pub(super) async fn write_apart(&self, one: BusinessId, other: BusinessId) -> Result<(), StoreError> {
        let ((low, high), now) = (ascending(one, other), self.now().as_millis());
        let mut sql =
            self.sql("INSERT INTO business_pairs (low_id, high_id, features, found_at, apart_at) VALUES (");
        sql.bind_list([Value::from(low), high.into(), "[]".into(), now.into(), now.into()]);
        sql.push(") ON CONFLICT (low_id, high_id) DO UPDATE SET ");
        sql.push("apart_at = coalesce(business_pairs.apart_at, excluded.apart_at)");
        sql.execute(self.connection()).await.map(drop)
    }

    /// Takes back that the two are not one business: what was found of the pair waits for somebody to decide again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if nobody said so of them.
    pub async fn forget_apart(&mut self, one: BusinessId, other: BusinessId) -> Result<(), StoreError> {
        let (low, high) = ascending(one, other);
        let statements = [
            ("UPDATE business_pairs SET apart_at = NULL", "score IS NOT NULL"),
            ("DELETE FROM business_pairs", "score IS NULL"),
        ];
        let mut changed = 0;
        for (statement, condition) in statements {
            let mut sql = self.sql(statement);
            sql.push(" WHERE low_id = ").bind(low).push(" AND high_id = ").bind(high);
            sql.push(" AND apart_at IS NOT NULL AND ").push(condition);
            changed += sql.execute(self.connection()).await?;
        }
        if changed == 1 {
            return Ok(());
        }
        Err(StoreError::not_found("decision on businesses", format_args!("{low} and {high}")))
    }
}

fn ascending(one: BusinessId, other: BusinessId) -> (i64, i64) {
    (one.0.min(other.0), one.0.max(other.0))
}
