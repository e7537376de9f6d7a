//! Which records of a batch are new businesses, and which are of known ones: stored before, or earlier in the
//! same batch.

use contract::{BusinessId, Timestamp};
use store::provenance::Provenance;
use store::{KnownBusiness, MergedRecord, NewBusiness};

use super::entries::{Entries, Found, State};
use super::notes::{MergeNote, ReviewNote, ToldFeature};
use crate::matching::{Candidate, Frequencies, Matcher};

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
    /// Which fields hold what may be kept for a while only.
    pub(super) provenance: Provenance,
    /// What was stored though it may be of a known business, for people to decide.
    pub(super) reviews: Vec<ReviewNote>,
    /// The same as pairs of businesses.
    pub(super) pairs: Vec<Pair>,
    /// What the records say that became part of businesses.
    pub(super) records: Vec<(Whose, MergedRecord)>,
}

/// A business that a decision is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// One that is stored.
    Stored(BusinessId),
    /// One to be stored, by its place among those.
    New(usize),
}

impl Whose {
    /// Its id, where `created` are those of the businesses to be stored.
    pub(super) fn id(self, created: &[BusinessId]) -> Option<BusinessId> {
        match self {
            Self::Stored(id) => Some(id),
            Self::New(place) => created.get(place).copied(),
        }
    }
}

/// Two businesses that may be one.
#[derive(Debug, PartialEq)]
pub(super) struct Pair {
    pub(super) businesses: (Whose, Whose),
    pub(super) score: f64,
    pub(super) features: Vec<ToldFeature>,
}

