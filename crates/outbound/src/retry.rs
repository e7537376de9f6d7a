//! How long to wait before a call is made again.

use std::time::{Duration, SystemTime};

/// The longest back-off.
pub const LONGEST: Duration = Duration::from_secs(60);

/// The wait that a `Retry-After` header asks for: seconds, or a date (RFC 9110, section 10.2.3).
#[must_use]
pub fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(date.as_second()).ok()?);
    Some(then.duration_since(now).unwrap_or_default())
}

/// The wait after failure number `failures`, from 1, where the service asks for none: it doubles, and is spread by half
/// so that callers that failed together do not come back together.
#[must_use]
pub fn backoff(first: Duration, failures: u32) -> Duration {
    let doubled = first.saturating_mul(1 << failures.saturating_sub(1).min(10));
    doubled.mul_f64(1.0 + fastrand::f64() / 2.0).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let check = |text: &str, seconds: Option<u64>| {
            assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text}");
        };
        check("7", Some(7));
        check(" 120 ", Some(120));
        check("Sun, 06 Nov 1994 08:49:47 GMT", Some(10));
        check("Sun, 06 Nov 1994 08:00:00 GMT", Some(0));
        check("soon", None);
        check("-1", None);
    }

    #[test]
    fn waits_double_and_are_spread() {
        let second = Duration::from_secs(1);
        for (failures, least) in [(1, 1), (2, 2), (3, 4)] {
            let wait = backoff(second, failures);
            assert!(wait >= least * second && wait <= least * second * 3 / 2, "{failures}: {wait:?}");
        }
        assert_eq!(backoff(second, 40), LONGEST);
    }
}
