//! What businesses are looked up by, in memory: it finds them while the indexes that do are postponed.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use contract::BusinessId;

use super::runs::Runs;
use crate::businesses::Keyed;
use crate::{KnownBusiness, LookupKey, MOST_OF_A_CONTACT, NumberedBusinesses};

/// Names that are kept at most: some 16 MB.
const MOST_NAMES: usize = 2_000_000;
/// Phone numbers and domains that are: twice as much.
const MOST_CONTACTS: usize = 2 * MOST_NAMES;
/// Where the half of an entry that is the id ends.
const ID: u64 = u32::MAX as u64;

/// Names, phone numbers and domains of all businesses as a load found them, and as it has added to them since.
///
/// They are all there are as long as nobody else changes a business ([`crate::WriteTx::businesses_changed`]).
#[derive(Debug)]
pub struct LoadedKeys {
    since: u64,
    hasher: RandomState,
    /// Half a hash of the name's key, then the business's id.
    names: Runs,
    /// The same of phone numbers and domains: no number is a domain.
    contacts: Runs,
    complete: bool,
}

impl LoadedKeys {
    pub(super) fn new(since: u64) -> Self {
        Self {
            since,
            hasher: RandomState::new(),
            names: Runs::default(),
            contacts: Runs::of_first(MOST_OF_A_CONTACT + 1),
            complete: true,
        }
    }

    /// The newest event that they were read after.
    #[must_use]
    pub fn since(&self) -> u64 {
        self.since
    }

    /// Adds the keys of new businesses, stored or about to be.
    pub fn add(&mut self, new: &NumberedBusinesses) {
        new.keyed().for_each(|one| self.note(one.id(), one.name_key, one.contacts()));
        self.settle();
    }

    /// Adds the keys that changed businesses may have got.
    pub fn add_changed(&mut self, changed: &[KnownBusiness]) {
        changed.iter().map(Keyed::from).for_each(|one| self.note(one.id(), one.name_key, one.contacts()));
        self.settle();
    }

    /// Whether each key that was added is here: some are left out where they would be too many.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Takes the keys of a business; they are found once [`LoadedKeys::settle`] is called.
    pub(super) fn note<'b>(
        &mut self,
        id: BusinessId,
        name_key: &str,
        contacts: impl Iterator<Item = &'b str>,
    ) {
        let Some(id) = u64::try_from(id.0).ok().filter(|id| *id <= ID) else {
            self.complete = false;
            return;
        };
        if !name_key.is_empty() {
            self.names.push(self.first(name_key) | id);
        }
        for contact in contacts {
            self.contacts.push(self.first(contact) | id);
        }
    }

    /// Puts the keys that were taken among the others.
    pub(super) fn settle(&mut self) {
        self.names.settle();
        self.contacts.settle();
        self.complete &= self.names.len() <= MOST_NAMES && self.contacts.len() <= MOST_CONTACTS;
    }

    /// By ascending id, every business that bears one of the names, those with one of the phone numbers or domains as far
    /// as a look-up brings them, and few others.
    pub(crate) fn ids(&self, keys: &[LookupKey]) -> Vec<i64> {
        let names = keys.iter().map(|key| key.name_key.as_str()).filter(|name| !name.is_empty());
        let contacts = keys.iter().flat_map(LookupKey::contacts);
        let mut entries = Vec::new();
        self.find(names, &self.names, &mut entries);
        self.find(contacts, &self.contacts, &mut entries);
        let mut ids: Vec<i64> = entries.iter().filter_map(|entry| i64::try_from(entry & ID).ok()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn find<'k>(&self, keys: impl Iterator<Item = &'k str>, runs: &Runs, found: &mut Vec<u64>) {
        // In the order of the entries: what lies beside each other in memory is read at once.
        let firsts: BTreeSet<u64> = keys.map(|key| self.first(key)).collect();
        for first in firsts {
            runs.find(first, first | ID, found);
        }
    }

    /// The lowest entry that a business of that name, phone number or domain can have.
    fn first(&self, key: &str) -> u64 {
        self.hasher.hash_one(key) & !ID
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(all: &[(i64, &str, &[&str])]) -> LoadedKeys {
        let mut loaded = LoadedKeys::new(0);
        for (id, name, contacts) in all {
            loaded.note(BusinessId(*id), name, contacts.iter().copied());
            loaded.settle();
        }
        loaded
    }

    fn key(name_key: &str, phones: &[&str], domain: Option<&str>) -> LookupKey {
        LookupKey {
            source: "a".to_owned(),
            source_id: "1".to_owned(),
            name_key: name_key.to_owned(),
            location: None,
            phones: phones.iter().map(|phone| (*phone).to_owned()).collect(),
            domain: domain.map(str::to_owned),
        }
    }

    fn named(name_key: &str) -> LookupKey {
        key(name_key, &[], None)
    }

    #[test]
    fn all_of_a_name_are_found_and_nobody_by_no_name() {
        let loaded =
            loaded(&[(1, "joes diner", &[]), (2, "anns", &[]), (3, "joes diner", &[]), (4, "", &[])]);
        assert_eq!(loaded.ids(&[named("joes diner"), named("joes diner"), named("zoes"), named("")]), [1, 3]);
        assert_eq!(loaded.ids(&[named("anns"), named("joes diner")]), [1, 2, 3]);
        assert!(loaded.is_complete());
    }

    #[test]
    fn phones_and_domains_find_as_names_do_and_never_those_of_a_name() {
        let loaded =
            loaded(&[(1, "joes", &["+1555", "joes.com"]), (2, "anns", &["+1666"]), (3, "+1555", &[])]);
        assert_eq!(loaded.ids(&[key("", &["+1666", "+1555"], None)]), [1, 2]);
        assert_eq!(loaded.ids(&[key("anns", &[], Some("joes.com"))]), [1, 2]);
        assert_eq!(loaded.ids(&[named("joes.com"), key("", &["+1777"], Some("anns.com"))]), [0; 0]);
    }

    #[test]
    fn of_a_number_that_many_have_the_first_are_found() {
        let most = i64::try_from(MOST_OF_A_CONTACT).unwrap();
        let mut loaded = LoadedKeys::new(0);
        // The last come first: what is added later may be of an earlier business.
        for id in (1..=100).rev() {
            loaded.note(BusinessId(id), "", ["+1555"].into_iter());
            loaded.settle();
        }
        assert_eq!(loaded.ids(&[key("", &["+1555"], None)]), (1..=most + 1).collect::<Vec<_>>());
    }

    #[test]
    fn an_id_that_has_no_room_is_told() {
        assert!(!loaded(&[(i64::from(u32::MAX) + 1, "joes diner", &[])]).is_complete());
    }
}
