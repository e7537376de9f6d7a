//! Whoever asks for a document of forms or sends one, their way to the API, and the document that answers them.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use client::{ApiClient, ApiError};
use contract::{Problem, Role};
use dashboard::FormContent;

use super::render::{self, Page};
use super::{InProcess, nonce};
use crate::app::App;
use crate::auth::{Principal, Visitor};
use crate::middleware::headers::Nonce;
use crate::problem::{ApiProblem, FORBIDDEN, UNAVAILABLE};

/// Whoever sent a form or asks for one.
pub(super) struct Sender {
    app: App,
    visitor: Visitor,
    nonce: Option<Nonce>,
    pub(super) principal: Principal,
    pub(super) api: ApiClient,
}

impl Sender {
    /// Who sent the request; nobody where they have to sign in first.
    pub(super) fn of(app: &App, request: &Request) -> Option<Self> {
        let visitor = Visitor::of(request);
        let principal = visitor.identity.0.clone()?;
        let api = ApiClient::new(InProcess::new(app, visitor.clone()));
        Some(Self { app: app.clone(), visitor, nonce: nonce(request), principal, api })
    }

    /// The page at `path` with what it shows.
    pub(super) async fn show(self, path: &str, content: FormContent) -> Response {
        self.answer(path, content, StatusCode::OK).await
    }

    /// The page at `path` under a status of its own, such as that of a form with what is wrong.
    pub(super) async fn show_as(self, path: &str, content: FormContent, status: u16) -> Response {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.answer(path, content, status).await
    }

    /// The page at `path` with nothing but why it cannot be shown.
    pub(super) async fn explain(self, path: &str, problem: Problem) -> Response {
        let status = problem.status;
        self.show_as(path, FormContent::Refused(problem), status).await
    }

    /// Whether the sender may do what needs that role.
    pub(super) fn needs(&self, role: Role) -> Result<(), ApiProblem> {
        if self.principal.role >= role {
            return Ok(());
        }
        Err(ApiProblem::new(FORBIDDEN, format!("this page needs the role {role}; ask an admin for it")))
    }

    async fn answer(self, path: &str, content: FormContent, status: StatusCode) -> Response {
        let mut page = Page::at(path.to_owned(), self.visitor, self.nonce);
        page.status = Some(status).filter(|status| *status != StatusCode::OK);
        page.content = Some(content);
        render::answer(&self.app, page).await
    }
}

/// What the API said, in its own form also where it could not be asked.
pub(super) fn told(error: ApiError) -> Problem {
    let told = error.to_string();
    error.problem.map_or_else(|| ApiProblem::new(UNAVAILABLE, told).into_problem(), |problem| *problem)
}
