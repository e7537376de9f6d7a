//! The client as a state machine without I/O, clock or randomness of its own.
//!
//! Whoever drives it tells it what happened and what time it is, in milliseconds of a clock that does not go back,
//! and does what it asks for:
//!
//! 1. Call a method for what happened: [`connect`](Machine::connect),
//!    [`transport_opened`](Machine::transport_opened), [`text`](Machine::text), [`binary`](Machine::binary),
//!    [`transport_closed`](Machine::transport_closed), [`emit`](Machine::emit), or
//!    [`tick`](Machine::tick) when [`deadline`](Machine::deadline) has come.
//! 2. Take all of [`poll_control`](Machine::poll_control), and of [`poll_frame`](Machine::poll_frame) as much as
//!    the transport takes; hand out [`poll_event`](Machine::poll_event) and [`poll_ack`](Machine::poll_ack).
//!
//! There is at most one transport. After [`Control::Close`] it is the driver's alone: nothing more of it is told
//! to the machine, not even that it has closed.
//!
//! ```
//! use socketio_client::machine::{Config, Control, Machine};
//! use socketio_client::SocketEvent;
//!
//! let mut machine = Machine::new(Config::new("ws://example.com/socket.io/?EIO=4&transport=websocket"), 7);
//! machine.connect(0);
//! assert!(matches!(machine.poll_control(), Some(Control::Open { .. })));
//! machine.transport_opened(None);
//! machine.text(9, r#"0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#);
//! machine.text(9, r#"40{"sid":"s"}"#);
//! assert_eq!(machine.poll_event(9), Some(SocketEvent::Connected { id: "s".to_owned() }));
//! ```

mod acks;
mod backoff;
mod emit;
mod outbox;
mod receive;

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use crate::event::{ConnectError, DisconnectReason, SocketEvent, Status};
use crate::protocol::engine::Handshake;
use crate::protocol::{Decoder, Frame, Limits};
use crate::{Error, Payload, Reconnection};
use acks::Acks;
use backoff::Jitter;
use outbox::Outbox;

/// How a machine behaves.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address of the WebSocket, with its query.
    pub url: String,
    /// Namespace to join, with its leading slash.
    pub namespace: String,
    /// When and how often to connect again.
    pub reconnection: Reconnection,
    /// Time in which an attempt must have joined the namespace.
    pub connect_timeout: Duration,
    /// Most packets that wait while disconnected.
    pub emit_buffer: usize,
    /// Bounds on memory.
    pub limits: Limits,
}

impl Config {
    /// Defaults, for the default namespace.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            namespace: "/".to_owned(),
            reconnection: Reconnection::default(),
            connect_timeout: Duration::from_secs(20),
            emit_buffer: 256,
            limits: Limits::default(),
        }
    }
}

/// What is to be done with the transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// Open a WebSocket, then say [`Machine::transport_opened`] or [`Machine::transport_closed`].
    Open {
        /// Its address.
        url: String,
    },
    /// Send these frames if that can be done soon, then close; or give up opening.
    Close {
        /// Frames not yet taken by the transport.
        last: Vec<Frame>,
    },
}

/// How an acknowledgement that was asked for has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AckResult {
    /// Number that [`Machine::emit_with_ack`] gave.
    pub number: u64,
    /// The server's answer; or [`Error::AckTimeout`], [`Error::Disconnected`] or [`Error::TooLarge`].
    pub answer: Result<Payload, Error>,
}

/// Answers one event of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AckToken {
    connection: u64,
    number: u64,
}

enum Phase {
    Idle,
    Waiting { until: u64 },
    Opening { give_up: u64 },
    Opened { give_up: u64, auth: Option<Value> },
    Joining { give_up: u64, heartbeat: Heartbeat },
    Connected { heartbeat: Heartbeat },
}

#[derive(Clone, Copy)]
struct Heartbeat {
    heard: u64,
    silence: u64,
}

impl Heartbeat {
    fn new(now: u64, handshake: &Handshake) -> Self {
        Self { heard: now, silence: millis(handshake.silence()) }
    }

