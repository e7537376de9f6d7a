//! The search form's fields, as people type them, to a request and back.

use contract::{FieldError, ScrapeRequest, number};
use serde::{Deserialize, Serialize};

use crate::leads_url::with_parameters;

/// The body of `POST /find`: every field as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FindForm {
    /// A place name, a postal code or `latitude,longitude`.
    pub location: String,
    /// A trade in words or as a slug.
    pub category: String,
    /// Words that must occur in the name.
    pub query: String,
    /// Kilometres, with a point or a comma.
    pub radius_km: String,
    /// A whole number.
    pub max_results: String,
    /// Slug of the source.
    pub source: String,
    /// The same on every press of the button of one rendered form.
    pub idempotency_key: String,
}

contract::from_json!(FindForm {
    location or default, category or default, query or default, radius_km or default,
    max_results or default, source or default, idempotency_key or default,
});

impl FindForm {
    /// The request, empty fields being absent.
    ///
    /// # Errors
    /// One entry a field that is no number, or that the contract's own validation refuses.
    pub fn to_request(&self) -> Result<ScrapeRequest, Vec<FieldError>> {
        let mut errors = Vec::new();
        let radius = read(&self.radius_km.replace(',', "."), number::parse)
            .ok_or_else(|| FieldError::new("radiusKm", "format", "give kilometres from 0.1 to 50"));
        let max = read(&self.max_results, |text| text.parse().ok())
            .ok_or_else(|| FieldError::new("maxResults", "format", "give a number from 1 to 5000"));
        let request = ScrapeRequest {
            location: self.location.trim().to_owned(),
            category: given(&self.category),
            query: given(&self.query),
            radius_km: radius.unwrap_or_else(|error| {
                errors.push(error);
                None
            }),
            max_results: max.unwrap_or_else(|error| {
                errors.push(error);
                None
            }),
            source: given(&self.source),
        };
        errors.extend(request.validate().err().unwrap_or_default());
        if errors.is_empty() { Ok(request) } else { Err(errors) }
    }

    /// The form that asks for `request` again.
    #[must_use]
    pub fn from_request(request: &ScrapeRequest) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            location: request.location.clone(),
            category: text(&request.category),
            query: text(&request.query),
            radius_km: request.radius_km.map(number::text).unwrap_or_default(),
            max_results: request.max_results.map(|max| max.to_string()).unwrap_or_default(),
            source: text(&request.source),
            idempotency_key: String::new(),
        }
    }

    /// The form as `/find?..` fills it in; unknown parameters are dropped.
    #[must_use]
    pub fn from_search(search: &str) -> Self {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(search.trim_start_matches('?').as_bytes()) {
            if let Some(field) = form.field_mut(&name) {
                *field = value.into_owned();
            }
        }
        form
    }

    /// The address of the page with this form filled in.
    #[must_use]
    pub fn url(&self) -> String {
        with_parameters("/find", self.pairs())
    }

    /// The fields that are filled in, as the form and the address name them.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let fields = [
            ("location", &self.location),
            ("category", &self.category),
            ("query", &self.query),
            ("radiusKm", &self.radius_km),
            ("maxResults", &self.max_results),
            ("source", &self.source),
        ];
        let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
        given.map(|(name, value)| (name, value.clone())).collect()
    }

    fn field_mut(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "location" => &mut self.location,
            "category" => &mut self.category,
            "query" => &mut self.query,
            "radiusKm" => &mut self.radius_km,
            "maxResults" => &mut self.max_results,
            "source" => &mut self.source,
            _ => return None,
        })
    }
}

fn given(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// What was typed, where anything was; nothing at all where it cannot be read.
fn read<T>(text: &str, read: fn(&str) -> Option<T>) -> Option<Option<T>> {
    given(text).map_or(Some(None), |text| read(&text).map(Some))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &str) -> FindForm {
        FindForm::from_search(fields)
    }

    #[test]
    fn empty_fields_are_absent() {
        let request = form("location=+Helsinki+&category=&radiusKm=&maxResults=").to_request().unwrap();
        assert_eq!(request, ScrapeRequest { location: "Helsinki".into(), ..Default::default() });
    }

    #[test]
    fn numbers_may_have_a_decimal_comma() {
        let request = form("location=Helsinki&radiusKm=1%2C5&maxResults=500").to_request().unwrap();
        assert_eq!((request.radius_km, request.max_results), (Some(1.5), Some(500)));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let check = |fields: &str, expect: &[&str]| {
            let errors = form(fields).to_request().unwrap_err();
            let named: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(named, expect, "{fields}");
        };
        check("location=", &["location"]);
        check("location=Helsinki&radiusKm=far&maxResults=many", &["radiusKm", "maxResults"]);
        check("location=Helsinki&radiusKm=51&maxResults=0", &["radiusKm", "maxResults"]);
        check("location=Helsinki&radiusKm=NaN", &["radiusKm"]);
        check("location=Helsinki&maxResults=1.5", &["maxResults"]);
    }

    #[test]
    fn a_request_fills_the_form_that_asks_for_it_again() {
        let request = ScrapeRequest {
            location: "Freehold, NJ".into(),
            category: Some("barber".into()),
            radius_km: Some(2.5),
            max_results: Some(200),
            ..Default::default()
        };
        let form = FindForm::from_request(&request);
        assert_eq!(form.url(), "/find?location=Freehold%2C+NJ&category=barber&radiusKm=2.5&maxResults=200");
        assert_eq!(FindForm::from_search(&form.url()["/find".len()..]).to_request().unwrap(), request);
    }

    #[test]
    fn the_body_of_the_plain_form_is_read_by_its_contract_names() {
        let body =
            "location=Helsinki&category=&query=&radiusKm=1&maxResults=50&source=bundled&idempotencyKey=k1";
        let form: FindForm = serde_urlencoded::from_str(body).unwrap();
        assert_eq!((form.radius_km.as_str(), form.idempotency_key.as_str()), ("1", "k1"));
    }
}
