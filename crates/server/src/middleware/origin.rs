//! Requests that another origin's page makes a browser send.

use axum::extract::Request;
use axum::http::{Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::csrf::ProtectionError;

use super::host;
use crate::problem::{ApiProblem, CROSS_ORIGIN};

/// The answer to an unsafe method from another origin, for `CsrfLayer`.
pub(crate) fn refuse(_: ProtectionError) -> Response {
    let detail = "a page of another origin may not change anything here; send the request from this server's page \
                  or without a browser";
    ApiProblem::new(CROSS_ORIGIN, detail).into_response()
}

/// Layer for the socket: its handshake is a GET, which browsers send across origins with everything that belongs to
/// the target and without asking it first.
pub(crate) async fn same_origin(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let origin = parts.headers.get(header::ORIGIN);
    let authority = origin.and_then(|origin| Uri::try_from(origin.as_bytes()).ok());
    let same = match (&authority, host::of(&parts)) {
        (Some(uri), Some(host)) => uri.authority().is_some_and(|authority| authority.as_str() == host),
        _ => false,
    };
    if origin.is_none() || same {
        return next.run(Request::from_parts(parts, body)).await;
    }
    ApiProblem::new(CROSS_ORIGIN, "open the socket from this server's own page").into_response()
}
