//! The pages: rendered on the server with their data, and usable without a script.

mod account;
mod contacts;
mod duplicates;
mod entrance;
mod forms;
mod import;
mod in_process;
mod leads;
mod pairs;
mod render;
mod sender;
mod settings;
mod suppression;
mod users;
mod views;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use client::{Request as ApiRequest, Response as ApiResponse, Transport};
use contract::Problem;
use dashboard::routes::Route;
use serde::de::DeserializeOwned;

pub(crate) use in_process::InProcess;

use crate::app::App;
use crate::auth::Visitor;
use crate::extract::{body, query};
use crate::middleware::headers::{FETCH_SITE, Nonce};
use crate::middleware::observe::RouteLabel;
use crate::problem::{ApiProblem, MALFORMED, NOT_FOUND, UNAVAILABLE, UNSUPPORTED_MEDIA_TYPE};
use render::Page;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in", post(entrance::sign_in).get(entrance::sign_in_page))
        .route("/setup", post(entrance::setup).get(entrance::setup_page))
        .route("/sign-out", post(entrance::sign_out).get(page))
        .route("/find", post(forms::find).get(page))
        .route("/jobs/retry-failed", post(forms::retry_all).get(page))
        .route("/jobs/{id}/cancel", post(forms::cancel).get(page))
        .route("/jobs/{id}/retry", post(forms::retry).get(page))
        .route("/enrichment/retry", post(forms::retry_failed).get(page))
        .route("/leads/new", post(leads::add).get(page))
        .route("/leads/enrich", post(leads::enrich_all).get(page))
        .route("/leads/{id}/edit", post(leads::change).get(page))
        .route("/leads/{id}/delete", post(leads::delete).get(page))
        .route("/leads/{id}/enrich", post(forms::enrich).get(page))
        .route("/leads/{id}/contacts/new", get(contacts::new).post(contacts::add))
        .route("/leads/{id}/contacts/{contact}", get(contacts::edit).post(contacts::change))
        .route("/leads/{id}/contacts/{contact}/delete", post(contacts::delete).get(page))
        .route("/leads/{id}/duplicates", get(duplicates::list))
        .route("/leads/{id}/duplicates/{other}", get(duplicates::compare).post(duplicates::merge))
        .route("/leads/{id}/unmerge", post(duplicates::undo).get(page))
        .route("/duplicates", get(pairs::list).post(pairs::decide))
        .route("/leads/views", get(views::list).post(views::save))
        .route("/leads/views/{id}", get(views::one).post(views::rename))
        .route("/leads/views/{id}/delete", post(views::delete).get(page))
        .route("/account", get(account::page))
        .route("/account/password", post(account::change_password).get(account::home))
        .route("/account/sessions/revoke", post(account::revoke_other_sessions).get(account::home))
        .route("/account/sessions/{id}/revoke", post(account::revoke_session).get(account::home))
        .route("/account/tokens", post(account::create_token).get(account::home))
        .route("/account/tokens/{id}/revoke", post(account::revoke_token).get(account::home))
        .route("/settings", get(settings::page))
        .route("/settings/appearance", post(settings::choose_theme).get(settings::home))
        .route("/users", get(users::list).post(users::add))
        .route("/users/{id}", get(users::show).post(users::change))
        .route("/users/{id}/delete", post(users::delete).get(users::home))
        .route("/suppression", get(suppression::list).post(suppression::change))
        .route("/suppression/{id}/remove", post(suppression::remove).get(suppression::home))
        .fallback(page)
}

/// The pages of imports: a large file takes its time to come in, and to be looked at.
pub(crate) fn uploads() -> Router<App> {
    Router::new()
        .route("/import", get(import::choose).post(import::receive))
        .route("/import/{id}", get(import::preview).post(import::start))
        .route("/import/{id}/columns", post(import::assign).get(import::home))
}

/// Any other path is a page, if only the one that says that there is none.
async fn page(State(app): State<App>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let detail = format!("there is nothing that takes {} here", request.method());
        return ApiProblem::new(NOT_FOUND, detail).into_response();
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let label = label(&path);
    let visitor = Visitor::of(&request);
    let mut response = match (Route::parse(&path), visitor.identity.0.is_some()) {
        // Their own handlers answer at their exact address.
        (
            Some(
                route @ (Route::Form(_)
                | Route::Account
                | Route::Users
                | Route::User(_)
                | Route::Suppression
                | Route::Import(_)),
            ),
            _,
        ) => Redirect::to(&route.path()).into_response(),
        (_, true) => {
            let mut page = Page::at(path, visitor, nonce(&request));
            page.arrives = arrives(&request);
            render::answer(&app, page).await
        }
        (_, false) => entrance::turn_away(&path),
    };
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
        Some(Route::Enrichment) => "/enrichment",
        Some(Route::Leads(_) | Route::LeadsMap) => "/leads",
        Some(Route::Lead(_)) => "/leads/{id}",
        Some(Route::NewLead) => "/leads/new",
        Some(Route::EditLead(_)) => "/leads/{id}/edit",
        Some(Route::Form(form)) => form.pattern(),
        Some(Route::Account) => "/account",
        Some(Route::Users) => "/users",
        Some(Route::User(_)) => "/users/{id}",
        Some(Route::Suppression) => "/suppression",
        Some(Route::Import(None)) => "/import",
        Some(Route::Import(Some(_))) => "/import/{id}",
        Some(Route::Styleguide) => "/styleguide",
        None => "other",
    })
}

/// Whether a browser says that none of our pages led it here.
fn arrives(request: &Request) -> bool {
    request.headers().get(FETCH_SITE).is_some_and(|site| site != "same-origin")
}

fn nonce(request: &Request) -> Option<Nonce> {
    request.extensions().get::<Nonce>().cloned()
}

/// Reads a form that a page sent.
async fn read_form<T: DeserializeOwned>(app: &App, request: Request) -> Result<T, ApiProblem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        return Err(ApiProblem::new(
            UNSUPPORTED_MEDIA_TYPE,
            "send the form as application/x-www-form-urlencoded",
        ));
    }
    let bytes = body::collect(request.into_body(), app.config().limits.body_bytes).await?;
    query::refuse_nul(&bytes)?;
    serde_urlencoded::from_bytes(&bytes).map_err(|error| ApiProblem::new(MALFORMED, error.to_string()))
}

/// Calls the API for a visitor.
async fn call(
    app: &App,
    visitor: &Visitor,
    path: &str,
    body: Option<Vec<u8>>,
    key: Option<&str>,
) -> ApiResponse {
    let headers = key.map(|key| ("idempotency-key".to_owned(), key.to_owned())).into_iter().collect();
    let request = ApiRequest { method: "POST", path: path.to_owned(), headers, body };
    InProcess::new(app, visitor.clone()).send(request).await.unwrap_or_default()
}

fn problem_of(response: &ApiResponse) -> Problem {
    serde_json::from_slice(&response.body).unwrap_or_else(|_| {
        ApiProblem::new(UNAVAILABLE, "the server could not do it now; try again").into_problem()
    })
}
