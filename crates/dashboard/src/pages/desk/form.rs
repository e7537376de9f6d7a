//! The form of a lead over the page.

use std::sync::Arc;

use client::ApiError;
use client::mutations::{self, BusinessUpdate};
use contract::edit::BusinessPatch;
use contract::{Business, BusinessId, FieldError, Timestamp};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use markup::{Node, view};
use web_sys::{HtmlDialogElement, HtmlElement, HtmlInputElement};

use super::{Shared, Tools};
use crate::chunk::stays_closed;
use crate::components::field::FieldText;
use crate::components::icon::{Icon, icon};
use crate::components::load::sentence;
use crate::lead_form::{LeadForm, NAME, laid_out};
use crate::reaction::react;
use crate::routes;

/// The form as it is to be shown.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Form {
    /// The lead that is changed, as it was seen; none where one is added.
    lead: Option<Arc<Business>>,
    /// What stands in its fields.
    typed: LeadForm,
    /// What is wrong with them.
    errors: Vec<FieldError>,
    /// What is wrong otherwise.
    line: Option<String>,
    /// What somebody else changed since it was seen, and what stands there now.
    between: Option<Vec<(&'static str, String)>>,
}

/// Where a change was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Form,
    Cell,
}

/// The dialog around it, open while there is a form.
pub(super) fn dialog(tools: Tools) -> Node {
    react(move || {
        let is_wanted = tools.form.with(Option::is_some);
        // One is there once the desk is, which is when effects begin.
        let Some(dialog) = found::<HtmlDialogElement>(".dialog--form") else { return };
        match (is_wanted, dialog.open()) {
            // An element that is not in the document cannot be opened; there is nothing to do about it.
            (true, false) => _ = dialog.show_modal(),
            (false, true) => dialog.close(),
            _ => (),
        }
        request_animation_frame(focus_first_error);
    });
    view! {
        <dialog class="dialog dialog--form" aria-labelledby="lead-form-title"
            on:close=move |event| if stays_closed(&event) { tools.form.set(None) }>
            {move || tools.form.get().map(|form| content(tools, &form))}
        </dialog>
    }
}

fn found<T: JsCast>(selector: &str) -> Option<T> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}

fn focus_first_error() {
    if let Some(wrong) = found::<HtmlElement>(".dialog--form [aria-invalid]") {
        // Without the focus it is still marked.
        _ = wrong.focus();
    }
}

fn content(tools: Tools, form: &Form) -> Node {
    let (title, submit) = match &form.lead {
        Some(lead) => (format!("Change {}", lead.name), "Save"),
        None => ("Add a lead".to_owned(), "Add the lead"),
    };
    let lead = form.lead.clone();
    view! {
        <form class="form" method="dialog" novalidate aria-labelledby="lead-form-title"
            on:submit=move |event| {
                event.prevent_default();
                tools.submit(lead.clone(), typed_in());
            }>
            <div class="dialog__head">
                <h2 id="lead-form-title">{title}</h2>
                <button type="button" class="btn btn--quiet btn--icon" aria-label="Close"
                    on:click=move |_| tools.form.set(None)>{icon(Icon::Close)}</button>
            </div>
            {form.between.as_deref().map(between)}
            {form.line.as_deref().map(problem_line)}
            {laid_out(&form.typed, &|text, value, mode| field(form, text, value, mode))}
            <div class="form__actions">
                <button type="submit" class="btn btn--primary">{icon(Icon::Check)}<span>{submit}</span></button>
                <button type="button" class="btn" on:click=move |_| tools.form.set(None)>"Cancel"</button>
                {form.lead.clone().map(|lead| delete_button(tools, lead.id))}
            </div>
        </form>
    }
}

fn delete_button(tools: Tools, id: BusinessId) -> Node {
    let delete = move |_| {
        tools.form.set(None);
        tools.delete(vec![id]);
    };
    view! { <button type="button" class="btn btn--danger" on:click=delete>"Delete"</button> }
}

