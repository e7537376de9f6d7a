//! What an import of a file would do: its beginning, read and matched as the import does it, and nothing written.

use contract::import::{ImportDuplicate, ImportPreview, ImportRejection};
use store::Store;

use crate::error::DiscoveryError;
use crate::import::{ImportRequest, is_left_out};
use crate::matching::Candidate;
use crate::pipeline::{Foreseen, foresee};
use crate::place::{Record, Rejected};
use crate::source::{PlaceSource, SearchArea};

/// Records that are looked at.
const MOST_RECORDS: usize = 1_000;
/// Examples of each kind that are shown.
const SHOWN: usize = 20;

/// Looks at the beginning of a file.
///
/// # Errors
/// When the file cannot be read, or the store does not answer.
pub async fn preview(store: &Store, request: &ImportRequest) -> Result<ImportPreview, DiscoveryError> {
    let source = request.open()?;
    source.check()?;
    let columns = source.table()?.columns;
    let info = source.info();
    let beginning = beginning(&source, &info.source).await?;
    let Beginning { candidates, rejected, closed, complete } = beginning;
    let (read, refused) = ((candidates.len() + rejected.len()) as u64 + closed, rejected.len() as u64);
    let Foreseen { new, duplicates, merges } = foresee(store, candidates).await?;
    let duplicate =
        |note: crate::MergeNote| ImportDuplicate { name: note.name, of: note.into, reason: note.reason };
    let rejection = |one: Rejected| ImportRejection { line: one.line, name: one.name, reason: one.reason };
    Ok(ImportPreview {
        name: info.name,
        kind: source.kind().name().to_owned(),
        columns,
        read,
        complete,
        new: new.len() as u64,
        duplicates,
        rejected: refused,
        closed,
        sample: new.into_iter().take(SHOWN).collect(),
        duplicate_sample: merges.into_iter().take(SHOWN).map(duplicate).collect(),
        rejected_sample: rejected.into_iter().take(SHOWN).map(rejection).collect(),
    })
}

/// The first records of a file.
#[derive(Debug, Default)]
struct Beginning {
    candidates: Vec<Candidate>,
    rejected: Vec<Rejected>,
    closed: u64,
    complete: bool,
}

async fn beginning(source: &impl PlaceSource, slug: &str) -> Result<Beginning, DiscoveryError> {
    let mut beginning = Beginning::default();
    let mut stream = source.places(&SearchArea::everywhere())?;
    let mut room = MOST_RECORDS;
    while let Some(chunk) = stream.next_chunk().await {
        for record in chunk?.records {
            if room == 0 {
                return Ok(beginning);
            }
            room -= 1;
            match record {
                Record::Place(place) if is_left_out(&place) => beginning.closed += 1,
                Record::Place(place) => beginning.candidates.push(Candidate::new(slug, *place)),
                Record::Rejected(rejected) => beginning.rejected.push(*rejected),
            }
        }
    }
    Ok(Beginning { complete: true, ..beginning })
}
