//! The businesses that are known while a batch is decided, by what records of them have in common.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use contract::records::{LEAD_SOURCE, lead_record};
use contract::{Business, SourceRef, Timestamp};
use foldhash::fast::RandomState;
use store::provenance::Provenance;
use store::{KnownBusiness, MOST_OF_A_CONTACT, MergedRecord, NewBusiness};

use crate::chains::REPEATED;
use crate::matching::{
    Candidate, MatchReason, Matcher, NEAR_KM, Profile, Score, Signature, Verdict, added_tags, distance_km,
    filled, is_exported, is_same, is_same_record, is_surely_same, merge, new_business,
};
use crate::source::{licence_of, lists_once, retention_of};

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

    /// Has stored businesses found by what rows of an export were exported as.
    pub(super) fn know_exported(&mut self, candidates: &[Candidate]) {
        let wanted: HashSet<_> = candidates.iter().filter_map(Candidate::exported_as).collect();
        for (index, entry) in self.all.iter().enumerate().filter(|_| !wanted.is_empty()) {
            let Business { id, created_at, .. } = entry.business.business;
            if wanted.contains(&(id, created_at)) {
                self.by_record.insert((LEAD_SOURCE.to_owned(), lead_record(id, created_at)), index);
            }
        }
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
        if let Some(entry) = self.of_record(candidate) {
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

    /// The business that has one of the record's own, the first that is known.
    fn of_record(&self, candidate: &Candidate) -> Option<usize> {
        let known = |record| self.by_record.get(&owned(record)).copied();
        let is_same = |entry: &usize| is_same_record(candidate, &self.all[*entry].business.business);
        candidate.records().filter_map(known).find(is_same)
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
        now: Timestamp,
    ) -> Option<MergedRecord> {
        let sources = self.sources_of(candidate, Some(index), now);
        let is_new = |one: &SourceRef| {
            self.by_record.get(&(one.source.clone(), one.source_id.clone())) != Some(&index)
        };
        let is_new = sources.iter().any(is_new);
        let entry = &mut self.all[index];
        let merged = merge(&entry.business, candidate, sources.clone());
        let after = merged.as_ref().unwrap_or(&entry.business);
        let kept = if is_new { kept(candidate, &sources, &entry.business, after) } else { None };
        note(&mut self.provenance, candidate, &sources, Some(&entry.business.business), &after.business);
        if let Some(merged) = merged {
            entry.business = merged;
            (entry.record, entry.profile) = (None, OnceCell::new());
            entry.change();
        }
        let records = sources.into_iter().map(|one| ((one.source, one.source_id), index));
        self.by_record.extend(records);
        kept
    }

    /// What the record is from, but for what another business than `of` is from: a record is of one.
    fn sources_of(&self, candidate: &Candidate, of: Option<usize>, now: Timestamp) -> Vec<SourceRef> {
        let is_exported = of.is_some_and(|index| is_exported(candidate, &self.all[index].business.business));
        let is_free = |record: &(&str, &str)| {
            let holder = self.by_record.get(&owned(*record)).copied();
            // A business is no source of itself.
            (holder.is_none() || holder == of) && !(is_exported && record.0 == LEAD_SOURCE)
        };
        let source = |(source, id): (&str, &str)| SourceRef {
            source: source.to_owned(),
            source_id: id.to_owned(),
            fetched_at: now,
            licence: licence_of(source).map(str::to_owned),
        };
        candidate.records().filter(is_free).map(source).collect()
    }

    /// Adds the business that the record is alone; answers its place among all.
    pub(super) fn add_new(&mut self, candidate: &'c Candidate, now: Timestamp) -> usize {
        let namesakes = self.namesakes_elsewhere(candidate);
        let sources = self.sources_of(candidate, None, now);
        let NewBusiness { mut business, name_key, domain } =
            new_business(candidate.place.clone(), sources.clone());
        note(&mut self.provenance, candidate, &sources, None, &business);
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

/// Whether the business has another record of the source, and the source has each business once; or is another row of the
/// export that the record is a row of.
fn is_listed_apart(candidate: &Candidate, known: &KnownBusiness) -> bool {
    if candidate.place.lead.as_ref().is_some_and(|lead| lead.lists(&known.business)) {
        return true;
    }
    let has_another =
        |source: &str| lists_once(source) && known.business.sources.iter().any(|one| one.source == source);
    candidate.records().any(|(source, _)| has_another(source)) && !is_surely_same(candidate, known)
}

fn owned((source, id): (&str, &str)) -> (String, String) {
    (source.to_owned(), id.to_owned())
}

/// What a record says that became part of a business.
fn kept(
    candidate: &Candidate,
    sources: &[SourceRef],
    before: &KnownBusiness,
    after: &KnownBusiness,
) -> Option<MergedRecord> {
    let (before, after) = (&before.business, &after.business);
    let mut sources = sources.to_vec();
    // It goes with the first of its sources, which is the one with a term where one has any.
    sources.sort_by_key(|one| retention_of(&one.source).is_none());
    let is_limited = sources.first().is_some_and(|one| retention_of(&one.source).is_some());
    let says = new_business(candidate.place.clone(), sources);
    MergedRecord::new(&says, &filled(before, after), added_tags(before, after), is_limited)
}

/// Notes what a record did to the fields of the business that it is of, if that is to be known later.
fn note(
    provenance: &mut Provenance,
    candidate: &Candidate,
    sources: &[SourceRef],
    before: Option<&Business>,
    after: &Business,
) {
    let is_limited = |one: &&SourceRef| retention_of(&one.source).is_some();
    if !sources.iter().chain(&after.sources).any(|one| is_limited(&one)) {
        return;
    }
    let says = new_business(candidate.place.clone(), Vec::new()).business;
    let is_copy = candidate.place.lead.is_some();
    if is_copy && candidate.records().any(|(source, _)| retention_of(source).is_some()) {
        // A row of an export does not tell which of its sources said what, nor when: nothing is said anew, and what it fills is
        // theirs who let it be kept for a while only.
        for one in sources.iter().filter(is_limited) {
            provenance.filled((&one.source, &one.source_id), before, after, &says);
        }
    } else if let Some(one) = sources.iter().find(is_limited) {
        provenance.limited((&one.source, &one.source_id), before, after, &says);
    } else {
        for one in after.sources.iter().filter(is_limited) {
            provenance.confirmed((&one.source, &one.source_id), after, &says);
        }
    }
}
