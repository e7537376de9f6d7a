//! Query keys: canonical, hierarchical, kept in full.

mod index;
mod ser;
mod text;
mod value;

use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use serde::Serialize;

pub(crate) use index::KeyIndex;
pub use text::KeyText;
pub use value::KeyValue;

/// The identity of a query: an array of segments, from the most general to the most particular.
///
/// Object segments are equal whatever order their fields were written in. A field that serialises as `Option::None`
/// is absent; a unit (and JSON's null) is null. The whole key is kept and compared, its hash is only a shortcut.
/// Cloning is cheap.
///
/// ```
/// use requery::{QueryKey, query_key};
///
/// let contacts = query_key!["business", serde_json::json!({ "id": 5 }), "contacts"];
/// assert_eq!(contacts.to_string(), r#"["business",{"id":5},"contacts"]"#);
/// assert!(contacts.starts_with(&query_key!["business", serde_json::json!({ "id": 5 })]));
/// assert_eq!(contacts, QueryKey::new(&("business", serde_json::json!({ "id": 5 }), "contacts")));
/// ```
#[derive(Clone)]
pub struct QueryKey {
    hash: u64,
    segments: Arc<[KeyValue]>,
}

impl QueryKey {
    /// The key that `value` serialises to.
    ///
    /// A value that serialises to something else than an array becomes a key of that one segment. A value whose
    /// `Serialize` fails becomes a key that holds the message; [`QueryKey::try_new`] reports it instead.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> Self {
        match ser::to_value(value) {
            Ok(value) => Self::from_value(value),
            Err(error) => {
                Self::from_segments([KeyValue::from("$unserializable"), KeyValue::from(error.to_string())])
            }
        }
    }

    /// Like [`QueryKey::new`], with the message of a `Serialize` that fails.
    ///
    /// # Errors
    ///
    /// What the value's own `Serialize` reported, or that a map's key is not a string, number or boolean.
    pub fn try_new<T: Serialize + ?Sized>(value: &T) -> Result<Self, String> {
        ser::to_value(value).map(Self::from_value).map_err(|error| error.to_string())
    }

    /// The key of exactly these segments.
    pub fn from_segments<S: Into<KeyValue>>(segments: impl IntoIterator<Item = S>) -> Self {
        Self::from_shared(segments.into_iter().map(Into::into).collect())
    }

    /// [`QueryKey::from_segments`] of as many values as are known beforehand: what [`query_key!`](crate::query_key!) does.
    ///
    /// ```
    /// use requery::{KeyValue, QueryKey, query_key};
    ///
    /// assert_eq!(QueryKey::from_values([KeyValue::from("todo"), KeyValue::from(5)]), query_key!["todo", 5]);
    /// ```
    #[must_use]
    pub fn from_values<const N: usize>(segments: [KeyValue; N]) -> Self {
        Self::from_shared(Arc::new(segments))
    }

    /// The key as JSON: an array.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::Value::Array(self.segments().iter().map(KeyValue::to_json).collect())
    }

    fn from_value(value: KeyValue) -> Self {
        match value {
            KeyValue::Array(segments) => Self::from_shared(segments),
            other => Self::from_shared([other].into()),
        }
    }

    fn from_shared(segments: Arc<[KeyValue]>) -> Self {
        let hash = foldhash::fast::FixedState::default().hash_one(&segments);
        Self { hash, segments }
    }

    /// The segments, from the most general to the most particular.
    #[must_use]
    pub fn segments(&self) -> &[KeyValue] {
        &self.segments
    }

    #[cfg(feature = "devtools")]
    pub(crate) fn hash_code(&self) -> u64 {
        self.hash
    }

    /// Whether `prefix` partially matches this key: segment by segment, an object matching every object that has at
    /// least its fields, an array every array that begins with it. A longer prefix never matches.
    #[must_use]
    pub fn starts_with(&self, prefix: &QueryKey) -> bool {
        value::partially_matches(self.segments(), prefix.segments())
    }
}

impl PartialEq for QueryKey {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
            && (Arc::ptr_eq(&self.segments, &other.segments) || self.segments == other.segments)
    }
}

impl Eq for QueryKey {}

impl Hash for QueryKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl PartialOrd for QueryKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for QueryKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.segments().cmp(other.segments())
    }
}

impl fmt::Display for QueryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value::write_array(f, self.segments())
    }
}

impl fmt::Debug for QueryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QueryKey({self})")
    }
}

/// What can name a query: a [`QueryKey`], or anything `Serialize`, owned or borrowed.
pub trait IntoQueryKey {
    /// The key that it names.
    fn into_query_key(self) -> QueryKey;
}

impl<T: Serialize> IntoQueryKey for T {
    fn into_query_key(self) -> QueryKey {
        QueryKey::new(&self)
    }
}

// A key does not implement `Serialize`, so that naming a query by its key costs no more than a clone.
impl IntoQueryKey for QueryKey {
    fn into_query_key(self) -> QueryKey {
        self
    }
}

impl IntoQueryKey for &QueryKey {
    fn into_query_key(self) -> QueryKey {
        self.clone()
    }
}

/// Makes a [`crate::QueryKey`] of its arguments, each of them anything `serde::Serialize`.
#[macro_export]
macro_rules! query_key {
    ($($segment:expr),* $(,)?) => {
        $crate::QueryKey::from_values([$($crate::KeyValue::of(&$segment)),*])
    };
}

#[cfg(test)]
mod tests;
