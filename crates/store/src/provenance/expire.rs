//! What may no longer be kept is taken away.

use std::collections::{BTreeMap, HashMap};

use contract::event::BusinessDeleted;
use contract::{Business, BusinessId, EventPayload, SourceRef, Timestamp};
use serde_json::Value;

use super::fields::{clear, has_any};
use crate::businesses::Fate;
use crate::codec::from_json;
use crate::events::log;
use crate::sql::Columns;
use crate::{KnownBusiness, Store, StoreError, WriteTx};

/// Records whose values one transaction takes away.
const RECORDS_PER_WRITE: i64 = 200;

/// How long a source's values may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Slug of the source.
    pub source: String,
    /// What it said last before that moment goes.
    pub fetched_before: Timestamp,
}

/// What was taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Businesses that lost values.
    pub changed: u64,
    /// Businesses of which nothing was left.
    pub deleted: u64,
}

/// A record whose values are too old, with the digests of those by field.
#[derive(Debug)]
struct Old {
    source_id: String,
    business: Option<BusinessId>,
    values: HashMap<String, String>,
}

impl Old {
    fn has(&self, field: &str, digest: &str) -> bool {
        self.values.get(field).is_some_and(|old| old == digest)
    }

    fn is(&self, source: &str, record: &SourceRef) -> bool {
        record.source == source && record.source_id == self.source_id
    }

    /// A name for a business that has none.
    fn unnamed(&self) -> String {
        format!("Place {}", self.source_id)
    }
}

impl Store {
    /// Takes away what is older than its source lets it be kept: each field that still holds what the source said, wherever
    /// there is a copy of it, and each business of which nothing else is known and which nobody touched. What a person wrote
    /// stays, and so does what another source says too. Each step is a transaction with its events.
    ///
    /// # Errors
    /// If the database does not answer; what was taken away until then stays away.
    pub async fn expire_values(&self, terms: &[Term], now: Timestamp) -> Result<Expired, StoreError> {
        let mut expired = Expired::default();
        for term in terms {
            loop {
                let mut tx = self.begin_at(now).await?;
                let Some(step) = tx.expire_some(term).await? else { break };
                tx.commit().await?;
                expired.changed += step.changed;
                expired.deleted += step.deleted;
            }
        }
        Ok(expired)
    }
}

impl WriteTx {
    async fn expire_some(&mut self, term: &Term) -> Result<Option<Expired>, StoreError> {
        let old = self.old_records(term).await?;
        if old.is_empty() {
            return Ok(None);
        }
        let expired = self.take_away(&term.source, &old).await;
        self.guard(expired).map(Some)
    }

    async fn take_away(&mut self, source: &str, old: &[Old]) -> Result<Expired, StoreError> {
        for record in old {
            let fields: Vec<&str> = record.values.keys().map(String::as_str).collect();
            let mut sql = self.sql("DELETE FROM field_provenance WHERE source = ");
            sql.bind(source).push(" AND source_id = ").bind(record.source_id.as_str());
            sql.push(" AND field IN (").bind_list(fields).push(")");
            sql.execute(self.connection()).await?;
        }
        let (changed, deleted) = self.take_from_businesses(source, old).await?;
        self.take_from_merges(source, old).await?;
        self.take_from_events(source, old).await?;
        self.take_from_jobs(source, old).await?;
        let expired = Expired { changed: changed.len() as u64, deleted: deleted.len() as u64 };
        if expired != Expired::default() {
            self.append_events(deleted.into_iter().map(EventPayload::BusinessDeleted));
            let changed = changed.into_iter();
            self.append_events(changed.map(|business| EventPayload::BusinessUpdated(Box::new(business))));
            self.append_events([EventPayload::StatsUpdated {}]);
        }
        Ok(expired)
    }

