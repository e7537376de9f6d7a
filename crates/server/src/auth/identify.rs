//! Layer: who makes the request.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use store::{Authority, Store};

use super::principal::{By, Principal};
use super::{cookie, digest};
use crate::app::App;
use crate::clock;
use crate::config::Access;
use crate::problem::{ApiProblem, UNAUTHENTICATED};

/// How old the note of the last use may become before it is written anew.
const NOTED_EVERY_MS: i64 = 60_000;

/// Who makes the request; nobody where it carries nothing to tell by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identity(pub(crate) Option<Principal>);

/// The other end of the connection that the request came by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The layer. A token that is wrong is refused at once; a session that has ended is nobody's.
pub(crate) async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match of(app.store(), app.config().access, request.headers()).await {
        Ok(identity) => {
            request.extensions_mut().insert(identity);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn of(store: &Store, access: Access, headers: &HeaderMap) -> Result<Identity, ApiProblem> {
    if let Access::Open(role) = access {
        return Ok(Identity(Some(Principal::reaching(role))));
    }
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(bearer).ok_or_else(wrong_token)?;
        return by_token(store, token).await.map(|principal| Identity(Some(principal)));
    }
    let Some(secret) = cookie::read(access, headers) else { return Ok(Identity(None)) };
    Ok(Identity(by_session(store, secret).await?))
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Who a token belongs to, and what it lets them do: no more than they may themselves by now.
pub(crate) async fn by_token(store: &Store, token: &str) -> Result<Principal, ApiProblem> {
    let now = clock::now();
    let found = store.token_authority(&digest(token), now).await?;
    let Some(Authority::Token { id, user, role, expires_at, last_used_at }) = found else {
        return Err(wrong_token());
    };
    if last_used_at.is_none_or(|last| now.as_millis() - last.as_millis() > NOTED_EVERY_MS) {
        store.touch_token(id, now).await?;
    }
    Ok(Principal { role: role.min(user.role), user: Some(user), by: By::Token { id, expires_at } })
}

async fn by_session(store: &Store, secret: &str) -> Result<Option<Principal>, ApiProblem> {
    let now = clock::now();
    let found = store.session_authority(&digest(secret), now).await?;
    let Some(Authority::Session { id, user, expires_at, last_seen_at }) = found else { return Ok(None) };
    if now.as_millis() - last_seen_at.as_millis() > NOTED_EVERY_MS || user.last_seen_at.is_none() {
        store.touch_session(id, user.id, now).await?;
    }
    Ok(Some(Principal { role: user.role, user: Some(user), by: By::Session { id, expires_at } }))
}

fn wrong_token() -> ApiProblem {
    ApiProblem::new(
        UNAUTHENTICATED,
        "the token is none, has ended, or was revoked; send Authorization: Bearer TOKEN",
    )
}

/// What a request without anybody is told.
pub(crate) fn nobody() -> ApiProblem {
    ApiProblem::new(UNAUTHENTICATED, "sign in at /sign-in, or send Authorization: Bearer TOKEN")
}

/// Marks a request that is made within the process to answer another one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Within;

/// Where a request comes from, carried on by the calls that are made within the process to answer it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visitor {
    pub(crate) identity: Identity,
    peer: Option<Peer>,
    user_agent: Option<HeaderValue>,
}

impl Visitor {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            identity: request.extensions().get().cloned().unwrap_or_default(),
            peer: request.extensions().get().copied(),
            user_agent: request.headers().get(header::USER_AGENT).cloned(),
        }
    }

    /// Makes another request one of the same visitor.
    pub(crate) fn sign(&self, request: &mut Request) {
        request.extensions_mut().insert(Within);
        request.extensions_mut().insert(self.identity.clone());
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        if let Some(agent) = &self.user_agent {
            request.headers_mut().insert(header::USER_AGENT, agent.clone());
        }
    }
}
