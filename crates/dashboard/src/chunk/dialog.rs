//! A dialog that is a chunk of its own, loaded when somebody opens it the first time.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use markup::{Node, view};
use web_sys::HtmlDialogElement;

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

    /// What stands in its place tells that it was closed.
    pub(crate) fn closed(self, event: &web_sys::Event) {
        if stays_closed(event) {
            self.shown.set(false);
        }
    }

    /// Where it stands in the document while it is open.
    pub(crate) fn place(self) -> Node {
        view! { {move || (self.shown.try_get() == Some(true)).then(|| page(self.chunk))} }
    }
}

/// Whether the dialog that tells of its closing is closed still: it tells a moment later, and may be open again by then.
pub(crate) fn stays_closed(event: &web_sys::Event) -> bool {
    let dialog = event.target().and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok());
    dialog.is_some_and(|dialog| dialog.is_connected() && !dialog.open())
}
