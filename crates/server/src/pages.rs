//! The pages: rendered on the server with their data, and usable without a script.

mod forms;
mod in_process;
mod render;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use dashboard::routes::Route;

pub use in_process::InProcess;

use crate::app::App;
use crate::middleware::headers::Nonce;
use crate::middleware::observe::RouteLabel;
use crate::problem::{ApiProblem, NOT_FOUND};
use render::Page;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/find", post(forms::find).get(page))
        .route("/jobs/{id}/cancel", post(forms::cancel).get(page))
        .route("/jobs/{id}/retry", post(forms::retry).get(page))
        .route("/leads/{id}/enrich", post(forms::enrich).get(page))
        .fallback(page)
}

/// Any other path is a page, if only the one that says that there is none.
async fn page(State(app): State<App>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let detail = format!("there is nothing that takes {} here", request.method());
        return ApiProblem::new(NOT_FOUND, detail).into_response();
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let label = label(&path);
    let mut response = render::answer(&app, Page::at(path, nonce(&request))).await;
    response.extensions_mut().insert(label);
    response
}

/// The page's route for logs and figures.
fn label(path: &str) -> RouteLabel {
    RouteLabel(match Route::parse(path) {
        Some(Route::Overview) => "/",
        Some(Route::Find(_)) => "/find",
        Some(Route::Jobs(_)) => "/jobs",
        Some(Route::Job(_)) => "/jobs/{jobId}",
        Some(Route::Leads(_)) => "/leads",
        Some(Route::Lead(_)) => "/leads/{id}",
        Some(Route::Styleguide) => "/styleguide",
        None => "other",
    })
}

fn nonce(request: &Request) -> Option<Nonce> {
    request.extensions().get::<Nonce>().cloned()
}
