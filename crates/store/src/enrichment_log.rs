//! What enrichment did.

use contract::enrichment::{EnrichmentLogEntry, HistoryQuery};
use contract::page::{DEFAULT_LIMIT, MAX_LIMIT};
use contract::{BusinessId, Page, PageMeta, Timestamp};
use sea_orm::{QueryResult, Value};
use serde::{Deserialize, Serialize};

use crate::codec::{from_json, json};
use crate::cursor;
use crate::snapshot::Snapshot;
use crate::sql::{Columns, stored};
use crate::{NewEnrichmentEntry, Store, StoreError, WriteTx};

impl WriteTx {
    /// Writes down what a provider did for a business, without evidence of whom the suppression list covers.
    ///
    /// # Errors
    /// If the business is gone or the database does not answer.
    pub async fn log_enrichment(
        &mut self,
        mut entry: NewEnrichmentEntry,
    ) -> Result<EnrichmentLogEntry, StoreError> {
        entry.evidence = self.leave_out_of_evidence(entry.business_id, entry.evidence).await?;
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

/// An entry's place in the history of a business.
#[derive(Serialize, Deserialize)]
struct Place {
    #[serde(rename = "b")]
    business: BusinessId,
    /// The page that begins after the entry.
    #[serde(rename = "p")]
    page: u32,
    /// When the entry's work began, in milliseconds since 1970.
    #[serde(rename = "s")]
    started_at: i64,
    #[serde(rename = "i")]
    id: i64,
}

impl Store {
    /// A page of what was done for a business, the newest first; `None` if there is no such business.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`] if the cursor is not one of this list.
    pub async fn enrichment_history(
        &self,
        business: BusinessId,
        query: &HistoryQuery,
    ) -> Result<Option<Page<EnrichmentLogEntry>>, StoreError> {
        let place: Option<Place> = query.cursor.as_deref().map(cursor::decode).transpose()?;
        if place.as_ref().is_some_and(|place| place.business != business) {
            return Err(StoreError::BadCursor);
        }
        let page = place.as_ref().map_or(1, |place| place.page);
        let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
        let snapshot = self.snapshot().await?;
        if !snapshot.has_business(business).await? {
            return Ok(None);
        }
        let mut entries = snapshot.entries_after(business, place, limit).await?;
        let goes_on = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        let next = entries.last().filter(|_| goes_on).map(|last| {
            let (started_at, id) = (last.started_at.as_millis(), last.id);
            json(&Place { business, page: page.saturating_add(1), started_at, id })
        });
        let next = next.transpose()?.map(|text| cursor::encode_text(&text));
        let mut sql = snapshot.sql("SELECT count(*) FROM enrichment_log WHERE business_id = ");
        sql.bind(business.0);
        let total: i64 = sql.scalar(snapshot.connection()).await?;
        let total = u64::try_from(total).unwrap_or_default();
        Ok(Some(Page { data: entries, meta: PageMeta::new(total, page, limit, next) }))
    }

    /// What was done for a business, the newest first, at most `limit` entries.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn enrichment_log(
        &self,
        business: BusinessId,
        limit: u32,
    ) -> Result<Vec<EnrichmentLogEntry>, StoreError> {
        let page =
            self.enrichment_history(business, &HistoryQuery { limit: Some(limit), cursor: None }).await?;
        Ok(page.map(|page| page.data).unwrap_or_default())
    }
}

impl Snapshot {
    /// One entry more than the page, to tell whether there is a next page.
    async fn entries_after(
        &self,
        business: BusinessId,
        place: Option<Place>,
        limit: u32,
    ) -> Result<Vec<EnrichmentLogEntry>, StoreError> {
        let mut sql = self.sql(
            "SELECT id, business_id, provider, status, fields_written, cost_minor, currency, started_at, \
             duration_ms, error, evidence FROM enrichment_log WHERE business_id = ",
        );
        sql.bind(business.0);
        if let Some(place) = place {
            sql.push(" AND (started_at < ").bind(place.started_at);
            sql.push(" OR (started_at = ")
                .bind(place.started_at)
                .push(" AND id < ")
                .bind(place.id)
                .push("))");
        }
        sql.push(" ORDER BY started_at DESC, id DESC LIMIT ").bind(i64::from(limit) + 1);
        sql.all(self.connection()).await?.iter().map(decode).collect()
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
