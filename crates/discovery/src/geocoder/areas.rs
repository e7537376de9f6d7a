//! Countries and their regions, by code and by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::fold;

/// `data/countries.psv` and `data/regions.psv`.
struct Areas {
    /// Code to name.
    countries: HashMap<&'static str, &'static str>,
    /// Folded code, name or other name to code.
    country_names: HashMap<String, &'static str>,
    /// Country and folded code or name to code and name.
    regions: HashMap<(&'static str, String), (&'static str, &'static str)>,
}

static AREAS: LazyLock<Areas> = LazyLock::new(|| {
    let mut areas =
        Areas { countries: HashMap::new(), country_names: HashMap::new(), regions: HashMap::new() };
    for [code, name, others] in rows(include_str!("../../data/countries.psv")) {
        areas.countries.insert(code, name);
        for word in [code, name].into_iter().chain(others.split(';').filter(|other| !other.is_empty())) {
            areas.country_names.insert(fold(word), code);
        }
    }
    for [country, code, name] in rows(include_str!("../../data/regions.psv")) {
        areas.regions.insert((country, fold(code)), (code, name));
        areas.regions.insert((country, fold(name)), (code, name));
    }
    areas
});

/// The rows of a table of ours: columns between bars, comments after `#`.
pub(super) fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let mut columns = line.split('|');
        std::array::from_fn(|_| columns.next().unwrap_or_default())
    })
}

/// ISO 3166-1 alpha-2 code of a country given by code or name: `fi`, `Finland`, `USA`.
#[must_use]
pub fn country_code(text: &str) -> Option<&'static str> {
    AREAS.country_names.get(&fold(text)).copied()
}

/// English name of the country of that code.
#[must_use]
pub fn country_name(code: &str) -> Option<&'static str> {
    AREAS.countries.get(code).copied()
}

/// Code and name of a region, where its country's regions have codes that people write: `NJ`, `US-NJ` and
/// `New Jersey` are `("NJ", "New Jersey")`.
#[must_use]
pub fn region(country: &str, text: &str) -> Option<(&'static str, &'static str)> {
    let (code, _) = AREAS.countries.get_key_value(country)?;
    let text = text.trim();
    let bare = text.strip_prefix(country).and_then(|rest| rest.strip_prefix('-')).unwrap_or(text);
    AREAS.regions.get(&(*code, fold(bare))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_code_and_by_names() {
        for text in ["FI", "fi", "Finland", "SUOMI"] {
            assert_eq!(country_code(text), Some("FI"), "{text}");
        }
        assert_eq!(country_code("U.S.A."), Some("US"));
        assert_eq!(country_code("Atlantis"), None);
        assert_eq!(country_name("FI"), Some("Finland"));
    }

    #[test]
    fn regions_are_known_in_every_spelling() {
        for text in ["NJ", "nj", "US-NJ", "New Jersey"] {
            assert_eq!(region("US", text), Some(("NJ", "New Jersey")), "{text}");
        }
        assert_eq!(region("FI", "Uusimaa"), None);
        assert_eq!(region("CA", "on"), Some(("ON", "Ontario")));
    }
}
