//! The businesses that are known while a batch is decided, by what records of them have in common.

use std::cell::OnceCell;
use std::collections::HashMap;

use contract::{Business, SourceRef};
use foldhash::fast::RandomState;
use store::provenance::Provenance;
use store::{KnownBusiness, MOST_OF_A_CONTACT, MergedRecord, NewBusiness};

use crate::chains::REPEATED;
use crate::matching::{
    Candidate, MatchReason, Matcher, NEAR_KM, Profile, Score, Signature, Verdict, added_tags, distance_km,
    filled, is_same, is_same_record, is_surely_same, merge, new_business,
};
use crate::source::{lists_once, retention_of};

/// A business that a record can be of.
#[derive(Debug)]
struct Entry<'c> {
    business: KnownBusiness,
    /// The only record of it, where it is new.
    record: Option<&'c Candidate>,
    profile: OnceCell<Profile>,
    state: State,
}

impl<'c> Entry<'c> {
    fn stored(business: KnownBusiness) -> Self {
        Self { business, record: None, profile: OnceCell::new(), state: State::Stored }
    }

    fn new(business: KnownBusiness, record: &'c Candidate) -> Self {
        Self { business, record: Some(record), profile: OnceCell::new(), state: State::New }
    }

    fn profile(&self) -> &Profile {
        match self.record {
            Some(record) => record.profile(),
            None => self.profile.get_or_init(|| Profile::from(&self.business)),
        }
    }

    fn change(&mut self) {
        if self.state == State::Stored {
            self.state = State::Changed;
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Stored, and as it is stored.
    Stored,
    /// Stored, with a change to be written.
    Changed,
    /// To be stored.
    New,
}

/// What is known of a record.
#[derive(Debug)]
pub(super) enum Found {
    /// It is of this business.
    Same { entry: usize, reason: String, score: Option<Score> },
    /// It may be of this one.
    Perhaps { entry: usize, score: Score },
    /// No business is like it.
    Nothing,
}

impl Found {
    /// Whether the score makes another business likelier than this one.
    fn is_outdone_by(&self, other: &Score) -> bool {
        match self {
            Self::Same { .. } => false,
            Self::Perhaps { score, .. } => score.probability < other.probability,
            Self::Nothing => other.verdict() != Verdict::Different,
        }
    }
}

/// A business and how likely the record is of it.
type Scored = (usize, Score);

/// The known businesses.
#[derive(Debug, Default)]
pub(super) struct Entries<'c> {
    all: Vec<Entry<'c>>,
    /// Of the stored ones, in their order.
    signatures: Vec<Signature>,
    by_name: HashMap<String, Vec<usize>, RandomState>,
    by_record: HashMap<(String, String), usize, RandomState>,
    /// By the ends of phone numbers, and by domains.
    by_contact: HashMap<String, Vec<usize>, RandomState>,
    /// What the records did to fields, where some of the sources let values be kept for a while only.
    provenance: Provenance,
}

impl<'c> Entries<'c> {
    pub(super) fn new(known: Vec<KnownBusiness>) -> Self {
        let mut entries = Self::default();
        for business in known {
            let entry = Entry::stored(business);
            let signature = Signature::from(entry.profile());
            entries.add(entry, &signature.contact_keys);
            entries.signatures.push(signature);
        }
        entries
    }

    /// Those of the stored businesses.
    pub(super) fn signatures(&self) -> impl Iterator<Item = &Signature> {
        self.signatures.iter()
    }

    pub(super) fn name(&self, entry: usize) -> &str {
        &self.all[entry].business.business.name
    }

    pub(super) fn take_provenance(&mut self) -> Provenance {
        std::mem::take(&mut self.provenance)
    }

    pub(super) fn into_businesses(self) -> impl Iterator<Item = (KnownBusiness, State)> {
        self.all.into_iter().map(|entry| (entry.business, entry.state))
    }

    fn add(&mut self, entry: Entry<'c>, contact_keys: &[String]) {
        let index = self.all.len();
        let KnownBusiness { business, name_key, .. } = &entry.business;
        self.by_name.entry(name_key.clone()).or_default().push(index);
        for source in &business.sources {
            self.by_record.insert((source.source.clone(), source.source_id.clone()), index);
        }
        for key in contact_keys {
            self.by_contact.entry(key.clone()).or_default().push(index);
        }
        self.all.push(entry);
    }

    /// The business that the record is of, and why: by its record first, else the likeliest of those that have
    /// its name, a phone number or a domain in common with it. Where its source has each business once, one that has another
    /// record of the source is told at most as what it may be of.
    pub(super) fn find(&self, candidate: &Candidate, matcher: &Matcher) -> Found {
        let record = (candidate.source.clone(), candidate.place.source_id.clone());
        if let Some(&entry) = self.by_record.get(&record)
            && is_same_record(candidate, &self.all[entry].business.business)
        {
            return Found::Same { entry, reason: MatchReason::SameRecord.to_string(), score: None };
        }
        let (mut best, mut listed_apart): (Option<Scored>, Option<Scored>) = (None, None);
        for entry in self.alike(candidate) {
            let known = &self.all[entry];
            let score = matcher.score(candidate.profile(), known.profile());
            let likeliest =
                if is_listed_apart(candidate, &known.business) { &mut listed_apart } else { &mut best };
            if likeliest.as_ref().is_none_or(|(_, best)| score.probability > best.probability) {
                *likeliest = Some((entry, score));
            }
        }
        let found = best.map_or(Found::Nothing, |(entry, score)| self.judged(candidate, entry, score));
        match listed_apart {
            Some((entry, score)) if found.is_outdone_by(&score) => Found::Perhaps { entry, score },
            _ => found,
        }
    }