    fn deadline(self) -> u64 {
        self.heard.saturating_add(self.silence)
    }
}

/// A Socket.IO client without I/O. See the [module](self) for how to drive it.
pub struct Machine {
    config: Config,
    jitter: Jitter,
    phase: Phase,
    /// Attempts since the socket was last connected.
    attempt: u32,
    /// Number of the current or last connection.
    connection: u64,
    decoder: Decoder,
    /// Largest frame that the server takes, as far as is known.
    server_limit: Option<usize>,
    acks: Acks,
    outbox: Outbox,
    events: VecDeque<SocketEvent<AckToken>>,
}

impl Machine {
    /// A machine that does nothing until [`Machine::connect`]. The seed is where the jitter of its delays comes
    /// from: give every machine another.
    #[must_use]
    pub fn new(config: Config, seed: u64) -> Self {
        Self {
            decoder: Decoder::new(config.limits),
            config,
            jitter: Jitter::new(seed),
            phase: Phase::Idle,
            attempt: 0,
            connection: 0,
            server_limit: None,
            acks: Acks::default(),
            outbox: Outbox::default(),
            events: VecDeque::new(),
        }
    }

    /// State of the socket.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.phase {
            Phase::Idle => Status::Disconnected,
            Phase::Waiting { .. } => Status::Waiting,
            Phase::Opening { .. } | Phase::Opened { .. } | Phase::Joining { .. } => Status::Connecting,
            Phase::Connected { .. } => Status::Connected,
        }
    }

    /// Connects, at once also where the next attempt is yet to come. Without effect while connected or connecting.
    pub fn connect(&mut self, now: u64) {
        match self.phase {
            Phase::Idle => {
                self.attempt = 0;
                self.open(now);
            }
            Phase::Waiting { .. } => self.open(now),
            Phase::Opening { .. }
            | Phase::Opened { .. }
            | Phase::Joining { .. }
            | Phase::Connected { .. } => {}
        }
    }

    /// Disconnects, once what was emitted is sent, and stays so until [`Machine::connect`].
    pub fn disconnect(&mut self) {
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Idle | Phase::Waiting { .. } => {}
            Phase::Opening { .. } | Phase::Opened { .. } | Phase::Joining { .. } => self.outbox.abort(),
            Phase::Connected { .. } => {
                self.send_disconnect();
                self.outbox.close();
                self.lost(DisconnectReason::ClientDisconnect);
            }
        }
    }

    /// The transport is open; with the credentials of this connection, a JSON object, if there are any.
    pub fn transport_opened(&mut self, auth: Option<Value>) {
        if let Phase::Opening { give_up } = self.phase {
            self.phase = Phase::Opened { give_up, auth };
        }
    }

    /// A text message has come.
    pub fn text(&mut self, now: u64, text: &str) {
        self.heard(now);
        if let Err(error) = self.receive_text(now, text) {
            self.broken(now, &error);
        }
    }

    /// A binary message has come.
    pub fn binary(&mut self, now: u64, bytes: Bytes) {
        self.heard(now);
        if let Err(error) = self.receive_binary(now, bytes) {
            self.broken(now, &error);
        }
    }

    /// The transport has closed or could not be opened; with the transport's words if something failed.
    pub fn transport_closed(&mut self, now: u64, failure: Option<String>) {
        self.outbox.forget_frames();
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            waiting @ (Phase::Idle | Phase::Waiting { .. }) => self.phase = waiting,
            Phase::Opening { .. } | Phase::Opened { .. } | Phase::Joining { .. } => {
                let failure = failure.unwrap_or_else(|| "closed before the namespace was joined".to_owned());
                self.failed(now, ConnectError::Transport(failure));
            }
            Phase::Connected { .. } => {
                self.lost(failure.map_or(DisconnectReason::TransportClose, DisconnectReason::TransportError));
                self.schedule(now);
            }
        }
    }

    /// Does what is due. Early and late calls do no harm.
    pub fn tick(&mut self, now: u64) {
        let given_up = self.acks.expire(now);
        self.outbox.unbuffer(&given_up);
        if self.phase_deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        match self.phase {
            Phase::Idle => {}
            Phase::Waiting { .. } => self.open(now),
            Phase::Opening { .. } | Phase::Opened { .. } | Phase::Joining { .. } => {
                self.outbox.abort();
                self.failed(now, ConnectError::Timeout);
            }
            Phase::Connected { .. } => {
                self.outbox.abort();
                self.lost(DisconnectReason::PingTimeout);
                self.schedule(now);
            }
        }
    }

    /// When [`Machine::tick`] is to be called next, if at all.
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        [self.phase_deadline(), self.acks.deadline()].into_iter().flatten().min()
    }

    /// What is to be done with the transport.
    pub fn poll_control(&mut self) -> Option<Control> {
        self.outbox.poll_control()
    }

    /// Whether [`Machine::poll_frame`] has a frame.
    #[must_use]
    pub fn has_frame(&self) -> bool {
        self.outbox.has_frame()
    }

    /// The next frame for the transport.
    pub fn poll_frame(&mut self) -> Option<Frame> {
        self.outbox.poll_frame()
    }

    /// Whether [`Machine::poll_event`] has an event.
    #[must_use]
    pub fn has_event(&self) -> bool {
        !self.events.is_empty()
    }

    /// The next event for the user.
    pub fn poll_event(&mut self, now: u64) -> Option<SocketEvent<AckToken>> {
        let was_full = self.is_full();
        let event = self.events.pop_front();
        if was_full && !self.is_full() {
            // While nothing was read from the network, silence said nothing about the server.
            self.heard(now);
        }
        event
    }

    /// The next acknowledgement that has come or failed.
    pub fn poll_ack(&mut self) -> Option<AckResult> {
        self.acks.poll()
    }

    /// Whether so many events wait for the user that reading from the network should pause.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.events.len() >= self.config.limits.unread
    }

    fn phase_deadline(&self) -> Option<u64> {
        match &self.phase {
            Phase::Idle => None,
            Phase::Waiting { until } => Some(*until),
            Phase::Opening { give_up } | Phase::Opened { give_up, .. } => Some(*give_up),
            Phase::Joining { give_up, heartbeat } => Some(heartbeat.deadline().min(*give_up)),
            Phase::Connected { .. } if self.is_full() => None,
            Phase::Connected { heartbeat } => Some(heartbeat.deadline()),
        }
    }

    fn open(&mut self, now: u64) {
        self.connection += 1;
        self.decoder = Decoder::new(self.config.limits);
        self.phase = Phase::Opening { give_up: now.saturating_add(millis(self.config.connect_timeout)) };
        self.outbox.open(self.config.url.clone());
    }

    fn heard(&mut self, now: u64) {
        if let Phase::Joining { heartbeat, .. } | Phase::Connected { heartbeat } = &mut self.phase {
            heartbeat.heard = now;
        }
    }

    /// An attempt has come to nothing; its transport is dealt with.
    fn failed(&mut self, now: u64, error: ConnectError) {
        let refused = matches!(error, ConnectError::Refused { .. });
        self.phase = Phase::Idle;
        self.events.push_back(SocketEvent::ConnectError(error));
        if !refused || self.config.reconnection.after_refusal {
            self.schedule(now);
        }
    }

    /// The connection has ended; its transport is dealt with.
    fn lost(&mut self, reason: DisconnectReason) {
        self.phase = Phase::Idle;
        self.acks.disconnected();
        self.events.push_back(SocketEvent::Disconnected { reason });
    }

    fn schedule(&mut self, now: u64) {
        if !self.config.reconnection.enabled {
            return;
        }
        self.attempt = self.attempt.saturating_add(1);
        let delay = self.jitter.up_to(backoff::ceiling(&self.config.reconnection, self.attempt));
        self.phase = Phase::Waiting { until: now.saturating_add(millis(delay)) };
        self.events.push_back(SocketEvent::Reconnecting { attempt: self.attempt, delay });
    }
}

/// Leaves out credentials and what is sent and received.
impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("status", &self.status())
            .field("attempt", &self.attempt)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

/// Whole milliseconds, rounded up so that nothing happens early.
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
