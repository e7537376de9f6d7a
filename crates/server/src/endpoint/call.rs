//! A request to an endpoint, read and checked.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use contract::Endpoint;
use contract::endpoint::Cost;

use crate::app::App;
use crate::auth::{Identity, Peer, Principal, Within, identify};
use crate::extract::validate::Validate;
use crate::extract::{body, path, precondition, query};
use crate::idempotency;
use crate::problem::{ApiProblem, FORBIDDEN};

/// The arguments of one call.
#[derive(Debug)]
pub(crate) struct Call<E: Endpoint> {
    pub(crate) path: E::Path,
    pub(crate) query: E::Query,
    pub(crate) body: E::Body,
    /// What the client sent as `Idempotency-Key`, made the caller's own.
    pub(crate) idempotency_key: Option<String>,
    pub(crate) caller: Caller,
    /// The version that a guarded change is made of: what the client sent as `If-Match`. 0 elsewhere.
    pub(crate) version: u64,
}

/// Where a call comes from.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Nobody only where the endpoint is open to anyone.
    pub(crate) principal: Option<Principal>,
    /// Not known for calls within the process.
    pub(crate) peer: Option<IpAddr>,
    /// What the program calls itself.
    pub(crate) user_agent: Option<String>,
    /// Whether the call is made within the process, to answer another one.
    within: bool,
}

impl Caller {
    pub(crate) fn of(request: &Request) -> Self {
        let extensions = request.extensions();
        let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Self {
            principal: extensions.get::<Identity>().and_then(|identity| identity.0.clone()),
            peer: extensions.get::<Peer>().map(|peer| peer.0),
            user_agent: agent.map(str::to_owned),
            within: extensions.get::<Within>().is_some(),
        }
    }

    /// Who calls an endpoint that needs somebody.
    pub(crate) fn somebody(&self) -> Result<&Principal, ApiProblem> {
        self.principal.as_ref().ok_or_else(identify::nobody)
    }

    /// Whether the caller may call the endpoint now: not too often, and by the role. What a page reads for itself is counted
    /// with the page.
    pub(super) fn admit<E: Endpoint>(&self, app: &App) -> Result<(), ApiProblem> {
        if !(self.within && E::COST == Cost::Read) {
            app.rates().count(self.principal.as_ref(), self.peer, E::COST)?;
        }
        match E::ROLE {
            Some(role) if self.somebody()?.role < role => {
                Err(ApiProblem::new(FORBIDDEN, format!("this needs the role {role}")))
            }
            _ => Ok(()),
        }
    }

    /// The idempotency key of a request, made the caller's own.
    pub(super) fn own_key(&self, headers: &HeaderMap) -> Result<Option<String>, ApiProblem> {
        let given = idempotency::key(headers)?;
        Ok(match &self.principal {
            Some(principal) => given.map(|key| principal.own_key(&key)),
            None => given,
        })
    }
}

/// A request whose body has arrived.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) headers: HeaderMap,
    /// The caller's own idempotency key.
    pub(crate) key: Option<String>,
    pub(crate) path: String,
    pub(crate) bytes: Bytes,
}

impl<E> Call<E>
where
    E: Endpoint<Query: Validate, Body: Validate>,
{
    /// Reads a request: role, path, query, version, body, in that order, then ranges.
    pub(crate) async fn read(app: &App, request: Request) -> Result<(Self, Received), ApiProblem> {
        let caller = Caller::of(&request);
        caller.admit::<E>(app)?;
        let (mut parts, stream) = request.into_parts();
        let path = path::read::<E::Path>(&mut parts).await?;
        let query = query::read::<E::Query>(parts.uri.query())?;
        let version = precondition::version::<E>(&parts.headers)?;
        let bytes = body::collect(stream, app.config().limits.body_bytes).await?;
        let body = body::read::<E::Body>(&parts.headers, &bytes)?;
        let mut errors = query.field_errors();
        errors.extend(body.field_errors());
        if !errors.is_empty() {
            return Err(ApiProblem::invalid(errors));
        }
        let key = caller.own_key(&parts.headers)?;
        let at = parts.uri.path().to_owned();
        let received = Received { headers: parts.headers, key: key.clone(), path: at, bytes };
        Ok((Self { path, query, body, idempotency_key: key, caller, version }, received))
    }
}
