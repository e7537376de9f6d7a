//! Effects of one type, and how a page that is being taken over runs them.

use std::cell::RefCell;

use leptos::prelude::{ArcRwSignal, Effect, Get};

thread_local! {
    /// What the effects wait for that were made while the page is taken over, in their order.
    static TURNS: RefCell<Option<Vec<ArcRwSignal<bool>>>> = const { RefCell::new(None) };
}

/// Runs the closure after the page is there, and again whenever a signal that it read has changed. While effects are held
/// (`hold_effects`, in the browser), it waits for its turn.
///
/// It is boxed because Leptos compiles its machinery of an effect once for every type of closure, and each query and
/// mutation is such a type.
pub fn react(mut react: Box<dyn FnMut()>) {
    let mut turn = TURNS.with_borrow_mut(|turns| {
        let turn = ArcRwSignal::new(false);
        turns.as_mut()?.push(turn.clone());
        Some(turn)
    });
    Effect::new(move |_: Option<()>| {
        if turn.as_ref().is_none_or(Get::get) {
            turn = None;
            react();
        }
    });
}

#[cfg(target_arch = "wasm32")]
pub use in_browser::{hold_effects, release_effects};

#[cfg(target_arch = "wasm32")]
mod in_browser {
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use js_sys::Date;
    use leptos::prelude::{ArcRwSignal, Set, set_timeout};
    use leptos::task::spawn_local;

    use super::TURNS;

    /// Milliseconds after which the browser may do something else.
    const TURN: f64 = 8.0;

    type Then = Box<dyn FnOnce()>;

    /// Has every effect that [`react`](super::react) makes wait until `release_effects`. Taking over a document leaves many of
    /// them, and in one go they would hold up whoever types or scrolls meanwhile.
    pub fn hold_effects() {
        TURNS.set(Some(Vec::new()));
    }

    /// Runs the effects that were held, one after the other, in tasks of a few milliseconds, and then `then`. From there on
    /// effects run as they come.
    pub fn release_effects(then: Then) {
        set_timeout(|| spawn_local(Turn { end: Date::now() + TURN, then: Some(then) }), Duration::ZERO);
    }

    /// Lets one effect run whenever it comes round, behind what that one and those before it left to do.
    struct Turn {
        end: f64,
        then: Option<Then>,
    }

    impl Future for Turn {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            if Date::now() < self.end {
                if let Some(turn) = first() {
                    turn.set(true);
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                TURNS.set(None);
                if let Some(then) = self.then.take() {
                    then();
                }
            } else if let Some(then) = self.then.take() {
                release_effects(then);
            }
            Poll::Ready(())
        }
    }

    fn first() -> Option<ArcRwSignal<bool>> {
        TURNS.with_borrow_mut(|turns| {
            let turns = turns.as_mut()?;
            // They are some dozens: a queue weighs more than moving the others up takes.
            (!turns.is_empty()).then(|| turns.remove(0))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use any_spawner::Executor;
    use leptos::prelude::{Owner, Set};

    use super::*;

    #[test]
    fn an_effect_that_is_held_waits_for_its_turn() {
        // Tests of one process share it; all but the first find it set.
        let _ = Executor::init_futures_executor();
        let (owner, signal) = (Owner::new(), ArcRwSignal::new(1));
        let seen: Arc<Mutex<Vec<i32>>> = Arc::default();
        let check = |expect: &[i32]| {
            Executor::poll_local();
            assert_eq!(*seen.lock().unwrap(), expect);
        };
        TURNS.set(Some(Vec::new()));
        let (followed, told) = (signal.clone(), Arc::clone(&seen));
        owner.with(|| react(Box::new(move || told.lock().unwrap().push(followed.get()))));
        check(&[]);
        signal.set(2);
        check(&[]);
        let turns = TURNS.take().unwrap();
        assert_eq!(turns.len(), 1);
        turns[0].set(true);
        check(&[2]);
        signal.set(3);
        check(&[2, 3]);
    }
}
