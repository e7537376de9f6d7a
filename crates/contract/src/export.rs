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

/// The form, the order and the filters of an export; in a URL they stand side by side.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportQuery {
    /// The form; has to be given.
    pub format: Option<ExportFormat>,
    /// The filters and the order of a list, without paging, and the columns of a table. An export is in the order that a
    /// list of the same query has.
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
        let own = [
            ("format", self.format.map(|format| format.to_string())),
            ("sort", self.filters.sort.as_ref().map(ToString::to_string)),
        ];
        flat::write(serializer, &own, &filters)
    }
}

impl<'de> Deserialize<'de> for ExportQuery {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refusal = "an export holds all; it takes no paging";
        let flat = flat::read(deserializer, &["format", "sort"], refusal)?;
        let (format, sort) = (flat.take::<_, D::Error>("format")?, flat.take::<_, D::Error>("sort")?);
        Ok(Self { format, filters: BusinessQuery { sort, ..flat.filters } })
    }
}

#[cfg(feature = "openapi")]
impl utoipa::IntoParams for ExportQuery {
    fn into_params(
        _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
    ) -> Vec<utoipa::openapi::path::Parameter> {
        use utoipa::openapi::Required;

        use crate::BusinessSort;

        let form = <ExportFormat as utoipa::PartialSchema>::schema();
        let order = "The order, as that of a list: such as `name` or `-createdAt,name`. Default: `-createdAt`, or `distance` \
                     where `near` is given.";
        let sort = <BusinessSort as utoipa::PartialSchema>::schema();
        flat::parameters([
            flat::parameter("format", Required::True, "The form.", form),
            flat::parameter("sort", Required::False, order, sort),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BusinessSort, SortKey};

    #[test]
    fn a_url_query_round_trips() {
        let text = "columns=city%2Cphone&format=xlsx&hasPhone=true&search=caf%C3%A9&sort=-name";
        let query: ExportQuery = serde_urlencoded::from_str(text).unwrap();
        assert_eq!((query.format, query.filters.has_phone), (Some(ExportFormat::Xlsx), Some(true)));
        assert_eq!(query.filters.sort, Some(BusinessSort(vec![(SortKey::Name, true)])));
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
        check("format=csv&sort=colour", "colour");
        check("format=csv&sort=name&sort=city", "duplicate field `sort`");
        check("format=csv&town=x", "unknown field `town`");
        check("hasPhone=maybe", "true");
        let errors = ExportQuery::default().validate().unwrap_err();
        assert_eq!(errors[0].field, "format");
    }
}
