//! Engine.IO packets as they travel in WebSocket text messages: one digit, then content.
//!
//! Binary WebSocket messages have no digit: each is a message of its own.

use std::time::Duration;

use serde::Deserialize;

use super::DecodeError;

/// An Engine.IO packet of a text message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnginePacket<'a> {
    /// First packet of a connection, from the server.
    Open(Handshake),
    /// The sender closes the connection.
    Close,
    /// Heartbeat from the server, with content to be sent back.
    Ping(&'a str),
    /// Answer to a ping, with its content.
    Pong(&'a str),
    /// A Socket.IO packet.
    Message(&'a str),
    /// Switch of transport.
    Upgrade,
    /// Nothing.
    Noop,
}

impl<'a> EnginePacket<'a> {
    /// Reads the content of one text message.
    ///
    /// # Errors
    /// [`DecodeError::Empty`], [`DecodeError::UnknownEngineType`] or [`DecodeError::Handshake`]; and
    /// [`DecodeError::Content`] where a packet without content has some.
    pub fn decode(text: &'a str) -> Result<Self, DecodeError> {
        let kind = text.chars().next().ok_or(DecodeError::Empty)?;
        let content = &text[kind.len_utf8()..];
        match kind {
            '0' => Handshake::decode(content).map(Self::Open),
            '1' => without_content("close", content, Self::Close),
            '2' => Ok(Self::Ping(content)),
            '3' => Ok(Self::Pong(content)),
            '4' => Ok(Self::Message(content)),
            '5' => without_content("upgrade", content, Self::Upgrade),
            '6' => without_content("noop", content, Self::Noop),
            other => Err(DecodeError::UnknownEngineType(other)),
        }
    }

    /// The text message of this packet.
    #[must_use]
    pub fn encode(&self) -> String {
        match self {
            Self::Open(handshake) => handshake.encode(),
            Self::Close => "1".to_owned(),
            Self::Ping(content) => format!("2{content}"),
            Self::Pong(content) => format!("3{content}"),
            Self::Message(content) => format!("4{content}"),
            Self::Upgrade => "5".to_owned(),
            Self::Noop => "6".to_owned(),
        }
    }

    /// Name in the protocol.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Close => "close",
            Self::Ping(_) => "ping",
            Self::Pong(_) => "pong",
            Self::Message(_) => "message",
            Self::Upgrade => "upgrade",
            Self::Noop => "noop",
        }
    }
}

fn without_content<'a>(
    name: &'static str,
    content: &str,
    packet: EnginePacket<'a>,
) -> Result<EnginePacket<'a>, DecodeError> {
    if content.is_empty() { Ok(packet) } else { Err(DecodeError::content(name, "expected none")) }
}

/// What the server says when a connection opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// Number of the Engine.IO session. Not the identity of the Socket.IO socket.
    pub sid: String,
    /// Transports that the connection could change to.
    pub upgrades: Vec<String>,
    /// Time between two pings of the server.
    pub ping_interval: Duration,
    /// Time that an answer to a ping may take.
    pub ping_timeout: Duration,
    /// Largest packet that the server takes, in bytes; without a bound if absent.
    pub max_payload: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HandshakeJson {
    sid: String,
    #[serde(default)]
    upgrades: Vec<String>,
    ping_interval: u32,
    ping_timeout: u32,
    max_payload: Option<usize>,
}

impl Handshake {
    /// Silence after which a connection is lost: a ping interval and a ping timeout.
    #[must_use]
    pub fn silence(&self) -> Duration {
        self.ping_interval.saturating_add(self.ping_timeout)
    }

    fn decode(content: &str) -> Result<Self, DecodeError> {
        let json: HandshakeJson =
            serde_json::from_str(content).map_err(|error| DecodeError::Handshake(error.to_string()))?;
        if json.sid.is_empty() {
            return Err(DecodeError::Handshake("empty sid".to_owned()));
        }
        if json.ping_interval == 0 {
            return Err(DecodeError::Handshake("pingInterval is 0".to_owned()));
        }
        Ok(Self {
            sid: json.sid,
            upgrades: json.upgrades,
            ping_interval: Duration::from_millis(json.ping_interval.into()),
            ping_timeout: Duration::from_millis(json.ping_timeout.into()),
            max_payload: json.max_payload,
        })
    }

    fn encode(&self) -> String {
        let mut json = serde_json::json!({
            "sid": self.sid,
            "upgrades": self.upgrades,
            "pingInterval": millis_u32(self.ping_interval),
            "pingTimeout": millis_u32(self.ping_timeout),
        });
        if let Some(max_payload) = self.max_payload {
            json["maxPayload"] = max_payload.into();
        }
        format!("0{json}")
    }
}

fn millis_u32(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
