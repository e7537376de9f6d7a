//! The people of a business: list, add, change, delete.

use contract::edit::{BusinessContacts, ContactSaved, ContactsChanged};
use contract::endpoint::PathParams;
use contract::endpoints::{AddContact, DeleteContact, ListContacts, UpdateContact};
use contract::{Business, BusinessId, Contact, ContactId, EmailStatus, Endpoint, EventPayload};
use store::{NewContact, WriteTx};

use super::businesses::seen;
use super::{by_hand, no_business, suppression};
use crate::app::App;
use crate::endpoint::{Answer, Call};
use crate::problem::{ApiProblem, NOT_FOUND};

pub(super) async fn list(app: App, call: Call<ListContacts>) -> Result<Answer<ListContacts>, ApiProblem> {
    let detail = app.store().get_business(call.path).await?.ok_or_else(|| no_business(call.path))?;
    let (version, contact_count) = (detail.business.version, detail.business.contact_count);
    Ok(Answer::new(BusinessContacts { version, contact_count, data: detail.contacts }))
}

pub(super) async fn add(app: App, call: Call<AddContact>) -> Result<Answer<AddContact>, ApiProblem> {
    let id = call.path;
    let mut tx = app.store().begin().await?;
    let known = tx.lock_business(id).await?.ok_or_else(|| no_business(id))?;
    let mut draft = Contact {
        id: ContactId(0),
        business_id: id,
        name: None,
        title: None,
        email: None,
        email_status: EmailStatus::Unknown,
        phone: None,
        linkedin: None,
        is_primary: false,
        confidence: 1.0,
        source_url: None,
        found_at: tx.now(),
    };
    by_hand::edit_contact(call.body, known.business.country.as_deref(), &mut draft)
        .map_err(ApiProblem::invalid)?;
    refuse_suppressed(&tx, &draft, known.domain.as_deref()).await?;
    let contact = tx.add_contact(id, NewContact::of(&draft)).await?;
    let business = told(&mut tx, id).await?;
    let location = (id, contact.id).fill(UpdateContact::PATH);
    Ok(Answer::committing(tx, saved(&business, contact)).with_location(location))
}

pub(super) async fn update(app: App, call: Call<UpdateContact>) -> Result<Answer<UpdateContact>, ApiProblem> {
    let (id, contact_id) = call.path;
    let mut tx = app.store().begin().await?;
    let known = seen(&mut tx, id, call.version).await?;
    let mut contacts = tx.contacts(id).await?.into_iter();
    let mut contact =
        contacts.find(|contact| contact.id == contact_id).ok_or_else(|| no_contact(call.path))?;
    let changes = by_hand::edit_contact(call.body, known.business.country.as_deref(), &mut contact)
        .map_err(ApiProblem::invalid)?;
    if !changes {
        return Ok(Answer::new(saved(&known.business, contact)));
    }
    refuse_suppressed(&tx, &contact, known.domain.as_deref()).await?;
    tx.edit_contact(&contact).await?;
    let business = told(&mut tx, id).await?;
    Ok(Answer::committing(tx, saved(&business, contact)))
}

pub(super) async fn delete(app: App, call: Call<DeleteContact>) -> Result<Answer<DeleteContact>, ApiProblem> {
    let (id, contact_id) = call.path;
    let mut tx = app.store().begin().await?;
    seen(&mut tx, id, call.version).await?;
    if !tx.contacts(id).await?.iter().any(|contact| contact.id == contact_id) {
        return Err(no_contact(call.path));
    }
    tx.remove_contact(id, contact_id).await?;
    let Business { version, contact_count, .. } = told(&mut tx, id).await?;
    Ok(Answer::committing(tx, ContactsChanged { version, contact_count }))
}

/// The business as it is now, with the events that say so.
async fn told(tx: &mut WriteTx, id: BusinessId) -> Result<Business, ApiProblem> {
    let business = tx.lock_business(id).await?.ok_or_else(|| no_business(id))?.business;
    tx.append_events([
        EventPayload::BusinessUpdated(Box::new(business.clone())),
        EventPayload::StatsUpdated {},
    ]);
    Ok(business)
}

fn saved(business: &Business, contact: Contact) -> ContactSaved {
    ContactSaved { version: business.version, contact_count: business.contact_count, contact }
}

async fn refuse_suppressed(tx: &WriteTx, contact: &Contact, domain: Option<&str>) -> Result<(), ApiProblem> {
    let person = contact.name.as_deref().zip(domain);
    suppression::refuse(tx, contact.email.as_deref(), person).await
}

fn no_contact((business, contact): (BusinessId, ContactId)) -> ApiProblem {
    ApiProblem::new(
        NOT_FOUND,
        format!("business {business} has no contact {contact}; it may have been deleted"),
    )
}
