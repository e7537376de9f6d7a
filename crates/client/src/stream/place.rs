//! How far the log was read.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use contract::Event;

use super::Update;
use super::notice::{self, Notice};

/// A place in the log: behind the last event that was given out. Clones are the same place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place(Arc<Mutex<Option<u64>>>);

impl Place {
    /// Behind that event; without one, wherever the present turns out to be.
    pub(crate) fn behind(seq: Option<u64>) -> Self {
        Self(Arc::new(Mutex::new(seq)))
    }

    pub(crate) fn seen(&self) -> Option<u64> {
        *self.lock()
    }

    /// What a notice means here. An event that was seen before, or that this version does not know, is nothing.
    pub(crate) fn read(&self, notice: &Notice) -> Option<Update> {
        Some(match notice {
            Notice::Ready(present) => {
                self.lock().get_or_insert(*present);
                Update::Live
            }
            Notice::Event(text) => return self.read_event(text),
            Notice::Reset(seq) => {
                let before = self.go_to(*seq);
                Update::Reset { seq: *seq, is_another_log: before.is_some_and(|before| *seq < before) }
            }
            Notice::Lost => Update::Lost,
            Notice::OutOfReach => Update::OutOfReach,
            Notice::Refused(message) => Update::Refused(message.clone()),
        })
    }

    fn read_event(&self, text: &str) -> Option<Update> {
        let event = notice::read::<Event>(text)?;
        self.passes(event.seq).then_some(Update::Event(event))
    }

    /// What was on its way when the connection was lost comes again.
    fn passes(&self, seq: u64) -> bool {
        let mut seen = self.lock();
        let is_news = seen.is_none_or(|seen| seq > seen);
        if is_news {
            *seen = Some(seq);
        }
        is_news
    }

    /// Moves behind an event, and answers where it was.
    pub(crate) fn go_to(&self, seq: u64) -> Option<u64> {
        self.lock().replace(seq)
    }

    fn lock(&self) -> MutexGuard<'_, Option<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
