//! What is shown while there is no data.

use std::sync::Arc;

/// From the data of the query that an observer watched before, if that has any.
type Make<T> = Arc<dyn Fn(Option<&Arc<T>>) -> Option<Arc<T>> + Send + Sync>;

pub(crate) enum Placeholder<T> {
    /// The data itself.
    Previous,
    Made(Make<T>),
}

impl<T> Placeholder<T> {
    pub(crate) fn make(&self, previous: Option<&Arc<T>>) -> Option<Arc<T>> {
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

impl<T> Clone for Placeholder<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Previous => Self::Previous,
            Self::Made(make) => Self::Made(Arc::clone(make)),
        }
    }
}
