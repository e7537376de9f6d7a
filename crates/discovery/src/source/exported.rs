//! What tells files that were exported from here from others, and what is read of them alone.

use contract::records::{LEAD_SOURCE, lead_record, read_records};
use contract::{BusinessId, Timestamp};
use serde_json::{Map, Value};

use crate::lead::SourceRecord;

/// The column of a table in which the records of a lead stand.
pub(super) const SOURCES: &str = "sources";
/// Columns that no table from here is without; hardly any other has all of them.
const COLUMNS: [&str; 3] = [SOURCES, "licences", "attribution"];
/// What columns begin with in which such a table tells of the people of a business. What a person is reached by is not the
/// business's number or address, though a column of that name is in a table from anywhere else.
const OF_CONTACTS: &str = "contact";
/// Keys that every lead in JSON has.
const KEYS: [&str; 3] = [SOURCES, "enrichmentStatus", "createdAt"];

/// The column with the records, if the table was exported from here.
pub(super) fn column_of_records(names: &[String]) -> Option<usize> {
    let at = |wanted: &str| names.iter().position(|name| name == wanted);
    COLUMNS.iter().all(|name| at(name).is_some()).then(|| at(SOURCES)).flatten()
}

/// Whether a column of a table from here is about the people of a business, of which nothing is read.
pub(super) fn is_of_contacts(name: &str) -> bool {
    name.starts_with(OF_CONTACTS)
}

/// A cell without the apostrophe that an export puts before what a spreadsheet would run.
pub(super) fn plain_cell(cell: &mut String) {
    const RUNS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－'];
    if cell.strip_prefix('\'').is_some_and(|rest| rest.starts_with(RUNS) || rest.starts_with('＠')) {
        cell.remove(0);
    }
}

/// The records that a cell of a table names; none where somebody wrote something else into it.
pub(super) fn records_of_cell(cell: &str) -> Vec<SourceRecord> {
    let records = read_records(cell.trim()).unwrap_or_default();
    if records.iter().all(|(source, _)| super::is_source(source)) { records } else { Vec::new() }
}

/// Whether an object is a lead as an export writes it.
pub(super) fn is_lead(object: &Map<String, Value>) -> bool {
    let is_record = |one: &Value| text(one.get("source")).is_some() && text(one.get("sourceId")).is_some();
    KEYS.iter().all(|key| object.contains_key(*key))
        && object.get(SOURCES).and_then(Value::as_array).is_some_and(|all| all.iter().all(is_record))
}

/// The records that a lead in JSON was made from, each once; `id` is its own, where that does not stand in it.
pub(super) fn records_of_lead(object: &Map<String, Value>, id: Option<&Value>) -> Vec<SourceRecord> {
    let mut records: Vec<SourceRecord> = Vec::new();
    for one in object.get(SOURCES).and_then(Value::as_array).into_iter().flatten() {
        if let (Some(source), Some(id)) = (text(one.get("source")), text(one.get("sourceId"))) {
            let record = (source.to_owned(), id.to_owned());
            if !records.contains(&record) {
                records.push(record);
            }
        }
    }
    let own = || {
        let id = BusinessId(object.get("id").or(id)?.as_i64()?);
        let created_at: Timestamp = text(object.get("createdAt"))?.parse().ok()?;
        Some((LEAD_SOURCE.to_owned(), lead_record(id, created_at)))
    };
    if records.is_empty() {
        records.extend(own());
    }
    records
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_from_here_are_known_by_their_columns() {
        let names = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(column_of_records(&names("name,city,sources,licences,attribution")), Some(2));
        for other in ["name,source,sourceId", "name,sources,licences", "Name,Sources,Licences,Attribution"] {
            assert_eq!(column_of_records(&names(other)), None, "{other}");
        }
    }

    #[test]
    fn words_of_somebody_are_no_records() {
        let records = records_of_cell(" openstreetmap node/1; file:mine 7; letip 7-5 ");
        assert_eq!(records.len(), 3);
        for words in ["from a friend", "openstreetmap node/1; from a friend", "overture", ""] {
            assert_eq!(records_of_cell(words), [], "{words}");
        }
    }

    #[test]
    fn an_apostrophe_goes_where_an_export_put_it() {
        let check = |cell: &str, expect: &str| {
            let mut cell = cell.to_owned();
            plain_cell(&mut cell);
            assert_eq!(cell, expect);
        };
        check("'@Home", "@Home");
        check("'＠Home", "＠Home");
        check("'s Cafe", "'s Cafe");
        check("@Home", "@Home");
        check("'", "'");
        check("", "");
    }

    #[test]
    fn a_lead_in_json_has_its_records_or_is_one_itself() {
        let object = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap();
        let lead =
            r#"{"name":"A","enrichmentStatus":"pending","createdAt":"1970-01-01T00:00:00.005Z","sources":"#;
        let of = |sources: &str, id: &str| object(&format!("{lead}{sources}{id}}}"));
        let made = of(r#"[{"source":"a","sourceId":"1"},{"source":"a","sourceId":"1"}]"#, r#","id":7"#);
        assert!(is_lead(&made));
        assert_eq!(records_of_lead(&made, None), [("a".to_owned(), "1".to_owned())]);
        let added = of("[]", "");
        assert!(is_lead(&added));
        let own = ("letip".to_owned(), "7-5".to_owned());
        assert_eq!(records_of_lead(&added, Some(&7.into())), [own]);
        assert_eq!(records_of_lead(&added, None), []);
        // Overture's places have sources too.
        assert!(!is_lead(&of(r#"[{"dataset":"meta","record_id":"1"}]"#, "")));
        assert!(!is_lead(&object(r#"{"name":"A","sources":[]}"#)));
    }
}
