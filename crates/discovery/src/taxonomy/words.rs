//! The spelling in which words for categories are compared.

use crate::text::fold;

/// Folded, underscores as spaces, each word in the singular: `Law_Offices` is `law office`.
pub(super) fn spelling(text: &str) -> String {
    fold(text).split(' ').map(singular).collect::<Vec<_>>().join(" ")
}

/// English plurals only, and the same for a word that is none: what counts is that both sides meet.
fn singular(word: &str) -> String {
    let stem = |ending: &str, least: usize| {
        word.strip_suffix(ending).filter(|stem| stem.len() >= least && stem.is_ascii())
    };
    if let Some(stem) = stem("ies", 2) {
        return format!("{stem}y");
    }
    for ending in ["sses", "shes", "ches", "xes"] {
        if stem(ending, 1).is_some() {
            return word[..word.len() - 2].to_owned();
        }
    }
    if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return word.to_owned();
    }
    stem("s", 2).unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_meet_their_singular() {
        let check = |plural: &str, singular: &str| {
            assert_eq!(spelling(plural), spelling(singular), "{plural} {singular}");
        };
        check("Plumbers", "plumber");
        check("bakeries", "bakery");
        check("churches", "church");
        check("Law_Offices", "law office");
        check("gyms", "gym");
        check("taxis", "taxi's");
        check("boxes", "box");
        check("fitness", "Fitness");
    }
}
