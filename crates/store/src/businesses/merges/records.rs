//! Records of sources that a search or an import merged into a business, each kept as the business that it would be alone.

use contract::{Business, BusinessId, Timestamp};
use sea_orm::Value;
use serde::{Deserialize, Serialize};

use super::super::edit::Stored;
use super::super::write::keyed;
use super::{Unmerged, undo};
use crate::codec::{from_json, json};
use crate::provenance::Provenance;
use crate::sql::{Columns, Sql, bulk_runs};
use crate::{NewBusiness, StoreError, WriteTx};

/// Rows that one statement writes.
const BULK_ROWS: usize = 128;

/// A record that was merged into a business by a program.
#[derive(Clone, Debug, PartialEq)]
pub struct MergedRecord {
    /// The source of the record, and its identifier there.
    source: (String, String),
    /// Whether its source lets its values be kept for a while only.
    is_limited: bool,
    text: String,
}

/// What is stored of it.
#[derive(Debug, Serialize, Deserialize)]
struct Text {
    other: serde_json::Value,
    #[serde(rename = "nameKey")]
    name_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    domain: Option<String>,
    /// Fields of the kept business that it filled, and labels that it added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    filled: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
}

/// A record as it is read.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) business: Business,
    name_key: String,
    domain: Option<String>,
    pub(super) filled: Vec<String>,
    pub(super) tags: Vec<String>,
}

impl MergedRecord {
    /// What `says` says, which filled the fields `filled`, by their names in the contract, and added the labels `tags` to a
    /// business. `is_limited` where its source lets its values be kept for a while only. `None` for what has no source, or
    /// no form as JSON.
    #[must_use]
    pub fn new(says: &NewBusiness, filled: &[&str], tags: Vec<String>, is_limited: bool) -> Option<Self> {
        let source = says.business.sources.first()?;
        let mut other = serde_json::to_value(&says.business).ok()?;
        leave_out_nulls(&mut other);
        let text = Text {
            other,
            name_key: says.name_key.clone(),
            domain: says.domain.clone(),
            filled: filled.iter().map(|field| (*field).to_owned()).collect(),
            tags,
        };
        let source = (source.source.clone(), source.source_id.clone());
        Some(Self { source, is_limited, text: json(&text).ok()? })
    }
}

/// Most fields of most records are empty.
fn leave_out_nulls(json: &mut serde_json::Value) {
    if let Some(fields) = json.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
        fields.values_mut().for_each(leave_out_nulls);
    }
}

/// Reads what is stored of a record: a business under the id that is kept for it.
pub(super) fn read(text: &str, id: BusinessId, merged_at: Timestamp) -> Result<Record, StoreError> {
    let Text { other, name_key, domain, filled, tags } = from_json(text)?;
    let business: Business =
        serde_json::from_value(other).map_err(|error| StoreError::Unreadable(error.to_string()))?;
    let business = Business { id, version: 1, created_at: merged_at, updated_at: merged_at, ..business };
    Ok(Record { business, name_key, domain, filled, tags })
}

impl WriteTx {
    /// Keeps what records say that were merged into businesses in this transaction, each under an id of its own, so that
    /// [`WriteTx::unmerge_business`] makes it a business.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn keep_merged(&mut self, merged: &[(BusinessId, MergedRecord)]) -> Result<(), StoreError> {
        if merged.is_empty() {
            return Ok(());
        }
        let kept = self.write_merged(merged).await;
        self.guard(kept)
    }

    async fn write_merged(&self, merged: &[(BusinessId, MergedRecord)]) -> Result<(), StoreError> {
        let ids = self.backend().new_business_ids(merged.len(), self.connection()).await?;
        let table = "business_merges (kept_id, other_id, merged_at, record, automatic)";
        let now = self.now().as_millis();
        let rows: Vec<_> = merged.iter().zip(ids).collect();
        for run in bulk_runs(&rows, BULK_ROWS) {
            let rows = run.iter().map(|((kept, record), id)| {
                [Value::from(kept.0), (*id).into(), now.into(), record.text.as_str().into(), true.into()]
            });
            Sql::bulk_insert(self.backend(), table, rows, "").execute(self.connection()).await?;
        }
        for ((kept, record), id) in rows.into_iter().filter(|((_, record), _)| record.is_limited) {
            let (source, source_id) = &record.source;
            let mut sql = self.sql("INSERT INTO merge_records (source, source_id, merge_id) SELECT ");
            sql.bind_list([source.as_str(), source_id.as_str()]);
            sql.push(", id FROM business_merges WHERE kept_id = ").bind(kept.0);
            sql.push(" AND other_id = ").bind(id);
            sql.execute(self.connection()).await?;
        }
        Ok(())
    }

    /// Makes a record a business of its own; what the kept one has of it goes unless somebody changed it.
    pub(super) async fn separate(
        &self,
        stored: Stored,
        merge: i64,
        id: BusinessId,
        merged_at: Timestamp,
        text: &str,
    ) -> Result<Unmerged, StoreError> {
        let kept = stored.row.business.id;
        let record = read(text, id, merged_at)?;
        let after = undo::without_record(&stored, &record)?;
        let mut written = self.write_changed(&[stored.row.business], vec![after]).await?;
        let kept_now = written.pop().ok_or_else(|| StoreError::not_found("business", kept))?;
        let business = Business { created_at: self.now(), updated_at: self.now(), ..record.business };
        let row = keyed(&business, &record.name_key, &record.domain);
        let words = [row.words()];
        self.write_rows(&[row], "", |_| {}).await?;
        self.write_links(&[&business], &words).await?;
        self.note_separated(merge, &business, merged_at).await?;
        self.write_apart(kept, id).await?;
        Ok(Unmerged { kept: kept_now, restored: business })
    }

    /// Where the source lets its values be kept for a while only, that while began when the record came.
    async fn note_separated(
        &self,
        merge: i64,
        business: &Business,
        merged_at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut sql = self.sql("SELECT source, source_id FROM merge_records WHERE merge_id = ");
        sql.bind(merge);
        let Some(row) = sql.one(self.connection()).await? else { return Ok(()) };
        let (source, source_id): (String, String) = (row.column(0)?, row.column(1)?);
        let mut provenance = Provenance::default();
        provenance.limited((&source, &source_id), None, business, business);
        self.note_all(&provenance, merged_at).await
    }
}
