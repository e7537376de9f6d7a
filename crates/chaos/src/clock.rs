//! Time that passes when it is told to: hours of a page in minutes, however slow the machine.

use std::sync::Arc;
use std::time::Duration;

use requery::Timestamp;
use requery::runtime::{Runtime, Task, TokioRuntime};
use tokio::sync::watch;

/// The cache on tokio, with a clock of its own. Clones share everything.
#[derive(Clone)]
pub(crate) struct Compressed {
    tokio: Arc<TokioRuntime>,
    now: Arc<watch::Sender<Timestamp>>,
}

impl Compressed {
    /// On the runtime that the caller runs on.
    pub(crate) fn current() -> Self {
        let tokio = TokioRuntime::current();
        let now = watch::Sender::new(tokio.now());
        Self { tokio: Arc::new(tokio), now: Arc::new(now) }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.now.send_modify(|now| *now = now.saturating_add(by));
    }
}

impl Runtime for Compressed {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    fn spawn(&self, task: Task) {
        self.tokio.spawn(task);
    }

    fn sleep_until(&self, at: Timestamp) -> Task {
        let mut now = self.now.subscribe();
        Box::pin(async move {
            // It fails when the clock is gone, and nothing is due any more.
            let _ = now.wait_for(|now| *now >= at).await;
        })
    }

    fn random(&self) -> u64 {
        self.tokio.random()
    }
}
