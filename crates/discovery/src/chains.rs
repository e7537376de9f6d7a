//! Branches of chains. They are flagged, so that a list can leave them out; they are not dropped.

use crate::matching::name_key;
use crate::text::non_empty;

/// Whether OpenStreetMap's tags say that the place is a branch: it has a brand, or its operator is a known
/// company (`operator:wikidata`) whose name it bears.
#[must_use]
pub fn by_osm_tags<'t>(get: impl Fn(&str) -> Option<&'t str>) -> bool {
    let has = |key: &str| get(key).and_then(non_empty).is_some();
    has("brand")
        || has("brand:wikidata")
        || (has("operator:wikidata") && bears_name_of(get("name"), get("operator")))
}

fn bears_name_of(name: Option<&str>, operator: Option<&str>) -> bool {
    let (Some(name), Some(operator)) = (name, operator) else { return false };
    let (name, operator) = (name_key(name), name_key(operator));
    !operator.is_empty() && (name == operator || name.starts_with(&format!("{operator} ")))
}

/// So many businesses of one name, apart from each other and none of them known to be a chain, are one.
pub const REPEATED: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tags: &[(&str, &str)], expect: bool) {
        assert_eq!(
            by_osm_tags(|key| tags.iter().find(|tag| tag.0 == key).map(|tag| tag.1)),
            expect,
            "{tags:?}"
        );
    }

    #[test]
    fn a_brand_makes_a_branch() {
        check(&[("brand", "Subway")], true);
        check(&[("brand:wikidata", "Q244457")], true);
        check(&[("brand", " ")], false);
        check(&[("name", "Joe's")], false);
    }

    #[test]
    fn an_operator_alone_does_not() {
        check(&[("name", "Alko Kamppi"), ("operator", "Alko Oy"), ("operator:wikidata", "Q1")], true);
        check(&[("name", "Alko Kamppi"), ("operator", "Alko Oy")], false);
        check(&[("name", "Corner Café"), ("operator", "Big Foods"), ("operator:wikidata", "Q2")], false);
    }
}
