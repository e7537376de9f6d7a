//! States and provinces: their names, codes and the postal codes that belong to them.

use std::sync::LazyLock;

/// A state of the United States or a province of Canada.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) code: &'static str,
    pub(super) country: &'static str,
    /// First digits or letters of its postal codes.
    postal: &'static str,
    names: Vec<&'static str>,
    /// `NJ`, `N.J`, `N. J` and `Nj`, but for those that are English words when their second letter is small.
    codes: Vec<String>,
}

static STATES: LazyLock<Vec<State>> = LazyLock::new(|| {
    let lines = include_str!("../../data/states.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(parse).collect()
});

/// States by the last letter of a name or code, so that few are compared with a text.
static BY_END: LazyLock<[Vec<&'static State>; 26]> = LazyLock::new(|| {
    std::array::from_fn(|letter| {
        let ends_so = |words: &str| words.bytes().next_back().and_then(letter_of) == Some(letter);
        let any = |state: &State| {
            state.names.iter().any(|name| ends_so(name)) || state.codes.iter().any(|code| ends_so(code))
        };
        STATES.iter().filter(|state| any(state)).collect()
    })
});

/// The place of an ASCII letter in the alphabet.
fn letter_of(byte: u8) -> Option<usize> {
    byte.is_ascii_alphabetic().then(|| usize::from(byte.to_ascii_lowercase() - b'a'))
}

fn parse(line: &'static str) -> Option<State> {
    let mut columns = line.split('\t');
    let (code, country, postal) = (columns.next()?, columns.next()?, columns.next()?);
    Some(State { code, country, postal, names: columns.next()?.split('|').collect(), codes: codes(code) })
}

fn codes(code: &str) -> Vec<String> {
    let (first, second) = code.split_at(1);
    let word = matches!(code, "IN" | "OR" | "ME" | "OK" | "HI" | "OH" | "DE" | "ID" | "AL");
    let small = (!word).then(|| format!("{first}{}", second.to_ascii_lowercase()));
    [code.to_owned(), format!("{first}.{second}"), format!("{first}. {second}")]
        .into_iter()
        .chain(small)
        .collect()
}

impl State {
    /// Whether the postal code can be one of this state.
    pub(super) fn has_code(&self, postal_code: &str) -> bool {
        let prefix = || postal_code.get(..3)?.parse::<u16>().ok();
        match (self.country, prefix()) {
            ("US", Some(prefix)) => self.postal.split(',').any(|range| {
                let bounds = range.split_once('-');
                let bounds = bounds.and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
                bounds.is_some_and(|(low, high): (u16, u16)| (low..=high).contains(&prefix))
            }),
            ("CA", None) => postal_code.chars().next().is_some_and(|letter| self.postal.contains(letter)),
            _ => false,
        }
    }
}

/// The state that a text ends with, and where its name starts.
pub(super) fn at_end(text: &str) -> Option<(&'static State, usize)> {
    let text = text.trim_end_matches([' ', '.', ',']);
    let likely = &BY_END[text.bytes().next_back().and_then(letter_of)?];
    likely.iter().filter_map(|state| Some((*state, start_of(text, state)?))).min_by_key(|(_, start)| *start)
}

/// The state that the text is the name or code of.
pub(super) fn named(text: &str) -> Option<&'static State> {
    at_end(text).filter(|(_, start)| text[..*start].trim().is_empty()).map(|(state, _)| state)
}

fn start_of(text: &str, state: &State) -> Option<usize> {
    let named = state.names.iter().find_map(|name| ends_with(text, name, true));
    // Codes in small letters are English words.
    named.or_else(|| state.codes.iter().find_map(|code| ends_with(text, code, false)))
}

/// Where the words start that the text ends with.
fn ends_with(text: &str, words: &str, ignore_case: bool) -> Option<usize> {
    let start = text.len().checked_sub(words.len())?;
    let tail = text.get(start..)?;
    let same = if ignore_case { tail.eq_ignore_ascii_case(words) } else { tail == words };
    let apart = text[..start].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '\'');
    (same && apart).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_codes_and_abbreviations_are_known() {
        let check = |text: &str, expect: Option<(&str, usize)>| {
            assert_eq!(at_end(text).map(|(state, start)| (state.code, start)), expect, "{text}");
        };
        check("Freehold, NJ", Some(("NJ", 10)));
        check("Freehold, N.J.", Some(("NJ", 10)));
        check("Charleston, West Virginia", Some(("WV", 12)));
        check("Washington, D.C.", Some(("DC", 12)));
        check("Boston, Mass.", Some(("MA", 8)));
        check("call in", None);
        check("Toronto, Ontario", Some(("ON", 9)));
    }

    #[test]
    fn postal_codes_belong_to_their_state() {
        let check = |state: &str, code: &str, expect: bool| {
            assert_eq!(named(state).unwrap().has_code(code), expect, "{state} {code}");
        };
        check("NJ", "07728", true);
        check("NJ", "90210", false);
        check("ON", "M5V 1K4", true);
        check("ON", "V5V 1K4", false);
    }
}
