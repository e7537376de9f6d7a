//! An id for every request: taken from the client where it is well-formed, else made.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// The header that carries it, both ways.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request at hand.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(Arc<str>);

impl RequestId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(&HEADER).and_then(|value| value.to_str().ok());
        match given.filter(|id| is_well_formed(id)) {
            Some(id) => Self(id.into()),
            None => Self(uuid::Uuid::now_v7().to_string().into()),
        }
    }
}

/// What can stand in a log line and in a header as it is.
fn is_well_formed(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (8..=128).contains(&id.len()) && id.bytes().all(plain)
}

/// Layer: gives the request its id and puts it on the answer.
pub(crate) async fn assign(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_formed_id_is_taken_and_any_other_replaced() {
        let check = |given: &'static str, taken: bool| {
            let headers = HeaderMap::from_iter([(HEADER, HeaderValue::from_static(given))]);
            assert_eq!(RequestId::of(&headers).as_str() == given, taken, "{given}");
        };
        check("client-7.request_1", true);
        check("short", false);
        check("has a space", false);
        check("line\u{9}break-in-it", false);
        assert_eq!(RequestId::of(&HeaderMap::new()).as_str().len(), 36);
    }
}
