//! Writing businesses: whole batches in few statements.

use contract::event::BusinessDeleted;
use contract::{Business, BusinessId};

use super::edit::Stored;
use super::row;
use crate::sql::{Sql, bulk_runs, execute_all, padded, stored};
use crate::{KnownBusiness, NewBusiness, StoreError, WriteTx};

/// Rows that one statement writes: 43 values each, below the bound-value limits of both databases.
const BULK_ROWS: usize = 128;

/// Ids that one statement names.
const IDS_PER_STATEMENT: usize = 1024;

/// A business with what it can be looked up by, which its row has too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keyed<'a> {
    pub(super) business: &'a Business,
    pub(crate) name_key: &'a str,
    domain: Option<&'a str>,
}

impl<'a> Keyed<'a> {
    pub(crate) fn id(self) -> BusinessId {
        self.business.id
    }

    /// How it is reached: phone number and domain.
    pub(crate) fn contacts(self) -> impl Iterator<Item = &'a str> {
        self.business.phone.as_deref().into_iter().chain(self.domain)
    }

    /// Its id, and the words that a search finds it by.
    pub(super) fn words(&self) -> (i64, String) {
        (self.business.id.0, row::search_words(self.business))
    }
}

impl<'a> From<&'a KnownBusiness> for Keyed<'a> {
    fn from(known: &'a KnownBusiness) -> Self {
        keyed(&known.business, &known.name_key, &known.domain)
    }
}

impl<'a> From<&'a NewBusiness> for Keyed<'a> {
    fn from(new: &'a NewBusiness) -> Self {
        keyed(&new.business, &new.name_key, &new.domain)
    }
}

impl WriteTx {
    /// Stores businesses, and returns them in the same order with what the store gave them: id, version 1,
    /// times, no contacts.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a business is stored already with one of the source records.
    pub async fn insert_businesses(&mut self, new: Vec<NewBusiness>) -> Result<Vec<Business>, StoreError> {
        let inserted = self.insert_all(new).await;
        self.guard(inserted)
    }

    async fn insert_all(&self, new: Vec<NewBusiness>) -> Result<Vec<Business>, StoreError> {
        let numbered = self.number(new).await?;
        self.write_numbered(&numbered).await?;
        Ok(numbered.into_businesses())
    }

    /// Stores changed businesses, and returns them with their version one higher. Sources and tags are
    /// replaced by those given; contacts stay, and so does every field that a person set or cleared
    /// ([`WriteTx::edit_business`]).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the stored version of one is not the given one, or a source record belongs
    /// to another business.
    pub async fn update_businesses(
        &mut self,
        known: Vec<KnownBusiness>,
    ) -> Result<Vec<Business>, StoreError> {
        let updated = self.update_all(known).await;
        self.guard(updated)
    }

    async fn update_all(&self, mut known: Vec<KnownBusiness>) -> Result<Vec<Business>, StoreError> {
        if known.is_empty() {
            return Ok(Vec::new());
        }
        let stored = self.lock_stored(&known).await?;
        for one in &mut known {
            let before = stored.binary_search_by_key(&one.business.id, |before| before.row.business.id);
            if let Ok(before) = before {
                stored[before].keep_edited(one);
            }
        }
        let before: Vec<_> = stored.into_iter().map(|before| before.row.business).collect();
        self.write_changed(&before, known).await
    }

    /// Writes the changed rows over the stored ones, which are locked and by ascending id.
    pub(super) async fn write_changed(
        &self,
        before: &[Business],
        mut known: Vec<KnownBusiness>,
    ) -> Result<Vec<Business>, StoreError> {
        self.leave_out_of_businesses(known.iter_mut().map(|one| &mut one.business).collect()).await?;
        for one in &mut known {
            one.business.version += 1;
            one.business.updated_at = self.now();
        }
        let mut rows: Vec<_> = known.iter().map(Keyed::from).collect();
        rows.sort_unstable_by_key(|row| row.business.id);
        self.write_rows(&rows, &on_conflict(), |_| {}).await?;
        let changed: Vec<_> = rows.iter().map(|row| row.business).collect();
        self.write_changed_links(before, &changed).await?;
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
        let stored = self.lock_business(id).await?.ok_or_else(|| StoreError::not_found("business", id))?;
        let stored = stored.business;
        if version.is_some_and(|version| version != stored.version) {
            return Err(changed_meanwhile());
        }
        self.forget_merges_and_pairs(&[id.0]).await?;
        self.delete_rows(&[&stored]).await?;
        Ok(BusinessDeleted { id, version: stored.version + 1 })
    }

    /// Locks the stored rows of changed ones, by ascending id in one order everywhere, so that two transactions
    /// never wait for each other in a circle; sees that each is the one that was changed.
    async fn lock_stored(&self, changed: &[KnownBusiness]) -> Result<Vec<Stored>, StoreError> {
        let mut seen: Vec<_> = changed.iter().map(|one| (one.business.id, one.business.version)).collect();
        seen.sort_unstable();
        let mut all = Vec::with_capacity(seen.len());
        for run in seen.chunks(IDS_PER_STATEMENT) {
            let ids: Vec<_> = run.iter().map(|(id, _)| id.0).collect();
            all.extend(self.stored(&ids).await?);
        }
        let versions = all.iter().map(|stored| (stored.row.business.id, stored.row.business.version));
        if versions.eq(seen) { Ok(all) } else { Err(changed_meanwhile()) }
    }

    /// The stored rows, by ascending id; they stay as they are until the end of the transaction.
    pub(super) async fn stored(&self, ids: &[i64]) -> Result<Vec<Stored>, StoreError> {
        self.has_suppressions().await?;
        let mut sql = self.sql("SELECT ");
        sql.push(&row::columns("b")).push(", b.edited FROM businesses b WHERE b.id IN (");
        sql.bind_list(padded(ids)).push(") ORDER BY b.id").push(self.backend().lock_rows());
        let rows = sql.all(self.connection()).await?;
        rows.iter().map(Stored::decode).collect()
    }

    /// Writes rows; `beside` is given each run of them while the database is busy with the one before.
    pub(super) async fn write_rows(
        &self,
        rows: &[Keyed<'_>],
        on_conflict: &str,
        mut beside: impl FnMut(&[Keyed<'_>]) + Send,
    ) -> Result<(), StoreError> {
        let columns = row::all_columns().collect::<Vec<_>>().join(", ");
        let table = format!("businesses ({columns})");
        let statements = bulk_runs(rows, BULK_ROWS).map(|run| {
            let encoded = run.iter().map(|one| row::encode(one.business, one.name_key, one.domain));
            let encoded = encoded.collect::<Result<Vec<_>, _>>()?;
            beside(run);
            Ok(Sql::bulk_insert(self.backend(), &table, encoded, on_conflict))
        });
        execute_all(Box::new(statements), self.connection()).await
    }

    /// Deletes locked rows with what belongs to them.
    pub(super) async fn delete_rows(&self, rows: &[&Business]) -> Result<(), StoreError> {
        self.delete_links(rows).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id.0).collect();
        for run in ids.chunks(IDS_PER_STATEMENT) {
            let mut sql = self.sql("DELETE FROM businesses WHERE id IN (");
            sql.bind_list(padded(run)).push(")");
            sql.execute(self.connection()).await?;
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

pub(super) fn keyed<'a>(business: &'a Business, name_key: &'a str, domain: &'a Option<String>) -> Keyed<'a> {
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

pub(super) fn changed_meanwhile() -> StoreError {
    StoreError::Conflict(
        "the business was changed by someone else; read it again and make the change anew".to_owned(),
    )
}
