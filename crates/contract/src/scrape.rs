//! Looking for places: the request and its limits.

use serde::{Deserialize, Serialize};

use crate::FieldError;

/// The radius of a search that was given none, in kilometres.
pub const DEFAULT_RADIUS_KM: f64 = 5.0;
/// The most results of a search that was given no maximum.
pub const DEFAULT_MAX_RESULTS: u32 = 50;

/// Find the places of a category around a location.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScrapeRequest {
    /// A place name, a postal code or `latitude,longitude`.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, example = "Helsinki"))]
    pub location: String,
    /// A trade, by slug or in words: `restaurant`, `hairdresser`, `barber`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub category: Option<String>,
    /// Words that must occur in the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub query: Option<String>,
    /// Great-circle distance from the location, 0.1 to 50 kilometres; 5 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0.1, maximum = 50.0))]
    pub radius_km: Option<f64>,
    /// The nearest so many, 1 to 5,000; 50 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 5000))]
    pub max_results: Option<u32>,
    /// Slug of the source; the server's default unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub source: Option<String>,
}

impl ScrapeRequest {
    /// Radius after the default, in kilometres.
    #[must_use]
    pub fn radius_or_default(&self) -> f64 {
        self.radius_km.unwrap_or(DEFAULT_RADIUS_KM)
    }

    /// Most results after the default.
    #[must_use]
    pub fn max_or_default(&self) -> u32 {
        self.max_results.unwrap_or(DEFAULT_MAX_RESULTS)
    }

    /// What is wrong with the request's form; whether the location and the category are known is the
    /// server's to say.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut check = |wrong: bool, field: &str, code: &str, message: &str| {
            if wrong {
                errors.push(FieldError::new(field, code, message));
            }
        };
        let too_long = |text: &Option<String>, most: usize| {
            text.as_ref().is_some_and(|text| text.chars().count() > most)
        };
        check(
            self.location.trim().is_empty(),
            "location",
            "required",
            "give a place name, a postal code or latitude,longitude",
        );
        check(self.location.chars().count() > 200, "location", "range", "give at most 200 characters");
        check(too_long(&self.category, 100), "category", "range", "give at most 100 characters");
        check(too_long(&self.query, 100), "query", "range", "give at most 100 characters");
        check(too_long(&self.source, 300), "source", "range", "give at most 300 characters");
        let radius = self.radius_or_default();
        check(!(0.1..=50.0).contains(&radius), "radiusKm", "range", "give kilometres from 0.1 to 50");
        let max = self.max_or_default();
        check(!(1..=5000).contains(&max), "maxResults", "range", "give a number from 1 to 5000");
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(json: &str) -> Result<ScrapeRequest, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn limits_are_inclusive_and_named() {
        let check = |json: &str, expect: Option<&str>| {
            let errors = request(json).unwrap().validate().err().unwrap_or_default();
            assert_eq!(errors.first().map(|error| error.field.as_str()), expect, "{json}");
        };
        check(r#"{"location":"Helsinki"}"#, None);
        check(r#"{"location":"Helsinki","radiusKm":0.1,"maxResults":5000}"#, None);
        check(r#"{"location":"Helsinki","radiusKm":50,"maxResults":1}"#, None);
        check(r#"{"location":"Helsinki","radiusKm":50.1}"#, Some("radiusKm"));
        check(r#"{"location":"Helsinki","radiusKm":0}"#, Some("radiusKm"));
        check(r#"{"location":"Helsinki","maxResults":0}"#, Some("maxResults"));
        check(r#"{"location":"Helsinki","maxResults":5001}"#, Some("maxResults"));
        check(r#"{"location":"  "}"#, Some("location"));
        let of = |source: &str| format!(r#"{{"location":"Helsinki","source":"{source}"}}"#);
        check(&of(&"x".repeat(300)), None);
        check(&of(&"x".repeat(301)), Some("source"));
    }

    #[test]
    fn an_unknown_field_is_named() {
        let error = request(r#"{"location":"Helsinki","radius":5}"#).unwrap_err().to_string();
        assert!(error.contains("unknown field `radius`"), "{error}");
    }
}
