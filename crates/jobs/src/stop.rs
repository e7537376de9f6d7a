use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

/// Why a running handler is asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// Somebody cancelled the job.
    Cancelled,
    /// The runner shuts down; the job goes back into the queue.
    Shutdown,
    /// Another runner may hold the job by now: nothing may be written.
    LeaseLost,
}

/// Asks a running handler to stop, once. The first reason stands.
#[derive(Clone, Debug, Default)]
pub struct StopSignal {
    token: CancellationToken,
    reason: Arc<OnceLock<StopReason>>,
}

impl StopSignal {
    /// A signal that nobody has given.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the signal; without effect when it was given before.
    pub fn request(&self, reason: StopReason) {
        if self.reason.set(reason).is_ok() {
            self.token.cancel();
        }
    }

    /// The reason, once the signal was given.
    #[must_use]
    pub fn reason(&self) -> Option<StopReason> {
        self.reason.get().copied()
    }

    /// Whether the signal was given.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.reason.get().is_some()
    }

    /// Waits until the signal is given; at once when it was.
    pub async fn requested(&self) {
        self.token.cancelled().await;
    }

    /// A token that is cancelled with the signal, for code that knows nothing of jobs.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_reason_stands() {
        let stop = StopSignal::new();
        assert_eq!((stop.reason(), stop.is_requested()), (None, false));
        stop.request(StopReason::LeaseLost);
        stop.request(StopReason::Shutdown);
        stop.requested().await;
        assert_eq!(stop.reason(), Some(StopReason::LeaseLost));
        assert!(stop.token().is_cancelled());
    }
}
