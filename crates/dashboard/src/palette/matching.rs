//! Which texts answer what was typed, how well, and with which of their letters.

use contract::number::lower_case;

/// A letter at the begin of a word.
const BEGIN: i32 = 8;
/// A letter behind the one that was matched before.
const NEXT: i32 = 7;
/// A letter somewhere behind the one that was matched before.
const LATER: i32 = -2;
/// The first letter, in the middle of a word.
const INSIDE: i32 = -8;

/// How a text answers what was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Match {
    /// The higher, the better.
    pub(super) score: i32,
    /// Places of the letters that were typed, in characters of the text, in order.
    pub(super) letters: Vec<usize>,
}

/// How `text` answers `typed`: each of its words has to stand there, letter by letter and with others between them.
/// Letters at the begins of words and in a row count most, and a word that is neither is no answer.
pub(super) fn matched(typed: &str, text: &str) -> Option<Match> {
    let letters = letters(text);
    let mut all = Match::default();
    for word in lower_case(typed).split_whitespace() {
        let word: Vec<char> = word.chars().collect();
        let found = best(&word, &letters).filter(|found| found.score >= 0)?;
        all.score += found.score;
        all.letters.extend(found.letters);
    }
    all.letters.sort_unstable();
    all.letters.dedup();
    Some(all)
}

/// The text's letters in lower case; as they are, where a letter becomes several in lower case.
fn letters(text: &str) -> Vec<char> {
    let lower: Vec<char> = lower_case(text).chars().collect();
    if lower.len() == text.chars().count() { lower } else { text.chars().collect() }
}

/// The best way to find `word` in `text`.
fn best(word: &[char], text: &[char]) -> Option<Match> {
    // For each letter of the word and each place in the text: the best score that ends there, and where the letter
    // before stands.
    let mut ways: Vec<Vec<Option<(i32, usize)>>> = Vec::with_capacity(word.len());
    for letter in word {
        let before = ways.last();
        let way = |at: usize| {
            let from = match before {
                None => Some((if is_begin(text, at) { 0 } else { INSIDE }, at)),
                Some(before) => step(before, at),
            };
            let bonus = if is_begin(text, at) { BEGIN } else { 0 };
            from.filter(|_| text[at] == *letter).map(|(score, from)| (score + bonus, from))
        };
        let next = (0..text.len()).map(way).collect();
        ways.push(next);
    }
    trace(&ways)
}

/// The best score with which a letter at `at` goes on, and where the letter before stands then.
fn step(before: &[Option<(i32, usize)>], at: usize) -> Option<(i32, usize)> {
    let end = |from: usize| before[from].map(|(score, _)| (score, from));
    let next = at.checked_sub(1).and_then(end).map(|(score, from)| (score + NEXT, from));
    let earlier = (0..at.saturating_sub(1)).filter_map(end).max_by_key(|(score, _)| *score);
    let later = earlier.map(|(score, from)| (score + LATER, from));
    next.into_iter().chain(later).max_by_key(|(score, _)| *score)
}

fn trace(ways: &[Vec<Option<(i32, usize)>>]) -> Option<Match> {
    let ends = ways.last()?.iter().enumerate().filter_map(|(at, way)| Some((way.as_ref()?.0, at)));
    // The first of equals.
    let (score, mut at) = ends.rev().max_by_key(|(score, _)| *score)?;
    let mut letters = Vec::with_capacity(ways.len());
    for way in ways.iter().rev() {
        letters.push(at);
        at = way[at]?.1;
    }
    letters.reverse();
    Some(Match { score, letters })
}

/// Whether a word begins at the place.
fn is_begin(text: &[char], at: usize) -> bool {
    at == 0 || (text[at - 1].is_ascii() && !text[at - 1].is_ascii_alphanumeric())
}

/// The text in parts, with whether each consists of letters that were typed.
pub(super) fn parts(text: &str, letters: &[usize]) -> Vec<(String, bool)> {
    let mut parts: Vec<(String, bool)> = Vec::new();
    for (at, letter) in text.chars().enumerate() {
        let is_typed = letters.binary_search(&at).is_ok();
        match parts.last_mut() {
            Some((part, was_typed)) if *was_typed == is_typed => part.push(letter),
            _ => parts.push((letter.to_string(), is_typed)),
        }
    }
    parts
}

/// The place after `at` in a ring of `count`.
pub(super) fn after(at: usize, count: usize) -> usize {
    if at + 1 < count { at + 1 } else { 0 }
}

/// The place before `at` in a ring of `count`.
pub(super) fn before(at: usize, count: usize) -> usize {
    at.checked_sub(1).unwrap_or_else(|| count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The text with what was typed in brackets; a dash where it does not answer.
    fn marked(typed: &str, text: &str) -> String {
        let Some(found) = matched(typed, text) else { return "-".to_owned() };
        let part = |(part, is_typed): (String, bool)| if is_typed { format!("[{part}]") } else { part };
        parts(text, &found.letters).into_iter().map(part).collect()
    }

    #[test]
    fn letters_are_found_in_their_order() {
        for (typed, text, expect) in [
            ("lea", "Leads", "[Lea]ds"),
            ("el", "Export leads", "[E]xport [l]eads"),
            ("csv", "Export leads as CSV", "Export leads as [CSV]"),
            ("ovw", "Overview", "[Ov]ervie[w]"),
            ("port", "Import a file", "Im[port] a file"),
            ("file imp", "Import a file", "[Imp]ort a [file]"),
            ("CAFÉ", "Le Café", "Le [Café]"),
            ("", "Leads", "Leads"),
        ] {
            assert_eq!(marked(typed, text), expect, "{typed}");
        }
    }

    #[test]
    fn what_lies_scattered_inside_words_is_no_answer() {
        for (typed, text) in
            [("tea", "Export leads as CSV"), ("xyz", "Leads"), ("leads x", "Leads"), ("sl", "Leads")]
        {
            assert_eq!(marked(typed, text), "-", "{typed}");
        }
    }

    #[test]
    fn the_better_answer_has_the_higher_score() {
        let score = |typed, text| matched(typed, text).unwrap().score;
        assert!(score("lead", "Leads") > score("lead", "Mislead"));
        assert!(score("im", "Import") > score("im", "In the main"));
        assert!(score("ea", "Export all") > score("eas", "Export leads"));
    }

    #[test]
    fn a_letter_that_becomes_two_in_lower_case_marks_none_wrongly() {
        assert_eq!(marked("stan", "İstanbul"), "İ[stan]bul");
    }

    #[test]
    fn keys_lead_around() {
        assert_eq!([after(0, 3), after(2, 3), before(0, 3), before(1, 3)], [1, 0, 2, 0]);
        assert_eq!([after(0, 0), before(0, 0)], [0, 0]);
    }

    proptest! {
        #[test]
        fn what_is_marked_is_what_was_typed(typed in "[a-c ]{0,5}", text in "[a-c A-C]{0,12}") {
            if let Some(found) = matched(&typed, &text) {
                let letters: Vec<char> = text.to_lowercase().chars().collect();
                for word in typed.split_whitespace() {
                    let mut rest = found.letters.iter().map(|at| letters[*at]);
                    prop_assert!(word.chars().all(|letter| rest.any(|it| it == letter)), "{} {:?}", word, found);
                }
                let joined: String = parts(&text, &found.letters).into_iter().map(|(part, _)| part).collect();
                prop_assert_eq!(joined, text);
            }
        }

        #[test]
        fn a_text_answers_its_own_words(text in "[a-z]{1,8}( [a-z]{1,8}){0,3}") {
            prop_assert!(matched(&text, &text).is_some());
        }
    }
}
