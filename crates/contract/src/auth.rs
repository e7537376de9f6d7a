//! Signing in: people, sessions and API tokens.

use serde::{Deserialize, Serialize};

use crate::{FieldError, Role, SessionId, Timestamp, TokenId, UserId, from_json};

/// Characters that a password has at least.
pub const MIN_PASSWORD: usize = 12;
/// Characters that a password has at most: each guess costs the server work that grows with it.
pub const MAX_PASSWORD: usize = 200;
/// Days after which an API token ends unless it says otherwise.
pub const DEFAULT_TOKEN_DAYS: u32 = 90;
/// Days that an API token may live.
pub const MAX_TOKEN_DAYS: u32 = 730;

const MAX_EMAIL: usize = 254;
const MAX_NAME: usize = 200;
const MAX_TOKEN: usize = 200;

/// A person who may sign in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// UUIDv7.
    pub id: UserId,
    /// What they sign in with, in lower case.
    pub email: String,
    /// What others see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// May not sign in for now.
    pub disabled: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When they last did something, to the minute.
    pub last_seen_at: Option<Timestamp>,
}

from_json!(deserialize User { id, email, name, role, disabled, created_at, last_seen_at });

/// Who makes this request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The person; absent on a server that asks nobody to sign in.
    pub user: Option<User>,
    /// What the request may do: the person's role, or less with a token.
    pub role: Role,
    /// When the session or the token ends.
    pub expires_at: Option<Timestamp>,
}

from_json!(deserialize Me { user, role, expires_at });

/// The first account, made with the link that the server prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetupRequest {
    /// What stands in the link after `token=`.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub token: String,
    /// What the person will sign in with.
    #[cfg_attr(feature = "openapi", schema(format = "email", max_length = 254))]
    pub email: String,
    /// What others see: 1 to 200 characters in one line.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: String,
    /// 12 to 200 characters in one line.
    #[cfg_attr(feature = "openapi", schema(min_length = 12, max_length = 200))]
    pub password: String,
}

impl SetupRequest {
    /// What is wrong with the request, if anything.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        checked([
            length_error("token", &self.token, MAX_TOKEN),
            email_error(&self.email),
            name_error(&self.name),
            password_error("password", &self.password),
        ])
    }
}

/// Signing in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginRequest {
    /// The address of the account.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 254))]
    pub email: String,
    /// Its password.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub password: String,
}

impl LoginRequest {
    /// What is wrong with the request, if anything. It says nothing of accounts: there are none with what it names.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        checked([
            length_error("email", &self.email, MAX_EMAIL),
            length_error("password", &self.password, MAX_PASSWORD),
        ])
    }
}

/// A new password for oneself. Every other session ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordChange {
    /// The password as it is.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub current: String,
    /// 12 to 200 characters in one line.
    #[cfg_attr(feature = "openapi", schema(min_length = 12, max_length = 200))]
    pub new: String,
}

impl PasswordChange {
    /// What is wrong with the request, if anything.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        checked([length_error("current", &self.current, MAX_PASSWORD), password_error("new", &self.new)])
    }
}

/// A browser in which somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// UUIDv7; not what the browser proves itself with.
    pub id: SessionId,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When the session was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// Whether it is the session of this request.
    pub current: bool,
}

from_json!(deserialize Session { id, created_at, last_seen_at, expires_at, user_agent, current });

/// A token to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewApiToken {
    /// What it is for, in words: 1 to 200 characters in one line.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: String,
    /// What it may do: at most what its owner may.
    pub role: Role,
    /// Days until it ends, 1 to 730; 90 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 730))]
    pub expires_in_days: Option<u32>,
}

impl NewApiToken {
    /// What is wrong with the request, if anything.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        let days = self.expires_in_days.is_some_and(|days| !(1..=MAX_TOKEN_DAYS).contains(&days));
        let days = days.then(|| FieldError::new("expiresInDays", "range", "give a number from 1 to 730"));
        checked([name_error(&self.name), days])
    }
}

/// A token that programs sign in with: `Authorization: Bearer ...`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiToken {
    /// UUIDv7; not the secret.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Timestamp,
}

from_json!(deserialize ApiToken { id, name, role, created_at, last_used_at, expires_at });

/// A token that was just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiTokenCreated {
    /// The token.
    pub token: ApiToken,
    /// What a program sends. It is shown this once.
    pub secret: String,
}

from_json!(deserialize ApiTokenCreated { token, secret });

