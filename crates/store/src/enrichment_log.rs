//! What enrichment did.

use contract::enrichment::EnrichmentLogEntry;
use contract::{BusinessId, Timestamp};
use sea_orm::{QueryResult, Value};

use crate::codec::{from_json, json};
use crate::sql::{Columns, Sql, stored};
use crate::{NewEnrichmentEntry, Store, StoreError, WriteTx};

impl WriteTx {
    /// Writes down what a provider did for a business.
    ///
    /// # Errors
    /// If the business is gone or the database does not answer.
    pub async fn log_enrichment(
        &mut self,
        entry: NewEnrichmentEntry,
    ) -> Result<EnrichmentLogEntry, StoreError> {
        let mut sql = self.sql(
            "INSERT INTO enrichment_log (business_id, provider, status, fields_written, cost_minor, currency, \
             started_at, duration_ms, error, evidence) VALUES (",
        );
        sql.bind_list([
            Value::from(entry.business_id.0),
            entry.provider.as_str().into(),
            entry.status.as_str().into(),
            json(&entry.fields_written)?.into(),
            entry.cost_minor.into(),
            entry.currency.as_str().into(),
            entry.started_at.as_millis().into(),
            stored(entry.duration_ms).into(),
            entry.error.as_deref().into(),
            json(&entry.evidence)?.into(),
        ]);
        sql.push(") RETURNING id");
        let id = sql.scalar(self.connection()).await?;
        Ok(EnrichmentLogEntry {
            id,
            business_id: entry.business_id,
            provider: entry.provider,
            status: entry.status,
            fields_written: entry.fields_written,
            cost_minor: entry.cost_minor,
            currency: entry.currency,
            started_at: entry.started_at,
            duration_ms: entry.duration_ms,
            error: entry.error,
            evidence: entry.evidence,
        })
    }
}

impl Store {
    /// What was done for a business, the newest first, at most `limit` entries.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn enrichment_log(
        &self,
        business_id: BusinessId,
        limit: u32,
    ) -> Result<Vec<EnrichmentLogEntry>, StoreError> {
        let mut sql = Sql::new(
            self.backend(),
            "SELECT id, business_id, provider, status, fields_written, cost_minor, currency, started_at, \
             duration_ms, error, evidence FROM enrichment_log WHERE business_id = ",
        );
        sql.bind(business_id.0).push(" ORDER BY started_at DESC, id DESC LIMIT ").bind(i64::from(limit));
        sql.all(self.reader()).await?.iter().map(decode).collect()
    }
}

fn decode(row: &QueryResult) -> Result<EnrichmentLogEntry, StoreError> {
    Ok(EnrichmentLogEntry {
        id: row.column(0)?,
        business_id: BusinessId(row.column(1)?),
        provider: row.column(2)?,
        status: row.column(3)?,
        fields_written: from_json(&row.column::<String>(4)?)?,
        cost_minor: row.column(5)?,
        currency: row.column(6)?,
        started_at: Timestamp::from_millis(row.column(7)?),
        duration_ms: row.count(8)?,
        error: row.column(9)?,
        evidence: from_json(&row.column::<String>(10)?)?,
    })
}
