//! The pages of an import. A file comes in once and waits; the page shows what is in it and what its columns are taken for, which
//! a form corrects, and another form has it imported.

mod columns;

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use contract::endpoints::ImportBusinesses;
use contract::{Endpoint, FieldError, JobAccepted, Problem, Role};
use dashboard::content::{ImportColumns, ImportContent};
use dashboard::routes::{self, Route};
use dashboard::{FormContent, leads_url};
use discovery::import::{ColumnMap, ImportRequest};
use uuid::Uuid;

use super::entrance::turn_away;
use super::read_form;
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
        Ok(waiting) => Redirect::to(&address(&waiting, &ColumnMap::default())).into_response(),
        Err(problem) => choose_again(&app, sender, problem).await,
    }
}

async fn take_in(app: &App, sender: &Sender, request: Request) -> Result<Waiting, ApiProblem> {
    let (parts, body) = request.into_parts();
    let upload = upload::receive_whole(app, &parts.headers, body).await?;
    // What its columns are can be said on the next page.
    import::columns(&upload.request()).await?;
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
    match looked(&app, find(&app, &sender, &id, request.uri().query())).await {
        Ok(looked) => sender.show(&here, content(looked)).await,
        Err(problem) => choose_again(&app, sender, problem).await,
    }
}

/// What an import of the file would do; or the form of its columns, where none of them is the name.
async fn looked(app: &App, found: Result<Found, ApiProblem>) -> Result<ImportContent, ApiProblem> {
    let Found { waiting, columns } = found?;
    let request = ImportRequest { columns: columns.clone(), ..waiting.request()? };
    let (table, wrong) = import::columns(&request).await?;
    let can_be_corrected = table.can_be_corrected;
    let form = columns::form(columns_address(&waiting), table, &[]);
    if let Some(wrong) = wrong {
        let refused = Some(ApiProblem::invalid(vec![wrong]).into_problem());
        return Ok(ImportContent::Columns {
            name: waiting.name().to_owned(),
            columns: ImportColumns { refused, ..form },
        });
    }
    let preview = Box::new(import::look(app, &request).await?);
    let columns_form = can_be_corrected.then_some(form);
    Ok(ImportContent::Preview { action: address(&waiting, &columns), preview, columns: columns_form })
}

/// Takes columns for what the form says, and shows what an import would do then; the form again where that cannot be.
pub(super) async fn assign(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    if let Err(problem) = sender.needs(Role::Member) {
        return sender.explain(PATH, problem.into_problem()).await;
    }
    let found = find(&app, &sender, &id, request.uri().query());
    let assigned = async {
        let waiting = found?.waiting;
        let as_named = waiting.request()?;
        let pairs: Vec<(String, String)> = read_form(&app, request).await?;
        let (table, _) = import::columns(&as_named).await?;
        let wrong = match columns::sent(&table, &pairs) {
            Ok(columns) => {
                let request = ImportRequest { columns: columns.clone(), ..as_named };
                match import::columns(&request).await?.1 {
                    None => return Ok(Ok(address(&waiting, &columns))),
                    Some(wrong) => wrong,
                }
            }
            Err(wrong) => wrong,
        };
        let form = columns::form(columns_address(&waiting), table, &pairs);
        Ok::<_, ApiProblem>(Err((waiting, form, wrong)))
    };
    match assigned.await {
        Ok(Ok(address)) => Redirect::to(&address).into_response(),
        Ok(Err((waiting, form, wrong))) => refuse_columns(sender, &waiting, form, wrong).await,
        Err(problem) => choose_again(&app, sender, problem).await,
    }
}

async fn refuse_columns(
    sender: Sender,
    waiting: &Waiting,
    form: ImportColumns,
    wrong: FieldError,
) -> Response {
    let problem = ApiProblem::invalid(vec![wrong]).into_problem();
    let status = problem.status;
    let columns = ImportColumns { refused: Some(problem), ..form };
    let path = address(waiting, &ColumnMap::default());
    sender
        .show_as(&path, content(ImportContent::Columns { name: waiting.name().to_owned(), columns }), status)
        .await
}

/// The address of the form of columns, asked for by hand.
pub(super) async fn home() -> Redirect {
    Redirect::to(PATH)
}

/// Has the file imported. Pressing twice makes one job.
pub(super) async fn start(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(PATH) };
    if let Err(problem) = sender.needs(Role::Member) {
        return sender.explain(PATH, problem.into_problem()).await;
    }
    let started = match find(&app, &sender, &id, request.uri().query()) {
        Ok(found) => begin(&app, &sender, found).await,
        Err(problem) => Err(problem),
    };
    match started {
        Ok(accepted) => Redirect::to(&routes::job(accepted.job_id)).into_response(),
        Err(problem) => choose_again(&app, sender, problem).await,
    }
}

async fn begin(app: &App, sender: &Sender, found: Found) -> Result<JobAccepted, ApiProblem> {
    let Found { waiting, columns } = found;
    // With a space in it, which no key of a client has.
    let key = sender.principal.own_key(&format!("import {}", waiting.id()));
    let received = Received {
        headers: axum::http::HeaderMap::new(),
        key: Some(key.clone()),
        path: address(&waiting, &ColumnMap::default()),
        bytes: bytes::Bytes::new(),
    };
    let answer = async { import::start(app.clone(), waiting.take()?, columns, Some(key)).await?.encode() };
    let (Outcome::First(encoded) | Outcome::Replayed(encoded)) =
        idempotency::once(app, ImportBusinesses::METHOD, &received, answer).await?;
    serde_json::from_slice(&encoded.body).map_err(|error| ApiProblem::internal(&error))
}

/// What an address names.
struct Found {
    waiting: Waiting,
    /// What columns are taken for, where that is not what their names say.
    columns: ColumnMap,
}

/// The file that an address names, among those of its sender.
fn find(app: &App, sender: &Sender, id: &str, query: Option<&str>) -> Result<Found, ApiProblem> {
    let id: Uuid =
        id.parse().map_err(|_| ApiProblem::new(NOT_FOUND, "there is no such file; choose it again"))?;
    let query = query.unwrap_or_default();
    let parameter = |wanted: &str| {
        let found = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let name = parameter("name");
    if name.is_empty() {
        return Err(ApiProblem::new(INVALID, "the file's name is missing in the address; choose it again"));
    }
    let owner = sender.principal.user.as_ref().map(|user| user.id);
    let columns = columns::read(&parameter(columns::PARAMETER))?;
    Ok(Found { waiting: Waiting::named(&app.config().uploads, owner, id, &name), columns })
}

/// Where the page of a file that waits is, with what its columns are taken for.
fn address(waiting: &Waiting, columns: &ColumnMap) -> String {
    let path = Route::Import(Some(waiting.id())).path();
    let mut parameters = vec![("name", waiting.name().to_owned())];
    if !columns.is_empty() {
        parameters.push((columns::PARAMETER, columns::written(columns)));
    }
    leads_url::with_parameters(&path, parameters)
}

/// Where the form of its columns goes.
fn columns_address(waiting: &Waiting) -> String {
    let path = format!("{}/columns", Route::Import(Some(waiting.id())).path());
    leads_url::with_parameters(&path, vec![("name", waiting.name().to_owned())])
}

/// What somebody sent, for a message.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

fn content(content: ImportContent) -> FormContent {
    FormContent::Import(Box::new(content))
}
