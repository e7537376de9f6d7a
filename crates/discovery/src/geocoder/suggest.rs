//! Places for what was typed so far, or was typed wrongly.

use contract::places::LocationSuggestion;

use super::candidates::{Candidate, label};
use super::gazetteer::{GAZETTEER, key};
use super::{zip_location, zips};
use crate::text::fold;

/// Places whose name begins with the text, the best known first; ZIP codes for digits; the most prominent for
/// nothing. After a comma, what the region or country begins with: `spri, il`.
#[must_use]
pub fn suggest(text: &str, limit: usize) -> Vec<LocationSuggestion> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return zips::TABLE.beginning(text).take(limit).map(|zip| zip_location(&zip).into()).collect();
    }
    let (name, within) = text.split_once(',').unwrap_or((text, ""));
    let (name, within) = (key(name), fold(within));
    let mut cities = if name.is_empty() { most_prominent() } else { beginning(&name) };
    cities.retain(|&city| lies_in(city, &within));
    cities.sort_by_cached_key(|&city| {
        let (rank, zips) = Candidate::City(city).order();
        let has_all = GAZETTEER.key(city) == name;
        (rank, !has_all, zips, GAZETTEER.key(city).len(), GAZETTEER.key(city).to_owned(), city)
    });
    cities.dedup();
    let mut suggestions: Vec<LocationSuggestion> = Vec::new();
    for city in cities {
        let label = label(city);
        if suggestions.len() < limit && !suggestions.iter().any(|other| other.label == label) {
            suggestions.push(LocationSuggestion { label, ..Candidate::City(city).location().into() });
        }
        if suggestions.len() == limit {
            break;
        }
    }
    suggestions
}

fn most_prominent() -> Vec<usize> {
    GAZETTEER.prominent.ranks.keys().copied().collect()
}

fn beginning(name: &str) -> Vec<usize> {
    let aliases = &GAZETTEER.prominent.aliases;
    let start = aliases.partition_point(|(alias, _)| alias.as_str() < name);
    let by_alias =
        aliases[start..].iter().take_while(|(alias, _)| alias.starts_with(name)).map(|(_, city)| *city);
    GAZETTEER.beginning(name).chain(by_alias).collect()
}

fn lies_in(city: usize, within: &str) -> bool {
    let area = GAZETTEER.area(city);
    let country = super::country_name(area.country).unwrap_or_default();
    within.is_empty()
        || [GAZETTEER.region(city), area.region, area.country, country]
            .iter()
            .any(|part| fold(part).starts_with(within))
        || super::country_code(within).is_some_and(|code| code == area.country)
}

/// Labels of the places whose names are nearest to the text's first part.
pub(super) fn nearest(text: &str) -> Vec<String> {
    if let Some(code) = zips::five_digits(text) {
        return zips::TABLE.beginning(&code[..3]).take(5).map(|zip| zip_location(&zip).label).collect();
    }
    let name = key(text.split(',').next().unwrap_or(text));
    if name.len() < 3 {
        return Vec::new();
    }
    let most = if name.len() < 6 { 1 } else { 2 };
    let mut near: Vec<(usize, usize)> = GAZETTEER.near(&name, most).collect();
    near.sort_by_cached_key(|&(distance, city)| {
        let (rank, zips) = Candidate::City(city).order();
        (distance, rank, zips, city)
    });
    near.into_iter().take(5).map(|(_, city)| label(city)).collect()
}
