use bytes::Bytes;

use super::parse::parse;
use super::{Body, DecodeError, Limits, Packet};
use crate::payload::Payload;

/// Puts Socket.IO packets together from the text and binary frames of one connection.
///
/// ```
/// use socketio_client::protocol::{Body, Decoder, Limits};
///
/// let mut decoder = Decoder::new(Limits::default());
/// assert!(decoder.text(r#"51-["photo",{"_placeholder":true,"num":0}]"#)?.is_none());
/// let packet = decoder.binary(vec![1, 2, 3].into())?;
/// let Some(Body::Event { data, .. }) = packet.map(|packet| packet.body) else { unreachable!() };
/// assert_eq!(data.binary(0).map(|bytes| &bytes[..]), Some(&[1, 2, 3][..]));
/// # Ok::<(), socketio_client::protocol::DecodeError>(())
/// ```
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    partial: Option<Partial>,
}

#[derive(Debug)]
struct Partial {
    packet: Packet,
    due: usize,
    size: usize,
    attachments: Vec<Bytes>,
}

impl Decoder {
    /// A decoder at the beginning of a connection.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, partial: None }
    }

    /// Takes the text of a packet; answers the packet if no attachments are to come.
    ///
    /// # Errors
    /// Says what is wrong with the text, or that an attachment was due. The decoder is then of no further use.
    pub fn text(&mut self, text: &str) -> Result<Option<Packet>, DecodeError> {
        if self.partial.is_some() {
            return Err(DecodeError::TextForAttachment);
        }
        let parsed = parse(text, &self.limits)?;
        if parsed.attachments == 0 {
            return Ok(Some(parsed.packet));
        }
        let attachments = Vec::with_capacity(parsed.attachments);
        self.partial =
            Some(Partial { packet: parsed.packet, due: parsed.attachments, size: text.len(), attachments });
        Ok(None)
    }

    /// Takes an attachment; answers the packet once it has all of them.
    ///
    /// # Errors
    /// When no attachment is due, the packet grows beyond its limit, or a placeholder in it has no attachment.
    /// The decoder is then of no further use.
    pub fn binary(&mut self, attachment: Bytes) -> Result<Option<Packet>, DecodeError> {
        let mut partial = self.partial.take().ok_or(DecodeError::UnexpectedBinary)?;
        partial.size = partial.size.saturating_add(attachment.len());
        if partial.size > self.limits.payload {
            return Err(DecodeError::TooLarge { size: partial.size, limit: self.limits.payload });
        }
        partial.attachments.push(attachment);
        if partial.attachments.len() < partial.due {
            self.partial = Some(partial);
            return Ok(None);
        }
        complete(partial).map(Some)
    }
}

fn complete(partial: Partial) -> Result<Packet, DecodeError> {
    let Packet { namespace, body } = partial.packet;
    let fill = |data: Payload| data.with_received(partial.attachments).map_err(|_| DecodeError::Placeholder);
    let body = match body {
        Body::Event { name, ack, data } => Body::Event { name, ack, data: fill(data)? },
        Body::Ack { ack, data } => Body::Ack { ack, data: fill(data)? },
        other => other,
    };
    Ok(Packet { namespace, body })
}
