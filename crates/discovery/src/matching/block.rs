//! Which pairs are worth a look: those that share a phone number, a domain, an address, or rare words of the name
//! near each other. All other pairs are never looked at, so that the work grows with the records.

use std::collections::HashMap;

use super::features::phone_ends;
use super::frequency::{Frequencies, digest};
use super::profile::Profile;

/// More records with one key in common are a platform, a switchboard or a chain; other keys tell those apart.
const MOST_OF_A_KEY: usize = 64;
/// Most records that one record is compared with.
const MOST_CANDIDATES: usize = 24;
/// The rarest words of a name that make keys.
const WORDS: usize = 3;
/// Cells in which words of a name are looked for, in degrees: half a kilometre, and their neighbours.
const CELL: f64 = 0.005;
/// Bits of a key by which its place in the index is found.
const DIRECTORY_BITS: u32 = 16;

/// The records of a list by their keys.
#[derive(Debug)]
pub(super) struct Index {
    /// Keys and records, sorted.
    entries: Vec<(u64, u32)>,
    /// Where the keys with the same first bits begin.
    directory: Vec<usize>,
}

impl Index {
    /// Indexes the records.
    pub(super) fn new(profiles: &[Profile], frequencies: &Frequencies) -> Self {
        let mut entries = Vec::with_capacity(profiles.len() * 12);
        for (number, profile) in (0_u32..).zip(profiles) {
            let mut keys = keys(profile, frequencies, &[(0, 0)]);
            keys.sort_unstable();
            keys.dedup();
            entries.extend(keys.into_iter().map(|key| (key, number)));
        }
        entries.sort_unstable();
        let mut directory = Vec::with_capacity((1 << DIRECTORY_BITS) + 1);
        for first_bits in 0..=(1_u64 << DIRECTORY_BITS) {
            directory.push(entries.partition_point(|(key, _)| key >> (64 - DIRECTORY_BITS) < first_bits));
        }
        Self { entries, directory }
    }

    /// The records that share keys with the profile, those that share most and rarest first.
    pub(super) fn candidates(&self, profile: &Profile, frequencies: &Frequencies) -> Vec<u32> {
        let mut keys = keys(profile, frequencies, &NEIGHBOURS);
        keys.sort_unstable();
        keys.dedup();
        let mut shared: HashMap<u32, f64> = HashMap::new();
        for key in keys {
            let block = self.block(key);
            if block.len() <= MOST_OF_A_KEY {
                #[expect(clippy::cast_precision_loss, reason = "a block is short")]
                let weight = 1.0 / block.len().max(1) as f64;
                block.iter().for_each(|(_, number)| *shared.entry(*number).or_default() += weight);
            }
        }
        let mut found: Vec<(u32, f64)> = shared.into_iter().collect();
        found.sort_unstable_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        found.truncate(MOST_CANDIDATES);
        found.into_iter().map(|(number, _)| number).collect()
    }

    fn block(&self, key: u64) -> &[(u64, u32)] {
        let bucket = usize::try_from(key >> (64 - DIRECTORY_BITS)).unwrap_or(0);
        let bounds = self.directory.get(bucket).zip(self.directory.get(bucket + 1));
        let entries = bounds.and_then(|(&from, &to)| self.entries.get(from..to)).unwrap_or_default();
        let from = entries.partition_point(|(other, _)| *other < key);
        let length = entries[from..].partition_point(|(other, _)| *other == key);
        &entries[from..from + length]
    }
}

/// A cell and the eight around it.
const NEIGHBOURS: [(i32, i32); 9] =
    [(0, 0), (-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)];

/// The keys of a record. `cells` are the cells, relative to its own, in which it is put or looked for.
fn keys(profile: &Profile, frequencies: &Frequencies, cells: &[(i32, i32)]) -> Vec<u64> {
    let mut keys = Vec::with_capacity(24);
    keys.extend(profile.phones.iter().map(|phone| key("phone", phone_ends(&phone.digits), "")));
    keys.extend(profile.sites.iter().map(|site| key("domain", &site.domain, "")));
    keys.extend(profile.handles.iter().map(|handle| key("handle", handle, "")));
    keys.extend(profile.emails.iter().map(|email| key("email", email, "")));
    let name = profile.squeezed_name();
    if !name.is_empty() {
        keys.push(key("name", &name, ""));
    }
    let words = rarest_words(profile, frequencies);
    if let [one, other, ..] = words.as_slice() {
        let (one, other) = if one <= other { (one, other) } else { (other, one) };
        keys.push(key("words", one, other));
    }
    for word in words.into_iter().chain((!name.is_empty()).then_some(name.as_str())) {
        if !profile.city.is_empty() {
            keys.push(key("city", word, &profile.city));
        }
        if !profile.postal_code.is_empty() {
            keys.push(key("postal", word, &profile.postal_code));
        }
        keys.extend(cells_of(profile, cells).map(|cell| key("cell", word, &cell)));
    }
    keys.extend(address_key(profile));
    keys
}

