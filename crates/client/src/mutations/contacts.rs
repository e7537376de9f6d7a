//! Writing contacts by hand. What the server answers is written into the business's own page.

use std::sync::Arc;

use contract::edit::{ContactPatch, ContactSaved, ContactsChanged};
use contract::{BusinessDetail, BusinessId, Contact, ContactId, keys};
use requery::{MutationOptions, QueryClient, QueryFilters};

use super::renew_lists;
use crate::{ApiClient, ApiError, IdempotencyKey};

/// A change of a contact of that version of a business.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactUpdate {
    /// The business and the contact.
    pub contact: (BusinessId, ContactId),
    /// The business's version that was seen.
    pub version: u64,
    /// What changes.
    pub patch: ContactPatch,
}

/// Adds a contact to a business.
#[must_use]
pub fn add_contact(api: &ApiClient) -> MutationOptions<ContactSaved, ApiError, (BusinessId, ContactPatch)> {
    let api = api.clone();
    MutationOptions::with_context(move |(id, contact): (BusinessId, ContactPatch), call| {
        api.add_contact(id, &contact, IdempotencyKey::of(call.idempotency_key()))
    })
    .on_success(|saved: Arc<ContactSaved>, call| async move {
        show_saved(&call.client, call.variables.0, &saved);
    })
}

/// Changes fields of a contact.
#[must_use]
pub fn update_contact(api: &ApiClient) -> MutationOptions<ContactSaved, ApiError, ContactUpdate> {
    let api = api.clone();
    MutationOptions::with_context(move |update: ContactUpdate, call| {
        let key = IdempotencyKey::of(call.idempotency_key());
        api.update_contact(update.contact, update.version, &update.patch, key)
    })
    .on_success(|saved: Arc<ContactSaved>, call| async move {
        show_saved(&call.client, call.variables.contact.0, &saved);
    })
}

/// Deletes a contact of that version of a business.
#[must_use]
pub fn delete_contact(
    api: &ApiClient,
) -> MutationOptions<ContactsChanged, ApiError, ((BusinessId, ContactId), u64)> {
    let api = api.clone();
    MutationOptions::with_context(move |(contact, version): ((BusinessId, ContactId), u64), call| {
        api.delete_contact(contact, version, IdempotencyKey::of(call.idempotency_key()))
    })
    .on_success(|changed: Arc<ContactsChanged>, call| async move {
        let ((id, contact), _) = *call.variables;
        let without = move |contacts: &[Contact]| {
            contacts.iter().filter(|known| known.id != contact).cloned().collect()
        };
        show(&call.client, id, *changed, without);
    })
}

fn show_saved(client: &QueryClient, id: BusinessId, saved: &ContactSaved) {
    let changed = ContactsChanged { version: saved.version, contact_count: saved.contact_count };
    let contact = saved.contact.clone();
    show(client, id, changed, move |contacts| {
        let mut after: Vec<Contact> =
            contacts.iter().filter(|known| known.id != contact.id).cloned().collect();
        if contact.is_primary {
            after.iter_mut().for_each(|known| known.is_primary = false);
        }
        after.push(contact.clone());
        // As the server orders them.
        after.sort_by_key(|known| (!known.is_primary, known.id));
        after
    });
}

/// Shows the contacts after a change on the business's own page, unless that is newer already.
fn show(
    client: &QueryClient,
    id: BusinessId,
    changed: ContactsChanged,
    contacts: impl Fn(&[Contact]) -> Vec<Contact> + Send + Sync + 'static,
) {
    client.patch_query_data::<BusinessDetail>(keys::business::detail(id), move |detail| {
        if detail.business.version >= changed.version {
            return None;
        }
        let mut business = detail.business.clone();
        (business.version, business.contact_count) = (changed.version, changed.contact_count);
        Some(BusinessDetail { business, contacts: contacts(&detail.contacts) })
    });
    // Started, not awaited.
    drop(client.invalidate_queries(QueryFilters::prefix(keys::business::contacts(id))));
    renew_lists(client);
}
