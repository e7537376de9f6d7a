//! What the pages write, through the typed client and its cache, on the real server.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request as HttpRequest, header};
use client::interceptor::Bearer;
use client::mutations::{self, BusinessUpdate, ContactUpdate};
use client::transport::TransportFuture;
use client::{
    ApiClient, ApiError, Connection, FileContent, IdempotencyKey, Request, Response, Transport,
    TransportError, queries,
};
use contract::auth::{NewApiToken, NewUser, PasswordChange, UserChange};
use contract::bulk::{BulkAction, BulkRequest};
use contract::edit::{BusinessDraft, BusinessPatch, Change, ContactPatch};
use contract::{Business, BusinessDetail, BusinessId, BusinessQuery, Page, Role, Shared, Timestamp, keys};
use requery::runtime::TokioRuntime;
use requery::{MutationObserver, MutationOptions, QueryClient};
use serde_json::json;

use tower::ServiceExt;

use crate::support::guarded::{Guarded, PASSWORD};
use crate::support::{TestApp, business, seed};

/// Carries requests to the service without a socket.
pub(crate) struct Routed(Router);

impl Routed {
    pub(crate) fn of(router: &Router) -> Self {
        Self(router.clone())
    }
}

impl Transport for Routed {
    fn send(&self, request: Request) -> TransportFuture<'_, Result<Response, TransportError>> {
        let router = self.0.clone();
        Box::pin(async move {
            let mut builder = HttpRequest::builder().method(request.method).uri(request.path);
            builder = builder.header(header::HOST, "localhost:3030");
            for (name, value) in request.headers {
                builder = builder.header(name, value);
            }
            let body = request.body.map_or_else(Body::empty, Body::from);
            let response = router.oneshot(builder.body(body).unwrap()).await.unwrap();
            let status = response.status().as_u16();
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
            Ok(Response { status, headers: Vec::new(), body })
        })
    }
}

struct Page1 {
    app: TestApp,
    api: ApiClient,
    cache: QueryClient,
    query: BusinessQuery,
}

impl Page1 {
    /// A page that shows the list of businesses in Helsinki.
    async fn open(names: &[&str]) -> Self {
        let app = TestApp::new().await;
        seed(app.store(), names.iter().map(|name| business(name, "Helsinki")).collect()).await;
        let api = ApiClient::new(Routed::of(&app.router));
        let cache = QueryClient::new(TokioRuntime::current());
        let query = BusinessQuery { city: Some("Helsinki".to_owned()), ..BusinessQuery::default() };
        let options = queries::business_list(&api, &Connection::new(), query.clone());
        cache.fetch_query(&options).await.unwrap();
        Self { app, api, cache, query }
    }

    async fn open_detail(&self, id: BusinessId) -> Arc<BusinessDetail> {
        self.cache.fetch_query(&queries::business_detail(&self.api, id)).await.unwrap()
    }

