//! The text of a Socket.IO packet: type, attachments, namespace, number, JSON.

use serde_json::Value;

use super::{Body, DecodeError, Limits, Packet, is_reserved_event};
use crate::payload::{Payload, check_json, parse_json};

/// A packet as far as its text says, and how many attachments are still to come.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) packet: Packet,
    pub(super) attachments: usize,
}

pub(super) fn parse(text: &str, limits: &Limits) -> Result<Parsed, DecodeError> {
    if text.len() > limits.payload {
        return Err(DecodeError::TooLarge { size: text.len(), limit: limits.payload });
    }
    let kind = text.chars().next().ok_or(DecodeError::Empty)?;
    let rest = &text[kind.len_utf8()..];
    let (attachments, rest) = match kind {
        '5' | '6' => attachment_count(rest, limits)?,
        _ => (0, rest),
    };
    let (namespace, rest) = namespace(rest);
    let body = match kind {
        '0' => connect(rest)?,
        '1' => disconnect(rest)?,
        '2' | '5' => event(rest)?,
        '3' | '6' => ack(rest)?,
        '4' => connect_error(rest)?,
        other => return Err(DecodeError::UnknownType(other)),
    };
    Ok(Parsed { packet: Packet { namespace: namespace.to_owned(), body }, attachments })
}

fn attachment_count<'a>(text: &'a str, limits: &Limits) -> Result<(usize, &'a str), DecodeError> {
    let (digits, rest) = split_digits(text);
    let count: usize = digits.parse().map_err(|_| DecodeError::AttachmentCount)?;
    let rest = rest.strip_prefix('-').ok_or(DecodeError::AttachmentCount)?;
    if count > limits.attachments {
        return Err(DecodeError::TooManyAttachments { count, limit: limits.attachments });
    }
    Ok((count, rest))
}

fn namespace(text: &str) -> (&str, &str) {
    if text.starts_with('/') { text.split_once(',').unwrap_or((text, "")) } else { ("/", text) }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at(end)
}

fn ack_number(text: &str) -> Result<(Option<u64>, &str), DecodeError> {
    match split_digits(text) {
        ("", rest) => Ok((None, rest)),
        (digits, rest) => match digits.parse() {
            Ok(number) => Ok((Some(number), rest)),
            Err(_) => Err(DecodeError::AckNumber),
        },
    }
}

fn connect(text: &str) -> Result<Body, DecodeError> {
    if text.is_empty() {
        return Ok(Body::Connect(None));
    }
    match parse_json(text).map_err(|error| DecodeError::content("connect", error))? {
        Value::Object(map) => Ok(Body::Connect(Some(map))),
        _ => Err(DecodeError::content("connect", "expected an object")),
    }
}

fn disconnect(text: &str) -> Result<Body, DecodeError> {
    if text.is_empty() {
        Ok(Body::Disconnect)
    } else {
        Err(DecodeError::content("disconnect", "expected none"))
    }
}

fn event(text: &str) -> Result<Body, DecodeError> {
    let (ack, json) = ack_number(text)?;
    let items = raw_items("event", json)?;
    let (name, args) = items
        .split_first()
        .ok_or_else(|| DecodeError::content("event", "an empty array has no event name"))?;
    let Ok(Value::String(name)) = parse_json(name) else {
        return Err(DecodeError::content("event", "the event name is not a string"));
    };
    if is_reserved_event(&name) {
        return Err(DecodeError::ReservedEvent(name));
    }
    Ok(Body::Event { name, ack, data: Payload::from_raw(args) })
}

fn ack(text: &str) -> Result<Body, DecodeError> {
    let (number, json) = ack_number(text)?;
    let ack = number.ok_or(DecodeError::AckWithoutNumber)?;
    Ok(Body::Ack { ack, data: Payload::from_raw(&raw_items("ack", json)?) })
}

fn connect_error(text: &str) -> Result<Body, DecodeError> {
    match parse_json(text).map_err(|error| DecodeError::content("connect_error", error))? {
        content @ (Value::Object(_) | Value::String(_)) => Ok(Body::ConnectError(content)),
        _ => Err(DecodeError::content("connect_error", "expected an object or a string")),
    }
}

/// The texts of an array's items.
fn raw_items<'a>(packet: &'static str, json: &'a str) -> Result<Vec<&'a str>, DecodeError> {
    check_json(json).map_err(|error| DecodeError::content(packet, error))?;
    if !json.trim_start().starts_with('[') {
        return Err(DecodeError::content(packet, "expected an array"));
    }
    let items = split_items(json);
    Ok(if items == [""] { Vec::new() } else { items })
}

/// Splits the text of an array that is known to be well formed at its commas; of an empty one remains one empty text.
fn split_items(json: &str) -> Vec<&str> {
    let (mut items, mut start, mut depth) = (Vec::new(), 0, 0);
    let (mut in_string, mut escaped) = (false, false);
    for (at, byte) in json.bytes().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        if matches!((depth, byte), (1, b'[' | b',') | (0, b']')) {
            if byte != b'[' {
                items.push(json[start..at].trim());
            }
            start = at + 1;
        }
    }
    items
}
