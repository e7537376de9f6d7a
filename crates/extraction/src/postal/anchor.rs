//! Where addresses end: a postal code, or a state after a town. Whatever belongs to an address stands before.

use super::segments::{Cut, Segment};
use super::states::{self, State};
use crate::region;

/// The end of an address.
#[derive(Clone, Debug)]
pub(super) struct Anchor {
    /// The segment with the town, or the first before the anchor where the anchor's own has no town.
    pub(super) segment: usize,
    /// Text of that segment up to where the anchor starts.
    pub(super) before: usize,
    /// The segment in which it ends.
    pub(super) last: usize,
    pub(super) postal_code: Option<String>,
    pub(super) state: Option<&'static State>,
    pub(super) country: &'static str,
}

/// The anchors of a page, in order.
pub(super) fn all(segments: &[Segment<'_>]) -> Vec<Anchor> {
    (0..segments.len()).flat_map(|index| in_segment(segments, index)).collect()
}

fn in_segment(segments: &[Segment<'_>], index: usize) -> Vec<Anchor> {
    let text = segments[index].text;
    let mut found = Vec::new();
    if text.bytes().any(|byte| byte.is_ascii_digit()) {
        for (start, code) in american_codes(text) {
            found.extend(american(segments, index, start, code));
        }
        if found.is_empty() {
            let codes = canadian_code(text).map(|(start, code)| (start, code, "CA"));
            let codes = codes.or_else(|| british_code(text).map(|(start, code)| (start, code, "GB")));
            found.extend(codes.map(|(start, code, country)| lettered(segments, index, start, code, country)));
        }
    }
    if found.is_empty() {
        found.extend(state_alone(segments, index));
    }
    found
}

/// Groups of five digits, or nine with a dash, each with where it starts.
fn american_codes(text: &str) -> Vec<(usize, &str)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let start = at + offset;
        let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        at = start + length;
        let before = text[..start].chars().next_back();
        if length != 5
            || before.is_some_and(|c| !matches!(c, ' ' | '.' | '-' | '\u{a0}' | '(') && !c.is_alphabetic())
        {
            continue;
        }
        let mut end = at;
        if bytes.get(at) == Some(&b'-') {
            let more = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            match more {
                4 => end = at + 5,
                0 => {}
                _ => continue,
            }
        }
        let mut after = text[end..].chars();
        let ends = match after.next() {
            Some('.' | ',') => after.next().is_none_or(|c| !c.is_ascii_digit()),
            next => next.is_none_or(|c| !c.is_alphanumeric() && c != '%'),
        };
        if ends {
            found.push((start, &text[start..end]));
        }
    }
    found
}

/// A code of the United States: its state stands before it.
fn american(segments: &[Segment<'_>], index: usize, start: usize, code: &str) -> Option<Anchor> {
    let own = segments[index].text[..start].trim_end_matches([' ', '.', '-', '(']);
    let anchor = |segment: usize, state: &'static State, before: usize| Anchor {
        segment,
        before,
        last: index,
        postal_code: Some(code.to_owned()),
        state: Some(state),
        country: state.country,
    };
    let fits = |state: &State| state.country == "US" && state.has_code(code);
    if !own.is_empty() {
        let (state, before) = states::at_end(own).filter(|(state, _)| fits(state))?;
        return Some(anchor(index, state, before));
    }
    // The state stands in a segment of its own, or at the end of the one before.
    let previous = index.checked_sub(1)?;
    let previous = if is_country(segments[previous].text) { previous.checked_sub(1)? } else { previous };
    let (state, before) = states::at_end(segments[previous].text).filter(|(state, _)| fits(state))?;
    Some(anchor(previous, state, before))
}

fn is_country(text: &str) -> bool {
    region::code_of(text.trim_end_matches('.')).is_some() && states::named(text).is_none()
}

/// `A1A 1A1`.
fn canadian_code(text: &str) -> Option<(usize, String)> {
    windows(text, &[3, 3], &[6]).find_map(|(start, code)| {
        let shape = code.bytes().enumerate().all(|(index, byte)| {
            if index % 2 == 0 { byte.is_ascii_uppercase() } else { byte.is_ascii_digit() }
        });
        let letters = !code.contains(['D', 'F', 'I', 'O', 'Q', 'U']) && !code.starts_with(['W', 'Z']);
        (shape && letters).then(|| (start, format!("{} {}", &code[..3], &code[3..])))
    })
}

