//! A table as a person sees it who says what its columns are.

use std::path::Path;

use contract::import::{ImportColumn, ImportField};

use super::header::{Header, listed, names};
use super::opened;
use super::rows::Row;
use crate::error::SourceError;
use crate::import::{ColumnMap, Table};
use crate::text::{non_empty, shortened};

/// Rows whose values are looked at.
const SAMPLE_ROWS: usize = 50;
/// Values of a column that are shown.
const SAMPLE: usize = 3;
/// Characters of a value that are.
const SAMPLE_LENGTH: usize = 60;

/// The columns with what they are taken for and some of their values, whether or not there is one for the name.
pub(in crate::source) fn table(path: &Path, map: &ColumnMap) -> Result<Table, SourceError> {
    let (mut rows, _) = opened(path)?;
    let header = Header::known(names(path, &mut rows)?);
    let by_name: Vec<_> = (0..header.names.len()).map(|column| header.columns.field(column)).collect();
    let header = header.corrected(path, map)?;
    let mut samples = vec![Vec::new(); header.names.len()];
    for _ in 0..SAMPLE_ROWS {
        let Some(row) = rows.next_row().map_err(|error| SourceError::unreadable(path, error))? else { break };
        let Row::Fields { fields, .. } = row else { continue };
        for (sample, value) in samples.iter_mut().zip(&fields) {
            let value = non_empty(value).map(|value| shortened(value, SAMPLE_LENGTH));
            if let Some(value) = value.filter(|value| sample.len() < SAMPLE && !sample.contains(value)) {
                sample.push(value);
            }
        }
    }
    let column = |(at, (name, sample)): (usize, (&String, Vec<String>))| ImportColumn {
        column: name.clone(),
        field: header.columns.field(at),
        sample,
    };
    let columns = header.names.iter().zip(samples).enumerate().map(column).collect();
    Ok(Table { columns, by_name, can_be_corrected: !header.is_overture })
}

/// What columns are to be taken for, where a person calls them by their names. Of several columns of one name each is meant.
pub(in crate::source) fn column_map(
    path: &Path,
    named: &[(String, Option<ImportField>)],
) -> Result<ColumnMap, SourceError> {
    let names = names(path, &mut opened(path)?.0)?;
    let mut map = ColumnMap::default();
    for (wanted, field) in named {
        let wanted = wanted.trim();
        let at = |is_meant: &dyn Fn(&str) -> bool| -> Vec<usize> {
            (0..).zip(&names).filter(|(_, name)| is_meant(name)).map(|(at, _)| at).collect()
        };
        let mut columns = at(&|name| name == wanted);
        if columns.is_empty() {
            columns = at(&|name| name.to_lowercase() == wanted.to_lowercase());
        }
        if columns.is_empty() {
            let (wanted, names) = (shortened(wanted, 60), listed(&names));
            let detail = format!("there is no column '{wanted}'; its columns are: {names}");
            return Err(SourceError::Columns { path: path.to_owned(), detail });
        }
        for column in columns {
            if map.0.insert(column, *field).is_some_and(|before| before != *field) {
                let detail = format!("'{}' is said to be two things; say one", shortened(wanted, 60));
                return Err(SourceError::Columns { path: path.to_owned(), detail });
            }
        }
    }
    Ok(map)
}
