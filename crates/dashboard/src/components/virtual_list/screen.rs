//! The browser's part of a long list: what is on screen, scrolling, and the focus.

use leptos::html::Tbody;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlTableCellElement, ScrollRestoration};

use super::window::Sight;
use crate::components::focus::focus_in_place;

/// What a row's `aria-rowindex` counts before its place: rows are counted from 1, and the head is the first.
pub(crate) const ROWS_BEFORE: u32 = 2;

/// The element around the rows, while it is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body(NodeRef<Tbody>);

impl Body {
    pub(super) fn new() -> Self {
        Self(NodeRef::new())
    }

    /// What to put the element into.
    pub(crate) fn reference(self) -> NodeRef<Tbody> {
        self.0
    }

    fn element(self) -> Option<Element> {
        Some(self.0.try_get_untracked()??.unchecked_into())
    }

    /// What is on screen of the `rows` that the element stands for.
    pub(super) fn sight(self, rows: u32) -> Option<Sight> {
        let place = self.element()?.get_bounding_client_rect();
        let screen = window().inner_height().ok()?.as_f64()?;
        Sight::of(place.top(), place.height(), rows, screen)
    }

    /// The place of the row around `element`, if it is one of the list's.
    pub(super) fn place_of(self, element: &Element) -> Option<u32> {
        let row = element.closest("[aria-rowindex]").ok().flatten()?;
        let index: u32 = row.get_attribute("aria-rowindex")?.parse().ok()?;
        self.element()?.contains(Some(&row)).then(|| index.checked_sub(ROWS_BEFORE)).flatten()
    }

    /// The place of the row that has the focus.
    pub(super) fn focused(self) -> Option<u32> {
        self.element()?;
        self.place_of(&document().active_element()?)
    }

    /// What of its row has the focus.
    pub(super) fn aim(self) -> Aim {
        let cell = document().active_element().filter(|active| active.tag_name() == "TD");
        Aim(cell.map(|cell| cell.unchecked_into::<HtmlTableCellElement>().cell_index() + 1))
    }

    /// Puts the focus into the row at `place`, without scrolling; whether the row is there.
    pub(super) fn focus(self, place: u32, Aim(cell): Aim) -> bool {
        let aim = cell.map_or_else(|| "[data-row]".to_owned(), |cell| format!("td:nth-child({cell})"));
        let selector = format!("[aria-rowindex=\"{}\"] {aim}", place.saturating_add(ROWS_BEFORE));
        let aim = self.element().and_then(|body| body.query_selector(&selector).ok().flatten());
        aim.and_then(|aim| aim.dyn_into::<HtmlElement>().ok()).is_some_and(|aim| {
            if cell.is_some() {
                aim.set_tab_index(-1);
            }
            focus_in_place(&aim)
        })
    }
}

/// What of a row has the focus: a cell, counted from 1, or else what leads to what the row stands for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Aim(Option<i32>);

/// Whether a row of a list has the focus.
pub(crate) fn is_row_focused() -> bool {
    let row = |active: Element| active.closest("[aria-rowindex]").ok().flatten();
    document().active_element().and_then(row).is_some()
}

pub(super) fn scroll_by(pixels: f64) {
    window().scroll_by_with_x_and_y(0.0, pixels);
}

/// Says whether the browser scrolls where the page was, on the way back to it: it cannot where rows are missing.
pub(super) fn restores_scroll(is_browsers: bool) {
    let restoration = if is_browsers { ScrollRestoration::Auto } else { ScrollRestoration::Manual };
    if let Ok(history) = window().history() {
        // A page without a history of its own has nothing to restore.
        _ = history.set_scroll_restoration(restoration);
    }
}
