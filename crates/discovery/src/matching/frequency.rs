//! How often words, phone numbers and domains occur: what many bear says little of who bears it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock};

use foldhash::fast::RandomState;

use super::profile::Profile;
use super::signature::Signature;

/// Businesses of so many names may have a number or a domain before it counts as shared.
const OWN: u32 = 2;

/// What is known before any record is seen weighs as much as so many records.
const WEIGHT_OF_KNOWN: f64 = 1_000.0;

/// Words of names, from `data/name_words.tsv`.
static KNOWN: LazyLock<Arc<WordTable>> =
    LazyLock::new(|| Arc::new(WordTable::parse(include_str!("../../data/name_words.tsv"))));

/// In how many names words stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordTable {
    names: u32,
    words: HashMap<Box<str>, u32, RandomState>,
}

/// How often words occur in names, and which phone numbers and domains several names share.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frequencies {
    known: Arc<WordTable>,
    seen: WordTable,
    /// Names that bear a phone number or a domain, by a digest of it; those of few are left out.
    shared: HashMap<u64, u32, RandomState>,
}

/// Digests of phone numbers and domains, each with that of a name that bears it.
#[derive(Debug, Default)]
struct Bearers(Vec<(u64, u64)>);

impl Bearers {
    fn add(&mut self, name: u64, values: impl Iterator<Item = u64>) {
        self.0.extend(values.map(|value| (value, name)));
    }
}

impl WordTable {
    /// Reads a table: a line each for a word with its number of names; the line without a word says how many names
    /// there are.
    #[must_use]
    pub fn parse(table: &str) -> Self {
        let mut known = Self::default();
        for line in table.lines() {
            let Some((word, count)) = line.split_once('\t') else { continue };
            let Ok(count) = count.parse() else { continue };
            if word.is_empty() {
                known.names = count;
            } else {
                known.words.insert(word.into(), count);
            }
        }
        known
    }

    /// The words in at least so many names, the most frequent first, as [`WordTable::parse`] reads them.
    #[must_use]
    pub fn to_text(&self, at_least: u32) -> String {
        let mut words: Vec<(&str, u32)> = self.words.iter().map(|(word, count)| (&**word, *count)).collect();
        words.retain(|(_, count)| *count >= at_least);
        words.sort_unstable_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        let rows: String = words.iter().map(|(word, count)| format!("{word}\t{count}\n")).collect();
        format!("\t{}\n{rows}", self.names)
    }

    fn add(&mut self, words: &[String]) {
        self.names += 1;
        for word in words {
            if let Some(count) = self.words.get_mut(word.as_str()) {
                *count += 1;
            } else {
                self.words.insert(word.as_str().into(), 1);
            }
        }
    }

    fn count(&self, word: &str) -> f64 {
        f64::from(self.words.get(word).copied().unwrap_or(0))
    }
}

impl Frequencies {
    /// What is known of names before any record is seen.
    #[must_use]
    pub fn known() -> Self {
        Self { known: Arc::clone(&KNOWN), ..Self::default() }
    }

    /// The same with another table in the place of the program's own.
    #[must_use]
    pub fn from_table(known: WordTable) -> Self {
        Self { known: Arc::new(known), ..Self::default() }
    }

    /// The same with what the records show.
    #[must_use]
    pub fn with<'p>(mut self, profiles: impl IntoIterator<Item = &'p Profile>) -> Self {
        let mut bearers = Bearers::default();
        for profile in profiles {
            self.seen.add(&profile.words);
            let phones = profile.phones.iter().map(|phone| phone.digits.as_str());
            let domains = profile.sites.iter().map(|site| site.domain.as_str());
            bearers.add(digest(&profile.name_key), phones.chain(domains).map(digest));
        }
        self.share(bearers);
        self
    }

    /// The same with what the records show, as far as their signatures go.
    pub(crate) fn with_signed<'s>(mut self, signatures: impl IntoIterator<Item = &'s Signature>) -> Self {
        let mut bearers = Bearers::default();
        for signature in signatures {
            self.seen.add(&signature.words);
            bearers.add(signature.name, signature.values.iter().copied());
        }
        self.share(bearers);
        self
    }

    fn share(&mut self, Bearers(mut bearers): Bearers) {
        bearers.sort_unstable();
        bearers.dedup();
        for run in bearers.chunk_by(|one, other| one.0 == other.0) {
            let names = u32::try_from(run.len()).unwrap_or(u32::MAX);
            if names > OWN {
                *self.shared.entry(run[0].0).or_default() += names;
            }
        }
    }

    /// The words of the records that were seen.
    #[must_use]
    pub fn seen(&self) -> &WordTable {
        &self.seen
    }

    /// How much a word of a name tells: near 0 for what stands in most names, 1 for what stands in none.
    pub(super) fn weight(&self, word: &str) -> f64 {
        let scale = WEIGHT_OF_KNOWN / f64::from(self.known.names.max(1));
        let all = f64::from(self.seen.names) + WEIGHT_OF_KNOWN + 1.0;
        let count = self.seen.count(word) + self.known.count(word) * scale + 1.0;
        (all / count).max(1.0).ln() / all.ln()
    }

    /// How much an equal phone number or domain tells: 1 where one business has it, less the more names bear it.
    pub(super) fn ownership(&self, value: &str) -> f64 {
        let names = f64::from(self.shared.get(&digest(value)).copied().unwrap_or(1));
        1.0 / (1.0 + (names / f64::from(OWN)).max(1.0).log2())
    }
}

/// The same for the same text in every run and on every machine.
pub(super) fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::Description;

    fn profile(name: &str, phone: &str) -> Profile {
        Profile::new(&Description {
            name,
            phones: vec![phone],
            country: Some("US"),
            ..Description::default()
        })
    }

    fn seen(profiles: &[Profile]) -> Frequencies {
        Frequencies::from_table(WordTable::default()).with(profiles)
    }

    #[test]
    fn what_many_names_hold_weighs_little() {
        let names =
            ["Park Pharmacy", "Main Pharmacy", "Oak Pharmacy", "Oak Cafe"].map(|name| profile(name, ""));
        let counted = seen(&names);
        assert!(counted.weight("pharmacy") < counted.weight("oak"));
        assert!(counted.weight("oak") < counted.weight("zebra"));
        assert!((counted.weight("zebra") - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_number_of_several_names_is_shared_and_one_of_several_records_is_not() {
        let hotel = ["Grill", "Bar", "Spa", "Hotel"].map(|name| profile(name, "702-555-0101"));
        assert!(seen(&hotel).ownership("17025550101") < 0.6);
        let listed = vec![profile("Grill", "702-555-0101"); 9];
        assert!((seen(&listed).ownership("17025550101") - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_table_of_words_is_read_as_it_was_written() {
        let counted = seen(&["Oak Cafe", "Oak Bar"].map(|name| profile(name, "")));
        assert_eq!(counted.seen().to_text(2), "\t2\noak\t2\n");
        assert_eq!(&WordTable::parse(&counted.seen().to_text(1)), counted.seen());
    }

    #[test]
    fn something_is_known_of_words_before_any_record_is_seen() {
        let known = Frequencies::known();
        assert!(known.weight("restaurant") < known.weight("zebra"));
    }
}
