//! Categories for what was typed so far, or was typed wrongly.

use contract::places::CategorySuggestion;

use super::data::{Phrase, TABLES};
use crate::text::{edit_distance, fold};

/// Shown before anything is typed.
const COMMONEST: [&str; 12] = [
    "restaurant",
    "cafe",
    "hairdresser",
    "dentist",
    "lawyer",
    "plumber",
    "electrician",
    "car_repair",
    "real_estate_agent",
    "insurance_agency",
    "accountant",
    "hotel",
];

/// Categories whose label or synonym answers the text, the best first: one that is the text, that begins with
/// it, that has a word beginning with it, then one that is nearly it. Each category once.
#[must_use]
pub fn suggest(text: &str, limit: usize) -> Vec<CategorySuggestion> {
    let typed = fold(text);
    if typed.is_empty() {
        return COMMONEST
            .iter()
            .filter_map(|slug| super::by_slug(slug))
            .map(suggestion)
            .take(limit)
            .collect();
    }
    let mut ranked: Vec<(u32, &Phrase)> =
        TABLES.phrases.iter().filter_map(|phrase| Some((rank(&typed, phrase)?, phrase))).collect();
    ranked.sort_by_key(|(rank, phrase)| (*rank, !phrase.is_label, phrase.folded.len(), phrase.category));
    let mut seen = Vec::new();
    ranked
        .into_iter()
        .filter(|(_, phrase)| !seen.contains(&phrase.category) && (seen.push(phrase.category), true).1)
        .take(limit)
        .map(|(_, phrase)| CategorySuggestion {
            matched: (!phrase.is_label).then(|| phrase.text.to_owned()),
            ..suggestion(&TABLES.categories[phrase.category])
        })
        .collect()
}

/// Labels of the nearest categories.
pub(super) fn nearest(text: &str) -> Vec<String> {
    suggest(text, 5).into_iter().map(|suggestion| suggestion.label).collect()
}

fn suggestion(category: &super::Category) -> CategorySuggestion {
    CategorySuggestion {
        category: category.slug.to_owned(),
        label: category.label.to_owned(),
        industry: category.industry.to_owned(),
        matched: None,
    }
}

/// How well the phrase answers, 0 the best; `None` if it does not.
fn rank(typed: &str, phrase: &Phrase) -> Option<u32> {
    let folded = phrase.folded.as_str();
    if folded == typed {
        return Some(0);
    }
    if folded.starts_with(typed) {
        return Some(1);
    }
    if folded.split(' ').any(|word| word.starts_with(typed)) {
        return Some(2);
    }
    let shared =
        typed.split(' ').filter(|word| word.len() > 2 && folded.split(' ').any(|other| other == *word));
    let missing = u32::try_from(typed.split(' ').count() - shared.count()).unwrap_or(u32::MAX);
    if missing == 0 {
        return Some(3);
    }
    let most = typed.len() / 4 + 1;
    let distance = edit_distance(typed.as_bytes(), folded.as_bytes(), most.min(4));
    let by_distance = distance.and_then(|distance| u32::try_from(distance).ok()).map(|distance| 3 + distance);
    let words = u32::try_from(typed.split(' ').count()).unwrap_or(u32::MAX);
    let by_words = (missing < words).then_some(8 + missing);
    by_distance.into_iter().chain(by_words).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> String {
        suggest(text, 5).first().map(|suggestion| suggestion.category.clone()).unwrap_or_default()
    }

    #[test]
    fn what_is_typed_finds_label_synonym_and_misspelling() {
        assert_eq!(first("rest"), "restaurant");
        assert_eq!(first("barb"), "hairdresser");
        assert_eq!(first("plummer"), "plumber");
        assert_eq!(first("resturant"), "restaurant");
        assert_eq!(first("elektrician"), "electrician");
    }

    #[test]
    fn the_matching_synonym_is_told_and_no_category_comes_twice() {
        let found = suggest("barber", 10);
        assert_eq!(found[0].matched.as_deref(), Some("barber"));
        let slugs: std::collections::HashSet<_> = found.iter().map(|one| &one.category).collect();
        assert_eq!(slugs.len(), found.len());
    }

    #[test]
    fn nothing_typed_gives_the_commonest() {
        assert_eq!(suggest("", 3).len(), 3);
        assert_eq!(suggest(" ", 100).len(), COMMONEST.len());
    }
}
