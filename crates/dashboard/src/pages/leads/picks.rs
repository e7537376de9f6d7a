//! Boxes that select rows. What is selected, and what can be done to it, is the desk's.

use std::ops::Range;
use std::sync::Arc;

use contract::{Business, BusinessId, BusinessQuery};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use markup::{Node, view};
use web_sys::{Element, MouseEvent};

use super::listing::Listing;
use crate::desk::{Desk, List, Rows, Selection, Task, use_desk};
use crate::leads_url;
use crate::reaction::{Derived, react};

/// What is selected of a list.
#[derive(Clone, Copy)]
pub(super) struct Picks {
    desk: Desk,
    listing: Listing,
}

/// Rows of `listing` can be selected; another list begins without any.
pub(super) fn use_picks(
    listing: Listing,
    query: Derived<BusinessQuery>,
    total: Derived<Option<u64>>,
) -> Picks {
    let desk = use_desk();
    let mut before = None;
    react(move || {
        // It may be woken once more when the page is gone.
        let Some(query) = query.try_get() else { return };
        let address = leads_url::url(&leads_url::changed(&query, |_| {}));
        if before.as_ref() != Some(&address) {
            before = Some(address.clone());
            desk.selection.set(Selection::default());
        }
        desk.list.set(total.try_get().flatten().map(|total| List { address, total }));
        desk.hooks.update_value(|hooks| hooks.rows = Some(Arc::new(listing)));
    });
    on_cleanup(move || {
        desk.selection.set(Selection::default());
        desk.list.set(None);
        desk.hooks.try_update_value(|hooks| hooks.rows = None);
    });
    Picks { desk, listing }
}

impl Picks {
    /// Whether the lead is selected; what calls it follows.
    pub(super) fn follow(self, id: BusinessId) -> impl Fn() -> bool + Copy + Send + 'static {
        let selection = self.desk.selection;
        move || selection.try_get().is_some_and(|selection| selection.has(id))
    }

    /// The cell with the row's box. A row that the server has not named yet waits for that.
    pub(super) fn cell(self, lead: &Business) -> Node {
        let id = lead.id;
        view! {
            <td class="cell cell--pick needs-script" role="cell">
                <label class="pick">
                    <input type="checkbox" aria-label=format!("Select {}", lead.name) disabled=id.0 <= 0
                        prop:checked=self.follow(id)/>
                </label>
            </td>
        }
    }

    /// The head of the boxes: selects what is on screen, or nothing.
    pub(super) fn head(self) -> Node {
        let selection = self.desk.selection;
        let is_any = move || selection.try_get().is_some_and(|selection| !selection.is_empty());
        view! {
            <th scope="col" role="columnheader" class="cell cell--pick needs-script">
                <span class="hidden">"Selected"</span>
                <label class="pick">
                    <input type="checkbox" aria-label="Select what is on screen" prop:checked=is_any
                        on:click=move |_| self.desk.ask(Task::PickAll)/>
                </label>
            </th>
        }
    }

    /// A click on a row's box.
    pub(super) fn clicked(self, event: &MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let is_box = target.is_some_and(|target| target.matches(".pick input").unwrap_or(false));
        if let Some(place) = self.listing.list.place_of(event).filter(|_| is_box) {
            self.desk.ask(Task::Pick(place, event.shift_key()));
        }
    }
}

impl Rows for Listing {
    fn leads_at(&self, places: Range<u32>) -> (Vec<BusinessId>, bool) {
        let known = untrack(|| self.known());
        let wanted = places.len();
        let leads: Vec<_> = places.filter_map(|place| known.lead(place).map(|lead| lead.id)).collect();
        let are_all = leads.len() == wanted;
        (leads, are_all)
    }

    fn on_screen(&self) -> Range<u32> {
        self.list.on_screen().unwrap_or_else(|| untrack(|| self.page_rows()))
    }

    fn focused(&self) -> Option<u32> {
        self.list.focused_row()
    }

    fn go(&self, key: &str) -> bool {
        self.list.press(key)
    }
}
