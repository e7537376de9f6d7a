//! A program that signs in with a token, through the layers of the typed client, on a server that listens.

use client::interceptor::{Bearer, RequestLog, Retry};
use client::transport::ReqwestTransport;
use client::{ApiClient, ErrorKind};
use contract::auth::NewApiToken;
use contract::edit::{BusinessDraft, BusinessPatch, Change};
use contract::{BusinessQuery, Role};
use server::{Access, ServerConfig};

use crate::support::guarded::{Guarded, Visitor};
use crate::support::{Listening, business, open_config, seed};

/// A server that people sign in to, on a port.
async fn listening(app: &Guarded) -> Listening {
    let config = open_config(app.app.store());
    Listening::start(ServerConfig { access: Access::SignedIn { tls: false }, ..config }).await
}

fn anybody(server: &Listening) -> ApiClient {
    ApiClient::new(ReqwestTransport::new(&server.url()).unwrap()).with(Retry::times(3)).with(RequestLog)
}

fn token(Visitor(_, header): &Visitor) -> Bearer {
    Bearer::new(header.strip_prefix("Bearer ").unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_is_who_its_token_says_until_it_is_revoked() {
    let app = Guarded::new().await;
    seed(app.app.store(), vec![business("Alpha", "Espoo")]).await;
    let server = listening(&app).await;
    let root = anybody(&server).with(token(&app.token(&app.admin, Role::Admin).await));
    let asked = NewApiToken { name: "reports".to_owned(), role: Role::Viewer, expires_in_days: Some(1) };
    let made = root.create_token(&asked).await.unwrap();
    let reports = anybody(&server).with(Bearer::new(&made.secret).unwrap());
    assert_eq!(reports.me().await.unwrap().user.unwrap().email, "root@example.org");
    assert_eq!(reports.list_businesses(&BusinessQuery::default()).await.unwrap().meta.total, 1);

    let named = BusinessPatch { name: Change::Set("Beta".to_owned()), ..BusinessPatch::default() };
    let refused =
        reports.create_business(&BusinessDraft(named), client::IdempotencyKey::new()).await.unwrap_err();
    assert_eq!((refused.status, refused.code()), (Some(403), Some("forbidden")), "{refused}");

    root.revoke_token(made.token.id).await.unwrap();
    let error = reports.list_businesses(&BusinessQuery::default()).await.unwrap_err();
    assert_eq!(
        (error.kind, error.status, error.code()),
        (ErrorKind::Problem, Some(401), Some("unauthenticated"))
    );
    assert!(!error.is_retryable() && error.request_id().is_some(), "{error:?}");
    assert!(error.to_string().contains("was revoked") && error.to_string().contains("Bearer"), "{error}");
    assert_eq!(root.me().await.unwrap().user.unwrap().role, Role::Admin, "another token is not");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_without_a_token_is_told_how_to_sign_in() {
    let app = Guarded::new().await;
    let server = listening(&app).await;
    let error = anybody(&server).stats().await.unwrap_err();
    assert_eq!((error.status, error.code()), (Some(401), Some("unauthenticated")));
    assert!(error.to_string().contains("send Authorization: Bearer TOKEN"), "{error}");
    let error = anybody(&server).with(Bearer::new("nobodys").unwrap()).stats().await.unwrap_err();
    assert_eq!((error.status, error.code()), (Some(401), Some("unauthenticated")), "{error}");
    server.stop().await;
}
