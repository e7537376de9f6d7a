//! A Parquet file that is elsewhere: its footer says which bytes hold the rows of an area, and only those are brought.

use std::io::Cursor;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use contract::BoundingBox;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{FooterTail, ParquetMetaDataReader};
use parquet::file::reader::{ChunkReader, Length};

use super::{BATCH, Layout, Lines, explained_by, prune, read_batches};
use crate::error::SourceError;
use crate::source::{ReadEnd, Sink};

/// Bytes at the end of a file that say how long its footer is.
const TAIL: usize = 8;
/// Bytes that are brought though nobody needs them, rather than asking once more.
const GAP: u64 = 256 * 1024;

/// What the footer of a file says.
pub(in crate::source) struct Distant {
    name: PathBuf,
    length: u64,
    metadata: ArrowReaderMetadata,
    layout: Layout,
    mask: ProjectionMask,
}

/// How many bytes at the end of a file its footer takes, from some of them.
pub(in crate::source) fn footer_length(name: &Path, end: &[u8]) -> Result<u64, SourceError> {
    let tail: Option<[u8; TAIL]> = end.last_chunk().copied();
    let tail = tail.ok_or_else(|| SourceError::truncated(name, "it has no end"))?;
    let tail = FooterTail::try_new(&tail).map_err(|error| SourceError::damaged(name, error.to_string()))?;
    Ok((tail.metadata_length() + TAIL) as u64)
}

impl Distant {
    /// Reads the footer of a file of that length; `end` holds at least the footer.
    pub(in crate::source) fn new(name: &Path, length: u64, end: &[u8]) -> Result<Self, SourceError> {
        let damaged = |error: ParquetError| SourceError::damaged(name, error.to_string());
        let footer = usize::try_from(footer_length(name, end)?).ok().filter(|footer| *footer <= end.len());
        let footer =
            footer.ok_or_else(|| SourceError::damaged(name, "its footer is longer than the file"))?;
        let thrift = &end[end.len() - footer..end.len() - TAIL];
        let metadata = ParquetMetaDataReader::decode_metadata(thrift).map_err(damaged)?;
        let metadata =
            ArrowReaderMetadata::try_new(Arc::new(metadata), ArrowReaderOptions::new()).map_err(damaged)?;
        let layout = Layout::of(name, metadata.schema())?;
        let mask = ProjectionMask::roots(metadata.parquet_schema(), layout.roots.iter().copied());
        Ok(Self { name: name.to_owned(), length, metadata, layout, mask })
    }

    /// The row groups that may hold something of the area.
    pub(in crate::source) fn groups(&self, area: Option<BoundingBox>) -> Vec<usize> {
        prune::row_groups(self.metadata.metadata(), area)
    }

    pub(in crate::source) fn rows(&self, group: usize) -> u64 {
        u64::try_from(self.metadata.metadata().row_group(group).num_rows()).unwrap_or_default()
    }

    /// The bytes that hold the columns of a row group which are read, in order; those near each other in one piece.
    pub(in crate::source) fn spans(&self, group: usize) -> Result<Vec<Range<u64>>, SourceError> {
        let columns = self.metadata.metadata().row_group(group).columns();
        let read = columns.iter().enumerate().filter(|(leaf, _)| self.mask.leaf_included(*leaf));
        let mut spans = Vec::new();
        for (_, column) in read {
            let (start, length) = column.byte_range();
            let end = start.checked_add(length).filter(|end| *end <= self.length);
            spans.push(
                start..end.ok_or_else(|| SourceError::damaged(&self.name, "a column lies behind its end"))?,
            );
        }
        spans.sort_by_key(|span| span.start);
        Ok(joined(spans))
    }

    /// Hands the rows of a row group on, whose bytes were brought.
    pub(in crate::source) fn read(
        &self,
        group: usize,
        parts: Vec<(u64, Bytes)>,
        progress: (u64, u64),
        sink: &mut Sink,
    ) -> Result<(), ReadEnd> {
        let parts = Parts { length: self.length, parts };
        let damaged = |error| explained_by(&self.name, error, false);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(parts, self.metadata.clone())
            .with_projection(self.mask.clone())
            .with_row_groups(vec![group])
            .with_batch_size(BATCH)
            .build()
            .map_err(damaged)?;
        let (done, total) = progress;
        read_batches(
            &self.name,
            reader,
            &self.layout,
            Lines { done, total: Some(total), numbered: false },
            sink,
        )
    }
}

/// Spans in order, those joined that overlap or lie near each other.
fn joined(spans: Vec<Range<u64>>) -> Vec<Range<u64>> {
    let mut joined: Vec<Range<u64>> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end.saturating_add(GAP) => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

/// Some parts of a file, by where they begin.
struct Parts {
    length: u64,
    parts: Vec<(u64, Bytes)>,
}

impl Parts {
    /// What is there from `start` on.
    fn from(&self, start: u64) -> ParquetResult<Bytes> {
        let inside = |(at, bytes): &&(u64, Bytes)| (*at..*at + bytes.len() as u64).contains(&start);
        let missing = || ParquetError::General(format!("byte {start} was not brought"));
        let (at, bytes) = self.parts.iter().find(inside).ok_or_else(missing)?;
        let skip = usize::try_from(start - at).map_err(|_| missing())?;
        Ok(bytes.slice(skip..))
    }
}

impl Length for Parts {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Parts {
    type T = Cursor<Bytes>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(Cursor::new(self.from(start)?))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let bytes = self.from(start)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF(format!("{length} bytes from {start} on were not brought")));
        }
        Ok(bytes.slice(..length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_near_each_other_are_brought_in_one_piece() {
        let far = GAP + 1;
        assert_eq!(joined(vec![0..10, 10..20, 25..30, 30 + far..40 + far]), [0..30, 30 + far..40 + far]);
        assert_eq!(joined(vec![0..100, 10..20, 900_000..900_001]), [0..100, 900_000..900_001]);
        assert_eq!(joined(Vec::new()), Vec::<Range<u64>>::new());
    }

    #[test]
    fn parts_give_what_was_brought_and_nothing_else() {
        let parts = Parts { length: 100, parts: vec![(10, Bytes::from("abcdef")), (50, Bytes::from("xyz"))] };
        assert_eq!(parts.get_bytes(12, 3).unwrap(), "cde");
        assert_eq!(parts.get_bytes(50, 3).unwrap(), "xyz");
        for (start, length) in [(9, 1), (14, 3), (16, 1), (53, 1)] {
            assert!(parts.get_bytes(start, length).is_err(), "{start} {length}");
        }
    }
}