/// An account to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewUser {
    /// What the person will sign in with.
    #[cfg_attr(feature = "openapi", schema(format = "email", max_length = 254))]
    pub email: String,
    /// What others see: 1 to 200 characters in one line.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// 12 to 200 characters in one line; to be changed by the person.
    #[cfg_attr(feature = "openapi", schema(min_length = 12, max_length = 200))]
    pub password: String,
}

impl NewUser {
    /// What is wrong with the request, if anything.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        checked([
            email_error(&self.email),
            name_error(&self.name),
            password_error("password", &self.password),
        ])
    }
}

/// What is to be another on an account; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserChange {
    /// What others see: 1 to 200 characters in one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub name: Option<String>,
    /// What they may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Whether they may not sign in for now. Their sessions end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// 12 to 200 characters in one line. Their sessions end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 12, max_length = 200))]
    pub password: Option<String>,
}

impl UserChange {
    /// What is wrong with the request, if anything.
    ///
    /// # Errors
    /// One entry a field that is wrong.
    pub fn validate(&self) -> Result<(), Vec<FieldError>> {
        checked([
            self.name.as_deref().and_then(name_error),
            self.password.as_deref().and_then(|password| password_error("password", password)),
        ])
    }
}

/// The address as accounts are found by: without space around it, in lower case.
#[must_use]
pub fn folded_email(email: &str) -> String {
    email.trim().to_lowercase()
}

fn checked<const N: usize>(errors: [Option<FieldError>; N]) -> Result<(), Vec<FieldError>> {
    let errors: Vec<FieldError> = errors.into_iter().flatten().collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Whether mail can go there is only known once it has: this finds slips of the hand.
fn email_error(email: &str) -> Option<FieldError> {
    let email = email.trim();
    let plain = email.len() <= MAX_EMAIL && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = email.rsplit_once('@').is_some_and(|(local, domain)| {
        let dotted = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
        let plain = domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'));
        !local.is_empty() && !local.contains('@') && plain && (dotted || domain == "localhost")
    });
    (!plain || !parts).then(|| FieldError::new("email", "format", "give an address like name@example.org"))
}

/// Of what is compared with what is known, and is nothing that could be known.
fn length_error(field: &str, text: &str, most: usize) -> Option<FieldError> {
    let wrong = !(1..=most).contains(&text.chars().count());
    wrong.then(|| FieldError::new(field, "range", format!("give 1 to {most} characters")))
}

fn name_error(name: &str) -> Option<FieldError> {
    let length = name.trim().chars().count();
    let wrong = !(1..=MAX_NAME).contains(&length) || name.chars().any(char::is_control);
    wrong.then(|| FieldError::new("name", "range", "give 1 to 200 characters in one line"))
}

fn password_error(field: &str, password: &str) -> Option<FieldError> {
    let length = password.chars().count();
    let wrong = !(MIN_PASSWORD..=MAX_PASSWORD).contains(&length);
    wrong
        .then(|| FieldError::new(field, "range", "give 12 to 200 characters; a short sentence is a good one"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_user(email: &str, name: &str, password: &str) -> NewUser {
        NewUser { email: email.into(), name: name.into(), role: Role::Member, password: password.into() }
    }

    fn fields(user: &NewUser) -> Vec<String> {
        user.validate().err().unwrap_or_default().into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn each_field_that_is_wrong_is_named() {
        let good = "a short sentence";
        assert!(fields(&new_user("ada@example.org", "Ada", good)).is_empty());
        for email in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a da@example.org",
            "a@b@example.org",
            "ada@org.",
            "ada@example.or!",
        ] {
            assert_eq!(fields(&new_user(email, "Ada", good)), ["email"], "{email}");
        }
        assert_eq!(fields(&new_user("ada@example.org", " ", "short")), ["name", "password"]);
        assert_eq!(fields(&new_user("ada@example.org", "A\nda", &"x".repeat(201))), ["name", "password"]);
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(fields(&new_user("ada@example.org", &"é".repeat(200), &"é".repeat(12))).is_empty());
    }

    #[test]
    fn an_address_is_found_however_it_is_written() {
        assert_eq!(folded_email("  Ada@Example.ORG "), "ada@example.org");
    }

    #[test]
    fn a_token_lives_for_a_bounded_time() {
        let token = |days| NewApiToken { name: "reports".into(), role: Role::Viewer, expires_in_days: days };
        assert!(token(None).validate().is_ok() && token(Some(730)).validate().is_ok());
        assert!(token(Some(0)).validate().is_err() && token(Some(731)).validate().is_err());
    }
}
