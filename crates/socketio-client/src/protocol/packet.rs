use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::payload::{Payload, json_string, json_text};

/// A Socket.IO packet with all its attachments.
#[derive(Debug, Clone, PartialEq)]
pub struct Packet {
    /// Namespace, from its `/` on. The default namespace is `/`.
    pub namespace: String,
    /// Type and content.
    pub body: Body,
}

/// Type and content of a Socket.IO packet.
///
/// Whether an event or acknowledgement travels as a binary packet follows from its payload having attachments.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Joins a namespace with an auth payload, or confirms it with the socket's `sid`.
    Connect(Option<Map<String, Value>>),
    /// Leaves the namespace.
    Disconnect,
    /// An event.
    Event {
        /// Name of the event.
        name: String,
        /// Number by which the other side acknowledges the event, if it should.
        ack: Option<u64>,
        /// Arguments.
        data: Payload,
    },
    /// Answers an event.
    Ack {
        /// Number of the event's acknowledgement.
        ack: u64,
        /// Arguments.
        data: Payload,
    },
    /// Refuses a connection to a namespace.
    ConnectError(Value),
}

impl Body {
    /// Name of the packet type in the protocol.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Connect(_) => "connect",
            Self::Disconnect => "disconnect",
            Self::Event { .. } => "event",
            Self::Ack { .. } => "ack",
            Self::ConnectError(_) => "connect_error",
        }
    }
}

impl Packet {
    /// Writes the text of the packet to the end of `out`. The payload's attachments follow it, each in a binary
    /// frame, in their order.
    pub fn encode_to(&self, out: &mut String) {
        match &self.body {
            Body::Connect(None) => self.header_to(out, '0', 0),
            Body::Connect(Some(auth)) => {
                self.header_to(out, '0', 0);
                out.push_str(&serialized(auth));
            }
            Body::Disconnect => self.header_to(out, '1', 0),
            Body::Event { name, ack, data } => {
                let count = data.attachments().len();
                self.header_to(out, if count == 0 { '2' } else { '5' }, count);
                if let Some(ack) = ack {
                    number_to(out, *ack);
                }
                array_to(out, std::iter::once(json_string(name).as_str()).chain(data.raw_args()));
            }
            Body::Ack { ack, data } => {
                let count = data.attachments().len();
                self.header_to(out, if count == 0 { '3' } else { '6' }, count);
                number_to(out, *ack);
                array_to(out, data.raw_args());
            }
            Body::ConnectError(content) => {
                self.header_to(out, '4', 0);
                out.push_str(&json_text(content));
            }
        }
    }

    /// The text of the packet.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut out = String::new();
        self.encode_to(&mut out);
        out
    }

    fn header_to(&self, out: &mut String, kind: char, attachments: usize) {
        out.push(kind);
        if attachments > 0 {
            number_to(out, attachments as u64);
            out.push('-');
        }
        if self.namespace != "/" {
            out.push_str(&self.namespace);
            out.push(',');
        }
    }
}

fn serialized(object: &Map<String, Value>) -> String {
    json_text(&Value::Object(object.clone()))
}

fn number_to(out: &mut String, number: u64) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{number}");
}

fn array_to<'a>(out: &mut String, items: impl Iterator<Item = &'a str>) {
    out.push('[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(item);
    }
    out.push(']');
}

/// Whether the protocol keeps this event name for itself, so that no application may send it.
#[must_use]
pub fn is_reserved_event(name: &str) -> bool {
    matches!(
        name,
        "connect" | "connect_error" | "disconnect" | "disconnecting" | "newListener" | "removeListener"
    )
}
