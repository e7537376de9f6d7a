//! The handle of a connection, and the stream of what happens to it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;

use crate::driver::Driver;
use crate::event::{SocketEvent, Status};
use crate::machine::{AckToken, Machine};
use crate::options::Options;
use crate::platform::{self, Connector};
use crate::shared::{AckReceiver, Shared};
use crate::{Error, Payload};

/// One Socket.IO socket, connected or about to be.
///
/// Clones are handles of the same socket. Dropping the last one closes its connection, once what was emitted is
/// sent.
#[derive(Debug, Clone)]
pub struct Socket {
    handle: Arc<Handle>,
}

#[derive(Debug)]
struct Handle {
    shared: Arc<Shared>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.release();
    }
}

impl Socket {
    /// Starts to connect, and goes on by itself as the options say. What comes of it is told by [`Events`].
    ///
    /// # Errors
    /// [`Error::InvalidUrl`], [`Error::InvalidNamespace`] or [`Error::InvalidHeader`] for unusable options;
    /// [`Error::NoRuntime`] on a host outside a tokio runtime.
    pub fn connect(options: Options) -> Result<(Self, Events), Error> {
        let (config, credentials) = options.into_parts()?;
        let connector = Connector::new(&config.url, &credentials.headers, config.limits)?;
        let shared = Shared::new(config, platform::seed());
        platform::spawn(Driver::new(Arc::clone(&shared), connector, credentials.auth))?;
        shared.with(Machine::connect);
        let events = Events { shared: Arc::clone(&shared) };
        Ok((Self { handle: Arc::new(Handle { shared }) }, events))
    }

    /// Emits an event, now or once connected. Sent at most once.
    ///
    /// # Errors
    /// [`Error::ReservedEvent`], [`Error::BufferFull`], [`Error::TooLarge`], [`Error::TooManyAttachments`],
    /// [`Error::Placeholder`], or [`Error::Closed`] when the driver's runtime has ended.
    pub fn emit(&self, name: &str, data: impl Into<Payload>) -> Result<(), Error> {
        self.shared().check_open()?;
        self.shared().with(|machine, _| machine.emit(name, data.into()))
    }

    /// Emits an event, now or once connected, and waits for its acknowledgement. `timeout` counts from here.
    ///
    /// The event is emitted at once, whether or not the future is polled. The future fails as [`Socket::emit`]
    /// does, with [`Error::AckTimeout`], or with [`Error::Disconnected`] when the connection was lost on the way.
    pub fn emit_with_ack(&self, name: &str, data: impl Into<Payload>, timeout: Duration) -> AckFuture {
        AckFuture { receiver: self.shared().emit_with_ack(name, data.into(), timeout) }
    }

    /// Disconnects, once what was emitted is sent, and stays so until [`Socket::reconnect`].
    pub fn disconnect(&self) {
        self.shared().with(|machine, _| machine.disconnect());
    }

    /// Connects again after [`Socket::disconnect`], a disconnection by the server or a refusal; attempts at once
    /// while waiting for the next attempt, as fits when a page learns that the network is back. Without effect
    /// while connected or connecting.
    pub fn reconnect(&self) {
        self.shared().with(Machine::connect);
    }

    /// State of the socket at this moment.
    #[must_use]
    pub fn status(&self) -> Status {
        self.shared().status()
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.handle.shared
    }
}

/// What happens to a socket, in order: a stream that ends when the socket is dropped and its connection closed.
///
/// Events wait here until they are read. Dropping the stream leaves the socket connected; what comes is then
/// lost.
#[derive(Debug)]
pub struct Events {
    shared: Arc<Shared>,
}

impl Drop for Events {
    fn drop(&mut self) {
        self.shared.unhear();
    }
}

impl Stream for Events {
    type Item = SocketEvent<Responder>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.shared.poll_event(cx).map(|event| {
            event.map(|event| event.map_ack(|token| Responder { shared: Arc::clone(&self.shared), token }))
        })
    }
}

/// Answers an event that asked for an acknowledgement. Does not keep the socket connected.
#[derive(Debug)]
#[must_use = "the server waits for an acknowledgement"]
pub struct Responder {
    shared: Arc<Shared>,
    token: AckToken,
}

impl Responder {
    /// Acknowledges the event.
    ///
    /// # Errors
    /// [`Error::NotConnected`] when the event's connection is gone, and as for [`Socket::emit`].
    pub fn send(self, data: impl Into<Payload>) -> Result<(), Error> {
        self.shared.with(|machine, _| machine.ack(&self.token, data.into()))
    }
}

/// An acknowledgement to come, from [`Socket::emit_with_ack`].
#[derive(Debug)]
#[must_use = "the acknowledgement is lost unless awaited; to ask for none, use emit"]
pub struct AckFuture {
    receiver: AckReceiver,
}

impl Future for AckFuture {
    type Output = Result<Payload, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.receiver).poll(cx).map(|answer| answer.unwrap_or(Err(Error::Closed)))
    }
}
