//! Who runs the futures of the page's signals. Taking over a document leaves hundreds of them, the first run of every effect
//! among them: in one go they would hold up whoever types or scrolls meanwhile, so they are run in short turns.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use any_spawner::{CustomExecutor, Executor, PinnedFuture, PinnedLocalFuture};
use js_sys::Date;
use leptos::prelude::set_timeout;
use wasm_bindgen_futures::spawn_local;

/// Milliseconds after which the browser may do something else.
const TURN: f64 = 8.0;

type Then = Box<dyn FnOnce()>;

thread_local! {
    /// Those that wait for a turn, until the last of them had one; after it each is run as it comes.
    static WAITING: RefCell<Option<Vec<PinnedLocalFuture<()>>>> = const { RefCell::new(Some(Vec::new())) };
}

struct InTurns;

impl CustomExecutor for InTurns {
    fn spawn(&self, future: PinnedFuture<()>) {
        self.spawn_local(future);
    }

    fn spawn_local(&self, future: PinnedLocalFuture<()>) {
        WAITING.with_borrow_mut(|waiting| match waiting {
            Some(waiting) => waiting.push(future),
            None => spawn_local(future),
        });
    }

    fn poll_local(&self) {}
}

/// Has futures wait until they are taken. To be called before the first of them.
pub(crate) fn begin() {
    // Somebody else's executor would run them at once, which is slower and no fault.
    _ = Executor::init_local_custom_executor(InTurns);
}

/// Does `then` in a task of its own.
pub(crate) fn next(then: Then) {
    set_timeout(then, Duration::ZERO);
}

/// Runs what waits, in the order in which it came, and then `then`.
pub(crate) fn take(then: Then) {
    next(Box::new(|| spawn_local(Turn { end: Date::now() + TURN, then: Some(then) })));
}

/// Runs one future whenever it comes round, behind what that one and those before it left to do.
struct Turn {
    end: f64,
    then: Option<Then>,
}

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if Date::now() < self.end {
            if let Some(future) = first_waiting() {
                spawn_local(future);
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            WAITING.set(None);
            if let Some(then) = self.then.take() {
                then();
            }
        } else if let Some(then) = self.then.take() {
            take(then);
        }
        Poll::Ready(())
    }
}

fn first_waiting() -> Option<PinnedLocalFuture<()>> {
    WAITING.with_borrow_mut(|waiting| {
        let waiting = waiting.as_mut()?;
        // They are some hundreds: moving the others up is nothing beside running one, and a queue weighs more.
        (!waiting.is_empty()).then(|| waiting.remove(0))
    })
}