    fn list(&self) -> Arc<Page<Shared<Business>>> {
        self.cache.get_query_data(keys::businesses::list(&self.query)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.list().data.iter().map(|row| row.name.clone()).collect();
        names.sort();
        names
    }

    fn detail(&self, id: i64) -> Arc<BusinessDetail> {
        self.cache.get_query_data(keys::business::detail(BusinessId(id))).unwrap()
    }

    async fn mutate<T, V, C>(
        &self,
        options: MutationOptions<T, ApiError, V, C>,
        variables: V,
    ) -> Result<Arc<T>, Arc<ApiError>>
    where
        T: Send + Sync + 'static,
        V: Send + Sync + 'static,
        C: Send + Sync + 'static,
    {
        let observer = MutationObserver::new(&self.cache, options);
        observer.mutate(variables).await.map_err(|error| match error {
            requery::MutationError::Failed(error) => error,
            other => panic!("{other:?}"),
        })
    }
}

fn draft(name: &str, city: &str) -> BusinessDraft {
    BusinessDraft(BusinessPatch {
        name: Change::Set(name.to_owned()),
        city: Change::Set(city.to_owned()),
        ..BusinessPatch::default()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_created_business_is_shown_at_once_and_then_as_the_server_has_it() {
    let page = Page1::open(&["Alpha"]).await;
    let observer = MutationObserver::new(&page.cache, mutations::create_business(&page.api));
    let creating = observer.mutate((draft("Beta", "Helsinki"), Timestamp::from_millis(1)));
    let made = creating.await.unwrap();
    assert_eq!((made.name.as_str(), made.id), ("Beta", BusinessId(2)));
    assert_eq!(page.names(), ["Alpha", "Beta"]);
    assert!(page.list().data.iter().all(|row| row.id.0 > 0), "no temporary id is left");
    assert_eq!(page.list().meta.total, 2);
    page.mutate(mutations::create_business(&page.api), (draft("Gamma", "Espoo"), Timestamp::from_millis(1)))
        .await
        .unwrap();
    assert_eq!(page.names(), ["Alpha", "Beta"], "the list is of Helsinki");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_draft_leaves_no_row() {
    let page = Page1::open(&["Alpha"]).await;
    let error = page
        .mutate(mutations::create_business(&page.api), (draft("--", "Helsinki"), Timestamp::from_millis(1)))
        .await
        .unwrap_err();
    assert!(error.field("name").is_some(), "{error}");
    assert_eq!((page.names(), page.list().meta.total), (vec!["Alpha".to_owned()], 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_changes_the_row_or_shows_what_came_first() {
    let page = Page1::open(&["Alpha"]).await;
    page.open_detail(BusinessId(1)).await;
    let update = |version: u64, name: &str| BusinessUpdate {
        id: BusinessId(1),
        version,
        patch: BusinessPatch { name: Change::Set(name.to_owned()), ..BusinessPatch::default() },
    };
    page.mutate(mutations::update_business(&page.api), update(1, "Alfa")).await.unwrap();
    assert_eq!((page.names(), page.detail(1).business.version), (vec!["Alfa".to_owned()], 2));

    let elsewhere = serde_json::json!({ "name": "Elsewhere" });
    assert_eq!(page.app.patch("/api/businesses/1", 2, elsewhere).await.status.as_u16(), 200);
    let error = page.mutate(mutations::update_business(&page.api), update(2, "Late")).await.unwrap_err();
    assert_eq!(error.status, Some(412));
    assert_eq!((page.names(), page.detail(1).business.version), (vec!["Elsewhere".to_owned()], 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_row_is_gone_and_counted_off() {
    let page = Page1::open(&["Alpha", "Beta"]).await;
    page.mutate(mutations::delete_business(&page.api), (BusinessId(1), 1)).await.unwrap();
    assert_eq!((page.names(), page.list().meta.total), (vec!["Beta".to_owned()], 1));
    let refused = page.mutate(mutations::delete_business(&page.api), (BusinessId(2), 7)).await.unwrap_err();
    assert_eq!(refused.status, Some(412));
    assert_eq!(page.names(), ["Beta"], "it is back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contacts_are_shown_as_the_server_answers() {
    let page = Page1::open(&["Alpha"]).await;
    page.open_detail(BusinessId(1)).await;
    let contact = ContactPatch { name: Change::Set("Maija".to_owned()), ..ContactPatch::default() };
    let saved = page.mutate(mutations::add_contact(&page.api), (BusinessId(1), contact)).await.unwrap();
    assert_eq!(page.detail(1).contacts, std::slice::from_ref(&saved.contact));
    assert_eq!((page.detail(1).business.contact_count, page.detail(1).business.version), (1, 2));
    let update = ContactUpdate {
        contact: (BusinessId(1), saved.contact.id),
        version: 2,
        patch: ContactPatch { title: Change::Set("Owner".to_owned()), ..ContactPatch::default() },
    };
    page.mutate(mutations::update_contact(&page.api), update).await.unwrap();
    assert_eq!(page.detail(1).contacts[0].title.as_deref(), Some("Owner"));
    let gone = ((BusinessId(1), saved.contact.id), 3);
    page.mutate(mutations::delete_contact(&page.api), gone).await.unwrap();
    assert_eq!((page.detail(1).contacts.len(), page.detail(1).business.version), (0, 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bulk_merge_and_their_undoing_reach_the_cache() {
    let page = Page1::open(&["Alpha", "Beta", "Gamma"]).await;
    let request =
        BulkRequest { ids: Some(vec![BusinessId(3)]), filter: None, action: BulkAction::Delete, tag: None };
    let connection = Connection::new();
    let answer = page.mutate(mutations::bulk_businesses(&page.api, &connection), request).await.unwrap();
    assert_eq!(answer.changed, 1);
    page.refetched().await;
    assert_eq!(page.names(), ["Alpha", "Beta"]);
    page.mutate(mutations::merge_business(&page.api), (BusinessId(1), BusinessId(2))).await.unwrap();
    page.refetched().await;
    assert_eq!(page.names(), ["Alpha"]);
    let back = page.mutate(mutations::unmerge_business(&page.api), (BusinessId(1), None)).await.unwrap();
    assert_eq!(back.id, BusinessId(2));
    page.refetched().await;
    assert_eq!(page.names(), ["Alpha", "Beta"]);
}

impl Page1 {
    /// The list was invalidated; what a page on screen does by itself.
    async fn refetched(&self) {
        let options = queries::business_list(&self.api, &Connection::new(), self.query.clone());
        self.cache.fetch_query(&options).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_are_kept_through_the_typed_client() {
    let app = Guarded::new().await;
    let made = app.post(&app.admin, "/api/auth/tokens", json!({ "name": "x", "role": "admin" })).await.json();
    let bearer = Bearer::new(made["secret"].as_str().unwrap()).unwrap();
    let api = ApiClient::new(Routed::of(&app.app.router)).with(bearer);
    assert_eq!(api.me().await.unwrap().user.unwrap().email, "root@example.org");
    assert_eq!(api.sessions().await.unwrap().len(), 1);
    let token = NewApiToken { name: "reports".to_owned(), role: Role::Viewer, expires_in_days: Some(1) };
    let token = api.create_token(&token).await.unwrap().token;
    assert_eq!(api.tokens().await.unwrap()[0], token);
    api.revoke_token(token.id).await.unwrap();
    assert_eq!(api.tokens().await.unwrap().len(), 1);
    let change = PasswordChange { current: "not this one".to_owned(), new: "a longer sentence".to_owned() };
    let refused = api.change_password(&change).await.unwrap_err();
    assert!(refused.field("current").is_some(), "{refused}");
    let user = NewUser {
        email: "mia@example.org".to_owned(),
        name: "Mia".to_owned(),
        role: Role::Viewer,
        password: PASSWORD.to_owned(),
    };
    let user = api.create_user(&user).await.unwrap();
    let change = UserChange { role: Some(Role::Member), ..UserChange::default() };
    assert_eq!(api.update_user(user.id, &change).await.unwrap().role, Role::Member);
    assert_eq!(api.users().await.unwrap().len(), 2);
    api.delete_user(user.id).await.unwrap();
    assert!(api.delete_user(user.id).await.unwrap_err().is_not_found());
    let session = api.sessions().await.unwrap()[0].id;
    api.revoke_session(session).await.unwrap();
    app.login("root@example.org", PASSWORD).await;
    api.revoke_other_sessions().await.unwrap();
    assert!(api.sessions().await.unwrap().is_empty(), "a program has no session of its own to keep");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_previewed_and_imported_through_the_typed_client() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = folder.path().to_owned();
    let app = TestApp::with(move |config| config.uploads = uploads).await;
    let api = ApiClient::new(Routed::of(&app.router));
    let file = FileContent { name: "leads.csv", bytes: b"name,city\nAlpha,Espoo\nBeta,Espoo\n" };
    let preview = api.preview_import(file).await.unwrap();
    assert_eq!((preview.kind.as_str(), preview.new), ("CSV", 2));
    let key = IdempotencyKey::new();
    let first = api.import_businesses(file, key.clone()).await.unwrap();
    assert_eq!(api.import_businesses(file, key).await.unwrap(), first);
    let empty = api.preview_import(FileContent { name: "empty.csv", bytes: b"" }).await.unwrap_err();
    assert!(empty.field("file").is_some(), "{empty}");
}
