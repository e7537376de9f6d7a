//! From a path to its document: data first, then one rendering without waiting.

use std::sync::Once;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use client::ApiClient;
use contract::Role;
use dashboard::routes::Route;
use dashboard::{AssetPaths, FindFailure, FormContent, PageState, ShellOptions};
use leptos::prelude::provide_context;
use requery::QueryClient;
use requery::runtime::TokioRuntime;

use super::InProcess;
use crate::app::App;
use crate::auth::Visitor;
use crate::middleware::headers::Nonce;
use crate::problem::ApiProblem;
use crate::tiles::MapTiles;
use crate::{assets, clock};

/// What to render.
#[derive(Debug)]
pub(super) struct Page {
    path: String,
    visitor: Visitor,
    nonce: Option<Nonce>,
    /// Whoever asks comes from elsewhere.
    pub(super) arrives: bool,
    /// The answer's status, where something other than the page's data decides it.
    pub(super) status: Option<StatusCode>,
    pub(super) find_failure: Option<FindFailure>,
    pub(super) content: Option<FormContent>,
}

impl Page {
    /// The page at that path and query.
    pub(super) fn at(path: String, visitor: Visitor, nonce: Option<Nonce>) -> Self {
        Self { path, visitor, nonce, arrives: false, status: None, find_failure: None, content: None }
    }
}

/// Renders the page with its data. No client or proxy keeps it: it shows the moment.
pub(super) async fn answer(app: &App, page: Page) -> Response {
    // Read before the data: what happens in between is replayed to the page, not lost to it.
    let seq = match app.store().latest_seq().await {
        Ok(seq) => seq,
        Err(error) => return ApiProblem::from(error).into_response(),
    };
    let principal = page.visitor.identity.0.as_ref();
    let is_reader = principal.is_some_and(|principal| principal.role < Role::Member);
    let person = principal.and_then(|principal| principal.user.as_ref());
    let (user, person) = person.map(|user| (user.id, user.name.clone())).unzip();
    let api = ApiClient::new(InProcess::new(app, page.visitor));
    let queries = QueryClient::server(TokioRuntime::current());
    let found = dashboard::prefetch(&page.path, &queries, &api).await;
    let is_plain = Route::parse(&page.path).is_some_and(|route| route.is_plain());
    // Without it lists have their usual columns, and the browser's own theme holds.
    let appearance = api.appearance().await.unwrap_or_default();
    let state = PageState {
        columns: appearance.columns.filter(|_| !is_plain),
        now: Some(clock::now()),
        seq: Some(seq),
        form_key: uuid::Uuid::new_v4().to_string(),
        find_failure: page.find_failure,
        person,
        user,
        is_reader,
        ..PageState::default()
    };
    let state = state.with_status(&page.path, found);
    let options = ShellOptions {
        assets: paths(),
        style: page.arrives.then(assets::style).flatten(),
        nonce: page.nonce.as_ref().map(Nonce::to_string),
        is_plain,
        theme: appearance.theme,
        tiles: app.config().tiles.as_ref().filter(|_| !is_plain).map(MapTiles::told),
        state,
    };
    let contexts = Contexts { nonce: page.nonce, queries, api, content: page.content };
    let mut response = document(&page.path, contexts, options).await;
    *response.status_mut() = page.status.unwrap_or(StatusCode::from_u16(found).unwrap_or(StatusCode::OK));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

fn paths() -> Option<AssetPaths> {
    let entry = assets::entry()?;
    Some(AssetPaths {
        js: entry.js.to_owned(),
        wasm: entry.wasm.to_owned(),
        chunks: entry.chunks.iter().map(|(name, path)| ((*name).to_owned(), (*path).to_owned())).collect(),
        css: entry.css.to_owned(),
        forms: entry.forms.to_owned(),
        late: entry.late.to_owned(),
        pictures: entry.pictures.to_owned(),
        tiles: entry.tiles.to_owned(),
        icon: entry.icon.to_owned(),
    })
}

/// What the rendered page finds around it.
struct Contexts {
    nonce: Option<Nonce>,
    queries: QueryClient,
    api: ApiClient,
    content: Option<FormContent>,
}

async fn document(path: &str, contexts: Contexts, options: ShellOptions) -> Response {
    start_executor();
    let Ok(request) = Request::get(path).body(Body::empty()) else {
        return ApiProblem::new(crate::problem::MALFORMED, "the path cannot be read").into_response();
    };
    let state = options.state.clone();
    let provide = move || {
        // Instead of the framework's own, so that its inline scripts are allowed by the policy of the answer.
        if let Some(nonce) = &contexts.nonce {
            provide_context(leptos::nonce::Nonce::from_value(nonce.to_string()));
        }
        if let Some(content) = &contexts.content {
            content.provide();
        }
        dashboard::provide_page(contexts.queries.clone(), contexts.api.clone(), state.clone());
    };
    let shell = move || dashboard::shell(options.clone());
    leptos_axum::render_app_async_with_context(provide, shell)(request).await
}

/// The framework spawns on an executor of the process's choice.
fn start_executor() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        if any_spawner::Executor::init_tokio().is_err() {
            tracing::debug!("the program has chosen an executor of its own");
        }
    });
}
