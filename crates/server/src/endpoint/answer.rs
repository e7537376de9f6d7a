//! The success of an endpoint.

use axum::http::HeaderValue;
use contract::Endpoint;

use crate::problem::ApiProblem;

/// What a handler returns: the body of the endpoint's success, and where what it made can be found.
#[derive(Debug)]
pub(crate) struct Answer<E: Endpoint> {
    pub(crate) body: E::Response,
    pub(crate) location: Option<String>,
    /// `Set-Cookie`; only of endpoints whose answers are not kept.
    pub(crate) cookie: Option<HeaderValue>,
}

impl<E: Endpoint> Answer<E> {
    pub(crate) fn new(body: E::Response) -> Self {
        Self { body, location: None, cookie: None }
    }

    pub(crate) fn with_location(self, location: String) -> Self {
        Self { location: Some(location), ..self }
    }

    pub(crate) fn with_cookie(self, cookie: &str) -> Result<Self, ApiProblem> {
        let cookie = HeaderValue::try_from(cookie).map_err(|error| ApiProblem::internal(&error))?;
        Ok(Self { cookie: Some(cookie), ..self })
    }

    /// A success of status 204 has no body.
    pub(crate) fn encode(self) -> Result<Encoded, ApiProblem> {
        let body = match E::SUCCESS {
            204 => Vec::new(),
            _ => serde_json::to_vec(&self.body).map_err(|error| ApiProblem::internal(&error))?,
        };
        Ok(Encoded { status: E::SUCCESS, location: self.location, cookie: self.cookie, body })
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