/// The words that fewest names have; equally rare ones in the order of the alphabet.
fn rarest_words<'p>(profile: &'p Profile, frequencies: &Frequencies) -> Vec<&'p str> {
    let mut words: Vec<(f64, &str)> =
        profile.words.iter().map(|word| (frequencies.weight(word), word.as_str())).collect();
    words.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    words.truncate(WORDS);
    words.into_iter().map(|(_, word)| word).collect()
}

fn cells_of<'c>(profile: &Profile, cells: &'c [(i32, i32)]) -> impl Iterator<Item = String> + use<'c> {
    #[expect(clippy::cast_possible_truncation, reason = "degrees are few")]
    let cell = |degrees: f64| (degrees / CELL).floor() as i32;
    let own = profile.point.map(|point| (cell(point.latitude), cell(point.longitude)));
    let own = own.into_iter();
    own.flat_map(move |(row, column)| {
        cells.iter().map(move |(up, right)| format!("{},{}", row + up, column + right))
    })
}

/// House number and street in one town: the same door, whatever stands on its sign.
fn address_key(profile: &Profile) -> Option<u64> {
    let street = &profile.street;
    let longest = street.words.iter().max_by_key(|word| word.len())?;
    let town = if profile.postal_code.is_empty() { &profile.city } else { &profile.postal_code };
    let number = street.numbers.first()?;
    (!town.is_empty()).then(|| key("address", &format!("{number} {longest}"), town))
}

fn key(kind: &str, one: &str, other: &str) -> u64 {
    digest(&format!("{kind}\u{1f}{one}\u{1f}{other}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::Description;

    fn named(name: &str) -> Description<'_> {
        Description { name, country: Some("US"), ..Description::default() }
    }

    fn finds(stored: &Description<'_>, sought: &Description<'_>) -> bool {
        let frequencies = Frequencies::known();
        let index = Index::new(&[Profile::new(&named("Somebody Else")), Profile::new(stored)], &frequencies);
        index.candidates(&Profile::new(sought), &frequencies).contains(&1)
    }

    #[test]
    fn what_shares_a_key_is_found() {
        let phone = |name, phone| Description { phones: vec![phone], ..named(name) };
        assert!(finds(&phone("Old Name", "732-462-1234"), &phone("Quite Another", "+1 (732) 462 1234")));
        let site = |name, url| Description { websites: vec![url], ..named(name) };
        assert!(finds(&site("Old Name", "https://joe.com/a"), &site("Quite Another", "www.joe.com")));
        assert!(finds(&named("First Bank"), &named("FirstBank")));
        let at =
            |name, longitude| Description { point: contract::GeoPoint::new(40.0, longitude), ..named(name) };
        assert!(finds(&at("Zebra Fish Market", -74.0), &at("The Zebra", -74.004)));
        let on = |name, street| Description { street: Some(street), city: Some("Freehold"), ..named(name) };
        assert!(finds(&on("Salon A", "12 Main Street"), &on("Coiffure", "12 Main St")));
    }

    #[test]
    fn what_shares_none_is_not() {
        let at =
            |name, longitude| Description { point: contract::GeoPoint::new(40.0, longitude), ..named(name) };
        assert!(!finds(&at("Zebra Fish Market", -74.0), &at("The Zebra", -75.0)));
        assert!(!finds(&named(""), &named("")));
    }

    #[test]
    fn a_key_of_very_many_is_passed_over() {
        let frequencies = Frequencies::known();
        let many = vec![Profile::new(&named("Starbucks")); MOST_OF_A_KEY + 1];
        assert!(Index::new(&many, &frequencies).candidates(&many[0], &frequencies).is_empty());
    }
}
