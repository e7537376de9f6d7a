//! GeoJSON collections, arrays of objects, and one object a line. Read object by object, never whole.

mod objects;
mod record;

use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::decode::{Line, Lines, Utf8Reader};
use super::{ReadEnd, Sink};
use crate::error::SourceError;
use crate::lead::Listed;
use crate::place::{Record, Rejected};

use objects::{Object, Objects};

/// How the objects of a file stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// One a line.
    Lines,
    /// In a list: the features of a collection, the businesses of an export, or an array.
    List,
}

/// Reads every object.
pub(super) fn read(path: &Path, layout: Layout, sink: &mut Sink) -> Result<(), ReadEnd> {
    let total = std::fs::metadata(path).map(|metadata| metadata.len()).ok();
    let listed = listed(path, layout)?.map(Arc::new);
    each(path, layout, &mut |done, object| {
        sink.progress(done, total);
        sink.push(match object {
            Text::Object { line, text } => record_of(line, text, listed.as_ref()),
            Text::Rejected(rejected) => Record::Rejected(Box::new(rejected)),
        })
    })
}

/// What the leads of an export were made from; `None` where the first object is no lead.
fn listed(path: &Path, layout: Layout) -> Result<Option<Listed>, SourceError> {
    let mut listed: Option<Listed> = None;
    let looked = each(path, layout, &mut |_, object| {
        let Text::Object { text, .. } = object else { return Ok(()) };
        let lead = serde_json::from_str(text).ok().and_then(|object| record::records_of(&object));
        if listed.is_none() && lead.is_none() {
            return Err(ReadEnd::Stopped);
        }
        listed.get_or_insert_default().add(&lead.unwrap_or_default());
        Ok(())
    });
    match looked {
        // Told when the records before it have been read.
        Err(ReadEnd::Failed(SourceError::Truncated { .. } | SourceError::Damaged { .. })) => Ok(listed),
        Err(ReadEnd::Failed(error)) => Err(error),
        Ok(()) | Err(ReadEnd::Stopped) => Ok(listed),
    }
}

/// The text of an object, or why there is none.
enum Text<'t> {
    Object { line: u64, text: &'t str },
    Rejected(Rejected),
}

/// Takes an object and how many bytes have been read with it.
type Take<'t> = &'t mut dyn FnMut(u64, Text<'_>) -> Result<(), ReadEnd>;

fn each(path: &Path, layout: Layout, take: Take<'_>) -> Result<(), ReadEnd> {
    match layout {
        Layout::Lines => each_line(path, take),
        Layout::List => each_element(path, take),
    }
}

fn each_line(path: &Path, take: Take<'_>) -> Result<(), ReadEnd> {
    let unreadable = |error| SourceError::unreadable(path, error);
    let mut lines = Lines::new(super::open(path)?).map_err(unreadable)?;
    while let Some((number, line)) = lines.next_line().map_err(unreadable)? {
        let done = lines.bytes_read();
        match line {
            Line::TooLong(start) => {
                let reason = "it is longer than a megabyte, which no record is";
                take(done, Text::Rejected(Rejected::line(number, reason, &start)))?;
            }
            Line::Text(text) => {
                let text = text.trim_matches(['\u{1e}', ' ', '\t', '\r']);
                if !text.is_empty() {
                    take(done, Text::Object { line: number, text })?;
                }
            }
        }
    }
    Ok(())
}

fn each_element(path: &Path, take: Take<'_>) -> Result<(), ReadEnd> {
    let unreadable = |error| SourceError::unreadable(path, error);
    let reader = Utf8Reader::new(super::open(path)?).map_err(unreadable)?;
    let mut objects = Objects::new(BufReader::with_capacity(1 << 16, reader));
    let mut read = 0_u64;
    while let Some((line, object)) = objects.next_object().map_err(unreadable)? {
        let done = objects.get_ref().get_ref().bytes_read();
        match object {
            Object::Text(bytes) => {
                take(done, Text::Object { line, text: &super::decode::line_text(&bytes) })?;
            }
            Object::TooLong(start) => {
                let reason = "it is longer than sixteen megabytes, which no record is";
                take(done, Text::Rejected(Rejected::line(line, reason, &super::decode::line_text(&start))))?;
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

fn record_of(line: u64, text: &str, listed: Option<&Arc<Listed>>) -> Record {
    let bad = |reason: String| Record::Rejected(Box::new(Rejected::line(line, reason, text)));
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => record::record(line, object, text, listed),
        Ok(_) => bad("it is no object; each record is one between { and }".to_owned()),
        Err(error) => bad(format!("it is no JSON: {error}")),
    }
}

#[cfg(test)]
mod tests;
