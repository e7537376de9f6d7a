//! A file of places as a source.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use contract::import::ImportField;
use contract::places::{SourceInfo, SourceState};

use super::sniff::{FileKind, kind_of};
use super::{PlaceSource, PlaceStream, SearchArea, SourceError, csv, json, osm, overture, parquet, pbf};
use crate::import::{ColumnMap, Table};
use crate::text::fold;

/// What the slug of a file begins with.
pub(super) const PREFIX: &str = "file:";

/// A file whose kind is known.
#[derive(Clone, Debug)]
pub struct FileSource {
    path: PathBuf,
    kind: FileKind,
    /// What people call it; the file's own name unless it was uploaded under another.
    name: String,
    fingerprint: String,
    /// What columns of a table are taken for, where that is not what their names say.
    columns: ColumnMap,
}

impl FileSource {
    /// Looks at the file to learn its kind.
    ///
    /// # Errors
    /// When the file cannot be read, is empty, or is of no kind that can be imported.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, SourceError> {
        let path = path.as_ref();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self::open_as(path, &name)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The same for a file that people know by another name than it is stored under.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_as(path: &Path, name: &str) -> Result<Self, SourceError> {
        let kind = kind_of(path)?;
        let metadata = std::fs::metadata(path).map_err(|error| SourceError::unreadable(path, error))?;
        let changed = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .unwrap_or_default();
        let fingerprint = format!("{}:{}", metadata.len(), changed.as_millis());
        Ok(Self {
            path: path.to_owned(),
            kind,
            name: name.to_owned(),
            fingerprint,
            columns: ColumnMap::default(),
        })
    }

    /// How it is written.
    #[must_use]
    pub fn kind(&self) -> FileKind {
        self.kind
    }

    /// The same with some of its columns taken for what a person says.
    ///
    /// # Errors
    /// When it is no table.
    pub fn with_columns(self, columns: ColumnMap) -> Result<Self, SourceError> {
        if !columns.is_empty() {
            self.needs_table()?;
        }
        Ok(Self { columns, ..self })
    }

    /// What columns are to be taken for, where a person calls them by their names; each of several of one name is meant.
    ///
    /// # Errors
    /// When it is no table, cannot be read, or has no such column.
    pub fn column_map(&self, named: &[(String, Option<ImportField>)]) -> Result<ColumnMap, SourceError> {
        if named.is_empty() {
            return Ok(ColumnMap::default());
        }
        self.needs_table()?;
        csv::column_map(&self.path, named)
    }

    /// Its columns with some of their values, also where none is for the name.
    ///
    /// # Errors
    /// When the table's first row cannot be read, or its columns cannot be taken for what a person says.
    pub fn table(&self) -> Result<Table, SourceError> {
        match self.kind {
            FileKind::Csv => csv::table(&self.path, &self.columns),
            FileKind::OsmPbf | FileKind::Parquet | FileKind::GeoJson | FileKind::NdJson => {
                Ok(Table::default())
            }
        }
    }

    /// Whether it can be read, as far as its beginning tells.
    ///
    /// # Errors
    /// As [`Self::table`], and when none of a table's columns is for the name.
    pub fn check(&self) -> Result<(), SourceError> {
        match self.kind {
            FileKind::Csv => csv::check(&self.path, &self.columns),
            FileKind::OsmPbf | FileKind::Parquet | FileKind::GeoJson | FileKind::NdJson => Ok(()),
        }
    }

    fn needs_table(&self) -> Result<(), SourceError> {
        if self.kind == FileKind::Csv {
            return Ok(());
        }
        let kind = self.kind.name();
        let detail = format!("only columns of a table can be named; {kind} has fields with fixed names");
        Err(SourceError::Columns { path: self.path.clone(), detail })
    }

    /// `leads_2024` of `Leads 2024.csv`.
    fn stem(&self) -> String {
        let stem = self.name.split('.').next().unwrap_or_default();
        let slug = fold(stem).replace(' ', "_");
        if slug.is_empty() { "file".to_owned() } else { slug.chars().take(48).collect() }
    }

    fn publisher(&self) -> Publisher {
        match self.kind {
            FileKind::OsmPbf => Publisher::OpenStreetMap,
            FileKind::Parquet if parquet::is_overture(&self.path) => Publisher::Overture,
            _ => Publisher::Unknown,
        }
    }
}

/// Whose data a file holds, as far as its kind says.
enum Publisher {
    OpenStreetMap,
    Overture,
    Unknown,
}

impl PlaceSource for FileSource {
    fn info(&self) -> SourceInfo {
        let (licence, attribution, url) = match self.publisher() {
            Publisher::OpenStreetMap => (osm::LICENCE, osm::ATTRIBUTION, Some(osm::LICENCE_URL)),
            Publisher::Overture => (overture::LICENCE, overture::ATTRIBUTION, Some(overture::LICENCE_URL)),
            Publisher::Unknown => ("unknown", "", None),
        };
        SourceInfo {
            source: format!("{PREFIX}{}", self.stem()),
            name: self.name.clone(),
            coverage: format!("What the file holds ({})", self.kind.name()),
            licence: licence.to_owned(),
            attribution: attribution.to_owned(),
            licence_url: url.map(str::to_owned),
            cost: "free".to_owned(),
            default: false,
            state: SourceState::Ready,
            message: None,
            places: None,
            retention_days: None,
        }
    }

    fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    fn places(&self, area: &SearchArea) -> Result<PlaceStream, SourceError> {
        let (path, kind, columns) = (self.path.clone(), self.kind, self.columns.clone());
        Ok(PlaceStream::spawn(self.path.clone(), area.clone(), move |sink| match kind {
            FileKind::OsmPbf => pbf::read(&path, sink),
            FileKind::Parquet => parquet::read(&path, sink),
            FileKind::GeoJson => json::read(&path, json::Layout::List, sink),
            FileKind::NdJson => json::read(&path, json::Layout::Lines, sink),
            FileKind::Csv => csv::read(&path, &columns, sink),
        }))
    }
}
