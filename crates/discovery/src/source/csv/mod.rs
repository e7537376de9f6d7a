//! Tables: CSV and its kin.

mod dialect;
mod header;
mod rows;
mod table;

use std::path::Path;
use std::sync::Arc;

use contract::import::ImportField;
use serde_json::{Map, Value};

use super::decode::Lines;
use super::exported::{plain_cell, records_of_cell};
use super::{ReadEnd, Sink, overture};
use crate::error::SourceError;
use crate::import::ColumnMap;
use crate::lead::{Lead, Listed};
use crate::normalise;
use crate::place::{RawPlace, Record, Rejected};

use header::{Header, names};
use rows::{Row, Rows};

pub(super) use header::check;
pub(super) use table::{column_map, table};

/// Reads a table whose first row names its columns; `map` says what some of them hold.
pub(super) fn read(path: &Path, map: &ColumnMap, sink: &mut Sink) -> Result<(), ReadEnd> {
    let unreadable = |error| SourceError::unreadable(path, error);
    let total = std::fs::metadata(path).map(|metadata| metadata.len()).ok();
    let (mut rows, delimiter) = opened(path)?;
    let header = Header::read(path, &mut rows, map)?;
    let listed = header.records.map(|column| listed(path, column)).transpose()?.map(Arc::new);
    while let Some(row) = rows.next_row().map_err(unreadable)? {
        sink.progress(rows.bytes_read(), total);
        if let Some(record) = header.record(row, delimiter, listed.as_ref()) {
            sink.push(record)?;
        }
    }
    Ok(())
}

/// The rows of a table from its first, and the delimiter.
fn opened(path: &Path) -> Result<(Rows, u8), SourceError> {
    let delimiter = dialect::delimiter(path)?;
    let lines = Lines::new(super::open(path)?).map_err(|error| SourceError::unreadable(path, error))?;
    Ok((Rows::new(lines, delimiter), delimiter))
}

/// What the rows of an export were made from, by the column that says so.
fn listed(path: &Path, column: usize) -> Result<Listed, SourceError> {
    let (mut rows, _) = opened(path)?;
    let mut listed = Listed::default();
    while let Some(row) = rows.next_row().map_err(|error| SourceError::unreadable(path, error))? {
        if let Row::Fields { mut fields, .. } = row
            && let Some(cell) = fields.get_mut(column)
        {
            plain_cell(cell);
            listed.add(&records_of_cell(cell));
        }
    }
    Ok(listed)
}

/// Hands every row on as JSON texts, if the needed columns are there.
pub(super) fn rows(
    path: &Path,
    needed: &[&str],
    take: &mut dyn FnMut(&Map<String, Value>),
) -> Result<(), SourceError> {
    let unreadable = |error| SourceError::unreadable(path, error);
    let (mut rows, _) = opened(path)?;
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

impl Header {
    /// The record of a row; `None` for an empty row.
    fn record(&self, row: Row, delimiter: u8, listed: Option<&Arc<Listed>>) -> Option<Record> {
        let (line, mut fields) = match row {
            Row::Bad(rejected) => return Some(Record::Rejected(rejected)),
            Row::Fields { line, fields } => (line, fields),
        };
        if fields.iter().all(|field| field.trim().is_empty()) {
            return None;
        }
        if listed.is_some() {
            fields.iter_mut().for_each(plain_cell);
        }
        let raw = || fields.join(&char::from(delimiter).to_string());
        if let Some(reason) = self.misfit(&fields) {
            return Some(Record::Rejected(Box::new(Rejected::line(line, reason, &raw()))));
        }
        let mut place = if self.is_overture { self.overture(&fields) } else { self.plain(&fields) };
        place.line = Some(line);
        let cell = |column: Option<usize>| fields.get(column?);
        place.lead = listed.and_then(|listed| Lead::new(records_of_cell(cell(self.records)?), listed));
        if place.lead.is_some() {
            // Of an export, a comma is part of a label.
            let labels = cell(self.columns.column(ImportField::Tags)).map(|cell| cell.split("; "));
            place.tags = labels.into_iter().flatten().map(str::to_owned).collect();
        }
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
