//! A WebSocket whose frames to the client are made by [`Batch`](crate::Batch) and written as they are.
//!
//! The library reads, and writes what the protocol itself asks for: answers to pings, and the farewell. Its writes and
//! ours are never mixed within a frame: ours begin when it has nothing left to write, and nothing is read, which might
//! make it write, while a part of ours is written.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures::{Sink, SinkExt, Stream};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWrite;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

use super::{Broken, Incoming};
use crate::Batch;

/// Clients say little: a buffer of the usual 128 KiB for each would be most of a socket's memory.
const READ_BUFFER: usize = 2 * 1024;
/// Longest reason of a close frame, in bytes (RFC 6455, 5.5).
const LONGEST_REASON: usize = 123;

#[derive(Debug)]
pub(crate) struct WebSocket {
    stream: WebSocketStream<TokioIo<Upgraded>>,
    unsent: VecDeque<Bytes>,
    /// Whether a part of the first of `unsent` is written.
    within: bool,
    taken: u64,
}

impl WebSocket {
    pub(crate) async fn new(upgraded: Upgraded, max_payload: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(max_payload))
            .max_frame_size(Some(max_payload));
        let io = TokioIo::new(upgraded);
        let stream = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
        Self { stream, unsent: VecDeque::new(), within: false, taken: 0 }
    }

    pub(crate) fn send(&mut self, batch: &Batch) {
        if !batch.is_empty() {
            self.unsent.push_back(batch.frames().clone());
        }
    }

    pub(crate) fn taken(&self) -> Option<u64> {
        (!self.unsent.is_empty()).then_some(self.taken)
    }

    pub(crate) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        if !self.within {
            ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        }
        while let Some(frames) = self.unsent.front_mut() {
            let io = Pin::new(self.stream.get_mut());
            let written = ready!(io.poll_write(context, frames))?;
            if written == 0 {
                return Poll::Ready(Err(io::Error::from(io::ErrorKind::WriteZero).into()));
            }
            frames.advance(written);
            self.taken += written as u64;
            self.within = !frames.is_empty();
            if !self.within {
                self.unsent.pop_front();
            }
        }
        ready!(Pin::new(self.stream.get_mut()).poll_flush(context))?;
        Poll::Ready(Ok(()))
    }

    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Incoming, Broken>> {
        // Going on with the write wakes the task.
        while !self.within {
            let message = match ready!(Pin::new(&mut self.stream).poll_next(context)) {
                Some(message) => message?,
                None => return Poll::Ready(Err(Broken::Closed)),
            };
            match message {
                Message::Text(text) => return Poll::Ready(Ok(Incoming::Text(text))),
                Message::Binary(bytes) => return Poll::Ready(Ok(Incoming::Binary(bytes))),
                Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => {}
            }
        }
        Poll::Pending
    }

    /// Says farewell, where that does not fall into the middle of a frame.
    pub(crate) async fn close(mut self, code: CloseCode, reason: &str) {
        if self.within {
            return;
        }
        let mut end = reason.len().min(LONGEST_REASON);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        let frame = CloseFrame { code, reason: reason[..end].into() };
        // A client that is gone needs none.
        let _ = self.stream.send(Message::Close(Some(frame))).await;
    }
}
