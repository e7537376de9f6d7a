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
const ALWAYS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
/// By whom a browser was led here; told on secure origins alone.
pub(crate) const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a page of others may hold the window that asks, and is to lose it. Who typed the address or comes from a page of
/// ours has no such opener, and the browser is spared a new process for the document, which it would begin only once the
/// answer is there: nearly half of the time until a first visit's document is taken.
fn may_have_opener(request: &Request) -> bool {
    let site = request.headers().get(FETCH_SITE);
    !site.is_some_and(|site| site == "none" || site == "same-origin")
}

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
    let may_have_opener = may_have_opener(&request);
    let mut response = next.run(request).await;
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if may_have_opener {
        headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    }
    let policy = if is_page { HeaderValue::try_from(page_policy(&nonce, &pictures)).ok() } else { None };
    let policy = policy.unwrap_or_else(|| HeaderValue::from_static(DATA_POLICY));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}
