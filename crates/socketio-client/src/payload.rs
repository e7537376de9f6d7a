//! Arguments of an event or an acknowledgement.

use bytes::Bytes;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::Error;

/// The arguments of an event or an acknowledgement: JSON values, and binary attachments anywhere in them.
///
/// JSON is kept as text and read as the type that is asked for, so a large event is parsed once. An attachment
/// stands in the JSON as the protocol's placeholder, `{"_placeholder": true, "num": 0}`.
///
/// ```
/// use serde_json::json;
/// use socketio_client::Payload;
///
/// let data = Payload::from(json!({ "id": 7 })).with_bytes(vec![1, 2, 3]);
/// assert_eq!(data.len(), 2);
/// assert_eq!(data.raw(0), Some(r#"{"id":7}"#));
/// assert_eq!(data.binary(1).map(|bytes| bytes.len()), Some(3));
///
/// // An attachment deeper in the JSON.
/// let mut upload = Payload::empty();
/// let photo = upload.attach(vec![0xff]);
/// let upload = upload.with(&json!({ "name": "me.jpg", "photo": photo }))?;
/// assert_eq!(upload.attachments().len(), 1);
/// # Ok::<(), socketio_client::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payload {
    /// Each is one JSON value.
    args: Vec<Box<str>>,
    attachments: Vec<Bytes>,
}

impl Payload {
    /// No arguments.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// One argument.
    ///
    /// # Errors
    /// [`Error::Json`] when `value` has no JSON form.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        Self::empty().with(value)
    }

    /// One binary argument.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self::empty().with_bytes(bytes)
    }

    /// Adds an argument.
    ///
    /// # Errors
    /// [`Error::Json`] when `value` has no JSON form.
    pub fn with<T: Serialize + ?Sized>(mut self, value: &T) -> Result<Self, Error> {
        let json = serde_json::to_string(value).map_err(|error| Error::Json(error.to_string()))?;
        self.args.push(json.into());
        Ok(self)
    }

    /// Adds a binary argument.
    #[must_use]
    pub fn with_bytes(mut self, bytes: impl Into<Bytes>) -> Self {
        let placeholder = self.attach(bytes);
        self.args.push(json_text(&placeholder).into());
        self
    }

    /// Adds an attachment and gives the placeholder that stands for it in an argument.
    pub fn attach(&mut self, bytes: impl Into<Bytes>) -> Value {
        self.attachments.push(bytes.into());
        serde_json::json!({ "_placeholder": true, "num": self.attachments.len() - 1 })
    }

    /// Number of arguments.
    #[must_use]
    pub fn len(&self) -> usize {
        self.args.len()
    }

    /// Whether there is no argument.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.args.is_empty()
    }

    /// Reads an argument, counted from 0.
    ///
    /// # Errors
    /// [`Error::MissingArgument`], or [`Error::Json`] when it is not a `T`.
    pub fn arg<T: DeserializeOwned>(&self, index: usize) -> Result<T, Error> {
        let json = self.raw(index).ok_or(Error::MissingArgument(index))?;
        serde_json::from_str(json).map_err(|error| Error::Json(error.to_string()))
    }

    /// JSON text of an argument, counted from 0.
    #[must_use]
    pub fn raw(&self, index: usize) -> Option<&str> {
        self.args.get(index).map(AsRef::as_ref)
    }

    /// Content of an argument that is an attachment, counted from 0.
    #[must_use]
    pub fn binary(&self, index: usize) -> Option<&Bytes> {
        self.resolve(&parse_json(self.raw(index)?).ok()?)
    }

    /// Content that a placeholder within an argument stands for; nothing when `value` is no placeholder.
    #[must_use]
    pub fn resolve(&self, value: &Value) -> Option<&Bytes> {
        self.attachments.get(placeholder_number(value)?)
    }

    /// All attachments, in the order of their numbers.
    #[must_use]
    pub fn attachments(&self) -> &[Bytes] {
        &self.attachments
    }

    /// Refuses placeholders that stand for no attachment. Without attachments nothing is a placeholder.
    pub(crate) fn check_placeholders(&self) -> Result<(), Error> {
        if self.attachments.is_empty() {
            return Ok(());
        }
        for index in 0..self.len() {
            let json = parse_json(self.raw(index).unwrap_or_default()).map_err(Error::Json)?;
            if !placeholders_within(&json, self.attachments.len()) {
                return Err(Error::Placeholder);
            }
        }
        Ok(())
    }

    pub(crate) fn from_raw(args: &[&str]) -> Self {
        let args = args.iter().map(|&raw| raw.into()).collect();
        Self { args, attachments: Vec::new() }
    }

    pub(crate) fn with_received(mut self, attachments: Vec<Bytes>) -> Result<Self, Error> {
        self.attachments = attachments;
        self.check_placeholders()?;
        Ok(self)
    }

    pub(crate) fn into_attachments(self) -> Vec<Bytes> {
        self.attachments
    }

    pub(crate) fn raw_args(&self) -> impl Iterator<Item = &str> {
        self.args.iter().map(AsRef::as_ref)
    }
}

impl From<()> for Payload {
    fn from((): ()) -> Self {
        Self::empty()
    }
}

impl From<Value> for Payload {
    fn from(value: Value) -> Self {
        Self { args: vec![json_text(&value).into()], attachments: Vec::new() }
    }
}

impl From<&str> for Payload {
    fn from(text: &str) -> Self {
        Self { args: vec![json_string(text).into()], attachments: Vec::new() }
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self::from_bytes(bytes)
    }
}

/// Text to a tree, in one place: a page with this client is without a parser for each type that a packet is made of.
pub(crate) fn parse_json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Whether text is JSON, however deep.
pub(crate) fn check_json(text: &str) -> Result<(), String> {
    serde_json::from_str::<IgnoredAny>(text).map(drop).map_err(|error| error.to_string())
}

pub(crate) fn json_string(text: &str) -> String {
    json_text(&Value::from(text))
}

/// A tree to text, in one place as well.
pub(crate) fn json_text(value: &Value) -> String {
    // Trees have names for their fields only, so that each has a text.
    serde_json::to_string(value).unwrap_or_default()
}

fn placeholder_number(value: &Value) -> Option<usize> {
    let object = value.as_object()?;
    if object.get("_placeholder") != Some(&Value::Bool(true)) {
        return None;
    }
    usize::try_from(object.get("num")?.as_u64()?).ok()
}

/// Recursion is bounded: a `Value` read from text is at most 128 levels deep.
fn placeholders_within(value: &Value, attachments: usize) -> bool {
    match value {
        Value::Object(object) if object.get("_placeholder") == Some(&Value::Bool(true)) => {
            placeholder_number(value).is_some_and(|number| number < attachments)
        }
        Value::Object(object) => object.values().all(|value| placeholders_within(value, attachments)),
        Value::Array(items) => items.iter().all(|value| placeholders_within(value, attachments)),
        _ => true,
    }
}
