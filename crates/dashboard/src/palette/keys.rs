//! What the keyboard does, as a list.

use leptos::html::Dialog;
use leptos::prelude::*;
use markup::{Node, view};

use super::Palette;
use crate::components::icon::{Icon, icon};
use crate::reaction::react;

const KEYS: [(&str, &str); 20] = [
    ("Ctrl or ⌘ K", "Command palette"),
    ("/", "Search or filter"),
    ("n", "New search for leads"),
    ("g then o", "Overview"),
    ("g then f", "Find"),
    ("g then l", "Leads"),
    ("g then e", "Enrichment"),
    ("g then j", "Jobs"),
    ("j or ↓", "Next row of the list"),
    ("k or ↑", "Previous row of the list"),
    ("Page Up, Page Down", "A screen of rows up, down, from a row of the table"),
    ("Home, End", "First, last row of the table"),
    ("Enter", "Open the row, or change the cell"),
    ("← → F2", "Cells of the row; change one in its place"),
    ("x", "Select the row; Shift with ↑ or ↓ selects on"),
    ("Ctrl or ⌘ A", "Select what is on screen, then all"),
    ("Delete", "Delete what is selected, or the row"),
    ("Ctrl or ⌘ Z", "Undo a deletion"),
    ("t", "The numbers of a chart as a table"),
    ("?", "This list"),
];

/// The dialog. It opens as soon as it stands in the document.
pub(super) fn keys_dialog(palette: Palette) -> Node {
    let dialog = NodeRef::<Dialog>::new();
    react(move || {
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            // An element that is not in the document cannot be opened; there is nothing to do about it.
            _ = dialog.show_modal();
        }
    });
    let rows = KEYS.map(|(key, does)| {
        view! { <div class="keys__row"><dt><kbd>{key}</kbd></dt><dd>{does}</dd></div> }
    });
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="shortcuts-title" on:close=move |event| palette.place.closed(&event)>
            <form method="dialog" class="dialog__head">
                <h2 id="shortcuts-title">"Keyboard shortcuts"</h2>
                <button class="btn btn--quiet btn--icon" aria-label="Close">{icon(Icon::Close)}</button>
            </form>
            <dl class="keys">{rows.into_iter().collect::<Node>()}</dl>
        </dialog>
    }
}
