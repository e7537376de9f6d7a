//! Changing a cell of the table in its place.
//!
//! The field is put into the cell beside what the page's view made there, which a class hides meanwhile: so a row goes on
//! to be told of changes, and moves with its field where the list moves. Enter or leaving the field saves, Escape does not;
//! then the cell has the focus again, and arrows lead on from it. What is refused comes back as the whole form, with
//! what was typed and what is wrong with it.

use std::sync::Arc;

use contract::{Business, BusinessId};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};

use super::Tools;
use super::form::Origin;
use crate::components::field::FieldText;
use crate::components::focus::focus_in_place;
use crate::lead_form::{CITY, EMAIL, LeadForm, NAME, PHONE, WEBSITE};
use crate::routes::Route;

/// Class of the field.
const FIELD: &str = "cell__input";
/// Class of the cell around it.
const EDITED: &str = "cell--edited";

/// Classes of cells that can be changed, and the fields that they show.
const CELLS: [(&str, FieldText); 5] = [
    ("cell--name", NAME),
    ("cell--city", CITY),
    ("cell--phone", PHONE),
    ("cell--website", WEBSITE),
    ("cell--email", EMAIL),
];

/// The cell that is being changed.
#[derive(Clone)]
pub(super) struct Edited {
    lead: Arc<Business>,
    field: FieldText,
}

impl Tools {
    /// Has the cell with the focus changed in its place, if it can be.
    pub(super) fn edit_cell(self) {
        let Some(cell) = document().active_element().and_then(|active| active.closest("td").ok().flatten())
        else {
            return;
        };
        let field = CELLS.into_iter().find(|(class, _)| cell.class_list().contains(class));
        let lead = lead_of(&cell).filter(|id| id.0 > 0).and_then(|id| self.known(id));
        let (Some((_, field)), Some(lead)) = (field, lead) else { return };
        let value = text_of(&mut LeadForm::of(&lead), field).clone();
        if put_field(&cell, field, &lead.name, &value).is_some() {
            self.cell.set_value(Some(Edited { lead, field }));
        }
    }

    /// Enter and leaving the field save, Escape does not.
    pub(super) fn listen_to_cells(self) {
        let keys = window_event_listener(leptos::ev::keydown, move |event| {
            let Some(input) = field_of(&event) else { return };
            match event.key().as_str() {
                "Enter" if !event.is_composing() => self.end_cell(&input, true),
                "Escape" => self.end_cell(&input, false),
                _ => return,
            }
            event.prevent_default();
        });
        let left = window_event_listener(leptos::ev::focusout, move |event| {
            // What was ended by a key is being taken away already.
            if let Some(input) = field_of(&event).filter(|_| self.cell.with_value(Option::is_some)) {
                self.save_cell(&input);
                take_field(&input);
            }
        });
        on_cleanup(move || {
            keys.remove();
            left.remove();
        });
    }

    fn end_cell(self, input: &HtmlInputElement, is_kept: bool) {
        if is_kept {
            self.save_cell(input);
        }
        self.cell.set_value(None);
        let cell = input.closest("td").ok().flatten();
        take_field(input);
        if let Some(cell) = cell {
            focus_cell(&cell);
        }
    }

    /// Saves once: leaving the field follows when it is taken away.
    fn save_cell(self, input: &HtmlInputElement) {
        let Some(Edited { lead, field }) = self.cell.try_update_value(Option::take).flatten() else { return };
        self.write(lead, field, input.value());
    }

    /// Changes one field of a lead, that was seen as it is given.
    pub(super) fn write(self, lead: Arc<Business>, field: FieldText, text: String) {
        let mut typed = LeadForm::of(&lead);
        *text_of(&mut typed, field) = text;
        self.save(lead, typed, Origin::Cell);
    }
}

/// The lead of the row around a cell.
fn lead_of(cell: &Element) -> Option<BusinessId> {
    let link = cell.closest("tr").ok()??.query_selector("a[data-row]").ok()??;
    match Route::parse(&link.get_attribute("href")?) {
        Some(Route::Lead(id)) => Some(id),
        _ => None,
    }
}

fn text_of(form: &mut LeadForm, field: FieldText) -> &mut String {
    let found = form.each().into_iter().find_map(|(text, value)| (text.name == field.name).then_some(value));
    found.unwrap_or_else(|| unreachable!("every cell and panel shows a field of the form"))
}

fn put_field(cell: &Element, field: FieldText, name: &str, value: &str) -> Option<()> {
    let input: HtmlInputElement = document().create_element("input").ok()?.unchecked_into();
    input.set_class_name(&format!("input {FIELD}"));
    input.set_attribute("aria-label", &format!("{} of {name}", field.label)).ok()?;
    input.set_attribute("autocomplete", "off").ok()?;
    input.set_value(value);
    cell.append_child(&input).ok()?;
    cell.class_list().add_1(EDITED).ok()?;
    focus_in_place(&input);
    input.select();
    Some(())
}

fn take_field(input: &HtmlInputElement) {
    if let Ok(Some(cell)) = input.closest("td") {
        // A class is taken from a list that has it or not.
        _ = cell.class_list().remove_1(EDITED);
    }
    input.remove();
}

/// The cell has the focus; of the cell with the row's link, that.
fn focus_cell(cell: &Element) {
    let link = cell.query_selector("[data-row]").ok().flatten();
    if let Some(target) =
        link.or_else(|| Some(cell.clone())).and_then(|target| target.dyn_into::<HtmlElement>().ok())
    {
        if target.tag_name() == "TD" {
            target.set_tab_index(-1);
        }
        focus_in_place(&target);
    }
}

/// The field of a cell that an event is of.
fn field_of(event: &web_sys::Event) -> Option<HtmlInputElement> {
    let element = event.target()?.dyn_into::<HtmlInputElement>().ok()?;
    element.class_list().contains(FIELD).then_some(element)
}
