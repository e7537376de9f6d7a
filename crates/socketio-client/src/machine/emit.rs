//! What the user sends.

use std::time::Duration;

use super::outbox::Outgoing;
use super::{AckToken, Machine, Phase, millis};
use crate::protocol::{Body, Frame, Packet, is_reserved_event};
use crate::{Error, Payload};

impl Machine {
    /// Emits an event, now or once connected.
    ///
    /// # Errors
    /// [`Error::ReservedEvent`], [`Error::BufferFull`], [`Error::TooLarge`], [`Error::TooManyAttachments`] or
    /// [`Error::Placeholder`].
    pub fn emit(&mut self, name: &str, data: Payload) -> Result<(), Error> {
        self.emit_packet(name, None, data)
    }

    /// Emits an event, now or once connected, that the server is to acknowledge within `timeout`. The number is
    /// that of the [`AckResult`](super::AckResult) to come.
    ///
    /// # Errors
    /// As for [`Machine::emit`].
    pub fn emit_with_ack(
        &mut self,
        now: u64,
        name: &str,
        data: Payload,
        timeout: Duration,
    ) -> Result<u64, Error> {
        let number = self.acks.open(now.saturating_add(millis(timeout)));
        match self.emit_packet(name, Some(number), data) {
            Ok(()) => Ok(number),
            Err(error) => {
                self.acks.cancel(number);
                Err(error)
            }
        }
    }

    /// Answers an event.
    ///
    /// # Errors
    /// [`Error::NotConnected`] when the connection of the event is gone, and as for [`Machine::emit`].
    pub fn ack(&mut self, token: &AckToken, data: Payload) -> Result<(), Error> {
        if !self.is_connected() || token.connection != self.connection {
            return Err(Error::NotConnected);
        }
        let packet = self.outgoing(Body::Ack { ack: token.number, data }, None)?;
        self.admit(packet)
    }

    fn emit_packet(&mut self, name: &str, ack: Option<u64>, data: Payload) -> Result<(), Error> {
        if is_reserved_event(name) {
            return Err(Error::ReservedEvent(name.to_owned()));
        }
        let packet = self.outgoing(Body::Event { name: name.to_owned(), ack, data }, ack)?;
        self.admit(packet)
    }

    /// Hands a packet to the transport or, without one, to the buffer.
    fn admit(&mut self, packet: Outgoing) -> Result<(), Error> {
        if self.is_connected() {
            if self.outbox.unsent().saturating_add(packet.size()) > self.config.limits.unsent {
                return Err(Error::BufferFull);
            }
            self.send(packet);
        } else {
            if self.outbox.buffered() >= self.config.emit_buffer {
                return Err(Error::BufferFull);
            }
            self.outbox.buffer(packet);
        }
        Ok(())
    }

    /// Sends what was emitted while disconnected.
    pub(super) fn send_buffer(&mut self) {
        for packet in self.outbox.take_buffer() {
            match (self.check_frames(&packet.frames), packet.ack) {
                (Ok(()), _) => self.send(packet),
                // The server would close the connection over it.
                (Err(error), Some(ack)) => self.acks.end(ack, Err(error)),
                (Err(_), None) => {}
            }
        }
    }

    pub(super) fn send_disconnect(&mut self) {
        self.send_body(Body::Disconnect);
    }

    /// Sends a packet without attachments.
    pub(super) fn send_body(&mut self, body: Body) {
        self.outbox.send(Frame::Text(self.text_of(&self.packet(body))));
    }

    fn send(&mut self, packet: Outgoing) {
        if let Some(ack) = packet.ack {
            self.acks.sent(ack);
        }
        for frame in packet.frames {
            self.outbox.send(frame);
        }
    }

    fn outgoing(&self, body: Body, ack: Option<u64>) -> Result<Outgoing, Error> {
        let packet = self.packet(body);
        let mut frames = vec![Frame::Text(self.text_of(&packet))];
        if let Body::Event { data, .. } | Body::Ack { data, .. } = packet.body {
            data.check_placeholders()?;
            let (count, limit) = (data.attachments().len(), self.config.limits.attachments);
            if count > limit {
                return Err(Error::TooManyAttachments { count, limit });
            }
            frames.extend(data.into_attachments().into_iter().map(Frame::Binary));
        }
        self.check_frames(&frames)?;
        Ok(Outgoing { frames, ack })
    }

    fn check_frames(&self, frames: &[Frame]) -> Result<(), Error> {
        let size = frames.iter().map(Frame::len).sum();
        if size > self.config.limits.payload {
            return Err(Error::TooLarge { size, limit: self.config.limits.payload });
        }
        let limit = self.server_limit.unwrap_or(usize::MAX);
        match frames.iter().map(Frame::len).find(|&size| size > limit) {
            Some(size) => Err(Error::TooLarge { size, limit }),
            None => Ok(()),
        }
    }

    fn packet(&self, body: Body) -> Packet {
        Packet { namespace: self.config.namespace.clone(), body }
    }

    fn text_of(&self, packet: &Packet) -> String {
        let mut text = String::from("4");
        packet.encode_to(&mut text);
        text
    }

    fn is_connected(&self) -> bool {
        matches!(self.phase, Phase::Connected { .. })
    }
}
