//! Notices that offer to undo what they say, in the middle below the page.

use std::time::Duration;

use leptos::prelude::*;
use markup::{Node, keyed, view};

use crate::components::icon::{Icon, icon};
use crate::reaction::Var;

/// How long an offer stands.
const STANDS_FOR: Duration = Duration::from_secs(8);
/// One that somebody points at or has the focus in stays, and is looked at again after this.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// The most at once; the oldest makes way.
const AT_ONCE: usize = 3;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Offer {
    id: u32,
    text: String,
}

/// Told once how an offer ended: whether it was taken.
type End = Box<dyn FnOnce(bool) + Send + Sync>;

/// The offers of this page.
#[derive(Clone, Copy)]
pub(super) struct Offers {
    shown: Var<Vec<Offer>>,
    next: StoredValue<u32>,
    /// Somebody points at one, or has the focus in one.
    is_looked_at: StoredValue<bool>,
    ends: StoredValue<Vec<(u32, End)>>,
}

impl Offers {
    pub(super) fn new() -> Self {
        Self {
            shown: Var::new(Vec::new()),
            next: StoredValue::new(0),
            is_looked_at: StoredValue::new(false),
            ends: StoredValue::new(Vec::new()),
        }
    }

    /// Says that something was done and offers to undo it for a while; `end` is told whether that was wanted, when the
    /// notice goes, whatever it goes for.
    pub(super) fn make(self, text: String, end: impl FnOnce(bool) + Send + Sync + 'static) {
        let id = self.add(text, Box::new(end));
        self.end_after(id, STANDS_FOR);
    }

    /// Takes the latest offer; whether there is one.
    pub(super) fn undo(self) -> bool {
        let latest = self.shown.with_untracked(|shown| shown.last().map(|offer| offer.id));
        latest.inspect(|id| self.end(*id, true)).is_some()
    }

    /// No offer stands any more: nobody will be there to take one.
    pub(super) fn end_all(self) {
        let all = self.shown.with_untracked(|shown| shown.iter().map(|offer| offer.id).collect::<Vec<_>>());
        all.into_iter().for_each(|id| self.end(id, false));
    }

    fn add(self, text: String, end: End) -> u32 {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.ends.update_value(|ends| ends.push((id, end)));
        self.shown.update(|shown| shown.push(Offer { id, text }));
        let oldest = self.shown.with_untracked(|shown| (shown.len() > AT_ONCE).then(|| shown[0].id));
        if let Some(oldest) = oldest {
            self.end(oldest, false);
        }
        id
    }

    fn end_after(self, id: u32, wait: Duration) {
        let end = move || match self.is_looked_at.try_get_value() {
            Some(true) => self.end_after(id, LOOK_AGAIN),
            Some(false) => self.end(id, false),
            None => (),
        };
        set_timeout(end, wait);
    }

    fn end(self, id: u32, is_taken: bool) {
        self.shown.update(|shown| shown.retain(|offer| offer.id != id));
        // What is gone is looked at by nobody, and says no more that the hand left it.
        self.is_looked_at.set_value(false);
        let take = |ends: &mut Vec<(u32, End)>| {
            let place = ends.iter().position(|(offered, _)| *offered == id)?;
            Some(ends.remove(place).1)
        };
        // Called when nothing is held: what ends may offer something else.
        if let Some(end) = self.ends.try_update_value(take).flatten() {
            end(is_taken);
        }
    }

    /// The region of the offers, from which readers announce what enters it.
    pub(super) fn view(self) -> Node {
        let looked_at = move |is_looked_at: bool| self.is_looked_at.set_value(is_looked_at);
        view! {
            <div class="toasts offers" role="status" aria-live="polite" aria-label="Undo"
                on:pointerover=move |_| looked_at(true) on:pointerleave=move |_| looked_at(false)
                on:focusin=move |_| looked_at(true) on:focusout=move |_| looked_at(false)>
                {keyed(move || self.shown.get(), |offer| (offer.id.into(), 0), move |offer| self.offer(offer))}
            </div>
        }
    }

    fn offer(self, Offer { id, text }: Offer) -> Node {
        view! {
            <div class="toast">
                {icon(Icon::Check)}
                <p>{text}</p>
                <div class="toast__actions">
                    <button type="button" class="btn" on:click=move |_| self.end(id, true)>"Undo"</button>
                    <button type="button" class="btn btn--quiet btn--icon" aria-label="Close notice"
                        on:click=move |_| self.end(id, false)>{icon(Icon::Close)}</button>
                </div>
            </div>
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What became of offers, in the order in which they ended.
    #[derive(Clone, Default)]
    struct Ends(Arc<Mutex<Vec<(u32, bool)>>>);

    impl Ends {
        /// Makes an offer that is not ended by time: timers need a browser.
        fn offer(&self, offers: Offers, text: &str) -> u32 {
            let (ends, id) = (self.clone(), offers.next.get_value());
            let end = move |is_taken| ends.0.lock().unwrap().push((id, is_taken));
            offers.add(text.to_owned(), Box::new(end))
        }

        fn take(&self) -> Vec<(u32, bool)> {
            std::mem::take(&mut *self.0.lock().unwrap())
        }
    }

    #[test]
    fn an_offer_ends_once_whatever_its_notice_goes_for() {
        Owner::new().with(|| {
            let (offers, ends) = (Offers::new(), Ends::default());
            assert!(!offers.undo(), "nothing can be undone");
            let first = ends.offer(offers, "deleted A");
            let second = ends.offer(offers, "deleted B");
            assert!(offers.undo());
            assert_eq!(ends.take(), [(second, true)], "the latest one is undone");
            offers.end(second, false);
            assert!(ends.take().is_empty(), "that one has ended");
            let rest = ["deleted A", "C", "D"].map(|text| ends.offer(offers, text));
            assert_eq!(ends.take(), [(first, false)], "there was no room");
            offers.end_all();
            assert_eq!(ends.take(), rest.map(|id| (id, false)));
            assert!(offers.shown.get_untracked().is_empty());
        });
    }
}
