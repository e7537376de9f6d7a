//! The forms of contacts: each is a call of the API and a redirect to the lead, or the form again with what is wrong.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use client::IdempotencyKey;
use contract::edit::ContactPatch;
use contract::enrichment::{Evidence, HistoryQuery};
use contract::{BusinessId, Contact, ContactId, EmailStatus, Problem, Role, Timestamp};
use dashboard::content::ContactContent;
use dashboard::form_routes::FormRoute;
use dashboard::{ContactEvidence, ContactForm, FormContent, TypedForm, routes};
use serde::Deserialize;

use super::entrance::turn_away;
use super::leads::{lead_id, no_lead, version};
use super::read_form;
use super::sender::{Sender, told};
use crate::app::App;
use crate::problem::{ApiProblem, NOT_FOUND};

/// Entries of the history in which the origin of values is looked for.
const HISTORY: u32 = 100;

pub(super) async fn new(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(id) = lead_id(&id) else { return no_lead() };
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&routes::new_contact(id)) };
    show_new(sender, id, ContactForm::empty(), None).await
}

pub(super) async fn add(State(app): State<App>, Path(id): Path<String>, request: Request) -> Response {
    let Some(id) = lead_id(&id) else { return no_lead() };
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&routes::new_contact(id)) };
    let form: ContactForm = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let key = match form.idempotency_key.as_str() {
        "" => IdempotencyKey::new(),
        key => IdempotencyKey::of(key),
    };
    match sender.api.add_contact(id, &form.changes(&ContactForm::empty()), key).await {
        Ok(_) => Redirect::to(&routes::lead(id)).into_response(),
        Err(error) => show_new(sender, id, form, Some(told(error))).await,
    }
}

/// The form that adds a contact, with what is wrong.
async fn show_new(sender: Sender, id: BusinessId, form: ContactForm, refused: Option<Problem>) -> Response {
    let path = routes::new_contact(id);
    if let Err(problem) = sender.needs(Role::Member) {
        return sender.explain(&path, problem.into_problem()).await;
    }
    let lead = match sender.api.business(id).await {
        Ok(detail) => detail.business,
        Err(error) => return sender.explain(&path, told(error)).await,
    };
    let status = refused.as_ref().map_or(200, |problem| problem.status);
    let content = ContactContent { lead, contact: None, form, refused, evidence: Vec::new() };
    sender.show_as(&path, FormContent::Contact(Box::new(content)), status).await
}

pub(super) async fn edit(
    State(app): State<App>,
    Path((id, contact)): Path<(String, String)>,
    request: Request,
) -> Response {
    let Some((id, contact)) = ids(&id, &contact) else { return no_contact() };
    let path = routes::contact(id, contact);
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&path) };
    show(sender, id, contact, None, None).await
}

pub(super) async fn change(
    State(app): State<App>,
    Path((id, contact)): Path<(String, String)>,
    request: Request,
) -> Response {
    let Some((id, contact)) = ids(&id, &contact) else { return no_contact() };
    let path = routes::contact(id, contact);
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&path) };
    let form: ContactForm = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    let changes = form.changes(&form.as_seen());
    if changes == ContactPatch::default() {
        return Redirect::to(&routes::lead(id)).into_response();
    }
    match sender
        .api
        .update_contact((id, contact), version(&form.version), &changes, IdempotencyKey::new())
        .await
    {
        Ok(_) => Redirect::to(&routes::lead(id)).into_response(),
        Err(error) => show(sender, id, contact, Some(form), Some(told(error))).await,
    }
}

pub(super) async fn delete(
    State(app): State<App>,
    Path((id, contact)): Path<(String, String)>,
    request: Request,
) -> Response {
    /// The form that deletes a contact.
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Deletion {
        version: String,
    }
    let Some((id, contact)) = ids(&id, &contact) else { return no_contact() };
    let path = routes::contact(id, contact);
    let Some(sender) = Sender::of(&app, &request) else { return turn_away(&path) };
    let form: Deletion = match read_form(&app, request).await {
        Ok(form) => form,
        Err(problem) => return problem.into_response(),
    };
    match sender.api.delete_contact((id, contact), version(&form.version), IdempotencyKey::new()).await {
        Ok(_) => Redirect::to(&routes::lead(id)).into_response(),
        Err(error) => show(sender, id, contact, None, Some(told(error))).await,
    }
}

