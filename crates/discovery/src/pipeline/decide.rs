//! Which records of a batch are new businesses, and which are of known ones: stored before, or earlier in the
//! same batch.

use std::collections::HashMap;

use contract::{SourceRef, Timestamp};
use store::{KnownBusiness, NewBusiness};

use super::MergeNote;
use crate::chains::REPEATED;
use crate::matching::{Candidate, NEAR_KM, distance_km, is_same, merge, new_business};
use crate::source::licence_of;

/// What is to be written of a batch.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Decided {
    /// Businesses to store.
    pub(super) new: Vec<NewBusiness>,
    /// Stored businesses to change.
    pub(super) changed: Vec<KnownBusiness>,
    /// Records that are of a business known before them.
    pub(super) merged: u64,
    /// What was merged, and why.
    pub(super) notes: Vec<MergeNote>,
}

/// A business that a record can be of.
#[derive(Debug)]
struct Entry {
    business: KnownBusiness,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Stored, and as it is stored.
    Stored,
    /// Stored, with a change to be written.
    Changed,
    /// To be stored.
    New,
}

/// The businesses that are known while a batch is decided, by name and by record.
#[derive(Debug, Default)]
struct Entries {
    all: Vec<Entry>,
    by_name: HashMap<String, Vec<usize>>,
    by_record: HashMap<(String, String), usize>,
}

/// Takes the records in their order; `now` is when they were read.
pub(super) fn decide(candidates: Vec<Candidate>, known: Vec<KnownBusiness>, now: Timestamp) -> Decided {
    let mut entries = Entries::default();
    for business in known {
        entries.add(Entry { business, state: State::Stored });
    }
    let mut decided = Decided::default();
    for candidate in candidates {
        let source = source_ref(&candidate, now);
        match entries.find(&candidate) {
            Some((entry, reason)) => {
                decided.merged += 1;
                decided.notes.push(note(&candidate, &entries.all[entry].business, reason));
                entries.merge(entry, &candidate, source);
            }
            None => entries.add_new(&candidate, source),
        }
    }
    for Entry { business, state } in entries.all {
        match state {
            State::Stored => {}
            State::Changed => decided.changed.push(business),
            State::New => {
                let KnownBusiness { business, name_key, domain } = business;
                decided.new.push(NewBusiness { business, name_key, domain });
            }
        }
    }
    decided
}

fn source_ref(candidate: &Candidate, now: Timestamp) -> SourceRef {
    SourceRef {
        source: candidate.source.clone(),
        source_id: candidate.place.source_id.clone(),
        fetched_at: now,
        licence: licence_of(&candidate.source).map(str::to_owned),
    }
}

fn note(candidate: &Candidate, known: &KnownBusiness, reason: String) -> MergeNote {
    MergeNote {
        source: candidate.source.clone(),
        source_id: candidate.place.source_id.clone(),
        name: candidate.place.name.clone(),
        into: known.business.name.clone(),
        reason,
    }
}

impl Entries {
    fn add(&mut self, entry: Entry) {
        let index = self.all.len();
        let KnownBusiness { business, name_key, .. } = &entry.business;
        self.by_name.entry(name_key.clone()).or_default().push(index);
        for source in &business.sources {
            self.by_record.insert((source.source.clone(), source.source_id.clone()), index);
        }
        self.all.push(entry);
    }

    /// The business that the record is of, and why: by its record first, then the first of its name that fits.
    fn find(&self, candidate: &Candidate) -> Option<(usize, String)> {
        let record = (candidate.source.clone(), candidate.place.source_id.clone());
        let by_record = self.by_record.get(&record).into_iter();
        let by_name = self.by_name.get(&candidate.place.name_key).into_iter().flatten();
        by_record.chain(by_name).find_map(|&index| {
            is_same(candidate, &self.all[index].business).map(|reason| (index, reason.to_string()))
        })
    }

    fn merge(&mut self, index: usize, candidate: &Candidate, source: SourceRef) {
        let record = (source.source.clone(), source.source_id.clone());
        let entry = &mut self.all[index];
        if let Some(merged) = merge(&entry.business, candidate, source) {
            entry.business = merged;
            if entry.state == State::Stored {
                entry.state = State::Changed;
            }
        }
        self.by_record.insert(record, index);
    }

