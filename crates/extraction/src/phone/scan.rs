//! From the digit groups of a line to phone numbers, by the rules of the regions that the page is about.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberType, Region};

use super::groups::{Group, Run, is_account, is_glued_after, is_glued_before, is_of_calendar, runs};
use super::{label, vanity};

/// A number in a line.
#[derive(Clone, Debug)]
pub(super) struct Match {
    pub(super) number: PhoneNumber,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) extension: Option<String>,
    /// Whether its digits stand as those of an identifier do: without any separator, or without the zero of their country.
    pub(super) bare: bool,
}

/// Where the numbers of a line may belong.
#[derive(Clone, Copy, Debug)]
pub(super) struct Belonging<'a> {
    /// Regions, the likeliest first.
    pub(super) regions: &'a [Region],
    /// The page's region where numbers begin with any digit there; such a number needs a label.
    pub(super) open: Option<Region>,
    /// The line before, which may be a label.
    pub(super) line_before: &'a str,
}

/// What tells that digits are a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// A plus sign or the digits that stand for it.
    International,
    /// 0, or 1 where a country's service numbers do.
    Trunk,
    /// A label before them.
    Label,
}

/// Every number of a line.
pub(super) fn scan(line: &str, belonging: Belonging<'_>) -> Vec<Match> {
    let mut found: Vec<Match> = vanity::scan(line);
    let taken: Vec<(usize, usize)> = found.iter().map(|found| (found.start, found.end)).collect();
    for run in runs(line).iter().filter(|run| !is_account(line, run)) {
        let mut index = 0;
        // One label is enough for `22 33 44 55 / 22 33 44 56`, as long as nothing else stands between.
        let mut labelled = belonging.open.filter(|_| belonging.is_labelled(line, run.groups[0].start));
        while index < run.groups.len() {
            let start = run.groups[index].start;
            let is_taken = taken.iter().any(|(from, to)| (*from..*to).contains(&start));
            let next = if is_taken { None } else { at(line, run, index, belonging.regions, labelled) };
            match next {
                Some((length, found_here)) => {
                    found.push(found_here);
                    index += length;
                }
                None => {
                    labelled = None;
                    index += 1;
                }
            }
        }
    }
    found.sort_by_key(|found| found.start);
    // Letters and digits are read by different rules, and where numbers stand without a gap both may claim a digit.
    let mut free = 0;
    found.retain(|found| {
        let fits = found.start >= free;
        free = if fits { found.end } else { free };
        fits
    });
    found
}

impl Belonging<'_> {
    fn is_labelled(self, line: &str, start: usize) -> bool {
        let before = &line[..start];
        let starts_line = !before.contains(char::is_alphanumeric);
        label::is_certain(before) || (starts_line && label::is_certain_heading(self.line_before))
    }
}

/// The number that starts with a group of a run, and of how many groups it is. `labelled` is the region of a label's number.
fn at(
    line: &str,
    run: &Run,
    index: usize,
    regions: &[Region],
    labelled: Option<Region>,
) -> Option<(usize, Match)> {
    let groups = &run.groups[index..];
    let international = (run.international && index == 0) || starts_international(line, groups);
    if is_glued_before(line, groups[0].start) {
        return None;
    }
    let accept = |(count, number): (usize, PhoneNumber)| {
        let end = groups[count - 1].end;
        let (extension, end) = extension(line, end);
        let bare = !international && (count == 1 || lacks_trunk(line, groups[0], &number));
        (count, Match { number, start: groups[0].start, end, extension, bare })
    };
    if international {
        return longest(line, groups, regions.first().copied(), Start::International).map(accept);
    }
    if is_of_calendar(line, groups) {
        return None;
    }
    let labelled = labelled.and_then(|region| longest(line, groups, Some(region), Start::Label));
    let of_region = |region: &Region| {
        if is_north_american(*region) {
            north_american(line, groups, *region)
        } else {
            longest(line, groups, Some(*region), Start::Trunk)
        }
    };
    labelled.or_else(|| regions.iter().find_map(of_region)).map(accept)
}

