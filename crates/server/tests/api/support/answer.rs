use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::{Map, Value};

/// A whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Self { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status, media type and JSON, with what differs from run to run left out.
    pub(crate) fn snapshot(&self) -> String {
        let kind = self.header("content-type").unwrap_or("no content type");
        let body = serde_json::to_string_pretty(&redacted(self.json())).unwrap();
        format!("{} {kind}\n{body}", self.status.as_u16())
    }
}

const VOLATILE: &[&str] =
    &["requestId", "jobId", "createdAt", "updatedAt", "startedAt", "finishedAt", "fetchedAt", "timestamp"];

fn redacted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(redacted).collect(),
        Value::Object(fields) => fields.into_iter().map(redact_field).collect::<Map<_, _>>().into(),
        other => other,
    }
}

fn redact_field((name, value): (String, Value)) -> (String, Value) {
    let volatile = VOLATILE.contains(&name.as_str()) && !value.is_null();
    let value = if volatile { Value::from(format!("[{name}]")) } else { redacted(value) };
    (name, value)
}
