//! The wall clock.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use contract::Timestamp;

/// The present moment.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The date in UTC on which the program began: one date for all records of a file.
pub(crate) fn today() -> &'static str {
    static TODAY: LazyLock<String> = LazyLock::new(|| now().date());
    &TODAY
}
