//! The line of an address that says where in a town.

use std::sync::LazyLock;

use crate::lists::Lists;

static WORDS: LazyLock<Lists> = LazyLock::new(|| Lists::parse(include_str!("../../data/street.tsv")));

/// What a piece of text is within an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// House number and street, or a street without a number.
    Street,
    /// A post-office box.
    Box,
    /// Suite, floor or the like.
    Unit,
    /// A named building.
    Place,
}

fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric() && c != '#').to_lowercase()
}

fn is(kind: &str, word: &str) -> bool {
    WORDS.has(kind, &bare(word))
}

/// Whether the word in small letters is in the list of that kind.
pub(super) fn listed(kind: &str, word: &str) -> bool {
    WORDS.has(kind, word)
}

/// Whether the word in small letters ends like one of the list of that kind.
pub(super) fn listed_end(kind: &str, word: &str) -> bool {
    WORDS.words(kind).any(|end| word.ends_with(end))
}

/// Whether the word may end the name of a street.
pub(super) fn is_suffix(word: &str) -> bool {
    is("suffix", word)
}

/// Whether the word announces something that is not part of an address.
pub(super) fn is_label(word: &str) -> bool {
    is("label", word)
}

/// Whether the word stands before the name of a town but is not part of it.
pub(super) fn is_no_town(word: &str) -> bool {
    is("no-town", word)
}

/// Whether the text is the name of a building and of nothing else.
pub(super) fn is_building(text: &str) -> bool {
    text.split_whitespace()
        .next_back()
        .is_some_and(|word| matches!(&*bare(word), "building" | "bldg" | "courthouse"))
}

/// Whether the text is a county of the United Kingdom.
pub(super) fn is_county(text: &str) -> bool {
    text.split_whitespace().next_back().is_some_and(|word| is("county", word))
        && text.split_whitespace().count() <= 2
}

/// What the text is within an address, if it is a part of one.
pub(super) fn part(text: &str) -> Option<Part> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (first, last) = (words.first()?, words.last()?);
    if words.len() > 9 || words.iter().any(|word| word.contains('@')) {
        return None;
    }
    if is_box(text) {
        return Some(Part::Box);
    }
    if is_house_number(first) && (words.len() >= 2 && !all_figures(&words)) {
        return Some(Part::Street);
    }
    let unit = is("unit", first) || first.starts_with('#') || is_ordinal_floor(&words) || is_mail_code(text);
    if unit && words.len() <= 5 && (text.contains(|c: char| c.is_ascii_digit()) || words.len() == 2) {
        return Some(Part::Unit);
    }
    if !first.starts_with(char::is_uppercase) {
        return None;
    }
    let named_number = matches!(
        &*bare(first),
        "no" | "one" | "two" | "three" | "four" | "five" | "rt" | "rte" | "route" | "highway" | "hwy"
    );
    if named_number
        && words.len() >= 2
        && (words.iter().skip(1).any(|word| is_suffix(word)) || text.contains(|c: char| c.is_ascii_digit()))
    {
        return Some(Part::Street);
    }
    let ends_street = is_suffix(last)
        || (is("direction", last) && words.iter().rev().nth(1).is_some_and(|word| is_suffix(word)));
    if is("place", last) && words.len() <= 4 {
        return Some(Part::Place);
    }
    (ends_street && (2..=5).contains(&words.len()) && is_major_suffix(last)).then_some(Part::Street)
}

/// Suffixes that are believed without a house number.
fn is_major_suffix(word: &str) -> bool {
    matches!(
        &*bare(word),
        "street"
            | "st"
            | "road"
            | "rd"
            | "avenue"
            | "ave"
            | "lane"
            | "drive"
            | "boulevard"
            | "blvd"
            | "highway"
            | "way"
            | "square"
            | "field"
            | "broadway"
            | "south"
            | "north"
            | "east"
            | "west"
    )
}

pub(super) fn is_box(text: &str) -> bool {
    let compact: String =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(16).collect();
    let after = compact.strip_prefix("pobox").or_else(|| compact.strip_prefix("postofficebox"));
    after.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric()))
}

/// `12`, `12A`, `12-14`, `N123`, `1/2`.
fn is_house_number(word: &str) -> bool {
    let word = word.trim_end_matches([',', '.']);
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    (1..=6).contains(&digits)
        && letters <= 1
        && !is_ordinal(word)
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '½'))
        && (word.starts_with(|c: char| c.is_ascii_digit()) || (letters == 1 && digits >= 2))
}

