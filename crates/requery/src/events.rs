//! What happens in the cache.

use std::fmt;

use crate::{Error, QueryKey};

/// What changed a query's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryAction {
    /// A fetch began.
    Fetch,
    /// A fetch succeeded, or data was set by hand.
    Success {
        /// By hand.
        manual: bool,
    },
    /// A fetch failed, and no retry was left.
    Error,
    /// An attempt failed, and another follows.
    Failed,
    /// A fetch began to wait.
    Pause,
    /// A fetch waits no longer.
    Continue,
    /// The query was invalidated.
    Invalidate,
    /// Data was patched.
    Patch,
    /// The state was replaced: reset, reverted, hydrated.
    SetState,
}

impl QueryAction {
    /// Its name in a timeline: that of the reference, and `set` for data that was set by hand.
    ///
    /// ```
    /// assert_eq!(requery::QueryAction::Success { manual: true }.as_str(), "set");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Success { manual: true } => "set",
            Self::Success { manual: false } => "success",
            Self::Error => "error",
            Self::Failed => "failed",
            Self::Pause => "pause",
            Self::Continue => "continue",
            Self::Invalidate => "invalidate",
            Self::Patch => "patch",
            Self::SetState => "setState",
        }
    }
}

/// What changed a mutation's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MutationAction {
    /// It began, or has its optimistic context.
    Pending,
    /// It succeeded.
    Success,
    /// It failed, and no retry was left.
    Error,
    /// An attempt failed, and another follows.
    Failed,
    /// It began to wait.
    Pause,
    /// It waits no longer.
    Continue,
}

impl MutationAction {
    /// Its name in a timeline: that of the reference.
    ///
    /// ```
    /// assert_eq!(requery::MutationAction::Failed.as_str(), "failed");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success => "success",
            Self::Error => "error",
            Self::Failed => "failed",
            Self::Pause => "pause",
            Self::Continue => "continue",
        }
    }
}

/// Something that happened in the cache (F8, F10).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheEvent {
    /// A query was made.
    Added {
        /// Which.
        key: QueryKey,
    },
    /// A query was removed.
    Removed {
        /// Which.
        key: QueryKey,
    },
    /// A query's state changed.
    Updated {
        /// Which.
        key: QueryKey,
        /// How.
        action: QueryAction,
    },
    /// Somebody began to observe a query.
    ObserverAdded {
        /// Which.
        key: QueryKey,
    },
    /// Somebody no longer observes a query.
    ObserverRemoved {
        /// Which.
        key: QueryKey,
    },
    /// An observer has a new result.
    ObserverResultsUpdated {
        /// Which query it observes.
        key: QueryKey,
    },
    /// An observer has new options.
    ObserverOptionsUpdated {
        /// Which query it observes.
        key: QueryKey,
    },
    /// A mutation was made.
    MutationAdded {
        /// Which; ids count up from one.
        id: u64,
    },
    /// A mutation was removed.
    MutationRemoved {
        /// Which.
        id: u64,
    },
    /// A mutation's state changed.
    MutationUpdated {
        /// Which.
        id: u64,
        /// How.
        action: MutationAction,
    },
    /// The cache was used in a way that it cannot serve.
    Failed {
        /// How.
        error: Error,
    },
}

/// Ends what it stands for when it is dropped.
#[must_use = "dropping a subscription ends it"]
pub struct Subscription {
    end: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl Subscription {
    /// One that calls `end` when it is dropped: for implementations of [`crate::Channel`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use requery::Subscription;
    ///
    /// let listener = Arc::new(());
    /// let held = Arc::clone(&listener);
    /// let subscription = Subscription::new(move || drop(held));
    /// subscription.unsubscribe();
    /// assert_eq!(Arc::strong_count(&listener), 1);
    /// ```
    pub fn new(end: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self { end: Some(Box::new(end)) }
    }

    /// Ends it now.
    pub fn unsubscribe(self) {}

    /// Lets it go on for as long as what it subscribed to.
    pub fn forget(mut self) {
        self.end = None;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            end();
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}
