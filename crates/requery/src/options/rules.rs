//! The values of single options.

use std::time::Duration;

/// How long data counts as fresh (F2.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaleTime {
    /// Stale once it is this old. Zero, the default: always stale.
    After(Duration),
    /// Only stale once it is invalidated.
    Never,
    /// Never stale, not even when invalidated; nothing but a refetch by hand replaces it.
    Static,
}

impl Default for StaleTime {
    fn default() -> Self {
        Self::After(Duration::ZERO)
    }
}

impl From<Duration> for StaleTime {
    fn from(age: Duration) -> Self {
        Self::After(age)
    }
}

/// How long a query that nobody observes stays in the cache (F2.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GcTime {
    /// Removed after this long.
    After(Duration),
    /// Kept until it is removed by hand. The default on a server.
    Never,
}

impl GcTime {
    /// Five minutes: the default in a browser.
    pub const DEFAULT: Self = Self::After(Duration::from_secs(300));
}

impl From<Duration> for GcTime {
    fn from(wait: Duration) -> Self {
        Self::After(wait)
    }
}

/// Whether an occasion (mounting, focus, reconnecting) refetches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefetchOn {
    /// If the data is stale.
    #[default]
    Stale,
    /// Stale or not, unless it is static.
    Always,
    /// No.
    Never,
}

impl From<bool> for RefetchOn {
    fn from(refetch: bool) -> Self {
        if refetch { Self::Stale } else { Self::Never }
    }
}

/// Which fetches need a network (F3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NetworkMode {
    /// None runs while offline; it waits, paused.
    #[default]
    Online,
    /// All run, whatever the network does.
    Always,
    /// The first attempt always runs; retries wait for the network.
    OfflineFirst,
}

/// The delay before retry number `failures` (counted from zero): 1 s, 2 s, 4 s and so on, at most 30 s.
#[must_use]
pub fn default_retry_delay(failures: u32) -> Duration {
    let seconds = 1_u64.checked_shl(failures).unwrap_or(u64::MAX);
    Duration::from_secs(seconds.min(30))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F3: the default back-off doubles from one second to thirty.
    #[test]
    fn the_default_retry_delay_doubles_up_to_thirty_seconds() {
        let seconds: Vec<u64> = (0..7).map(|n| default_retry_delay(n).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(default_retry_delay(u32::MAX).as_secs(), 30);
    }
}
