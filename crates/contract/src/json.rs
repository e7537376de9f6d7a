//! Reading answers from JSON that is parsed already.
//!
//! A derived reader is compiled for every type and every form of input, and leaves at every field: with some thirty
//! types that was a sixth of the page. Here a type's reader is one call a field. What does not fit is noted, the
//! reading goes on with a value that stands in, and the note is looked at once at the end.

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value};

/// A type that can be read from parsed JSON. [`from_json!`](crate::from_json) writes it for structs.
pub trait FromJson: Sized {
    /// The value in `json`. Where that does not fit, `reading` is told and any value is answered.
    fn from_json(json: &Value, reading: &mut Reading) -> Self;

    /// The value of a field that is not there.
    fn absent(reading: &mut Reading) -> Self {
        reading.miss();
        Self::from_json(&Value::Null, reading)
    }
}

/// Reads a value.
///
/// ```
/// use contract::{JobAccepted, json};
/// let answer = serde_json::json!({ "jobId": "019a6c7e-4d3b-7c11-8f00-000000000001", "status": "waiting" });
/// let error = json::read::<JobAccepted>(&answer).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "status: 'waiting' is none of pending, running, completed, failed, cancelled"
/// );
/// ```
///
/// # Errors
/// The first thing that does not fit.
pub fn read<T: FromJson>(json: &Value) -> Result<T, Unfit> {
    read_with(|reading| T::from_json(json, reading))
}

/// What `make` makes, unless something did not fit.
pub(crate) fn read_with<T>(make: impl FnOnce(&mut Reading) -> T) -> Result<T, Unfit> {
    let mut reading = Reading::default();
    let value = make(&mut reading);
    reading.unfit.map_or(Ok(value), Err)
}

/// Reads a value from what has not been parsed yet: the `Deserialize` of every type with a reader.
///
/// # Errors
/// When the input is broken or does not fit.
pub fn deserialize<'de, T: FromJson, D: serde::Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let json = Value::deserialize(deserializer)?;
    read(&json).map_err(serde::de::Error::custom)
}

/// Why JSON could not be read: the field and what it should have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit(String);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unfit {}

/// A value under way from JSON to its type.
#[derive(Debug, Default)]
pub struct Reading {
    /// The field that is read now; empty for the whole.
    field: &'static str,
    unfit: Option<Unfit>,
}

/// The fields of an object; none where it should have been one and is not.
pub type Fields<'a> = Option<&'a Map<String, Value>>;

impl Reading {
    /// The fields of `json`, which is to be an object.
    pub fn object<'a>(&mut self, json: &'a Value) -> Fields<'a> {
        let fields = json.as_object();
        if fields.is_none() {
            self.expect("an object", json);
        }
        fields
    }

    // Not inlined: one copy for every type of field, and a call of it for every field.
    /// A field; where it is not there, what its type makes of that.
    #[inline(never)]
    pub fn field<T: FromJson>(&mut self, fields: Fields<'_>, name: &'static str) -> T {
        match self.enter(fields, name) {
            Some(json) => T::from_json(json, self),
            None => T::absent(self),
        }
    }

    /// A field that has a value where it is not there.
    #[inline(never)]
    pub fn field_or_default<T: FromJson + Default>(&mut self, fields: Fields<'_>, name: &'static str) -> T {
        match self.enter(fields, name) {
            Some(json) => T::from_json(json, self),
            None => T::default(),
        }
    }

    fn enter<'a>(&mut self, fields: Fields<'a>, name: &'static str) -> Option<&'a Value> {
        self.field = name;
        fields?.get(name)
    }

    /// Notes that `json` should have been `what`.
    pub fn expect(&mut self, what: &str, json: &Value) {
        let found = match json {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        self.refuse(format!("expected {what}, found {found}"));
    }

    /// Notes what is wrong with the field that is read now, unless something was wrong before it.
    pub fn refuse(&mut self, reason: String) {
        if self.unfit.is_none() {
            self.unfit =
                Some(Unfit(if self.field.is_empty() { reason } else { format!("{}: {reason}", self.field) }));
        }
    }

    fn miss(&mut self) {
        self.refuse("this field is missing".to_owned());
    }

    /// A text of a certain form, such as a time; `stand_in` where it has another.
    pub fn text<T>(&mut self, json: &Value, stand_in: T, parse: impl FnOnce(&str) -> Result<T, String>) -> T {
        let Some(text) = json.as_str() else {
            self.expect("a string", json);
            return stand_in;
        };
        parse(text).unwrap_or_else(|reason| {
            self.refuse(reason);
            stand_in
        })
    }
}

impl FromJson for Value {
    fn from_json(json: &Value, _: &mut Reading) -> Self {
        json.clone()
    }
}

impl FromJson for String {
    fn from_json(json: &Value, reading: &mut Reading) -> Self {
        let text = json.as_str();
        if text.is_none() {
            reading.expect("a string", json);
        }
        text.unwrap_or_default().to_owned()
    }
}

