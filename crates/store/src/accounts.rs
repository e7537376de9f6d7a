//! Who may sign in, and what they prove it with.
//!
//! What a browser or a program holds is known here by its digest only. Whether a session or token is still good is
//! decided by the caller's clock.

mod sessions;
mod tokens;
mod users;

use contract::auth::User;
use contract::{Role, SessionId, Timestamp, TokenId, UserId};

use crate::StoreError;

/// An account to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// Folded, as [`contract::auth::folded_email`] does.
    pub email: String,
    /// What others see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The password as a PHC string.
    pub password_hash: String,
}

/// What signing in is checked against.
#[derive(Clone, Debug, PartialEq)]
pub struct Credentials {
    /// The account.
    pub user: User,
    /// Its password as a PHC string.
    pub password_hash: String,
}

/// A session to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSession {
    /// Digest of what the browser is given.
    pub digest: String,
    /// Whose it is.
    pub user_id: UserId,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// An API token to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Digest of what the program is given.
    pub digest: String,
    /// Whose it is.
    pub user_id: UserId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Whom a digest belongs to, and what it allows.
#[derive(Clone, Debug, PartialEq)]
pub enum Authority {
    /// A browser's session.
    Session {
        /// The session.
        id: SessionId,
        /// Whose it is.
        user: User,
        /// When it ends at the latest.
        expires_at: Timestamp,
        /// When it was last used.
        last_seen_at: Timestamp,
    },
    /// A program's token.
    Token {
        /// The token.
        id: TokenId,
        /// Whose it is.
        user: User,
        /// What it may do at most.
        role: Role,
        /// When it ends.
        expires_at: Timestamp,
        /// When it was last used.
        last_used_at: Option<Timestamp>,
    },
}

fn parsed<T: std::str::FromStr>(what: &str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Unreadable(format!("{what} '{text}'")))
}
