//! The command palette, and the dialog that lists what the keyboard does: what opens them. All else of them is a chunk, loaded
//! the first time that somebody wants one.

mod dialog;
mod entries;
mod keys;
mod matching;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use markup::{Node, view};

use crate::chunk::LoadedDialog;
use crate::components::icon::{Icon, icon};
use crate::reaction::Var;
use crate::shortcuts::is_dialog_open;

/// The name of its chunk.
pub(crate) const CHUNK: &str = "palette";

/// The palette, to be opened by key and by button. In its place the list of keys is opened, too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    place: LoadedDialog,
    lists_keys: Var<bool>,
}

/// Puts the palette in place, closed.
pub(crate) fn provide_palette() -> Palette {
    let palette = Palette { place: LoadedDialog::new(CHUNK), lists_keys: Var::new(false) };
    provide_context(palette);
    palette
}

impl Palette {
    /// Opens it where the key is its own; whether it is. In the palette itself the same key closes it.
    pub(crate) fn press(self, event: &KeyboardEvent) -> bool {
        let is_own = is_own_key(event);
        if is_own && !is_dialog_open() {
            event.prevent_default();
            self.open(false);
        }
        is_own
    }

    /// Opens the list of what the keyboard does.
    pub(crate) fn list_keys(self) {
        self.open(true);
    }

    fn open(self, lists_keys: bool) {
        self.lists_keys.set(lists_keys);
        self.place.open();
    }
}

/// Ctrl or Command with K, and no other key.
fn is_own_key(event: &KeyboardEvent) -> bool {
    let modified = event.ctrl_key() != event.meta_key() && !event.alt_key() && !event.shift_key();
    modified && event.key() == "k"
}

/// The button that opens it.
pub(crate) fn palette_button(palette: Palette) -> Node {
    view! {
        <button type="button" class="btn jump needs-script" aria-haspopup="dialog" aria-keyshortcuts="Control+K Meta+K"
            title="Command palette (Ctrl or ⌘ K)" on:click=move |_| palette.open(false)>
            {icon(Icon::Search)}
            <span class="jump__name">"Jump to"</span>
            <kbd aria-hidden="true">"Ctrl K"</kbd>
        </button>
    }
}

/// Where it stands in the document, while it is open.
pub(crate) fn palette_place(palette: Palette) -> Node {
    palette.place.place()
}

/// What was opened.
pub(crate) fn dialogs() -> Node {
    let palette: Palette = expect_context();
    if palette.lists_keys.get_untracked() {
        keys::keys_dialog(palette)
    } else {
        dialog::palette_dialog(palette)
    }
}

/// Presses the control that the selector names; whether there is one.
pub(crate) fn press(selector: &str) -> bool {
    let control = document().query_selector(selector).ok().flatten();
    let control = control.and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok());
    control.as_ref().map(web_sys::HtmlElement::click).is_some()
}
