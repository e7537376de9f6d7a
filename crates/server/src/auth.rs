//! Who makes a request, and how they prove it.
//!
//! [`identify`](identify::identify) looks at what a request carries, once, before it reaches its handler; handlers and
//! the gateway are given a [`Principal`]. Browsers prove themselves with a session's cookie, programs with a token. Of
//! either the database knows a digest only.

mod attempts;
pub(crate) mod cookie;
pub(crate) mod identify;
mod passwords;
mod principal;
mod secret;

use contract::Timestamp;
use contract::auth::User;
use store::{NewSession, Store};

pub(crate) use attempts::{Attempts, make_room, network};
pub(crate) use identify::{Identity, Peer, Visitor, Within};
pub(crate) use passwords::Passwords;
pub(crate) use principal::{By, Principal};
pub(crate) use secret::{Secret, digest};

use crate::clock;
use crate::config::Access;
use crate::error::ServerError;
use crate::problem::ApiProblem;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// A session ends after so long, however much it is used.
const SESSION_MS: i64 = 30 * DAY_MS;
/// What a browser calls itself is kept up to here.
const LONGEST_AGENT: usize = 200;

/// What signing in needs beyond the store.
#[derive(Debug, Default)]
pub(crate) struct Auth {
    pub(crate) passwords: Passwords,
    pub(crate) attempts: Attempts,
}

/// A session that was just opened: the cookie that carries it, and when it ends.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) cookie: String,
    pub(crate) expires_at: Timestamp,
}

/// Opens a session; the one that the request came with ends, so that nobody can plant a session of theirs.
pub(crate) async fn open_session(
    store: &Store,
    access: Access,
    user: &User,
    user_agent: Option<&str>,
    before: Option<&Principal>,
) -> Result<Opened, ApiProblem> {
    let secret = Secret::new().map_err(|error| ApiProblem::internal(&error))?;
    let now = clock::now();
    let expires_at = Timestamp::from_millis(now.as_millis() + SESSION_MS);
    let user_agent = user_agent.map(|agent| agent.chars().take(LONGEST_AGENT).collect());
    let session = NewSession { digest: secret.digest(), user_id: user.id, user_agent, expires_at };
    let mut tx = store.begin_at(now).await?;
    if let Some(Principal { user: Some(whose), by: By::Session { id, .. }, .. }) = before {
        // It may have ended meanwhile.
        drop(tx.end_session(whose.id, *id).await);
    }
    tx.open_session(session).await?;
    tx.commit().await?;
    let seconds = SESSION_MS / 1000;
    Ok(Opened { cookie: cookie::set(access, secret.text(), seconds), expires_at })
}

/// A password as it is stored, for accounts that are made without a server.
///
/// # Errors
/// The system gives no random numbers.
pub async fn hash_password(password: &str) -> Result<String, ServerError> {
    let hash = Passwords::default().hash(password).await;
    hash.map_err(|problem| ServerError::Random(problem.into_problem().detail))
}

/// Makes a link with which the first account can be made, good for a day, where nobody has an account yet.
///
/// # Errors
/// The database cannot be read or written, or the system gives no random numbers.
pub async fn setup_path(store: &Store) -> Result<Option<String>, ServerError> {
    if store.has_users().await? {
        return Ok(None);
    }
    let secret = Secret::new().map_err(|error| ServerError::Random(error.to_string()))?;
    store.add_setup_link(&secret.digest(), clock::now()).await?;
    Ok(Some(format!("/setup?token={}", secret.text())))
}
