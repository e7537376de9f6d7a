//! The form of the embedded tables: columns of bytes, used where they lie, so that opening a table takes as long
//! as unpacking it.
//!
//! A table is a sequence of columns, each a length of four bytes and as many bytes. Numbers are little-endian.
//! A column of texts is two columns: the texts one after the other, and the position where each ends.

use std::ops::Range;

/// A table in memory.
#[derive(Debug)]
pub(super) struct Table {
    bytes: Vec<u8>,
    columns: Vec<Range<usize>>,
}

impl Table {
    /// Unpacks a table; an empty one if that is not possible, which the tests would notice.
    pub(super) fn unpack(packed: &[u8]) -> Self {
        let bytes = zstd::decode_all(packed).unwrap_or_default();
        let mut columns = Vec::new();
        let mut start = 0;
        while let Some(length) = number::<4>(&bytes, start).map(|bytes| u32::from_le_bytes(bytes) as usize) {
            columns.push(start + 4..start + 4 + length);
            start += 4 + length;
        }
        Self { bytes, columns }
    }

    fn column(&self, column: usize) -> &[u8] {
        self.columns.get(column).and_then(|range| self.bytes.get(range.clone())).unwrap_or_default()
    }

    /// Number of rows of a column of numbers of so many bytes.
    pub(super) fn rows<const WIDTH: usize>(&self, column: usize) -> usize {
        self.column(column).len() / WIDTH
    }

    /// Number of texts of a column of texts.
    pub(super) fn texts(&self, column: usize) -> usize {
        self.rows::<4>(column + 1)
    }

    /// A text of a column of texts.
    pub(super) fn text(&self, column: usize, row: usize) -> &str {
        let end = |row: usize| self.u32(column + 1, row) as usize;
        let start = row.checked_sub(1).map_or(0, end);
        let text = self.column(column).get(start..end(row)).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }

    pub(super) fn u32(&self, column: usize, row: usize) -> u32 {
        number(self.column(column), row * 4).map_or(0, u32::from_le_bytes)
    }

    pub(super) fn u16(&self, column: usize, row: usize) -> u16 {
        number(self.column(column), row * 2).map_or(0, u16::from_le_bytes)
    }

    pub(super) fn i32(&self, column: usize, row: usize) -> i32 {
        number(self.column(column), row * 4).map_or(0, i32::from_le_bytes)
    }

    /// The first of `rows` rows for which `is_before` is no longer true.
    pub(super) fn partition_point(rows: usize, is_before: impl Fn(usize) -> bool) -> usize {
        let (mut low, mut high) = (0, rows);
        while low < high {
            let middle = low + (high - low) / 2;
            if is_before(middle) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

fn number<const N: usize>(bytes: &[u8], start: usize) -> Option<[u8; N]> {
    bytes.get(start..)?.first_chunk::<N>().copied()
}
