//! Keyboard: one listener for the page.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

use crate::address::{Address, Step, use_address};
use crate::desk::Desk;
use crate::palette::Palette;
use crate::reaction::{Var, react};

/// Where keys go into: a box that is ticked takes the space bar alone.
const TYPING: &str = "input:not([type=checkbox]):focus,textarea:focus,select:focus,dialog[open]";

type Press = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// Who takes the keys that lead from row to row, while it knows of more rows than stand on the page.
#[derive(Clone, Copy)]
pub(crate) struct RowKeys(StoredValue<Option<Press>>);

impl RowKeys {
    /// From now on `press` is told of each key, and says whether it was one of its own.
    pub(crate) fn take(self, press: impl Fn(&str) -> bool + Send + Sync + 'static) {
        self.0.set_value(Some(Box::new(press)));
    }

    /// Keys lead from row to row of the page again.
    pub(crate) fn give_back(self) {
        self.0.try_set_value(None);
    }

    fn press(self, key: &str) -> bool {
        self.0.try_with_value(|press| press.as_ref().is_some_and(|press| press(key))).unwrap_or_default()
    }
}

/// The keys of rows; nobody's where no page listens.
pub(crate) fn use_row_keys() -> RowKeys {
    use_context().unwrap_or_else(|| RowKeys(StoredValue::new(None)))
}

/// Listens to the keyboard, in the browser only.
pub(crate) fn use_shortcuts(desk: Desk, palette: Palette) {
    let address = use_address();
    let after_g = Var::new(false);
    let rows = RowKeys(StoredValue::new(None));
    provide_context(rows);
    react(move || {
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            if event.default_prevented() || palette.press(&event) || is_typing() {
                return;
            }
            let Some(key) = chord(&event) else { return };
            let second = after_g.get_untracked();
            after_g.set(key == "g" && !second);
            let handled = match second {
                true => go(&key, address),
                false => desk.press(&key) || rows.press(&key) || press(&key, palette, address),
            };
            if handled {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    });
}

/// What is pressed, where it may be a shortcut: the key, behind `Mod+` (Ctrl or Command) or, of an arrow, `Shift+`.
fn chord(event: &KeyboardEvent) -> Option<String> {
    let key = event.key();
    let with_mod = event.ctrl_key() || event.meta_key();
    match (with_mod, event.shift_key()) {
        _ if event.alt_key() => None,
        (true, false) if key == "a" || key == "z" => Some(["Mod+", &key].concat()),
        (true, _) => None,
        (false, true) if key.starts_with("Arrow") => Some(["Shift+", &key].concat()),
        (false, _) => Some(key),
    }
}

/// Whether keys go into a field or a dialog now.
fn is_typing() -> bool {
    document().query_selector(TYPING).ok().flatten().is_some()
}

/// Whether a dialog lies over the page.
pub(crate) fn is_dialog_open() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

fn go(key: &str, address: Address) -> bool {
    let path = match key {
        "o" => "/",
        "f" => "/find",
        "e" => "/enrichment",
        "l" => "/leads",
        "j" => "/jobs",
        _ => return false,
    };
    address.go(path, Step::default());
    true
}

fn press(key: &str, palette: Palette, address: Address) -> bool {
    match key {
        "/" => focus("[data-search]"),
        "n" => {
            address.go("/find", Step::default());
            true
        }
        "j" | "ArrowDown" => step(1, key == "j"),
        "k" | "ArrowUp" => step(-1, key == "k"),
        "t" => crate::palette::press("[data-numbers] summary"),
        "?" => {
            palette.list_keys();
            true
        }
        _ => false,
    }
}

fn focus(selector: &str) -> bool {
    let Ok(Some(element)) = document().query_selector(selector) else { return false };
    element.dyn_into::<web_sys::HtmlElement>().is_ok_and(|element| element.focus().is_ok())
}

/// Moves the focus between the links marked as rows. An arrow only moves on from a row: elsewhere it scrolls.
fn step(by: i32, from_anywhere: bool) -> bool {
    let Ok(rows) = document().query_selector_all("[data-row]") else { return false };
    let active = document().active_element();
    let count = i32::try_from(rows.length()).unwrap_or(0);
    let row = |position: i32| u32::try_from(position).ok().and_then(|position| rows.item(position));
    let current = (0..count).find(|position| {
        row(*position).and_then(|node| node.dyn_into::<web_sys::Element>().ok()) == active && active.is_some()
    });
    let next = match current {
        Some(current) => (current + by).clamp(0, count - 1),
        None if from_anywhere && by > 0 => 0,
        None => return false,
    };
    row(next)
        .and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok())
        .is_some_and(|element| element.focus().is_ok())
}
