//! The pages of an import. A file comes in once and waits; the page shows what is in it, and the form there has it imported.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use contract::endpoints::ImportBusinesses;
use contract::{Endpoint, JobAccepted, Problem, Role};
use dashboard::content::ImportContent;
use dashboard::routes::{self, Route};
use dashboard::{FormContent, leads_url};
use uuid::Uuid;

use super::entrance::turn_away;
use super::sender::Sender;
use crate::api::import;
use crate::app::App;
use crate::endpoint::Received;
use crate::idempotency::{self, Outcome};
use crate::problem::{ApiProblem, INVALID, NOT_FOUND};
use crate::upload::{self, waiting::Waiting};

const PATH: &str = "/import";

pub(super) async fn choose(State(app): State<App>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    if let Err(problem) = sender.needs(Role::Member) {
        return sender.explain(PATH, problem.into_problem()).await;
    }
    sender
        .show(PATH, content(ImportContent::Choose { limit: app.config().limits.upload_bytes, refused: None }))
        .await
}

/// Takes the file in and leads to what is in it.
pub(super) async fn receive(State(app): State<App>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    if let Err(problem) = sender.needs(Role::Member) {
        return sender.explain(PATH, problem.into_problem()).await;
    }
    match take_in(&app, &sender, request).await {
        Ok(waiting) => Redirect::to(&address(&waiting)).into_response(),
        Err(problem) => choose_again(&app, sender, problem).await,
    }
}

async fn take_in(app: &App, sender: &Sender, request: Request) -> Result<Waiting, ApiProblem> {
    let (parts, body) = request.into_parts();
    let upload = upload::receive_whole(app, &parts.headers, body).await?;
    import::check(&upload.request()).await?;
    Waiting::leave(upload, &app.config().uploads, sender.principal.user.as_ref().map(|user| user.id))
}

/// The form again, with what is wrong beside the file where it is about the file.
async fn choose_again(app: &App, sender: Sender, problem: ApiProblem) -> Response {
    let mut problem: Problem = problem.into_problem();
    if problem.errors.iter().any(|error| error.field != "file") {
        problem.errors.clear();
    }
    for error in problem.errors.iter_mut().filter(|error| error.code == "required") {
        "choose a file first".clone_into(&mut error.message);
    }
    let status = problem.status;
    let limit = app.config().limits.upload_bytes;
    sender.show_as(PATH, content(ImportContent::Choose { limit, refused: Some(problem) }), status).await
}

/// What is in a file that waits.
pub(super) async fn preview(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let here = request.uri().path_and_query().map_or(PATH, |path| path.as_str()).to_owned();
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&here) };
    if let Err(problem) = sender.needs(Role::Member) {
        return sender.explain(PATH, problem.into_problem()).await;
    }
    let waiting = find(&app, &sender, &id, request.uri().query());
    let found = async {
        let waiting = waiting?;
        let preview = import::look(&app, &waiting.request()?).await?;
        Ok::<_, ApiProblem>(ImportContent::Preview { action: address(&waiting), preview: Box::new(preview) })
    };
    match found.await {
        Ok(preview) => sender.show(&here, content(preview)).await,
        Err(problem) => choose_again(&app, sender, problem).await,
    }
}

/// Has the file imported. Pressing twice makes one job.
pub(super) async fn start(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    if let Err(problem) = sender.needs(Role::Member) {
        return sender.explain(PATH, problem.into_problem()).await;
    }
    let started = match find(&app, &sender, &id, request.uri().query()) {
        Ok(waiting) => begin(&app, &sender, &waiting).await,
        Err(problem) => Err(problem),
    };
    match started {
        Ok(accepted) => Redirect::to(&routes::job(accepted.job_id)).into_response(),
        Err(problem) => choose_again(&app, sender, problem).await,
    }
}

async fn begin(app: &App, sender: &Sender, waiting: &Waiting) -> Result<JobAccepted, ApiProblem> {
    // With a space in it, which no key of a client has.
    let key = sender.principal.own_key(&format!("import {}", waiting.id()));
    let received = Received {
        headers: axum::http::HeaderMap::new(),
        key: Some(key.clone()),
        path: address(waiting),
        bytes: bytes::Bytes::new(),
    };
    let answer = async { import::start(app.clone(), waiting.take()?, Some(key)).await?.encode() };
    let (Outcome::First(encoded) | Outcome::Replayed(encoded)) =
        idempotency::once(app, ImportBusinesses::METHOD, &received, answer).await?;
    serde_json::from_slice(&encoded.body).map_err(|error| ApiProblem::internal(&error))
}

/// The file that an address names, among those of its sender.
fn find(app: &App, sender: &Sender, id: &str, query: Option<&str>) -> Result<Waiting, ApiProblem> {
    let id: Uuid =
        id.parse().map_err(|_| ApiProblem::new(NOT_FOUND, "there is no such file; choose it again"))?;
    let query = query.unwrap_or_default();
    let name = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "name");
    let name = name.map(|(_, name)| name.into_owned()).unwrap_or_default();
    if name.is_empty() {
        return Err(ApiProblem::new(INVALID, "the file's name is missing in the address; choose it again"));
    }
    let owner = sender.principal.user.as_ref().map(|user| user.id);
    Ok(Waiting::named(&app.config().uploads, owner, id, &name))
}

/// Where the page of a file that waits is.
fn address(waiting: &Waiting) -> String {
    let path = Route::Import(Some(waiting.id())).path();
    leads_url::with_parameters(&path, vec![("name", waiting.name().to_owned())])
}

fn content(content: ImportContent) -> FormContent {
    FormContent::Import(Box::new(content))
}
