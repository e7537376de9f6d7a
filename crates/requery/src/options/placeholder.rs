//! What is shown while there is no data.

use std::sync::Arc;

use crate::core::Value;

/// From the data of the query that an observer watched before, if that has any.
type Make = Arc<dyn Fn(Option<&Value>) -> Option<Value> + Send + Sync>;

#[derive(Clone)]
pub(crate) enum Placeholder {
    /// The data itself.
    Previous,
    Made(Make),
}

impl Placeholder {
    pub(crate) fn make(&self, previous: Option<&Value>) -> Option<Value> {
        match self {
            Self::Previous => previous.map(Arc::clone),
            Self::Made(make) => make(previous),
        }
    }

    /// Whether both came from one call of an option.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Previous, Self::Previous) => true,
            (Self::Made(a), Self::Made(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}
