//! What may no longer be kept is taken away.

use std::collections::{BTreeMap, HashMap};

use contract::event::BusinessDeleted;
use contract::{Business, BusinessId, EventPayload, SourceRef, Timestamp};
use serde_json::Value;

use super::fields::{clear, has_any};
use crate::businesses::Fate;
use crate::codec::from_json;
use crate::events::log;
use crate::sql::{Columns, Sql, padded, stored};
use crate::{KnownBusiness, Store, StoreError, WriteTx};

/// Records whose values one transaction takes away.
const RECORDS_PER_WRITE: usize = 200;
/// Records for which the notes of jobs are read once: they are not found by record.
const RECORDS_PER_PASS: u64 = 10_000;

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
    /// Records of sources that had said something too long ago.
    pub records: u64,
    /// Copies in past events and in what merges keep that were read for it.
    pub copies: u64,
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
        self.expire_some_values(terms, now, u64::MAX).await
    }

    /// The same for `most` records at most. Where nothing is due, nothing is written and nobody waits.
    ///
    /// # Errors
    /// As [`Store::expire_values`].
    pub async fn expire_some_values(
        &self,
        terms: &[Term],
        now: Timestamp,
        most: u64,
    ) -> Result<Expired, StoreError> {
        let mut expired = Expired::default();
        for term in terms {
            self.expire_merged_records(term, now).await?;
            while expired.records < most {
                let due = self.due_records(term, RECORDS_PER_PASS.min(most - expired.records)).await?;
                if due.is_empty() {
                    break;
                }
                expired.records += due.len() as u64;
                self.expire_records(term, &due, now, &mut expired).await?;
            }
        }
        Ok(expired)
    }

    /// Forgets what records said that were merged into businesses too long ago: such a merge cannot be undone any more.
    /// First of all, because what is noted of the records tells which they are.
    async fn expire_merged_records(&self, term: &Term, now: Timestamp) -> Result<(), StoreError> {
        loop {
            let mut sql = Sql::new(
                self.backend(),
                "SELECT m.id FROM merge_records r JOIN business_merges m ON m.id = r.merge_id WHERE r.source = ",
            );
            sql.bind(term.source.as_str()).push(" AND m.automatic AND m.merged_at < ");
            sql.bind(term.fetched_before.as_millis()).push(" LIMIT ").bind(stored(RECORDS_PER_PASS));
            let rows = sql.all(self.reader()).await?;
            let due = rows.iter().map(|row| row.column(0)).collect::<Result<Vec<i64>, _>>()?;
            if due.is_empty() {
                return Ok(());
            }
            let tx = self.begin_at(now).await?;
            for run in due.chunks(RECORDS_PER_WRITE) {
                let mut sql = tx.sql("DELETE FROM business_merges WHERE id IN (");
                sql.bind_list(padded(run)).push(")");
                sql.execute(tx.connection()).await?;
            }
            tx.commit().await?;
        }
    }

    /// Records that said something too long ago.
    async fn due_records(&self, term: &Term, most: u64) -> Result<Vec<String>, StoreError> {
        let mut sql =
            Sql::new(self.backend(), "SELECT DISTINCT source_id FROM field_provenance WHERE source = ");
        sql.bind(term.source.as_str()).push(" AND fetched_at < ").bind(term.fetched_before.as_millis());
        sql.push(" LIMIT ").bind(stored(most));
        sql.all(self.reader()).await?.iter().map(|row| row.column(0)).collect()
    }

    async fn expire_records(
        &self,
        term: &Term,
        due: &[String],
        now: Timestamp,
        expired: &mut Expired,
    ) -> Result<(), StoreError> {
        // First: a record is no longer known as due once its values are gone.
        let mut tx = self.begin_at(now).await?;
        let forgotten = tx.take_from_jobs(term, due).await;
        tx.guard(forgotten)?;
        tx.commit().await?;
        for run in due.chunks(RECORDS_PER_WRITE) {
            let mut tx = self.begin_at(now).await?;
            let step = tx.expire_some(term, run).await;
            let step = tx.guard(step)?;
            tx.commit().await?;
            expired.changed += step.changed;
            expired.deleted += step.deleted;
            expired.copies += step.copies;
        }
        Ok(())
    }
}

