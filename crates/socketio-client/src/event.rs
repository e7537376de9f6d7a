//! What a user of a socket is told.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::payload::Payload;

/// What happened to a socket, in order.
///
/// `A` is what answers an event that asked for an acknowledgement: a `Responder`, or an
/// [`AckToken`](crate::machine::AckToken) where the [`machine`](crate::machine) is used without a driver.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SocketEvent<A> {
    /// The namespace is joined.
    Connected {
        /// The server's name for this connection of the socket, another one after every reconnection.
        id: String,
    },
    /// The server emitted an event.
    Event {
        /// Name of the event.
        name: String,
        /// Its arguments.
        data: Payload,
        /// Present if the server asks for an acknowledgement.
        ack: Option<A>,
    },
    /// A connection that stood has ended. [`SocketEvent::Reconnecting`] follows if there is to be another one.
    Disconnected {
        /// Why.
        reason: DisconnectReason,
    },
    /// An attempt to connect has failed. [`SocketEvent::Reconnecting`] follows if there is to be another one.
    ConnectError(ConnectError),
    /// The next attempt to connect is due.
    Reconnecting {
        /// Number of the attempt since the socket was last connected, from 1.
        attempt: u32,
        /// Time until then.
        delay: Duration,
    },
}

impl<A> SocketEvent<A> {
    /// Changes what answers an event.
    pub fn map_ack<B>(self, map: impl FnOnce(A) -> B) -> SocketEvent<B> {
        match self {
            Self::Connected { id } => SocketEvent::Connected { id },
            Self::Event { name, data, ack } => SocketEvent::Event { name, data, ack: ack.map(map) },
            Self::Disconnected { reason } => SocketEvent::Disconnected { reason },
            Self::ConnectError(error) => SocketEvent::ConnectError(error),
            Self::Reconnecting { attempt, delay } => SocketEvent::Reconnecting { attempt, delay },
        }
    }
}

/// Why a connection has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// The server disconnected the socket.
    ServerDisconnect,
    /// This client disconnected the socket.
    ClientDisconnect,
    /// The server was silent for longer than its ping interval and ping timeout.
    PingTimeout,
    /// The connection was closed.
    TransportClose,
    /// The connection failed; with the transport's words.
    TransportError(String),
    /// The server sent what the protocol does not allow; with what was wrong.
    ParseError(String),
}

impl DisconnectReason {
    /// The reason by the name that Socket.IO clients give it, such as `ping timeout`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::ServerDisconnect => "io server disconnect",
            Self::ClientDisconnect => "io client disconnect",
            Self::PingTimeout => "ping timeout",
            Self::TransportClose => "transport close",
            Self::TransportError(_) => "transport error",
            Self::ParseError(_) => "parse error",
        }
    }
}

/// The name of [`DisconnectReason::as_str`], then what is known beyond it.
impl fmt::Display for DisconnectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TransportError(detail) | Self::ParseError(detail) => {
                write!(f, "{}: {detail}", self.as_str())
            }
            _ => f.write_str(self.as_str()),
        }
    }
}

/// Why an attempt to connect has failed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ConnectError {
    /// The server refused the socket, in a middleware for instance, or knows no such namespace.
    Refused {
        /// The server's message; empty if it gave none.
        message: String,
        /// Details that the server gave.
        data: Option<Value>,
    },
    /// The transport could not be opened, or closed before the namespace was joined.
    Transport(String),
    /// The server does not speak this protocol.
    Protocol(String),
    /// The namespace was not joined in time.
    Timeout,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { message, .. } if message.is_empty() => f.write_str("refused by the server"),
            Self::Refused { message, .. } => write!(f, "refused by the server: {message}"),
            Self::Transport(detail) => write!(f, "transport failed: {detail}"),
            Self::Protocol(detail) => write!(f, "not a socket.io v5 server: {detail}"),
            Self::Timeout => f.write_str("timed out"),
        }
    }
}

impl std::error::Error for ConnectError {}

/// State of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The namespace is joined.
    Connected,
    /// An attempt to connect is under way.
    Connecting,
    /// Between two attempts.
    Waiting,
    /// Not connected, and not to be until asked.
    Disconnected,
}
