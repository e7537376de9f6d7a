//! A provider that fails is left alone for a while.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::ProviderError;

/// Failures in a row after which a provider is left alone.
const FAILURES: u32 = 5;
/// For how long.
pub(crate) const PAUSE: Duration = Duration::from_secs(60);

/// Opens after failures in a row, or when told to; when the pause is over, one call shows whether it may close.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    pause: Option<(Instant, ProviderError)>,
}

impl Breaker {
    /// Whether a call may be made.
    pub(crate) fn check(&self) -> Result<(), ProviderError> {
        let state = self.state();
        let Some((until, why)) = &state.pause else { return Ok(()) };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        match why {
            // These say what to do about it, and a time would not help.
            ProviderError::BadKey(_) | ProviderError::UsedUp(_) => Err(why.clone()),
            why => Err(ProviderError::Paused {
                left: Duration::from_secs(left.as_secs() + 1),
                reason: why.to_string(),
            }),
        }
    }

    /// A call was answered.
    pub(crate) fn succeeded(&self) {
        *self.state() = State::default();
    }

    /// A call failed. One failure after a pause is enough for the next.
    pub(crate) fn failed(&self, why: &ProviderError) {
        let mut state = self.state();
        state.failures += 1;
        if state.failures >= FAILURES {
            state.pause = Some((Instant::now() + PAUSE, why.clone()));
        }
    }

    /// Nothing is asked for so long.
    pub(crate) fn pause(&self, time: Duration, why: &ProviderError) {
        self.state().pause = Some((Instant::now() + time, why.clone()));
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_fails_is_left_alone_and_tried_again() {
        let (breaker, down) = (Breaker::default(), ProviderError::Failed(500));
        for _ in 1..FAILURES {
            breaker.failed(&down);
        }
        assert_eq!(breaker.check(), Ok(()));
        breaker.failed(&down);
        let error = breaker.check().unwrap_err().to_string();
        assert!(error.contains("status 500"), "{error}");
        tokio::time::advance(PAUSE).await;
        assert_eq!(breaker.check(), Ok(()), "one call shows");
        breaker.failed(&down);
        assert!(matches!(breaker.check(), Err(ProviderError::Paused { .. })));
        tokio::time::advance(PAUSE).await;
        breaker.succeeded();
        breaker.failed(&down);
        assert_eq!(breaker.check(), Ok(()), "a success forgets the failures");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_key_says_so_as_long_as_it_lasts() {
        let (breaker, refused) = (Breaker::default(), ProviderError::BadKey("status 401".to_owned()));
        breaker.pause(Duration::from_secs(600), &refused);
        assert_eq!(breaker.check(), Err(refused));
        tokio::time::advance(Duration::from_secs(600)).await;
        assert_eq!(breaker.check(), Ok(()));
    }
}
