//! Processor time and memory of this program, as the system counts them.

use std::time::{Duration, Instant};

/// Measures how long this thread works. Where the system counts processor time, what other programs of the machine do
/// meanwhile is left out.
pub(crate) struct Clock {
    processor: Option<Duration>,
    started: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { processor: processor_time(), started: Instant::now() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        let processor = self.processor.zip(processor_time()).map(|(before, now)| now.saturating_sub(before));
        processor.unwrap_or_else(|| self.started.elapsed())
    }
}

/// What this thread has worked: the first figure of Linux's `schedstat`.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Bytes of memory that this process has in use, where the system tells.
pub(crate) fn memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}
