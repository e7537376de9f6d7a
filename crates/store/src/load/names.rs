//! Names of the businesses, in memory: what finds them while the index of their names is postponed.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use contract::BusinessId;

use crate::{KnownBusiness, LookupKey, NumberedBusinesses};

/// Names that are kept at most: some 30 MB.
const MOST: usize = 2_000_000;
/// Where the half of an entry that is the id ends.
const ID: u64 = u32::MAX as u64;

/// The names of all businesses as a load found them, and as it has added to them since.
///
/// They are all there are as long as nobody else changes a business ([`crate::WriteTx::businesses_changed`]).
#[derive(Debug)]
pub struct LoadedNames {
    since: u64,
    hasher: RandomState,
    /// Half a hash of the name's key, then the business's id.
    entries: BTreeSet<u64>,
    complete: bool,
}

impl LoadedNames {
    pub(super) fn new(since: u64) -> Self {
        Self { since, hasher: RandomState::new(), entries: BTreeSet::new(), complete: true }
    }

    /// The newest event that they were read after.
    #[must_use]
    pub fn since(&self) -> u64 {
        self.since
    }

    /// Adds the names of new businesses, stored or about to be.
    pub fn add(&mut self, new: &NumberedBusinesses) {
        for (name_key, id) in new.names() {
            self.add_one(name_key, id);
        }
    }

    /// Adds the names that changed businesses may have got.
    pub fn add_changed(&mut self, changed: &[KnownBusiness]) {
        for one in changed {
            self.add_one(&one.name_key, one.business.id);
        }
    }

    /// Whether each name that was added is here: some are left out where they would be too many.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    pub(super) fn add_one(&mut self, name_key: &str, id: BusinessId) {
        let id = u64::try_from(id.0).ok().filter(|id| *id <= ID && self.entries.len() < MOST);
        match id {
            Some(id) => _ = self.entries.insert(self.first(name_key) | id),
            None => self.complete = false,
        }
    }

    /// By ascending id, every business that bears one of the names, and few others.
    pub(crate) fn ids(&self, keys: &[LookupKey]) -> Vec<i64> {
        let mut ids = Vec::new();
        for key in keys.iter().filter(|key| !key.name_key.is_empty()) {
            let first = self.first(&key.name_key);
            ids.extend(
                self.entries.range(first..=first | ID).filter_map(|entry| i64::try_from(entry & ID).ok()),
            );
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The lowest entry that a business of that name can have.
    fn first(&self, name_key: &str) -> u64 {
        self.hasher.hash_one(name_key) & !ID
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name_key: &str) -> LookupKey {
        let (source, source_id) = ("a".to_owned(), "1".to_owned());
        LookupKey { source, source_id, name_key: name_key.to_owned(), location: None }
    }

    #[test]
    fn all_of_a_name_are_found_and_nobody_by_no_name() {
        let mut names = LoadedNames::new(0);
        for (id, name) in (1..).zip(["joes diner", "anns", "joes diner", ""]) {
            names.add_one(name, BusinessId(id));
        }
        assert_eq!(names.ids(&[key("joes diner"), key("joes diner"), key("zoes"), key("")]), [1, 3]);
        assert_eq!(names.ids(&[key("anns"), key("joes diner")]), [1, 2, 3]);
        assert!(names.is_complete());
    }

    #[test]
    fn an_id_that_has_no_room_is_told() {
        let mut names = LoadedNames::new(0);
        names.add_one("joes diner", BusinessId(i64::from(u32::MAX) + 1));
        assert!(!names.is_complete());
    }
}
