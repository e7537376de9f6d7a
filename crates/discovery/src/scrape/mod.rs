//! A search as a durable job: the nearest so many places of a category around a point.

mod request;
mod select;

use std::time::{Duration, Instant};

use contract::{JobProgress, OperatingStatus};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Store;

pub use request::{ResolvedScrape, asked, job_request, resolve_job, resolve_request, resolve_request_online};

use crate::error::DiscoveryError;
use crate::matching::Candidate;
use crate::pipeline::{Batch, Outcome, Run, Telling};
use crate::place::Record;
use crate::source::{PlaceSource, SourceRegistry};

use select::{Nearest, Selection};

/// How a search writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScrapeOptions {
    /// Places of the first batch: few, so that people see some soon.
    pub first_batch: usize,
    /// Places of each later batch.
    pub batch_size: usize,
}

impl Default for ScrapeOptions {
    fn default() -> Self {
        Self { first_batch: 25, batch_size: 50 }
    }
}

/// Progress is told no more often than this while a source is read.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// Where an attempt came to.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Checkpoint {
    /// The data that were searched, and what was selected of them.
    fingerprint: String,
    /// Places of the selection that are written.
    written: usize,
    outcome: Outcome,
}

/// Runs the search, or what is left of it. The source is read first, for the nearest places are not known before
/// its end; then the places are written, the nearest first.
///
/// # Errors
/// [`DiscoveryError::Stopped`] when a stop was asked for, [`DiscoveryError::LeaseLost`] when another worker has the
/// job, and what the source and the store say. What was written before stays, and the next attempt goes on there.
pub async fn run(
    run: Run,
    request: &ResolvedScrape,
    registry: &SourceRegistry,
    options: &ScrapeOptions,
) -> Result<Outcome, DiscoveryError> {
    let unknown = || DiscoveryError::UnknownSource(request.source.clone());
    let source = registry.get(Some(&request.source)).ok_or_else(unknown)?;
    let before = before(&run);
    let (selection, remarks) = read(&run, request, source.as_ref(), &before.outcome).await?;
    let mut checkpoint = resumed(before, selection.fingerprint(&source.fingerprint()));
    checkpoint.outcome.remarks = remarks;
    write(&run, request, selection, options, &mut checkpoint).await?;
    Ok(checkpoint.outcome)
}

/// What a person reads of a finished search.
#[must_use]
pub fn result(request: &ResolvedScrape, outcome: &Outcome) -> Value {
    let mut result = request.to_json();
    result["counts"] = json!(outcome.counts);
    result["merges"] = json!(outcome.merges);
    result["reviews"] = json!(outcome.reviews);
    if !outcome.remarks.is_empty() {
        result["remarks"] = json!(outcome.remarks);
    }
    result
}

/// Ends what its source does elsewhere for a search that was cancelled, and would go on costing money.
pub async fn give_up(store: &Store, request: &ResolvedScrape, registry: &SourceRegistry) {
    if let Some(source) = registry.get(Some(&request.source)) {
        source.give_up(&request.area(), store).await;
    }
}

/// The checkpoint of the attempt before.
fn before(run: &Run) -> Checkpoint {
    run.checkpoint.clone().and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

/// Where the attempt before came to, unless the data or what is selected of them changed since.
fn resumed(before: Checkpoint, fingerprint: String) -> Checkpoint {
    if before.fingerprint == fingerprint {
        before
    } else {
        Checkpoint { fingerprint, ..Checkpoint::default() }
    }
}

async fn read(
    run: &Run,
    request: &ResolvedScrape,
    source: &dyn PlaceSource,
    outcome: &Outcome,
) -> Result<(Selection, Vec<String>), DiscoveryError> {
    let area = request.area();
    let mut stream = source.buy(&area, &run.store)?;
    let mut remarks = Vec::new();
    let mut nearest = Nearest::new(request.max_results);
    let mut reported = Instant::now();
    loop {
        let chunk = tokio::select! {
            () = run.cancel.cancelled() => return Err(DiscoveryError::Stopped),
            chunk = stream.next_chunk() => chunk,
        };
        let Some(chunk) = chunk.transpose()? else { break };
        for record in chunk.records {
            // A record that cannot be read has no place, so it cannot be said to answer the request.
            if let Record::Place(place) = record
                && let Some(km) = area.distance_of(&place)
            {
                nearest.add(km, *place);
            }
        }
        remarks.extend(chunk.remark);
        if chunk.note.is_some() || reported.elapsed() >= REPORT_EVERY {
            reported = Instant::now();
            let message = chunk.note.unwrap_or_else(|| format!("{} places that fit so far", nearest.len()));
            run.report(outcome, progress("reading", chunk.done, chunk.total, message)).await?;
        }
    }
    Ok((nearest.into_selection(), remarks))
}

async fn write(
    run: &Run,
    request: &ResolvedScrape,
    selection: Selection,
    options: &ScrapeOptions,
    checkpoint: &mut Checkpoint,
) -> Result<(), DiscoveryError> {
    let Selection { places, closed } = selection;
    let total = places.len();
    let Checkpoint { fingerprint, written, outcome } = checkpoint;
    // Closed places are counted with the first batch, which is written even if it is empty.
    let mut closed = if *written == 0 && outcome.counts.found == 0 { Some(closed) } else { None };
    let mut places = places.into_iter().skip(*written).peekable();
    while closed.is_some() || places.peek().is_some() {
        run.check_stop()?;
        let size = if *written == 0 { options.first_batch } else { options.batch_size };
        let candidates: Vec<Candidate> =
            places.by_ref().take(size.max(1)).map(|place| Candidate::new(&request.source, place)).collect();
        *written += candidates.len();
        let batch = Batch::new(candidates, closed.take().unwrap_or(0));
        let message = format!("{written} of {total} places saved");
        let progress = progress("saving", *written as u64, Some(total as u64), message);
        let checkpoint = |outcome: &Outcome| json!({ "fingerprint": fingerprint, "written": *written, "outcome": outcome });
        run.write(batch, None, outcome, Telling::Each, progress, checkpoint).await?;
    }
    Ok(())
}

pub(crate) fn progress(stage: &str, done: u64, total: Option<u64>, message: String) -> JobProgress {
    JobProgress { done, total, stage: stage.to_owned(), message: Some(message) }
}

/// Whether a place has closed for good.
pub(crate) fn is_closed(status: OperatingStatus) -> bool {
    status == OperatingStatus::PermanentlyClosed
}
