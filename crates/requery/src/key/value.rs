//! One segment of a key.

use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::ser;
use super::text::KeyText;
use crate::core::sorted;

/// A canonical value: what a segment of a key, or a part of one, can be.
///
/// Integers compare by value whatever their Rust type was. A float is never equal to an integer, every NaN is equal
/// to every other, and zero has one sign. Objects hold their fields in order of name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyValue {
    /// JSON null, or a unit.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits 64 bits, signed or unsigned.
    Int(KeyInt),
    /// A floating-point number.
    Float(KeyFloat),
    /// A string.
    String(KeyText),
    /// An array.
    Array(Arc<[KeyValue]>),
    /// An object, its fields sorted by name.
    Object(Arc<[(KeyText, KeyValue)]>),
}

impl KeyValue {
    /// The value that `value` serialises to; one whose `Serialize` fails becomes its message.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        ser::to_value(value).unwrap_or_else(|error| Self::from(error.to_string()))
    }

    /// The value as JSON; a float that JSON cannot write becomes null.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::from(*value),
            Self::Int(value) => {
                let value = value.get();
                i64::try_from(value).map_or_else(|_| Value::from(value as u64), Value::from)
            }
            Self::Float(value) => Value::from(value.get()),
            Self::String(value) => Value::from(&**value),
            Self::Array(values) => Value::Array(values.iter().map(Self::to_json).collect()),
            Self::Object(fields) => {
                // One by one: a map made of many at once sorts them, and these are sorted.
                let mut object = serde_json::Map::new();
                for (name, value) in fields.iter() {
                    object.insert(name.to_string(), value.to_json());
                }
                Value::Object(object)
            }
        }
    }

    pub(super) fn object(fields: Vec<(KeyText, KeyValue)>) -> Self {
        let is_sorted = fields.is_sorted_by(|a, b| a.0 <= b.0);
        let fields = if is_sorted { fields } else { sorted(fields, |a, b| a.0.cmp(&b.0)) };
        Self::Object(fields.into())
    }

    /// Whether this value matches everything that `filter` says.
    pub(super) fn matches(&self, filter: &KeyValue) -> bool {
        match (self, filter) {
            (Self::Array(value), Self::Array(filter)) => partially_matches(value, filter),
            (Self::Object(value), Self::Object(filter)) => filter.iter().all(|(name, wanted)| {
                value.binary_search_by(|field| field.0.cmp(name)).is_ok_and(|at| value[at].1.matches(wanted))
            }),
            (value, filter) => value == filter,
        }
    }
}

pub(super) fn partially_matches(values: &[KeyValue], filter: &[KeyValue]) -> bool {
    filter.len() <= values.len() && values.iter().zip(filter).all(|(value, filter)| value.matches(filter))
}

/// An integer, in two halves: as one it would make every value larger, because of where in memory it has to lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyInt {
    // In this order they compare as the whole does.
    high: i64,
    low: u64,
}

impl KeyInt {
    fn new(value: i128) -> Self {
        Self { high: (value >> 64) as i64, low: value as u64 }
    }

    /// The number itself.
    #[must_use]
    pub fn get(self) -> i128 {
        i128::from(self.high) << 64 | i128::from(self.low)
    }
}

/// A floating-point number with a total equality.
#[derive(Clone, Copy, Debug)]
pub struct KeyFloat(f64);

impl KeyFloat {
    pub(super) fn new(value: f64) -> Self {
        // Adding a positive zero turns a negative one into it.
        Self(if value.is_nan() { f64::NAN } else { value + 0.0 })
    }

    /// The number itself.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for KeyFloat {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for KeyFloat {}

impl PartialOrd for KeyFloat {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for KeyFloat {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Hash for KeyFloat {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl From<&str> for KeyValue {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<String> for KeyValue {
    fn from(value: String) -> Self {
        Self::String(value.into())
    }
}

impl From<bool> for KeyValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for KeyValue {
            fn from(value: $integer) -> Self {
                Self::Int(KeyInt::new(i128::from(value)))
            }
        }
    )*};
}

from_integers!(i8, i16, i32, i64, u8, u16, u32, u64);

impl fmt::Display for KeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::String(_) => write_json(f, &self.to_json()),
            Self::Float(value) if value.get().is_finite() => write_json(f, &self.to_json()),
            Self::Float(value) if value.get().is_nan() => f.write_str("NaN"),
            Self::Float(value) => f.write_str(if value.get() > 0.0 { "inf" } else { "-inf" }),
            Self::Array(values) => write_array(f, values),
            Self::Object(fields) => {
                f.write_char('{')?;
                for (at, (name, value)) in fields.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    f.write_str(comma)?;
                    write_json(f, &Value::from(&**name))?;
                    write!(f, ":{value}")?;
                }
                f.write_char('}')
            }
        }
    }
}

/// As JSON, by way of a text: other ways to write numbers and text are large, and a page pays for them.
fn write_json(f: &mut fmt::Formatter<'_>, value: &Value) -> fmt::Result {
    f.write_str(&serde_json::to_string(value).map_err(|_| fmt::Error)?)
}

pub(super) fn write_array(f: &mut fmt::Formatter<'_>, values: &[KeyValue]) -> fmt::Result {
    f.write_char('[')?;
    for (at, value) in values.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        write!(f, "{comma}{value}")?;
    }
    f.write_char(']')
}
