//! The success of an endpoint.

use axum::http::HeaderValue;
use contract::{Endpoint, JobId};
use store::WriteTx;

use crate::problem::ApiProblem;
use crate::work;

/// What a handler returns: the body of the endpoint's success, where what it made can be found, and the transaction
/// that makes it so.
#[derive(Debug)]
pub(crate) struct Answer<E: Endpoint> {
    body: E::Response,
    status: u16,
    location: Option<String>,
    /// `Set-Cookie`; only of endpoints whose answers are not kept.
    cookie: Option<HeaderValue>,
    tx: Option<WriteTx>,
}

impl<E: Endpoint> Answer<E> {
    pub(crate) fn new(body: E::Response) -> Self {
        Self { body, status: E::SUCCESS, location: None, cookie: None, tx: None }
    }

    /// The answer to a write that is committed together with the note of its answer: a request that is sent again
    /// under its key finds both or neither.
    pub(crate) fn committing(tx: WriteTx, body: E::Response) -> Self {
        Self { tx: Some(tx), ..Self::new(body) }
    }

    pub(crate) fn with_location(self, location: String) -> Self {
        Self { location: Some(location), ..self }
    }

    pub(crate) fn with_cookie(self, cookie: &str) -> Result<Self, ApiProblem> {
        let cookie = HeaderValue::try_from(cookie).map_err(|error| ApiProblem::internal(&error))?;
        Ok(Self { cookie: Some(cookie), ..self })
    }

    /// The answer of a request that a job is to do.
    pub(crate) fn accepted(self, job: JobId) -> Self {
        Self { status: 202, ..self }.with_location(work::location(job))
    }

    /// A success of status 204 has no body.
    pub(crate) fn encode(self) -> Result<(Encoded, Option<WriteTx>), ApiProblem> {
        let body = match self.status {
            204 => Vec::new(),
            _ => serde_json::to_vec(&self.body).map_err(|error| ApiProblem::internal(&error))?,
        };
        let Self { status, location, cookie, tx, .. } = self;
        Ok((Encoded { status, location, cookie, body }, tx))
    }
}

/// A success as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Encoded {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) cookie: Option<HeaderValue>,
    pub(crate) body: Vec<u8>,
}