impl FromJson for bool {
    fn from_json(json: &Value, reading: &mut Reading) -> Self {
        json.as_bool().unwrap_or_else(|| {
            reading.expect("true or false", json);
            false
        })
    }
}

impl FromJson for f64 {
    fn from_json(json: &Value, reading: &mut Reading) -> Self {
        json.as_f64().unwrap_or_else(|| {
            reading.expect("a number", json);
            0.0
        })
    }
}

macro_rules! whole_numbers {
    ($($type:ty: $name:literal by $as:ident),+ $(,)?) => {$(
        impl FromJson for $type {
            fn from_json(json: &Value, reading: &mut Reading) -> Self {
                json.$as().and_then(|number| number.try_into().ok()).unwrap_or_else(|| {
                    reading.expect($name, json);
                    0
                })
            }
        }
    )+};
}

whole_numbers!(
    u16: "a whole number from 0 to 65535" by as_u64,
    u32: "a whole number from 0 to 4294967295" by as_u64,
    u64: "a whole number from 0" by as_u64,
    i32: "a whole number" by as_i64,
    i64: "a whole number" by as_i64,
);

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: &Value, reading: &mut Reading) -> Self {
        if json.is_null() { None } else { Some(T::from_json(json, reading)) }
    }

    fn absent(_: &mut Reading) -> Self {
        None
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn from_json(json: &Value, reading: &mut Reading) -> Self {
        Self::new(T::from_json(json, reading))
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: &Value, reading: &mut Reading) -> Self {
        let Some(items) = json.as_array() else {
            reading.expect("an array", json);
            return Self::new();
        };
        let mut values = Self::with_capacity(items.len());
        for item in items {
            values.push(T::from_json(item, reading));
        }
        values
    }
}

/// Writes [`FromJson`] for a struct: its fields, by their names with words joined by capitals as JSON has them. A field
/// with another name there is `kind as "type"`; one that need not be there is `errors or default`. A type that is not
/// read in any other way gets its `Deserialize` too: `from_json!(deserialize Job { .. })`.
///
/// ```
/// #[derive(Debug, PartialEq)]
/// struct Place {
///     postal_code: String,
///     tags: Vec<String>,
/// }
/// contract::from_json!(Place { postal_code, tags or default });
///
/// let place: Place = contract::json::read(&serde_json::json!({ "postalCode": "00100" }))?;
/// assert_eq!(place, Place { postal_code: "00100".into(), tags: Vec::new() });
/// # Ok::<(), contract::json::Unfit>(())
/// ```
#[macro_export]
macro_rules! from_json {
    (deserialize $type:ident $(<$of:ident>)? { $($fields:tt)+ }) => {
        $crate::from_json!($type $(<$of>)? { $($fields)+ });

        impl<'de $(, $of: $crate::json::FromJson)?> serde::Deserialize<'de> for $type $(<$of>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::json::deserialize(deserializer)
            }
        }
    };
    ($type:ident $(<$of:ident>)? { $($field:ident $(as $name:literal)? $(or $default:ident)?),+ $(,)? }) => {
        impl $(<$of: $crate::json::FromJson>)? $crate::json::FromJson for $type $(<$of>)? {
            fn from_json(json: &serde_json::Value, reading: &mut $crate::json::Reading) -> Self {
                let fields = reading.object(json);
                Self {
                    $($field: $crate::from_json!(
                        @read reading, fields, $crate::from_json!(@name $field $($name)?) $(, $default)?
                    )),+
                }
            }
        }
    };
    (@name $field:ident $name:literal) => { $name };
    (@name $field:ident) => {{
        const CAMEL: ([u8; stringify!($field).len()], usize) = $crate::json::camel_case(stringify!($field));
        const NAME: &str = $crate::json::name(&CAMEL.0, CAMEL.1);
        NAME
    }};
    (@read $reading:ident, $fields:ident, $name:expr) => { $reading.field($fields, $name) };
    (@read $reading:ident, $fields:ident, $name:expr, default) => { $reading.field_or_default($fields, $name) };
}

/// `postal_code` as `postalCode`, and its length.
#[doc(hidden)]
#[must_use]
pub const fn camel_case<const N: usize>(name: &str) -> ([u8; N], usize) {
    let snake = name.as_bytes();
    let (mut camel, mut length) = ([0; N], 0);
    let mut at = 0;
    while at < snake.len() {
        if snake[at] == b'_' {
            at += 1;
            camel[length] = snake[at].to_ascii_uppercase();
        } else {
            camel[length] = snake[at];
        }
        (at, length) = (at + 1, length + 1);
    }
    (camel, length)
}

/// What [`camel_case`] made, as text.
#[doc(hidden)]
#[must_use]
pub const fn name(camel: &'static [u8], length: usize) -> &'static str {
    match std::str::from_utf8(camel.split_at(length).0) {
        Ok(name) => name,
        Err(_) => "",
    }
}
