//! Files of places: looked at, imported, and what could not be used of them.

use std::io;

use contract::endpoints::{GetRejectedRecords, ImportBusinesses, PreviewImport};
use contract::import::ImportPreview;
use contract::{FieldError, JobAccepted, JobKind};
use discovery::import::{ColumnMap, ImportRequest, Table};
use discovery::source::FileSource;
use discovery::{DiscoveryError, SourceError, preview as foresee};
use export::RejectedWriter;
use futures::TryStreamExt;
use tokio::runtime::Handle;

use super::no_job;
use crate::app::App;
use crate::download::Download;
use crate::endpoint::{Answer, Call};
use crate::problem::ApiProblem;
use crate::upload::Upload;
use crate::work;

const NO_NAME: &str = "no column is taken for the name, which every lead needs; choose the one that holds it";

pub(super) async fn preview(
    app: App,
    upload: Upload,
    _: Option<String>,
) -> Result<Answer<PreviewImport>, ApiProblem> {
    let request = asked(&upload).await?;
    look(&app, &request).await.map(Answer::new)
}

/// What the import of a file is asked with whose columns the request calls by their names.
async fn asked(upload: &Upload) -> Result<ImportRequest, ApiProblem> {
    let mut request = upload.request();
    if !upload.columns.is_empty() {
        let named: Vec<_> = upload.columns.clone().into_iter().collect();
        request.columns = read(&request, move |source| source.column_map(&named)).await?;
    }
    Ok(request)
}

/// What an import of the file would do.
pub(crate) async fn look(app: &App, request: &ImportRequest) -> Result<ImportPreview, ApiProblem> {
    match foresee(app.store(), request).await {
        Ok(preview) => Ok(preview),
        Err(DiscoveryError::Source(error)) => Err(unusable(request, &error)),
        Err(DiscoveryError::Store(error)) => Err(error.into()),
        Err(error) => Err(ApiProblem::internal(&error)),
    }
}

/// Whether the file can be imported at all.
async fn check(request: &ImportRequest) -> Result<(), ApiProblem> {
    read(request, FileSource::check).await
}

/// The columns of the file, as their names say and as the request says where it can be had so; and what is wrong with what they are
/// taken for, which another choice would mend.
pub(crate) async fn columns(request: &ImportRequest) -> Result<(Table, Option<FieldError>), ApiProblem> {
    read(request, |source| {
        let wrong = match source.check() {
            Ok(()) => return Ok((source.table()?, None)),
            Err(SourceError::NoNameColumn { .. }) => {
                return Ok((source.table()?, Some(("required", NO_NAME.to_owned()))));
            }
            Err(SourceError::Columns { detail, .. }) => ("format", detail),
            Err(error) => return Err(error),
        };
        let table = source.clone().with_columns(ColumnMap::default())?.table()?;
        Ok((table, Some(wrong)))
    })
    .await
    .map(|(table, wrong)| (table, wrong.map(|(code, message)| FieldError::new("columns", code, message))))
}

/// Reads of the file on a thread that may wait.
async fn read<T: Send + 'static>(
    request: &ImportRequest,
    read: impl FnOnce(&FileSource) -> Result<T, SourceError> + Send + 'static,
) -> Result<T, ApiProblem> {
    let opened = tokio::task::spawn_blocking({
        let request = request.clone();
        move || read(&request.open()?)
    });
    let opened = opened.await.map_err(|error| ApiProblem::internal(&error))?;
    opened.map_err(|error| unusable(request, &error))
}

pub(super) async fn begin(
    app: App,
    upload: Upload,
    key: Option<String>,
) -> Result<Answer<ImportBusinesses>, ApiProblem> {
    let ImportRequest { columns, .. } = asked(&upload).await?;
    start(app, upload, columns, key).await
}

/// Looks at the file now, so that a person is told at once; what is in it is a job's.
pub(crate) async fn start(
    app: App,
    upload: Upload,
    columns: ColumnMap,
    key: Option<String>,
) -> Result<Answer<ImportBusinesses>, ApiProblem> {
    let request = ImportRequest { columns, ..upload.request() };
    check(&request).await?;
    let path = upload.keep()?;
    match work::enqueue(&app, JobKind::Import, &request, key).await {
        Ok(job) => {
            let accepted = JobAccepted { job_id: job.job_id, status: job.status };
            Ok(Answer::new(accepted).with_location(work::location(job.job_id)))
        }
        Err(problem) => {
            // No job will read it.
            work::remove_upload(&path).await;
            Err(problem)
        }
    }
}

/// What is wrong with the file, told of the name that the client knows.
fn unusable(request: &ImportRequest, error: &SourceError) -> ApiProblem {
    let stored = request.path.display().to_string();
    let message = error.to_string().replace(&stored, request.name.as_deref().unwrap_or("the file"));
    let field = if matches!(error, SourceError::Columns { .. }) { "columns" } else { "file" };
    ApiProblem::invalid(vec![FieldError::new(field, "format", message)])
}

pub(super) async fn rejected(app: App, call: Call<GetRejectedRecords>) -> Result<Download, ApiProblem> {
    let job = app.store().get_job(call.path).await?.ok_or_else(|| no_job(call.path))?;
    let mut rejections = app.store().rejections(job.job_id);
    let runtime = Handle::current();
    let file_name = format!("rejected-{}.csv", job.job_id);
    Download::start(&app, "text/csv; charset=utf-8", file_name, move |pipe| {
        let mut writer = RejectedWriter::start(pipe)?;
        while let Some(rejection) = runtime.block_on(rejections.try_next()).map_err(io::Error::other)? {
            writer.rejection(&rejection)?;
        }
        writer.finish()
    })
}
