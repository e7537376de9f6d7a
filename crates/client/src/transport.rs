//! How a request travels. Dropping the future of a request aborts it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
mod native;

#[cfg(target_arch = "wasm32")]
pub use fetch::FetchTransport;
#[cfg(all(feature = "native", not(target_arch = "wasm32")))]
pub use native::ReqwestTransport;

/// A future that may move between threads where there are any.
#[cfg(not(target_arch = "wasm32"))]
pub type TransportFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// A future that may move between threads where there are any.
#[cfg(target_arch = "wasm32")]
pub type TransportFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Who asks.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) const AUTHORIZATION: &str = "authorization";
/// What finds the request in the server's log.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// A request before it is sent. Its `Debug` hides who asks.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST` and so on.
    pub method: &'static str,
    /// Path and query, such as `/api/businesses?page=2`.
    pub path: String,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// JSON, where there is any.
    pub body: Option<Vec<u8>>,
}

impl Request {
    /// The first header of that lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_secret = |name: &str| matches!(name, "authorization" | "cookie");
        let shown = |(name, value): &(String, String)| {
            (name.clone(), if is_secret(name) { "hidden".to_owned() } else { value.clone() })
        };
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &self.headers.iter().map(shown).collect::<Vec<_>>())
            .field("body", &self.body)
            .finish()
    }
}

fn first<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// An answer, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of that lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<serde_json::Value, String> {
        let text = std::str::from_utf8(&self.body).map_err(|error| error.to_string())?;
        // What a network that asks to sign in, or a proxy, answers in the server's place.
        if text.trim_start().starts_with('<') {
            return Err("it is a web page".to_owned());
        }
        serde_json::from_str(text).map_err(|error| error.to_string())
    }
}

/// Why no answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// No connection, or it broke.
    Unreachable(String),
    /// The time allowed ran out.
    Timeout,
}

/// Carries requests to the server.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request and waits for the whole answer.
    fn send(&self, request: Request) -> TransportFuture<'_, Result<Response, TransportError>>;
}
