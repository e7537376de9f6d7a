//! From anything `Serialize` to a canonical value, without an intermediate JSON tree.

use std::fmt;

use serde::ser::{self, Serialize};

use super::text::KeyText;
use super::value::{KeyFloat, KeyValue};

/// Why a value cannot be part of a key.
#[derive(Debug)]
pub(super) struct KeyError(String);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KeyError {}

impl ser::Error for KeyError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

pub(super) fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<KeyValue, KeyError> {
    // At the root an absent value has to become something.
    Ok(value.serialize(Canonical)?.unwrap_or(KeyValue::Null))
}

/// `None` is `Option::None`: absent in an object, null elsewhere.
type Canonised = Result<Option<KeyValue>, KeyError>;

fn some(value: impl Into<KeyValue>) -> Canonised {
    Ok(Some(value.into()))
}

struct Canonical;

impl ser::Serializer for Canonical {
    type Ok = Option<KeyValue>;
    type Error = KeyError;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Tagged<Items>;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Tagged<Fields>;

    fn serialize_bool(self, v: bool) -> Canonised {
        some(v)
    }
    fn serialize_i8(self, v: i8) -> Canonised {
        some(v)
    }
    fn serialize_i16(self, v: i16) -> Canonised {
        some(v)
    }
    fn serialize_i32(self, v: i32) -> Canonised {
        some(v)
    }
    fn serialize_i64(self, v: i64) -> Canonised {
        some(v)
    }
    fn serialize_u8(self, v: u8) -> Canonised {
        some(v)
    }
    fn serialize_u16(self, v: u16) -> Canonised {
        some(v)
    }
    fn serialize_u32(self, v: u32) -> Canonised {
        some(v)
    }
    fn serialize_u64(self, v: u64) -> Canonised {
        some(v)
    }
    fn serialize_f32(self, v: f32) -> Canonised {
        self.serialize_f64(f64::from(v))
    }
    fn serialize_f64(self, v: f64) -> Canonised {
        Ok(Some(KeyValue::Float(KeyFloat::new(v))))
    }
    fn serialize_char(self, v: char) -> Canonised {
        some(v.to_string())
    }
    fn serialize_str(self, v: &str) -> Canonised {
        some(v)
    }
    fn serialize_bytes(self, v: &[u8]) -> Canonised {
        Ok(Some(KeyValue::Array(v.iter().copied().map(KeyValue::from).collect())))
    }
    fn serialize_none(self) -> Canonised {
        Ok(None)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Canonised {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Canonised {
        Ok(Some(KeyValue::Null))
    }
    fn serialize_unit_struct(self, _name: &'static str) -> Canonised {
        Ok(Some(KeyValue::Null))
    }
    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Canonised {
        some(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, value: &T) -> Canonised {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Canonised {
        Ok(Some(tag(variant, to_value(value)?)))
    }
    fn serialize_seq(self, len: Option<usize>) -> Result<Items, KeyError> {
        Ok(Items(Vec::with_capacity(len.unwrap_or(0))))
    }
    fn serialize_tuple(self, len: usize) -> Result<Items, KeyError> {
        self.serialize_seq(Some(len))
    }
    fn serialize_tuple_struct(self, _name: &'static str, len: usize) -> Result<Items, KeyError> {
        self.serialize_seq(Some(len))
    }
    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Tagged<Items>, KeyError> {
        Ok(Tagged { variant, inner: self.serialize_seq(Some(len))? })
    }
    fn serialize_map(self, len: Option<usize>) -> Result<Fields, KeyError> {
        Ok(Fields { fields: Vec::with_capacity(len.unwrap_or(0)), name: None })
    }
    fn serialize_struct(self, _name: &'static str, len: usize) -> Result<Fields, KeyError> {
        self.serialize_map(Some(len))
    }
    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Tagged<Fields>, KeyError> {
        Ok(Tagged { variant, inner: self.serialize_map(Some(len))? })
    }
}

fn tag(variant: &'static str, value: KeyValue) -> KeyValue {
    KeyValue::object(vec![(variant.into(), value)])
}

struct Items(Vec<KeyValue>);

impl Items {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), KeyError> {
        self.0.push(to_value(value)?);
        Ok(())
    }

    fn finish(self) -> KeyValue {
        KeyValue::Array(self.0.into())
    }
}

struct Fields {
    fields: Vec<(KeyText, KeyValue)>,
    name: Option<KeyText>,
}

impl Fields {
    fn push<T: Serialize + ?Sized>(&mut self, name: KeyText, value: &T) -> Result<(), KeyError> {
        if let Some(value) = value.serialize(Canonical)? {
            self.fields.push((name, value));
        }
        Ok(())
    }

    fn finish(self) -> KeyValue {
        KeyValue::object(self.fields)
    }
}

struct Tagged<I> {
    variant: &'static str,
    inner: I,
}

impl ser::SerializeSeq for Items {
    type Ok = Option<KeyValue>;
    type Error = KeyError;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), KeyError> {
        self.push(value)
    }
    fn end(self) -> Canonised {
        Ok(Some(self.finish()))
    }
}

impl ser::SerializeTuple for Items {
    type Ok = Option<KeyValue>;
    type Error = KeyError;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), KeyError> {
        self.push(value)
    }
    fn end(self) -> Canonised {
        Ok(Some(self.finish()))
    }
}

impl ser::SerializeTupleStruct for Items {
    type Ok = Option<KeyValue>;
    type Error = KeyError;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), KeyError> {
        self.push(value)
    }
    fn end(self) -> Canonised {
        Ok(Some(self.finish()))
    }
}

impl ser::SerializeTupleVariant for Tagged<Items> {
    type Ok = Option<KeyValue>;
    type Error = KeyError;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), KeyError> {
        self.inner.push(value)
    }
    fn end(self) -> Canonised {
        Ok(Some(tag(self.variant, self.inner.finish())))
    }
}

impl ser::SerializeMap for Fields {
    type Ok = Option<KeyValue>;
    type Error = KeyError;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), KeyError> {
        self.name = Some(match to_value(key)? {
            KeyValue::String(name) => name,
            name @ (KeyValue::Int(_) | KeyValue::Bool(_)) => name.to_string().into(),
            other => {
                return Err(KeyError(format!("a field cannot be named {other}: use a string or an integer")));
            }
        });
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), KeyError> {
        match self.name.take() {
            Some(name) => self.push(name, value),
            None => Err(KeyError("a map's value came before its key".into())),
        }
    }
    fn end(self) -> Canonised {
        Ok(Some(self.finish()))
    }
}

impl ser::SerializeStruct for Fields {
    type Ok = Option<KeyValue>;
    type Error = KeyError;
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), KeyError> {
        self.push(name.into(), value)
    }
    fn end(self) -> Canonised {
        Ok(Some(self.finish()))
    }
}

impl ser::SerializeStructVariant for Tagged<Fields> {
    type Ok = Option<KeyValue>;
    type Error = KeyError;
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), KeyError> {
        self.inner.push(name.into(), value)
    }
    fn end(self) -> Canonised {
        Ok(Some(tag(self.variant, self.inner.finish())))
    }
}
