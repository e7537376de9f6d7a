//! Options that do not depend on a query's type, each of them set or left to a default.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::core::{Decision, ObserverPolicy, State, Value};
use crate::maybe_send::Held;
use crate::{GcTime, MaybeSend, MaybeSync, NetworkMode, RefetchOn, StaleTime, default_retry_delay};

/// A value, or a function of the query's state.
#[derive(Clone)]
pub(crate) enum Setting<T> {
    Fixed(T),
    From(Arc<dyn Fn(&State) -> T + Send + Sync>),
}

impl<T: Copy> Setting<T> {
    fn get(&self, state: &State) -> T {
        match self {
            Self::Fixed(value) => *value,
            Self::From(f) => f(state),
        }
    }

    fn is_dynamic(setting: Option<&Self>) -> bool {
        matches!(setting, Some(Self::From(_)))
    }
}

/// What to do about an error, by the number of failures before it. `None`: the error is of another type than the
/// function is for.
type ByFailure<T> = Arc<dyn Fn(u32, &Value) -> Option<T> + Send + Sync>;

pub(crate) type Interval = Setting<Option<Duration>>;

#[derive(Clone)]
pub(crate) enum Retry {
    Never,
    Times(u32),
    Forever,
    If(ByFailure<bool>),
}

impl Retry {
    /// As `retry` says where the error is an `E`.
    pub(crate) fn asking<E: Send + Sync + 'static>(
        retry: impl Fn(u32, &E) -> bool + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        Self::If(by_failure(retry))
    }
}

#[derive(Clone)]
pub(crate) enum RetryDelay {
    Fixed(Duration),
    From(ByFailure<Duration>),
}

impl RetryDelay {
    /// As `delay` says where the error is an `E`.
    pub(crate) fn asking<E: Send + Sync + 'static>(
        delay: impl Fn(u32, &E) -> Duration + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        Self::From(by_failure(delay))
    }
}

fn by_failure<E: Send + Sync + 'static, R: 'static>(
    decide: impl Fn(u32, &E) -> R + MaybeSend + MaybeSync + 'static,
) -> ByFailure<R> {
    let decide = Held::new(decide);
    Arc::new(move |failures, error| error.downcast_ref().map(|error| decide.get()(failures, error)))
}

/// A policy that queries share. Nothing where nobody said anything, as most say little.
#[derive(Clone, Default)]
pub(crate) struct SharedPolicy(Option<Arc<Policy>>);

impl SharedPolicy {
    /// This policy where it says something, `base` where it does not.
    pub(crate) fn over(&self, base: &Self) -> Self {
        match (&self.0, &base.0) {
            (Some(own), Some(base)) => Self(Some(Arc::new(Policy::clone(own).over(base)))),
            (Some(_), None) => self.clone(),
            (None, _) => base.clone(),
        }
    }

    /// The policy, copied first where others have it too.
    pub(crate) fn edit(&mut self) -> &mut Policy {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}

impl Deref for SharedPolicy {
    type Target = Policy;

