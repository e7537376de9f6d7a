//! The abort signal of a fetch.

use crate::sync::Mutex;
use std::fmt;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::{Poll, Waker};

/// Tells a query function that its result is no longer wanted.
///
/// Taking the signal from [`crate::QueryContext::signal`] is what makes a fetch abortable: only then does removing
/// the last observer cancel it. A fetch whose signal nobody took runs on, and its result is cached.
#[derive(Clone)]
pub struct AbortSignal {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    aborted: AtomicBool,
    wakers: Mutex<Vec<Waker>>,
}

impl AbortSignal {
    pub(crate) fn new() -> Self {
        Self { shared: Arc::default() }
    }

    /// Whether the fetch was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.shared.aborted.load(Ordering::Acquire)
    }

    /// Completes when the fetch is cancelled; never completes otherwise.
    pub async fn cancelled(&self) {
        poll_fn(|cx| {
            if self.is_cancelled() {
                return Poll::Ready(());
            }
            self.remember(cx.waker());
            // The abort may have come between the check and the registration.
            if self.is_cancelled() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    fn remember(&self, waker: &Waker) {
        let mut wakers = self.shared.wakers.lock().unwrap_or_else(PoisonError::into_inner);
        if !wakers.iter().any(|known| known.will_wake(waker)) {
            wakers.push(waker.clone());
        }
    }

    pub(crate) fn abort(&self) {
        self.shared.aborted.store(true, Ordering::Release);
        let wakers = std::mem::take(&mut *self.shared.wakers.lock().unwrap_or_else(PoisonError::into_inner));
        for waker in wakers {
            waker.wake();
        }
    }
}

impl fmt::Debug for AbortSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortSignal").field("is_cancelled", &self.is_cancelled()).finish()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn everybody_who_waits_is_woken_by_one_abort() {
        let signal = AbortSignal::new();
        let (first, second) = (signal.clone(), signal.clone());
        let both = futures::future::join(first.cancelled(), second.cancelled());
        assert!(!signal.is_cancelled());
        signal.abort();
        assert!(both.now_or_never().is_some());
        assert!(signal.is_cancelled());
    }

    #[test]
    fn without_an_abort_the_wait_never_ends() {
        assert!(AbortSignal::new().cancelled().now_or_never().is_none());
    }
}