impl WriteTx {
    async fn expire_some(&mut self, term: &Term, due: &[String]) -> Result<Expired, StoreError> {
        let old = self.old_records(term, due).await?;
        if old.is_empty() {
            return Ok(Expired::default());
        }
        self.take_away(&term.source, &old).await
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
        let copies = self.take_from_merges(source, old).await? + self.take_from_events(source, old).await?;
        self.forget_copies(source, old).await?;
        let (lost, gone) = (changed.len() as u64, deleted.len() as u64);
        if lost + gone > 0 {
            self.append_events(deleted.into_iter().map(EventPayload::BusinessDeleted));
            let changed = changed.into_iter();
            self.append_events(changed.map(|business| EventPayload::BusinessUpdated(Box::new(business))));
            self.append_events([EventPayload::StatsUpdated {}]);
        }
        Ok(Expired { changed: lost, deleted: gone, copies, ..Expired::default() })
    }

    /// What of these records is too old, with the business that each is of.
    async fn old_records(&self, term: &Term, due: &[String]) -> Result<Vec<Old>, StoreError> {
        let mut sql = self.sql(
            "SELECT p.source_id, p.field, p.digest, s.business_id FROM field_provenance p \
             LEFT JOIN business_sources s ON s.source = p.source AND s.source_id = p.source_id WHERE p.source = ",
        );
        sql.bind(term.source.as_str()).push(" AND p.fetched_at < ").bind(term.fetched_before.as_millis());
        sql.push(" AND p.source_id IN (").bind_list(padded(due)).push(")");
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

    /// What merges keep of the businesses that became one; answers how many were read.
    async fn take_from_merges(&self, source: &str, old: &[Old]) -> Result<u64, StoreError> {
        let select =
            "SELECT id, record FROM business_merges WHERE id IN (SELECT merge_id FROM merge_records WHERE ";
        let copies = self.copies(select, source, old).await?;
        for (id, text) in &copies {
            let mut record: Value = from_json(text)?;
            if expire_copies(&mut record, source, old)? {
                let mut sql = self.sql("UPDATE business_merges SET record = ");
                sql.bind(record.to_string()).push(" WHERE id = ").bind(*id);
                sql.execute(self.connection()).await?;
            }
        }
        Ok(copies.len() as u64)
    }

    /// Past events' copies of businesses; answers how many were read.
    async fn take_from_events(&self, source: &str, old: &[Old]) -> Result<u64, StoreError> {
        let select = "SELECT seq, payload FROM events WHERE seq IN (SELECT seq FROM event_records WHERE ";
        let copies = self.copies(select, source, old).await?;
        for (seq, text) in &copies {
            let mut failed = Ok(());
            let rewritten = log::rewritten(text, |data| {
                expire_copies(data, source, old).unwrap_or_else(|error| {
                    failed = Err(error);
                    false
                })
            })?;
            failed?;
            if let Some(text) = rewritten {
                let mut sql = self.sql("UPDATE events SET payload = ");
                sql.bind(text).push(" WHERE seq = ").bind(*seq);
                sql.execute(self.connection()).await?;
            }
        }
        Ok(copies.len() as u64)
    }

    /// Rows that are known to have a copy of what one of the records is of.
    async fn copies(
        &self,
        select: &str,
        source: &str,
        old: &[Old],
    ) -> Result<Vec<(i64, String)>, StoreError> {
        let mut sql = self.sql(select);
        push_records(&mut sql, source, old);
        sql.push(")");
        let rows = sql.all(self.connection()).await?;
        rows.iter().map(|row| Ok((row.column(0)?, row.column(1)?))).collect()
    }

    /// Of a record of which nothing is limited any more nobody needs to know where its copies are.
    async fn forget_copies(&self, source: &str, old: &[Old]) -> Result<(), StoreError> {
        for table in ["event_records", "merge_records"] {
            let mut sql = self.sql("DELETE FROM ");
            sql.push(table).push(" WHERE ");
            push_records(&mut sql, source, old);
            sql.push(" AND NOT EXISTS (SELECT 1 FROM field_provenance p WHERE p.source = ").push(table);
            sql.push(".source AND p.source_id = ").push(table).push(".source_id)");
            sql.execute(self.connection()).await?;
        }
        Ok(())
    }
}

fn push_records(sql: &mut Sql, source: &str, old: &[Old]) {
    let ids: Vec<&str> = old.iter().map(|record| record.source_id.as_str()).collect();
    sql.push("source = ").bind(source).push(" AND source_id IN (").bind_list(padded(&ids)).push(")");
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
