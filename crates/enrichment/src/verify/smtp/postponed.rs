//! When a mail server wants to be asked again.

use std::fmt;
use std::time::Duration;

/// Where a server does not say when: a client waits half an hour at least before it tries again (RFC 5321 section
/// 4.5.4.1), and greylists let pass what comes then.
const UNSAID: Duration = Duration::from_secs(30 * 60);
/// The soonest and the latest that is believed.
const SOONEST: Duration = Duration::from_secs(30);
const LATEST: Duration = Duration::from_secs(24 * 3600);

/// A mailbox that a server does not speak of now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postponed {
    /// What the server said.
    pub words: String,
    /// In what time to ask again: as the server says, else half an hour.
    pub wait: Duration,
}

impl Postponed {
    pub(super) fn said(words: String) -> Self {
        let wait = named(&words).map_or(UNSAID, |wait| wait.clamp(SOONEST, LATEST));
        Self { words, wait }
    }
}

impl fmt::Display for Postponed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (ask again in {} minutes)", self.words, self.wait.as_secs().div_ceil(60))
    }
}

/// The time that an answer names: `in 5 minutes`, `for 300 seconds`, `in 00:04:57`.
fn named(words: &str) -> Option<Duration> {
    let lower = words.to_ascii_lowercase();
    let mut before = ["", ""];
    for word in lower.split_whitespace() {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let [lead, number] = before;
        let in_words = number.parse().ok().and_then(|number| measured(number, word));
        // A time of day stands there too, but not after such a word.
        let clock = matches!(number, "in" | "after" | "for" | "within").then(|| clock(word)).flatten();
        let glued = matches!(number, "in" | "after" | "for" | "within").then(|| glued(word)).flatten();
        if let Some(found) = in_words.filter(|_| lead != "last").or(clock).or(glued) {
            return Some(found);
        }
        before = [number, word];
    }
    None
}

/// A number of seconds, minutes or hours.
fn measured(number: u32, unit: &str) -> Option<Duration> {
    let seconds = match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
        _ => return None,
    };
    Some(Duration::from_secs(u64::from(number) * seconds))
}

/// `300s`, `5min`.
fn glued(word: &str) -> Option<Duration> {
    let (number, unit) = word.split_at(word.bytes().take_while(u8::is_ascii_digit).count());
    measured(number.parse().ok()?, unit)
}

/// `00:04:57`, `04:57`.
fn clock(word: &str) -> Option<Duration> {
    let parts: Vec<u64> = word.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let small = parts.iter().all(|part| *part < 100);
    let seconds = parts.iter().fold(0, |seconds, part| seconds * 60 + part);
    ((2..=3).contains(&parts.len()) && small).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_a_server_names_is_read() {
        let check = |words: &str, seconds: u64| {
            assert_eq!(Postponed::said(words.to_owned()).wait.as_secs(), seconds, "{words}");
        };
        check("451 4.7.1 Greylisting in action, please come back in 00:04:57", 297);
        check("450 4.2.0 Greylisted for 300 seconds, see http://postgrey.example/", 300);
        check("451 4.7.1 Greylisted, try again in 5 minutes.", 300);
        check("450 try again after 90s", 90);
        check("451 Please retry in 1 hour", 3600);
        check("451 4.7.1 Please try again later", 1800);
        check("450 rejected at 12:30:05 by mx3", 1800);
        check("421 4.7.0 only 20 messages in the last 10 minutes", 1800);
        check("451 come back in 2 seconds", 30);
        check("451 come back in 4000000000 hours", 24 * 3600);
        check("451 come back in 99:99:99:99", 1800);
        check("", 1800);
    }

    #[test]
    fn people_read_minutes() {
        let told = Postponed::said("450 Greylisted for 90 seconds".to_owned()).to_string();
        assert_eq!(told, "450 Greylisted for 90 seconds (ask again in 2 minutes)");
    }
}
