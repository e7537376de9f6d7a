//! Names of people, told from every other capitalised text.

use std::sync::LazyLock;

use crate::lists::Lists;

pub(super) static WORDS: LazyLock<Lists> =
    LazyLock::new(|| Lists::parse(include_str!("../../data/people.tsv")));

const HONORIFICS: &[&str] = &["dr", "mr", "mrs", "ms", "rev", "hon", "prof", "chef"];
const PARTICLES: &[&str] = &[
    "af", "al", "bin", "da", "de", "del", "den", "der", "di", "la", "le", "mac", "mc", "o", "st", "ter",
    "van", "von", "zu",
];
const GENERATIONS: &[&str] = &["jr", "sr", "ii", "iii", "iv"];

/// A name with what stands before and after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// Given and family names, as they are written.
    pub(super) name: String,
    /// `Dr.` or credentials such as `DDS`, where there are any.
    pub(super) credential: Option<String>,
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn bare(word: &str) -> String {
    trimmed(word).to_lowercase()
}

/// What may follow a name in a sentence.
const AFTER_NAME: [char; 5] = [',', '.', ';', ':', ')'];

/// The text without what announces something at its end.
fn without_end(text: &str) -> &str {
    text.trim().trim_end_matches([',', ':', '-', '–', '|']).trim()
}

/// The name that a text is, and nothing else.
pub(super) fn whole(text: &str) -> Option<Name> {
    let text = without_end(text);
    if text.len() > 60
        || text.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '/' | '?' | '!' | '"' | '©' | '®'))
    {
        return None;
    }
    let (named, after) = text.split_once(',').unwrap_or((text, ""));
    // Most text is no name, and most of that shows here.
    if !may_be_name(named, text.split_whitespace()) {
        return None;
    }
    let mut words: Vec<&str> = named.split_whitespace().collect();
    let mut credentials: Vec<&str> = Vec::new();
    let honorific = words.first().map(|word| bare(word)).filter(|word| HONORIFICS.contains(&word.as_str()));
    if honorific.is_some() {
        words.remove(0);
    }
    while words.len() > 2 && words.last().is_some_and(|word| is_credential(word)) {
        credentials.extend(words.pop());
    }
    for word in after.split([',', ' ']).filter(|word| !word.is_empty()) {
        if is_credential(word) {
            credentials.push(word);
        } else if !GENERATIONS.contains(&bare(word).as_str()) {
            return None;
        }
    }
    if !is_name(&words, honorific.is_some() || !credentials.is_empty()) {
        return None;
    }
    let credential = if credentials.is_empty() {
        honorific.filter(|word| word == "dr").map(|_| "Dr.".to_owned())
    } else {
        Some(credentials.iter().map(|word| word.trim_matches(',')).collect::<Vec<_>>().join(", "))
    };
    Some(Name { name: words.join(" "), credential })
}

/// Whether the first two words of `named` are written like those of a name, and something shows that they are one: a given
/// name, an initial, an honorific, or a credential among `words`. What is let pass here is looked at closely.
fn may_be_name<'a>(named: &str, mut words: impl Iterator<Item = &'a str>) -> bool {
    let mut two = named.split_whitespace();
    let (Some(first), Some(second)) = (two.next(), two.next()) else { return false };
    let honorific = HONORIFICS.iter().any(|known| trimmed(first).eq_ignore_ascii_case(known));
    if !is_written_like_a_name(second) || !(honorific || is_written_like_a_name(first)) {
        return false;
    }
    let initial = first.len() <= 2 || second.trim_end_matches('.').chars().nth(1).is_none();
    honorific || initial || is_given(first) || words.any(may_be_credential)
}

/// Whether the word is a given name, or two of them: `Jean-Pierre`.
fn is_given(word: &str) -> bool {
    let word = bare(word);
    let both = || word.split_once('-').is_some_and(|(one, other)| is_known(one) && is_known(other));
    is_known(&word) || both()
}

fn is_known(given: &str) -> bool {
    WORDS.has("given", given)
}

fn may_be_credential(word: &str) -> bool {
    let esquire = || word.as_bytes().windows(3).any(|part| part.eq_ignore_ascii_case(b"esq"));
    word.chars().filter(|c| c.is_uppercase()).nth(1).is_some() || word.contains('.') || esquire()
}

/// Letters alone, the first of them a capital unless the word is a particle.
fn is_written_like_a_name(word: &str) -> bool {
    let particle = || PARTICLES.iter().any(|known| trimmed(word).eq_ignore_ascii_case(known));
    let letter = |c: char| c.is_alphabetic() || matches!(c, '.' | '\'' | '’' | '-' | '“' | '”');
    (word.starts_with(char::is_uppercase) || particle()) && word.chars().all(letter)
}

