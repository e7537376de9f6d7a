//! A method for each endpoint that changes accounts. None of them takes a key: their answers hold secrets, or doing it
//! twice comes to the same.

use contract::auth::{ApiTokenCreated, NewApiToken, NewUser, PasswordChange, User, UserChange};
use contract::endpoint::{NoBody, NoQuery};
use contract::suppression::{NewSuppression, SuppressionAdded};
use contract::{Endpoint, SessionId, SuppressionId, TokenId, UserId, endpoints};

use super::{ApiClient, Call, CallOptions};

/// One's own account. Each fails when the server cannot be reached, refuses, or answers in another shape.
impl ApiClient {
    /// Changes the password; every other session ends.
    /// A field that is wrong is found by [`crate::ApiError::field`].
    pub fn change_password(&self, change: &PasswordChange) -> Call<NoBody> {
        self.put::<endpoints::ChangePassword>(&(), change)
    }

    /// Ends a session.
    pub fn revoke_session(&self, id: SessionId) -> Call<NoBody> {
        self.put::<endpoints::RevokeSession>(&id, &NoBody {})
    }

    /// Ends every session but the one that asks for it.
    pub fn revoke_other_sessions(&self) -> Call<NoBody> {
        self.put::<endpoints::RevokeOtherSessions>(&(), &NoBody {})
    }

    /// Makes an API token; its secret is in this answer and nowhere else.
    /// A field that is wrong is found by [`crate::ApiError::field`].
    pub fn create_token(&self, token: &NewApiToken) -> Call<ApiTokenCreated> {
        self.put::<endpoints::CreateToken>(&(), token)
    }

    /// Ends an API token.
    pub fn revoke_token(&self, id: TokenId) -> Call<NoBody> {
        self.put::<endpoints::RevokeToken>(&id, &NoBody {})
    }
}

/// Everybody's accounts and the suppression list, for admins.
impl ApiClient {
    /// Makes an account.
    /// A field that is wrong is found by [`crate::ApiError::field`]; 409 where the address has an account.
    pub fn create_user(&self, user: &NewUser) -> Call<User> {
        self.put::<endpoints::CreateUser>(&(), user)
    }

    /// Changes an account.
    /// 409 where it would leave no admin.
    pub fn update_user(&self, id: UserId, change: &UserChange) -> Call<User> {
        self.put::<endpoints::UpdateUser>(&id, change)
    }

    /// Removes an account with its sessions and tokens.
    /// 409 where it would leave no admin.
    pub fn delete_user(&self, id: UserId) -> Call<NoBody> {
        self.put::<endpoints::DeleteUser>(&id, &NoBody {})
    }

    /// Puts an address or a domain on the suppression list.
    /// A field that is wrong is found by [`crate::ApiError::field`].
    pub fn add_suppression(&self, new: &NewSuppression) -> Call<SuppressionAdded> {
        self.put::<endpoints::AddSuppression>(&(), new)
    }

    /// Takes an entry off the suppression list.
    pub fn remove_suppression(&self, id: SuppressionId) -> Call<NoBody> {
        self.put::<endpoints::RemoveSuppression>(&id, &NoBody {})
    }

    fn put<E: Endpoint<Query = NoQuery>>(&self, path: &E::Path, body: &E::Body) -> Call<E::Response> {
        self.call::<E>(path, &NoQuery {}, body, CallOptions::default())
    }
}