/// What somebody else wrote meanwhile.
fn between(changes: &[(&'static str, String)]) -> Node {
    let line = |(label, now): &(&'static str, String)| {
        let now = if now.is_empty() { "empty by now".to_owned() } else { now.clone() };
        view! { <li><strong>{*label}</strong>": "{now}</li> }
    };
    let lines: Vec<Node> = changes.iter().map(line).collect();
    let text = match lines.is_empty() {
        true => "Somebody else changed other parts of this lead meanwhile.",
        false => "Somebody else changed this lead meanwhile:",
    };
    view! {
        <div class="form__between" role="alert">
            <p>{text}</p>
            <ul>{lines}</ul>
            <p>"What you typed stands below. Save puts it on top of that."</p>
        </div>
    }
}

fn problem_line(text: &str) -> Node {
    view! { <p class="form__error" role="alert">{icon(Icon::Alert)}<span>{sentence(text)}</span></p> }
}

/// A field: of one line, or of several where it says no `mode`.
fn field(form: &Form, text: FieldText, value: &str, mode: &'static str) -> Node {
    let error = form.errors.iter().find(|error| error.field == text.name);
    let described = match error {
        Some(_) => format!("{0}-error {0}-hint", text.name),
        None => format!("{}-hint", text.name),
    };
    let invalid = error.map(|_| "true");
    let control = if mode.is_empty() {
        view! {
            <textarea class="input input--text" id=text.name name=text.name rows="4" aria-describedby=described
                aria-invalid=invalid prop:value=value.to_owned()></textarea>
        }
    } else {
        view! {
            <input class="input" type="text" id=text.name name=text.name inputmode=mode autocomplete="off"
                autofocus=text.name == NAME.name aria-describedby=described aria-invalid=invalid
                prop:value=value.to_owned()/>
        }
    };
    view! {
        <div class="field">
            <label class="field__label" for=text.name>{text.label}</label>
            {control}
            <p class="field__hint" id=format!("{}-hint", text.name)>{text.hint}</p>
            {error.map(|error| field_error(text, error))}
        </div>
    }
}

fn field_error(text: FieldText, error: &FieldError) -> Node {
    let others = error.suggestions.join(", ");
    let meant = (!others.is_empty()).then(|| format!(" Did you mean {others}?"));
    view! {
        <p class="field__error" id=format!("{}-error", text.name) role="alert">{sentence(&error.message)}{meant}</p>
    }
}

/// What stands in the form's fields.
fn typed_in() -> LeadForm {
    let mut form = LeadForm::default();
    for (text, value) in form.each() {
        let field = document().query_selector(&format!(".dialog--form [name={}]", text.name)).ok().flatten();
        // Fields of several lines have their text under the same name.
        *value = field.map(|field| field.unchecked_into::<HtmlInputElement>().value()).unwrap_or_default();
    }
    form
}

impl Tools {
    /// A form with what is known of the lead; where nothing on the page shows it, its document.
    pub(super) fn edit(self, id: BusinessId) {
        match self.known(id) {
            Some(lead) => self.form.set(Some(Form::of(lead))),
            // An address of this site can be gone to.
            None => _ = window().location().assign(&routes::edit(id)),
        }
    }

    /// What was typed is taken up: the form goes, and what it says is shown at once.
    fn submit(self, lead: Option<Arc<Business>>, typed: LeadForm) {
        match lead {
            Some(lead) => self.save(lead, typed, Origin::Form),
            None => self.add(typed),
        }
    }

    fn add(self, typed: LeadForm) {
        let (draft, now) = (typed.draft(), untrack(|| self.clock.now()));
        if let Err(errors) = draft.validate() {
            return self.form.set(Some(Form { typed, errors, ..Form::default() }));
        }
        let Some(Shared { cache, api, .. }) = self.shared.try_get_value() else { return };
        self.form.set(None);
        let naming = mutations::name_temporary(&cache, typed.name.trim().to_owned());
        let variables = (draft, now.unwrap_or(Timestamp::from_millis(0)));
        self.run(mutations::create_business(&api), variables, move |outcome| {
            drop(naming);
            match outcome {
                Ok(lead) => self.toasts.done(format!("{} was added.", lead.name)),
                Err(error) => self.refuse(Form::default(), typed, &error),
            }
        });
    }

    /// Changes the lead, that was seen as it is given, to what was typed.
    pub(super) fn save(self, lead: Arc<Business>, typed: LeadForm, origin: Origin) {
        let patch = typed.changes(&LeadForm::of(&lead));
        if patch == BusinessPatch::default() {
            return self.form.set(None);
        }
        if let Err(errors) = patch.validate() {
            return self.form.set(Some(Form { typed, errors, ..Form::of(lead) }));
        }
        let Some(Shared { api, own, .. }) = self.shared.try_get_value() else { return };
        self.form.set(None);
        let options = mutations::update_business_in_turn(&api, &own, lead.id);
        let update = BusinessUpdate { id: lead.id, version: lead.version, patch };
        self.run(options, update, move |outcome| {
            if let Err(error) = outcome {
                self.not_saved(lead, typed, origin, &error);
            }
        });
    }

    fn not_saved(self, lead: Arc<Business>, typed: LeadForm, origin: Origin, error: &ApiError) {
        if error.is_not_found() {
            let text = format!("{} was not changed: somebody else deleted it, or merged it.", lead.name);
            return self.toasts.failed(text);
        }
        let Some(now) = error.current() else { return self.refuse(Form::of(lead), typed, error) };
        let (seen, current) = (LeadForm::of(&lead), LeadForm::of(&now));
        let changes = seen.clone().differences(current.clone());
        let mine = seen.clone().differences(typed.clone());
        let is_both = mine.iter().any(|(field, _)| changes.iter().any(|(changed, _)| changed == field));
        let next = typed.over(seen, current);
        let now = Arc::new(now);
        // A cell says nothing of the fields beside it: what others wrote there stays, and this one is put on top.
        if origin == Origin::Cell && !is_both {
            return self.save(now, next, origin);
        }
        self.show_again(Form::with_both(now, next, changes));
    }

    /// Shows the form again with what was typed and why that was refused.
    pub(super) fn refuse(self, form: Form, typed: LeadForm, error: &ApiError) {
        let errors = error.problem.as_ref().map(|problem| problem.errors.clone()).unwrap_or_default();
        let line = errors.is_empty().then(|| error.to_string());
        self.show_again(Form { typed, errors, line, ..form });
    }

    /// Nobody's typing is taken away by a form that comes back.
    pub(super) fn show_again(self, form: Form) {
        if self.form.with_untracked(Option::is_none) {
            return self.form.set(Some(form));
        }
        let name = form.typed.name.clone();
        let why = form.line.or_else(|| form.errors.first().map(|error| error.message.clone()));
        let why = why.unwrap_or_else(|| "somebody else changed it meanwhile".to_owned());
        self.toasts.failed(format!("{name} was not saved: {why}"));
    }
}

impl Form {
    pub(super) fn of(lead: Arc<Business>) -> Self {
        Self { typed: LeadForm::of(&lead), lead: Some(lead), ..Self::default() }
    }

    /// What was typed over the lead as somebody else left it meanwhile.
    pub(super) fn with_both(
        now: Arc<Business>,
        typed: LeadForm,
        between: Vec<(&'static str, String)>,
    ) -> Self {
        Self { typed, between: Some(between), ..Self::of(now) }
    }
}
