//! A file as a durable job: every record of it.

mod batches;
mod columns;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::DiscoveryError;
use crate::pipeline::{Batch, Outcome, Run, Telling};
use crate::place::Place;
use crate::scrape::{is_closed, progress};
use crate::source::{FileSource, PlaceSource};

use batches::{Batches, Ready};

pub use columns::{ColumnMap, Table};

/// A file to be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportRequest {
    /// Where it is.
    pub path: PathBuf,
    /// What people call it, where it is stored under another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What columns of a table are taken for, where that is not what their names say.
    #[serde(default, skip_serializing_if = "ColumnMap::is_empty")]
    pub columns: ColumnMap,
}

impl ImportRequest {
    /// The file at that path.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), name: None, columns: ColumnMap::default() }
    }

    /// Opens the file, which tells whether it can be imported at all.
    ///
    /// # Errors
    /// When it cannot be read, is empty, or is of no kind that can be imported; when `columns` are named of what is no table.
    pub fn open(&self) -> Result<FileSource, crate::SourceError> {
        let file = match &self.name {
            Some(name) => FileSource::open_as(&self.path, name),
            None => FileSource::open(&self.path),
        };
        file?.with_columns(self.columns.clone())
    }
}

/// How an import writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportOptions {
    /// Records a batch.
    pub batch_size: usize,
    /// Records from which a file is loaded as [`store::Store::prepare_load`] says.
    pub load_from: u64,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self { batch_size: 3_000, load_from: 50_000 }
    }
}

/// Whether a record is left out because its place has closed for good. A lead that was exported comes back whatever it is.
pub(crate) fn is_left_out(place: &Place) -> bool {
    place.lead.is_none() && is_closed(place.status)
}

/// Where an attempt came to.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Checkpoint {
    /// The file as it was.
    fingerprint: String,
    outcome: Outcome,
}

/// Imports the file, or what is left of it: every record is saved, merged with a business that is known, left out
/// because the place has closed, or rejected with line and reason.
///
/// A file of many times the businesses that are there is loaded ([`store::Store::prepare_load`]). Where the import is
/// stopped, whoever goes on with it, or nobody does, has to finish the load.
///
/// # Errors
/// As [`crate::scrape::run`]; a file that breaks off is an error too, and what was whole of it stays imported.
pub async fn run(
    run: Run,
    request: &ImportRequest,
    options: &ImportOptions,
) -> Result<Outcome, DiscoveryError> {
    let imported = import(&run, request, options).await;
    if matches!(imported, Err(DiscoveryError::Stopped)) {
        return imported;
    }
    let finished = run.store.finish_load().await;
    let outcome = imported?;
    finished?;
    Ok(outcome)
}

async fn import(
    run: &Run,
    request: &ImportRequest,
    options: &ImportOptions,
) -> Result<Outcome, DiscoveryError> {
    let file = request.open()?;
    let mut checkpoint = resumed(run, &file.fingerprint());
    let mut batches = Batches::read(&file, options.batch_size, checkpoint.outcome.counts.found)?;
    let mut ready = taken(run, &mut batches).await?;
    if let Some(first) = ready.as_mut().filter(|first| first.expected() >= options.load_from)
        && let Some(loaded) = run.store.prepare_load(first.expected()).await?
    {
        first.batch.load(loaded);
    }
    while let Some(current) = ready {
        // A file that breaks off has given what was whole of it before.
        let mut next = taken(run, &mut batches).await;
        let following = next.as_mut().ok().and_then(Option::as_mut).map(|next| &mut next.batch);
        write(run, current, following, &mut checkpoint).await?;
        ready = next?;
    }
    Ok(checkpoint.outcome)
}

async fn taken(run: &Run, batches: &mut Batches) -> Result<Option<Ready>, DiscoveryError> {
    tokio::select! {
        () = run.cancel.cancelled() => Err(DiscoveryError::Stopped),
        ready = batches.next() => ready,
    }
}

/// The checkpoint of the attempt before, unless the file changed since.
fn resumed(run: &Run, fingerprint: &str) -> Checkpoint {
    let before = run.checkpoint.clone().and_then(|value| serde_json::from_value::<Checkpoint>(value).ok());
    before
        .filter(|checkpoint| checkpoint.fingerprint == fingerprint)
        .unwrap_or_else(|| Checkpoint { fingerprint: fingerprint.to_owned(), ..Checkpoint::default() })
}

async fn write(
    run: &Run,
    ready: Ready,
    next: Option<&mut Batch>,
    checkpoint: &mut Checkpoint,
) -> Result<(), DiscoveryError> {
    run.check_stop()?;
    let Ready { batch, done, total } = ready;
    let Checkpoint { fingerprint, outcome } = checkpoint;
    let message = format!("{} records read", outcome.counts.found + batch.len());
    let progress = progress("importing", done, total, message);
    let checkpoint = |outcome: &Outcome| json!({ "fingerprint": fingerprint, "outcome": outcome });
    run.write(batch, next, outcome, Telling::Bulk, progress, checkpoint).await
}
