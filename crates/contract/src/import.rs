//! Files of places, looked at before they are imported.

use serde::{Deserialize, Serialize};

use crate::business::word_enum;
use crate::endpoint::Schemas;
use crate::{Business, from_json};

/// A file in a `multipart/form-data` body: one part named `file`, with the file's name; perhaps one named `columns`, which says what
/// columns of a table hold where that is not what their names say: an object in JSON from names of columns to fields, `null` for
/// what is left out (`{"Firma":"name","Score":null}`).
///
/// CSV, GeoJSON, newline-delimited JSON, Overture GeoParquet or OpenStreetMap PBF; the kind is seen from the content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileUpload;

impl Schemas for FileUpload {
    #[cfg(feature = "openapi")]
    fn schema(
        _: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>,
    ) -> Option<utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>> {
        use utoipa::openapi::schema::{AdditionalProperties, KnownFormat, SchemaFormat, SchemaType, Type};
        use utoipa::openapi::{ObjectBuilder, RefOr, schema::Schema};
        let file = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        let field = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
            .enum_values(Some(ImportField::ALL.iter().map(|field| Some(field.as_str())).chain([None])));
        let columns = ObjectBuilder::new()
            .schema_type(Type::Object)
            .additional_properties(Some(AdditionalProperties::from(Schema::Object(field.build()))))
            .description(Some("What columns of a table hold, by their names, where that is not what these say; null leaves one out."));
        let form = ObjectBuilder::new()
            .schema_type(Type::Object)
            .property("file", file)
            .property("columns", columns);
        let form = form.required("file");
        Some(RefOr::T(Schema::Object(form.build())))
    }
}

word_enum! {
    /// A field that a column of a table can be taken for, called as the field of a business that it fills where it fills one alone.
    ImportField {
        /// The record's identifier where the table is from: the same record is known again by it.
        SourceId = "sourceId",
        /// The name; the only one that is needed.
        Name = "name",
        /// A category in words, as a slug or as a path.
        Category = "category",
        /// Street, perhaps with the house number.
        Street = "street",
        /// House number, where it stands apart.
        HouseNumber = "houseNumber",
        /// Town or city.
        City = "city",
        /// State or region, by code or name.
        State = "state",
        /// Postal code.
        PostalCode = "postalCode",
        /// Country, by code or name.
        Country = "country",
        /// Degrees north.
        Latitude = "latitude",
        /// Degrees east.
        Longitude = "longitude",
        /// Latitude and longitude in one: `60.17,24.94`, or a point in WKT.
        Coordinates = "coordinates",
        /// Phone number.
        Phone = "phone",
        /// E-mail address.
        Email = "email",
        /// Website.
        Website = "website",
        /// Profile on facebook.com.
        Facebook = "socials.facebook",
        /// Profile on instagram.com.
        Instagram = "socials.instagram",
        /// Profile on linkedin.com.
        Linkedin = "socials.linkedin",
        /// Profile on x.com.
        X = "socials.x",
        /// Channel on youtube.com.
        Youtube = "socials.youtube",
        /// Profile on tiktok.com.
        Tiktok = "socials.tiktok",
        /// Profile on yelp.com.
        Yelp = "socials.yelp",
        /// Opening hours.
        OpeningHours = "openingHours",
        /// What the business says of itself.
        Description = "description",
        /// How many people work there.
        EmployeeCount = "employeeCount",
        /// Year of founding.
        YearFounded = "yearFounded",
        /// How sure it is that the business exists, 0 to 1.
        Confidence = "confidence",
        /// Whether it trades, or the day on which it closed.
        OperatingStatus = "operatingStatus",
        /// Whether it is a branch of a chain: `yes` or `no`.
        Chain = "chain",
        /// Brand of a chain; whoever has one is a branch.
        Brand = "brand",
        /// Labels, between commas or semicolons.
        Tags = "tags",
        /// Notes.
        Notes = "notes",
        /// The records that a lead was made from, in files that were exported from here.
        Sources = "sources",
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
    /// The field that it fills; absent where it is left out, because its name means nothing here or because somebody said so.
    pub field: Option<ImportField>,
    /// Some of what it holds: the first different values of the first rows, at most 3, each of at most 60 characters.
    pub sample: Vec<String>,
}

from_json!(deserialize ImportColumn { column, field, sample });

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
