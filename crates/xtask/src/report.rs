//! The time of each step, and figures for people.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::{Deserialize, Serialize};

/// The steps of a command, announced as they start and timed.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    steps: Vec<Timing>,
}

/// How long a step took.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Timing {
    pub(crate) name: String,
    pub(crate) seconds: f64,
}

impl Timeline {
    /// Runs one step and notes its time when it succeeds.
    pub(crate) fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        announce(name);
        let start = Instant::now();
        let value = work()?;
        let took = start.elapsed();
        eprintln!("    {name}: {}", duration(took));
        self.steps.push(Timing { name: name.to_owned(), seconds: took.as_secs_f64() });
        Ok(value)
    }

    /// What was timed so far.
    pub(crate) fn timings(&self) -> &[Timing] {
        &self.steps
    }

    /// One line per step and the sum.
    pub(crate) fn summary(&self) -> String {
        let width = self.steps.iter().map(|step| step.name.len()).max().unwrap_or(0).max("total".len());
        let total: f64 = self.steps.iter().map(|step| step.seconds).sum();
        let line = |name: &str, seconds: f64| {
            format!("  {name:<width$}  {:>10}\n", duration(Duration::from_secs_f64(seconds)))
        };
        let mut text: String = self.steps.iter().map(|step| line(&step.name, step.seconds)).collect();
        text.push_str(&line("total", total));
        text
    }
}

/// Says that a step begins.
pub(crate) fn announce(name: &str) {
    eprintln!("==> {name}");
}

/// `850 ms`, `12.3 s`, `2 min 05 s`.
pub(crate) fn duration(time: Duration) -> String {
    let millis = time.as_millis();
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{:.1} s", time.as_secs_f64()),
        _ => format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

/// `12.3 ms`.
pub(crate) fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// `512 B`, `12.3 kB`, `1.50 MB`; a kilobyte is 1,000 bytes.
pub(crate) fn bytes(count: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people, rounded anyway")]
    let value = count as f64;
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.1} kB", value / 1e3),
        _ => format!("{:.2} MB", value / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_naturally() {
        assert_eq!(duration(Duration::from_millis(850)), "850 ms");
        assert_eq!(duration(Duration::from_millis(12_340)), "12.3 s");
        assert_eq!(duration(Duration::from_secs(125)), "2 min 05 s");
        assert_eq!(millis(Duration::from_micros(12_340)), "12.3 ms");
    }

    #[test]
    fn sizes_are_decimal() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(250_000), "250.0 kB");
        assert_eq!(bytes(1_500_000), "1.50 MB");
    }

    #[test]
    fn a_failed_step_is_not_timed() {
        let mut timeline = Timeline::default();
        timeline.step("one", || Ok(())).unwrap();
        let failed: Result<()> = timeline.step("two", || anyhow::bail!("no"));
        assert!(failed.is_err());
        assert_eq!(timeline.timings().len(), 1);
        assert!(timeline.summary().contains("total"));
    }
}