/// Whether the number begins with a 1 that is no service's: `123 456 789` for 01 23 45 67 89.
fn lacks_trunk(line: &str, first: Group, number: &PhoneNumber) -> bool {
    let service = || PHONE_NUMBER_UTIL.get_number_type(number) != PhoneNumberType::FixedLine;
    line.as_bytes()[first.start] == b'1' && number.country_code != 1 && !service()
}

fn starts_international(line: &str, groups: &[Group]) -> bool {
    let first = &line[groups[0].start..groups[0].end];
    first.starts_with("00") && first.len() <= 6 || (first == "011" && groups.len() >= 4)
}

fn is_north_american(region: Region) -> bool {
    PHONE_NUMBER_UTIL.is_nanpa_country(region)
}

/// Lengths of the groups that numbers of North America are written in.
const SHAPES: &[&[usize]] = &[
    &[1, 3, 3, 4],
    &[3, 3, 4],
    &[4, 3, 4],
    &[1, 3, 7],
    &[3, 7],
    &[6, 4],
    &[1, 10],
    &[10],
    &[11],
    &[1, 6, 4],
];

fn north_american(line: &str, groups: &[Group], region: Region) -> Option<(usize, PhoneNumber)> {
    SHAPES.iter().find_map(|shape| {
        let taken = groups.get(..shape.len())?;
        let fits = taken.iter().zip(*shape).all(|(group, length)| group.end - group.start == *length);
        let digits = digits(line, taken);
        let digits = match digits.len() {
            11 => digits.strip_prefix('1')?,
            _ => &digits,
        };
        let ends = !is_glued_after(line, taken.last()?.end);
        // The second digit group of no number starts with 0 or 1; asking the library is much dearer.
        let plausible = |at: usize| matches!(digits.as_bytes().get(at), Some(b'2'..=b'9'));
        if !(fits && ends && plausible(0) && plausible(3)) {
            return None;
        }
        valid(digits, Some(region)).map(|number| (shape.len(), number))
    })
}

/// The longest valid number that starts with the first group.
fn longest(
    line: &str,
    groups: &[Group],
    region: Option<Region>,
    starts: Start,
) -> Option<(usize, PhoneNumber)> {
    let first = line.as_bytes()[groups[0].start];
    if starts == Start::Trunk && !matches!(first, b'0' | b'1') {
        return None;
    }
    let international = starts == Start::International;
    let plus = if international && !starts_international(line, groups) { "+" } else { "" };
    (1..=groups.len().min(8)).rev().find_map(|count| {
        let taken = &groups[..count];
        let mut digits = digits(line, taken);
        // `+44 (0)1293`: the zero is for callers from within.
        if plus == "+" && count > 1 && &line[taken[1].start..taken[1].end] == "0" {
            let code = taken[0].end - taken[0].start;
            digits.remove(code);
        }
        let fits = (8..=15).contains(&digits.len()) || (international && digits.len() == 7);
        if !fits || is_glued_after(line, taken.last()?.end) {
            return None;
        }
        valid(&format!("{plus}{digits}"), region).map(|number| (count, number))
    })
}

fn digits(line: &str, groups: &[Group]) -> String {
    groups.iter().map(|group| &line[group.start..group.end]).collect()
}

/// The number, if it can be dialled.
pub(super) fn valid(text: &str, region: Option<Region>) -> Option<PhoneNumber> {
    let number = PHONE_NUMBER_UTIL.parse(text, region).ok()?;
    PHONE_NUMBER_UTIL.is_valid_number(&number).then_some(number)
}

/// The extension after a number, and where it ends.
fn extension(line: &str, end: usize) -> (Option<String>, usize) {
    let rest = line[end..].trim_start_matches([' ', ',', ';', '(']);
    let lower = rest.get(..10).unwrap_or(rest).to_ascii_lowercase();
    let word =
        ["extension", "ext.", "ext:", "ext", "x.", "x", "#"].into_iter().find(|word| lower.starts_with(word));
    let Some(word) = word else { return (None, end) };
    let after = rest[word.len()..].trim_start_matches([' ', ':', '.', '#']);
    let length = after.bytes().take_while(u8::is_ascii_digit).count();
    let ends = after[length..].chars().next().is_none_or(|c| !c.is_alphanumeric());
    if (1..=6).contains(&length) && ends {
        let end = line.len() - after.len() + length;
        (Some(after[..length].to_owned()), end)
    } else {
        (None, end)
    }
}
