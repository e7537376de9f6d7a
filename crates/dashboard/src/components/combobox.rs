//! A text field with suggestions, after the ARIA pattern "editable combobox with list autocomplete": the focus
//! stays in the field, arrows move through the list, Enter takes, Escape closes. Without script it is a plain
//! field with a `datalist`.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use markup::{Node, view};

use crate::components::field::{FieldState, FieldText, described_by, field};
use crate::format;
use crate::reaction::{Derived, Var, react};

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What the field holds once it is taken.
    pub(crate) value: String,
    /// What it reads.
    pub(crate) label: String,
    /// Said beside it in a quieter voice.
    pub(crate) note: Option<String>,
}

#[derive(Clone, Copy)]
struct Combobox {
    name: &'static str,
    field: FieldState,
    choices: Derived<Vec<Choice>>,
    open: Var<bool>,
    /// The value of the choice that Enter takes. Not its place: the list may change between a look at it and the key.
    active: Var<Option<String>>,
}

/// The field with its list. `commonest` stands in the `datalist` for browsers without script; `focused` turns
/// on with the first focus, so that suggestions are only asked for when they can be seen.
pub(crate) fn combobox(
    text: FieldText,
    state: FieldState,
    placeholder: &'static str,
    choices: Derived<Vec<Choice>>,
    commonest: Vec<Choice>,
    focused: Var<bool>,
) -> Node {
    let combobox =
        Combobox { name: text.name, field: state, choices, open: Var::new(false), active: Var::new(None) };
    let control = view! {
        <div class="combobox">
            {combobox.input(text, placeholder, focused)}
            <ul class="combobox__list" id=combobox.list_id() role="listbox" aria-label=format!("Suggestions for {}", text.label)
                hidden=move || !combobox.is_shown()>
                {move || combobox.options()}
            </ul>
            <p class="hidden" role="status">{move || combobox.announcement()}</p>
            {datalist(text.name, commonest)}
        </div>
    };
    field(text, state, control)
}

fn datalist(name: &'static str, commonest: Vec<Choice>) -> Node {
    let options =
        commonest.into_iter().map(|choice| view! { <option value=choice.value>{choice.label}</option> });
    view! { <datalist id=format!("{name}-common")>{options.collect::<Node>()}</datalist> }
}

impl Combobox {
    fn input(self, text: FieldText, placeholder: &'static str, focused: Var<bool>) -> Node {
        let hydrated = Var::new(false);
        react(move || hydrated.set(true));
        view! {
            <input class="input" type="text" id=text.name name=text.name autocomplete="off" spellcheck="false"
                placeholder=placeholder value=self.field.value.get_untracked() node_ref=self.field.input
                role="combobox" aria-autocomplete="list" aria-controls=self.list_id()
                list=move || (!hydrated.get()).then(|| format!("{}-common", self.name))
                aria-expanded=move || self.is_shown().to_string()
                aria-activedescendant=move || self.active_at().filter(|_| self.is_shown()).map(|at| self.option_id(at))
                aria-describedby=described_by(text.name, self.field)
                aria-invalid=move || self.field.error.get().map(|_| "true")
                on:focus=move |_| focused.set(true)
                on:input=move |event| self.type_in(event_target_value(&event))
                on:click=move |_| self.open.set(true)
                on:blur=move |_| self.close()
                on:keydown=move |event| self.press(&event)/>
        }
    }

    fn list_id(self) -> String {
        format!("{}-list", self.name)
    }

    fn option_id(self, at: usize) -> String {
        format!("{}-option-{at}", self.name)
    }

    fn is_shown(self) -> bool {
        self.open.get() && self.choices.with(|choices| !choices.is_empty())
    }

    /// Where the active choice stands, if it is still among them.
    fn active_at(self) -> Option<usize> {
        let active = self.active.get()?;
        self.choices.with(|choices| choices.iter().position(|choice| choice.value == active))
    }

    fn options(self) -> Node {
        let choices = self.choices.get();
        choices.into_iter().enumerate().map(|(at, choice)| self.option(at, choice)).collect()
    }

    fn option(self, at: usize, choice: Choice) -> Node {
        let (own, taken) = (choice.value.clone(), choice.value);
        view! {
            <li class="combobox__option" role="option" id=self.option_id(at)
                aria-selected=move || self.active.with(|active| active.as_ref() == Some(&own)).to_string()
                on:pointerdown=move |event| event.prevent_default()
                on:click=move |_| self.take(&taken)>
                <span>{choice.label}</span>
                {choice.note.map(|note| view! { <span class="muted">{note}</span> })}
            </li>
        }
    }

    fn announcement(self) -> String {
        if self.is_shown() {
            let count = self.choices.with(Vec::len);
            format::plural(count as u64, "suggestion", "suggestions")
        } else {
            String::new()
        }
    }

    fn type_in(self, text: String) {
        self.field.value.set(text);
        self.active.set(None);
        self.open.set(true);
    }

    fn close(self) {
        self.open.set(false);
        self.active.set(None);
    }

    fn take(self, value: &str) {
        self.field.value.set(value.to_owned());
        self.close();
    }

    fn press(self, event: &KeyboardEvent) {
        let shown = self.open.get_untracked() && self.choices.with_untracked(|choices| !choices.is_empty());
        let handled = match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !shown => {
                self.open.set(true);
                true
            }
            "ArrowDown" => self.step(|at, count| at.map_or(0, |at| (at + 1) % count)),
            "ArrowUp" => self.step(|at, count| at.map_or(count - 1, |at| (at + count - 1) % count)),
            "Enter" if shown => self.take_active(),
            "Escape" if shown => {
                self.close();
                true
            }
            _ => false,
        };
        if handled {
            event.prevent_default();
        }
    }

    fn step(self, next: impl Fn(Option<usize>, usize) -> usize) -> bool {
        let active = untrack(|| self.active_at());
        let choices = self.choices.get_untracked();
        if !choices.is_empty() {
            let at = next(active, choices.len());
            self.active.set(choices.get(at).map(|choice| choice.value.clone()));
            scroll_to(&self.option_id(at));
        }
        true
    }

    fn take_active(self) -> bool {
        let is_listed = untrack(|| self.active_at()).is_some();
        if let Some(value) = self.active.get_untracked().filter(|_| is_listed) {
            self.take(&value);
        }
        is_listed
    }
}

fn scroll_to(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.scroll_into_view_with_bool(false);
    }
}
