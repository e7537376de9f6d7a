//! Entity tags of encoded bodies.
//!
//! A strong tag names bytes, and a body in brotli has other bytes than the same body in gzip or in none (RFC 9110,
//! 8.8.3.3). Routes know the plain tag only: this layer, outside of the compression, adds the encoding to it on the
//! way out and takes it off on the way in.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// Layer: makes tags differ by encoding.
pub(crate) async fn distinguish(mut request: Request, next: Next) -> Response {
    let asked = text(request.headers(), &header::IF_NONE_MATCH).map(str::to_owned);
    if let Some(plain) = asked.as_deref().and_then(|asked| HeaderValue::try_from(plain(asked)).ok()) {
        request.headers_mut().insert(header::IF_NONE_MATCH, plain);
    }
    let mut response = next.run(request).await;
    let tag = match (response.status(), asked) {
        (StatusCode::NOT_MODIFIED, Some(asked)) => tag_as_asked(response.headers(), &asked),
        _ => tag_with_encoding(response.headers()),
    };
    if let Some(tag) = tag.and_then(|tag| HeaderValue::try_from(tag).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// Tags without their encodings.
fn plain(tags: &str) -> String {
    tags.replace("-br\"", "\"").replace("-gzip\"", "\"")
}

fn tag_with_encoding(headers: &HeaderMap) -> Option<String> {
    let encoding = text(headers, &header::CONTENT_ENCODING)?;
    let open = text(headers, &header::ETAG)?.strip_suffix('"')?;
    Some(format!("{open}-{encoding}\""))
}

/// The tag of those asked for that the route found unchanged.
fn tag_as_asked(headers: &HeaderMap, asked: &str) -> Option<String> {
    let unchanged = text(headers, &header::ETAG)?;
    asked.split(',').map(str::trim).find(|tag| plain(tag) == unchanged).map(str::to_owned)
}
