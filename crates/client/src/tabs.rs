//! One socket for all tabs of a browser.
//!
//! The tabs of an origin elect one among them, with a lock that the browser gives to one at a time. It leads: it has the
//! socket, and tells the others word for word what it hears. Each of them reads that from a place of its own, so that one
//! that joins, or that the browser held up, notices what it has missed and asks for it. When the leader goes, the
//! next one opens a socket from where it is itself.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(test)]
mod tests;
mod word;

use std::collections::VecDeque;

#[cfg(target_arch = "wasm32")]
pub use browser::Realtime;

use crate::Update;
use crate::stream::notice::Notice;
use crate::stream::place::Place;
use word::{State, Word};

/// Events that a tab keeps for those who missed them. Who lacks more fetches what it shows.
const KEPT: usize = 256;

/// What one tab knows of the stream. It neither opens nor posts anything: what it wants to tell the others stands in
/// `say` afterwards.
#[derive(Debug)]
pub(crate) struct Tab {
    place: Place,
    leads: bool,
    /// What the stream is in, once somebody said so.
    state: Option<State>,
    /// It lacks events, and asked for them.
    asked: bool,
    recent: VecDeque<Recent>,
}

/// An event as it was told.
#[derive(Debug)]
struct Recent {
    /// What was seen before it.
    before: u64,
    seq: u64,
    text: String,
}

type Say = Vec<String>;

impl Tab {
    /// A tab that has seen everything up to `since`, and follows.
    pub(crate) fn behind(since: u64) -> Self {
        let place = Place::behind(Some(since));
        Self { place, leads: false, state: None, asked: false, recent: VecDeque::new() }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn leads(&self) -> bool {
        self.leads
    }

    /// The socket is this tab's from now on. Whether it is connected remains to be heard.
    pub(crate) fn lead(&mut self) {
        self.leads = true;
        self.asked = false;
        self.state = None;
    }

    /// Another tab has the socket, or soon will.
    pub(crate) fn follow(&mut self, say: &mut Say) {
        self.leads = false;
        self.ask(say);
    }

    /// Asks whoever leads for what was missed, and how the stream is.
    pub(crate) fn ask(&mut self, say: &mut Say) {
        self.asked = true;
        say.push(Word::Since(self.seen()).to_text());
    }

    /// Takes what the socket of this tab says.
    pub(crate) fn hear(&mut self, notice: Notice, say: &mut Say) -> Option<Update> {
        if !self.leads {
            return None;
        }
        let before = self.seen();
        let update = self.place.read(&notice)?;
        let word = match (&update, &notice) {
            (Update::Event(_), Notice::Event(text)) => Word::Event { before, text },
            (&Update::Reset { seq, is_another_log }, _) => {
                self.recent.clear();
                Word::Reset { seq, is_another_log }
            }
            (Update::Live, _) => self.enters(State::Live),
            (Update::OutOfReach, _) => self.enters(State::OutOfReach),
            _ => self.enters(State::Lost),
        };
        say.push(word.to_text());
        if let Notice::Event(text) = notice {
            self.keep(before, text);
        }
        Some(update)
    }

    /// Takes what another tab says.
    pub(crate) fn listen(&mut self, text: &str, say: &mut Say) -> Option<Update> {
        let word = Word::of(text)?;
        match word {
            Word::Since(since) if self.leads => self.answer(since, say),
            _ if self.leads => {}
            Word::Since(_) => {}
            Word::Event { before, text } if self.has(before, say) => {
                let seen = self.seen();
                let notice = Notice::Event(text.to_owned());
                let update = self.place.read(&notice)?;
                self.keep(seen, text.to_owned());
                return Some(update);
            }
            Word::Event { .. } => {}
            // Whoever knows more was not meant.
            Word::Gone { since, .. } if self.seen() > since => {}
            Word::Gone { seq, .. } => return Some(self.jump(seq, false)),
            // Of an earlier leader, heard late.
            Word::Reset { seq, is_another_log: false } if self.seen() >= seq => {}
            Word::Reset { seq, is_another_log } => return Some(self.jump(seq, is_another_log)),
            Word::State { state, seq } => {
                // The last word of an answer; or of one who took the lead after the question.
                self.asked = false;
                if self.has(seq, say) && self.state.replace(state) != Some(state) {
                    return Some(state.update());
                }
            }
        }
        None
    }

    /// Whether it has seen everything up to an event; asks, once, where it has not.
    fn has(&mut self, seq: u64, say: &mut Say) -> bool {
        let has = self.seen() >= seq;
        if !has && !self.asked {
            self.ask(say);
        }
        has
    }

    /// Tells one that has seen everything up to `since` the rest, or that it is gone.
    fn answer(&self, since: u64, say: &mut Say) {
        // Before the socket is connected there is nothing to say: everybody hears when it is.
        let Some(state) = self.state else { return };
        let seen = self.seen();
        if self.recent.front().map_or(seen, |first| first.before) > since {
            say.push(Word::Gone { since, seq: seen }.to_text());
        } else {
            let missed = self.recent.iter().filter(|event| event.seq > since);
            say.extend(missed.map(|event| Word::Event { before: event.before, text: &event.text }.to_text()));
        }
        say.push(Word::State { state, seq: seen }.to_text());
    }

    fn enters(&mut self, state: State) -> Word<'static> {
        self.state = Some(state);
        Word::State { state, seq: self.seen() }
    }

    fn jump(&mut self, seq: u64, is_another_log: bool) -> Update {
        self.recent.clear();
        self.place.go_to(seq);
        Update::Reset { seq, is_another_log }
    }

    fn keep(&mut self, before: u64, text: String) {
        if self.recent.len() == KEPT {
            self.recent.pop_front();
        }
        self.recent.push_back(Recent { before, seq: self.seen(), text });
    }

    fn seen(&self) -> u64 {
        self.place.seen().unwrap_or_default()
    }
}
