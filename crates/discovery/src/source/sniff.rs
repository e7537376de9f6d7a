//! What kind of file it is: by its content first, then by its name.

use std::io::Read;
use std::path::Path;

use crate::error::SourceError;

use super::decode::{encoding_of, line_text};

/// How a file of places is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// OpenStreetMap's protocol buffers.
    OsmPbf,
    /// Apache Parquet, as Overture publishes it.
    Parquet,
    /// One GeoJSON FeatureCollection, or an array of objects.
    GeoJson,
    /// One JSON object a line.
    NdJson,
    /// Columns between commas, semicolons, tabs or bars.
    Csv,
}

impl FileKind {
    /// Name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OsmPbf => "OpenStreetMap PBF",
            Self::Parquet => "GeoParquet",
            Self::GeoJson => "GeoJSON",
            Self::NdJson => "newline-delimited JSON",
            Self::Csv => "CSV",
        }
    }
}

const START: usize = 1 << 16;
const READABLE: &str = "give an .osm.pbf, .parquet, .geojson, .ndjson or .csv file";

/// The kind of the file.
///
/// # Errors
/// When it cannot be read, is empty, or is of a kind that cannot be imported.
pub(super) fn kind_of(path: &Path) -> Result<FileKind, SourceError> {
    let mut start = Vec::new();
    let file = super::open(path)?;
    file.take(START as u64).read_to_end(&mut start).map_err(|error| SourceError::unreadable(path, error))?;
    if start.is_empty() {
        return Err(SourceError::Empty { path: path.to_owned() });
    }
    let wrong = |found, advice: &str| SourceError::WrongKind {
        path: path.to_owned(),
        found,
        advice: advice.to_owned(),
    };
    if let Some((found, advice)) = unreadable_kind(&start) {
        return Err(wrong(found, advice));
    }
    let kind = by_content(&start).ok_or_else(|| wrong("no file of places that is known", READABLE))?;
    let is_binary = |kind| matches!(kind, FileKind::OsmPbf | FileKind::Parquet);
    match by_name(path) {
        Some(said) if is_binary(said) && said != kind => Err(SourceError::WrongKind {
            path: path.to_owned(),
            found: "not what its name says",
            advice: format!(
                "it looks like {}, not like {}; fetch it again or rename it",
                kind.name(),
                said.name()
            ),
        }),
        Some(said @ (FileKind::GeoJson | FileKind::NdJson)) if kind == FileKind::Csv => {
            Err(SourceError::WrongKind {
                path: path.to_owned(),
                found: "not what its name says",
                advice: format!("it does not begin like {}; export it again or rename it", said.name()),
            })
        }
        _ => Ok(kind),
    }
}

fn by_content(start: &[u8]) -> Option<FileKind> {
    if start.starts_with(b"PAR1") {
        return Some(FileKind::Parquet);
    }
    if start.get(4..40).is_some_and(|header| header.windows(9).any(|part| part == b"OSMHeader")) {
        return Some(FileKind::OsmPbf);
    }
    let text = text_of(start)?;
    let text = text.trim_start_matches(['\u{feff}', '\u{1e}']).trim_start();
    match text.chars().next()? {
        '{' if is_line_of_json(text) => Some(FileKind::NdJson),
        '{' | '[' => Some(FileKind::GeoJson),
        _ => Some(FileKind::Csv),
    }
}

/// The beginning as text, if that is what it is.
fn text_of(start: &[u8]) -> Option<String> {
    let (encoding, _) = encoding_of(start);
    let text = if encoding == encoding_rs::UTF_8 {
        line_text(start).into_owned()
    } else {
        encoding.decode(start).0.into()
    };
    let strange =
        text.chars().filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{1e}')).count();
    (strange * 100 <= text.len()).then_some(text)
}

/// Whether the first line is an object by itself and no collection of them.
fn is_line_of_json(text: &str) -> bool {
    let Some(line) = text.lines().next() else { return false };
    match serde_json::from_str::<serde_json::Value>(line) {
        Ok(value) => value.get("features").is_none(),
        Err(_) => false,
    }
}

fn by_name(path: &Path) -> Option<FileKind> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&[".pbf"]) {
        Some(FileKind::OsmPbf)
    } else if ends(&[".parquet", ".geoparquet"]) {
        Some(FileKind::Parquet)
    } else if ends(&[".geojson"]) {
        Some(FileKind::GeoJson)
    } else if ends(&[".ndjson", ".jsonl", ".geojsonl", ".geojsonseq"]) {
        Some(FileKind::NdJson)
    } else {
        ends(&[".csv", ".tsv", ".txt"]).then_some(FileKind::Csv)
    }
}

/// Files that people try, and what to do with them.
fn unreadable_kind(start: &[u8]) -> Option<(&'static str, &'static str)> {
    let kinds: [(&[u8], &str, &str); 9] = [
        (b"PK\x03\x04", "a ZIP archive or an Excel workbook", "unpack it, or save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as CSV"),
        (b"\x1f\x8b", "compressed with gzip", "unpack it first"),
        (b"\x28\xb5\x2f\xfd", "compressed with Zstandard", "unpack it first"),
        (b"BZh", "compressed with bzip2", "unpack it first"),
        (b"SQLite format 3", "a SQLite database", READABLE),
        (b"%PDF", "a PDF document", READABLE),
        (
            b"<?xml",
            "an XML document",
            "convert OpenStreetMap XML with osmium to .osm.pbf; otherwise export as CSV or GeoJSON",
        ),
        (b"<!DOCTYPE", "a web page", "the download may have failed; fetch the file again"),
    ];
    kinds.iter().find(|(magic, ..)| start.starts_with(magic)).map(|(_, found, advice)| (*found, *advice))
}
