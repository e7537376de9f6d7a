//! JSON bodies.

use std::any::TypeId;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use contract::FieldError;
use contract::endpoint::{NoBody, NoQuery, Schemas};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::validate::Validate;
use super::{fields, texts};
use crate::problem::{ApiProblem, MALFORMED, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE};

/// Collects a body of at most `limit` bytes.
pub(crate) async fn collect(body: Body, limit: usize) -> Result<Bytes, ApiProblem> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(ApiProblem::new(TOO_LARGE, format!("send at most {limit} bytes")))
        }
        Err(_) => Err(ApiProblem::new(MALFORMED, "the body broke off; send it again")),
    }
}

/// Reads a body that was collected. An endpoint without a body takes none, or an empty object.
pub(crate) fn read<B>(headers: &HeaderMap, bytes: &[u8]) -> Result<B, ApiProblem>
where
    B: Schemas + Validate + DeserializeOwned + 'static,
{
    let no_body = TypeId::of::<B>() == TypeId::of::<NoBody>();
    if no_body && bytes.is_empty() {
        return parse::<B>(b"{}");
    }
    check_media_type(headers)?;
    if bytes.is_empty() {
        return Err(ApiProblem::new(MALFORMED, "the body is empty; send a JSON object"));
    }
    if no_body {
        parse::<NoQuery>(bytes)?;
    }
    parse::<B>(bytes)
}

fn check_media_type(headers: &HeaderMap) -> Result<(), ApiProblem> {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json")) {
        return Ok(());
    }
    Err(ApiProblem::new(UNSUPPORTED_MEDIA_TYPE, "send the body as application/json"))
}

fn parse<B: Schemas + Validate + DeserializeOwned + 'static>(bytes: &[u8]) -> Result<B, ApiProblem> {
    if bytes.trim_ascii_start().starts_with(b"[") {
        // It would be read as the fields in their order.
        return Err(ApiProblem::malformed(vec![FieldError::new(
            "body",
            "format",
            "send an object, not a list",
        )]));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value: B = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        problem::<B>(&path, error.inner())
    })?;
    reader.end().map_err(|error| not_json(&error))?;
    refuse_lists::<B>(bytes)?;
    texts::refuse_controls::<B>(bytes)?;
    Ok(value)
}

/// Refuses a list where an object is due: it would be read as the object's fields in their order, and an empty one as an
/// object that says nothing, such as a filter that selects everything.
fn refuse_lists<B: Validate>(bytes: &[u8]) -> Result<(), ApiProblem> {
    if B::OBJECTS.is_empty() || !bytes.contains(&b'[') {
        return Ok(());
    }
    let body: Value = serde_json::from_slice(bytes).map_err(|error| not_json(&error))?;
    let lists = B::OBJECTS.iter().filter(|name| body[**name].is_array());
    let errors: Vec<FieldError> =
        lists.map(|name| FieldError::new(name, "format", "give an object, not a list")).collect();
    if errors.is_empty() { Ok(()) } else { Err(ApiProblem::malformed(errors)) }
}

fn problem<B: Schemas + Validate>(path: &str, error: &serde_json::Error) -> ApiProblem {
    let message = error.to_string();
    let at = if path == "." { "body" } else { path };
    if message.starts_with("number out of range") {
        return ApiProblem::malformed(vec![FieldError::new(at, "range", "give a smaller number")]);
    }
    if error.classify() != Category::Data {
        return not_json(error);
    }
    let inside = path.rsplit_once('.').map_or("", |(parent, _)| parent);
    if let Some(field) = fields::unknown_in(&message) {
        // serde_path_to_error's path ends with the unknown field itself.
        let elsewhere = B::SET_ELSEWHERE.iter().find(|(name, _)| inside.is_empty() && *name == field);
        if let Some((field, origin)) = elsewhere {
            let message = format!("it cannot be set: {origin}");
            return ApiProblem::malformed(vec![FieldError::new(field, "immutable", message)]);
        }
        let known = if inside.is_empty() { property_names::<B>() } else { Vec::new() };
        return ApiProblem::malformed(vec![renamed(fields::unknown(field, &known, "field"), inside)]);
    }
    // The path of a missing field, and of one that is given twice, ends with the object around it.
    let object = if path == "." { "" } else { path };
    if let Some(field) = fields::missing_in(&message) {
        let error = FieldError::new(field, "required", "this is required");
        return ApiProblem::invalid(vec![renamed(error, object)]);
    }
    if let Some(field) = fields::repeated_in(&message) {
        let error = FieldError::new(field, "format", "give it once");
        return ApiProblem::malformed(vec![renamed(error, object)]);
    }
    ApiProblem::malformed(vec![FieldError::new(at, "format", fields::told(&message))])
}

/// The error with its field's name led into by the objects around it.
fn renamed(mut error: FieldError, inside: &str) -> FieldError {
    if !inside.is_empty() {
        error.field = format!("{inside}.{}", error.field);
    }
    error
}

fn not_json(error: &serde_json::Error) -> ApiProblem {
    let (line, column) = (error.line(), error.column());
    let message = error.to_string();
    let what = fields::without_place(&message);
    ApiProblem::new(MALFORMED, format!("the body is not JSON at line {line}, column {column}: {what}"))
}

