//! Words of opening hours in other languages than English. Their short forms of days are words elsewhere, or another day
//! in another language: which language is spoken is decided for a text as a whole.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::words::Word;
use crate::language::Languages;

/// What a word means in a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    word: &'static str,
    language: Languages,
    meaning: Word,
    weight: Weight,
}

/// What a word says of the language that is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// That it is this one.
    Sure,
    /// A short form of a day: nothing by itself.
    Short,
    /// Nothing: it stands between days and times.
    Beside,
}

/// Words with what they mean.
type Slot = Vec<(&'static str, Vec<Entry>)>;

/// Every word, by `slot`.
static WORDS: LazyLock<Vec<Slot>> = LazyLock::new(|| {
    let mut slots: Vec<Slot> = vec![Vec::new(); SLOTS];
    for (word, entry) in lines().flat_map(|(language, kind, words)| of_line(language, kind, words)) {
        let slot = &mut slots[slot(word)];
        match slot.iter_mut().find(|(known, _)| *known == word) {
            Some((_, entries)) => entries.push(entry),
            None => slot.push((word, vec![entry])),
        }
    }
    slots
});

const SLOTS: usize = 256;

/// Where a word is looked for: every word of many lines is, so that few are to be compared.
fn slot(word: &str) -> usize {
    let bytes = word.as_bytes();
    let at = |byte: Option<&u8>| byte.copied().map_or(0, usize::from);
    (at(bytes.first()) * 31 + at(bytes.last()) * 7 + bytes.len()) % SLOTS
}

/// Language, kind and words of every line of the data.
fn lines() -> impl Iterator<Item = (Languages, &'static str, &'static str)> {
    let lines = include_str!("../../data/hours.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let mut columns = line.split('\t');
        Some((Languages::of_code(columns.next()?), columns.next()?, columns.next()?))
    })
}

fn of_line(language: Languages, kind: &str, words: &'static str) -> Vec<(&'static str, Entry)> {
    let entry = |word, meaning: Word, weight: Weight| (word, Entry { word, language, meaning, weight });
    let words = words.split(' ');
    let days = |weight: Weight| {
        let forms =
            words.clone().enumerate().flat_map(|(day, forms)| forms.split('|').map(move |form| (day, form)));
        forms.map(|(day, form)| entry(form, Word::Day(day), weight)).collect()
    };
    let (meaning, weight) = match kind {
        "day" => return days(Weight::Sure),
        "short" => return days(Weight::Short),
        "closed" => (Word::Closed, Weight::Sure),
        "daily" => (Word::Days(0, 6), Weight::Sure),
        "weekdays" => (Word::Days(0, 4), Weight::Sure),
        "weekend" => (Word::Days(5, 6), Weight::Sure),
        "mark" => (Word::Filler, Weight::Sure),
        "to" => (Word::To, Weight::Beside),
        "and" => (Word::And, Weight::Beside),
        _ => (Word::Filler, Weight::Beside),
    };
    words.map(|word| entry(word, meaning, weight)).collect()
}

/// What a word in small letters means in other languages than English.
pub(super) fn entries(word: &str) -> &'static [Entry] {
    let found = WORDS[slot(word)].iter().find(|(known, _)| *known == word);
    found.map_or(&[], |(_, entries)| entries.as_slice())
}

static CLOSED: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = lines().filter(|(_, kind, _)| *kind == "closed").flat_map(|(.., words)| words.split(' '));
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
});

/// Whether the text has a word that says that somebody is closed.
pub(super) fn says_closed(text: &str) -> bool {
    CLOSED.as_ref().is_some_and(|words| words.is_match(text))
}

/// Languages whose shortest forms of days are words of their sentences: `ma chiuso` is "but closed".
static ROMANCE: LazyLock<Languages> = LazyLock::new(|| {
    ["es", "fr", "it"].into_iter().fold(Languages::NONE, |all, code| all.or(Languages::of_code(code)))
});

