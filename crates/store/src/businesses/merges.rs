//! Two businesses become one, and two again.

mod fill;
mod look;
mod records;
mod undo;

use contract::event::BusinessDeleted;
use contract::{Business, BusinessId, Timestamp};
use serde::{Deserialize, Serialize};

use super::edit::Stored;
use super::write::keyed;
use crate::codec::{from_json, json};
use crate::sql::{Columns, padded};
use crate::{StoreError, WriteTx, contacts};

pub use records::MergedRecord;

/// What is needed to undo a merge.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// The business that was kept, before and after.
    before: Business,
    after: Business,
    before_domain: Option<String>,
    before_edited: Vec<String>,
    /// The business that is gone, with what stands beside it.
    other: Business,
    other_name_key: String,
    other_domain: Option<String>,
    other_edited: Vec<String>,
    /// Its contacts, and which of them was the primary one.
    contacts: Vec<i64>,
    primary: Option<i64>,
    /// Its entries of the enrichment log.
    entries: Vec<i64>,
}

/// What a merge made of two businesses.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The one that is left, as it is now.
    pub business: Business,
    /// The one that is gone.
    pub deleted: BusinessDeleted,
}

/// What undoing a merge made of a business.
#[derive(Clone, Debug, PartialEq)]
pub struct Unmerged {
    /// The one that was kept, as it is now.
    pub kept: Business,
    /// The one that is back under its own id.
    pub restored: Business,
}

impl WriteTx {
    /// Makes one business of two: `kept` stays, takes over what it does not know itself, and has the sources, labels,
    /// contacts and history of both; `other` is gone. Everything that `other` said is remembered, so that
    /// [`WriteTx::unmerge_business`] brings it back. What a person set or cleared in `kept` stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if one of them is not there, and [`StoreError::Conflict`] if they are the same.
    pub async fn merge_businesses(
        &mut self,
        kept: BusinessId,
        other: BusinessId,
    ) -> Result<Merged, StoreError> {
        let merged = self.merge(kept, other).await;
        self.guard(merged)
    }

    async fn merge(&self, kept: BusinessId, other: BusinessId) -> Result<Merged, StoreError> {
        if kept == other {
            return Err(with_itself());
        }
        let mut stored = self.stored(&ordered(kept, other)).await?;
        let (kept_before, other_before) = (take(&mut stored, kept)?, take(&mut stored, other)?);
        let (after, edited) = fill::filled(&kept_before, &other_before);
        let (contacts, primary) = self.contacts_to_move(kept, other).await?;
        let entries = self.ids("SELECT id FROM enrichment_log WHERE business_id = ", other).await?;
        let mut record = record(&kept_before, &other_before, after.business.clone());
        (record.contacts, record.primary, record.entries) = (contacts, primary, entries);
        self.move_rows("contacts", &record.contacts, kept).await?;
        self.move_rows("enrichment_log", &record.entries, kept).await?;
        if let Some(primary) = record.primary {
            self.set_primary_contact(primary, false).await?;
        }
        let gone = other_before.row.business;
        self.delete_rows(&[&gone]).await?;
        let mut written = self.write_changed(&[kept_before.row.business], vec![after]).await?;
        let mut business = written.pop().ok_or_else(|| StoreError::not_found("business", kept))?;
        business.contact_count = self.recount_contacts(kept).await?;
        self.set_edited(kept, &edited).await?;
        let mut sql = self.sql("INSERT INTO business_merges (kept_id, other_id, merged_at, record) VALUES (");
        sql.bind(kept.0).push(", ").bind(other.0).push(", ").bind(self.now().as_millis());
        sql.push(", ").bind(json(&record)?).push(") RETURNING id");
        let merge: i64 = sql.scalar(self.connection()).await?;
        self.note_merge(merge, [&record.before, &record.after, &record.other]).await?;
        Ok(Merged { business, deleted: BusinessDeleted { id: other, version: gone.version + 1 } })
    }

    /// Undoes the last merge into a business, or that of `other`: brings back the one that was merged away, under its
    /// own id, with its sources, contacts and history; takes from `kept` what it had from it and nobody has changed
    /// since. A [record](WriteTx::keep_merged) becomes a business, and the two are [apart](WriteTx::keep_apart). `None` if
    /// there is no such merge.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if `kept` is not there.
    pub async fn unmerge_business(
        &mut self,
        kept: BusinessId,
        other: Option<BusinessId>,
    ) -> Result<Option<Unmerged>, StoreError> {
        let unmerged = self.unmerge(kept, other).await;
        self.guard(unmerged)
    }

    async fn unmerge(
        &self,
        kept: BusinessId,
        other: Option<BusinessId>,
    ) -> Result<Option<Unmerged>, StoreError> {
        let stored = self.stored(&[kept.0]).await?.pop();
        let stored = stored.ok_or_else(|| StoreError::not_found("business", kept))?;
        let mut sql = self
            .sql("SELECT id, record, automatic, other_id, merged_at FROM business_merges WHERE kept_id = ");
        sql.bind(kept.0);
        if let Some(other) = other {
            sql.push(" AND other_id = ").bind(other.0);
        }
        sql.push(" ORDER BY id DESC LIMIT 1");
        let Some(found) = sql.one(self.connection()).await? else { return Ok(None) };
        let merge: i64 = found.column(0)?;
        let text: String = found.column(1)?;
        let unmerged = if found.column(2)? {
            let merged_at = Timestamp::from_millis(found.column(4)?);
            self.separate(stored, merge, BusinessId(found.column(3)?), merged_at, &text).await?
        } else {
            self.undo(stored, &from_json(&text)?).await?
        };
        let mut sql = self.sql("DELETE FROM business_merges WHERE id = ");
        sql.bind(merge);
        sql.execute(self.connection()).await?;
        Ok(Some(unmerged))
    }

