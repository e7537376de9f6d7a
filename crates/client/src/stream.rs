//! The server's events, in order and each once, across lost connections.

pub(crate) mod notice;
pub(crate) mod place;

use std::fmt;

use contract::Event;
use contract::event::Handshake;
use futures::StreamExt;
use socketio_client::{Events, Options, Socket};

use notice::Notice;
use place::Place;

/// What comes from the event stream.
#[derive(Debug)]
pub enum Update {
    /// Everything up to the present was given out; from here on events come as they happen.
    Live,
    /// The next event of the log.
    Event(Event),
    /// The events up to this number are not to be had: what was made of earlier ones has to be fetched.
    Reset {
        /// It goes on behind this event.
        seq: u64,
        /// The log is another one, in which versions have begun anew.
        is_another_log: bool,
    },
    /// The connection was lost; the next attempt follows by itself.
    Lost,
    /// Several attempts have failed; more follow by themselves.
    OutOfReach,
    /// The server does not take this client, for this reason.
    Refused(String),
}

/// The events behind a place in the log. After a loss it goes on behind the last one that it gave out.
pub struct EventStream {
    events: Events,
    place: Place,
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("seen", &self.seen()).finish_non_exhaustive()
    }
}

impl EventStream {
    /// Opens the stream behind the event `since`, or at the present without one. It stays open for as long as a clone
    /// of the socket exists. The handshake of the options is replaced.
    ///
    /// # Errors
    /// When the URL is none that a socket can be opened to.
    pub fn open(options: Options, since: Option<u64>) -> Result<(Socket, Self), socketio_client::Error> {
        Self::open_at(options, Place::behind(since))
    }

    /// Opens the stream at a place that others may move too.
    pub(crate) fn open_at(options: Options, place: Place) -> Result<(Socket, Self), socketio_client::Error> {
        let last = place.clone();
        let options = options.auth(move || {
            serde_json::to_value(Handshake { since: last.seen(), token: None }).unwrap_or_default()
        });
        // A server that shuts down says goodbye; whoever is not wanted any more is refused at the next attempt.
        let (socket, events) = Socket::connect(options.reconnect_after_server_disconnect())?;
        Ok((socket, Self { events, place }))
    }

    /// The last event that was given out, or what it goes on behind.
    #[must_use]
    pub fn seen(&self) -> Option<u64> {
        self.place.seen()
    }

    /// What comes next; nothing once the socket is gone.
    pub async fn next(&mut self) -> Option<Update> {
        loop {
            let notice = self.notice().await?;
            if let Some(update) = self.place.read(&notice) {
                return Some(update);
            }
        }
    }

    /// What is said next, not yet read.
    pub(crate) async fn notice(&mut self) -> Option<Notice> {
        loop {
            let event = self.events.next().await?;
            if let Some(notice) = Notice::of(event) {
                return Some(notice);
            }
        }
    }
}
