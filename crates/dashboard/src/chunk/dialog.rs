//! A dialog that is a chunk of its own, loaded when somebody opens it the first time.

use leptos::prelude::*;
use markup::{Node, view};

use super::{page, when_loaded};
use crate::reaction::Var;
use crate::shortcuts::is_dialog_open;
use crate::toast::Toasts;

/// The dialog, open or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoadedDialog {
    chunk: &'static str,
    shown: Var<bool>,
    toasts: Toasts,
}

impl LoadedDialog {
    /// A dialog that the chunk of this name makes; closed.
    pub(crate) fn new(chunk: &'static str) -> Self {
        Self { chunk, shown: Var::new(false), toasts: expect_context() }
    }

    /// Opens it once its chunk is there.
    pub(crate) fn open(self) {
        when_loaded(self.chunk, move |is_there| match is_there {
            // Another one may have been opened meanwhile.
            true if !is_dialog_open() => self.shown.set(true),
            true => (),
            false => self.toasts.failed("This did not load. Try again, or reload the page."),
        });
    }

    /// It was closed.
    pub(crate) fn closed(self) {
        self.shown.set(false);
    }

    /// Where it stands in the document while it is open.
    pub(crate) fn place(self) -> Node {
        view! { {move || (self.shown.try_get() == Some(true)).then(|| page(self.chunk))} }
    }
}
