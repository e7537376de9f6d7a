//! The form that adds, changes and deletes a contact, and where its values came from.

use contract::{Business, Contact};
use markup::{Node, view};

use super::lead::{fact, share};
use crate::components::badge::email_badge;
use crate::components::field::FieldText;
use crate::components::form::{Input, Refusal};
use crate::components::icon::{Icon, icon};
use crate::components::lead::external;
use crate::components::panel::{page_head, panel};
use crate::contact_form::{ContactEvidence, ContactForm};
use crate::content::ContactContent;
use crate::state::use_page_state;
use crate::{clock, format, routes};

const NAME: FieldText = FieldText { name: "name", label: "Name", hint: "Of the person, or of the desk." };
const TITLE: FieldText = FieldText { name: "title", label: "Role", hint: "Such as Owner or Bookings." };
const PHONE: FieldText =
    FieldText { name: "phone", label: "Phone", hint: "With the country's prefix, such as +358 9 1234567." };
const EMAIL: FieldText = FieldText { name: "email", label: "E-mail", hint: "An address to write to." };
const LINKEDIN: FieldText =
    FieldText { name: "linkedin", label: "LinkedIn profile", hint: "Begins with https://." };
const PRIMARY: FieldText = FieldText {
    name: "isPrimary",
    label: "Call first",
    hint: "One contact of a lead is the one to call first.",
};

/// What somebody without a name and a role is called.
const NAMELESS: &str = "Front desk";

/// The page.
pub(crate) fn contact_page(content: &ContactContent) -> Node {
    let ContactContent { lead, contact, .. } = content;
    let title = match contact {
        Some(contact) => format!("Change {}", name_of(contact)),
        None => "Add a contact".to_owned(),
    };
    let origin = contact.as_ref().map(|contact| {
        panel("origin", "Where it is from", Node::nothing(), origin(contact, &content.evidence))
    });
    let delete = contact
        .as_ref()
        .map(|contact| panel("delete", "Delete", Node::nothing(), deletion(lead, contact, &content.form)));
    view! {
        {crumbs(lead)}
        {page_head(move || title.clone(), Node::nothing())}
        <div class="stack stack--form">
            {panel("contact", "Contact", Node::nothing(), form(content))}
            {origin}
            {delete}
        </div>
    }
}

/// The way back to the lead.
pub(crate) fn crumbs(lead: &Business) -> Node {
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            <a href="/leads">"Leads"</a>
            <a href=routes::lead(lead.id)>{lead.name.clone()}</a>
        </nav>
    }
}

fn name_of(contact: &Contact) -> String {
    contact.name.clone().or(contact.title.clone()).unwrap_or_else(|| NAMELESS.to_owned())
}

fn form(content: &ContactContent) -> Node {
    let ContactContent { lead, contact, form, .. } = content;
    let (action, submit) = match contact {
        Some(contact) => (routes::contact(lead.id, contact.id), "Save"),
        None => (routes::new_contact(lead.id), "Add the contact"),
    };
    let refusal = Refusal(content.refused.as_ref());
    let first = [("no", "No".to_owned()), ("yes", "Yes".to_owned())];
    view! {
        <form class="form" method="post" action=action novalidate aria-labelledby="contact-title">
            {refusal.line()}
            <div class="form__pair">
                {refusal.input(NAME, Input::Name, &form.name)}
                {refusal.input(TITLE, Input::Text, &form.title)}
            </div>
            <div class="form__pair">
                {refusal.input(PHONE, Input::Phone, &form.phone)}
                {refusal.input(EMAIL, Input::Email, &form.email)}
            </div>
            {refusal.input(LINKEDIN, Input::Url, &form.linkedin)}
            {refusal.select(PRIMARY, first, &form.is_primary)}
            <input type="hidden" name="version" value=form.version.clone()/>
            <input type="hidden" name="seen" value=form.seen.clone()/>
            <input type="hidden" name="idempotencyKey" value=use_page_state().form_key/>
            <div class="form__actions">
                <button type="submit" class="btn btn--primary">{icon(Icon::Check)}<span>{submit}</span></button>
                <a class="btn" href=routes::lead(lead.id)>"Cancel"</a>
            </div>
        </form>
    }
}

fn origin(contact: &Contact, evidence: &[ContactEvidence]) -> Node {
    let page = contact.source_url.as_deref().and_then(format::web_link);
    let found = match &page {
        Some(url) => external(url.clone(), format::host(url)),
        None => view! { "Written by hand" },
    };
    let sure = page.is_some().then(|| {
        let text = format!("{} %", share(contact.confidence));
        fact("How sure", view! { {text} })
    });
    let email = email_badge(contact.email_status).filter(|_| contact.email.is_some());
    let values = (!evidence.is_empty()).then(|| {
        view! { <ul class="list" aria-label="Values">{evidence.iter().map(value).collect::<Node>()}</ul> }
    });
    view! {
        <dl class="facts">
            {fact("Found on", found)}
            {sure}
            {fact("Since", clock::time(contact.found_at))}
            {email.map(|badge| fact("E-mail address", badge))}
        </dl>
        {values}
    }
}

/// A value, the text that it stood in, and how sure that is.
fn value(evidence: &ContactEvidence) -> Node {
    let page = format::web_link(&evidence.source_url);
    view! {
        <li class="source">
            <p><strong>{evidence.value.clone()}</strong></p>
            {evidence.says.clone().map(|says| view! { <p class="quote">{says}</p> })}
            <p class="muted">
                {format!("{} % sure, ", share(evidence.confidence))}
                {clock::time(evidence.found_at)}
                {page.map(|url| view! { " on " {external(url.clone(), format::host(&url))} })}
            </p>
        </li>
    }
}

/// Asks once more before anything is gone: the button is behind a line that has to be opened.
fn deletion(lead: &Business, contact: &Contact, form: &ContactForm) -> Node {
    let text = format!(
        "{} will be gone from {} for everybody. Enriching the lead does not bring a deleted contact back.",
        name_of(contact),
        lead.name
    );
    view! {
        <details class="deletion">
            <summary>"Delete this contact"</summary>
            <form method="post" action=format!("{}/delete", routes::contact(lead.id, contact.id))>
                <p>{text}</p>
                <input type="hidden" name="version" value=form.version.clone()/>
                <button type="submit" class="btn btn--danger">"Delete for good"</button>
            </form>
        </details>
    }
}
