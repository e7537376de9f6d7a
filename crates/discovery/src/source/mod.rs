//! Where places come from.

mod apify;
mod area;
mod bundled;
mod csv;
mod decode;
mod exported;
mod fields;
mod file;
mod google_places;
mod json;
mod osm;
mod overpass;
mod overture;
mod pairs;
mod parquet;
pub(crate) mod pbf;
mod registry;
mod release;
mod sniff;
mod tiles;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use contract::Timestamp;
use contract::places::SourceInfo;
use contract::records::LEAD_SOURCE;
use metered::Usd;
use store::Store;
use store::provenance::Term;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

pub use apify::{Apify, ApifyConfig};
pub use area::SearchArea;
pub use bundled::BundledSource;
pub use file::FileSource;
pub use google_places::{GooglePlaces, GooglePlacesConfig};
pub use overpass::Overpass;
pub use pairs::{LabelledPair, read_pairs};
pub use registry::{AbsentSource, SourceRegistry};
pub use release::OvertureRelease;
pub use sniff::FileKind;

use crate::error::SourceError;
use crate::place::Record;

/// Records a chunk.
const CHUNK: usize = 256;
/// Chunks that may wait for their reader's consumer.
const WAITING: usize = 8;

/// Something that places come from.
#[async_trait::async_trait]
pub trait PlaceSource: Send + Sync + std::fmt::Debug {
    /// What it is, what its data costs and what must be shown beside them.
    fn info(&self) -> SourceInfo;

    /// Changes when the data change, so that a search can tell whether it may go on where it stopped.
    fn fingerprint(&self) -> String;

    /// The places in the area, in the order of the source, which is the same every time. Places may lie a little
    /// outside of the area; those whose place is not known come only if the area is everywhere.
    ///
    /// # Errors
    /// When the source cannot be opened; what is found wrong later comes in the stream.
    fn places(&self, area: &SearchArea) -> Result<PlaceStream, SourceError>;

    /// The same where they may cost money: `store` has the ledger, and what was bought before.
    ///
    /// # Errors
    /// As [`Self::places`].
    fn buy(&self, area: &SearchArea, store: &Store) -> Result<PlaceStream, SourceError> {
        let _costs_nothing = store;
        self.places(area)
    }

    /// The most that a search of the area costs; `None` where it is free.
    fn most_cost(&self, area: &SearchArea) -> Option<Usd> {
        let _costs_nothing = area;
        None
    }

    /// Ends what goes on elsewhere for a search that nobody wants any more.
    async fn give_up(&self, area: &SearchArea, store: &Store) {
        let _nothing_goes_on = (area, store);
    }
}

/// Licence of the records of a source, as far as its slug says.
pub(crate) fn licence_of(source: &str) -> Option<&'static str> {
    match source {
        osm::SOURCE => Some(osm::LICENCE),
        overture::SOURCE => Some(overture::LICENCE),
        google_places::SOURCE => Some(google_places::LICENCE),
        apify::SOURCE => Some(apify::LICENCE),
        _ => None,
    }
}

/// Whether something of that slug can be a source of stored records.
fn is_source(slug: &str) -> bool {
    licence_of(slug).is_some() || slug.starts_with(file::PREFIX) || slug == LEAD_SOURCE
}

/// Whether two records of a source are two businesses, by the source's own word, as far as its slug says. A file may have a
/// business in several rows.
pub(crate) fn lists_once(source: &str) -> bool {
    match source {
        osm::SOURCE => osm::LISTS_ONCE,
        overture::SOURCE => overture::LISTS_ONCE,
        google_places::SOURCE => google_places::LISTS_ONCE,
        apify::SOURCE => apify::LISTS_ONCE,
        _ => false,
    }
}

/// Sources whose values may be kept for a while only, with that while.
const LIMITED: [(&str, Duration); 1] = [(google_places::SOURCE, google_places::RETENTION)];

/// How long values of the records of a source may be kept, as far as its slug says; `None` for as long as one likes.
pub(crate) fn retention_of(source: &str) -> Option<Duration> {
    LIMITED.iter().find(|(limited, _)| *limited == source).map(|(_, time)| *time)
}

/// From when on values may still be kept `now`, by source: what [`Store::expire_values`] is to be told.
#[must_use]
pub fn terms(now: Timestamp) -> Vec<Term> {
    let before = |time: &Duration| {
        let ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(now.as_millis().saturating_sub(ms))
    };
    LIMITED
        .iter()
        .map(|(source, time)| Term { source: (*source).to_owned(), fetched_before: before(time) })
        .collect()
}

/// Whole days, for people.
fn days(time: Duration) -> u32 {
    u32::try_from(time.as_secs() / (24 * 60 * 60)).unwrap_or(u32::MAX)
}

/// Some records and how far the reader is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chunk {
    /// The records, in the order of the source.
    pub records: Vec<Record>,
    /// Bytes, rows or requests so far.
    pub done: u64,
    /// Bytes, rows or requests in all, where that is known.
    pub total: Option<u64>,
    /// What the reader waits for, if that takes long.
    pub note: Option<String>,
    /// What is not whole about the places, for whoever uses them.
    pub remark: Option<String>,
}

