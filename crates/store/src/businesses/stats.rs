//! Figures over all businesses.

use std::collections::HashMap;

use contract::stats::DayCount;
use contract::{BusinessQuery, EnrichmentStatus, Stats, Timestamp};

use crate::codec::word;
use crate::snapshot::Snapshot;
use crate::sql::Columns;
use crate::{Store, StoreError};

const DAY_MS: i64 = 86_400_000;
/// Days that the figures look back, today included.
const DAYS: i64 = 30;

impl Store {
    /// Figures over all businesses; `now` says which the last 30 days are.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn stats(&self, now: Timestamp) -> Result<Stats, StoreError> {
        let snapshot = self.snapshot().await?;
        let mut stats = snapshot.totals().await?;
        let facets = snapshot.facets(&BusinessQuery::default()).await?;
        let mut sql = snapshot.sql("SELECT count(*) FROM contacts WHERE removed = ");
        sql.bind(false);
        let contacts: i64 = sql.scalar(snapshot.connection()).await?;
        stats.total_contacts = u64::try_from(contacts).unwrap_or_default();
        stats.by_city = facets.city;
        stats.by_industry = facets.industry;
        stats.by_category = facets.category;
        stats.by_source = facets.source;
        stats.created_per_day = snapshot.created_per_day(now).await?;
        Ok(stats)
    }
}

impl Snapshot {
    async fn totals(&self) -> Result<Stats, StoreError> {
        let sql = self.sql(
            "SELECT enrichment_status, count(*), sum(CASE WHEN has_email THEN 1 ELSE 0 END), \
             sum(CASE WHEN has_phone THEN 1 ELSE 0 END), sum(CASE WHEN has_website THEN 1 ELSE 0 END) \
             FROM businesses GROUP BY enrichment_status",
        );
        let mut stats = Stats::default();
        for row in sql.all(self.connection()).await? {
            let count = row.count(1)?;
            let of_status = match word(&row.column::<String>(0)?)? {
                EnrichmentStatus::Pending => &mut stats.pending,
                EnrichmentStatus::Enriching => &mut stats.enriching,
                EnrichmentStatus::Enriched => &mut stats.enriched,
                EnrichmentStatus::Failed => &mut stats.failed,
            };
            *of_status = count;
            stats.total += count;
            stats.with_email += row.count(2)?;
            stats.with_phone += row.count(3)?;
            stats.with_website += row.count(4)?;
        }
        Ok(stats)
    }

    async fn created_per_day(&self, now: Timestamp) -> Result<Vec<DayCount>, StoreError> {
        let today = now.as_millis().div_euclid(DAY_MS);
        let first = today - DAYS + 1;
        let mut sql = self.sql("SELECT created_at / 86400000, count(*) FROM businesses");
        sql.push(" WHERE created_at >= ").bind(first * DAY_MS);
        sql.push(" AND created_at < ").bind((today + 1) * DAY_MS).push(" GROUP BY 1");
        let mut counts = HashMap::new();
        for row in sql.all(self.connection()).await? {
            counts.insert(row.column::<i64>(0)?, row.count(1)?);
        }
        let day = |day: i64| DayCount {
            date: Timestamp::from_millis(day * DAY_MS).date(),
            count: counts.get(&day).copied().unwrap_or_default(),
        };
        Ok((first..=today).map(day).collect())
    }
}
