//! Headers that tell a browser what an answer may do.

use std::fmt;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::tiles::MapTiles;

/// The value that inline scripts and styles of one page carry, new for every request: 122 random bits.
#[derive(Clone, Debug)]
pub(crate) struct Nonce(Arc<str>);

impl Nonce {
    fn new() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string().into())
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whose pictures a page may show besides its own: those of the server that has the tiles of maps, where one is named.
#[derive(Clone, Debug)]
pub(crate) struct Pictures(Option<Arc<str>>);

impl Pictures {
    pub(crate) fn of(tiles: Option<&MapTiles>) -> Self {
        Self(tiles.map(MapTiles::origin))
    }
}

impl fmt::Display for Pictures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|origin| write!(f, " {origin}"))
    }
}

/// What is the same for every answer.
const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Data is never a document of its own.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The page's own files, its inline scripts by nonce, and WASM. Styles in attributes are allowed: they set the width
/// of a bar, and run nothing.
fn page_policy(nonce: &Nonce, pictures: &Pictures) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; img-src 'self' data:{pictures}; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// Layer: gives the request a nonce and the answer its headers.
pub(crate) async fn secure(State(pictures): State<Pictures>, mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = if is_page { HeaderValue::try_from(page_policy(&nonce, &pictures)).ok() } else { None };
    let policy = policy.unwrap_or_else(|| HeaderValue::from_static(DATA_POLICY));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}
