//! Notices that appear over the page: what was done, and what failed away from where it was pressed.

use std::time::Duration;

use leptos::prelude::*;
use markup::{Node, keyed, view};

use crate::components::icon::{Icon, icon};
use crate::reaction::Var;

/// How long a notice of success stays; one of failure stays until it is closed.
const SHOWN_FOR: Duration = Duration::from_secs(6);
/// The most notices at once; the oldest makes way.
const AT_ONCE: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Toast {
    id: u32,
    failed: bool,
    text: String,
}

/// The notices of this page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Toasts {
    shown: Var<Vec<Toast>>,
    next: Var<u32>,
}

/// Puts the notices in place.
pub(crate) fn provide_toasts() -> Toasts {
    let toasts = Toasts { shown: Var::new(Vec::new()), next: Var::new(0) };
    provide_context(toasts);
    toasts
}

/// The notices of this page.
pub(crate) fn use_toasts() -> Toasts {
    use_context().unwrap_or_else(provide_toasts)
}

impl Toasts {
    /// Says that something was done, for a while.
    pub(crate) fn done(self, text: impl Into<String>) {
        let id = self.add(text.into(), false);
        set_timeout(move || self.close(id), SHOWN_FOR);
    }

    /// Says that something failed, until it is closed.
    pub(crate) fn failed(self, text: impl Into<String>) {
        self.add(text.into(), true);
    }

    fn add(self, text: String, failed: bool) -> u32 {
        let id = self.next.get_untracked();
        self.next.set(id.wrapping_add(1));
        self.shown.update(|shown| {
            shown.retain(|toast| toast.text != text);
            shown.push(Toast { id, failed, text });
            if shown.len() > AT_ONCE {
                shown.remove(0);
            }
        });
        id
    }

    fn close(self, id: u32) {
        self.shown.update(|shown| shown.retain(|toast| toast.id != id));
    }
}

/// The region of the notices; it is on the page from the start, so that readers announce what enters it.
pub(crate) fn toast_region(toasts: Toasts) -> Node {
    view! {
        <div class="toasts" role="status" aria-live="polite" aria-label="Notices">
            {keyed(move || toasts.shown.get(), |toast| (toast.id.into(), 0), move |toast| toast_view(toasts, toast))}
        </div>
    }
}

fn toast_view(toasts: Toasts, toast: Toast) -> Node {
    let (class, mark) =
        if toast.failed { ("toast toast--failed", Icon::Alert) } else { ("toast", Icon::Check) };
    view! {
        <div class=class>
            {icon(mark)}
            <p>{toast.text}</p>
            <button type="button" class="btn btn--quiet btn--icon" aria-label="Close notice"
                on:click=move |_| toasts.close(toast.id)>{icon(Icon::Close)}</button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(toasts: Toasts) -> Vec<String> {
        toasts.shown.get_untracked().into_iter().map(|toast| toast.text).collect()
    }

    #[test]
    fn failures_stay_until_they_are_closed_and_the_oldest_makes_way() {
        Owner::new().with(|| {
            let toasts = provide_toasts();
            for number in 1..=5 {
                use_toasts().failed(format!("failure {number}"));
            }
            assert_eq!(texts(toasts), ["failure 2", "failure 3", "failure 4", "failure 5"]);
            toasts.close(toasts.shown.get_untracked()[1].id);
            assert_eq!(texts(toasts), ["failure 2", "failure 4", "failure 5"]);
        });
    }

    #[test]
    fn what_is_said_again_is_said_once_and_last() {
        Owner::new().with(|| {
            let toasts = use_toasts();
            for text in ["it failed", "another", "it failed"] {
                toasts.failed(text);
            }
            assert_eq!(texts(toasts), ["another", "it failed"]);
            let ids: Vec<_> = toasts.shown.get_untracked().iter().map(|toast| toast.id).collect();
            assert_eq!(ids, [1, 2], "a reader announces it anew");
        });
    }
}
