//! Where the focus is, and giving it to something.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement};

/// Gives the element the focus, and leaves the page scrolled as it is.
pub(crate) fn focus_in_place(element: &HtmlElement) -> bool {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    element.focus_with_options(&options).is_ok()
}

/// Gives the focus to what the selector names, once the page shows what it shows by then. Whoever has moved it meanwhile
/// keeps it where it is.
pub(crate) fn focus_soon(selector: &'static str) {
    let before = document().active_element();
    request_animation_frame(move || {
        let was_moved = document().active_element() != before && !is_focus_nowhere();
        if let Some(element) = document().query_selector(selector).ok().flatten().filter(|_| !was_moved) {
            // A drawing takes the focus as any other element.
            focus_in_place(element.unchecked_ref::<HtmlElement>());
        }
    });
}

/// Whether nothing has the focus.
pub(crate) fn is_focus_nowhere() -> bool {
    document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}

/// Whether nothing has the focus that somebody gave it to: nothing at all, or the title of a page that has just come.
pub(crate) fn is_focus_free() -> bool {
    let is_title = |active: Element| active.has_attribute("data-page-title");
    is_focus_nowhere() || document().active_element().is_some_and(is_title)
}
