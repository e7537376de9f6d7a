//! The dialog in which columns are chosen and put in order: a chunk of its own.

use client::ApiError;
use contract::BusinessQuery;
use contract::columns::{Appearance, Column, Columns, MAX_COLUMNS};
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use markup::{Node, keyed, view};

use requery_leptos::UseMutation;

use crate::address::{Address, Step, use_address};
use crate::chunk::LoadedDialog;
use crate::columns::{OwnColumns, Shown, described, use_columns, use_own_columns};
use crate::components::icon::{Icon, icon};
use crate::reaction::{Derived, Var, derive, react};
use crate::{data, leads_url};

/// The name of its chunk.
pub(crate) const CHUNK: &str = "columns";

#[derive(Clone, Copy)]
struct Chooser {
    /// The list of the address.
    query: Derived<BusinessQuery>,
    shown: Derived<Shown>,
    own: OwnColumns,
    keep: UseMutation<Appearance, ApiError, Option<Columns>>,
    address: Address,
    /// What was done last, for those who do not see it.
    told: Var<String>,
}

fn use_chooser() -> Chooser {
    let (own, address) = (use_own_columns(), use_address());
    let query = derive(move || address.search.with(|search| leads_url::parse(search)));
    Chooser {
        query,
        shown: use_columns(query),
        own,
        keep: data::columns::use_choose_columns(own),
        address,
        told: Var::new(String::new()),
    }
}

/// The dialog over the list of leads. It opens as soon as it stands in the document.
pub(crate) fn columns_dialog() -> Node {
    let Some(place) = use_context::<LoadedDialog>() else { return Node::nothing() };
    let (chooser, dialog) = (use_chooser(), NodeRef::<Dialog>::new());
    react(move || {
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            // An element that is not in the document cannot be opened; there is nothing to do about it.
            _ = dialog.show_modal();
        }
    });
    let whose = move || match chooser.are_of_list() {
        true => "The name comes first. These columns are of this list alone.",
        false => "The name comes first. All your lists have these columns.",
    };
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="columns-title" on:close=move |event| place.closed(&event)>
            <form method="dialog" class="dialog__head">
                <h2 id="columns-title">"Columns"</h2>
                <button class="btn btn--quiet btn--icon" aria-label="Close">{icon(Icon::Close)}</button>
            </form>
            <p class="muted">{whose}</p>
            <ul class="choice" aria-label="Columns">{keyed(move || chooser.order(), |column: &Column| (*column as u64, 0), move |column| chooser.row(column))}</ul>
            <p class="hidden" role="status">{move || chooser.told.get()}</p>
            <form method="dialog" class="form__actions">
                <button type="button" class="btn" on:click=move |_| chooser.take_back()>
                    {move || if chooser.are_of_list() { "My columns" } else { "Usual columns" }}
                </button>
                <button class="btn btn--primary">"Done"</button>
            </form>
        </dialog>
    }
}

impl Chooser {
    /// Those that are shown in their order, then all others.
    fn order(self) -> Vec<Column> {
        let shown = self.shown.get().columns.0;
        let others = Column::ALL.iter().filter(|column| !shown.contains(column)).copied().collect::<Vec<_>>();
        [shown, others].concat()
    }

    /// A column's own row, wherever it stands: a box that was ticked stays with its column.
    fn row(self, column: Column) -> Node {
        let name = described(column).0;
        let place = derive(move || {
            let shown = self.shown.get().columns.0;
            (shown.iter().position(|other| *other == column), shown.len())
        });
        let is_fixed = move || match place.get() {
            (Some(_), count) => count == 1,
            (None, count) => count >= MAX_COLUMNS,
        };
        let button = move |by: isize, mark, word: &str, is_end: bool| {
            view! {
                <button type="button" class="btn btn--quiet btn--icon" id=button_id(column, by)
                    aria-label=format!("Move {name} {word}") prop:disabled=is_end
                    on:click=move |_| self.move_by(column, by)>{icon(mark)}</button>
            }
        };
        let moves = move || {
            let (at, count) = place.get();
            at.map(|at| {
                view! { {button(-1, Icon::Up, "up", at == 0)}{button(1, Icon::Down, "down", at + 1 == count)} }
            })
        };
        view! {
            <li class="choice__row">
                <label class="choice__name">
                    <input type="checkbox" id=format!("column-{column}") prop:disabled=is_fixed
                        prop:checked=move || place.get().0.is_some() on:change=move |_| self.turn(column)/>
                    <span>{name}</span>
                </label>
                {moves}
            </li>
        }
    }

    /// Whether the columns are those of this list, and not of all lists of the person.
    fn are_of_list(self) -> bool {
        self.query.with(|query| query.columns.is_some())
    }

    /// Shows these from now on: in this list where it has columns of its own, else in every list. None takes the choice
    /// back.
    fn set(self, columns: Option<Columns>) {
        let query = self.query.get_untracked();
        if query.columns.is_some() {
            let to = leads_url::url(&BusinessQuery { columns, ..query });
            return self.address.go(&to, Step { replace: true, to_top: false });
        }
        self.own.set(columns.clone());
        self.keep.mutate(columns);
    }

    fn choose(self, columns: Vec<Column>, told: String, then: String) {
        self.set(Some(Columns(columns)));
        self.told.set(told);
        // The row that had the focus may stand elsewhere now.
        request_animation_frame(move || focus(&then));
    }

    fn turn(self, column: Column) {
        let mut columns = self.shown.get_untracked().columns.0;
        let name = described(column).0;
        let told = match columns.iter().position(|shown| *shown == column) {
            Some(at) => {
                columns.remove(at);
                format!("{name} is hidden")
            }
            None => {
                columns.push(column);
                format!("{name} is the last column of {}", columns.len())
            }
        };
        self.choose(columns, told, format!("column-{column}"));
    }

    fn move_by(self, column: Column, by: isize) {
        let mut columns = self.shown.get_untracked().columns.0;
        let Some(at) = columns.iter().position(|shown| *shown == column) else { return };
        let Some(to) = at.checked_add_signed(by).filter(|to| *to < columns.len()) else { return };
        columns.swap(at, to);
        let told = format!("{} is column {} of {}", described(column).0, to + 1, columns.len());
        // A button at the end of its way is off.
        let is_end = to == 0 || to + 1 == columns.len();
        self.choose(columns, told, button_id(column, if is_end { -by } else { by }));
    }

    fn take_back(self) {
        self.set(None);
        self.told.set("The columns are the usual ones".to_owned());
    }
}

fn button_id(column: Column, by: isize) -> String {
    format!("column-{column}-{}", if by < 0 { "up" } else { "down" })
}

fn focus(id: &str) {
    let element =
        document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = element {
        // Without it the focus is where the browser left it, inside the dialog.
        _ = element.focus();
    }
}