fn is_credential(word: &str) -> bool {
    let plain: String = word.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect();
    let shouted = plain.len() >= 2 && plain.chars().filter(|c| c.is_uppercase()).count() >= 2;
    (shouted || plain.eq_ignore_ascii_case("esq")) && WORDS.has("credential", &plain.to_lowercase())
}

/// Whether words are given and family names. Without a title before or after them the first is a known given name.
fn is_name(words: &[&str], titled: bool) -> bool {
    if !(2..=4).contains(&words.len()) {
        return false;
    }
    if !words.iter().all(|word| is_written_like_a_name(word)) {
        return false;
    }
    let word_fits = |word: &&str| {
        let lower = bare(word);
        !lower.is_empty() && !WORDS.has("not-name", &lower) && !WORDS.has("role", &lower)
    };
    // A name does not end with what belongs to the word after it.
    if words.last().is_none_or(|word| !word.starts_with(char::is_uppercase)) {
        return false;
    }
    let last = words.last().map(|word| bare(word)).unwrap_or_default();
    let last_fits = last.chars().count() >= 2 || GENERATIONS.contains(&last.as_str());
    let given =
        || is_given(words[0]) || (words[0].len() <= 2 && words[0].ends_with('.') && is_given(words[1]));
    let initial = words.len() >= 3 && words[1].trim_end_matches('.').chars().count() == 1;
    last_fits && (titled || initial || given()) && words.iter().all(word_fits)
}

/// The name that a text starts with, and how long it is.
pub(super) fn at_start(text: &str) -> Option<(Name, usize)> {
    let start = text.as_ptr() as usize;
    let second = text.split_whitespace().nth(1)?;
    let two = &text[..second.as_ptr() as usize - start + second.len()];
    let two = without_end(two.trim_end_matches(AFTER_NAME));
    let named = two.split_once(',').map_or(two, |(named, _)| named);
    if !may_be_name(named, text.split_whitespace().take(4)) {
        return None;
    }
    (2..=4).rev().find_map(|count| prefix(text, count))
}

fn prefix(text: &str, count: usize) -> Option<(Name, usize)> {
    let start = text.as_ptr() as usize;
    let words: Vec<&str> = text.split_whitespace().take(count).collect();
    let last = words.last().filter(|_| words.len() == count)?;
    let trimmed = last.trim_end_matches(AFTER_NAME);
    let end = last.as_ptr() as usize - start + trimmed.len();
    // A stop inside of the name ends a sentence, unless it belongs to an initial.
    let broken = words[..count - 1]
        .iter()
        .any(|word| word.ends_with([',', ';', ':']) || (word.ends_with('.') && word.chars().count() > 3));
    if broken {
        return None;
    }
    whole(text.get(..end)?).map(|name| (name, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_other_capitalised_text() {
        for (text, expect) in [
            ("Jane Roe", Some("Jane Roe")),
            ("JANE ROE", Some("JANE ROE")),
            ("Dr. Xochitl Vega", Some("Xochitl Vega")),
            ("Mary Ann O’Neil, DDS", Some("Mary Ann O’Neil")),
            ("Xochitl T. Vega", Some("Xochitl T. Vega")),
            ("Diego Núñez", Some("Diego Núñez")),
            ("Jean-Pierre Bergé", Some("Jean-Pierre Bergé")),
            ("Päivi Mäki-Lähde", Some("Päivi Mäki-Lähde")),
            ("Jürgen von der Heide", Some("Jürgen von der Heide")),
            ("Ruohonen Oy", None),
            ("Matti Oy", None),
            ("Anna Sähköposti", None),
            ("Main Street", None),
            ("Jane Roe Plumbing Services", None),
            ("Virginia Beach", None),
            ("Contact Us", None),
            ("Jane", None),
            ("Freehold Dental", None),
        ] {
            assert_eq!(whole(text).map(|name| name.name).as_deref(), expect, "{text}");
        }
        assert_eq!(whole("Jane Roe, DDS").unwrap().credential.as_deref(), Some("DDS"));
        assert_eq!(whole("Dr. Jane Roe").unwrap().credential.as_deref(), Some("Dr."));
    }

    #[test]
    fn a_name_is_found_at_the_start() {
        assert_eq!(at_start("Jane Roe, our owner").unwrap().0.name, "Jane Roe");
        assert_eq!(at_start("nobody in particular"), None);
    }
}
