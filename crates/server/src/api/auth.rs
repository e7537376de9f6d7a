//! Signing in and out, passwords, sessions, API tokens.

use contract::auth::{ApiTokenCreated, DEFAULT_TOKEN_DAYS, MAX_PASSWORD, Me, User, folded_email};
use contract::endpoint::NoBody;
use contract::endpoints::{
    ChangePassword, CreateToken, GetMe, ListSessions, ListTokens, Login, Logout, RevokeOtherSessions,
    RevokeSession, RevokeToken, Setup,
};
use contract::{FieldError, Role, Timestamp};
use store::{NewAccount, NewToken, StoreError};

use crate::app::App;
use crate::auth::{self, By, Principal, Secret, cookie, digest};
use crate::clock;
use crate::endpoint::{Answer, Call, Caller};
use crate::problem::{ApiProblem, FORBIDDEN, UNAUTHENTICATED};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Makes the first account.
pub(super) async fn setup(app: App, call: Call<Setup>) -> Result<Answer<Setup>, ApiProblem> {
    app.attempts().count(call.caller.peer, "the first account")?;
    let digest = digest(&call.body.token);
    let refused =
        || ApiProblem::new(FORBIDDEN, "the link is used up or too old; start the server again for a new one");
    // Before the costly hash, so that nobody can make the server work for nothing.
    if !app.store().is_setup_link(&digest, clock::now()).await? {
        return Err(refused());
    }
    let account = NewAccount {
        email: folded_email(&call.body.email),
        name: call.body.name.trim().to_owned(),
        role: Role::Admin,
        password_hash: app.passwords().hash(&call.body.password).await?,
    };
    let mut tx = app.store().begin().await?;
    let user = match tx.set_up(&digest, account).await {
        Ok(user) => user,
        Err(StoreError::Conflict(_)) => return Err(refused()),
        Err(error) => return Err(error.into()),
    };
    tx.commit().await?;
    tracing::info!(user_id = %user.id, "made the first account");
    let (me, cookie) = open(&app, user, &call.caller).await?;
    Answer::new(me).with_cookie(&cookie)
}

/// Whether the address or the password is wrong is not told, nor by how long it takes.
pub(super) async fn login(app: App, call: Call<Login>) -> Result<Answer<Login>, ApiProblem> {
    let email = folded_email(&call.body.email);
    app.attempts().count(call.caller.peer, &digest(&email))?;
    let found = app.store().credentials(&email).await?;
    let hash = found.as_ref().map(|found| found.password_hash.as_str());
    // Longer ones cannot have been set.
    let given: String = call.body.password.chars().take(MAX_PASSWORD + 1).collect();
    let is_right = app.passwords().is_right(&given, hash).await?;
    match found {
        Some(found) if is_right && !found.user.disabled => {
            tracing::info!(user_id = %found.user.id, "signed in");
            let (me, cookie) = open(&app, found.user, &call.caller).await?;
            Answer::new(me).with_cookie(&cookie)
        }
        _ => Err(ApiProblem::new(
            UNAUTHENTICATED,
            "the address or the password is wrong, or the account is disabled",
        )),
    }
}

async fn open(app: &App, user: User, caller: &Caller) -> Result<(Me, String), ApiProblem> {
    let (access, agent) = (app.config().access, caller.user_agent.as_deref());
    let opened = auth::open_session(app.store(), access, &user, agent, caller.principal.as_ref()).await?;
    let me = Me { role: user.role, user: Some(user), expires_at: Some(opened.expires_at) };
    Ok((me, opened.cookie))
}

