//! What is said of the stream before anybody reads it from their place in the log.

use contract::event::{SYNC_READY, SYNC_RESET, SyncReset};
use contract::json::{self, FromJson};
use socketio_client::{ConnectError, Payload, SocketEvent};

/// After so many failed attempts the server counts as out of reach.
const OUT_OF_REACH_AFTER: u32 = 3;

/// One thing that a socket says of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Everything up to this event was given out.
    Ready(u64),
    /// An event as JSON.
    Event(String),
    /// It goes on behind this event, whatever came before.
    Reset(u64),
    Lost,
    OutOfReach,
    Refused(String),
}

impl Notice {
    /// What a socket's event says of the stream, if anything.
    pub(crate) fn of<A>(event: SocketEvent<A>) -> Option<Self> {
        match event {
            SocketEvent::Event { name, data, .. } => Self::told(&name, &data),
            SocketEvent::ConnectError(ConnectError::Refused { message, .. }) => Some(Self::Refused(message)),
            SocketEvent::Disconnected { .. } | SocketEvent::ConnectError(_) => Some(Self::Lost),
            SocketEvent::Reconnecting { attempt, .. } if attempt > OUT_OF_REACH_AFTER => {
                Some(Self::OutOfReach)
            }
            _ => None,
        }
    }

    fn told(name: &str, data: &Payload) -> Option<Self> {
        let argument = data.raw(0)?;
        match name {
            SYNC_READY => Some(Self::Ready(read::<SyncReset>(argument)?.seq)),
            SYNC_RESET => Some(Self::Reset(read::<SyncReset>(argument)?.seq)),
            _ => Some(Self::Event(argument.to_owned())),
        }
    }
}

/// What the JSON says, if it fits.
pub(crate) fn read<T: FromJson>(text: &str) -> Option<T> {
    let value = serde_json::from_str::<serde_json::Value>(text).ok()?;
    json::read(&value).ok()
}
