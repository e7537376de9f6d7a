use thiserror::Error;

/// Why input is not a packet, or not one that may come at this point.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// A frame without content.
    #[error("empty frame")]
    Empty,
    /// An Engine.IO packet starts with a digit from 0 to 6.
    #[error("unknown engine.io packet type '{0}'")]
    UnknownEngineType(char),
    /// The content of an Engine.IO open packet.
    #[error("invalid engine.io handshake: {0}")]
    Handshake(String),
    /// A Socket.IO packet starts with a digit from 0 to 6.
    #[error("unknown socket.io packet type '{0}'")]
    UnknownType(char),
    /// The number of attachments of a binary packet is missing, too long, or not followed by `-`.
    #[error("invalid number of attachments")]
    AttachmentCount,
    /// More attachments than [`Limits::attachments`](super::Limits::attachments).
    #[error("{count} attachments where {limit} are allowed")]
    TooManyAttachments {
        /// Attachments announced.
        count: usize,
        /// Attachments allowed.
        limit: usize,
    },
    /// A packet larger than [`Limits::payload`](super::Limits::payload).
    #[error("packet of {size} bytes where {limit} are allowed")]
    TooLarge {
        /// Bytes received so far.
        size: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The number of an acknowledgement does not fit in 64 bits.
    #[error("acknowledgement number out of range")]
    AckNumber,
    /// An acknowledgement that does not say what it acknowledges.
    #[error("acknowledgement without a number")]
    AckWithoutNumber,
    /// The content is not JSON, or not the JSON of such a packet.
    #[error("invalid content of {packet} packet: {problem}")]
    Content {
        /// Packet type by its name in the protocol.
        packet: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// An event by a name that the protocol keeps for itself.
    #[error("reserved event name \"{0}\"")]
    ReservedEvent(String),
    /// A placeholder for an attachment that the packet does not have.
    #[error("placeholder without an attachment")]
    Placeholder,
    /// Text arrived while attachments of a packet are due.
    #[error("text where an attachment is due")]
    TextForAttachment,
    /// A binary frame arrived while no attachment is due.
    #[error("binary frame where none is due")]
    UnexpectedBinary,
    /// A well-formed packet at a point where the protocol has none.
    #[error("{0} packet out of turn")]
    OutOfTurn(&'static str),
}

impl DecodeError {
    pub(crate) fn content(packet: &'static str, problem: impl Into<String>) -> Self {
        Self::Content { packet, problem: problem.into() }
    }
}