fn property_names<B: Schemas>() -> Vec<String> {
    match B::schema(&mut Vec::new()) {
        Some(RefOr::T(Schema::Object(object))) => object.properties.into_keys().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use contract::ScrapeRequest;
    use contract::auth::{LoginRequest, UserChange};
    use contract::edit::BusinessPatch;
    use contract::enrichment::BatchEnrichmentRequest;

    use super::*;

    fn json() -> HeaderMap {
        HeaderMap::from_iter([(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        )])
    }

    fn check<B: Schemas + Validate + DeserializeOwned + std::fmt::Debug + 'static>(body: &str, expect: &str) {
        let problem = read::<B>(&json(), body.as_bytes()).unwrap_err();
        let text = format!("{} {:?}", problem.status().as_u16(), problem.into_errors());
        assert!(text.contains(expect), "{body}: {text}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        check::<ScrapeRequest>(
            r#"{"location":"Helsinki","radius":5}"#,
            r#"400 [FieldError { field: "radius", code: "unknown""#,
        );
        check::<ScrapeRequest>(r#"{"location":"Helsinki","radius":5}"#, r#"suggestions: ["radiusKm"]"#);
        check::<ScrapeRequest>(r#"{"location":5}"#, r#"400 [FieldError { field: "location", code: "format""#);
        check::<ScrapeRequest>("{}", r#"422 [FieldError { field: "location", code: "required""#);
        check::<ScrapeRequest>("[1]", r#"400 [FieldError { field: "body", code: "format""#);
        check::<UserChange>(" [null, null]", r#"400 [FieldError { field: "body", code: "format""#);
        check::<BatchEnrichmentRequest>(
            r#"{"filter":{"town":"x"}}"#,
            r#"400 [FieldError { field: "filter.town", code: "unknown""#,
        );
        check::<BusinessPatch>(
            r#"{"version":3}"#,
            r#"400 [FieldError { field: "version", code: "immutable""#,
        );
        check::<NoBody>(r#"{"x":1}"#, r#"400 [FieldError { field: "x", code: "unknown""#);
    }

    #[test]
    fn a_list_is_no_object() {
        check::<BatchEnrichmentRequest>(
            r#"{"filter":[]}"#,
            r#"400 [FieldError { field: "filter", code: "format""#,
        );
        check::<BusinessPatch>(
            r#"{"socials":[null],"tags":[]}"#,
            r#"400 [FieldError { field: "socials", code: "format""#,
        );
    }

    #[test]
    fn what_is_given_twice_or_is_no_number_is_named() {
        check::<LoginRequest>(
            r#"{"email":"a","email":"b","password":"c"}"#,
            r#"400 [FieldError { field: "email", code: "format", message: "give it once""#,
        );
        check::<BatchEnrichmentRequest>(
            r#"{"filter":{"city":"a","city":"b"}}"#,
            r#"400 [FieldError { field: "filter.city", code: "format""#,
        );
        check::<BusinessPatch>(
            r#"{"latitude":1e999,"longitude":1}"#,
            r#"400 [FieldError { field: "latitude", code: "range""#,
        );
    }

    #[test]
    fn a_text_with_nul_is_named_by_its_path() {
        check::<LoginRequest>(
            r#"{"email":"a\u0000b","password":"\u0000"}"#,
            r#"422 [FieldError { field: "email", code: "format", message: "leave out the character NUL""#,
        );
        check::<LoginRequest>(
            r#"{"email":"a","password":"\\\u0000"}"#,
            r#"422 [FieldError { field: "password""#,
        );
        check::<BatchEnrichmentRequest>(
            r#"{"filter":{"city":"\u0000"}}"#,
            r#"422 [FieldError { field: "filter.city", code: "format""#,
        );
        check::<BusinessPatch>(
            r#"{"tags":["a","b\u0000"],"socials":{"x":"\u0000"}}"#,
            r#"field: "socials.x""#,
        );
        check::<BusinessPatch>(r#"{"tags":["a","b\u0000"]}"#, r#"422 [FieldError { field: "tags[1]""#);
        // A name that holds it is no field.
        check::<LoginRequest>(
            r#"{"email":"a","password":"b","\u0000":1}"#,
            r#"400 [FieldError { field: "\0""#,
        );
    }

    #[test]
    fn what_only_looks_like_nul_is_text() {
        let read = |body: &str| read::<LoginRequest>(&json(), body.as_bytes()).unwrap().email;
        assert_eq!(read(r#"{"email":"a\\u0000b","password":"b"}"#), r"a\u0000b");
    }

    #[test]
    fn of_thousands_of_texts_with_nul_the_first_are_named() {
        let body = format!(r#"{{"tags":[{}]}}"#, vec![r#""\u0000""#; 5000].join(","));
        let problem = read::<BusinessPatch>(&json(), body.as_bytes()).unwrap_err();
        assert_eq!(problem.into_errors().len(), fields::NAMED);
    }

    #[test]
    fn malformed_json_is_placed() {
        let problem = read::<ScrapeRequest>(&json(), b"{\n  \"location\": oops}").unwrap_err();
        assert!(problem.detail().contains("line 2, column 15"), "{}", problem.detail());
        let trailing = read::<ScrapeRequest>(&json(), br#"{"location":"Helsinki"} x"#).unwrap_err();
        assert!(trailing.detail().contains("line 1, column 25"), "{}", trailing.detail());
    }

    #[test]
    fn an_absent_body_is_no_body() {
        assert!(read::<NoBody>(&HeaderMap::new(), b"").is_ok());
        assert!(read::<NoBody>(&json(), b"{}").is_ok());
        let problem = read::<ScrapeRequest>(&HeaderMap::new(), b"{}").unwrap_err();
        assert_eq!(problem.status().as_u16(), 415);
    }
}
