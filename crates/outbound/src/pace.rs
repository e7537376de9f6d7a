//! Not more calls in a time than a service takes.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// Lets callers pass one after the other, with so much time between the beginnings of two calls.
#[derive(Debug)]
pub struct Pace {
    spacing: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// So much time between two calls.
    #[must_use]
    pub fn new(spacing: Duration) -> Self {
        Self { spacing, next: Mutex::default() }
    }

    /// Waits for the turn.
    pub async fn turn(&self) {
        let mut next = self.next.lock().await;
        if let Some(turn) = *next {
            tokio::time::sleep_until(turn).await;
        }
        *next = Some(Instant::now() + self.spacing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn calls_keep_their_distance() {
        let (pace, start) = (Pace::new(Duration::from_millis(120)), Instant::now());
        let mut passed = Vec::new();
        for _ in 0..3 {
            pace.turn().await;
            passed.push(start.elapsed().as_millis());
        }
        tokio::time::advance(Duration::from_secs(1)).await;
        pace.turn().await;
        passed.push(start.elapsed().as_millis());
        assert_eq!(passed, [0, 120, 240, 1240]);
    }
}