    async fn undo(&self, stored: Stored, record: &Record) -> Result<Unmerged, StoreError> {
        let kept = stored.row.business.id;
        let (after, edited) = undo::without(&stored, record)?;
        let mut written = self.write_changed(&[stored.row.business], vec![after]).await?;
        let mut kept_now = written.pop().ok_or_else(|| StoreError::not_found("business", kept))?;
        self.set_edited(kept, &edited).await?;
        let restored = self.restore(record).await?;
        kept_now.contact_count = self.recount_contacts(kept).await?;
        Ok(Unmerged { kept: kept_now, restored })
    }

    /// Forgets what was merged into businesses that are to be deleted, and into those again, and what was said of pairs of
    /// any of them.
    pub(super) async fn forget_merges_and_pairs(&self, ids: &[i64]) -> Result<(), StoreError> {
        for run in ids.chunks(1024) {
            // Merges last: they tell who is gone.
            for (table, column) in
                [("business_pairs", "low_id"), ("business_pairs", "high_id"), ("business_merges", "kept_id")]
            {
                let mut sql = self.sql("DELETE FROM ");
                sql.push(table)
                    .push(" WHERE ")
                    .push(column)
                    .push(" IN (WITH RECURSIVE gone (id) AS (SELECT id FROM businesses WHERE id IN (");
                sql.bind_list(padded(run)).push(
                    ") UNION SELECT m.other_id FROM business_merges m JOIN gone ON m.kept_id = gone.id) \
                     SELECT id FROM gone)",
                );
                sql.execute(self.connection()).await?;
            }
        }
        Ok(())
    }

    /// Stores a business again that was merged away, newer than it ever was.
    async fn restore(&self, record: &Record) -> Result<Business, StoreError> {
        let mut business = record.other.clone();
        // One more than the version at which it was deleted.
        business.version += 2;
        business.updated_at = self.now();
        let row = keyed(&business, &record.other_name_key, &record.other_domain);
        let words = [row.words()];
        self.write_rows(&[row], "", |_| {}).await?;
        self.write_links(&[&business], &words).await?;
        self.set_edited(business.id, &record.other_edited).await?;
        self.move_rows("contacts", &record.contacts, business.id).await?;
        self.move_rows("enrichment_log", &record.entries, business.id).await?;
        if let Some(primary) = record.primary {
            self.set_primary_contact(primary, true).await?;
        }
        business.contact_count = self.recount_contacts(business.id).await?;
        Ok(business)
    }

    /// The contacts of `other`, and its primary one if `kept` has one of its own.
    async fn contacts_to_move(
        &self,
        kept: BusinessId,
        other: BusinessId,
    ) -> Result<(Vec<i64>, Option<i64>), StoreError> {
        let has_primary = self.contacts_of(kept).await?.iter().any(|contact| contact.is_primary);
        let primary = self.contacts_of(other).await?.into_iter().find(|contact| contact.is_primary);
        // Those that are not shown move too: they tell whom a person removed.
        let all = self.ids("SELECT id FROM contacts WHERE business_id = ", other).await?;
        Ok((all, primary.filter(|_| has_primary).map(|contact| contact.id.0)))
    }

    async fn contacts_of(&self, id: BusinessId) -> Result<Vec<contract::Contact>, StoreError> {
        contacts::of_business(self.backend(), self.connection(), id).await
    }

    async fn ids(&self, select: &str, business: BusinessId) -> Result<Vec<i64>, StoreError> {
        let mut sql = self.sql(select);
        sql.bind(business.0).push(" ORDER BY id");
        sql.all(self.connection()).await?.iter().map(|row| row.column(0)).collect()
    }

    /// Gives rows of a table to another business.
    async fn move_rows(&self, table: &str, ids: &[i64], to: BusinessId) -> Result<(), StoreError> {
        for run in ids.chunks(1024) {
            let mut sql = self.sql("UPDATE ");
            sql.push(table).push(" SET business_id = ").bind(to.0);
            sql.push(" WHERE id IN (").bind_list(padded(run)).push(")");
            sql.execute(self.connection()).await?;
        }
        Ok(())
    }
}

fn record(kept: &Stored, other: &Stored, after: Business) -> Record {
    Record {
        before: kept.row.business.clone(),
        after,
        before_domain: kept.row.domain.clone(),
        before_edited: kept.edited().to_vec(),
        other: other.row.business.clone(),
        other_name_key: other.row.name_key.clone(),
        other_domain: other.row.domain.clone(),
        other_edited: other.edited().to_vec(),
        contacts: Vec::new(),
        primary: None,
        entries: Vec::new(),
    }
}

/// The one of that id.
fn take(stored: &mut Vec<Stored>, id: BusinessId) -> Result<Stored, StoreError> {
    let position = stored.iter().position(|stored| stored.row.business.id == id);
    position.map(|position| stored.remove(position)).ok_or_else(|| StoreError::not_found("business", id))
}

fn with_itself() -> StoreError {
    StoreError::Conflict("a business cannot be merged with itself".to_owned())
}

/// Locked in one order everywhere.
fn ordered(one: BusinessId, other: BusinessId) -> [i64; 2] {
    [one.0.min(other.0), one.0.max(other.0)]
}
