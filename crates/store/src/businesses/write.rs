//! Writing businesses: whole batches in few statements.

use contract::event::BusinessDeleted;
use contract::{Business, BusinessId};
use sea_orm::Value;

use super::row;
use crate::sql::{Columns, bulk_runs, padded, stored};
use crate::{KnownBusiness, NewBusiness, StoreError, WriteTx};

/// Rows that one statement writes: 43 values each, below the bound-value limits of both databases.
const BULK_ROWS: usize = 128;

/// Ids that one statement names.
const IDS_PER_STATEMENT: usize = 1024;

/// A row to be written.
struct Keyed<'a> {
    business: &'a Business,
    name_key: &'a str,
    domain: Option<&'a str>,
}

impl WriteTx {
    /// Stores businesses, and returns them in the same order with what the store gave them: id, version 1,
    /// times, no contacts.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a business is stored already with one of the source records.
    pub async fn insert_businesses(&mut self, new: Vec<NewBusiness>) -> Result<Vec<Business>, StoreError> {
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let mut new = new;
        let ids = self.backend().new_business_ids(new.len(), self.connection()).await?;
        for (one, id) in new.iter_mut().zip(ids) {
            one.business.id = BusinessId(id);
            one.business.version = 1;
            one.business.contact_count = 0;
            one.business.created_at = self.now();
            one.business.updated_at = self.now();
        }
        let rows: Vec<_> = new.iter().map(|one| keyed(&one.business, &one.name_key, &one.domain)).collect();
        self.write_rows(&rows, "").await?;
        self.write_around(&rows).await?;
        drop(rows);
        Ok(new.into_iter().map(|one| one.business).collect())
    }

    /// Stores changed businesses, and returns them with their version one higher. Sources and tags are
    /// replaced by those given; contacts stay.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the stored version of one is not the given one, or a source record belongs
    /// to another business.
    pub async fn update_businesses(
        &mut self,
        known: Vec<KnownBusiness>,
    ) -> Result<Vec<Business>, StoreError> {
        if known.is_empty() {
            return Ok(Vec::new());
        }
        let mut known = known;
        for one in &mut known {
            one.business.version += 1;
            one.business.updated_at = self.now();
        }
        let mut rows: Vec<_> =
            known.iter().map(|one| keyed(&one.business, &one.name_key, &one.domain)).collect();
        // In one order everywhere, so that two transactions never wait for each other in a circle.
        rows.sort_unstable_by_key(|row| row.business.id);
        self.lock_versions(&rows).await?;
        self.write_rows(&rows, &on_conflict()).await?;
        self.delete_around(&rows).await?;
        self.write_around(&rows).await?;
        drop(rows);
        Ok(known.into_iter().map(|one| one.business).collect())
    }

    /// Deletes a business with everything that belongs to it; with a version, only if it is the stored one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], and [`StoreError::Conflict`] if the stored version is another.
    pub async fn delete_business(
        &mut self,
        id: BusinessId,
        version: Option<u64>,
    ) -> Result<BusinessDeleted, StoreError> {
        let (_, stored) =
            self.versions(&[id.0]).await?.pop().ok_or_else(|| StoreError::not_found("business", id))?;
        if version.is_some_and(|version| version != stored) {
            return Err(changed_meanwhile());
        }
        self.backend().delete_words(id.0, self.connection()).await?;
        let mut sql = self.sql("DELETE FROM businesses WHERE id = ");
        sql.bind(id.0);
        sql.execute(self.connection()).await?;
        Ok(BusinessDeleted { id, version: stored + 1 })
    }

