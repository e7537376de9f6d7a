//! The ways between a client and its session.

pub(crate) mod polling;
pub(crate) mod websocket;

use std::task::{Context, Poll};

use bytes::Bytes;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::Batch;
use polling::Polling;
use websocket::WebSocket;

/// What came from a client.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// An Engine.IO packet.
    Text(Utf8Bytes),
    /// An attachment.
    Binary(Bytes),
    /// The client goes on with this.
    Upgraded(Box<WebSocket>),
}

/// Why a transport is of no further use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error("the client closed it")]
    Closed,
    #[error(transparent)]
    WebSocket(#[from] tokio_tungstenite::tungstenite::Error),
    #[error(transparent)]
    Write(#[from] std::io::Error),
}

/// The transport that a session uses at present.
#[derive(Debug)]
pub(crate) enum Transport {
    WebSocket(Box<WebSocket>),
    Polling(Polling),
}

impl Transport {
    /// Sends after what was sent before, in the course of [`poll_flush`](Self::poll_flush).
    pub(crate) fn send(&mut self, batch: &Batch) {
        match self {
            Self::WebSocket(socket) => socket.send(batch),
            Self::Polling(polling) => polling.send(batch),
        }
    }

    /// Ready once nothing waits to be sent.
    pub(crate) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        match self {
            Self::WebSocket(socket) => socket.poll_flush(context),
            Self::Polling(polling) => polling.poll_flush(context).map(Ok),
        }
    }

    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Incoming, Broken>> {
        match self {
            Self::WebSocket(socket) => socket.poll_next(context),
            Self::Polling(polling) => polling.poll_next(context),
        }
    }

    /// Grows while the client takes what it is sent; none where nothing is left for it.
    pub(crate) fn taken(&self) -> Option<u64> {
        match self {
            Self::WebSocket(socket) => socket.taken(),
            Self::Polling(polling) => polling.taken(),
        }
    }
}