    /// What the score of a business means.
    fn judged(&self, candidate: &Candidate, entry: usize, score: Score) -> Found {
        match (is_same(candidate, &self.all[entry].business), score.verdict()) {
            (_, Verdict::Different) => Found::Nothing,
            (Some(reason), _) => Found::Same { entry, reason: reason.to_string(), score: Some(score) },
            (None, Verdict::Merge) => Found::Same { entry, reason: score.reason(), score: Some(score) },
            (None, Verdict::Review) => Found::Perhaps { entry, score },
        }
    }

    /// Businesses that are worth a comparison, each once, in the order in which they became known.
    fn alike(&self, candidate: &Candidate) -> Vec<usize> {
        let name_key = &candidate.place.name_key;
        let of_name = self.by_name.get(name_key).filter(|_| !name_key.is_empty());
        let of_contacts = &candidate.signature.contact_keys;
        let of_contacts = of_contacts.iter().filter_map(|key| self.by_contact.get(key));
        let of_contacts = of_contacts.filter(|entries| entries.len() <= MOST_OF_A_CONTACT);
        let mut alike: Vec<usize> = of_name.into_iter().chain(of_contacts).flatten().copied().collect();
        alike.sort_unstable();
        alike.dedup();
        alike
    }

    /// Gives the business what the record adds. Answers what the record says, unless it was one of the business's before,
    /// so that it can be made a business of its own later.
    pub(super) fn merge(
        &mut self,
        index: usize,
        candidate: &Candidate,
        source: SourceRef,
    ) -> Option<MergedRecord> {
        let record = (source.source.clone(), source.source_id.clone());
        let is_new = self.by_record.get(&record) != Some(&index);
        let entry = &mut self.all[index];
        let merged = merge(&entry.business, candidate, source.clone());
        let after = merged.as_ref().unwrap_or(&entry.business);
        let kept = if is_new { kept(candidate, &source, &entry.business, after) } else { None };
        note(&mut self.provenance, candidate, source, Some(&entry.business.business), &after.business);
        if let Some(merged) = merged {
            entry.business = merged;
            (entry.record, entry.profile) = (None, OnceCell::new());
            entry.change();
        }
        self.by_record.insert(record, index);
        kept
    }

    /// Adds the business that the record is alone; answers its place among all.
    pub(super) fn add_new(&mut self, candidate: &'c Candidate, source: SourceRef) -> usize {
        let namesakes = self.namesakes_elsewhere(candidate);
        let NewBusiness { mut business, name_key, domain } =
            new_business(candidate.place.clone(), source.clone());
        note(&mut self.provenance, candidate, source, None, &business);
        let is_known_chain = namesakes.iter().any(|&index| self.all[index].business.business.chain);
        if is_known_chain || namesakes.len() + 1 >= REPEATED {
            business.chain = true;
            namesakes.into_iter().for_each(|index| self.flag_chain(index));
        }
        let business = KnownBusiness { business, name_key, domain };
        self.add(Entry::new(business, candidate), &candidate.signature.contact_keys);
        self.all.len() - 1
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
            entry.change();
        }
    }
}

/// Whether the business has another record of the source, and the source has each business once.
fn is_listed_apart(candidate: &Candidate, known: &KnownBusiness) -> bool {
    lists_once(&candidate.source)
        && known.business.sources.iter().any(|one| one.source == candidate.source)
        && !is_surely_same(candidate, known)
}

/// What a record says that became part of a business.
fn kept(
    candidate: &Candidate,
    source: &SourceRef,
    before: &KnownBusiness,
    after: &KnownBusiness,
) -> Option<MergedRecord> {
    let (before, after) = (&before.business, &after.business);
    let says = new_business(candidate.place.clone(), source.clone());
    let is_limited = retention_of(&source.source).is_some();
    MergedRecord::new(&says, &filled(before, after), added_tags(before, after), is_limited)
}

/// Notes what a record did to the fields of the business that it is of, if that is to be known later.
fn note(
    provenance: &mut Provenance,
    candidate: &Candidate,
    source: SourceRef,
    before: Option<&Business>,
    after: &Business,
) {
    let is_limited = |one: &&SourceRef| retention_of(&one.source).is_some();
    let record = (source.source.clone(), source.source_id.clone());
    if is_limited(&&source) {
        let says = new_business(candidate.place.clone(), source).business;
        provenance.limited((&record.0, &record.1), before, after, &says);
    } else if after.sources.iter().any(|one| is_limited(&one)) {
        let says = new_business(candidate.place.clone(), source).business;
        for one in after.sources.iter().filter(is_limited) {
            provenance.confirmed((&one.source, &one.source_id), after, &says);
        }
    }
}