    /// Locks the stored rows of changed ones, by ascending id, and sees that each is the one that was changed.
    async fn lock_versions(&self, rows: &[Keyed<'_>]) -> Result<(), StoreError> {
        for run in rows.chunks(IDS_PER_STATEMENT) {
            let ids: Vec<_> = run.iter().map(|row| row.business.id.0).collect();
            let expected = run.iter().map(|row| (row.business.id.0, row.business.version - 1));
            if !self.versions(&ids).await?.into_iter().eq(expected) {
                return Err(changed_meanwhile());
            }
        }
        Ok(())
    }

    /// The stored versions of these businesses, by ascending id; their rows stay as they are until the end of
    /// the transaction.
    async fn versions(&self, ids: &[i64]) -> Result<Vec<(i64, u64)>, StoreError> {
        let mut sql = self.sql("SELECT id, version FROM businesses WHERE id IN (");
        sql.bind_list(padded(ids)).push(") ORDER BY id").push(self.backend().lock_rows());
        let rows = sql.all(self.connection()).await?;
        rows.iter().map(|row| Ok((row.column(0)?, row.count(1)?))).collect()
    }

    async fn write_rows(&self, rows: &[Keyed<'_>], on_conflict: &str) -> Result<(), StoreError> {
        let columns = row::all_columns().collect::<Vec<_>>().join(", ");
        for run in bulk_runs(rows, BULK_ROWS) {
            let encoded = run.iter().map(|one| row::encode(one.business, one.name_key, one.domain));
            let encoded = encoded.collect::<Result<Vec<_>, _>>()?;
            let mut sql = self.sql("INSERT INTO businesses (");
            sql.push(&columns).push(") VALUES ").bind_rows(encoded).push(on_conflict);
            sql.execute(self.connection()).await?;
        }
        Ok(())
    }

    /// Writes sources, tags and words beside the rows.
    async fn write_around(&self, rows: &[Keyed<'_>]) -> Result<(), StoreError> {
        let sources = rows.iter().flat_map(|row| {
            let id = row.business.id.0;
            row.business
                .sources
                .iter()
                .map(move |one| [one.source.as_str().into(), one.source_id.as_str().into(), id.into()])
        });
        self.write_links("business_sources (source, source_id, business_id)", sources.collect()).await?;
        let tags = rows.iter().flat_map(|row| {
            let id = row.business.id.0;
            distinct(&row.business.tags).into_iter().map(move |tag| [tag.into(), id.into()])
        });
        self.write_links("business_tags (tag, business_id)", tags.collect()).await?;
        let words: Vec<_> =
            rows.iter().map(|row| (row.business.id.0, row::search_words(row.business))).collect();
        self.backend().write_words(&words, self.connection()).await
    }

    async fn write_links<const N: usize>(
        &self,
        into: &str,
        links: Vec<[Value; N]>,
    ) -> Result<(), StoreError> {
        for run in bulk_runs(&links, 4 * BULK_ROWS) {
            let mut sql = self.sql("INSERT INTO ");
            sql.push(into).push(" VALUES ").bind_rows(run.iter().cloned());
            sql.execute(self.connection()).await?;
        }
        Ok(())
    }

    async fn delete_around(&self, rows: &[Keyed<'_>]) -> Result<(), StoreError> {
        let ids: Vec<i64> = rows.iter().map(|row| row.business.id.0).collect();
        for table in ["business_sources", "business_tags"] {
            for run in ids.chunks(IDS_PER_STATEMENT) {
                let mut sql = self.sql("DELETE FROM ");
                sql.push(table).push(" WHERE business_id IN (").bind_list(padded(run)).push(")");
                sql.execute(self.connection()).await?;
            }
        }
        Ok(())
    }

    /// Sets the number of contacts and counts the change.
    pub(crate) async fn set_contact_count(&self, id: BusinessId, count: usize) -> Result<(), StoreError> {
        let mut sql = self.sql("UPDATE businesses SET version = version + 1, contact_count = ");
        sql.bind(stored(count as u64)).push(", updated_at = ").bind(self.now().as_millis());
        sql.push(" WHERE id = ").bind(id.0);
        let changed = sql.execute(self.connection()).await?;
        if changed == 1 { Ok(()) } else { Err(StoreError::not_found("business", id)) }
    }
}

fn keyed<'a>(business: &'a Business, name_key: &'a str, domain: &'a Option<String>) -> Keyed<'a> {
    Keyed { business, name_key, domain: domain.as_deref() }
}

/// An insert that meets its own row changes it.
fn on_conflict() -> String {
    let kept = ["id", "contact_count", "created_at"];
    let set: Vec<_> = row::all_columns()
        .filter(|column| !kept.contains(column))
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    format!(" ON CONFLICT (id) DO UPDATE SET {}", set.join(", "))
}

fn distinct(tags: &[String]) -> Vec<&str> {
    let mut tags: Vec<_> = tags.iter().map(String::as_str).collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

fn changed_meanwhile() -> StoreError {
    StoreError::Conflict(
        "the business was changed by someone else; read it again and make the change anew".to_owned(),
    )
}
