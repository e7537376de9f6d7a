//! Errors on the wire: RFC 9457 `application/problem+json`.

use serde::Serialize;

use crate::from_json;

/// The media type of a [`Problem`].
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What went wrong and what to do about it. Nothing internal stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// URI reference of the kind of problem, such as `/problems/not-found`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// This occurrence in words: what happened and what to do.
    pub detail: String,
    /// Path of the request.
    pub instance: Option<String>,
    /// Finds the request in the log.
    pub request_id: Option<String>,
    /// One entry a field that is wrong.
    #[serde(default)]
    pub errors: Vec<FieldError>,
    /// What stands there now, where a change was made of an older version (status 412).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<serde_json::Value>,
}

from_json!(deserialize Problem {
    kind as "type", title, status, detail, instance, request_id, errors or default, current,
});

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's name as the contract writes it; dots lead into objects.
    pub field: String,
    /// A stable word: `required`, `empty`, `range`, `format`, `unknown`, `immutable`, `ambiguous`, `taken`, `suppressed`,
    /// `wrong`.
    pub code: String,
    /// What to do, in words.
    pub message: String,
    /// Values that would have been accepted, the likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<String>,
}

from_json!(deserialize FieldError { field, code, message, suggestions or default });

impl FieldError {
    /// An error of one field without suggestions.
    #[must_use]
    pub fn new(field: &str, code: &str, message: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            code: code.to_owned(),
            message: message.into(),
            suggestions: Vec::new(),
        }
    }

    /// The same error of a field within an object.
    #[must_use]
    pub fn within(mut self, object: &str) -> Self {
        self.field = format!("{object}.{}", self.field);
        self
    }

    /// The same error with values that would have been accepted.
    #[must_use]
    pub fn with_suggestions(mut self, suggestions: impl IntoIterator<Item = String>) -> Self {
        self.suggestions = suggestions.into_iter().collect();
        self
    }
}
