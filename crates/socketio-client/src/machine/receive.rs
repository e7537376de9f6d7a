//! What the server sends.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::{AckToken, Heartbeat, Machine, Phase};
use crate::event::{ConnectError, DisconnectReason, SocketEvent};
use crate::protocol::engine::{EnginePacket, Handshake};
use crate::protocol::{Body, DecodeError, Frame, Packet};

impl Machine {
    pub(super) fn receive_text(&mut self, now: u64, text: &str) -> Result<(), DecodeError> {
        if !self.has_transport() {
            return Ok(());
        }
        match EnginePacket::decode(text)? {
            EnginePacket::Open(handshake) => self.handshake(now, &handshake),
            EnginePacket::Close => {
                self.outbox.abort();
                self.transport_closed(now, None);
                Ok(())
            }
            EnginePacket::Ping(content) => {
                self.outbox.send(Frame::Text(EnginePacket::Pong(content).encode()));
                Ok(())
            }
            EnginePacket::Message(text) => match self.decoder.text(text)? {
                Some(packet) => self.receive(now, packet),
                None => Ok(()),
            },
            EnginePacket::Noop => Ok(()),
            packet @ (EnginePacket::Pong(_) | EnginePacket::Upgrade) => {
                Err(DecodeError::OutOfTurn(packet.name()))
            }
        }
    }

    pub(super) fn receive_binary(&mut self, now: u64, bytes: Bytes) -> Result<(), DecodeError> {
        if !self.has_transport() {
            return Ok(());
        }
        match self.decoder.binary(bytes)? {
            Some(packet) => self.receive(now, packet),
            None => Ok(()),
        }
    }

    /// The server broke the protocol: without trust in what follows, the connection ends.
    pub(super) fn broken(&mut self, now: u64, error: &DecodeError) {
        self.outbox.abort();
        if matches!(self.phase, Phase::Connected { .. }) {
            self.lost(DisconnectReason::ParseError(error.to_string()));
            self.schedule(now);
        } else {
            self.failed(now, ConnectError::Protocol(error.to_string()));
        }
    }

    fn has_transport(&self) -> bool {
        matches!(self.phase, Phase::Opened { .. } | Phase::Joining { .. } | Phase::Connected { .. })
    }

    fn handshake(&mut self, now: u64, handshake: &Handshake) -> Result<(), DecodeError> {
        let Phase::Opened { give_up, auth } = &mut self.phase else {
            return Err(DecodeError::OutOfTurn("open"));
        };
        let auth = match auth.take() {
            Some(Value::Object(auth)) => Some(auth),
            _ => None,
        };
        self.phase = Phase::Joining { give_up: *give_up, heartbeat: Heartbeat::new(now, handshake) };
        self.server_limit = handshake.max_payload;
        self.send_body(Body::Connect(auth));
        Ok(())
    }

    fn receive(&mut self, now: u64, packet: Packet) -> Result<(), DecodeError> {
        if packet.namespace != self.config.namespace {
            return Ok(());
        }
        let name = packet.body.name();
        match (&self.phase, packet.body) {
            (Phase::Joining { heartbeat, .. }, Body::Connect(data)) => {
                let heartbeat = *heartbeat;
                self.joined(heartbeat, data.as_ref())
            }
            (Phase::Joining { .. }, Body::ConnectError(content)) => {
                self.outbox.abort();
                self.failed(now, refusal(content));
                Ok(())
            }
            (Phase::Connected { .. }, Body::Event { name, ack, data }) => {
                let ack = ack.map(|number| AckToken { connection: self.connection, number });
                self.events.push_back(SocketEvent::Event { name, data, ack });
                Ok(())
            }
            (Phase::Connected { .. }, Body::Ack { ack, data }) => {
                self.acks.end(ack, Ok(data));
                Ok(())
            }
            (Phase::Connected { .. }, Body::Disconnect) => {
                self.server_disconnect(now);
                Ok(())
            }
            _ => Err(DecodeError::OutOfTurn(name)),
        }
    }

    fn joined(&mut self, heartbeat: Heartbeat, data: Option<&Map<String, Value>>) -> Result<(), DecodeError> {
        let id = data.and_then(|data| data.get("sid")).and_then(Value::as_str).ok_or_else(|| {
            DecodeError::content("connect", "no sid, as from a server of an older protocol")
        })?;
        self.phase = Phase::Connected { heartbeat };
        self.attempt = 0;
        self.events.push_back(SocketEvent::Connected { id: id.to_owned() });
        self.send_buffer();
        Ok(())
    }

    fn server_disconnect(&mut self, now: u64) {
        self.outbox.abort();
        self.lost(DisconnectReason::ServerDisconnect);
        if self.config.reconnection.after_server_disconnect {
            self.schedule(now);
        }
    }
}

/// Servers of the first version of this protocol gave a string, later ones an object.
fn refusal(content: Value) -> ConnectError {
    match content {
        Value::String(message) => ConnectError::Refused { message, data: None },
        mut content => ConnectError::Refused {
            message: content.get("message").and_then(Value::as_str).unwrap_or_default().to_owned(),
            data: content.get_mut("data").map(Value::take),
        },
    }
}
