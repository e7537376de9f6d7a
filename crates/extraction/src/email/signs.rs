//! The signs of an address as they are written out: `[at]`, `(a)`, `arroba`, `[dot]`, `piste`.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// The sign between the two halves of an address, as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `@` alone, with letters on both sides.
    Plain,
    /// `@` with blanks beside it, or a word of another language for it, such as `arroba`.
    Spaced,
    /// In brackets or the like: nothing else is meant.
    Bracketed,
    /// `(a)` with blanks beside it, as an item of a list has them too.
    Letter,
    /// `AT` in capitals.
    Capitals,
    /// The English word.
    Word,
}

/// The sign's letter as it is heard or drawn, in brackets.
const LETTERS: &[&str] = &["(a)", "[a]", "{a}", "( a )", "[ a ]", "{ a }"];
/// What the sign is called, where that is a word of a sentence too: it needs brackets.
const SOUNDS: &[&str] = &["ät", "Ät", "ÄT"];
/// What the sign is called in Finnish, Swedish, German, French, Spanish, Italian and Dutch.
const NAMES: &[&str] = &[
    "at-merkki",
    "ät-merkki",
    "Ät-merkki",
    "miukumauku",
    "snabel-a",
    "snabela",
    "klammeraffe",
    "arobase",
    "arrobase",
    "arroba",
    "chiocciola",
    "apenstaartje",
];

/// Finds `LETTERS`, `SOUNDS` and `NAMES`, by their place in that order.
static ABROAD: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    builder.match_kind(MatchKind::LeftmostLongest).ascii_case_insensitive(true);
    builder.kind(Some(AhoCorasickKind::DFA)).build([LETTERS, SOUNDS, NAMES].concat()).ok()
});

/// The signs in a text, in order.
pub(super) fn signs(text: &str) -> impl Iterator<Item = At> + '_ {
    let (mut english, mut abroad) = (english(text).peekable(), abroad(text).peekable());
    std::iter::from_fn(move || match (english.peek(), abroad.peek()) {
        (Some(one), Some(other)) if other.start < one.start => abroad.next(),
        (None, _) => abroad.next(),
        _ => english.next(),
    })
}

/// `@` and `at`.
fn english(text: &str) -> impl Iterator<Item = At> + '_ {
    let bytes = text.as_bytes();
    memchr::memchr3_iter(b'@', b't', b'T', bytes).filter_map(move |index| match bytes[index] {
        b'@' => Some(bracketed(text, index, index + 1).unwrap_or_else(|| literal(bytes, index))),
        _ => {
            let start = index.checked_sub(1).filter(|start| bytes[*start].eq_ignore_ascii_case(&b'a'))?;
            let alone = |index: Option<usize>| {
                index
                    .and_then(|index| bytes.get(index))
                    .is_none_or(|b| !b.is_ascii_alphanumeric() && *b < 0x80)
            };
            if !alone(start.checked_sub(1)) || !alone(Some(index + 1)) {
                return None;
            }
            bracketed(text, start, index + 1).or_else(|| word(bytes, start, index + 1))
        }
    })
}

/// What other languages write.
fn abroad(text: &str) -> impl Iterator<Item = At> + '_ {
    ABROAD.iter().flat_map(move |finder| finder.find_iter(text)).filter_map(move |found| {
        let (start, end, place) = (found.start(), found.end(), found.pattern().as_usize());
        if place < LETTERS.len() {
            return letter(text, start, end);
        }
        if !stands_alone(text, start, end) {
            return None;
        }
        let named = place >= LETTERS.len() + SOUNDS.len();
        bracketed(text, start, end)
            .or_else(|| named.then(|| between_blanks(text.as_bytes(), start, end, Form::Spaced)).flatten())
    })
}

fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let (before, after) = (text[..start].chars().next_back(), text[end..].chars().next());
    [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric())
}

/// How far after `(a)` a list of such items shows.
const LIST: usize = 120;

/// `(a)`: set without blanks it can mean nothing else.
fn letter(text: &str, start: usize, end: usize) -> Option<At> {
    let (before, after) = (text[..start].chars().next_back()?, text[end..].chars().next()?);
    let form = match (before, after) {
        (' ', ' ') => {
            let rest = &text[end..text.floor_char_boundary(end + LIST)];
            // `(a) this or (b) that`.
            if ["(b)", "[b]", "(B)"].iter().any(|next| rest.contains(next)) {
                return None;
            }
            Form::Letter
        }
        (before, after) if before.is_ascii_alphabetic() && after.is_alphanumeric() => Form::Bracketed,
        _ => return None,
    };
    Some(At { start, end, form })
}

fn literal(bytes: &[u8], index: usize) -> At {
    let spaced = bytes.get(index + 1) == Some(&b' ') || (index > 0 && bytes[index - 1] == b' ');
    At { start: index, end: index + 1, form: if spaced { Form::Spaced } else { Form::Plain } }
}

fn word(bytes: &[u8], start: usize, end: usize) -> Option<At> {
    let form = if bytes[start] == b'A' && bytes[end - 1] == b'T' { Form::Capitals } else { Form::Word };
    between_blanks(bytes, start, end, form)
}

fn between_blanks(bytes: &[u8], start: usize, end: usize, form: Form) -> Option<At> {
    let spaced = bytes.get(start.checked_sub(1)?) == Some(&b' ') && bytes.get(end) == Some(&b' ');
    spaced.then_some(At { start, end, form })
}

