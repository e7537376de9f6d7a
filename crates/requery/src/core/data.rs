//! Data and errors with their types erased, and what has to be known about a type to handle it so.

use std::any::{Any, TypeId};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
#[cfg(not(target_arch = "wasm32"))]
use serde_json::value::RawValue;

pub(crate) type Value = Arc<dyn Any + Send + Sync>;

/// A change that is applied to data of a known type; `None` leaves it as it is.
pub(crate) type Patch = Arc<dyn Fn(&Value) -> Option<Value> + Send + Sync>;

type Decoder = fn(&serde_json::Value) -> Result<Value, serde_json::Error>;

/// What a query holds.
#[derive(Clone)]
pub(crate) enum Data {
    Typed(Value),
    /// Hydrated JSON that nobody has asked for by its type yet.
    Raw(Arc<serde_json::Value>),
}

impl Data {
    pub(crate) fn value(&self) -> Option<Value> {
        match self {
            Self::Typed(value) => Some(Arc::clone(value)),
            Self::Raw(_) => None,
        }
    }

    pub(crate) fn typed<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.value().and_then(typed)
    }

    /// The value, if it is one of this type.
    pub(crate) fn of(&self, id: TypeId) -> Option<Value> {
        self.value().filter(|value| (**value).type_id() == id)
    }
}

/// The value with its type, if it is that.
pub(crate) fn typed<T: Send + Sync + 'static>(value: Value) -> Option<Arc<T>> {
    value.downcast().ok()
}

/// The type of a query's data: a pointer, as every query has one.
#[derive(Clone, Copy)]
pub(crate) struct DataType(&'static TypeFacts);

pub(crate) struct TypeFacts {
    pub(crate) id: TypeId,
    pub(crate) name: fn() -> &'static str,
    pub(crate) equal: fn(&Value, &Value) -> bool,
    share_parts: Option<fn(&Value, &Value) -> Option<Value>>,
}

impl Deref for DataType {
    type Target = TypeFacts;

    fn deref(&self) -> &TypeFacts {
        self.0
    }
}

/// Data whose parts are shared too where the whole is not equal.
pub(crate) trait InParts: PartialEq + Send + Sync + 'static {
    /// New data with those of its parts replaced that equal the old ones.
    fn share_parts(previous: &Value, new: &Value) -> Option<Value>;
}

struct FactsOf<T>(PhantomData<T>);

impl<T: PartialEq + Send + Sync + 'static> FactsOf<T> {
    const WHOLE: &'static TypeFacts = &TypeFacts {
        id: TypeId::of::<T>(),
        name: std::any::type_name::<T>,
        equal: equal::<T>,
        share_parts: None,
    };
}

impl<T: InParts> FactsOf<T> {
    const PARTS: &'static TypeFacts =
        &TypeFacts { share_parts: Some(T::share_parts), ..*FactsOf::<T>::WHOLE };
}

impl DataType {
    pub(crate) fn of<T: PartialEq + Send + Sync + 'static>() -> Self {
        Self(FactsOf::<T>::WHOLE)
    }

    pub(crate) fn in_parts<T: InParts>() -> Self {
        Self(FactsOf::<T>::PARTS)
    }

    /// Structural sharing: the previous value when the new one equals it. Calls the type's `PartialEq`.
    pub(crate) fn share(&self, previous: &Value, new: Value) -> Value {
        if Arc::ptr_eq(previous, &new) || (self.equal)(previous, &new) {
            return Arc::clone(previous);
        }
        self.share_parts.and_then(|share| share(previous, &new)).unwrap_or(new)
    }
}

/// Whether both values are of the type, and equal.
pub(crate) fn equal<T: PartialEq + 'static>(a: &Value, b: &Value) -> bool {
    match (a.downcast_ref::<T>(), b.downcast_ref::<T>()) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// How JSON is written.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Tree,
    /// What only a server needs is not part of a page.
    #[cfg(not(target_arch = "wasm32"))]
    Text,
}

/// JSON in one of its forms.
pub(crate) enum Encoded {
    Tree(serde_json::Value),
    #[cfg(not(target_arch = "wasm32"))]
    Text(Box<RawValue>),
}

/// To JSON and back.
#[derive(Clone, Copy)]
pub(crate) struct Codec {
    encode: fn(&Value, Form) -> Result<Encoded, serde_json::Error>,
    pub(crate) decode: Decoder,
}

impl Codec {
    pub(crate) fn of<T: Serialize + DeserializeOwned + Send + Sync + 'static>() -> Self {
        Self { encode: encode::<T>, decode: decode::<T> }
    }

    pub(crate) fn tree(self, value: &Value) -> Option<serde_json::Value> {
        match (self.encode)(value, Form::Tree).ok()? {
            Encoded::Tree(tree) => Some(tree),
            #[cfg(not(target_arch = "wasm32"))]
            Encoded::Text(text) => serde_json::from_str(text.get()).ok(),
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn text(self, value: &Value) -> Option<Box<RawValue>> {
        match (self.encode)(value, Form::Text).ok()? {
            Encoded::Tree(tree) => serde_json::value::to_raw_value(&tree).ok(),
            Encoded::Text(text) => Some(text),
        }
    }

    pub(crate) fn encoding<T: Serialize + 'static>(self) -> Self {
        Self { encode: encode::<T>, ..self }
    }

    pub(crate) fn decoding<T: Send + Sync + 'static, D: Decode<T>>(self) -> Self {
        Self { decode: |json| D::decode(json).map(|value| Arc::new(value) as Value), ..self }
    }
}

impl Default for Codec {
    /// Knows neither way.
    fn default() -> Self {
        Self {
            encode: |_, _| Err(serde::ser::Error::custom("these options do not write JSON")),
            decode: |_| Err(serde::de::Error::custom("these options do not read JSON")),
        }
    }
}

/// Reads a query's data from JSON, where that is not [`Deserialize`](serde::Deserialize)'s to do.
pub trait Decode<T> {
    /// The data.
    ///
    /// # Errors
    ///
    /// When the JSON is not that of a `T`.
    fn decode(json: &serde_json::Value) -> Result<T, serde_json::Error>;
}

fn encode<T: Serialize + 'static>(value: &Value, form: Form) -> Result<Encoded, serde_json::Error> {
    // A value of another type cannot get here: a codec is only used for the type that it was made for.
    let Some(value) = value.downcast_ref::<T>() else { return Ok(Encoded::Tree(serde_json::Value::Null)) };
    match form {
        Form::Tree => serde_json::to_value(value).map(Encoded::Tree),
        #[cfg(not(target_arch = "wasm32"))]
        Form::Text => serde_json::value::to_raw_value(value).map(Encoded::Text),
    }
}

fn decode<T: DeserializeOwned + Send + Sync + 'static>(
    json: &serde_json::Value,
) -> Result<Value, serde_json::Error> {
    T::deserialize(json).map(|value| Arc::new(value) as Value)
}
