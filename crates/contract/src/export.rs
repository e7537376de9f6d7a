//! Businesses as a file.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::business::word_enum;
use crate::{BusinessQuery, FieldError};

word_enum! {
    /// The form of an export.
    ExportFormat {
        /// A table of text.
        Csv = "csv",
        /// A workbook.
        Xlsx = "xlsx",
        /// One object.
        Json = "json",
        /// A FeatureCollection.
        Geojson = "geojson",
        /// A card a business.
        Vcard = "vcard",
    }
}

impl ExportFormat {
    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
            Self::Geojson => "application/geo+json",
            Self::Vcard => "text/vcard; charset=utf-8",
        }
    }

    /// What a file's name ends in.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Vcard => "vcf",
            other => other.as_str(),
        }
    }
}

/// The form and the filters of an export; in a URL they stand side by side.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportQuery {
    /// The form; has to be given.
    pub format: Option<ExportFormat>,
    /// The filters of a list, without order and paging, and the columns of a table.
    pub filters: BusinessQuery,
}

impl ExportQuery {
    /// What is wrong with the query, if anything.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut errors = self.filters.validate().err().unwrap_or_default();
        if self.format.is_none() {
            let error = FieldError::new("format", "required", "give csv, xlsx, json, geojson or vcard");
            errors.insert(0, error);
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// Parameters of a list that an export does not take.
const NOT_TAKEN: [&str; 4] = ["page", "limit", "cursor", "sort"];

impl Serialize for ExportQuery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error;
        let filters = BusinessQuery { columns: self.filters.columns.clone(), ..self.filters.filters() };
        let filters = serde_json::to_value(filters).map_err(S::Error::custom)?;
        let mut map = serializer.serialize_map(None)?;
        if let Some(format) = self.format {
            map.serialize_entry("format", &format)?;
        }
        for (name, value) in filters.as_object().into_iter().flatten() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

// The pairs are those of the filters and one more: they are told apart and read by their own types.
impl<'de> Deserialize<'de> for ExportQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Pairs)
    }
}

struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = ExportQuery;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("parameters of an export")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<ExportQuery, A::Error> {
        let mut format = None;
        let mut filters: Vec<(String, String)> = Vec::new();
        while let Some((name, value)) = pairs.next_entry::<String, String>()? {
            match name.as_str() {
                "format" if format.is_some() => return Err(A::Error::duplicate_field("format")),
                "format" => format = Some(value.parse().map_err(A::Error::custom)?),
                name if NOT_TAKEN.contains(&name) => {
                    return Err(A::Error::custom("an export holds all; it takes no order and no paging"));
                }
                _ => filters.push((name, value)),
            }
        }
        let text = serde_urlencoded::to_string(&filters).map_err(A::Error::custom)?;
        let filters = serde_urlencoded::from_str(&text).map_err(A::Error::custom)?;
        Ok(ExportQuery { format, filters })
    }
}

#[cfg(feature = "openapi")]
impl utoipa::IntoParams for ExportQuery {
    fn into_params(
        parameter_in_provider: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
    ) -> Vec<utoipa::openapi::path::Parameter> {
        use utoipa::openapi::Required;
        use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
        let format = ParameterBuilder::new()
            .name("format")
            .parameter_in(ParameterIn::Query)
            .required(Required::True)
            .description(Some("The form."))
            .schema(Some(<ExportFormat as utoipa::PartialSchema>::schema()))
            .build();
        let filters = <BusinessQuery as utoipa::IntoParams>::into_params(parameter_in_provider);
        let taken = filters.into_iter().filter(|parameter| !NOT_TAKEN.contains(&parameter.name.as_str()));
        [format].into_iter().chain(taken).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_query_round_trips() {
        let text = "columns=city%2Cphone&format=xlsx&hasPhone=true&search=caf%C3%A9";
        let query: ExportQuery = serde_urlencoded::from_str(text).unwrap();
        assert_eq!((query.format, query.filters.has_phone), (Some(ExportFormat::Xlsx), Some(true)));
        let written = serde_urlencoded::to_string(&query).unwrap();
        assert_eq!(serde_urlencoded::from_str::<ExportQuery>(&written).unwrap(), query);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check = |text: &str, expect: &str| {
            let error = serde_urlencoded::from_str::<ExportQuery>(text).unwrap_err().to_string();
            assert!(error.contains(expect), "{text}: {error}");
        };
        check("format=pdf", "csv, xlsx, json, geojson, vcard");
        check("format=csv&format=csv", "duplicate field `format`");
        check("format=csv&page=2", "no paging");
        check("format=csv&town=x", "unknown field `town`");
        check("hasPhone=maybe", "true");
        let errors = ExportQuery::default().validate().unwrap_err();
        assert_eq!(errors[0].field, "format");
    }
}