const BRACKETS: &[(&str, &str)] = &[
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("<", ">"),
    ("|", "|"),
    ("*", "*"),
    ("_", "_"),
    ("-", "-"),
    ("~", "~"),
    ("\"", "\""),
    ("'", "'"),
    ("«", "»"),
    ("“", "”"),
    ("/", "/"),
    ("=", "="),
    ("#", "#"),
    (";", ";"),
    ("^", "^"),
];

/// Words that may stand beside "at" inside of the brackets.
const BESIDE: &[&str] =
    &["the", "sign", "symbol", "put", "here", "insert", "replace", "with", "this", "by", "-"];

/// The sign with the brackets around it, and whatever else they hold.
fn bracketed(text: &str, start: usize, end: usize) -> Option<At> {
    let (mut left, mut right) = (text[..start].trim_end_matches(' '), text[end..].trim_start_matches(' '));
    let may_enclose = |c: Option<char>| {
        c.is_some_and(|c| {
            c.is_alphabetic() || BRACKETS.iter().any(|(open, close)| open.contains(c) || close.contains(c))
        })
    };
    if !may_enclose(left.chars().next_back()) || !may_enclose(right.chars().next()) {
        return None;
    }
    loop {
        let pair = BRACKETS.iter().find(|(open, close)| left.ends_with(open) && right.starts_with(close));
        if let Some((open, close)) = pair {
            let (start, end) = (left.len() - open.len(), text.len() - right.len() + close.len());
            return Some(At { start, end, form: Form::Bracketed });
        }
        let beside = |word: &&&str| word.len() <= 7;
        let before = BESIDE.iter().filter(beside).find(|word| ends_with_word(left, word));
        let after = BESIDE.iter().filter(beside).find(|word| starts_with_word(right, word));
        match (before, after) {
            (Some(word), _) => left = left[..left.len() - word.len()].trim_end_matches(' '),
            (None, Some(word)) => right = right[word.len()..].trim_start_matches(' '),
            (None, None) => return None,
        }
    }
}

fn ends_with_word(text: &str, word: &str) -> bool {
    let start = text.len().checked_sub(word.len());
    start.and_then(|start| text.get(start..)).is_some_and(|tail| tail.eq_ignore_ascii_case(word))
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

/// What the dot is called; in brackets nothing else is meant.
const DOTS: &[&str] = &["dot", "piste", "punkt", "punto", "point", "ponto", "punt", "period", "."];
/// Those that are read without brackets, where the sign before is none of an English sentence.
const BARE_DOTS: &[&str] = &["piste ", "punkt ", "punto ", "punt "];

/// What stands before a dot in brackets, or the English word, at the end of the text.
pub(super) fn without_dot_before(text: &str) -> Option<&str> {
    let text = text.trim_end_matches(' ');
    for (open, close) in BRACKETS.iter().take(4) {
        let Some(inner) = text.strip_suffix(close) else { continue };
        let inner = inner.trim_end_matches(' ');
        let word = DOTS.iter().find(|word| ends_with_word(inner, word))?;
        let inner = &inner[..inner.len() - word.len()];
        return Some(inner.trim_end_matches(' ').strip_suffix(open)?.trim_end_matches(' '));
    }
    [" dot", " DOT", " Dot"].iter().find_map(|word| text.strip_suffix(word))
}

/// What follows a dot at the start of the text, and whether the dot was written out.
pub(super) fn dot_after(text: &str, form: Form) -> Option<(&str, bool)> {
    if let Some(after) = text.strip_prefix(['.', '\u{3002}']) {
        return Some((after, false));
    }
    let trimmed = text.trim_start_matches(' ');
    for (open, close) in BRACKETS.iter().take(8) {
        let Some(inner) = trimmed.strip_prefix(open) else { continue };
        let inner = inner.trim_start_matches(' ');
        let word = |word: &&str| {
            let after = starts_with_word(inner, word).then(|| inner[word.len()..].trim_start_matches(' '))?;
            after.strip_prefix(close)
        };
        if let Some(after) = DOTS.iter().find_map(word) {
            return Some((after.trim_start_matches(' '), true));
        }
    }
    if trimmed.len() == text.len() || form == Form::Plain {
        return None;
    }
    let abroad: &[&str] = if matches!(form, Form::Word | Form::Capitals) { &[] } else { BARE_DOTS };
    let word = ["dot "].iter().chain(abroad).find(|word| starts_with_word(trimmed, word));
    if let Some(word) = word {
        return Some((trimmed[word.len()..].trim_start_matches(' '), true));
    }
    // `acme . com`: a sentence has no blank before its full stop.
    trimmed.strip_prefix(". ").map(|after| (after, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_come_in_order_whatever_their_language() {
        let found: Vec<_> =
            signs("a [at] b (a) c(a)d @ e [arobase] f arroba g AT h").map(|at| (at.start, at.form)).collect();
        assert_eq!(
            found,
            [
                (2, Form::Bracketed),
                (9, Form::Letter),
                (14, Form::Bracketed),
                (19, Form::Spaced),
                (23, Form::Bracketed),
                (35, Form::Spaced),
                (44, Form::Capitals),
            ]
        );
    }

    #[test]
    fn what_is_part_of_a_word_or_a_list_is_no_sign() {
        for text in
            ["Director(a) of", "401(a)plan", "do (a) this or (b) that", "gerät hier", "arrobar x", "(a)"]
        {
            assert_eq!(signs(text).count(), 0, "{text}");
        }
    }
}
