//! Options for queries of every type.

use std::sync::Arc;
use std::time::Duration;

use super::policy::{Policy, Retry, RetryDelay, Setting, SharedPolicy};
use crate::{GcTime, MaybeSend, MaybeSync, NetworkMode, RefetchOn, StaleTime};

/// Setters that [`QueryDefaults`] and [`crate::QueryOptions`] share.
macro_rules! shared_setters {
    () => {
        /// How long data counts as fresh. Default: not at all.
        #[must_use]
        pub fn stale_time(mut self, stale_time: impl Into<StaleTime>) -> Self {
            self.policy().stale_time = Some(Setting::Fixed(stale_time.into()));
            self
        }

        /// How long the query stays in the cache once nobody observes it. The longest that was ever given counts.
        /// Default: five minutes; on a server, for ever.
        #[must_use]
        pub fn gc_time(mut self, gc_time: impl Into<GcTime>) -> Self {
            self.policy().gc_time = Some(gc_time.into());
            self
        }

        /// Whether observers fetch by themselves. Default: yes.
        #[must_use]
        pub fn enabled(mut self, enabled: bool) -> Self {
            self.policy().enabled = Some(Setting::Fixed(enabled));
            self
        }

        /// Refetch this often while observed. Default: no polling.
        #[must_use]
        pub fn refetch_interval(mut self, every: Duration) -> Self {
            self.policy().refetch_interval = Some(Setting::Fixed(Some(every)));
            self
        }

        /// Whether polling goes on while the window is not focused. Default: no.
        #[must_use]
        pub fn refetch_interval_in_background(mut self, in_background: bool) -> Self {
            self.policy().refetch_interval_in_background = Some(in_background);
            self
        }

        /// Whether a new observer refetches what is there. Default: if it is stale.
        #[must_use]
        pub fn refetch_on_mount(mut self, rule: impl Into<RefetchOn>) -> Self {
            self.policy().refetch_on_mount = Some(rule.into());
            self
        }

        /// Whether gaining focus refetches. Default: if it is stale.
        #[must_use]
        pub fn refetch_on_window_focus(mut self, rule: impl Into<RefetchOn>) -> Self {
            self.policy().refetch_on_window_focus = Some(rule.into());
            self
        }

        /// Whether reconnecting refetches. Default: if it is stale, and never with [`NetworkMode::Always`].
        #[must_use]
        pub fn refetch_on_reconnect(mut self, rule: impl Into<RefetchOn>) -> Self {
            self.policy().refetch_on_reconnect = Some(rule.into());
            self
        }

        /// Whether a new observer retries a query that failed and has no data. Default: yes.
        #[must_use]
        pub fn retry_on_mount(mut self, retry: bool) -> Self {
            self.policy().retry_on_mount = Some(retry);
            self
        }

        /// How often a failed attempt is repeated. Default: three times for observers, never on a server nor for
        /// `fetch_query` and its like.
        #[must_use]
        pub fn retry(mut self, times: u32) -> Self {
            self.policy().retry = Some(if times == 0 { Retry::Never } else { Retry::Times(times) });
            self
        }

        /// Repeat failed attempts until one succeeds.
        #[must_use]
        pub fn retry_forever(mut self) -> Self {
            self.policy().retry = Some(Retry::Forever);
            self
        }

        /// Wait this long before each retry. Default: [`crate::default_retry_delay`].
        #[must_use]
        pub fn retry_delay(mut self, delay: Duration) -> Self {
            self.policy().retry_delay = Some(RetryDelay::Fixed(delay));
            self
        }

        /// Whether delays are shortened at random, by up to a half, so that many clients do not come back at once.
        /// Default: no.
        #[must_use]
        pub fn retry_jitter(mut self, jitter: bool) -> Self {
            self.policy().retry_jitter = Some(jitter);
            self
        }

        /// Which attempts need a network. Default: all.
        #[must_use]
        pub fn network_mode(mut self, mode: NetworkMode) -> Self {
            self.policy().network_mode = Some(mode);
            self
        }

        /// Whether a result that equals the previous one keeps the previous `Arc`. Default: yes.
        #[must_use]
        pub fn structural_sharing(mut self, share: bool) -> Self {
            self.policy().structural_sharing = Some(share);
            self
        }

        /// Anything the caller wants to find again in [`crate::QueryContext::meta`] and in filters.
        #[must_use]
        pub fn meta(mut self, meta: serde_json::Value) -> Self {
            self.policy().meta = Some(Arc::new(meta));
            self
        }
    };
}

pub(super) use shared_setters;

/// Options for queries of every type, for [`crate::QueryClient::set_default_options`] and
/// [`crate::QueryClient::set_query_defaults`].
///
/// ```
/// use std::time::Duration;
/// use requery::QueryDefaults;
///
/// let defaults = QueryDefaults::new().stale_time(Duration::from_secs(30)).retry_jitter(true);
/// # let _ = defaults;
/// ```
#[derive(Clone, Default)]
pub struct QueryDefaults {
    pub(crate) policy: SharedPolicy,
}

impl QueryDefaults {
    /// Defaults that say nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    shared_setters!();

    fn policy(&mut self) -> &mut Policy {
        self.policy.edit()
    }

    /// Whether to retry, asked with the number of failures before this one and the error. Applies to queries whose
    /// error is an `E`; others retry as if nothing was said.
    #[must_use]
    pub fn retry_if<E: Send + Sync + 'static>(
        mut self,
        retry: impl Fn(u32, &E) -> bool + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        self.policy().retry = Some(Retry::asking(retry));
        self
    }

    /// How long to wait before a retry, asked like [`QueryDefaults::retry_if`].
    #[must_use]
    pub fn retry_delay_fn<E: Send + Sync + 'static>(
        mut self,
        delay: impl Fn(u32, &E) -> Duration + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        self.policy().retry_delay = Some(RetryDelay::asking(delay));
        self
    }
}

impl std::fmt::Debug for QueryDefaults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueryDefaults").finish_non_exhaustive()
    }
}
