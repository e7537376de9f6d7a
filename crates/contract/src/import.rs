//! Files of places, looked at before they are imported.

use serde::{Deserialize, Serialize};

use crate::endpoint::Schemas;
use crate::{Business, from_json};

/// A file in a `multipart/form-data` body: one part named `file`, with the file's name.
///
/// CSV, GeoJSON, newline-delimited JSON, Overture GeoParquet or OpenStreetMap PBF; the kind is seen from the content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileUpload;

impl Schemas for FileUpload {
    #[cfg(feature = "openapi")]
    fn schema(
        _: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>,
    ) -> Option<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>> {
        use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};
        use utoipa::openapi::{ObjectBuilder, RefOr, schema::Schema};
        let file = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        let form = ObjectBuilder::new().schema_type(Type::Object).property("file", file).required("file");
        Some(RefOr::T(Schema::Object(form.build())))
    }
}

/// What an import of a file would do, as far as its beginning tells; nothing is written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportPreview {
    /// The file's name.
    pub name: String,
    /// How it is written, in words: `CSV`, `GeoParquet`.
    pub kind: String,
    /// What each column of a table is taken for, in the table's order; empty for forms whose fields have fixed names.
    pub columns: Vec<ImportColumn>,
    /// Records that were looked at, at most 1,000; `new` + `duplicates` + `rejected` + `closed`.
    pub read: u64,
    /// Whether that is the whole file.
    pub complete: bool,
    /// Of them businesses that are not known yet.
    pub new: u64,
    /// Of them records of businesses that are stored already, or that stand in the file before.
    pub duplicates: u64,
    /// Of them records that cannot be used.
    pub rejected: u64,
    /// Of them places that closed for good.
    pub closed: u64,
    /// The first new businesses as they would be stored, at most 20; their id is 0.
    pub sample: Vec<Business>,
    /// The first duplicates, at most 20.
    pub duplicate_sample: Vec<ImportDuplicate>,
    /// The first rejected records, at most 20.
    pub rejected_sample: Vec<ImportRejection>,
}

from_json!(deserialize ImportPreview {
    name, kind, columns, read, complete, new, duplicates, rejected, closed, sample, duplicate_sample, rejected_sample,
});

/// What a column is taken for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportColumn {
    /// Its name in the file.
    pub column: String,
    /// The field that it fills; absent where its name means nothing here: it is left out.
    pub field: Option<String>,
}

from_json!(deserialize ImportColumn { column, field });

/// A record of a business that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportDuplicate {
    /// The record's name.
    pub name: String,
    /// Name of the business that it is of.
    pub of: String,
    /// Why, in words.
    pub reason: String,
}

from_json!(deserialize ImportDuplicate { name, of, reason });

/// A record that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportRejection {
    /// Its line in the file, from 1.
    pub line: Option<u64>,
    /// Its name.
    pub name: Option<String>,
    /// What is wrong with it.
    pub reason: String,
}

from_json!(deserialize ImportRejection { line, name, reason });
