//! The first row of a table: the names of its columns and what they mean.

use std::path::Path;

use contract::import::ImportField;

use super::opened;
use super::rows::{Row, Rows};
use crate::error::SourceError;
use crate::import::ColumnMap;
use crate::source::exported::{column_of_records, is_of_contacts};
use crate::source::fields::{Columns, takes_several};
use crate::source::overture;
use crate::text::shortened;

/// The names of the columns and what they mean.
pub(super) struct Header {
    pub(super) names: Vec<String>,
    pub(super) columns: Columns,
    /// Whether it is a table of Overture, whose columns have a meaning of their own.
    pub(super) is_overture: bool,
    /// The column with the records that a lead was made from, where the table was exported from here.
    pub(super) records: Option<usize>,
}

impl Header {
    /// Reads the first row; `map` says what some of the columns hold.
    pub(super) fn read(path: &Path, rows: &mut Rows, map: &ColumnMap) -> Result<Self, SourceError> {
        let header = Self::known(names(path, rows)?).corrected(path, map)?;
        if !header.is_overture && !header.columns.has(ImportField::Name) {
            let columns = listed(&header.names);
            return Err(SourceError::NoNameColumn { path: path.to_owned(), columns });
        }
        Ok(header)
    }

    /// What the names say.
    pub(super) fn known(names: Vec<String>) -> Self {
        let is_overture = overture::is_overture(|name| names.iter().any(|column| column == name));
        let records = column_of_records(&names).filter(|_| !is_overture);
        let mut columns = Columns::of(names.iter().map(String::as_str));
        if let Some(column) = records {
            columns.forget(|column| names.get(column).is_some_and(|name| is_of_contacts(name)));
            columns.add(ImportField::Sources, column);
        }
        Self { names, columns, is_overture, records }
    }

    /// What they mean once a person has said what some of them hold.
    pub(super) fn corrected(self, path: &Path, map: &ColumnMap) -> Result<Self, SourceError> {
        if map.is_empty() {
            return Ok(self);
        }
        if let Some(detail) = self.contradiction(map) {
            return Err(SourceError::Columns { path: path.to_owned(), detail });
        }
        let columns = self.columns.corrected(map);
        let records = self.records.filter(|column| columns.field(*column) == Some(ImportField::Sources));
        Ok(Self { columns, records, ..self })
    }

    /// Why the columns cannot be taken so, and what would be right.
    fn contradiction(&self, map: &ColumnMap) -> Option<String> {
        if self.is_overture {
            return Some(
                "the columns of Overture's tables have a meaning of their own; leave them as they are"
                    .to_owned(),
            );
        }
        if let Some(column) = map.0.keys().find(|column| **column >= self.names.len()) {
            let count = self.names.len();
            return Some(format!("there is no column {}; the first row names {count}", column + 1));
        }
        let is_strange = |(column, field): &(&usize, &Option<ImportField>)| {
            **field == Some(ImportField::Sources) && self.records != Some(**column)
        };
        if let Some((column, _)) = map.0.iter().find(is_strange) {
            let name = self.name(*column);
            return Some(format!(
                "'{name}' cannot be {}: only an export from here says of which records a lead was made; choose sourceId, or leave it out",
                ImportField::Sources
            ));
        }
        let (one, other, field) = map.rivals(takes_several)?;
        let (one, other) = (self.name(one), self.name(other));
        Some(format!(
            "'{one}' and '{other}' cannot both be {field}; choose one of them and leave the other out"
        ))
    }

    /// What a column is called; by its number where it has no name.
    fn name(&self, column: usize) -> String {
        let name = self.names.get(column).filter(|name| !name.is_empty());
        name.map_or_else(|| format!("column {}", column + 1), |name| shortened(name, 60))
    }
}

/// Whether the table can be read: its columns can be taken so, and one is the name.
pub(in crate::source) fn check(path: &Path, map: &ColumnMap) -> Result<(), SourceError> {
    Header::read(path, &mut opened(path)?.0, map).map(drop)
}

/// The first row that is not empty.
pub(super) fn names(path: &Path, rows: &mut Rows) -> Result<Vec<String>, SourceError> {
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

/// All names, for a message.
pub(super) fn listed(names: &[String]) -> String {
    shortened(&names.join(", "), 300)
}
