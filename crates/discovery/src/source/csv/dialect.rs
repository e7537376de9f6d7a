//! Which sign stands between the columns.

use std::path::Path;

use crate::error::SourceError;
use crate::source::decode::{Line, Lines};
use crate::source::fields::Columns;

use super::rows::split;

/// Lines that are looked at.
const SAMPLE: usize = 20;

/// The delimiter under which the first row has most known names, and then the one under which most rows have as
/// many columns as the first.
pub(super) fn delimiter(path: &Path) -> Result<u8, SourceError> {
    let mut lines =
        Lines::new(crate::source::open(path)?).map_err(|error| SourceError::unreadable(path, error))?;
    let mut sample = Vec::new();
    while sample.len() < SAMPLE {
        match lines.next_line().map_err(|error| SourceError::unreadable(path, error))? {
            Some((_, Line::Text(text))) if text.trim().is_empty() => {}
            Some((_, Line::Text(text))) => sample.push(text),
            Some((_, Line::TooLong(_))) | None => break,
        }
    }
    Ok(best_delimiter(&sample))
}

fn best_delimiter(sample: &[String]) -> u8 {
    let score = |delimiter: u8| {
        let widths: Vec<usize> = sample.iter().map(|line| split(line, delimiter).len()).collect();
        let first = sample.first().map(|line| split(line, delimiter)).unwrap_or_default();
        let known = Columns::of(first.iter().map(String::as_str)).known();
        let alike = widths.iter().filter(|width| **width == first.len() && first.len() > 1).count();
        (known, alike, first.len())
    };
    // The last of equals wins: the comma.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_seen_from_the_rows() {
        let check = |text: &str, expect: u8| {
            let sample: Vec<String> = text.lines().map(str::to_owned).collect();
            assert_eq!(char::from(best_delimiter(&sample)), char::from(expect), "{text}");
        };
        check("name,city\nA,B", b',');
        check("name;city\n\"A, B, C\";D", b';');
        check("name\tcity\nA, B, C\tD", b'\t');
        check("name|city\nA|B", b'|');
        check("name\nA, B", b',');
        check("nimi;paikka\n1,5;2,5\n1,6;2,6", b';');
    }
}
