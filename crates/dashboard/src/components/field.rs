//! A labelled field with its hint and what is wrong with it.

use contract::FieldError;
use leptos::html::Input;
use leptos::prelude::*;
use markup::{Node, view};

use crate::components::load::sentence;
use crate::reaction::{Derived, Var, react};

/// What a field is called and how it is filled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FieldText {
    /// Its name in the request, and its id in the document.
    pub(crate) name: &'static str,
    /// Its name for people.
    pub(crate) label: &'static str,
    /// What to write.
    pub(crate) hint: &'static str,
}

/// A field's text, what is wrong with it, and its element.
#[derive(Clone, Copy)]
pub(crate) struct FieldState {
    /// What stands in it.
    pub(crate) value: Var<String>,
    /// What the server or the form said about it.
    pub(crate) error: Derived<Option<FieldError>>,
    /// Its element.
    pub(crate) input: NodeRef<Input>,
}

impl FieldState {
    /// A field that starts with `value`.
    pub(crate) fn new(value: String, error: Derived<Option<FieldError>>) -> Self {
        let field = Self { value: Var::new(value), error, input: NodeRef::new() };
        field.keep_in_step();
        field
    }

    /// What was typed before the script ran stays; later changes of the value reach the element.
    fn keep_in_step(self) {
        let mut is_met = false;
        react(move || {
            let value = self.value.get();
            let Some(input) = self.input.get() else { return };
            if !is_met {
                is_met = true;
                self.value.set(input.value());
            } else if input.value() != value {
                input.set_value(&value);
            }
        });
    }
}

/// Label, `control`, hint, and error with its suggestions.
pub(crate) fn field(text: FieldText, state: FieldState, control: Node) -> Node {
    view! {
        <div class="field" class:field--wrong=move || state.error.get().is_some()>
            <label class="field__label" for=text.name>{text.label}</label>
            {control}
            <p class="field__hint" id=format!("{}-hint", text.name)>{text.hint}</p>
            {move || state.error.get().map(|error| field_error(text.name, state, error))}
        </div>
    }
}

/// The ids that describe a field: its hint, and its error while there is one.
pub(crate) fn described_by(
    name: &'static str,
    state: FieldState,
) -> impl Fn() -> String + Clone + Send + Sync {
    move || {
        if state.error.get().is_some() { format!("{name}-error {name}-hint") } else { format!("{name}-hint") }
    }
}

fn field_error(name: &'static str, state: FieldState, error: FieldError) -> Node {
    let suggestions = error.suggestions.into_iter().map(move |suggestion| {
        let text = suggestion.clone();
        view! {
            <li>
                <button type="button" class="chip" on:click=move |_| {
                    state.value.set(suggestion.clone());
                    if let Some(input) = state.input.get_untracked() {
                        let _ = input.focus();
                    }
                }>{text}</button>
            </li>
        }
    });
    let suggestions: Vec<_> = suggestions.collect();
    let did_you_mean = (!suggestions.is_empty()).then(|| {
        view! {
            <div class="field__suggestions">
                <span>"Did you mean"</span>
                <ul class="chips">{suggestions}</ul>
            </div>
        }
    });
    view! {
        <div class="field__error" id=format!("{name}-error") role="alert">
            <p>{sentence(&error.message)}</p>
            {did_you_mean}
        </div>
    }
}

/// A one-line input of `kind`; `mode` is the keyboard that a phone shows.
pub(crate) fn input(
    text: FieldText,
    state: FieldState,
    mode: &'static str,
    placeholder: &'static str,
) -> Node {
    view! {
        <input class="input" type="text" id=text.name name=text.name inputmode=mode autocomplete="off"
            placeholder=placeholder value=state.value.get_untracked() node_ref=state.input
            aria-describedby=described_by(text.name, state)
            aria-invalid=move || state.error.get().map(|_| "true")
            on:input=move |event| state.value.set(event_target_value(&event))/>
    }
}
