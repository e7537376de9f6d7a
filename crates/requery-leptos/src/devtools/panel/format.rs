//! Times, types and data as text.

use std::time::Duration;

use requery::{GcTime, RefetchOn, StaleTime, Timestamp};

/// So much of a query's data is shown.
const MOST_DATA: usize = 20_000;

/// A length of time in the two units that matter.
pub(super) fn duration(length: Duration) -> String {
    let seconds = length.as_secs();
    match (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, 0) => format!("{} ms", length.as_millis()),
        (0, 0, 0, seconds) => format!("{seconds} s"),
        (0, 0, minutes, 0) => format!("{minutes} min"),
        (0, 0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min"),
        (days, hours, ..) => format!("{days} d {hours} h"),
    }
}

/// How long until then, in whole seconds.
pub(super) fn until(at: Timestamp, now: Timestamp) -> String {
    let seconds = at.since(now).as_millis().div_ceil(1_000);
    match u64::try_from(seconds).unwrap_or(u64::MAX) {
        0 => "now".to_owned(),
        seconds => format!("in {}", duration(Duration::from_secs(seconds))),
    }
}

/// How long ago that was, in whole seconds.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> String {
    match now.since(at).as_secs() {
        _ if at == Timestamp::ZERO => "never".to_owned(),
        0 => "just now".to_owned(),
        seconds => format!("{} ago", duration(Duration::from_secs(seconds))),
    }
}

/// The time of day, in UTC.
pub(super) fn clock(at: Timestamp) -> String {
    let millis = at.as_millis();
    let (seconds, rest) = (millis / 1_000, millis % 1_000);
    format!("{:02}:{:02}:{:02}.{rest:03}", seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60)
}

pub(super) fn stale_time(time: StaleTime) -> String {
    match time {
        StaleTime::After(age) if age.is_zero() => "always stale".to_owned(),
        StaleTime::After(age) => format!("fresh for {}", duration(age)),
        StaleTime::Never => "fresh until invalidated".to_owned(),
        StaleTime::Static => "static".to_owned(),
    }
}

pub(super) fn gc_time(time: GcTime) -> String {
    match time {
        GcTime::After(wait) => duration(wait),
        GcTime::Never => "never".to_owned(),
    }
}

pub(super) fn rule(rule: RefetchOn) -> &'static str {
    match rule {
        RefetchOn::Stale => "if stale",
        RefetchOn::Always => "always",
        RefetchOn::Never => "never",
    }
}

/// A type's name without the modules that it stands in.
pub(super) fn type_name(full: &str) -> String {
    let mut short = String::new();
    let mut word = String::new();
    for character in full.chars() {
        if character.is_alphanumeric() || matches!(character, '_' | ':') {
            word.push(character);
        } else {
            short.push_str(last_part(&word));
            short.push(character);
            word.clear();
        }
    }
    short + last_part(&word)
}

fn last_part(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// Data as indented JSON, its end left out where there is very much of it.
pub(super) fn json(value: &serde_json::Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    if text.len() > MOST_DATA {
        let rest = text.len() - text.floor_char_boundary(MOST_DATA);
        text.truncate(text.len() - rest);
        text.push_str(&format!("\n… and {rest} bytes more"));
    }
    text
}

/// `1 query`, `2 queries`.
pub(super) fn count(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
