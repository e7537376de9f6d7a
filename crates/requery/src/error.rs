//! What can fail.

use std::sync::Arc;

use crate::QueryKey;

/// A failure of the cache itself, as opposed to one of a query function.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The fetch was cancelled before it had a result.
    #[error("the fetch of {key} was cancelled: fetch it again if its data is still wanted")]
    Cancelled {
        /// Which query.
        key: QueryKey,
    },
    /// No options with a query function were ever given for the key.
    #[error("no query function is known for {key}: fetch or observe it once with options that have one")]
    MissingQueryFn {
        /// Which query.
        key: QueryKey,
    },
    /// One key holds one type of data; it was used with another.
    #[error("{key} holds {found}, not {expected}: use another key, or the same type everywhere")]
    TypeMismatch {
        /// Which query.
        key: QueryKey,
        /// The type that was asked for.
        expected: &'static str,
        /// The type that the cache holds.
        found: &'static str,
    },
    /// Dehydrated state was not the JSON that [`crate::DehydratedState`] writes.
    #[error("dehydrated state cannot be read ({reason}): write it with the same version of the library")]
    Dehydrated {
        /// What the JSON parser said.
        reason: String,
    },
}

/// Why a fetch gave no data.
#[derive(Debug, thiserror::Error)]
pub enum FetchError<E> {
    /// The query function failed and no retry was left. Shared with everybody who waited for the same fetch.
    #[error("{0}")]
    Failed(Arc<E>),
    /// The cache could not run or finish the fetch.
    #[error(transparent)]
    Cache(#[from] Error),
}

impl<E> Clone for FetchError<E> {
    fn clone(&self) -> Self {
        match self {
            Self::Failed(error) => Self::Failed(Arc::clone(error)),
            Self::Cache(error) => Self::Cache(error.clone()),
        }
    }
}

impl<E> FetchError<E> {
    /// The query function's own error, if that is what failed.
    #[must_use]
    pub fn failed(&self) -> Option<&E> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Cache(_) => None,
        }
    }

    /// Whether the fetch was cancelled rather than failed.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cache(Error::Cancelled { .. }))
    }
}

/// Why a mutation gave no data.
#[derive(Debug, thiserror::Error)]
pub enum MutationError<E> {
    /// The mutation function failed and no retry was left.
    #[error("{0}")]
    Failed(Arc<E>),
    /// The options name no function, and no defaults for their key do.
    #[error("no mutation function is known: give the options one, or set mutation defaults for their key")]
    MissingMutationFn,
    /// The cache was cleared, or its runtime stopped, before the mutation had an outcome.
    #[error(
        "the mutation was dropped before it had an outcome: check what the server holds before repeating it"
    )]
    Dropped,
}

impl<E> Clone for MutationError<E> {
    fn clone(&self) -> Self {
        match self {
            Self::Failed(error) => Self::Failed(Arc::clone(error)),
            Self::MissingMutationFn => Self::MissingMutationFn,
            Self::Dropped => Self::Dropped,
        }
    }
}

impl<E> MutationError<E> {
    /// The mutation function's own error, if that is what failed.
    #[must_use]
    pub fn failed(&self) -> Option<&E> {
        match self {
            Self::Failed(error) => Some(error),
            Self::MissingMutationFn | Self::Dropped => None,
        }
    }
}