    fn add_new(&mut self, candidate: &Candidate, source: SourceRef) {
        let NewBusiness { mut business, name_key, domain } = new_business(candidate, source);
        let namesakes = self.namesakes_elsewhere(candidate);
        let is_known_chain = namesakes.iter().any(|&index| self.all[index].business.business.chain);
        if is_known_chain || namesakes.len() + 1 >= REPEATED {
            business.chain = true;
            namesakes.into_iter().for_each(|index| self.flag_chain(index));
        }
        self.add(Entry { business: KnownBusiness { business, name_key, domain }, state: State::New });
    }

    /// Businesses of the record's name that stand at another place.
    fn namesakes_elsewhere(&self, candidate: &Candidate) -> Vec<usize> {
        let place = &candidate.place;
        if place.name_key.is_empty() {
            return Vec::new();
        }
        let is_elsewhere = |index: &&usize| {
            let location = self.all[**index].business.business.location();
            distance_km(place.point, location).is_some_and(|km| km > NEAR_KM)
        };
        self.by_name.get(&place.name_key).into_iter().flatten().filter(is_elsewhere).copied().collect()
    }

    fn flag_chain(&mut self, index: usize) {
        let entry = &mut self.all[index];
        if !entry.business.business.chain {
            entry.business.business.chain = true;
            if entry.state == State::Stored {
                entry.state = State::Changed;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise;
    use crate::place::RawPlace;

    fn candidate(id: &str, name: &str, latitude: f64) -> Candidate {
        let raw = RawPlace {
            source_id: id.into(),
            name: name.into(),
            coordinates: Some((latitude, 25.0)),
            ..RawPlace::default()
        };
        Candidate::new("a", normalise::place(raw).unwrap())
    }

    fn stored(decided: Decided) -> Vec<KnownBusiness> {
        let known = |NewBusiness { business, name_key, domain }| KnownBusiness { business, name_key, domain };
        decided.new.into_iter().map(known).collect()
    }

    fn now() -> Timestamp {
        Timestamp::from_millis(1)
    }

    #[test]
    fn records_of_one_business_within_a_batch_become_one() {
        let batch =
            vec![candidate("1", "Joe's", 60.0), candidate("2", "JOES", 60.0), candidate("1", "Joe's", 60.0)];
        let decided = decide(batch, Vec::new(), now());
        assert_eq!((decided.new.len(), decided.merged), (1, 2));
        assert_eq!(decided.new[0].business.sources.len(), 2);
        assert!(
            decided.notes[0].reason.contains("metres") && decided.notes[1].reason.contains("same record")
        );
    }

    #[test]
    fn known_businesses_are_changed_only_if_something_is_new() {
        let known = stored(decide(vec![candidate("1", "Joe's", 60.0)], Vec::new(), now()));
        let again = decide(vec![candidate("1", "Joe's", 60.0)], known.clone(), now());
        assert_eq!((again.new.len(), again.changed.len(), again.merged), (0, 0, 1));
        let other = decide(vec![candidate("2", "Joe's", 60.0)], known, now());
        assert_eq!((other.new.len(), other.changed.len(), other.merged), (0, 1, 1));
    }

    #[test]
    fn the_same_record_under_a_new_name_is_known() {
        let known = stored(decide(vec![candidate("1", "Old Name", 60.0)], Vec::new(), now()));
        assert_eq!(decide(vec![candidate("1", "New Name", 61.0)], known, now()).merged, 1);
    }

    #[test]
    fn three_of_a_name_apart_are_a_chain() {
        let batch = vec![candidate("1", "Pizza Planet", 60.0), candidate("2", "Pizza Planet", 60.1)];
        let two = decide(batch, Vec::new(), now());
        assert!(two.new.iter().all(|new| !new.business.chain));
        let three = decide(vec![candidate("3", "Pizza Planet", 60.2)], stored(two), now());
        assert!(three.new[0].business.chain);
        assert_eq!(three.changed.len(), 2);
        let fourth = decide(vec![candidate("4", "Pizza Planet", 60.05)], stored(three), now());
        assert!(fourth.new[0].business.chain, "a namesake of a chain is one");
    }
}
