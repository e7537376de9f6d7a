//! The server's events, in order and each once, across lost connections.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use contract::Event;
use contract::event::{Handshake, SYNC_READY, SYNC_RESET, SyncReset};
use contract::json::{self, FromJson};
use futures::StreamExt;
use socketio_client::{Events, Options, Payload, Socket, SocketEvent};

/// After so many failed attempts the server counts as out of reach.
const OUT_OF_REACH_AFTER: u32 = 3;

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

type Seen = Arc<Mutex<Option<u64>>>;

/// The events behind a place in the log. After a loss it goes on behind the last one that it gave out.
pub struct EventStream {
    events: Events,
    seen: Seen,
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
        let seen: Seen = Arc::new(Mutex::new(since));
        let last = Arc::clone(&seen);
        let options = options.auth(move || {
            serde_json::to_value(Handshake { since: *lock(&last), token: None }).unwrap_or_default()
        });
        // A server that shuts down says goodbye; whoever is not wanted any more is refused at the next attempt.
        let (socket, events) = Socket::connect(options.reconnect_after_server_disconnect())?;
        Ok((socket, Self { events, seen }))
    }

    /// The last event that was given out, or what it goes on behind.
    #[must_use]
    pub fn seen(&self) -> Option<u64> {
        *lock(&self.seen)
    }

    /// What comes next; nothing once the socket is gone.
    pub async fn next(&mut self) -> Option<Update> {
        loop {
            let event = self.events.next().await?;
            if let Some(update) = self.update(event) {
                return Some(update);
            }
        }
    }

    fn update<A>(&self, event: SocketEvent<A>) -> Option<Update> {
        match event {
            SocketEvent::Event { name, data, .. } => self.told(&name, &data),
            SocketEvent::ConnectError(socketio_client::ConnectError::Refused { message, .. }) => {
                Some(Update::Refused(message))
            }
            SocketEvent::Disconnected { .. } | SocketEvent::ConnectError(_) => Some(Update::Lost),
            SocketEvent::Reconnecting { attempt, .. } if attempt > OUT_OF_REACH_AFTER => {
                Some(Update::OutOfReach)
            }
            _ => None,
        }
    }

    fn told(&self, name: &str, data: &Payload) -> Option<Update> {
        match name {
            SYNC_READY => {
                let present = read::<SyncReset>(data)?.seq;
                lock(&self.seen).get_or_insert(present);
                Some(Update::Live)
            }
            SYNC_RESET => {
                let seq = read::<SyncReset>(data)?.seq;
                let before = lock(&self.seen).replace(seq);
                Some(Update::Reset { seq, is_another_log: before.is_some_and(|before| seq < before) })
            }
            // An event that this version does not know changes nothing that it shows.
            _ => read::<Event>(data).filter(|event| self.is_news(event.seq)).map(Update::Event),
        }
    }

    /// What was on its way when the connection was lost comes again.
    fn is_news(&self, seq: u64) -> bool {
        let mut seen = lock(&self.seen);
        let is_news = seen.is_none_or(|seen| seq > seen);
        if is_news {
            *seen = Some(seq);
        }
        is_news
    }
}

fn lock(seen: &Seen) -> MutexGuard<'_, Option<u64>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The event's argument, if it fits.
fn read<T: FromJson>(data: &Payload) -> Option<T> {
    let value = serde_json::from_str::<serde_json::Value>(data.raw(0)?).ok()?;
    json::read(&value).ok()
}
