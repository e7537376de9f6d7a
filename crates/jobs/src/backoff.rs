use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long a job waits before its next attempt: exponential with full jitter.
///
/// The delay after attempt `n` (from 1) is uniform between zero and `min(cap, base * 2^(n - 1))`. Full jitter
/// spreads jobs that failed together, as after an outage of what they all needed.
#[derive(Clone)]
pub struct Backoff {
    base: Duration,
    cap: Duration,
    random: Arc<dyn Fn() -> f64 + Send + Sync>,
}

impl Backoff {
    /// Delays from `base`, doubling with each attempt up to `cap`.
    #[must_use]
    pub fn new(base: Duration, cap: Duration) -> Self {
        Self { base, cap, random: Arc::new(fastrand::f64) }
    }

    /// The same delays with another random source: numbers from 0 to 1.
    #[must_use]
    pub fn with_random(self, random: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        Self { random: Arc::new(random), ..self }
    }

    /// The delay after attempt `attempt`, which counts from 1.
    #[must_use]
    pub fn delay(&self, attempt: u32) -> Duration {
        self.longest(attempt).mul_f64((self.random)().clamp(0.0, 1.0))
    }

    /// What [`delay`](Self::delay) never exceeds for that attempt.
    #[must_use]
    pub fn longest(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(31);
        self.base.saturating_mul(1 << doublings).min(self.cap)
    }
}

impl Default for Backoff {
    /// From 1 s to 5 min.
    fn default() -> Self {
        Self::new(Duration::from_secs(1), Duration::from_secs(300))
    }
}

impl fmt::Debug for Backoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backoff").field("base", &self.base).field("cap", &self.cap).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(backoff: &Backoff, attempts: impl IntoIterator<Item = u32>) -> Vec<f64> {
        attempts.into_iter().map(|attempt| backoff.delay(attempt).as_secs_f64()).collect()
    }

    #[test]
    fn delays_double_up_to_the_cap() {
        let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(10)).with_random(|| 1.0);
        assert_eq!(seconds(&backoff, 1..=6), [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]);
        assert_eq!(seconds(&backoff, [0, u32::MAX]), [1.0, 10.0]);
    }

    #[test]
    fn jitter_is_full_and_a_wild_random_source_is_held_in_range() {
        let longest = Backoff::new(Duration::from_secs(8), Duration::from_secs(60));
        let with = |random: f64| longest.clone().with_random(move || random).delay(1).as_secs_f64();
        assert_eq!([with(0.0), with(0.25), with(-3.0), with(7.0)], [0.0, 2.0, 0.0, 8.0]);
    }

    #[test]
    fn the_default_random_source_stays_in_range_and_varies() {
        let backoff = Backoff::default();
        let delays: Vec<Duration> = (0..100).map(|_| backoff.delay(4)).collect();
        assert!(delays.iter().all(|delay| *delay <= backoff.longest(4)));
        assert!(delays.iter().any(|delay| delay != &delays[0]));
    }
}
