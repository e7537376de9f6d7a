//! The OpenAPI document and the page that shows it.

mod document;
mod page;

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

pub use document::openapi_document;

use crate::app::App;
use crate::endpoint::{entity_tag, is_known};

pub(crate) const PAGE_PATH: &str = "/api/docs";
const DOCUMENT_PATH: &str = "/api/openapi.json";

static DOCUMENT: LazyLock<String> =
    LazyLock::new(|| openapi_document().to_pretty_json().unwrap_or_else(|_| "{}".to_owned()));
static PAGE: LazyLock<String> = LazyLock::new(|| page::render(&openapi_document()));

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(DOCUMENT_PATH, get(document))
        .route(PAGE_PATH, get(|| async { Html(PAGE.as_str()) }))
        .route(page::STYLE_PATH, get(|| async { ([(header::CONTENT_TYPE, "text/css")], page::STYLE) }))
        .route("/problems/{name}", get(problem))
}

async fn document(headers: HeaderMap) -> Response {
    let tag = entity_tag(DOCUMENT.as_bytes());
    let fresh = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "no-cache".to_owned())];
    if is_known(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, fresh).into_response();
    }
    (fresh, [(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

/// A problem's `type` leads to its explanation.
async fn problem(Path(name): Path<String>) -> Response {
    match crate::problem::KINDS.iter().find(|kind| kind.name == name) {
        Some(kind) => Redirect::to(&format!("{PAGE_PATH}#problem-{}", kind.name)).into_response(),
        None => {
            crate::problem::ApiProblem::new(crate::problem::NOT_FOUND, "there is no problem of that name")
                .into_response()
        }
    }
}
