use std::collections::VecDeque;

use super::Control;
use crate::protocol::Frame;

/// A packet that is ready to be sent, with the number of the acknowledgement that it asks for.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) frames: Vec<Frame>,
    pub(super) ack: Option<u64>,
}

impl Outgoing {
    pub(super) fn size(&self) -> usize {
        self.frames.iter().map(Frame::len).sum()
    }
}

/// What waits for the transport, and what waits for a connection.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    control: VecDeque<Control>,
    frames: VecDeque<Frame>,
    unsent: usize,
    buffer: VecDeque<Outgoing>,
}

impl Outbox {
    pub(super) fn open(&mut self, url: String) {
        self.control.push_back(Control::Open { url });
    }

    /// Asks for the transport to be closed once it has sent what waits for it.
    pub(super) fn close(&mut self) {
        let last = std::mem::take(&mut self.frames).into();
        self.close_with(last);
    }

    /// Asks for the transport to be closed at once.
    pub(super) fn abort(&mut self) {
        self.close_with(Vec::new());
    }

    fn close_with(&mut self, last: Vec<Frame>) {
        self.forget_frames();
        // A transport whose opening was not yet asked for needs no closing.
        if matches!(self.control.back(), Some(Control::Open { .. })) {
            self.control.pop_back();
        } else {
            self.control.push_back(Control::Close { last });
        }
    }

    /// The transport is gone, and with it what waited for it.
    pub(super) fn forget_frames(&mut self) {
        self.frames.clear();
        self.unsent = 0;
    }

    pub(super) fn send(&mut self, frame: Frame) {
        self.unsent += frame.len();
        self.frames.push_back(frame);
    }

    /// Bytes that wait for the transport.
    pub(super) fn unsent(&self) -> usize {
        self.unsent
    }

    pub(super) fn buffer(&mut self, packet: Outgoing) {
        self.buffer.push_back(packet);
    }

    pub(super) fn buffered(&self) -> usize {
        self.buffer.len()
    }

    pub(super) fn take_buffer(&mut self) -> VecDeque<Outgoing> {
        std::mem::take(&mut self.buffer)
    }

    /// Removes packets that nobody waits for any more.
    pub(super) fn unbuffer(&mut self, acks: &[u64]) {
        if !acks.is_empty() {
            self.buffer.retain(|packet| packet.ack.is_none_or(|ack| !acks.contains(&ack)));
        }
    }

    pub(super) fn poll_control(&mut self) -> Option<Control> {
        self.control.pop_front()
    }

    pub(super) fn has_frame(&self) -> bool {
        !self.frames.is_empty()
    }

    pub(super) fn poll_frame(&mut self) -> Option<Frame> {
        let frame = self.frames.pop_front()?;
        self.unsent -= frame.len();
        Some(frame)
    }
}
