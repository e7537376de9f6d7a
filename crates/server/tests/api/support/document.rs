//! The API's own description, by which it is known what its endpoints take.

use serde_json::{Value, json};

use super::guarded::Guarded;
use super::listed::Listed;

/// The OpenAPI document that a server serves.
pub(crate) struct Document(pub(crate) Value);

impl Document {
    pub(crate) async fn of(app: &Guarded) -> Self {
        Self(app.get(&app.admin, "/api/openapi.json").await.json())
    }

    pub(crate) fn operation(&self, endpoint: &Listed) -> &Value {
        let paths = self.0["paths"].as_object().unwrap().values();
        let mut operations = paths.flat_map(|path| path.as_object().unwrap().values());
        let is_it = |operation: &&Value| {
            operation["operationId"].as_str().is_some_and(|id| id.eq_ignore_ascii_case(endpoint.name))
        };
        operations.find(is_it).unwrap_or_else(|| panic!("{} is not described", endpoint.name))
    }

    /// What a schema says itself: what it refers to, and of what may be null the other.
    pub(crate) fn resolved<'d>(&'d self, schema: &'d Value) -> &'d Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            return self.resolved(&self.0["components"]["schemas"][name]);
        }
        match schema["oneOf"].as_array() {
            Some(any) => self.resolved(any.iter().find(|one| one["type"] != "null").unwrap()),
            None => schema,
        }
    }

    /// Whether a value of the schema may be null.
    pub(crate) fn may_be_null(schema: &Value) -> bool {
        let options = schema["oneOf"].as_array().into_iter().flatten();
        Self::is(schema, "null") || options.into_iter().any(|option| option["type"] == "null")
    }

    pub(crate) fn is(schema: &Value, kind: &str) -> bool {
        let is_among = || schema["type"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind)));
        schema["type"] == kind || is_among()
    }
}
