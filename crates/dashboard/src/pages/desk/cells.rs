//! The cells of a row that can be changed in their place, and the way through them by keys.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::components::focus::focus_in_place;

/// The row's link, which names it, and the cells that can be changed.
const STOPS: &str = "[data-row],.cell--city,.cell--phone,.cell--website,.cell--email";

/// Whether a cell has the focus.
pub(super) fn is_focused() -> bool {
    document().active_element().is_some_and(|active| active.tag_name() == "TD")
}

/// Moves the focus to the next cell of its row, or the one before; whether it was in a row.
pub(super) fn step(forward: bool) -> bool {
    let Some(active) = document().active_element() else { return false };
    let Some(row) = active.closest("tr.row").ok().flatten() else { return false };
    let Ok(found) = row.query_selector_all(STOPS) else { return false };
    let stops = (0..found.length()).filter_map(|place| found.item(place)?.dyn_into::<HtmlElement>().ok());
    // A narrow screen does without some.
    let stops: Vec<HtmlElement> = stops.filter(|stop| stop.offset_width() > 0).collect();
    let here = stops.iter().position(|stop| *stop.unchecked_ref::<Element>() == active);
    let next = match here {
        Some(here) if forward => here + 1,
        Some(here) => here.wrapping_sub(1),
        None => 0,
    };
    let Some(stop) = stops.get(next) else { return true };
    if stop.tag_name() == "TD" {
        stop.set_tab_index(-1);
    }
    focus_in_place(stop)
}