/// The page of a contact as it is now, with what was typed on top. Where the contact is gone, what was typed stands in the
/// form that adds one.
async fn show(
    sender: Sender,
    id: BusinessId,
    contact: ContactId,
    typed: Option<ContactForm>,
    refused: Option<Problem>,
) -> Response {
    let path = FormRoute::Contact(id, contact).path();
    if let Err(problem) = sender.needs(Role::Member) {
        return sender.explain(&path, problem.into_problem()).await;
    }
    let history = HistoryQuery { limit: Some(HISTORY), cursor: None };
    let (detail, history) =
        futures::join!(sender.api.business(id), sender.api.enrichment_history(id, &history));
    let detail = match detail {
        Ok(detail) => detail,
        Err(error) => return sender.explain(&path, told(error)).await,
    };
    let Some(found) = detail.contacts.into_iter().find(|found| found.id == contact) else {
        return match typed {
            Some(typed) => {
                let detail = "this contact was deleted meanwhile; what you typed can be added as a new one";
                let problem = ApiProblem::new(NOT_FOUND, detail).into_problem();
                show_new(sender, id, typed, Some(problem)).await
            }
            None => sender.explain(&path, gone().into_problem()).await,
        };
    };
    let now = ContactForm::of(&found, detail.business.version);
    let is_stale = refused.as_ref().is_some_and(|problem| problem.status == 412);
    let form = match typed {
        // Another change came first: shown is what it left, with this one on top.
        Some(typed) if is_stale => typed.on_top_of(now),
        Some(typed) => typed,
        None => now.shown(),
    };
    let told = history.map(|page| page.data).unwrap_or_default();
    let told = told.iter().flat_map(|entry| entry.evidence.iter().map(|one| (one, entry.started_at)));
    let evidence = origins(&found, told);
    let status = refused.as_ref().map_or(200, |problem| problem.status);
    let content = ContactContent { lead: detail.business, contact: Some(found), form, refused, evidence };
    sender.show_as(&path, FormContent::Contact(Box::new(content)), status).await
}

/// What the history says of the values of a contact, each once, the newest first.
fn origins<'e>(
    contact: &Contact,
    told: impl Iterator<Item = (&'e Evidence, Timestamp)>,
) -> Vec<ContactEvidence> {
    let values = [&contact.name, &contact.email, &contact.phone, &contact.title, &contact.linkedin];
    let mut origins: Vec<ContactEvidence> = Vec::new();
    for (evidence, found_at) in told {
        let is_of = values.iter().copied().flatten().any(|value| value.eq_ignore_ascii_case(&evidence.value));
        let known = |one: &ContactEvidence| {
            one.value == evidence.value && one.source_url == evidence.source_url && one.says == says(evidence)
        };
        if is_of && !origins.iter().any(known) {
            origins.push(ContactEvidence {
                value: evidence.value.clone(),
                says: says(evidence),
                source_url: evidence.source_url.clone(),
                confidence: evidence.confidence,
                found_at,
            });
        }
    }
    origins
}

/// The text around a value; of a check of an address what came of it.
fn says(evidence: &Evidence) -> Option<String> {
    #[derive(Deserialize)]
    struct Verdict {
        verdict: EmailStatus,
        #[serde(default)]
        reasons: Vec<String>,
    }
    let snippet = evidence.snippet.as_deref()?;
    let Ok(Verdict { verdict, reasons }) = serde_json::from_str(snippet) else {
        return Some(snippet.to_owned());
    };
    let found = format!("checked: {verdict}");
    Some(if reasons.is_empty() { found } else { format!("{found} ({})", reasons.join(", ")) })
}

fn ids(lead: &str, contact: &str) -> Option<(BusinessId, ContactId)> {
    let contact = contact.parse().ok().filter(|contact: &ContactId| contact.0 > 0);
    Some((lead_id(lead)?, contact?))
}

fn gone() -> ApiProblem {
    ApiProblem::new(NOT_FOUND, "there is no such contact; it may have been deleted")
}

fn no_contact() -> Response {
    gone().into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(value: &str, snippet: &str) -> Evidence {
        Evidence {
            field: "contacts".to_owned(),
            value: value.to_owned(),
            source_url: "https://example.org/team".to_owned(),
            snippet: Some(snippet.to_owned()),
            confidence: 0.9,
        }
    }

    #[test]
    fn only_what_is_said_of_the_contact_is_told_and_once() {
        let contact = Contact {
            id: ContactId(1),
            business_id: BusinessId(1),
            name: Some("Maija".to_owned()),
            title: None,
            email: Some("m@example.org".to_owned()),
            email_status: EmailStatus::Safe,
            phone: None,
            linkedin: None,
            is_primary: false,
            confidence: 0.9,
            source_url: None,
            found_at: Timestamp::default(),
        };
        let told = [
            evidence("Maija", "Maija, owner"),
            evidence("Matti", "Matti, cook"),
            evidence("M@example.org", r#"{"verdict":"safe","reasons":["mx"],"mx":[]}"#),
            evidence("Maija", "Maija, owner"),
        ];
        let origins = origins(&contact, told.iter().map(|one| (one, Timestamp::default())));
        let says: Vec<_> = origins.iter().map(|one| one.says.as_deref().unwrap_or_default()).collect();
        assert_eq!(says, ["Maija, owner", "checked: safe (mx)"]);
    }
}
