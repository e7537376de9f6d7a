//! A request to an endpoint, read and checked.

use axum::extract::Request;
use axum::http::HeaderMap;
use bytes::Bytes;
use contract::Endpoint;

use crate::app::App;
use crate::extract::validate::Validate;
use crate::extract::{body, path, query};
use crate::idempotency;
use crate::problem::{ApiProblem, FORBIDDEN};

/// The arguments of one call.
#[derive(Debug)]
pub(crate) struct Call<E: Endpoint> {
    pub(crate) path: E::Path,
    pub(crate) query: E::Query,
    pub(crate) body: E::Body,
    /// What the client sent as `Idempotency-Key`.
    pub(crate) idempotency_key: Option<String>,
}

/// A request whose body has arrived.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    pub(crate) path: String,
    pub(crate) bytes: Bytes,
}

impl<E> Call<E>
where
    E: Endpoint<Query: Validate, Body: Validate>,
{
    /// Reads a request: role, path, query, body, in that order, then ranges.
    pub(crate) async fn read(app: &App, request: Request) -> Result<(Self, Received), ApiProblem> {
        if app.config().role < E::ROLE {
            return Err(ApiProblem::new(FORBIDDEN, format!("this needs the role {}", E::ROLE)));
        }
        let (mut parts, stream) = request.into_parts();
        let path = path::read::<E::Path>(&mut parts).await?;
        let query = query::read::<E::Query>(parts.uri.query())?;
        let bytes = body::collect(stream, app.config().limits.body_bytes).await?;
        let body = body::read::<E::Body>(&parts.headers, &bytes)?;
        let mut errors = query.field_errors();
        errors.extend(body.field_errors());
        if !errors.is_empty() {
            return Err(ApiProblem::invalid(errors));
        }
        let idempotency_key = idempotency::key(&parts.headers)?;
        let received = Received { headers: parts.headers, path: parts.uri.path().to_owned(), bytes };
        Ok((Self { path, query, body, idempotency_key }, received))
    }
}