    /// The records that said something the longest ago, with the business that each is of.
    async fn old_records(&self, term: &Term) -> Result<Vec<Old>, StoreError> {
        let before = term.fetched_before.as_millis();
        let mut sql = self.sql(
            "SELECT p.source_id, p.field, p.digest, s.business_id FROM field_provenance p \
             LEFT JOIN business_sources s ON s.source = p.source AND s.source_id = p.source_id WHERE p.source = ",
        );
        sql.bind(term.source.as_str()).push(" AND p.fetched_at < ").bind(before);
        sql.push(" AND p.source_id IN (SELECT source_id FROM field_provenance WHERE source = ");
        sql.bind(term.source.as_str()).push(" AND fetched_at < ").bind(before);
        sql.push(" GROUP BY source_id ORDER BY source_id LIMIT ").bind(RECORDS_PER_WRITE).push(")");
        let mut old: BTreeMap<String, Old> = BTreeMap::new();
        for row in sql.all(self.connection()).await? {
            let source_id: String = row.column(0)?;
            let business: Option<i64> = row.column(3)?;
            let record = old.entry(source_id.clone()).or_insert_with(|| Old {
                source_id,
                business: business.map(BusinessId),
                values: HashMap::new(),
            });
            record.values.insert(row.column(1)?, row.column(2)?);
        }
        Ok(old.into_values().collect())
    }

    async fn take_from_businesses(
        &mut self,
        source: &str,
        old: &[Old],
    ) -> Result<(Vec<Business>, Vec<BusinessDeleted>), StoreError> {
        let mut records: BTreeMap<BusinessId, Vec<&Old>> = BTreeMap::new();
        for record in old {
            if let Some(business) = record.business {
                records.entry(business).or_default().push(record);
            }
        }
        let ids: Vec<BusinessId> = records.keys().copied().collect();
        self.clear_businesses(&ids, |known, edited| {
            let (mut cleared, mut is_named) = (false, true);
            for record in records.get(&known.business.id).into_iter().flatten() {
                cleared |= take(known, edited, record)?;
                is_named &= known.business.name != record.unnamed();
            }
            let is_left = is_named || has_any(&known.business);
            let is_touched = !edited.is_empty() || is_known_otherwise(&known.business, source);
            Ok(match (is_left || is_touched, cleared) {
                (false, _) => Fate::Deleted,
                (true, true) => Fate::Changed,
                (true, false) => Fate::Stays,
            })
        })
        .await
    }

    /// What merges keep of the businesses that became one.
    async fn take_from_merges(&self, source: &str, old: &[Old]) -> Result<(), StoreError> {
        for (id, text) in self.mentioning("business_merges", "id", "record", source).await? {
            let mut record: Value = from_json(&text)?;
            if expire_copies(&mut record, source, old)? {
                let mut sql = self.sql("UPDATE business_merges SET record = ");
                sql.bind(record.to_string()).push(" WHERE id = ").bind(id);
                sql.execute(self.connection()).await?;
            }
        }
        Ok(())
    }

    /// Past events' copies of businesses.
    async fn take_from_events(&self, source: &str, old: &[Old]) -> Result<(), StoreError> {
        for (seq, text) in self.mentioning("events", "seq", "payload", source).await? {
            let mut failed = Ok(());
            let rewritten = log::rewritten(&text, |data| {
                expire_copies(data, source, old).unwrap_or_else(|error| {
                    failed = Err(error);
                    false
                })
            })?;
            failed?;
            if let Some(text) = rewritten {
                let mut sql = self.sql("UPDATE events SET payload = ");
                sql.bind(text).push(" WHERE seq = ").bind(seq);
                sql.execute(self.connection()).await?;
            }
        }
        Ok(())
    }

