use thiserror::Error;

/// Why a call failed.
///
/// What happens to the connection itself is not an error of a call: it is told by
/// [`SocketEvent`](crate::SocketEvent).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The server's address cannot be used.
    #[error("invalid server address \"{url}\": {problem}")]
    InvalidUrl {
        /// Address as given.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The namespace cannot be used.
    #[error("invalid namespace \"{0}\": it starts with a slash and has no comma")]
    InvalidNamespace(String),
    /// A header for the handshake cannot be used.
    #[error("invalid header \"{0}\": check its name and value for characters that HTTP forbids")]
    InvalidHeader(String),
    /// A native socket was connected outside a tokio runtime.
    #[error("no tokio runtime here: connect within one")]
    NoRuntime,
    /// The protocol keeps this event name for itself.
    #[error("event name \"{0}\" is reserved by the protocol: choose another")]
    ReservedEvent(String),
    /// As many packets as the buffer takes wait to be sent.
    #[error("the send buffer is full: emit again once connected, or raise its limit")]
    BufferFull,
    /// A packet is larger than this client or the server allows.
    #[error("packet of {size} bytes where {limit} are allowed: send it in parts")]
    TooLarge {
        /// Bytes of the packet.
        size: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A payload has more attachments than allowed.
    #[error("{count} attachments where {limit} are allowed: send them in parts")]
    TooManyAttachments {
        /// Attachments of the payload.
        count: usize,
        /// Attachments allowed.
        limit: usize,
    },
    /// A payload has a placeholder for an attachment that it does not have.
    #[error("placeholder without an attachment: use the value that `attach` gave")]
    Placeholder,
    /// The event's connection is gone, so that nobody waits for this acknowledgement.
    #[error("the connection on which the event came is gone: the acknowledgement has nobody to reach")]
    NotConnected,
    /// The connection was lost before the acknowledgement came. The server may have handled the event.
    #[error("disconnected before the acknowledgement came")]
    Disconnected,
    /// No acknowledgement came in time. The server may have handled the event.
    #[error("no acknowledgement in time")]
    AckTimeout,
    /// The socket's driver has ended.
    #[error("the socket is closed: connect a new one")]
    Closed,
    /// A value could not be written as JSON or read from it.
    #[error("invalid JSON: {0}")]
    Json(String),
    /// A payload has no argument at this position, counted from 0.
    #[error("no argument at position {0}")]
    MissingArgument(usize),
}
