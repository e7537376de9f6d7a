//! One change of many businesses.

use contract::edit::MAX_TAGS;
use contract::event::BusinessDeleted;
use contract::{Business, BusinessId};

use super::edit::Stored;
use crate::{KnownBusiness, StoreError, WriteTx};

/// Ids that one statement names.
const IDS_PER_STATEMENT: usize = 1024;

/// What becomes of a business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is as it was.
    Stays,
    /// It is written as it was changed.
    Changed,
    /// It is deleted with everything that belongs to it.
    Deleted,
}

impl WriteTx {
    /// Deletes the businesses with everything that belongs to them, by ascending id; unknown ids are left out.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn delete_businesses(
        &mut self,
        ids: &[BusinessId],
    ) -> Result<Vec<BusinessDeleted>, StoreError> {
        let deleted = self.delete_all(ids).await;
        self.guard(deleted)
    }

    async fn delete_all(&self, ids: &[BusinessId]) -> Result<Vec<BusinessDeleted>, StoreError> {
        let stored = self.lock_all(ids).await?;
        let rows: Vec<&Business> = stored.iter().map(|stored| &stored.row.business).collect();
        self.forget_merges_and_pairs(&rows.iter().map(|row| row.id.0).collect::<Vec<_>>()).await?;
        self.delete_rows(&rows).await?;
        Ok(rows.into_iter().map(|row| BusinessDeleted { id: row.id, version: row.version + 1 }).collect())
    }

    /// Gives the businesses a label; answers those that did not have it, as they are now. One that has the most labels
    /// already stays as it is. Labels are a person's from then on.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn tag_businesses(
        &mut self,
        ids: &[BusinessId],
        tag: &str,
    ) -> Result<Vec<Business>, StoreError> {
        let has_room = |tags: &mut Vec<String>| {
            let takes = tags.len() < MAX_TAGS && !tags.iter().any(|known| known == tag);
            if takes {
                tags.push(tag.to_owned());
            }
            takes
        };
        let tagged = self.change_tags(ids, has_room).await;
        self.guard(tagged)
    }

    /// Takes a label from the businesses; answers those that had it, as they are now.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn untag_businesses(
        &mut self,
        ids: &[BusinessId],
        tag: &str,
    ) -> Result<Vec<Business>, StoreError> {
        let had_it = |tags: &mut Vec<String>| {
            let before = tags.len();
            tags.retain(|known| known != tag);
            tags.len() < before
        };
        let untagged = self.change_tags(ids, had_it).await;
        self.guard(untagged)
    }

    async fn change_tags(
        &self,
        ids: &[BusinessId],
        mut change: impl FnMut(&mut Vec<String>) -> bool + Send,
    ) -> Result<Vec<Business>, StoreError> {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for mut stored in self.lock_all(ids).await? {
            let row = stored.row.clone();
            if change(&mut stored.row.business.tags) {
                if let Some(edited) = stored.with_edited("tags") {
                    self.set_edited(row.business.id, &edited).await?;
                }
                before.push(row.business);
                after.push(stored.row);
            }
        }
        if after.is_empty() { Ok(Vec::new()) } else { self.write_changed(&before, after).await }
    }

    /// Changes businesses as a program does it, and answers them as they are now; each counts as changed.
    pub(crate) async fn change_businesses(
        &self,
        ids: &[BusinessId],
        change: impl Fn(&mut Business) + Send,
    ) -> Result<Vec<Business>, StoreError> {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for stored in self.lock_all(ids).await? {
            before.push(stored.row.business.clone());
            let mut row = stored.row;
            change(&mut row.business);
            after.push(row);
        }
        if after.is_empty() { Ok(Vec::new()) } else { self.write_changed(&before, after).await }
    }

    /// Lets `decide` change each of the businesses, told which fields a person set or cleared in it, and say what becomes of
    /// it. Answers those that changed, as they are now, and those that are gone.
    pub(crate) async fn clear_businesses(
        &mut self,
        ids: &[BusinessId],
        decide: impl Fn(&mut KnownBusiness, &[String]) -> Result<Fate, StoreError> + Send,
    ) -> Result<(Vec<Business>, Vec<BusinessDeleted>), StoreError> {
        let (mut before, mut after, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        for stored in self.lock_all(ids).await? {
            let mut row = stored.row.clone();
            match decide(&mut row, stored.edited())? {
                Fate::Stays => {}
                Fate::Changed => {
                    before.push(stored.row.business);
                    after.push(row);
                }
                Fate::Deleted => gone.push(row.business.id),
            }
        }
        let deleted = self.delete_businesses(&gone).await?;
        let changed = if after.is_empty() { Vec::new() } else { self.write_changed(&before, after).await? };
        Ok((changed, deleted))
    }

    async fn lock_all(&self, ids: &[BusinessId]) -> Result<Vec<Stored>, StoreError> {
        let mut ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut all = Vec::with_capacity(ids.len());
        for run in ids.chunks(IDS_PER_STATEMENT) {
            all.extend(self.stored(run).await?);
        }
        Ok(all)
    }
}