    /// The notes of what jobs merged, which have the names of records.
    async fn take_from_jobs(&self, source: &str, old: &[Old]) -> Result<(), StoreError> {
        for column in ["result", "checkpoint"] {
            let mut sql = self.sql("SELECT id, ");
            sql.push(column).push(" FROM jobs WHERE ").push(column).push(" LIKE ").bind(pattern(source));
            for row in sql.all(self.connection()).await? {
                let (id, text): (String, String) = (row.column(0)?, row.column(1)?);
                let mut json: Value = from_json(&text)?;
                if !expire_notes(&mut json, source, old) {
                    continue;
                }
                let mut sql = self.sql("UPDATE jobs SET ");
                sql.push(column).push(" = ").bind(json.to_string()).push(" WHERE id = ").bind(id);
                sql.execute(self.connection()).await?;
            }
        }
        Ok(())
    }

    /// Rows whose JSON has a record of the source.
    async fn mentioning(
        &self,
        table: &str,
        key: &str,
        column: &str,
        source: &str,
    ) -> Result<Vec<(i64, String)>, StoreError> {
        let mut sql = self.sql("SELECT ");
        sql.push(key).push(", ").push(column).push(" FROM ").push(table).push(" WHERE ").push(column);
        sql.push(" LIKE ").bind(pattern(source));
        let rows = sql.all(self.connection()).await?;
        rows.iter().map(|row| Ok((row.column(0)?, row.column(1)?))).collect()
    }
}

/// Takes what is too old from a business, unless a person wrote it; answers whether there was any.
fn take(known: &mut KnownBusiness, edited: &[String], record: &Old) -> Result<bool, StoreError> {
    let wrote = |field: &str| edited.iter().any(|written| written == field || beside(written) == Some(field));
    let gone = clear(&mut known.business, &record.unnamed(), |field, digest| {
        !wrote(field) && record.has(field, digest)
    })?;
    if gone.contains(&"name") {
        // What has no name is like no other.
        known.name_key.clear();
    }
    if gone.contains(&"website") {
        known.domain = None;
    }
    Ok(!gone.is_empty())
}

/// The field that a person writes along with another one.
fn beside(field: &str) -> Option<&'static str> {
    match field {
        "category" => Some("industry"),
        "phone" => Some("phoneDisplay"),
        "latitude" => Some("longitude"),
        "longitude" => Some("latitude"),
        _ => None,
    }
}

/// Whether another source knows the business, or somebody has written down something about it or found its people.
fn is_known_otherwise(business: &Business, source: &str) -> bool {
    business.sources.iter().any(|one| one.source != source)
        || business.contact_count > 0
        || business.notes.is_some()
        || !business.tags.is_empty()
}

/// Takes what is too old from each business that stands in JSON; answers whether there was any.
fn expire_copies(json: &mut Value, source: &str, old: &[Old]) -> Result<bool, StoreError> {
    if let Ok(mut business) = serde_json::from_value::<Business>(json.clone()) {
        let mut changed = false;
        for record in old {
            if business.sources.iter().any(|one| record.is(source, one)) {
                let gone =
                    clear(&mut business, &record.unnamed(), |field, digest| record.has(field, digest))?;
                changed |= !gone.is_empty();
            }
        }
        if changed {
            *json =
                serde_json::to_value(business).map_err(|error| StoreError::Unreadable(error.to_string()))?;
        }
        return Ok(changed);
    }
    let mut changed = false;
    for field in json.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        changed |= expire_copies(field, source, old)?;
    }
    Ok(changed)
}

/// Takes notes about records that are too old out of lists that stand in JSON; answers whether there was any.
fn expire_notes(json: &mut Value, source: &str, old: &[Old]) -> bool {
    match json {
        Value::Array(notes) => {
            let before = notes.len();
            notes.retain(|note| {
                let id = note["sourceId"].as_str().filter(|_| note["source"] == source);
                !id.is_some_and(|id| old.iter().any(|record| record.source_id == id))
            });
            notes.len() < before
        }
        Value::Object(fields) => {
            let mut changed = false;
            for field in fields.values_mut() {
                changed |= expire_notes(field, source, old);
            }
            changed
        }
        _ => false,
    }
}

/// What stands in JSON that has a record of the source.
fn pattern(source: &str) -> String {
    format!("%\"source\":\"{source}\"%")
}
