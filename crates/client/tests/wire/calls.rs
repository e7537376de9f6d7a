//! What the calls of the client look like on the wire.

use client::{CallOptions, ErrorKind, FileContent, IdempotencyKey};
use contract::auth::{NewApiToken, NewUser, PasswordChange, UserChange};
use contract::endpoint::{NoBody, NoQuery};
use contract::endpoints::DeleteBusiness;
use contract::views::{NewView, ViewChange};
use contract::{BusinessId, BusinessQuery, Role, Stats};

use crate::loopback::{Does, Loopback};

#[tokio::test]
async fn a_reading_call_names_what_it_takes_and_has_a_request_id_of_its_own() {
    let stats = || Does::json(200, &Stats::default());
    let server = Loopback::that([stats(), stats(), Does::problem(404, "none")]).await;
    let api = server.api();
    assert_eq!(api.stats().await.unwrap(), Stats::default());
    api.stats().await.unwrap();
    let query =
        BusinessQuery { search: Some("café & bar".into()), has_email: Some(true), ..Default::default() };
    api.list_businesses(&query).await.unwrap_err();
    let [first, second, list] = server.asked().try_into().unwrap();
    assert_eq!(
        (first.what.as_str(), first.header("accept")),
        ("GET /api/businesses/stats", Some("application/json"))
    );
    assert!(first.header("x-request-id").unwrap().len() >= 8);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert_eq!((first.body.as_str(), first.header("content-type")), ("", None));
    assert_eq!(list.what, "GET /api/businesses?hasEmail=true&search=caf%C3%A9+%26+bar");
}

#[tokio::test]
async fn a_change_names_the_version_that_was_seen() {
    let server = Loopback::that([Does::Answers(204, "", Vec::new()), Does::problem(412, "it changed")]).await;
    let options = || CallOptions::of_version(3);
    let delete = || server.api().call::<DeleteBusiness>(&BusinessId(7), &NoQuery {}, &NoBody {}, options());
    delete().await.unwrap();
    assert_eq!(delete().await.unwrap_err().status, Some(412));
    let asked = server.asked();
    assert_eq!(
        (asked[0].what.as_str(), asked[0].header("if-match")),
        ("DELETE /api/businesses/7", Some("\"3\""))
    );
    assert_eq!(asked[0].header("idempotency-key"), None);
}

#[tokio::test]
async fn a_file_travels_as_a_part_under_its_name() {
    let server = Loopback::that([Does::problem(415, "no such kind"), Does::problem(422, "empty")]).await;
    let file = FileContent { name: "my \"leads\"\r\nx: y.csv", bytes: b"name\nAlpha\n" };
    let api = server.api();
    api.preview_import(file).await.unwrap_err();
    let key = IdempotencyKey::of("press-1");
    assert_eq!(api.import_businesses(file, key).await.unwrap_err().kind, ErrorKind::Problem);
    let [preview, import] = server.asked().try_into().unwrap();
    assert_eq!(preview.what, "POST /api/businesses/import/preview");
    assert!(preview.header("content-type").unwrap().starts_with("multipart/form-data; boundary="));
    assert!(preview.body.contains("name\nAlpha\n"), "{}", preview.body);
    assert!(!preview.body.lines().any(|line| line.starts_with("x: y")), "{}", preview.body);
    assert_eq!(
        (import.what.as_str(), import.header("idempotency-key")),
        ("POST /api/businesses/import", Some("press-1"))
    );
}

/// Whoever leaves a page asks for nothing any more: the connection is closed, and not only the answer ignored.
#[tokio::test]
async fn a_call_that_is_dropped_is_hung_up() {
    let server = Loopback::that([Does::Waits]).await;
    let asking = tokio::spawn(server.api().stats());
    server.arrived().await;
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled());
    server.hung_up().await;
}

/// One's account and one's views: what each call is on the wire.
#[tokio::test]
async fn calls_of_accounts_and_views_name_what_they_are_about() {
    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
    let id = || ID.parse().unwrap();
    let user = || contract::UserId(id());
    let view = || contract::ViewId(id());
    let server = Loopback::that(std::iter::repeat_n(Does::problem(403, "not now"), 11)).await;
    let api = server.api();
    let refused = |error: client::ApiError| {
        assert_eq!((error.status, error.to_string()), (Some(403), "not now".into()));
    };
    let password = PasswordChange { current: "old".into(), new: "a longer sentence".into() };
    refused(api.change_password(&password).await.unwrap_err());
    refused(api.revoke_session(contract::SessionId(id())).await.unwrap_err());
    refused(api.revoke_other_sessions().await.unwrap_err());
    let token = NewApiToken { name: "reports".into(), role: Role::Viewer, expires_in_days: None };
    refused(api.create_token(&token).await.unwrap_err());
    refused(api.revoke_token(contract::TokenId(id())).await.unwrap_err());
    let new =
        NewUser { email: "a@example.org".into(), name: "A".into(), role: Role::Viewer, password: "x".into() };
    refused(api.create_user(&new).await.unwrap_err());
    let change = UserChange { role: Some(Role::Member), ..UserChange::default() };
    refused(api.update_user(user(), &change).await.unwrap_err());
    refused(api.delete_user(user()).await.unwrap_err());
    let named = NewView { name: "mine".into(), query: "city=Espoo".into() };
    refused(api.create_view(&named, IdempotencyKey::of("press-1")).await.unwrap_err());
    refused(api.update_view(view(), 3, &ViewChange::default()).await.unwrap_err());
    refused(api.delete_view(view(), 3).await.unwrap_err());
    let asked = server.asked();
    let lines: Vec<_> = asked.iter().map(|asked| asked.what.replace(ID, "{id}")).collect();
    assert_eq!(
        lines,
        [
            "POST /api/auth/password",
            "DELETE /api/auth/sessions/{id}",
            "DELETE /api/auth/sessions",
            "POST /api/auth/tokens",
            "DELETE /api/auth/tokens/{id}",
            "POST /api/users",
            "PATCH /api/users/{id}",
            "DELETE /api/users/{id}",
            "POST /api/views",
            "PATCH /api/views/{id}",
            "DELETE /api/views/{id}",
        ]
    );
    assert_eq!(asked[6].body, r#"{"role":"member"}"#, "what stays is not sent");
    assert_eq!(asked[8].header("idempotency-key"), Some("press-1"));
    assert_eq!(asked[9].header("if-match").zip(asked[10].header("if-match")), Some(("\"3\"", "\"3\"")));
}
