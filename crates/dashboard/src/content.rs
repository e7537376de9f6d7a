//! What the documents of forms are rendered from: the server looks it up, and the page finds it as a context.

use contract::auth::{ApiToken, ApiTokenCreated, Me, Session};
use contract::{Problem, Role};
use leptos::prelude::provide_context;

use crate::lead_form::LeadFailure;

/// What a document that stands apart from the application shows.
#[derive(Clone, Debug, PartialEq)]
pub enum FormContent {
    /// The form of a lead that was refused.
    Lead(Box<LeadFailure>),
    /// One's own account.
    Account(Box<AccountContent>),
    /// Why there is nothing else to show.
    Refused(Problem),
}

impl FormContent {
    /// Puts it in place for the page that is rendered next.
    pub fn provide(&self) {
        provide_context(self.clone());
    }
}

/// What was done last, told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A password was changed.
    Password,
    /// A session was ended.
    Session,
    /// All other sessions were ended.
    Sessions,
    /// A token was ended.
    Token,
}

impl Done {
    const ALL: [Self; 4] = [Self::Password, Self::Session, Self::Sessions, Self::Token];

    /// The word for it in an address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Session => "session",
            Self::Sessions => "sessions",
            Self::Token => "token",
        }
    }

    /// What the query of an address says, such as `done=token`.
    #[must_use]
    pub fn of(query: &str) -> Option<Self> {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let (_, word) = pairs.find(|(name, _)| name == "done")?;
        Self::ALL.into_iter().find(|done| done.as_str() == word)
    }

    /// The address of `path` with it.
    #[must_use]
    pub fn at(self, path: &str) -> String {
        format!("{path}?done={}", self.as_str())
    }

    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::Password => "The password was changed. You were signed out everywhere else.",
            Self::Session => "That browser was signed out.",
            Self::Sessions => "You were signed out everywhere else.",
            Self::Token => "The token was revoked: whatever uses it is refused from now on.",
        }
    }
}

/// One's own account.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountContent {
    /// Who it is.
    pub me: Me,
    /// Where they are signed in.
    pub sessions: Vec<Session>,
    /// Their tokens.
    pub tokens: Vec<ApiToken>,
    /// What was done last.
    pub done: Option<Done>,
    /// What came of a form on the page.
    pub outcome: Option<AccountOutcome>,
}

/// What came of a form on the page of an account, where that is not another page.
#[derive(Clone, Debug, PartialEq)]
pub enum AccountOutcome {
    /// The password was not changed.
    PasswordRefused(Problem),
    /// The token was not made.
    TokenRefused(TokenForm, Problem),
    /// The token was made: its secret is shown now and never again.
    TokenMade(Box<ApiTokenCreated>),
    /// Something else was not done.
    Failed(Problem),
}

/// The form that makes a token, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TokenForm {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: String,
    /// Days until it ends.
    pub expires_in_days: String,
}

/// What a role allows, for people.
pub(crate) fn role_label(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer: reads",
        Role::Member => "Member: everything but accounts",
        Role::Admin => "Admin: everything",
    }
}

/// The roles up to `most`, to choose from.
pub(crate) fn roles(most: Role) -> impl Iterator<Item = (&'static str, String)> {
    let all = Role::ALL.iter().copied().filter(move |role| *role <= most);
    all.map(|role| (role.as_str(), role_label(role).to_owned()))
}
