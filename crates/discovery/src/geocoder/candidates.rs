//! The places that a text can mean.

use std::cmp::Reverse;

use contract::GeoPoint;

use super::areas::{country_code, country_name, region};
use super::gazetteer::{Area, GAZETTEER, key};
use super::{Location, zips};
use crate::text::fold;

/// Two records of one name within this distance are one place.
const SAME_PLACE_KM: f64 = 25.0;

/// A candidate dominates the others of its country with so many ZIP codes ..
const LARGE_ZIPS: usize = 20;
/// .. and so many times as many as any of them.
const LARGER: usize = 10;

/// A place that a text can mean.
#[derive(Clone, Copy, Debug)]
pub(super) enum Candidate {
    /// Index in the gazetteer.
    City(usize),
    /// A US place too small for the gazetteer.
    Zip(zips::Zip),
}

impl Candidate {
    pub(super) fn point(&self) -> GeoPoint {
        match self {
            Self::City(city) => GAZETTEER.point(*city),
            Self::Zip(zip) => zip.point,
        }
    }

    pub(super) fn location(&self) -> Location {
        match self {
            Self::City(city) => Location {
                label: label(*city),
                point: GAZETTEER.point(*city),
                country: Some(GAZETTEER.area(*city).country.to_owned()),
                region: Some(GAZETTEER.region(*city).to_owned()).filter(|region| !region.is_empty()),
                attribution: None,
            },
            Self::Zip(zip) => {
                Location { label: format!("{}, {}, USA", zip.city, zip.state), ..super::zip_location(zip) }
            }
        }
    }

    fn area(&self) -> Area<'static> {
        match self {
            Self::City(city) => GAZETTEER.area(*city),
            Self::Zip(zip) => {
                let name = region("US", zip.state).map_or(zip.state, |(_, name)| name);
                Area { country: "US", region: name, part: "" }
            }
        }
    }

    /// Place in the list of prominent cities.
    fn rank(&self) -> Option<usize> {
        match self {
            Self::City(city) => GAZETTEER.prominent.ranks.get(city).copied(),
            Self::Zip(_) => None,
        }
    }

    /// Number of ZIP codes, a measure of size within the United States.
    pub(super) fn zip_count(&self) -> usize {
        match self {
            Self::City(city) if GAZETTEER.area(*city).country == "US" => {
                zips::TABLE.count(GAZETTEER.key(*city), GAZETTEER.region(*city))
            }
            Self::City(_) => 0,
            Self::Zip(zip) => zips::TABLE.count(&key(zip.city), zip.state),
        }
    }

    /// Orders the best known first.
    pub(super) fn order(&self) -> (usize, Reverse<usize>) {
        (self.rank().unwrap_or(usize::MAX), Reverse(self.zip_count()))
    }
}

/// `Helsinki, Uusimaa, Finland`; `Freehold, NJ, USA`; with the part of the region or the coordinates where
/// that is not enough.
pub(super) fn label(city: usize) -> String {
    let area = GAZETTEER.area(city);
    let country =
        if area.country == "US" { "USA" } else { country_name(area.country).unwrap_or(area.country) };
    let (name, region) = (GAZETTEER.name(city), GAZETTEER.region(city));
    let join =
        |parts: &[&str]| parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let short = join(&[name, region, country]);
    if names_only(&short, city) {
        return short;
    }
    let long = join(&[name, area.part, region, country]);
    if names_only(&long, city) {
        return long;
    }
    let GeoPoint { latitude, longitude } = GAZETTEER.point(city);
    format!("{short} ({latitude}, {longitude})")
}

fn names_only(label: &str, city: usize) -> bool {
    let found = find_cities(label);
    dominant(&found).is_some_and(|one| one.point().distance_km(GAZETTEER.point(city)) <= 0.001)
}

/// The places that the text can mean, the best known first, each once.
pub(super) fn find(text: &str) -> Vec<Candidate> {
    let found = find_cities(text);
    if !found.is_empty() {
        return found;
    }
    readings(text)
        .into_iter()
        .map(|(name, qualifiers)| {
            let towns = zips::TABLE.named(&key(&name)).into_iter().map(Candidate::Zip);
            towns.filter(|town| qualifiers.iter().all(|qualifier| qualifier.matches(town.area()))).collect()
        })
        .find(|towns: &Vec<Candidate>| !towns.is_empty())
        .unwrap_or_default()
}

