//! Forms that add, change and delete a lead, for pages without script: the browser sends them as they are. With script,
//! [`super::desk`] has them over the page.

use contract::{Business, BusinessId, FieldError};
use markup::{Node, view};

use crate::components::combobox::{Choice, combobox};
use crate::components::field::{FieldState, FieldText, described_by, field, input};
use crate::components::form::Refusal;
use crate::components::icon::{Icon, icon};
use crate::components::panel::{page_head, panel};
use crate::lead_form::{CATEGORY, LeadFailure, LeadForm, laid_out};
use crate::pages::not_found::nothing_there;
use crate::reaction::{Var, constant};
use crate::state::use_page_state;
use crate::typed_form::TypedForm;
use crate::{data, format, routes};

/// The page that adds a lead.
pub(crate) fn new_page(failure: Option<LeadFailure>) -> Node {
    let typed = failure.as_ref().map(|failure| failure.form.clone()).unwrap_or_default();
    let typed = LeadForm { idempotency_key: use_page_state().form_key, ..typed };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href="/leads">"Leads"</a></nav>
        {page_head(|| "Add a lead".to_owned(), Node::nothing())}
        <div class="stack stack--form">
            {panel("lead", "What you know", Node::nothing(), form("/leads/new".to_owned(), "/leads".to_owned(), &typed, failure, "Add the lead"))}
        </div>
    }
}

/// The page that changes a lead.
pub(crate) fn edit_page(id: BusinessId, failure: Option<LeadFailure>) -> Node {
    let Some(detail) = data::lead(move || Some(id)).data() else {
        return nothing_there(
            "No such lead",
            "It may have been deleted or merged into another.",
            "/leads",
            "All leads",
        );
    };
    let lead = &detail.business;
    let typed = failure.as_ref().map_or_else(|| LeadForm::of(lead).shown(), |failure| failure.form.clone());
    let (here, back) = (routes::edit(id), routes::lead(id));
    let title = format!("Change {}", lead.name);
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            <a href="/leads">"Leads"</a>
            <a href=back.clone()>{lead.name.clone()}</a>
        </nav>
        {page_head(move || title.clone(), Node::nothing())}
        <div class="stack stack--form">
            {panel("lead", "Details", Node::nothing(), form(here, back, &typed, failure, "Save"))}
            {panel("delete", "Delete", Node::nothing(), deletion(lead))}
        </div>
    }
}

fn form(
    action: String,
    back: String,
    typed: &LeadForm,
    failure: Option<LeadFailure>,
    submit: &'static str,
) -> Node {
    let problem = failure.map(|failure| failure.problem);
    let errors = problem.as_ref().map(|problem| problem.errors.clone()).unwrap_or_default();
    let state = |text: FieldText, value: &str| {
        let error: Option<FieldError> = errors.iter().find(|error| error.field == text.name).cloned();
        FieldState::new(value.to_owned(), constant(error))
    };
    let line = |text: FieldText, value: &str, mode: &'static str| {
        let state = state(text, value);
        match text.name {
            name if name == CATEGORY.name => category(state),
            _ if mode.is_empty() => several_lines(text, state, value.to_owned()),
            _ => field(text, state, input(text, state, mode, "")),
        }
    };
    view! {
        <form class="form" method="post" action=action novalidate aria-labelledby="lead-title">
            {Refusal(problem.as_ref()).line()}
            {laid_out(typed, &line)}
            <input type="hidden" name="version" value=typed.version.clone()/>
            <input type="hidden" name="seen" value=typed.seen.clone()/>
            <input type="hidden" name="idempotencyKey" value=typed.idempotency_key.clone()/>
            <div class="form__actions">
                <button type="submit" class="btn btn--primary">{icon(Icon::Check)}<span>{submit}</span></button>
                <a class="btn" href=back>"Cancel"</a>
            </div>
        </form>
    }
}

fn category(state: FieldState) -> Node {
    let commonest = data::commonest_categories().data();
    let choice = |label: &String| Choice { value: label.clone(), label: label.clone(), note: None };
    let commonest = commonest.map(|found| found.iter().map(|found| choice(&found.label)).collect());
    combobox(CATEGORY, state, "", constant(Vec::new()), commonest.unwrap_or_default(), Var::new(false))
}

fn several_lines(text: FieldText, state: FieldState, value: String) -> Node {
    let control = view! {
        <textarea class="input input--text" id=text.name name=text.name rows="5"
            aria-describedby=described_by(text.name, state)
            aria-invalid=move || state.error.get().map(|_| "true")>{value}</textarea>
    };
    field(text, state, control)
}

/// Asks once more before anything is gone: the button is behind a line that has to be opened.
fn deletion(lead: &Business) -> Node {
    let contacts = format::plural(lead.contact_count.into(), "contact", "contacts");
    view! {
        <details class="deletion">
            <summary>"Delete this lead"</summary>
            <form method="post" action=format!("{}/delete", routes::lead(lead.id))>
                <p>{format!("{} and {contacts} will be gone for everybody. A search that finds the place again adds it anew.", lead.name)}</p>
                <input type="hidden" name="version" value=lead.version.to_string()/>
                <button type="submit" class="btn btn--danger">"Delete for good"</button>
            </form>
        </details>
    }
}
