//! Tables: CSV and its kin.

mod dialect;
mod rows;

use std::path::Path;

use serde_json::{Map, Value};

use super::decode::Lines;
use super::fields::{Columns, Field};
use super::{ReadEnd, Sink, overture};
use crate::error::SourceError;
use crate::normalise;
use crate::place::{RawPlace, Record, Rejected};

use rows::{Row, Rows};

/// Reads a table whose first row names its columns.
pub(super) fn read(path: &Path, sink: &mut Sink) -> Result<(), ReadEnd> {
    let unreadable = |error| SourceError::unreadable(path, error);
    let total = std::fs::metadata(path).map(|metadata| metadata.len()).ok();
    let delimiter = dialect::delimiter(path)?;
    let mut rows = Rows::new(Lines::new(super::open(path)?).map_err(unreadable)?, delimiter);
    let header = header(path, &mut rows)?;
    while let Some(row) = rows.next_row().map_err(unreadable)? {
        sink.progress(rows.bytes_read(), total);
        if let Some(record) = header.record(row, delimiter) {
            sink.push(record)?;
        }
    }
    Ok(())
}

/// Hands every row on as JSON texts, if the needed columns are there.
pub(super) fn rows(
    path: &Path,
    needed: &[&str],
    take: &mut dyn FnMut(&Map<String, Value>),
) -> Result<(), SourceError> {
    let unreadable = |error| SourceError::unreadable(path, error);
    let delimiter = dialect::delimiter(path)?;
    let mut rows = Rows::new(Lines::new(super::open(path)?).map_err(unreadable)?, delimiter);
    let names = names(path, &mut rows)?;
    let columns: Vec<&str> = names.iter().map(String::as_str).collect();
    super::pairs::check_columns(path, needed, &columns)?;
    while let Some(row) = rows.next_row().map_err(unreadable)? {
        match row {
            Row::Fields { fields, .. } if fields.iter().all(|field| field.trim().is_empty()) => {}
            Row::Fields { line, fields } if fields.len() != names.len() => {
                let count = fields.len();
                let detail =
                    format!("line {line} has {count} fields where the first row names {}", names.len());
                return Err(SourceError::damaged(path, detail));
            }
            Row::Fields { fields, .. } => take(&object(&names, &fields)),
            Row::Bad(rejected) => {
                let line = rejected.line.unwrap_or_default();
                return Err(SourceError::damaged(path, format!("line {line}: {}", rejected.reason)));
            }
        }
    }
    Ok(())
}

/// A row as an object, without what is empty.
fn object(names: &[String], fields: &[String]) -> Map<String, Value> {
    names
        .iter()
        .zip(fields)
        .filter(|(_, value)| !value.is_empty() && *value != "null")
        .map(|(name, value)| (name.clone(), Value::String(value.clone())))
        .collect()
}

/// The names of a table's columns, each with the field that it fills.
pub(super) fn columns(path: &Path) -> Result<Vec<(String, Option<&'static str>)>, SourceError> {
    let lines = Lines::new(super::open(path)?).map_err(|error| SourceError::unreadable(path, error))?;
    let header = header(path, &mut Rows::new(lines, dialect::delimiter(path)?))?;
    let field = |(column, name): (usize, &String)| (name.clone(), header.columns.word(column));
    Ok(header.names.iter().enumerate().map(field).collect())
}

/// The names of the columns and what they mean.
struct Header {
    names: Vec<String>,
    columns: Columns,
    is_overture: bool,
}

fn names(path: &Path, rows: &mut Rows) -> Result<Vec<String>, SourceError> {
    let row = loop {
        match rows.next_row().map_err(|error| SourceError::unreadable(path, error))? {
            Some(Row::Fields { fields, .. }) if fields.iter().all(|field| field.trim().is_empty()) => {}
            Some(Row::Fields { fields, .. }) => break fields,
            Some(Row::Bad(rejected)) => {
                return Err(SourceError::damaged(
                    path,
                    format!("its first row cannot be read: {}", rejected.reason),
                ));
            }
            None => return Err(SourceError::Empty { path: path.to_owned() }),
        }
    };
    Ok(row.iter().map(|name| name.trim().to_owned()).collect())
}

fn header(path: &Path, rows: &mut Rows) -> Result<Header, SourceError> {
    let names = names(path, rows)?;
    let is_overture = overture::is_overture(|name| names.iter().any(|column| column == name));
    let columns = Columns::of(names.iter().map(String::as_str));
    if !is_overture && !columns.has(Field::Name) {
        let listed = crate::text::shortened(&names.join(", "), 300);
        return Err(SourceError::NoNameColumn { path: path.to_owned(), columns: listed });
    }
    Ok(Header { names, columns, is_overture })
}

impl Header {
    /// The record of a row; `None` for an empty row.
    fn record(&self, row: Row, delimiter: u8) -> Option<Record> {
        let (line, fields) = match row {
            Row::Bad(rejected) => return Some(Record::Rejected(rejected)),
            Row::Fields { line, fields } => (line, fields),
        };
        if fields.iter().all(|field| field.trim().is_empty()) {
            return None;
        }
        let raw = || fields.join(&char::from(delimiter).to_string());
        if let Some(reason) = self.misfit(&fields) {
            return Some(Record::Rejected(Box::new(Rejected::line(line, reason, &raw()))));
        }
        let mut place = if self.is_overture { self.overture(&fields) } else { self.plain(&fields) };
        place.line = Some(line);
        Some(normalise::record(place, raw))
    }

    /// Why the row is not one of this table. Empty fields too many do no harm.
    fn misfit(&self, fields: &[String]) -> Option<String> {
        let expected = self.names.len();
        let is_longer = fields.iter().skip(expected).any(|field| !field.trim().is_empty());
        if fields.len() < expected || is_longer {
            return Some(format!(
                "it has {} fields where the first row names {expected}; a quote or a delimiter may be missing or too many",
                fields.len()
            ));
        }
        let strange = |c: char| c == '\u{fffd}' || (c.is_control() && !c.is_whitespace());
        fields
            .iter()
            .any(|field| field.contains(strange))
            .then(|| "it contains signs that are no text; the file may be damaged here".to_owned())
    }

    fn plain(&self, fields: &[String]) -> RawPlace {
        self.columns.raw_place(|column| fields.get(column).map(String::as_str))
    }

    fn overture(&self, fields: &[String]) -> RawPlace {
        overture::raw_place(&object(&self.names, fields), self.plain(fields).coordinates)
    }
}

#[cfg(test)]
mod tests;
