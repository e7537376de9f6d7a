//! Options for mutations of every type.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::core::MutationSpec;
use crate::options::{Retry, RetryDelay};
use crate::{GcTime, MaybeSend, MaybeSync, NetworkMode};

/// Options for mutations that do not say otherwise, for [`crate::QueryClient::set_default_mutation_options`].
///
/// ```
/// use requery::{MutationDefaults, NetworkMode};
///
/// let defaults = MutationDefaults::new().retry(2).network_mode(NetworkMode::OfflineFirst);
/// # let _ = defaults;
/// ```
#[derive(Clone, Default)]
pub struct MutationDefaults {
    pub(crate) spec: MutationSpec,
}

impl MutationDefaults {
    /// Defaults that say nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How often a failed attempt is repeated. Default: never.
    #[must_use]
    pub fn retry(mut self, times: u32) -> Self {
        self.spec.policy.retry = Some(Retry::Times(times));
        self
    }

    /// Wait this long before each retry. Default: [`crate::default_retry_delay`].
    #[must_use]
    pub fn retry_delay(mut self, delay: Duration) -> Self {
        self.spec.policy.retry_delay = Some(RetryDelay::Fixed(delay));
        self
    }

    /// Whether to retry, asked with the number of failures before this one and the error. Applies to mutations whose
    /// error is an `E`; others retry as if nothing was said.
    #[must_use]
    pub fn retry_if<E: Send + Sync + 'static>(
        mut self,
        retry: impl Fn(u32, &E) -> bool + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        self.spec.policy.retry = Some(Retry::asking(retry));
        self
    }

    /// How long to wait before a retry, asked like [`MutationDefaults::retry_if`].
    #[must_use]
    pub fn retry_delay_fn<E: Send + Sync + 'static>(
        mut self,
        delay: impl Fn(u32, &E) -> Duration + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        self.spec.policy.retry_delay = Some(RetryDelay::asking(delay));
        self
    }

    /// Whether delays are shortened at random, by up to a half. Default: no.
    #[must_use]
    pub fn retry_jitter(mut self, jitter: bool) -> Self {
        self.spec.policy.retry_jitter = Some(jitter);
        self
    }

    /// Which attempts need a network. Default: all.
    #[must_use]
    pub fn network_mode(mut self, mode: NetworkMode) -> Self {
        self.spec.policy.network_mode = Some(mode);
        self
    }

    /// How long a mutation stays in the cache once it has ended and nobody observes it. Default: five minutes.
    #[must_use]
    pub fn gc_time(mut self, gc_time: impl Into<GcTime>) -> Self {
        self.spec.policy.gc_time = Some(gc_time.into());
        self
    }

    /// Mutations without a scope of their own run one after the other, in the order in which they were called.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<Arc<str>>) -> Self {
        self.spec.scope = Some(scope.into());
        self
    }

    /// Anything the caller wants to find again in the callbacks.
    #[must_use]
    pub fn meta(mut self, meta: serde_json::Value) -> Self {
        self.spec.policy.meta = Some(Arc::new(meta));
        self
    }
}

impl fmt::Debug for MutationDefaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MutationDefaults").field("scope", &self.spec.scope).finish_non_exhaustive()
    }
}
