//! The driver for multi-threaded servers.

use crate::sync::Mutex;
use std::sync::PoisonError;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::runtime::Handle;
use tokio::time::{Duration, Instant};

use super::{Runtime, Task, split_mix};
use crate::Timestamp;

/// Runs the cache on a tokio runtime.
///
/// ```
/// use requery::{QueryClient, runtime::TokioRuntime};
///
/// # tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap().block_on(async {
/// let client = QueryClient::server(TokioRuntime::current());
/// # drop(client);
/// # });
/// ```
#[derive(Debug)]
pub struct TokioRuntime {
    handle: Handle,
    // The wall clock at one instant; from there on a clock that never goes back.
    epoch: (Timestamp, Instant),
    seed: Mutex<u64>,
}

impl TokioRuntime {
    /// A driver on the given runtime, which needs its timer enabled.
    #[must_use]
    pub fn new(handle: Handle) -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = Timestamp::ZERO.saturating_add(since_epoch);
        let seed = u64::from(since_epoch.subsec_nanos()) ^ now.as_millis().rotate_left(32);
        Self { handle, epoch: (now, Instant::now()), seed: Mutex::new(seed) }
    }

    /// A driver on the runtime that the caller runs on.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn current() -> Self {
        Self::new(Handle::current())
    }
}

impl Runtime for TokioRuntime {
    fn now(&self) -> Timestamp {
        self.epoch.0.saturating_add(Duration::from_millis(
            u64::try_from(self.epoch.1.elapsed().as_millis()).unwrap_or(u64::MAX),
        ))
    }

    fn spawn(&self, task: Task) {
        self.handle.spawn(task);
    }

    fn sleep_until(&self, at: Timestamp) -> Task {
        let _entered = self.handle.enter();
        Box::pin(tokio::time::sleep(at.since(self.now())))
    }

    fn random(&self) -> u64 {
        split_mix(&mut self.seed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
