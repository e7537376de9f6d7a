//! Engine.IO packets as they travel in WebSocket text messages: one digit, then content.
//!
//! Binary WebSocket messages have no digit: each is a message of its own.

use std::time::Duration;

use serde_json::Value;

use super::DecodeError;
use crate::payload::parse_json;

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

impl Handshake {
    /// Silence after which a connection is lost: a ping interval and a ping timeout.
    #[must_use]
    pub fn silence(&self) -> Duration {
        self.ping_interval.saturating_add(self.ping_timeout)
    }

    fn decode(content: &str) -> Result<Self, DecodeError> {
        let json = parse_json(content).map_err(DecodeError::Handshake)?;
        let sid = field(&json, "sid", Value::as_str, "a string")?;
        let ping_interval = field(&json, "pingInterval", millis, MILLIS)?;
        let ping_timeout = field(&json, "pingTimeout", millis, MILLIS)?;
        if sid.is_empty() {
            return Err(DecodeError::Handshake("empty sid".to_owned()));
        }
        if ping_interval.is_zero() {
            return Err(DecodeError::Handshake("pingInterval is 0".to_owned()));
        }
        Ok(Self {
            sid: sid.to_owned(),
            upgrades: optional(&json, "upgrades", texts, "an array of strings")?.unwrap_or_default(),
            ping_interval,
            ping_timeout,
            max_payload: optional(&json, "maxPayload", size, "a whole number")?,
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

const MILLIS: &str = "whole milliseconds of 32 bits";

/// A field that must be there.
fn field<'a, T>(
    json: &'a Value,
    name: &str,
    read: fn(&'a Value) -> Option<T>,
    expected: &str,
) -> Result<T, DecodeError> {
    let found = optional(json, name, read, expected)?;
    found.ok_or_else(|| DecodeError::Handshake(format!("missing field `{name}`")))
}

/// A field that may be absent or null.
fn optional<'a, T>(
    json: &'a Value,
    name: &str,
    read: fn(&'a Value) -> Option<T>,
    expected: &str,
) -> Result<Option<T>, DecodeError> {
    let Some(found) = json.get(name).filter(|found| !found.is_null()) else { return Ok(None) };
    let wrong = || DecodeError::Handshake(format!("invalid value of `{name}`, expected {expected}"));
    read(found).map(Some).ok_or_else(wrong)
}

fn millis(json: &Value) -> Option<Duration> {
    json.as_u64()
        .and_then(|millis| u32::try_from(millis).ok())
        .map(|millis| Duration::from_millis(millis.into()))
}

fn size(json: &Value) -> Option<usize> {
    json.as_u64().and_then(|size| usize::try_from(size).ok())
}

fn texts(json: &Value) -> Option<Vec<String>> {
    json.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

fn millis_u32(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
