//! Who makes a request.

use contract::auth::User;
use contract::{Role, SessionId, Timestamp, TokenId};

use crate::problem::{ApiProblem, CONFLICT};

/// Who makes a request, and what they may do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Principal {
    /// At most the person's role.
    pub(crate) role: Role,
    /// Absent on a server that asks nobody to sign in.
    pub(crate) user: Option<User>,
    pub(crate) by: By,
}

/// What they prove it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// Nothing: the server asks nobody to sign in.
    Reaching,
    /// A browser's session.
    Session { id: SessionId, expires_at: Timestamp },
    /// A program's token.
    Token { id: TokenId, expires_at: Timestamp },
}

impl By {
    /// The browser's session, where it is one.
    pub(crate) fn session(self) -> Option<SessionId> {
        match self {
            Self::Session { id, .. } => Some(id),
            Self::Reaching | Self::Token { .. } => None,
        }
    }

    /// When it ends.
    pub(crate) fn expires_at(self) -> Option<Timestamp> {
        match self {
            Self::Reaching => None,
            Self::Session { expires_at, .. } | Self::Token { expires_at, .. } => Some(expires_at),
        }
    }
}

impl Principal {
    /// Whoever reaches a server that asks nobody to sign in.
    pub(crate) fn reaching(role: Role) -> Self {
        Self { role, user: None, by: By::Reaching }
    }

    /// The person, for what only a person has.
    pub(crate) fn person(&self) -> Result<&User, ApiProblem> {
        self.user.as_ref().ok_or_else(|| {
            ApiProblem::new(CONFLICT, "this server asks nobody to sign in, so that there is no account here")
        })
    }

    /// Keys of idempotent requests are each person's own: nobody is given the answer to another's request.
    pub(crate) fn own_key(&self, key: &str) -> String {
        match &self.user {
            Some(user) => format!("{} {key}", user.id),
            None => key.to_owned(),
        }
    }
}
