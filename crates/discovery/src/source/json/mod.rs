//! GeoJSON collections, arrays of objects, and one object a line. Read object by object, never whole.

mod objects;
mod record;

use std::io::BufReader;
use std::path::Path;

use serde_json::Value;

use super::decode::{Line, Lines, Utf8Reader};
use super::{ReadEnd, Sink};
use crate::error::SourceError;
use crate::place::{Record, Rejected};

use objects::{Object, Objects};

/// Reads one object a line.
pub(super) fn read_lines(path: &Path, sink: &mut Sink) -> Result<(), ReadEnd> {
    let unreadable = |error| SourceError::unreadable(path, error);
    let total = std::fs::metadata(path).map(|metadata| metadata.len()).ok();
    let mut lines = Lines::new(super::open(path)?).map_err(unreadable)?;
    while let Some((number, line)) = lines.next_line().map_err(unreadable)? {
        sink.progress(lines.bytes_read(), total);
        match line {
            Line::TooLong(start) => {
                let reason = "it is longer than a megabyte, which no record is";
                sink.push(Record::Rejected(Box::new(Rejected::line(number, reason, &start))))?;
            }
            Line::Text(text) => {
                let text = text.trim_matches(['\u{1e}', ' ', '\t', '\r']);
                if !text.is_empty() {
                    sink.push(record_of(number, text))?;
                }
            }
        }
    }
    Ok(())
}

/// Reads the features of a collection, or the objects of an array.
pub(super) fn read_collection(path: &Path, sink: &mut Sink) -> Result<(), ReadEnd> {
    let unreadable = |error| SourceError::unreadable(path, error);
    let total = std::fs::metadata(path).map(|metadata| metadata.len()).ok();
    let reader = Utf8Reader::new(super::open(path)?).map_err(unreadable)?;
    let mut objects = Objects::new(BufReader::with_capacity(1 << 16, reader));
    let mut read = 0_u64;
    while let Some((line, object)) = objects.next_object().map_err(unreadable)? {
        sink.progress(objects.get_ref().get_ref().bytes_read(), total);
        match object {
            Object::Text(bytes) => sink.push(record_of(line, &super::decode::line_text(&bytes)))?,
            Object::TooLong(start) => {
                let reason = "it is longer than sixteen megabytes, which no record is";
                let start = super::decode::line_text(&start).into_owned();
                sink.push(Record::Rejected(Box::new(Rejected::line(line, reason, &start))))?;
            }
            Object::CutOff => {
                let detail = format!("it ends in line {line} within a record, after {read} whole ones");
                return Err(SourceError::truncated(path, detail).into());
            }
            Object::NoCollection => {
                let detail = "it holds no list of features or objects".to_owned();
                return Err(SourceError::damaged(path, detail).into());
            }
        }
        read += 1;
    }
    Ok(())
}

fn record_of(line: u64, text: &str) -> Record {
    let bad = |reason: String| Record::Rejected(Box::new(Rejected::line(line, reason, text)));
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => record::record(line, object, text),
        Ok(_) => bad("it is no object; each record is one between { and }".to_owned()),
        Err(error) => bad(format!("it is no JSON: {error}")),
    }
}

#[cfg(test)]
mod tests;
