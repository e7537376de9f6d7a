//! Numbers of North America whose letters stand for the keys of a phone: `1-800-FLOWERS`.

use rlibphonenumber::Region;

use super::scan::{Match, valid};

/// Area codes that cost the caller nothing.
const TOLL_FREE: &[&str] = &["800", "833", "844", "855", "866", "877", "888"];

/// Every such number of a line.
pub(super) fn scan(line: &str) -> Vec<Match> {
    let mut found: Vec<Match> = Vec::new();
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let start = at + offset;
        let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        at = start + length;
        let area = &line[start..at];
        let plausible = length == 3 && matches!(area.as_bytes()[0], b'2'..=b'9');
        if !plausible || super::groups::is_glued_before(line, start) && !line[..start].ends_with("1-") {
            continue;
        }
        if let Some(number) = after_area(line, start, at) {
            at = number.end;
            found.push(number);
        }
    }
    found
}

fn after_area(line: &str, start: usize, area_end: usize) -> Option<Match> {
    let area = &line[start..area_end];
    let separated = line[area_end..].trim_start_matches([')', ' ', '-', '.']);
    let letters_start = line.len() - separated.len();
    if letters_start == area_end {
        return None;
    }
    let (digits, end) = keyed(line, letters_start)?;
    let (repeated, end) = repeated(line, end, &digits);
    // Without the digits beside them, letters are believed only where they are set like a number.
    let dialled = line[area_end..letters_start].contains(['-', '.', ')']) || line[..start].ends_with("1 ");
    let compact = !line[letters_start..end].contains(' ');
    if !(repeated || (TOLL_FREE.contains(&area) && dialled && compact)) {
        return None;
    }
    let number = valid(&format!("{area}{}", &digits[..7]), Region::from_code("US").ok())?;
    let before = line[..start].trim_end_matches('(');
    let start = if before.ends_with("1-") { before.len() - 2 } else { start };
    Some(Match { number, start, end, extension: None, bare: false })
}

/// The keys of the letters and digits from `start` on, and where they end. Some of them are letters, in capitals.
fn keyed(line: &str, start: usize) -> Option<(String, usize)> {
    let mut digits = String::new();
    let (mut letters, mut end) = (0, start);
    for (index, c) in line[start..].char_indices() {
        match c {
            'A'..='Z' => {
                digits.push(key(c));
                letters += 1;
            }
            '0'..='9' => digits.push(c),
            '-' | '.' if digits.len() < 7 => continue,
            ' ' if digits.len() < 7 && (digits.is_empty() || letters == 0 || digits.len() == 3) => continue,
            _ => break,
        }
        end = start + index + 1;
        if digits.len() > 12 {
            return None;
        }
    }
    let goes_on = line[end..].chars().next().is_some_and(char::is_alphanumeric);
    (letters >= 3 && digits.len() >= 7 && !goes_on).then_some((digits, end))
}

fn key(letter: char) -> char {
    match letter {
        'A'..='C' => '2',
        'D'..='F' => '3',
        'G'..='I' => '4',
        'J'..='L' => '5',
        'M'..='O' => '6',
        'P'..='S' => '7',
        'T'..='V' => '8',
        _ => '9',
    }
}

/// Whether the digits follow again in brackets, in whole or their end, and where that ends.
fn repeated(line: &str, end: usize, digits: &str) -> (bool, usize) {
    let rest = line[end..].trim_start_matches(' ');
    let Some(inner) = rest.strip_prefix('(') else { return (false, end) };
    let Some((inner, after)) = inner.split_once(')') else { return (false, end) };
    let again: String = inner.chars().filter(char::is_ascii_digit).collect();
    let same = again.len() >= 4 && (digits[..7].ends_with(&again) || again.ends_with(&digits[..7]));
    if same { (true, line.len() - after.len()) } else { (false, end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_keys() {
        let check = |line: &str, expect: &[u64]| {
            let found: Vec<_> = scan(line).iter().map(|found| found.number.national_number).collect();
            assert_eq!(found, expect, "{line}");
        };
        check("Call 1-800-FLOWERS today", &[8_003_569_377]);
        check("1-877-SOV-BANK (768-2265), 7 days", &[8_777_682_265]);
        check("(520) 494 STAR (7827)", &[5_204_947_827]);
        check("(212) NEW-YORK (639-9675)", &[2_126_399_675]);
        check("1-866-MCCAIN1 (1-866-622-2461)", &[8_666_222_461]);
        check("1-800-CONTACTS", &[8_002_668_228]);
        check("800 NEW HOMES SOLD", &[]);
        check("500 AMERICAN STREETS", &[]);
        check("(732) 462-1198", &[]);
    }
}
