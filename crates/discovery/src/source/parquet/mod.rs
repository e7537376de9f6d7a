//! Parquet files: Overture's GeoParquet, and tables of any other schema whose columns have usual names.
//!
//! Only the columns that are read are decoded, and only row groups whose `bbox` statistics touch the area.

mod cells;
mod distant;
mod prune;

use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use serde_json::{Map, Value};

pub(super) use distant::{Distant, footer_length};

use contract::import::ImportField as Field;

use super::fields::Columns;
use super::{ReadEnd, Sink, overture};
use crate::error::SourceError;
use crate::normalise;
use crate::place::RawPlace;

/// Rows decoded at a time.
const BATCH: usize = 1024;
/// The column of WKB points in GeoParquet.
const GEOMETRY: &str = "geometry";

/// Whether the columns are Overture's; false for what cannot be read.
pub(super) fn is_overture(path: &Path) -> bool {
    let has_columns = |builder: ParquetRecordBatchReaderBuilder<std::fs::File>| {
        overture::is_overture(|name| builder.schema().field_with_name(name).is_ok())
    };
    std::fs::File::open(path)
        .ok()
        .and_then(|file| ParquetRecordBatchReaderBuilder::try_new(file).ok())
        .is_some_and(has_columns)
}

/// Reads a file row by row.
pub(super) fn read(path: &Path, sink: &mut Sink) -> Result<(), ReadEnd> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(super::open(path)?)
        .map_err(|error| explained(path, error))?;
    let layout = Layout::of(path, builder.schema())?;
    let groups = prune::row_groups(builder.metadata(), sink.area().bounds());
    let rows: i64 = groups.iter().map(|&group| builder.metadata().row_group(group).num_rows()).sum();
    let mask = ProjectionMask::roots(builder.parquet_schema(), layout.roots.iter().copied());
    let reader = builder
        .with_projection(mask)
        .with_row_groups(groups)
        .with_batch_size(BATCH)
        .build()
        .map_err(|error| explained(path, error))?;
    let lines = Lines { done: 0, total: u64::try_from(rows).ok(), numbered: true };
    read_batches(path, reader, &layout, lines, sink)
}

/// How the rows of a file are counted.
struct Lines {
    /// Rows before these.
    done: u64,
    total: Option<u64>,
    /// Whether a row's number says where it is.
    numbered: bool,
}

/// Hands every row on as JSON, all columns, if the needed ones are among them.
pub(super) fn rows(
    path: &Path,
    needed: &[&str],
    take: &mut dyn FnMut(&Map<String, Value>),
) -> Result<(), SourceError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(super::open(path)?)
        .map_err(|error| explained(path, error))?;
    let columns: Vec<&str> = builder.schema().fields().iter().map(|field| field.name().as_str()).collect();
    super::pairs::check_columns(path, needed, &columns)?;
    let reader = builder.with_batch_size(BATCH).build().map_err(|error| explained(path, error))?;
    for batch in reader {
        let batch = batch.map_err(|error| SourceError::damaged(path, error.to_string()))?;
        (0..batch.num_rows()).for_each(|row| take(&row_values(&batch, row).0));
    }
    Ok(())
}

fn read_batches(
    path: &Path,
    reader: ParquetRecordBatchReader,
    layout: &Layout,
    lines: Lines,
    sink: &mut Sink,
) -> Result<(), ReadEnd> {
    let Lines { mut done, total, numbered } = lines;
    for batch in reader {
        let batch = batch.map_err(|error| SourceError::damaged(path, error.to_string()))?;
        for row in 0..batch.num_rows() {
            done += 1;
            sink.progress(done, total);
            let (values, point) = row_values(&batch, row);
            let mut place = layout.raw_place(&values, point);
            place.line = numbered.then_some(done);
            sink.push(normalise::record(place, || Value::Object(values).to_string()))?;
        }
    }
    Ok(())
}

/// A row as JSON, without columns that are empty in it, and the point of its geometry.
fn row_values(batch: &RecordBatch, row: usize) -> (Map<String, Value>, Option<(f64, f64)>) {
    let mut values = Map::new();
    let mut point = None;
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        if field.name() == GEOMETRY {
            point = cells::wkb_point(column, row);
        }
        let value = cells::value(column, row);
        if !value.is_null() {
            values.insert(field.name().clone(), value);
        }
    }
    (values, point)
}

/// Which columns a file has and which of them are read.
struct Layout {
    roots: Vec<usize>,
    is_overture: bool,
}

impl Layout {
    fn of(path: &Path, schema: &Schema) -> Result<Self, SourceError> {
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let is_overture = overture::is_overture(|name| names.contains(&name));
        if !is_overture && !Columns::of(names.iter().copied()).has(Field::Name) {
            return Err(SourceError::NoNameColumn { path: path.to_owned(), columns: names.join(", ") });
        }
        let is_read = |name: &str| {
            name == GEOMETRY
                || if is_overture {
                    overture::COLUMNS.contains(&name)
                } else {
                    super::fields::field_of(name).is_some()
                }
        };
        let is_wanted = |(_, field): &(usize, &std::sync::Arc<arrow_schema::Field>)| {
            is_read(field.name()) && *field.data_type() != DataType::Null
        };
        let roots = schema.fields().iter().enumerate().filter(is_wanted).map(|(root, _)| root).collect();
        Ok(Self { roots, is_overture })
    }

    fn raw_place(&self, values: &Map<String, Value>, point: Option<(f64, f64)>) -> RawPlace {
        if self.is_overture {
            return overture::raw_place(values, point);
        }
        let texts: Vec<(&str, String)> =
            values.iter().map(|(name, value)| (name.as_str(), cells::plain(value))).collect();
        let columns = Columns::of(texts.iter().map(|(name, _)| *name));
        let place = columns.raw_place(|column| texts.get(column).map(|(_, text)| text.as_str()));
        RawPlace { coordinates: point.or(place.coordinates), ..place }
    }
}

fn explained(path: &Path, error: ParquetError) -> SourceError {
    let is_cut_off = is_footer_missing(path);
    explained_by(path, error, is_cut_off)
}

fn explained_by(path: &Path, error: ParquetError, is_cut_off: bool) -> SourceError {
    match error {
        ParquetError::EOF(detail) | ParquetError::General(detail) if is_cut_off => {
            SourceError::truncated(path, format!("its end is missing ({detail})"))
        }
        ParquetError::External(cause) => SourceError::damaged(path, cause.to_string()),
        other => SourceError::damaged(path, other.to_string()),
    }
}

/// A whole Parquet file ends as it begins.
fn is_footer_missing(path: &Path) -> bool {
    use std::io::{Read, Seek, SeekFrom};
    let end = || -> std::io::Result<[u8; 4]> {
        let mut end = [0; 4];
        let mut file = std::fs::File::open(path)?;
        file.seek(SeekFrom::End(-4))?;
        file.read_exact(&mut end)?;
        Ok(end)
    };
    end().ok() != Some(*b"PAR1")
}

#[cfg(test)]
mod tests;