fn is_ordinal(word: &str) -> bool {
    let lower = word.to_lowercase();
    ["st", "nd", "rd", "th"].iter().any(|ending| {
        lower
            .strip_suffix(ending)
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    })
}

fn is_ordinal_floor(words: &[&str]) -> bool {
    words.get(1).is_some_and(|word| matches!(&*bare(word), "floor" | "fl" | "level" | "flr"))
}

fn is_mail_code(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.starts_with("mail code") || lower.starts_with("mail stop") || lower.starts_with("mailstop")
}

fn all_figures(words: &[&str]) -> bool {
    words.iter().all(|word| !word.contains(char::is_alphabetic))
}

/// Where a street starts that the text ends with, as in `Visit us at 10 State Rd`.
pub(super) fn start_within(text: &str) -> Option<usize> {
    let words = words(text);
    let mut best = None;
    for (index, (start, word)) in words.iter().enumerate().rev().take(10) {
        let rest: Vec<&str> = words[index + 1..].iter().map(|(_, word)| *word).collect();
        let numbered = is_house_number(word) && rest.iter().any(|word| is_suffix(word));
        let boxed = is_box(&text[*start..]);
        if numbered || boxed {
            best = Some(*start);
        }
    }
    best
}

/// Splits `123 Main St Suite 4 Springfield` where the town begins.
pub(super) fn split_town(text: &str) -> Option<(&str, &str)> {
    let words = words(text);
    let first =
        words.iter().position(|(_, word)| is_house_number(word)).or_else(|| is_box(text).then_some(0))?;
    let mut end = None;
    let mut index = first + 1;
    while index < words.len() {
        let word = words[index].1;
        let boxed = is_box(text) && index == first + 1;
        // A town may have a word of streets in its name: `12 Main St Long Branch`.
        let next_to_end = end.is_none_or(|end| index == end + 1 && is_major_suffix(word));
        if (is_suffix(word) && index > first + 1 && next_to_end) || boxed || is("unit", word) {
            end = Some(index);
            // A unit, a box or a highway has a number or letter after it.
            let numbered = words.get(index + 1).is_some_and(|(_, next)| {
                next.contains(|c: char| c.is_ascii_digit()) || next.trim_end_matches(',').len() == 1
            });
            if numbered && (is("unit", word) || boxed || is("suffix", word)) {
                index += 1;
                end = Some(index);
            }
        } else if word.starts_with('#')
            || (end == Some(index - 1) && is("direction", word) && word.len() <= 3)
        {
            end = Some(index);
        }
        index += 1;
    }
    let town = words.get(end? + 1)?.0;
    let street = text[words[first].0..town].trim().trim_end_matches(',');
    Some((street, text[town..].trim()))
}

fn words(text: &str) -> Vec<(usize, &str)> {
    let start = text.as_ptr() as usize;
    text.split_whitespace().map(|word| (word.as_ptr() as usize - start, word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_addresses_are_told_apart() {
        let check = |text: &str, expect: Option<Part>| assert_eq!(part(text), expect, "{text}");
        check("12 Main Street", Some(Part::Street));
        check("5225 W. Vliet Street", Some(Part::Street));
        check("P.O. Box 12646", Some(Part::Box));
        check("PO BOX 1479", Some(Part::Box));
        check("Suite 1300", Some(Part::Unit));
        check("2nd Floor", Some(Part::Unit));
        check("Charlwood Road", Some(Part::Street));
        check("Colegrave House", Some(Part::Place));
        check("One Main Plaza", Some(Part::Street));
        check("Acme Plumbing", None);
        check("732-462-1198", None);
        check("We have been in business for more than 30 years on Main Street", None);
    }

    #[test]
    fn a_town_is_split_from_its_street() {
        let check = |text: &str, expect: Option<(&str, &str)>| assert_eq!(split_town(text), expect, "{text}");
        check("123 Main St Springfield", Some(("123 Main St", "Springfield")));
        check("89 South St. Suite LL02 Boston", Some(("89 South St. Suite LL02", "Boston")));
        check("100 Madonna Road San Luis Obispo", Some(("100 Madonna Road", "San Luis Obispo")));
        check("Visit 10 State Rd NE Bath", Some(("10 State Rd NE", "Bath")));
        check("12 Main St Long Branch", Some(("12 Main St", "Long Branch")));
        check("Springfield", None);
    }
}
