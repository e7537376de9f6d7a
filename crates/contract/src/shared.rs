//! A value that many places hold and nobody copies.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::json::{FromJson, Reading};

/// A value that is shared: cloning it counts a reference. Two that are the same one are equal without a look at them.
#[derive(Clone, Debug)]
pub struct Shared<T> {
    pub(crate) value: Arc<T>,
}

impl<T> Shared<T> {
    /// Begins to share a value.
    pub fn new(value: T) -> Self {
        Self { value: Arc::new(value) }
    }

    /// Whether both are one value, and not only equal.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.value, &other.value)
    }
}

impl<T: Clone> Shared<T> {
    /// The value, copied if others hold it as well.
    #[must_use]
    pub fn into_inner(self) -> T {
        Arc::unwrap_or_clone(self.value)
    }
}

impl<T> From<Arc<T>> for Shared<T> {
    fn from(value: Arc<T>) -> Self {
        Self { value }
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || self.value == other.value
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: FromJson> FromJson for Shared<T> {
    fn from_json(json: &Value, reading: &mut Reading) -> Self {
        Self::new(T::from_json(json, reading))
    }
}