/// Places as a reader on its own thread gives them. Dropping it ends the reader.
#[derive(Debug)]
pub struct PlaceStream {
    receiver: mpsc::Receiver<Result<Chunk, SourceError>>,
}

impl PlaceStream {
    /// The next records; `None` at the end. After an error comes nothing more.
    pub async fn next_chunk(&mut self) -> Option<Result<Chunk, SourceError>> {
        self.receiver.recv().await
    }

    /// The same on a thread that may wait.
    pub(crate) fn blocking_next_chunk(&mut self) -> Option<Result<Chunk, SourceError>> {
        self.receiver.blocking_recv()
    }

    /// Runs a reader on its own thread. `path` is told in the error when the reader breaks.
    pub(crate) fn spawn(
        path: PathBuf,
        area: SearchArea,
        read: impl FnOnce(&mut Sink) -> Result<(), ReadEnd> + Send + 'static,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let failed = sender.clone();
        let cannot = path.clone();
        let spawned = std::thread::Builder::new().name("place-reader".to_owned()).spawn(move || {
            let mut sink = Sink { sender, area, chunk: Chunk::default() };
            match catch_unwind(AssertUnwindSafe(|| read(&mut sink).and_then(|()| sink.flush()))) {
                Ok(Ok(()) | Err(ReadEnd::Stopped)) => {}
                Ok(Err(ReadEnd::Failed(error))) => sink.fail(error),
                Err(_) => sink.fail(SourceError::damaged(&path, "its content made no sense to the reader")),
            }
        });
        if let Err(error) = spawned {
            let _ = failed.try_send(Err(SourceError::unreadable(&cannot, error)));
        }
        Self { receiver }
    }
}

/// Why a reader ends before the end of its file.
#[derive(Debug)]
pub(crate) enum ReadEnd {
    /// Nobody takes its records any more.
    Stopped,
    /// It cannot go on.
    Failed(SourceError),
}

impl From<SourceError> for ReadEnd {
    fn from(error: SourceError) -> Self {
        Self::Failed(error)
    }
}

/// Where a reader puts its records.
#[derive(Debug)]
pub(crate) struct Sink {
    sender: mpsc::Sender<Result<Chunk, SourceError>>,
    area: SearchArea,
    chunk: Chunk,
}

impl Sink {
    /// Hands a record on, unless it is a place outside of the area.
    pub(crate) fn push(&mut self, record: Record) -> Result<(), ReadEnd> {
        if let Record::Place(place) = &record
            && !self.area.admits(place.point)
        {
            return Ok(());
        }
        self.chunk.records.push(record);
        if self.chunk.records.len() >= CHUNK { self.flush() } else { Ok(()) }
    }

    /// Says how far the reader is.
    pub(crate) fn progress(&mut self, done: u64, total: Option<u64>) {
        self.chunk.done = done;
        self.chunk.total = total;
    }

    pub(crate) fn area(&self) -> SearchArea {
        self.area.clone()
    }

    /// Says what is waited for.
    pub(crate) fn note(&mut self, note: String) -> Result<(), ReadEnd> {
        self.chunk.note = Some(note);
        self.flush()
    }

    /// Says what is not whole about the places.
    pub(crate) fn remark(&mut self, remark: String) -> Result<(), ReadEnd> {
        self.chunk.remark = Some(remark);
        self.flush()
    }

    /// Hands on what has gathered, even if that is little: people watch.
    pub(crate) fn flush(&mut self) -> Result<(), ReadEnd> {
        let next = Chunk { done: self.chunk.done, total: self.chunk.total, ..Chunk::default() };
        let chunk = std::mem::replace(&mut self.chunk, next);
        self.sender.blocking_send(Ok(chunk)).map_err(|_| ReadEnd::Stopped)
    }

    /// Waits for something that runs elsewhere; ends at once when nobody takes the records any more.
    pub(crate) fn wait<T>(&self, runtime: &Handle, work: impl Future<Output = T>) -> Result<T, ReadEnd> {
        runtime.block_on(async {
            tokio::select! {
                () = self.sender.closed() => Err(ReadEnd::Stopped),
                done = work => Ok(done),
            }
        })
    }

    /// Tells whoever takes the records what is waited for. If they have not taken what came before, they have enough
    /// to do.
    pub(crate) fn teller(&self) -> impl Fn(String) + Send + Sync + use<> {
        let (sender, done, total) = (self.sender.clone(), self.chunk.done, self.chunk.total);
        move |note| {
            let _ = sender.try_send(Ok(Chunk { done, total, note: Some(note), ..Chunk::default() }));
        }
    }

    fn fail(&mut self, error: SourceError) {
        if self.flush().is_ok() {
            let _ = self.sender.blocking_send(Err(error));
        }
    }
}

/// Opens a file for reading.
pub(crate) fn open(path: &Path) -> Result<std::fs::File, SourceError> {
    std::fs::File::open(path).map_err(|error| SourceError::unreadable(path, error))
}

#[cfg(test)]
mod tests;
