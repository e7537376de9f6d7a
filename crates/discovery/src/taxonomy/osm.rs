//! Categories of OpenStreetMap tags.

use super::Category;
use super::data::TABLES;

/// The keys that say what a place is, the one that decides its main category first.
const KEYS: [&str; 27] = [
    "amenity",
    "shop",
    "craft",
    "office",
    "healthcare",
    "tourism",
    "leisure",
    "club",
    "emergency",
    "industrial",
    "aeroway",
    "golf",
    "sport",
    "beauty",
    "street_vendor",
    "social_facility",
    "diplomatic",
    "man_made",
    "historic",
    "military",
    "railway",
    "residential",
    "landuse",
    "place",
    "waterway",
    "building",
    "natural",
];

/// The keys whose mere presence makes a named object a place that people go to or deal with.
const PLACE_KEYS: [&str; 8] =
    ["amenity", "shop", "craft", "office", "healthcare", "tourism", "leisure", "club"];

/// The keys that do so with a value that a category names. The others of [`KEYS`] only say more of what is a place
/// already: a memorial, a building or a stretch of land is none.
const PLACE_KEYS_BY_VALUE: [&str; 7] =
    ["emergency", "industrial", "aeroway", "golf", "diplomatic", "man_made", "military"];

/// The categories that the tags name, the main one first, none twice. That of a combination of tags comes
/// before those of its parts. A value of several (`bar;restaurant`) counts as its first.
#[must_use]
pub fn from_osm_tags<'t>(get: impl Fn(&str) -> Option<&'t str>) -> Vec<&'static Category> {
    let value = |key: &str| get(key).map(first_value);
    let mut found: Vec<usize> = Vec::new();
    for (tags, category) in &TABLES.combinations {
        if tags.iter().all(|(key, wanted)| value(key) == Some(*wanted)) {
            found.push(*category);
        }
    }
    for key in KEYS {
        let Some(tag) = value(key).map(|value| (key, value)) else { continue };
        if let Some(&category) = TABLES.tags.get(&tag) {
            found.push(category);
        }
    }
    let mut seen = Vec::new();
    found.retain(|category| !seen.contains(category) && (seen.push(*category), true).1);
    found.into_iter().map(|index| &TABLES.categories[index]).collect()
}

/// Whether a named object with these tags is a place at all.
#[must_use]
pub fn is_place<'t>(get: impl Fn(&str) -> Option<&'t str>) -> bool {
    let has = |key: &str| get(key).is_some_and(|value| value != "no");
    let has_value =
        |key: &str| get(key).is_some_and(|value| TABLES.tags.contains_key(&(key, first_value(value))));
    PLACE_KEYS.iter().any(|key| has(key)) || PLACE_KEYS_BY_VALUE.iter().any(|key| has_value(key))
}

/// The keys of which any value makes a named object a place.
pub(crate) fn place_keys() -> &'static [&'static str] {
    &PLACE_KEYS
}

/// The tags that make a named object a place though their key alone does not.
pub(crate) fn place_tags() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLES.tags.keys().copied().filter(|(key, _)| PLACE_KEYS_BY_VALUE.contains(key))
}

fn first_value(value: &str) -> &str {
    value.split(';').next().unwrap_or(value).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slugs(tags: &[(&str, &str)]) -> Vec<&'static str> {
        from_osm_tags(|key| tags.iter().find(|tag| tag.0 == key).map(|tag| tag.1))
            .iter()
            .map(|category| category.slug)
            .collect()
    }

    #[test]
    fn a_tag_names_a_category() {
        assert_eq!(slugs(&[("shop", "hairdresser")]), ["hairdresser"]);
        assert_eq!(slugs(&[("office", "lawyer")]), ["lawyer"]);
        assert_eq!(slugs(&[("highway", "residential")]), [""; 0]);
    }

    #[test]
    fn a_combination_comes_before_its_parts() {
        assert_eq!(slugs(&[("healthcare", "alternative")]), ["alternative_medicine"]);
        let chiropractor = [("healthcare", "alternative"), ("healthcare:speciality", "chiropractic")];
        assert_eq!(slugs(&chiropractor), ["chiropractor", "alternative_medicine"]);
    }

    #[test]
    fn several_tags_name_several_and_several_values_the_first() {
        assert_eq!(slugs(&[("tourism", "hotel"), ("amenity", "restaurant")]), ["restaurant", "hotel"]);
        assert_eq!(slugs(&[("amenity", "nightclub;restaurant")]), ["nightclub"]);
    }

    #[test]
    fn every_key_of_a_single_tag_is_looked_at() {
        for (key, _) in TABLES.tags.keys() {
            assert!(KEYS.contains(key), "{key} stands in the categories but is never read");
        }
    }
}
