//! What the cache runs on: a clock that stands still until it is moved, and tasks that run one after the other.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use requery::Timestamp;
use requery::runtime::{Runtime, Task};

/// All peers begin at this moment.
const START: Timestamp = Timestamp::from_millis(1_000_000_000_000);

/// A single-threaded executor with a virtual clock. Clones share everything.
#[derive(Clone)]
pub struct Driver {
    clock: Arc<AtomicU64>,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    ready: VecDeque<Arc<Running>>,
    sleepers: BTreeMap<(Timestamp, u64), Waker>,
    sleeper: u64,
    random: u64,
}

/// A task, and the way back into the queue for who wakes it.
struct Running {
    task: Mutex<Option<Task>>,
    queue: Arc<Mutex<Shared>>,
}

impl Wake for Running {
    fn wake(self: Arc<Self>) {
        let queue = Arc::clone(&self.queue);
        lock(&queue).ready.push_back(self);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Driver {
    /// A driver on which no time has passed.
    #[must_use]
    pub fn new() -> Self {
        let shared = Shared { ready: VecDeque::new(), sleepers: BTreeMap::new(), sleeper: 0, random: 1 };
        Self { clock: Arc::new(AtomicU64::new(START.as_millis())), shared: Arc::new(Mutex::new(shared)) }
    }

    /// Runs tasks until none is ready.
    pub fn run_until_stalled(&self) {
        while self.run_one() {}
    }

    fn run_one(&self) -> bool {
        let Some(running) = lock(&self.shared).ready.pop_front() else { return false };
        // Woken more than once, or done: nothing is left to run.
        let Some(mut task) = lock(&running.task).take() else { return true };
        let waker = Waker::from(Arc::clone(&running));
        if task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            *lock(&running.task) = Some(task);
        }
        true
    }

    /// Runs tasks until the future is complete.
    ///
    /// # Panics
    ///
    /// When nothing is left that could complete it.
    #[expect(clippy::panic, reason = "a workload that cannot end has to fail")]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            if !self.run_one() {
                panic!("nothing is left to run, and the future is not complete");
            }
        }
    }

    /// Lets time pass: every timer fires at its own time, and tasks run between.
    pub fn advance(&self, duration: Duration) {
        let end = self.now().saturating_add(duration);
        self.run_until_stalled();
        while let Some(waker) = self.next_sleeper(end) {
            waker.wake();
            self.run_until_stalled();
        }
        self.set_now(end);
    }

    fn set_now(&self, now: Timestamp) {
        self.clock.store(now.as_millis(), Ordering::Relaxed);
    }

    fn next_sleeper(&self, end: Timestamp) -> Option<Waker> {
        let mut shared = lock(&self.shared);
        let (at, _) = *shared.sleepers.first_key_value().filter(|((at, _), _)| *at <= end)?.0;
        self.set_now(self.now().max(at));
        shared.sleepers.pop_first().map(|(_, waker)| waker)
    }
}

impl Default for Driver {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").field("now", &self.now()).finish_non_exhaustive()
    }
}

impl Runtime for Driver {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.load(Ordering::Relaxed))
    }

    fn spawn(&self, task: Task) {
        let running = Running { task: Mutex::new(Some(task)), queue: Arc::clone(&self.shared) };
        lock(&self.shared).ready.push_back(Arc::new(running));
    }

    fn sleep_until(&self, at: Timestamp) -> Task {
        let mut sleeper = Sleeper { driver: self.clone(), at, id: None };
        Box::pin(poll_fn(move |cx| sleeper.poll(cx)))
    }

    fn random(&self) -> u64 {
        let mut shared = lock(&self.shared);
        // A linear congruential generator: keys of mutations have to differ, not to be hard to guess.
        shared.random =
            shared.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        shared.random
    }
}

struct Sleeper {
    driver: Driver,
    at: Timestamp,
    id: Option<u64>,
}

impl Sleeper {
    fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        if self.driver.now() >= self.at {
            return Poll::Ready(());
        }
        let mut shared = lock(&self.driver.shared);
        let id = *self.id.get_or_insert_with(|| {
            shared.sleeper += 1;
            shared.sleeper
        });
        shared.sleepers.insert((self.at, id), cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            lock(&self.driver.shared).sleepers.remove(&(self.at, id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_from_timer_to_timer() {
        let driver = Driver::new();
        let seen = Arc::new(Mutex::new(Vec::new()));
        for wait in [20, 10] {
            let (of_task, seen) = (driver.clone(), Arc::clone(&seen));
            let sleep = driver.sleep_until(START.saturating_add(Duration::from_millis(wait)));
            driver.spawn(Box::pin(async move {
                sleep.await;
                lock(&seen).push(of_task.now().since(START).as_millis());
            }));
        }
        driver.advance(Duration::from_millis(15));
        assert_eq!(*lock(&seen), [10]);
        driver.advance(Duration::from_millis(15));
        assert_eq!(*lock(&seen), [10, 20]);
    }
}