fn find_cities(text: &str) -> Vec<Candidate> {
    readings(text)
        .into_iter()
        .map(|(name, qualifiers)| cities(&name, &qualifiers))
        .find(|cities| !cities.is_empty())
        .unwrap_or_default()
}

/// The one that is meant, if there is one or one dominates.
pub(super) fn dominant(candidates: &[Candidate]) -> Option<Candidate> {
    let (first, others) = candidates.split_first()?;
    let (mut prominent, mut largest_other) = (0, 0);
    for candidate in candidates {
        prominent += usize::from(candidate.rank().is_some());
    }
    for other in others {
        largest_other = largest_other.max(other.zip_count());
    }
    let all_american = candidates.iter().all(|candidate| candidate.area().country == "US");
    let is_large = all_american && first.zip_count() >= LARGE_ZIPS.max(LARGER * largest_other);
    (others.is_empty() || prominent == 1 || (prominent == 0 && is_large)).then_some(*first)
}

/// What a text can be read as: a name and what it must lie in. After commas stand qualifiers; without any, the
/// last words may be.
fn readings(text: &str) -> Vec<(String, Vec<Qualifier>)> {
    let mut parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let Some(name) = parts.next() else { return Vec::new() };
    let qualifiers: Vec<Qualifier> = parts.map(Qualifier::new).collect();
    let mut readings = vec![(text.to_owned(), Vec::new()), (name.to_owned(), qualifiers.clone())];
    let words: Vec<&str> = name.split_whitespace().collect();
    for split in (1..words.len()).rev().take(4) {
        let mut all = vec![Qualifier::new(&words[split..].join(" "))];
        all.extend(qualifiers.iter().cloned());
        readings.push((words[..split].join(" "), all));
    }
    readings
}

/// Something that a place must lie in: a country, a region or a part of one.
#[derive(Clone, Debug)]
struct Qualifier {
    folded: String,
    key: String,
    country: Option<&'static str>,
    text: String,
}

impl Qualifier {
    fn new(text: &str) -> Self {
        Self { folded: fold(text), key: key(text), country: country_code(text), text: text.to_owned() }
    }

    fn matches(&self, area: Area<'_>) -> bool {
        self.country.is_some_and(|code| code == area.country)
            || region(area.country, &self.text).is_some_and(|(_, name)| name == area.region)
            || key(area.region) == self.key
            || (!area.part.is_empty() && self.is_part(&fold(area.part)))
    }

    fn is_part(&self, part: &str) -> bool {
        part == self.folded || part.strip_suffix(" county").is_some_and(|part| part == self.folded)
    }
}

fn cities(name: &str, qualifiers: &[Qualifier]) -> Vec<Candidate> {
    let key = key(name);
    if key.is_empty() {
        return Vec::new();
    }
    let aliases = &GAZETTEER.prominent.aliases;
    let start = aliases.partition_point(|(alias, _)| *alias < key);
    let by_alias = aliases[start..].iter().take_while(|(alias, _)| *alias == key).map(|(_, city)| *city);
    let mut found: Vec<usize> = GAZETTEER.named(&key).chain(by_alias).collect();
    found.retain(|&city| qualifiers.iter().all(|qualifier| qualifier.matches(GAZETTEER.area(city))));
    keep_exact(&mut found, name);
    found.sort_unstable();
    found.dedup();
    let mut candidates: Vec<Candidate> = found.into_iter().map(Candidate::City).collect();
    candidates.sort_by_key(Candidate::order);
    let mut distinct: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        if !distinct.iter().any(|kept| kept.point().distance_km(candidate.point()) <= SAME_PLACE_KM) {
            distinct.push(candidate);
        }
    }
    distinct
}

/// Names that are spelt as asked for win over those that only sound alike.
fn keep_exact(found: &mut Vec<usize>, name: &str) {
    let folded = fold(name);
    let is_exact = |&city: &usize| {
        fold(GAZETTEER.plain_name(city)) == folded || GAZETTEER.prominent.ranks.contains_key(&city)
    };
    if found.iter().any(is_exact) {
        found.retain(is_exact);
    }
}
