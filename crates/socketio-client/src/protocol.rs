//! The codecs of both layers: Engine.IO protocol 4 and Socket.IO protocol 5.
//!
//! Decoding is strict and bounded by [`Limits`], and never panics on any input. The formats are those of
//! <https://socket.io/docs/v4/engine-io-protocol/> and <https://socket.io/docs/v4/socket-io-protocol/>.

mod decoder;
pub mod engine;
mod error;
mod limits;
mod packet;
mod parse;

pub use decoder::Decoder;
pub use error::DecodeError;
pub use limits::Limits;
pub use packet::{Body, Packet, is_reserved_event};

use bytes::Bytes;

/// One WebSocket message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A text message: one Engine.IO packet.
    Text(String),
    /// A binary message: one attachment of the Socket.IO packet before it.
    Binary(Bytes),
}

impl Frame {
    /// Size of the content in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether the content is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
