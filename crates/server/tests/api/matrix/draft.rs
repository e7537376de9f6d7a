//! A request under way: what is right, to be changed in one place.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, header};
use bytes::Bytes;
use serde_json::Value;

use super::valid::Valid;
use super::world::World;
use crate::support::listed::Listed;

/// The boundary of files that are sent.
const BOUNDARY: &str = "matrix";

/// What is sent.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    method: Method,
    template: &'static str,
    path: Vec<String>,
    query: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Draft {
    /// The request of an operation with its first query and no body.
    pub(super) async fn of(world: &World, to: &Listed, valid: &Valid) -> Self {
        let query = valid.queries.first().map(|pairs| encoded(pairs)).unwrap_or_default();
        let draft = Self {
            method: to.method.clone(),
            template: to.template,
            path: valid.path.clone(),
            query,
            headers: vec![(header::HOST, HeaderValue::from_static("localhost:3030"))],
            body: Bytes::new(),
        };
        match &valid.version_of {
            Some(path) => draft.version(world.version(path).await),
            None => draft,
        }
    }

    pub(super) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// The same with another body, if only by a space.
    pub(super) fn json_besides(&self, body: &Value) -> Self {
        Self { body: format!("{body} ").into(), ..self.clone() }
    }

    /// Another request under that key: it retries whatever failed.
    pub(super) fn elsewhere(self, key: &str) -> Self {
        let (method, template) = match self.template {
            "/api/jobs/retry-failed" => (Method::DELETE, "/api/auth/sessions"),
            _ => (Method::POST, "/api/jobs/retry-failed"),
        };
        let (query, path, body) = (String::new(), Vec::new(), Bytes::new());
        let other = Self { method, template, path, query, body, ..self };
        other.without("content-type").header("idempotency-key", key.as_bytes())
    }

    pub(super) fn body(self, kind: &str, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..self.header("content-type", kind.as_bytes()) }
    }

    /// A file as browsers send it, in a part of that name.
    pub(super) fn file(self, part: &str) -> Self {
        let body = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{part}\"; filename=\"a.csv\"\r\n\r\n\
             name,city\nTheta,Espoo\n\r\n--{BOUNDARY}--\r\n"
        );
        self.multipart(body)
    }

    pub(super) fn multipart(self, body: impl Into<Bytes>) -> Self {
        self.body(&format!("multipart/form-data; boundary={BOUNDARY}"), body)
    }

    /// Of the version that was seen.
    pub(super) fn version(self, version: u64) -> Self {
        self.without("if-match").header("if-match", format!("\"{version}\"").as_bytes())
    }

    pub(super) fn header(mut self, name: &'static str, value: &[u8]) -> Self {
        self.headers.push((HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub(super) fn query(self, pairs: &[(&'static str, String)]) -> Self {
        Self { query: encoded(pairs), ..self }
    }

    /// With one pair more.
    pub(super) fn and(mut self, name: &str, value: &str) -> Self {
        let and = if self.query.is_empty() { "" } else { "&" };
        let pair = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
        self.query = format!("{}{and}{pair}", self.query);
        self
    }

    /// With another argument in the path, encoded already.
    pub(super) fn at(mut self, position: usize, argument: &str) -> Self {
        argument.clone_into(&mut self.path[position]);
        self
    }

    pub(super) fn only_reads(&self) -> bool {
        self.method == Method::GET
    }

    /// The path of the request.
    pub(super) fn uri(&self) -> String {
        let mut path = self.template.to_owned();
        for argument in &self.path {
            let (open, close) = (path.find('{').unwrap(), path.find('}').unwrap());
            path.replace_range(open..=close, argument);
        }
        path
    }

    pub(super) fn request(&self) -> Request<Body> {
        let question = if self.query.is_empty() { "" } else { "?" };
        let uri = format!("{}{question}{}", self.uri(), self.query);
        let mut request = Request::builder().method(self.method.clone()).uri(uri);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(Body::from(self.body.clone())).unwrap()
    }
}

fn encoded(pairs: &[(&'static str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
