//! The records that a business was made from, as one text: what a table of businesses carries so that its rows are known again.

use std::fmt::Write as _;

use crate::{Business, BusinessId, Timestamp};

/// Source of a business that no source told of: itself, as the database has it that it was added to.
pub const LEAD_SOURCE: &str = "letip";

/// Between two records.
const SEPARATOR: &str = "; ";

/// The identifier under which [`LEAD_SOURCE`] knows a business: its id and when it was stored, which no two databases have in
/// common.
#[must_use]
pub fn lead_record(id: BusinessId, created_at: Timestamp) -> String {
    format!("{id}-{}", created_at.as_millis())
}

/// The id and the time of [`lead_record`].
#[must_use]
pub fn read_lead_record(text: &str) -> Option<(BusinessId, Timestamp)> {
    let (id, created_at) = text.split_once('-')?;
    Some((BusinessId(id.parse().ok()?), Timestamp::from_millis(created_at.parse().ok()?)))
}

/// The records of a business, such as `openstreetmap node/1; overture 08f`: each source with the record's identifier there. What
/// would part them (`;`, `%`, control characters, in a source spaces too) is written as `%3B`. A business of no source is a record
/// of itself.
///
/// ```
/// use contract::records::{read_records, records_text};
/// use contract::{Business, SourceRef, Timestamp};
///
/// # let json = serde_json::json!({"id": 7, "version": 1, "name": "A", "socials": {}, "chain": false, "operatingStatus": "open",
/// #     "sources": [], "enrichmentStatus": "pending", "tags": [], "contactCount": 0,
/// #     "createdAt": "1970-01-01T00:00:00.005Z", "updatedAt": "1970-01-01T00:00:00.005Z"});
/// let mut business: Business = serde_json::from_value(json)?;
/// assert_eq!(records_text(&business), "letip 7-5");
/// let record = |source: &str, id: &str| SourceRef {
///     source: source.to_owned(), source_id: id.to_owned(), fetched_at: Timestamp::default(), licence: None,
/// };
/// business.sources = vec![record("openstreetmap", "node/1"), record("file:mine", "A; 7")];
/// let text = records_text(&business);
/// assert_eq!(text, "openstreetmap node/1; file:mine A%3B 7");
/// let read = read_records(&text).unwrap_or_default();
/// assert_eq!(read[1], ("file:mine".to_owned(), "A; 7".to_owned()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn records_text(business: &Business) -> String {
    let mut text = String::new();
    for source in &business.sources {
        push(&mut text, &source.source, &source.source_id);
    }
    if text.is_empty() {
        push(&mut text, LEAD_SOURCE, &lead_record(business.id, business.created_at));
    }
    text
}

/// What [`records_text`] wrote: sources and identifiers, each record once. `None` where it is no such text.
#[must_use]
pub fn read_records(text: &str) -> Option<Vec<(String, String)>> {
    let mut records = Vec::new();
    for part in text.split(SEPARATOR) {
        let (source, id) = part.trim().split_once(' ')?;
        let record = (unescaped(source), unescaped(id.trim()));
        if record.1.is_empty() {
            return None;
        }
        if !records.contains(&record) {
            records.push(record);
        }
    }
    Some(records)
}

fn push(text: &mut String, source: &str, id: &str) {
    if !text.is_empty() {
        text.push_str(SEPARATOR);
    }
    let parts = |c: char| matches!(c, '%' | ';') || c.is_ascii_control();
    escape(text, source, |c| c == ' ' || parts(c));
    text.push(' ');
    escape(text, id, parts);
}

fn escape(out: &mut String, text: &str, is_escaped: impl Fn(char) -> bool) {
    for c in text.chars() {
        if is_escaped(c) {
            // Writing to a string cannot fail; all of them are ASCII.
            let _ = write!(out, "%{:02X}", u32::from(c));
        } else {
            out.push(c);
        }
    }
}

/// A `%` that no two digits of ASCII follow stands for itself.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('%');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(u8::is_ascii);
        match code {
            Some(code) => {
                plain.push(char::from(code));
                plain.push_str(part.get(2..).unwrap_or_default());
            }
            None => {
                plain.push('%');
                plain.push_str(part);
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(records: &[(&str, &str)]) -> String {
        let mut text = String::new();
        records.iter().for_each(|(source, id)| push(&mut text, source, id));
        text
    }

    #[test]
    fn whatever_an_identifier_holds_it_is_read_as_it_was() {
        for records in [
            vec![("openstreetmap", "node/1"), ("overture", "08f")],
            vec![("file:a b", "1;2 3"), ("x", "100%; 3B"), ("y", "%3B")],
            vec![("file:ääni", "line\nbreak\tand 'quotes\"")],
        ] {
            let read = read_records(&written(&records)).unwrap();
            let read: Vec<_> = read.iter().map(|(source, id)| (source.as_str(), id.as_str())).collect();
            assert_eq!(read, records);
        }
    }

    #[test]
    fn what_is_no_list_of_records_is_known() {
        for text in ["", "LinkedIn", "a 1; ", "a 1; b", ";", "; "] {
            assert_eq!(read_records(text), None, "{text:?}");
        }
        let twice = read_records("a 1; a 1; b 50%").unwrap();
        assert_eq!(twice, [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "50%".to_owned())]);
    }

    #[test]
    fn a_business_of_no_source_is_known_by_itself() {
        let (id, at) = (BusinessId(7), Timestamp::from_millis(1_764_000_000_123));
        assert_eq!(read_lead_record(&lead_record(id, at)), Some((id, at)));
        for text in ["", "7", "7-", "x-5", "7-x"] {
            assert_eq!(read_lead_record(text), None, "{text}");
        }
    }
}
