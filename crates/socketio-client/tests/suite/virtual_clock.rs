//! A machine with a clock that only moves when told, and a server that is the test.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use socketio_client::machine::{AckResult, AckToken, Config, Control, Machine};
use socketio_client::protocol::Frame;
use socketio_client::{Payload, SocketEvent};

pub(crate) const OPEN: &str =
    r#"0{"sid":"engine","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
pub(crate) const JOINED: &str = r#"40{"sid":"socket"}"#;

pub(crate) type Event = SocketEvent<AckToken>;

pub(crate) struct Bench {
    pub(crate) machine: Machine,
    pub(crate) now: u64,
}

impl Bench {
    pub(crate) fn new(config: Config) -> Self {
        Self { machine: Machine::new(config, 1), now: 1_000 }
    }

    /// A machine with the defaults, connected, its outputs taken.
    pub(crate) fn connected() -> Self {
        Self::connected_with(config())
    }

    pub(crate) fn connected_with(config: Config) -> Self {
        let mut bench = Self::new(config);
        bench.machine.connect(bench.now);
        bench.join();
        bench.sent();
        bench.events();
        bench
    }

    /// Opens the transport that is asked for and joins the namespace.
    pub(crate) fn join(&mut self) {
        self.expect_open();
        self.machine.transport_opened(None);
        self.text(OPEN);
        self.text(JOINED);
    }

    pub(crate) fn expect_open(&mut self) {
        match self.machine.poll_control() {
            Some(Control::Open { .. }) => {}
            other => panic!("expected the transport to be opened, not {other:?}"),
        }
        assert_eq!(self.machine.poll_control(), None);
    }

    /// Frames that were still to be sent when the transport was to close.
    pub(crate) fn expect_close(&mut self) -> Vec<Frame> {
        match self.machine.poll_control() {
            Some(Control::Close { last }) => last,
            other => panic!("expected the transport to be closed, not {other:?}"),
        }
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.machine.text(self.now, text);
    }

    pub(crate) fn binary(&mut self, bytes: &[u8]) {
        self.machine.binary(self.now, Bytes::copy_from_slice(bytes));
    }

    pub(crate) fn transport_closed(&mut self) {
        self.machine.transport_closed(self.now, None);
    }

    pub(crate) fn emit(&mut self, name: &str, data: Value) {
        self.machine.emit(name, data.into()).unwrap();
    }

    pub(crate) fn ask(&mut self, name: &str, timeout: Duration) -> u64 {
        self.machine.emit_with_ack(self.now, name, Payload::empty(), timeout).unwrap()
    }

    /// Lets time pass, from one deadline to the next as a driver would.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + u64::try_from(time.as_millis()).unwrap();
        while let Some(deadline) = self.machine.deadline().filter(|&deadline| deadline <= end) {
            self.now = self.now.max(deadline);
            self.machine.tick(self.now);
        }
        self.now = end;
    }

    pub(crate) fn sent(&mut self) -> Vec<Frame> {
        std::iter::from_fn(|| self.machine.poll_frame()).collect()
    }

    /// What was sent, where it is all text.
    pub(crate) fn sent_texts(&mut self) -> Vec<String> {
        self.sent()
            .into_iter()
            .map(|frame| match frame {
                Frame::Text(text) => text,
                Frame::Binary(bytes) => panic!("unexpected binary frame {bytes:?}"),
            })
            .collect()
    }

    pub(crate) fn events(&mut self) -> Vec<Event> {
        let now = self.now;
        std::iter::from_fn(|| self.machine.poll_event(now)).collect()
    }

    pub(crate) fn acks(&mut self) -> Vec<AckResult> {
        std::iter::from_fn(|| self.machine.poll_ack()).collect()
    }
}

pub(crate) fn config() -> Config {
    Config::new("ws://h/socket.io/?EIO=4&transport=websocket")
}

/// Short words for events, so that tests can compare whole stories.
pub(crate) fn story(events: &[Event]) -> Vec<String> {
    events
        .iter()
        .map(|event| match event {
            SocketEvent::Connected { id } => format!("connected {id}"),
            SocketEvent::Event { name, data, .. } => {
                let args: Vec<&str> = (0..data.len()).filter_map(|index| data.raw(index)).collect();
                format!("{name}({})", args.join(","))
            }
            SocketEvent::Disconnected { reason } => format!("disconnected: {reason}"),
            SocketEvent::ConnectError(error) => format!("connect error: {error}"),
            SocketEvent::Reconnecting { attempt, .. } => format!("reconnecting {attempt}"),
            other => panic!("unknown event {other:?}"),
        })
        .collect()
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
