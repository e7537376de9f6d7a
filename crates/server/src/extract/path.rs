//! Arguments in the path.

use axum::extract::{FromRequestParts, Path, RawPathParams};
use axum::http::request::Parts;
use contract::endpoint::PathParams;

use crate::problem::{ApiProblem, NOT_FOUND};

/// Reads the path's argument. What cannot be an id is an id of nothing.
pub(crate) async fn read<P: PathParams>(parts: &mut Parts) -> Result<P, ApiProblem> {
    match Path::<P>::from_request_parts(parts, &()).await {
        Ok(Path(params)) => Ok(params),
        Err(_) => Err(ApiProblem::new(NOT_FOUND, format!("'{}' is not an id", raw(parts).await))),
    }
}

async fn raw(parts: &mut Parts) -> String {
    let Ok(params) = RawPathParams::from_request_parts(parts, &()).await else { return String::new() };
    params.iter().map(|(_, value)| value).collect::<Vec<_>>().join("/")
}
