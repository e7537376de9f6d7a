//! Time as the cache sees it: milliseconds on the wall clock, handed in by a driver.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment, in whole milliseconds since the Unix epoch.
///
/// Arithmetic saturates: no duration overflows, however long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The Unix epoch; as `data_updated_at` it means "never".
    pub const ZERO: Self = Self(0);

    /// The moment `millis` milliseconds after the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This moment moved later by `duration`, rounded up to a whole millisecond.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        let millis = duration.as_secs().saturating_mul(1000);
        let rest = u64::from(duration.subsec_nanos().div_ceil(1_000_000));
        Self(self.0.saturating_add(millis).saturating_add(rest))
    }

    /// How long after `earlier` this moment is; zero when it is before it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_duration_saturates_instead_of_overflowing() {
        let later = Timestamp::from_millis(5).saturating_add(Duration::MAX);
        assert_eq!(later, Timestamp::from_millis(u64::MAX));
    }

    #[test]
    fn a_fraction_of_a_millisecond_rounds_up() {
        let later = Timestamp::ZERO.saturating_add(Duration::from_nanos(1));
        assert_eq!(later.as_millis(), 1);
    }
}