/// Takes the records in their order; `now` is when they were read.
pub(super) fn decide(candidates: &[Candidate], known: Vec<KnownBusiness>, now: Timestamp) -> Decided {
    let mut entries = Entries::new(known);
    entries.know_exported(candidates);
    let seen = entries.signatures().chain(candidates.iter().map(|candidate| &candidate.signature));
    let matcher = Matcher::new(Frequencies::known().with_signed(seen));
    let mut decided = Decided::default();
    // By the place of the business among the entries, which say only at the end what is to be stored.
    let (mut records, mut pairs) = (Vec::new(), Vec::new());
    for candidate in candidates {
        match entries.find(candidate, &matcher) {
            Found::Same { entry, reason, score } => {
                decided.merged += 1;
                decided.notes.push(MergeNote::new(candidate, entries.name(entry), reason, score.as_ref()));
                let record = entries.merge(entry, candidate, now);
                records.extend(record.map(|record| (entry, record)));
            }
            Found::Perhaps { entry, score } => {
                let note = ReviewNote::new(candidate, entries.name(entry), &score);
                pairs.push((entry, entries.add_new(candidate, now), note.score, note.features.clone()));
                decided.reviews.push(note);
            }
            Found::Nothing => {
                entries.add_new(candidate, now);
            }
        }
    }
    decided.provenance = entries.take_provenance();
    let mut places = Vec::new();
    for (business, state) in entries.into_businesses() {
        places.push(match state {
            State::Stored | State::Changed => Whose::Stored(business.business.id),
            State::New => Whose::New(decided.new.len()),
        });
        match state {
            State::Stored => {}
            State::Changed => decided.changed.push(business),
            State::New => {
                let KnownBusiness { business, name_key, domain } = business;
                decided.new.push(NewBusiness { business, name_key, domain });
            }
        }
    }
    decided.records = records.into_iter().map(|(entry, record)| (places[entry], record)).collect();
    let pair = |(one, other, score, features): (usize, usize, f64, Vec<ToldFeature>)| Pair {
        businesses: (places[one], places[other]),
        score,
        features,
    };
    decided.pairs = pairs.into_iter().map(pair).collect();
    decided
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise;
    use crate::place::RawPlace;

    fn raw(id: &str, name: &str, latitude: f64) -> RawPlace {
        RawPlace {
            source_id: id.into(),
            name: name.into(),
            coordinates: Some((latitude, 25.0)),
            ..RawPlace::default()
        }
    }

    fn of(source: &str, raw: RawPlace) -> Candidate {
        Candidate::new(source, normalise::place(raw).unwrap())
    }

    fn candidate(id: &str, name: &str, latitude: f64) -> Candidate {
        of("a", raw(id, name, latitude))
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
        let decided = decide(&batch, Vec::new(), now());
        assert_eq!((decided.new.len(), decided.merged), (1, 2));
        assert_eq!(decided.new[0].business.sources.len(), 2);
        assert!(
            decided.notes[0].reason.contains("metres") && decided.notes[1].reason.contains("same record")
        );
    }

    #[test]
    fn known_businesses_are_changed_only_if_something_is_new() {
        let known = stored(decide(&[candidate("1", "Joe's", 60.0)], Vec::new(), now()));
        let again = decide(&[candidate("1", "Joe's", 60.0)], known.clone(), now());
        assert_eq!((again.new.len(), again.changed.len(), again.merged), (0, 0, 1));
        let other = decide(&[candidate("2", "Joe's", 60.0)], known, now());
        assert_eq!((other.new.len(), other.changed.len(), other.merged), (0, 1, 1));
    }

    #[test]
    fn the_same_record_under_a_new_name_is_known() {
        let known = stored(decide(&[candidate("1", "Old Name", 60.0)], Vec::new(), now()));
        assert_eq!(decide(&[candidate("1", "New Name", 61.0)], known, now()).merged, 1);
    }

    #[test]
    fn two_records_of_a_source_that_has_each_business_once_are_two() {
        for source in ["openstreetmap", "googlePlaces", "apify"] {
            let outlet = |id: &str| of(source, raw(id, "Joe's", 60.0));
            let at_once = decide(&[outlet("1"), outlet("2"), outlet("1")], Vec::new(), now());
            assert_eq!((at_once.new.len(), at_once.merged), (2, 1), "{source}");
            assert_eq!(at_once.reviews.len(), 1, "{source}");
            assert_eq!(at_once.reviews[0].perhaps, "Joe's");
            let later = decide(&[outlet("2")], stored(decide(&[outlet("1")], Vec::new(), now())), now());
            assert_eq!((later.new.len(), later.merged, later.reviews.len()), (1, 0, 1), "{source}");
        }
        let twice = ["1", "2"].map(|id| of("overture", raw(id, "Joe's", 60.0)));
        assert_eq!(decide(&twice, Vec::new(), now()).merged, 1, "it says that it has duplicates");
    }

    #[test]
    fn they_are_one_where_name_phone_and_address_are_equal() {
        let full = |id: &str, number: &str| {
            let (street, postal_code) = (Some("Katu 1".to_owned()), Some("00100".to_owned()));
            let phones = vec![number.to_owned()];
            of("openstreetmap", RawPlace { street, postal_code, phones, ..raw(id, "Joe's", 60.0) })
        };
        let one = [full("node/1", "+358 9 1234567"), full("way/2", "+358 9 1234567")];
        assert_eq!(decide(&one, Vec::new(), now()).merged, 1);
        let two = [full("node/1", "+358 9 1234567"), full("way/2", "+358 9 7654321")];
        assert_eq!(decide(&two, Vec::new(), now()).merged, 0);
    }

    #[test]
    fn a_business_of_another_source_is_found_beside_one_that_is_listed_apart() {
        let known = [of("openstreetmap", raw("1", "Joe's", 60.0)), of("b", raw("9", "Joe's", 60.0005))];
        let known = known.map(|one| stored(decide(&[one], Vec::new(), now()))).concat();
        let decided = decide(&[of("openstreetmap", raw("2", "Joe's", 60.0))], known, now());
        assert_eq!((decided.new.len(), decided.merged, decided.reviews.len()), (0, 1, 0));
        let sources: Vec<_> =
            decided.changed[0].business.sources.iter().map(|one| one.source.as_str()).collect();
        assert_eq!(sources, ["b", "openstreetmap"]);
    }

    #[test]
    fn three_of_a_name_apart_are_a_chain() {
        let batch = vec![candidate("1", "Pizza Planet", 60.0), candidate("2", "Pizza Planet", 60.1)];
        let two = decide(&batch, Vec::new(), now());
        assert!(two.new.iter().all(|new| !new.business.chain));
        let three = decide(&[candidate("3", "Pizza Planet", 60.2)], stored(two), now());
        assert!(three.new[0].business.chain);
        assert_eq!(three.changed.len(), 2);
        let fourth = decide(&[candidate("4", "Pizza Planet", 60.05)], stored(three), now());
        assert!(fourth.new[0].business.chain, "a namesake of a chain is one");
    }
}