/// A word that means something in another language, with its place among the words of a text.
pub(super) type Known = (usize, &'static [Entry]);

/// Puts what is meant in place of what English makes of it. `known` are the words of a text that mean something in other
/// languages, in order; `page` are the languages that the page may be in.
pub(super) fn translate(words: &mut [Word], known: &[Known], page: Languages) {
    let shorts: Vec<Known> = known.iter().copied().filter(|short| is_placed(words, known, *short)).collect();
    let spoken = spoken(words, known, &shorts, page);
    if spoken.is_empty() {
        return;
    }
    let english: Vec<usize> = (0..words.len()).filter(|index| is_day(words[*index])).collect();
    let mut says = false;
    for (index, entries) in known {
        let entries = || entries.iter().filter(|entry| !entry.language.and(spoken).is_empty());
        let Some(Entry { word, meaning, weight, .. }) = entries().next().copied() else { continue };
        // Where languages disagree, nothing is known.
        if entries().any(|entry| entry.meaning != meaning) {
            continue;
        }
        let short = weight == Weight::Short;
        let in_english = english.contains(index);
        says |= weight == Weight::Sure || (short && in_english);
        if in_english || (short && !shorts.iter().any(|(placed, _)| placed == index)) {
            continue;
        }
        let may_be_word =
            short && word.len() == 2 && entries().all(|entry| !entry.language.and(*ROMANCE).is_empty());
        if may_be_word && after(words, known, *index).next() == Some(Word::Closed) {
            continue;
        }
        says |= short;
        words[*index] = meaning;
    }
    for (index, _) in known.iter().filter(|(_, entries)| entries.iter().any(is_mark)) {
        mark_times(words, *index);
    }
    // Days that are English alone are told by an English clock.
    if says && english.iter().all(|index| known.iter().any(|(place, _)| place == index)) {
        read_by_day(words);
    }
}

fn is_day(word: Word) -> bool {
    matches!(word, Word::Day(_) | Word::Days(..))
}

fn is_mark(entry: &Entry) -> bool {
    entry.weight == Weight::Sure && entry.meaning == Word::Filler
}

/// The languages that a text is in: those of words that no other has, else those of the page that know most of its short
/// forms, else those that know all of them, where there are several.
fn spoken(words: &[Word], known: &[Known], shorts: &[Known], page: Languages) -> Languages {
    let sure = known.iter().flat_map(|(_, entries)| entries.iter()).filter(|it| it.weight == Weight::Sure);
    let sure = sure.fold(Languages::NONE, |all, entry| all.or(entry.language));
    if !sure.is_empty() {
        return sure;
    }
    // Short forms that English has too, such as `mo` and `sa`.
    let shared = known.iter().filter(|(index, entries)| {
        is_day(words[*index]) && entries.iter().any(|entry| entry.weight == Weight::Short)
    });
    let days: Vec<&'static [Entry]> = shorts.iter().chain(shared).map(|(_, entries)| *entries).collect();
    let knows = |language: Languages| {
        let has = |entry: &Entry| entry.weight == Weight::Short && entry.language == language;
        days.iter().filter(|entries| entries.iter().any(has)).count()
    };
    let that_know = |languages: Languages, count: usize| {
        let found = languages.each().filter(|language| knows(*language) == count);
        found.fold(Languages::NONE, Languages::or)
    };
    let most = page.each().map(knows).max().unwrap_or_default();
    let several = !shorts.is_empty() && days.iter().any(|entries| *entries != days[0]);
    let found = if most > 0 {
        that_know(page, most)
    } else if several {
        that_know(Languages::ALL, days.len())
    } else {
        Languages::NONE
    };
    // Languages that disagree on a day say nothing.
    let agreed = days.iter().all(|entries| {
        let in_found =
            |entry: &&Entry| entry.weight == Weight::Short && !entry.language.and(found).is_empty();
        let mut meanings = entries.iter().filter(in_found).map(|entry| entry.meaning);
        let first = meanings.next();
        meanings.all(|meaning| Some(meaning) == first)
    });
    match (found.is_empty(), agreed) {
        (true, _) => page,
        (false, true) => found,
        (false, false) => Languages::NONE,
    }
}

/// Whether a word may be the short form of a day by what stands beside it: a dash, a comma, a time.
fn is_placed(words: &[Word], known: &[Known], (index, entries): Known) -> bool {
    if !entries.iter().any(|entry| entry.weight == Weight::Short) || is_day(words[index]) {
        return false;
    }
    let mut before = (0..index).rev().map(|index| hint(words, known, index)).filter(|it| *it != Word::Filler);
    let (nearest, second) = (before.next(), before.next());
    // `9 to 5`.
    if words[index] == Word::To && matches!(nearest, Some(Word::Time { .. })) {
        return false;
    }
    let in_list = matches!(nearest, Some(Word::To | Word::And)) && second.is_some_and(is_day);
    let next = after(words, known, index).next();
    in_list || matches!(next, Some(Word::To | Word::And | Word::Time { .. } | Word::Closed | Word::AllDay))
}

/// The words after a place, as far as is known before it is known which language is spoken.
fn after<'a>(words: &'a [Word], known: &'a [Known], index: usize) -> impl Iterator<Item = Word> + 'a {
    let rest = index + 1..words.len();
    rest.map(move |index| hint(words, known, index)).filter(|word| *word != Word::Filler)
}

fn hint(words: &[Word], known: &[Known], index: usize) -> Word {
    let word = words[index];
    let place = known.binary_search_by_key(&index, |(index, _)| *index);
    match (word, place) {
        (Word::Other | Word::Filler, Ok(place)) => {
            let entries = known[place].1;
            let certain = entries.iter().find(|entry| entry.weight != Weight::Short);
            certain.or(entries.first().filter(|_| word == Word::Other)).map_or(word, |entry| entry.meaning)
        }
        _ => word,
    }
}

/// Numbers beside the word are times, though they are written as any number is: `klo 9`, `9 Uhr`.
fn mark_times(words: &mut [Word], index: usize) {
    let before = (0..index).rev().find(|index| words[*index] != Word::Filler);
    let after = (index + 1..words.len()).find(|index| words[*index] != Word::Filler);
    for place in [before, after].into_iter().flatten() {
        if let Word::Time { bare, .. } = &mut words[place] {
            *bare = false;
        }
    }
}

/// Reads times by a clock of 24 hours.
fn read_by_day(words: &mut [Word]) {
    let places: Vec<usize> = (0..words.len()).filter(|index| words[*index] != Word::Filler).collect();
    for three in places.windows(3) {
        let (Word::Time { minutes: opens, .. }, Word::To, Word::Time { minutes: closes, .. }) =
            (words[three[0]], words[three[1]], words[three[2]])
        else {
            continue;
        };
        // Who opens in the morning does not close in the morning after.
        if opens > closes && opens < NOON && closes > NIGHT {
            continue;
        }
        let figure = opens < MORNING && closes != 2 * NOON;
        for place in [three[0], three[2]] {
            if let Word::Time { certain, bare, .. } = &mut words[place] {
                *certain = true;
                *bare &= figure;
            }
        }
    }
}

/// In minutes since midnight: the last that bars close, the first that shops open, noon.
const NIGHT: u32 = 4 * 60;
const MORNING: u32 = 5 * 60;
const NOON: u32 = 12 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_all_days_in_full_and_in_short() {
        for language in Languages::ALL.each() {
            for weight in [Weight::Sure, Weight::Short] {
                let all = WORDS.iter().flatten().flat_map(|(_, entries)| entries.iter());
                let own = all.filter(|entry| entry.language == language && entry.weight == weight);
                let days: std::collections::BTreeSet<usize> = own
                    .filter_map(|entry| match entry.meaning {
                        Word::Day(day) => Some(day),
                        _ => None,
                    })
                    .collect();
                assert!(days.into_iter().eq(0..7), "{language:?} {weight:?}");
            }
        }
    }

    #[test]
    fn a_word_means_one_thing_in_a_language() {
        for (word, entries) in WORDS.iter().flatten() {
            for (index, entry) in entries.iter().enumerate() {
                let again = entries[index + 1..].iter().any(|other| other.language == entry.language);
                assert!(!again, "{word}");
            }
        }
    }

    #[test]
    fn words_that_say_closed_are_found_in_a_line() {
        assert!(says_closed("Sunnuntai SULJETTU") && says_closed("Dimanche : fermé"));
        assert!(!says_closed("Yhteystiedot"));
    }
}