    fn deref(&self) -> &Policy {
        static NOTHING: Policy = Policy::nothing();
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

#[derive(Clone, Default)]
pub(crate) struct Policy {
    pub(crate) stale_time: Option<Setting<StaleTime>>,
    pub(crate) gc_time: Option<GcTime>,
    pub(crate) enabled: Option<Setting<bool>>,
    pub(crate) refetch_interval: Option<Interval>,
    pub(crate) refetch_interval_in_background: Option<bool>,
    pub(crate) refetch_on_mount: Option<RefetchOn>,
    pub(crate) refetch_on_window_focus: Option<RefetchOn>,
    pub(crate) refetch_on_reconnect: Option<RefetchOn>,
    pub(crate) retry_on_mount: Option<bool>,
    pub(crate) retry: Option<Retry>,
    pub(crate) retry_delay: Option<RetryDelay>,
    pub(crate) retry_jitter: Option<bool>,
    pub(crate) network_mode: Option<NetworkMode>,
    pub(crate) structural_sharing: Option<bool>,
    pub(crate) meta: Option<Arc<serde_json::Value>>,
}

impl Policy {
    const fn nothing() -> Self {
        Self {
            stale_time: None,
            gc_time: None,
            enabled: None,
            refetch_interval: None,
            refetch_interval_in_background: None,
            refetch_on_mount: None,
            refetch_on_window_focus: None,
            refetch_on_reconnect: None,
            retry_on_mount: None,
            retry: None,
            retry_delay: None,
            retry_jitter: None,
            network_mode: None,
            structural_sharing: None,
            meta: None,
        }
    }

    /// This policy where it says something, `base` where it does not.
    pub(crate) fn over(self, base: &Policy) -> Policy {
        macro_rules! over {
            ($($field:ident),* $(,)?) => {
                Policy { $($field: self.$field.or_else(|| base.$field.clone()),)* }
            };
        }
        over!(
            stale_time,
            gc_time,
            enabled,
            refetch_interval,
            refetch_interval_in_background,
            refetch_on_mount,
            refetch_on_window_focus,
            refetch_on_reconnect,
            retry_on_mount,
            retry,
            retry_delay,
            retry_jitter,
            network_mode,
            structural_sharing,
            meta,
        )
    }

    /// Whether data is fresh for these options. Calls user code.
    pub(crate) fn stale_time(&self, state: &State) -> StaleTime {
        self.stale_time.as_ref().map_or_else(StaleTime::default, |setting| setting.get(state))
    }

    /// What an observer with this policy wants of a query in this state. Calls user code.
    pub(crate) fn observe(&self, state: &State, can_fetch: bool) -> ObserverPolicy {
        let mode = self.network_mode.unwrap_or_default();
        let reconnect = if mode == NetworkMode::Always { RefetchOn::Never } else { RefetchOn::Stale };
        ObserverPolicy {
            enabled: can_fetch && self.enabled.as_ref().is_none_or(|setting| setting.get(state)),
            stale_time: self.stale_time(state),
            on_window_focus: self.refetch_on_window_focus.unwrap_or_default(),
            on_reconnect: self.refetch_on_reconnect.unwrap_or(reconnect),
            refetch_every: self.refetch_interval.as_ref().and_then(|setting| setting.get(state)),
            in_background: self.refetch_interval_in_background.unwrap_or_default(),
            is_dynamic: Setting::is_dynamic(self.enabled.as_ref())
                || Setting::is_dynamic(self.stale_time.as_ref()),
        }
    }

    /// What to do about failure number `failures` (from zero). Calls user code.
    pub(crate) fn decide(&self, failures: u32, error: &Value, default_retries: u32, random: u64) -> Decision {
        if self.wants_retry(failures, error, default_retries) {
            Decision::Retry(self.delay(failures, error, random))
        } else {
            Decision::GiveUp
        }
    }

    fn wants_retry(&self, failures: u32, error: &Value, default_retries: u32) -> bool {
        match &self.retry {
            Some(Retry::Never) => false,
            Some(Retry::Forever) => true,
            Some(Retry::Times(times)) => failures < *times,
            Some(Retry::If(wants)) => wants(failures, error).unwrap_or(failures < default_retries),
            None => failures < default_retries,
        }
    }

    fn delay(&self, failures: u32, error: &Value, random: u64) -> Duration {
        let delay = match &self.retry_delay {
            Some(RetryDelay::Fixed(delay)) => Some(*delay),
            Some(RetryDelay::From(delay)) => delay(failures, error),
            None => None,
        };
        let delay = delay.unwrap_or_else(|| default_retry_delay(failures));
        if self.retry_jitter == Some(true) { jittered(delay, random) } else { delay }
    }
}

/// Between half of the delay and all of it.
fn jittered(delay: Duration, random: u64) -> Duration {
    let half = delay / 2;
    let permille = u32::try_from(random % 1001).unwrap_or_default();
    half.saturating_add(half.saturating_mul(permille) / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_stays_between_half_of_the_delay_and_the_whole() {
        let delay = Duration::from_secs(8);
        assert_eq!(jittered(delay, 0), Duration::from_secs(4));
        assert_eq!(jittered(delay, 1000), delay);
        assert_eq!(jittered(delay, 500), Duration::from_secs(6));
    }

    /// F1.13: what a query says itself wins over its defaults.
    #[test]
    fn a_policy_keeps_what_it_says_and_takes_the_rest_from_its_base() {
        let base = Policy { retry: Some(Retry::Never), retry_on_mount: Some(false), ..Policy::default() };
        let own = Policy { retry: Some(Retry::Times(2)), ..Policy::default() };
        let merged = own.over(&base);
        assert!(matches!(merged.retry, Some(Retry::Times(2))));
        assert_eq!(merged.retry_on_mount, Some(false));
    }
}
