//! What a merge would leave, and which can be undone.

use contract::duplicates::{MergePreview, MergedBusiness};
use contract::{BusinessId, Contact, Timestamp};

use super::super::edit::Stored;
use super::super::row;
use super::{Record, fill, ordered, records, take};
use crate::codec::from_json;
use crate::snapshot::Snapshot;
use crate::sql::Columns;
use crate::{Store, StoreError, contacts};

/// Merges that are told of one business.
const MOST: i64 = 200;

impl Store {
    /// What [`merge_businesses`](crate::WriteTx::merge_businesses) would make of the two as they are now.
    ///
    /// # Errors
    /// As that.
    pub async fn preview_merge(
        &self,
        kept: BusinessId,
        other: BusinessId,
    ) -> Result<MergePreview, StoreError> {
        if kept == other {
            return Err(super::with_itself());
        }
        let snapshot = self.snapshot().await?;
        let mut sql = snapshot.sql("SELECT ");
        sql.push(&row::columns("b")).push(", b.edited FROM businesses b WHERE b.id IN (");
        sql.bind_list(ordered(kept, other)).push(")");
        let rows = sql.all(snapshot.connection()).await?;
        let mut stored = rows.iter().map(Stored::decode).collect::<Result<Vec<_>, _>>()?;
        let (kept, other) = (take(&mut stored, kept)?, take(&mut stored, other)?);
        let mut merged = fill::filled(&kept, &other).0.business;
        let contacts = contacts_of_both(&snapshot, kept.row.business.id, other.row.business.id).await?;
        merged.contact_count = u32::try_from(contacts.len()).unwrap_or(u32::MAX);
        Ok(MergePreview { kept: kept.row.business, other: other.row.business, merged, contacts })
    }

    /// What was merged into a business and can be undone, the last first; at most 200 merges.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such business.
    pub async fn list_merges(&self, kept: BusinessId) -> Result<Vec<MergedBusiness>, StoreError> {
        let snapshot = self.snapshot().await?;
        if !snapshot.has_business(kept).await? {
            return Err(StoreError::not_found("business", kept));
        }
        let mut sql = snapshot
            .sql("SELECT merged_at, automatic, other_id, record FROM business_merges WHERE kept_id = ");
        sql.bind(kept.0).push(" ORDER BY id DESC LIMIT ").bind(MOST);
        let rows = sql.all(snapshot.connection()).await?;
        let merges = rows.iter().map(|row| {
            let merged_at = Timestamp::from_millis(row.column(0)?);
            let (automatic, other_id) = (row.column(1)?, BusinessId(row.column(2)?));
            let text: String = row.column(3)?;
            let business = if automatic {
                records::read(&text, other_id, merged_at)?.business
            } else {
                from_json::<Record>(&text)?.other
            };
            Ok(MergedBusiness { other_id, business, merged_at, automatic })
        });
        merges.collect()
    }
}

/// As a merge leaves them: where `kept` has a primary one, that of `other` no longer is.
async fn contacts_of_both(
    snapshot: &Snapshot,
    kept: BusinessId,
    other: BusinessId,
) -> Result<Vec<Contact>, StoreError> {
    let of = async |id| contacts::of_business(snapshot.backend(), snapshot.connection(), id).await;
    let mut contacts = of(kept).await?;
    let has_primary = contacts.iter().any(|contact| contact.is_primary);
    for contact in of(other).await? {
        let is_primary = contact.is_primary && !has_primary;
        contacts.push(Contact { business_id: kept, is_primary, ..contact });
    }
    contacts.sort_by_key(|contact| (!contact.is_primary, contact.id));
    Ok(contacts)
}
