//! A mutation's state, with its types.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::core::{Mutation, MutationCore, typed};
use crate::{QueryKey, Timestamp};

/// How far a mutation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MutationStatus {
    /// It was not called yet.
    #[default]
    Idle,
    /// It is under way, or waits for its turn or the network.
    Pending,
    /// It failed.
    Error,
    /// It succeeded.
    Success,
}

/// A mutation's state, as of the call that returned it.
pub struct MutationState<T: ?Sized, E: ?Sized, V: ?Sized> {
    /// How far it is.
    pub status: MutationStatus,
    /// What it returned.
    pub data: Option<Arc<T>>,
    /// What it failed with.
    pub error: Option<Arc<E>>,
    /// What it was called with.
    pub variables: Option<Arc<V>>,
    /// How often it has failed.
    pub failure_count: u32,
    /// What it failed with last, perhaps before a retry.
    pub failure_reason: Option<Arc<E>>,
    /// Whether it waits for its turn, the network, or focus before a retry.
    pub is_paused: bool,
    /// When it was called.
    pub submitted_at: Timestamp,
}

impl<T: ?Sized, E: ?Sized, V: ?Sized> MutationState<T, E, V> {
    /// It was not called yet.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.status == MutationStatus::Idle
    }

    /// It is under way.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.status == MutationStatus::Pending
    }

    /// It failed.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.status == MutationStatus::Error
    }

    /// It succeeded.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.status == MutationStatus::Success
    }
}

/// A mutation's state whose types are erased.
pub type ErasedMutationState =
    MutationState<dyn Any + Send + Sync, dyn Any + Send + Sync, dyn Any + Send + Sync>;

impl ErasedMutationState {
    pub(super) fn of(state: &MutationCore) -> Self {
        Self {
            status: state.status,
            data: state.data.clone(),
            error: state.error.clone(),
            variables: state.variables.clone(),
            failure_count: state.failure_count,
            failure_reason: state.failure_reason.clone(),
            is_paused: state.is_paused,
            submitted_at: state.submitted_at,
        }
    }

    /// The state with its types. A value of another type is left out.
    #[must_use]
    pub fn typed<T, E, V>(self) -> MutationState<T, E, V>
    where
        T: Send + Sync + 'static,
        E: Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        MutationState {
            status: self.status,
            data: self.data.and_then(typed),
            error: self.error.and_then(typed),
            variables: self.variables.and_then(typed),
            failure_count: self.failure_count,
            failure_reason: self.failure_reason.and_then(typed),
            is_paused: self.is_paused,
            submitted_at: self.submitted_at,
        }
    }
}

impl<T: ?Sized, E: ?Sized, V: ?Sized> Default for MutationState<T, E, V> {
    fn default() -> Self {
        Self {
            status: MutationStatus::Idle,
            data: None,
            error: None,
            variables: None,
            failure_count: 0,
            failure_reason: None,
            is_paused: false,
            submitted_at: Timestamp::ZERO,
        }
    }
}

impl<T: ?Sized, E: ?Sized, V: ?Sized> Clone for MutationState<T, E, V> {
    fn clone(&self) -> Self {
        Self {
            data: self.data.clone(),
            error: self.error.clone(),
            variables: self.variables.clone(),
            failure_reason: self.failure_reason.clone(),
            ..*self
        }
    }
}

impl<T: ?Sized, E: ?Sized, V: ?Sized> fmt::Debug for MutationState<T, E, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutationState")
            .field("status", &self.status)
            .field("is_paused", &self.is_paused)
            .field("failure_count", &self.failure_count)
            .finish_non_exhaustive()
    }
}

/// What a predicate is told about a mutation.
#[derive(Clone)]
pub struct MutationSummary {
    /// Ids count up from one.
    pub id: u64,
    /// Its key.
    pub key: Option<QueryKey>,
    /// How far it is.
    pub status: MutationStatus,
    /// Whether it waits for its turn, the network, or focus before a retry.
    pub is_paused: bool,
    /// How often it has failed.
    pub failure_count: u32,
    /// When it was called.
    pub submitted_at: Timestamp,
    /// The scope in which it runs.
    pub scope: Option<Arc<str>>,
    /// Its `meta` option.
    pub meta: Option<Arc<serde_json::Value>>,
    pub(crate) state: Arc<MutationCore>,
}

impl MutationSummary {
    pub(crate) fn new(mutation: &Mutation) -> Self {
        let state = Arc::clone(&mutation.state);
        Self {
            id: mutation.id.0,
            key: mutation.spec.key.clone(),
            status: state.status,
            is_paused: state.is_paused,
            failure_count: state.failure_count,
            submitted_at: state.submitted_at,
            scope: mutation.spec.scope.clone(),
            meta: mutation.spec.policy.meta.clone(),
            state,
        }
    }

    /// Its state, if it is one of these types; parts of other types are left out.
    #[must_use]
    pub fn state<T, E, V>(&self) -> MutationState<T, E, V>
    where
        T: Send + Sync + 'static,
        E: Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        ErasedMutationState::of(&self.state).typed()
    }

    /// What it was called with, if that is a `V`.
    #[must_use]
    pub fn variables<V: Send + Sync + 'static>(&self) -> Option<Arc<V>> {
        self.state.variables.clone().and_then(typed)
    }
}

impl fmt::Debug for MutationSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutationSummary")
            .field("id", &self.id)
            .field("key", &self.key)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