pub(super) async fn logout(app: App, call: Call<Logout>) -> Result<Answer<Logout>, ApiProblem> {
    if let Some(principal) = &call.caller.principal
        && let (Some(user), By::Session { id, .. }) = (&principal.user, principal.by)
    {
        let mut tx = app.store().begin().await?;
        match tx.end_session(user.id, id).await {
            Ok(()) => {
                tx.commit().await?;
            }
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Answer::new(NoBody {}).with_cookie(&cookie::clear(app.config().access))
}

pub(super) async fn me(_: App, call: Call<GetMe>) -> Result<Answer<GetMe>, ApiProblem> {
    let principal = call.caller.somebody()?;
    let expires_at = principal.by.expires_at();
    Ok(Answer::new(Me { user: principal.user.clone(), role: principal.role, expires_at }))
}

/// The person whose password, sessions and tokens the caller may change: their own, and with a token only with one of the
/// role admin. A token that was made for reading, or for leads, signs nobody out, and makes no other token that would outlive
/// it once it is revoked.
fn manager(principal: &Principal) -> Result<&User, ApiProblem> {
    let person = principal.person()?;
    match principal.by {
        By::Token { .. } if principal.role < Role::Admin => Err(ApiProblem::new(
            FORBIDDEN,
            format!(
                "a token of the role {} changes no password, session or token; sign in, or use a token of the role admin",
                principal.role
            ),
        )),
        _ => Ok(person),
    }
}

pub(super) async fn change_password(
    app: App,
    call: Call<ChangePassword>,
) -> Result<Answer<ChangePassword>, ApiProblem> {
    let principal = call.caller.somebody()?;
    let user = manager(principal)?;
    app.attempts().count(call.caller.peer, &digest(&user.email))?;
    let known = app.store().credentials(&user.email).await?;
    let hash = known.as_ref().map(|known| known.password_hash.as_str());
    if !app.passwords().is_right(&call.body.current, hash).await? {
        let error = FieldError::new("current", "wrong", "this is not the password as it is");
        return Err(ApiProblem::invalid(vec![error]));
    }
    let hash = app.passwords().hash(&call.body.new).await?;
    let mut tx = app.store().begin().await?;
    tx.set_password(user.id, hash).await?;
    tx.end_sessions(user.id, principal.by.session()).await?;
    tx.commit().await?;
    Ok(Answer::new(NoBody {}))
}

pub(super) async fn sessions(app: App, call: Call<ListSessions>) -> Result<Answer<ListSessions>, ApiProblem> {
    let principal = call.caller.somebody()?;
    let mut sessions = app.store().list_sessions(principal.person()?.id, clock::now()).await?;
    for session in &mut sessions {
        session.current = principal.by.session() == Some(session.id);
    }
    Ok(Answer::new(sessions))
}

pub(super) async fn revoke_session(
    app: App,
    call: Call<RevokeSession>,
) -> Result<Answer<RevokeSession>, ApiProblem> {
    let user = manager(call.caller.somebody()?)?.id;
    let mut tx = app.store().begin().await?;
    tx.end_session(user, call.path).await?;
    tx.commit().await?;
    Ok(Answer::new(NoBody {}))
}

pub(super) async fn revoke_other_sessions(
    app: App,
    call: Call<RevokeOtherSessions>,
) -> Result<Answer<RevokeOtherSessions>, ApiProblem> {
    let principal = call.caller.somebody()?;
    let user = manager(principal)?.id;
    let mut tx = app.store().begin().await?;
    tx.end_sessions(user, principal.by.session()).await?;
    tx.commit().await?;
    Ok(Answer::new(NoBody {}))
}

pub(super) async fn tokens(app: App, call: Call<ListTokens>) -> Result<Answer<ListTokens>, ApiProblem> {
    let user = call.caller.somebody()?.person()?.id;
    Ok(Answer::new(app.store().list_tokens(user, clock::now()).await?))
}

pub(super) async fn create_token(
    app: App,
    call: Call<CreateToken>,
) -> Result<Answer<CreateToken>, ApiProblem> {
    let principal = call.caller.somebody()?;
    let user = manager(principal)?;
    if call.body.role > principal.role {
        return Err(ApiProblem::new(
            FORBIDDEN,
            format!("a token may do at most what you may: {}", principal.role),
        ));
    }
    let secret = Secret::new().map_err(|error| ApiProblem::internal(&error))?;
    let now = clock::now();
    let days = i64::from(call.body.expires_in_days.unwrap_or(DEFAULT_TOKEN_DAYS));
    let token = NewToken {
        digest: secret.digest(),
        user_id: user.id,
        name: call.body.name.trim().to_owned(),
        role: call.body.role,
        expires_at: Timestamp::from_millis(now.as_millis() + days * DAY_MS),
    };
    let mut tx = app.store().begin_at(now).await?;
    let token = tx.insert_token(token).await?;
    tx.commit().await?;
    Ok(Answer::new(ApiTokenCreated { token, secret: secret.text().to_owned() }))
}

pub(super) async fn revoke_token(
    app: App,
    call: Call<RevokeToken>,
) -> Result<Answer<RevokeToken>, ApiProblem> {
    let principal = call.caller.somebody()?;
    let user = match principal.by {
        // Whoever finds a token where it should not be can end it with itself.
        By::Token { id, .. } if id == call.path => principal.person()?.id,
        _ => manager(principal)?.id,
    };
    let mut tx = app.store().begin().await?;
    tx.end_token(user, call.path).await?;
    tx.commit().await?;
    Ok(Answer::new(NoBody {}))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Body;
    use axum::http::{Request, header};
    use contract::UserId;
    use discovery::SourceRegistry;
    use store::WriteTx;
    use store::test_support::{TestStore, sqlite};
    use tower::ServiceExt;

    use super::*;
    use crate::config::{Access, ServerConfig};

    fn app(db: &TestStore) -> App {
        let sources = Arc::new(SourceRegistry::default());
        let config = ServerConfig::new("127.0.0.1:3030".parse().unwrap(), db.store().clone(), sources);
        App::new(ServerConfig { access: Access::SignedIn { tls: false }, ..config })
    }

    async fn account(tx: &mut WriteTx, email: &str, password_hash: &str) -> UserId {
        let (email, name) = (email.to_owned(), email.to_owned());
        let account = NewAccount { email, name, role: Role::Admin, password_hash: password_hash.to_owned() };
        tx.insert_user(account).await.unwrap().id
    }

    /// What the answer's status is, and how many passwords were compared for it.
    async fn try_in(app: &App, email: &str, password: &str) -> (u16, usize) {
        let before = app.passwords().compared();
        let body = serde_json::json!({ "email": email, "password": password }).to_string();
        let request = Request::post("/api/auth/login").header(header::HOST, "localhost");
        let request = request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body));
        let answer = app.router().oneshot(request.unwrap()).await.unwrap();
        (answer.status().as_u16(), app.passwords().compared() - before)
    }

    /// Comparing is what takes time. Work is counted and not timed: it is the same, whatever the machine does meanwhile.
    #[tokio::test]
    async fn an_unknown_address_costs_the_work_of_a_wrong_password() {
        let db = sqlite().await;
        let app = app(&db);
        let hash = app.passwords().hash("a short sentence").await.unwrap();
        let mut tx = db.store().begin().await.unwrap();
        account(&mut tx, "ada@example.org", &hash).await;
        let gone = account(&mut tx, "gone@example.org", &hash).await;
        let disable = contract::auth::UserChange { disabled: Some(true), ..Default::default() };
        tx.update_user(gone, &disable, None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(try_in(&app, "nobody@example.org", "a short sentence").await, (401, 1));
        assert_eq!(try_in(&app, "ada@example.org", "another sentence").await, (401, 1));
        assert_eq!(try_in(&app, "gone@example.org", "a short sentence").await, (401, 1));
        assert_eq!(try_in(&app, "ada@example.org", "a short sentence").await, (200, 1));
    }
}
