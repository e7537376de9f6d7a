//! Google's place types and our categories.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::taxonomy::{self, Category, OvertureCategory};

/// Types that say nothing of what a business does.
const GENERIC: [&str; 8] =
    ["point_of_interest", "establishment", "food", "store", "health", "finance", "service", "lodging"];

struct Kinds {
    /// The type that is asked for, by slug.
    asked: HashMap<&'static str, &'static str>,
    /// The category, by type.
    known: HashMap<&'static str, &'static Category>,
}

static KINDS: LazyLock<Kinds> = LazyLock::new(|| {
    let mut kinds = Kinds { asked: HashMap::new(), known: HashMap::new() };
    let lines = include_str!("../../../data/google_types.psv").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let Some((slug, types)) = line.split_once(" | ") else { continue };
        let Some(category) = taxonomy::by_slug(slug) else { continue };
        for one in types.split("; ") {
            kinds.asked.entry(category.slug).or_insert(one);
            kinds.known.insert(one, category);
        }
    }
    kinds
});

/// The one type that a search for the category asks for; `None` where Google has none.
pub(super) fn type_of(category: &Category) -> Option<&'static str> {
    KINDS.asked.get(category.slug).copied()
}

/// The categories of a place of that primary type and those types, the main one first.
pub(super) fn categories<'a>(
    primary: Option<&'a str>,
    types: impl Iterator<Item = &'a str>,
) -> Vec<&'static Category> {
    let mut found: Vec<&'static Category> = Vec::new();
    for one in primary.into_iter().chain(types).filter(|one| !GENERIC.contains(one)) {
        if let Some(category) = category_of(one)
            && !found.contains(&category)
        {
            found.push(category);
        }
    }
    found
}

/// By the table; else by the words of the type, which many categories have; else as Overture, which has many of them.
fn category_of(kind: &str) -> Option<&'static Category> {
    KINDS.known.get(kind).copied().or_else(|| taxonomy::find(&kind.replace('_', " "))).or_else(|| {
        taxonomy::from_overture(&OvertureCategory {
            primary: Some(kind.to_owned()),
            ..OvertureCategory::default()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slugs(primary: Option<&str>, types: &[&str]) -> Vec<&'static str> {
        categories(primary, types.iter().copied()).into_iter().map(|category| category.slug).collect()
    }

    #[test]
    fn every_line_of_the_table_is_a_category_and_every_type_stands_once() {
        let lines: Vec<&str> = include_str!("../../../data/google_types.psv")
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .collect();
        let mut seen = Vec::new();
        for line in &lines {
            let (slug, types) = line.split_once(" | ").unwrap();
            assert!(taxonomy::by_slug(slug).is_some(), "{slug}");
            for one in types.split("; ") {
                assert!(!seen.contains(&one), "{one}");
                seen.push(one);
            }
        }
        assert_eq!(KINDS.asked.len(), lines.len());
    }

    #[test]
    fn types_become_categories_the_main_one_first() {
        let asked = |slug: &str| type_of(taxonomy::by_slug(slug).unwrap());
        assert_eq!((asked("hairdresser"), asked("chimney_sweep")), (Some("hair_salon"), None));
        assert_eq!(
            slugs(Some("hair_salon"), &["beauty_salon", "hair_salon", "establishment"]),
            ["hairdresser", "beauty_salon"]
        );
        assert_eq!(slugs(Some("ethiopian_restaurant"), &["restaurant", "food"]), ["restaurant"]);
        assert_eq!(slugs(None, &["point_of_interest", "establishment", "store"]), [""; 0]);
    }
}