/// `A1 1AA`, `A11 1AA`, `AA1 1AA`, `AA11 1AA`, `A1A 1AA`, `AA1A 1AA`.
fn british_code(text: &str) -> Option<(usize, String)> {
    [4, 3, 2].into_iter().find_map(|outward| {
        windows(text, &[outward, 3], &[]).find_map(|(start, code)| {
            let (out, inward) = code.split_at(outward);
            let letters = out.bytes().take_while(u8::is_ascii_uppercase).count();
            let rest = &out.as_bytes()[letters..];
            let out_fits = (1..=2).contains(&letters)
                && rest.first().is_some_and(u8::is_ascii_digit)
                && rest.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
                && rest.len() <= 2
                && !out.starts_with(['Q', 'V', 'X']);
            let inward = inward.as_bytes();
            let in_fits = inward[0].is_ascii_digit()
                && inward[1..].iter().all(|b| b.is_ascii_uppercase() && !b"CIKMOV".contains(b));
            (out_fits && in_fits).then(|| (start, format!("{} {}", &code[..outward], &code[outward..])))
        })
    })
}

/// Words of those lengths beside each other, or one of the joined length, without the blank.
fn windows<'a>(
    text: &'a str,
    pair: &'a [usize; 2],
    joined: &'a [usize],
) -> impl Iterator<Item = (usize, String)> + 'a {
    let start = text.as_ptr() as usize;
    let words: Vec<&str> = text.split_whitespace().collect();
    (0..words.len())
        .filter_map(move |index| {
            let word =
                |index: usize| Some(words.get(index)?.trim_matches(|c: char| !c.is_ascii_alphanumeric()));
            let first = word(index)?;
            let at = first.as_ptr() as usize - start;
            if joined.contains(&first.len()) {
                return Some((at, first.to_owned()));
            }
            let second = word(index + 1)?;
            let fits = first.len() == pair[0] && second.len() == pair[1] && words[index].ends_with(first);
            fits.then(|| (at, format!("{first}{second}")))
        })
        .filter(|(_, code)| code.is_ascii())
}

/// An anchor at a code with letters: the town stands somewhere before, perhaps with a province or country between.
fn lettered(
    segments: &[Segment<'_>],
    index: usize,
    start: usize,
    code: String,
    country: &'static str,
) -> Anchor {
    let own = segments[index].text[..start].trim_end_matches([' ', '.', '-']);
    let mut anchor = Anchor {
        segment: index,
        before: own.len(),
        last: index,
        postal_code: Some(code),
        state: None,
        country,
    };
    if own.is_empty() {
        anchor.step_back(segments);
    }
    for _ in 0..2 {
        let text = segments[anchor.segment].text;
        let text = text.get(..anchor.before).unwrap_or(text);
        if is_country(text) {
            anchor.step_back(segments);
        } else if let Some((state, before)) =
            states::at_end(text).filter(|(state, _)| state.country == country)
        {
            anchor.state = Some(state);
            anchor.before = before;
            if text[..before].trim().is_empty() {
                anchor.step_back(segments);
            }
        }
    }
    anchor
}

impl Anchor {
    fn step_back(&mut self, segments: &[Segment<'_>]) {
        if let Some(previous) = self.segment.checked_sub(1) {
            self.segment = previous;
            self.before = segments[previous].text.len();
        } else {
            self.before = 0;
        }
    }
}

fn starts_with_code(text: &str, state: &State) -> bool {
    american_codes(text).first().is_some_and(|(start, code)| *start == 0 && state.has_code(code))
        || canadian_code(text).is_some_and(|(start, code)| start == 0 && state.has_code(&code))
}

/// `Town, ST` without a code.
fn state_alone(segments: &[Segment<'_>], index: usize) -> Option<Anchor> {
    let segment = segments[index];
    if index == 0 || segment.cut != Cut::Comma || segment.text.len() > 24 {
        return None;
    }
    let state = states::named(segment.text)?;
    // Its code stands on the next line.
    let mut after =
        segments[index + 1..].iter().map(|segment| segment.text).skip_while(|text| is_country(text));
    if after.next().is_some_and(|text| starts_with_code(text, state)) {
        return None;
    }
    let town = segments[index - 1].text;
    let before = town.len();
    Some(Anchor {
        segment: index - 1,
        before,
        last: index,
        postal_code: None,
        state: Some(state),
        country: state.country,
    })
}

#[cfg(test)]
mod tests {
    use super::super::segments;
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        let segments = segments::of(text);
        all(&segments).into_iter().filter_map(|anchor| anchor.postal_code).collect()
    }

    #[test]
    fn postal_codes_are_told_from_other_figures() {
        let check = |text: &str, expect: &[&str]| assert_eq!(codes(text), expect, "{text}");
        check("Freehold, NJ 07728", &["07728"]);
        check("Freehold, New Jersey 07728-1198 USA", &["07728-1198"]);
        check("Boston, Massachusetts\n02163", &["02163"]);
        check("Washington, D.C. 20001", &["20001"]);
        check("Toronto, Ontario, Canada\nM5V 1K4", &["M5V 1K4"]);
        check("London W1T 3NL", &["W1T 3NL"]);
        check("We have 12345 customers", &[]);
        check("Call in 12345", &[]);
        check("NJ 90210", &[]);
        check("Part AB1 2CD", &[]);
        check("12345 Main Street", &[]);
        check("NJ 07728.50 and NJ 077281", &["07728"][..0]);
    }
}
