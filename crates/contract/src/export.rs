//! Businesses as a file.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::business::word_enum;
use crate::{BusinessQuery, FieldError, flat};

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

impl Serialize for ExportQuery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let filters = BusinessQuery { columns: self.filters.columns.clone(), ..self.filters.filters() };
        flat::write(serializer, &[("format", self.format.map(|format| format.to_string()))], &filters)
    }
}

impl<'de> Deserialize<'de> for ExportQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refusal = "an export holds all; it takes no order and no paging";
        let flat = flat::read(deserializer, &["format"], refusal)?;
        Ok(Self { format: flat.take::<_, D::Error>("format")?, filters: flat.filters })
    }
}

#[cfg(feature = "openapi")]
impl utoipa::IntoParams for ExportQuery {
    fn into_params(
        _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
    ) -> Vec<utoipa::openapi::path::Parameter> {
        let schema = <ExportFormat as utoipa::PartialSchema>::schema();
        flat::parameters([flat::parameter("format", utoipa::openapi::Required::True, "The form.", schema)])
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
