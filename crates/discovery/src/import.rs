//! A file as a durable job: every record of it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::DiscoveryError;
use crate::matching::Candidate;
use crate::pipeline::{Batch, Outcome, Run, Telling};
use crate::place::Record;
use crate::scrape::{is_closed, progress};
use crate::source::{Chunk, FileSource, PlaceSource, SearchArea};

/// A file to be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportRequest {
    /// Where it is.
    pub path: PathBuf,
    /// What people call it, where it is stored under another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl ImportRequest {
    /// The file at that path.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), name: None }
    }

    /// Opens the file, which tells whether it can be imported at all.
    ///
    /// # Errors
    /// When it cannot be read, is empty, or is of no kind that can be imported.
    pub fn open(&self) -> Result<FileSource, crate::SourceError> {
        match &self.name {
            Some(name) => FileSource::open_as(&self.path, name),
            None => FileSource::open(&self.path),
        }
    }
}

/// How an import writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportOptions {
    /// Records a batch.
    pub batch_size: usize,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self { batch_size: 2_000 }
    }
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
/// # Errors
/// As [`crate::scrape::run`]; a file that breaks off is an error too, and what was whole of it stays imported.
pub async fn run(
    run: Run,
    request: &ImportRequest,
    options: &ImportOptions,
) -> Result<Outcome, DiscoveryError> {
    let source = request.open()?;
    let mut import = Import::new(&run, &source, options);
    let mut stream = source.places(&SearchArea::everywhere())?;
    loop {
        let chunk = tokio::select! {
            () = run.cancel.cancelled() => return Err(DiscoveryError::Stopped),
            chunk = stream.next_chunk() => chunk,
        };
        match chunk {
            Some(Ok(chunk)) => import.take(chunk).await?,
            Some(Err(error)) => {
                import.flush().await?;
                return Err(error.into());
            }
            None => break,
        }
    }
    import.flush().await?;
    Ok(import.checkpoint.outcome)
}

/// An import under way.
struct Import<'r> {
    run: &'r Run,
    source: String,
    batch_size: usize,
    checkpoint: Checkpoint,
    /// Records that an attempt before has dealt with.
    skip: u64,
    batch: Batch,
    done: u64,
    total: Option<u64>,
}

impl<'r> Import<'r> {
    fn new(run: &'r Run, source: &FileSource, options: &ImportOptions) -> Self {
        let fingerprint = source.fingerprint();
        let before =
            run.checkpoint.clone().and_then(|value| serde_json::from_value::<Checkpoint>(value).ok());
        let checkpoint = before
            .filter(|checkpoint| checkpoint.fingerprint == fingerprint)
            .unwrap_or_else(|| Checkpoint { fingerprint, ..Checkpoint::default() });
        Self {
            run,
            source: source.info().source,
            batch_size: options.batch_size.max(1),
            skip: checkpoint.outcome.counts.found,
            checkpoint,
            batch: Batch::default(),
            done: 0,
            total: None,
        }
    }

    async fn take(&mut self, chunk: Chunk) -> Result<(), DiscoveryError> {
        (self.done, self.total) = (chunk.done, chunk.total);
        for record in chunk.records {
            if self.skip > 0 {
                self.skip -= 1;
                continue;
            }
            self.add(record);
            if self.batch.len() >= self.batch_size as u64 {
                self.flush().await?;
            }
        }
        Ok(())
    }

    fn add(&mut self, record: Record) {
        match record {
            Record::Place(place) if is_closed(place.status) => self.batch.closed += 1,
            Record::Place(place) => self.batch.candidates.push(Candidate::new(&self.source, *place)),
            Record::Rejected(rejected) => self.batch.rejected.push(*rejected),
        }
    }

    async fn flush(&mut self) -> Result<(), DiscoveryError> {
        self.run.check_stop()?;
        let batch = std::mem::take(&mut self.batch);
        if batch.len() == 0 {
            return Ok(());
        }
        let Checkpoint { fingerprint, outcome } = &mut self.checkpoint;
        let message = format!("{} records read", outcome.counts.found + batch.len());
        let progress = progress("importing", self.done, self.total, message);
        let checkpoint = |outcome: &Outcome| json!({ "fingerprint": fingerprint, "outcome": outcome });
        self.run.write(batch, outcome, Telling::Bulk, progress, checkpoint).await
    }
}
