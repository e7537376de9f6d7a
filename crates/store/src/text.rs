//! Folding of text, so that search and alphabetical order are the same on both databases.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Sorts after every folded text: the order key of a missing value.
pub(crate) const MISSING: &str = "\u{10FFFF}";

/// The longest word that is kept for search, in characters; the rest of a longer one is ignored.
const MAX_WORD: usize = 64;

/// The text without case, accents and outer spaces: `Café` becomes `cafe`, `Øst` becomes `ost`.
pub(crate) fn fold(text: &str) -> String {
    let text = text.trim();
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    let bare = text.nfkd().filter(|character| !is_accent(*character)).nfc();
    for character in bare.flat_map(char::to_lowercase) {
        match plain(character) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(character),
        }
    }
    folded
}

/// The order key of a text that may be missing.
pub(crate) fn fold_or_missing(text: Option<&str>) -> String {
    text.map(fold).filter(|folded| !folded.is_empty()).unwrap_or_else(|| MISSING.to_owned())
}

/// The folded words of a text: runs of letters and digits, apostrophes left out, so that `Joe's Café` has the
/// words `joes` and `cafe`.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    add_words(text, &mut words);
    words
}

/// Adds the words of a text that are not yet among `words`.
pub(crate) fn add_words(text: &str, words: &mut Vec<String>) {
    let folded = fold(text);
    for part in folded.split(|character| !(in_word(character) || is_apostrophe(character))) {
        let word: String = part.chars().filter(|character| in_word(*character)).take(MAX_WORD).collect();
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
}

fn in_word(character: char) -> bool {
    character.is_alphanumeric() || is_combining_mark(character)
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}' | '\u{2018}' | '\u{02BC}' | '`' | '\u{00B4}')
}

/// The accents of Latin, Greek and Cyrillic; marks of other scripts are part of their letters.
fn is_accent(character: char) -> bool {
    matches!(character, '\u{0300}'..='\u{036F}')
}

/// Letters that Unicode does not take apart but that people write without their ornament.
fn plain(character: char) -> Option<&'static str> {
    Some(match character {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'ς' => "σ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_fold_away() {
        let check = |text: &str, expect: &str| assert_eq!(fold(text), expect, "{text}");
        check("  Café Kahvila ", "cafe kahvila");
        check("CAFE\u{301}", "cafe");
        check("Ärtan & Ö", "artan & o");
        check("Straße", "strasse");
        check("Łódź ØST Æble", "lodz ost aeble");
        check("ΟΔΟΣ οδος", "οδοσ οδοσ");
        check("İstanbul ısı", "istanbul isi");
        check("が", "が");
        check("", "");
    }

    #[test]
    fn words_are_letters_and_digits() {
        let check = |text: &str, expect: &[&str]| assert_eq!(words(text), expect, "{text}");
        check("Joe's Café-Bar", &["joes", "cafe", "bar"]);
        check("fast_food 24/7", &["fast", "food", "24", "7"]);
        check("O’Brien", &["obrien"]);
        check("\" OR * NEAR(x)", &["or", "near", "x"]);
        check("!!! ...", &[]);
        check("हिन्दी が", &["हिन्दी", "が"]);
        check("a a A", &["a"]);
        check(&"x".repeat(100), &["x".repeat(MAX_WORD).as_str()]);
    }

    #[test]
    fn a_missing_text_sorts_last() {
        assert!(fold_or_missing(None) > fold_or_missing(Some("\u{1F600} zzz")));
        assert_eq!(fold_or_missing(Some(" ")), MISSING);
    }
}
