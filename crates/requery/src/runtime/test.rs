//! The driver for tests: a virtual clock, and tasks that run when the test says so.

use crate::sync::{Mutex, MutexGuard};
use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::{Runtime, Task, split_mix};
use crate::Timestamp;

/// Runs the cache on a virtual clock, one task at a time.
///
/// Time only passes in [`TestRuntime::advance`] and, as far as it has to, in [`TestRuntime::block_on`]. Tasks run only in these
/// and in [`TestRuntime::run_until_stalled`]; in the order in which they became ready, or in one that a seed decides. Clones
/// share everything.
///
/// ```
/// use std::time::Duration;
/// use requery::runtime::{Runtime, TestRuntime};
///
/// let runtime = TestRuntime::new();
/// let start = runtime.now();
/// runtime.block_on(runtime.sleep(Duration::from_secs(3600)));
/// assert_eq!(runtime.now().since(start), Duration::from_secs(3600));
/// ```
#[derive(Clone)]
pub struct TestRuntime {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    now: Timestamp,
    next_id: u64,
    tasks: BTreeMap<u64, Option<Task>>,
    ready: Vec<u64>,
    sleepers: BTreeMap<(Timestamp, u64), Waker>,
    order: Option<u64>,
    random: u64,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct TaskWaker {
    id: u64,
    shared: Arc<Shared>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let mut inner = self.shared.lock();
        if inner.tasks.contains_key(&self.id) && !inner.ready.contains(&self.id) {
            inner.ready.push(self.id);
        }
    }
}

impl TestRuntime {
    /// A driver that runs tasks in the order in which they become ready. Its clock stands at a fixed moment.
    #[must_use]
    pub fn new() -> Self {
        let shared = Arc::<Shared>::default();
        shared.lock().now = Timestamp::from_millis(1_000_000_000_000);
        Self { shared }
    }

    /// A driver that runs ready tasks in an order that depends on the seed alone.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let runtime = Self::new();
        runtime.shared.lock().order = Some(seed);
        runtime
    }

    /// Completes after `duration` of virtual time.
    pub fn sleep(&self, duration: Duration) -> Task {
        self.sleep_until(self.now().saturating_add(duration))
    }

    /// Runs tasks until none of them is ready. No time passes.
    pub fn run_until_stalled(&self) {
        while let Some((id, task)) = self.take_ready() {
            self.poll(id, task);
        }
    }

    /// Lets `duration` pass: every timer fires at its own time, and tasks run between.
    pub fn advance(&self, duration: Duration) {
        let end = self.now().saturating_add(duration);
        self.run_until_stalled();
        while self.fire_next_timer(end) {
            self.run_until_stalled();
        }
        self.shared.lock().now = end;
    }

    /// Runs until the future completes, and lets time pass from timer to timer where it has to.
    ///
    /// # Panics
    ///
    /// If nothing is left that could ever complete it.
    #[expect(clippy::panic, reason = "a test that waits for something that cannot happen has to fail")]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            if let Some((id, task)) = self.take_ready() {
                self.poll(id, task);
            } else if !self.fire_next_timer(Timestamp::from_millis(u64::MAX)) {
                panic!("nothing is left to run, and the future is not complete");
            }
        }
    }

    /// Tasks that have not ended.
    #[must_use]
    pub fn task_count(&self) -> usize {
        self.shared.lock().tasks.len()
    }

    fn take_ready(&self) -> Option<(u64, Task)> {
        let mut inner = self.shared.lock();
        while !inner.ready.is_empty() {
            let count = inner.ready.len() as u64;
            let at = inner.order.as_mut().map_or(0, |seed| split_mix(seed) % count);
            let id = inner.ready.remove(usize::try_from(at).unwrap_or_default());
            if let Some(task) = inner.tasks.get_mut(&id).and_then(Option::take) {
                return Some((id, task));
            }
        }
        None
    }

    fn poll(&self, id: u64, mut task: Task) {
        let waker = Waker::from(Arc::new(TaskWaker { id, shared: Arc::clone(&self.shared) }));
        let outcome = task.as_mut().poll(&mut Context::from_waker(&waker));
        let mut inner = self.shared.lock();
        if outcome.is_pending() {
            inner.tasks.insert(id, Some(task));
        } else {
            inner.tasks.remove(&id);
            // What the task holds may come back to this driver when it is dropped.
            drop(inner);
            drop(task);
        }
    }

    fn fire_next_timer(&self, end: Timestamp) -> bool {
        let mut inner = self.shared.lock();
        let Some(((at, _), _)) = inner.sleepers.first_key_value().filter(|((at, _), _)| *at <= end) else {
            return false;
        };
        inner.now = inner.now.max(*at);
        let sleeper = inner.sleepers.pop_first();
        drop(inner);
        if let Some((_, waker)) = sleeper {
            waker.wake();
        }
        true
    }
}

impl Default for TestRuntime {
    fn default() -> Self {
        Self::new()
    }
}

impl Runtime for TestRuntime {
    fn now(&self) -> Timestamp {
        self.shared.lock().now
    }

    fn spawn(&self, task: Task) {
        let mut inner = self.shared.lock();
        inner.next_id += 1;
        let id = inner.next_id;
        inner.tasks.insert(id, Some(task));
        inner.ready.push(id);
    }

    fn sleep_until(&self, at: Timestamp) -> Task {
        let mut sleeper = Sleeper { shared: Arc::clone(&self.shared), at, id: None };
        Box::pin(poll_fn(move |cx| sleeper.poll(cx)))
    }

    fn random(&self) -> u64 {
        split_mix(&mut self.shared.lock().random)
    }
}

struct Sleeper {
    shared: Arc<Shared>,
    at: Timestamp,
    id: Option<u64>,
}

impl Sleeper {
    fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        let mut inner = self.shared.lock();
        if inner.now >= self.at {
            return Poll::Ready(());
        }
        let id = *self.id.get_or_insert_with(|| {
            inner.next_id += 1;
            inner.next_id
        });
        inner.sleepers.insert((self.at, id), cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.shared.lock().sleepers.remove(&(self.at, id));
        }
    }
}

impl fmt::Debug for TestRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.shared.lock();
        f.debug_struct("TestRuntime")
            .field("now", &inner.now)
            .field("tasks", &inner.tasks.len())
            .field("timers", &inner.sleepers.len())
            .finish_non_exhaustive()
    }
}
