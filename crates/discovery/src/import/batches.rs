//! Batches of records, made ready on a thread of their own while the one before is written.

use std::path::PathBuf;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::error::{DiscoveryError, SourceError};
use crate::import::is_left_out;
use crate::matching::Candidate;
use crate::pipeline::Batch;
use crate::place::Record;
use crate::source::{Chunk, FileSource, PlaceSource, PlaceStream, SearchArea};

/// Batches that may wait to be written.
const WAITING: usize = 1;

/// A batch, and how far the file was read with it.
#[derive(Debug, Default)]
pub(super) struct Ready {
    pub(super) batch: Batch,
    /// Bytes or rows read so far.
    pub(super) done: u64,
    /// Bytes or rows in all, where that is known.
    pub(super) total: Option<u64>,
}

impl Ready {
    /// How many records there seem to be in all, as far as this one, the first, shows.
    pub(super) fn expected(&self) -> u64 {
        let read = u128::from(self.batch.len()) * u128::from(self.total.unwrap_or(0));
        u64::try_from(read / u128::from(self.done.max(1))).unwrap_or(u64::MAX)
    }
}

/// The batches of a file. Dropping it ends the reading.
#[derive(Debug)]
pub(super) struct Batches {
    path: PathBuf,
    receiver: mpsc::Receiver<Result<Ready, SourceError>>,
    thread: JoinHandle<()>,
}

impl Batches {
    /// Reads the file from its beginning; the first `skip` records are left out.
    pub(super) fn read(file: &FileSource, size: usize, skip: u64) -> Result<Self, SourceError> {
        let stream = file.places(&SearchArea::everywhere())?;
        let (sender, receiver) = mpsc::channel(WAITING);
        let maker =
            Maker { source: file.info().source, size: size.max(1), skip, ready: Ready::default(), sender };
        let thread = tokio::task::spawn_blocking(move || {
            // Nobody takes the batches any more: that is not for this thread to tell.
            let _ = maker.run(stream);
        });
        Ok(Self { path: file.path().to_owned(), receiver, thread })
    }

    /// The next batch, `None` at the end. A file that breaks off gives what was whole of it before the error.
    pub(super) async fn next(&mut self) -> Result<Option<Ready>, DiscoveryError> {
        if let Some(ready) = self.receiver.recv().await {
            return Ok(Some(ready?));
        }
        let ended = (&mut self.thread).await;
        let broken = |_| SourceError::damaged(&self.path, "its content made no sense to the reader");
        Ok(ended.map_err(broken).map(|()| None)?)
    }
}

/// The receiver is gone.
struct Stopped;

struct Maker {
    source: String,
    size: usize,
    skip: u64,
    ready: Ready,
    sender: mpsc::Sender<Result<Ready, SourceError>>,
}

impl Maker {
    fn run(mut self, mut stream: PlaceStream) -> Result<(), Stopped> {
        while let Some(chunk) = stream.blocking_next_chunk() {
            match chunk {
                Ok(chunk) => self.take(chunk)?,
                Err(error) => {
                    self.hand_on()?;
                    return self.sender.blocking_send(Err(error)).map_err(|_| Stopped);
                }
            }
        }
        self.hand_on()
    }

    fn take(&mut self, chunk: Chunk) -> Result<(), Stopped> {
        (self.ready.done, self.ready.total) = (chunk.done, chunk.total);
        for record in chunk.records {
            if self.skip > 0 {
                self.skip -= 1;
                continue;
            }
            self.add(record);
            if self.ready.batch.len() >= self.size as u64 {
                self.hand_on()?;
            }
        }
        Ok(())
    }

    fn add(&mut self, record: Record) {
        let batch = &mut self.ready.batch;
        match record {
            Record::Place(place) if is_left_out(&place) => batch.close(),
            Record::Place(place) => batch.add(Candidate::new(&self.source, *place)),
            Record::Rejected(rejected) => batch.reject(*rejected),
        }
    }

    fn hand_on(&mut self) -> Result<(), Stopped> {
        if self.ready.batch.len() == 0 {
            return Ok(());
        }
        let batch = std::mem::take(&mut self.ready.batch);
        let ready = Ready { batch, ..self.ready };
        self.sender.blocking_send(Ok(ready)).map_err(|_| Stopped)
    }
}
