//! The loop between a machine and its transport, the same on every platform.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::stream::{FuturesUnordered, StreamExt};

use crate::machine::{Control, Machine};
use crate::options::Auth;
use crate::platform::{self, BoxFuture, Connector, Incoming, Sleep, Transport};
use crate::shared::Shared;

/// Frames taken from the network before the loop looks at everything else.
const FRAMES_PER_TURN: usize = 64;

/// A future that drives one socket until its handles are gone and its connection is closed.
pub(crate) struct Driver {
    shared: Arc<Shared>,
    auth: Option<Auth>,
    connector: Connector,
    link: Link,
    timer: Option<Timer>,
    /// Transports that send their last frames.
    closing: FuturesUnordered<BoxFuture<()>>,
}

enum Link {
    None,
    Opening(BoxFuture<Result<Transport, String>>),
    Open(Box<Transport>),
}

struct Timer {
    at: u64,
    sleep: Sleep,
}

impl Driver {
    pub(crate) fn new(shared: Arc<Shared>, connector: Connector, auth: Option<Auth>) -> Self {
        Self { shared, auth, connector, link: Link::None, timer: None, closing: FuturesUnordered::new() }
    }

    fn poll_control(&mut self) -> bool {
        let mut acted = false;
        while let Some(control) = self.shared.drive(|machine, _| machine.poll_control()) {
            acted = true;
            match control {
                Control::Open { url } => self.link = Link::Opening(self.connector.open(url)),
                Control::Close { last } => {
                    if let Link::Open(transport) = std::mem::replace(&mut self.link, Link::None) {
                        self.closing.push(transport.close(last));
                    }
                }
            }
        }
        acted
    }

    fn poll_opening(&mut self, cx: &mut Context<'_>) -> bool {
        let Link::Opening(opening) = &mut self.link else { return false };
        let Poll::Ready(opened) = opening.as_mut().poll(cx) else { return false };
        match opened {
            Ok(transport) => {
                self.link = Link::Open(Box::new(transport));
                let auth = self.auth.as_mut().map(|auth| auth());
                self.shared.drive(|machine, _| machine.transport_opened(auth));
            }
            Err(failure) => self.lost(Some(failure)),
        }
        true
    }

    fn poll_incoming(&mut self, cx: &mut Context<'_>) -> bool {
        let mut acted = false;
        for _ in 0..FRAMES_PER_TURN {
            let Link::Open(transport) = &mut self.link else { break };
            if self.shared.drive(|machine, _| machine.is_full()) {
                break;
            }
            let Poll::Ready(incoming) = transport.poll_incoming(cx) else { break };
            acted = true;
            match incoming {
                Incoming::Text(text) => self.shared.drive(|machine, now| machine.text(now, &text)),
                Incoming::Binary(bytes) => self.shared.drive(|machine, now| machine.binary(now, bytes)),
                Incoming::Closed(failure) => self.lost(failure),
            }
            self.poll_control();
        }
        acted
    }

    fn poll_outgoing(&mut self, cx: &mut Context<'_>) -> bool {
        let sent = match &mut self.link {
            Link::Open(transport) => send_frames(&self.shared, transport, cx),
            Link::None | Link::Opening(_) => Ok(()),
        };
        match sent {
            Ok(()) => false,
            Err(failure) => {
                self.lost(Some(failure));
                true
            }
        }
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(deadline) = self.shared.drive(|machine, _| machine.deadline()) else { return false };
        // A timer that is early is kept: setting it anew with every frame costs more than one vain turn.
        if self.timer.as_ref().is_none_or(|timer| deadline < timer.at) {
            let sleep = platform::sleep(deadline.saturating_sub(self.shared.now()));
            self.timer = Some(Timer { at: deadline, sleep });
        }
        let Some(timer) = &mut self.timer else { return false };
        if timer.sleep.poll_unpin(cx).is_pending() {
            return false;
        }
        self.timer = None;
        self.shared.drive(Machine::tick);
        true
    }

    fn lost(&mut self, failure: Option<String>) {
        self.link = Link::None;
        self.shared.drive(|machine, now| machine.transport_closed(now, failure));
    }
}

/// Hands over as much as the transport takes.
fn send_frames(shared: &Shared, transport: &mut Transport, cx: &mut Context<'_>) -> Result<(), String> {
    while shared.drive(|machine, _| machine.has_frame()) {
        match transport.poll_ready(cx)? {
            Poll::Ready(()) => {}
            Poll::Pending => return Ok(()),
        }
        if let Some(frame) = shared.drive(|machine, _| machine.poll_frame()) {
            transport.send(frame)?;
        }
    }
    transport.poll_flush(cx)
}

impl Future for Driver {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let driver = &mut *self;
        driver.shared.wake_driver_by(cx);
        loop {
            let acted = [
                driver.poll_control(),
                driver.poll_opening(cx),
                driver.poll_incoming(cx),
                driver.poll_outgoing(cx),
                driver.poll_timer(cx),
            ];
            if !acted.contains(&true) {
                break;
            }
        }
        while let Poll::Ready(Some(())) = driver.closing.poll_next_unpin(cx) {}
        let idle = matches!(driver.link, Link::None) && driver.closing.is_empty();
        if idle && driver.shared.is_released() { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.shared.finish();
    }
}
