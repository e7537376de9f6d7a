//! What is shown before the server has done it.

use std::sync::atomic::{AtomicI64, Ordering};

use contract::bulk::{BulkAction, BulkRequest};
use contract::edit::{BusinessDraft, BusinessPatch, Change, MAX_TAGS};
use contract::{Business, BusinessId, EnrichmentStatus, Timestamp};
use requery::LayerBuilder;

/// The business as the patch leaves it, before the server has read what was typed.
pub(super) fn patched(business: &Business, patch: &BusinessPatch) -> Business {
    let mut after = business.clone();
    let patch = patch.clone();
    if let Change::Set(name) = patch.name {
        after.name = name;
    }
    for (change, field) in [
        (patch.category, &mut after.category),
        (patch.street, &mut after.street),
        (patch.city, &mut after.city),
        (patch.state, &mut after.state),
        (patch.postal_code, &mut after.postal_code),
        (patch.country, &mut after.country),
        (patch.phone.clone(), &mut after.phone),
        (patch.phone, &mut after.phone_display),
        (patch.email, &mut after.email),
        (patch.website, &mut after.website),
        (patch.opening_hours, &mut after.opening_hours),
        (patch.description, &mut after.description),
        (patch.notes, &mut after.notes),
    ] {
        change.apply(field);
    }
    patch.latitude.apply(&mut after.latitude);
    patch.longitude.apply(&mut after.longitude);
    patch.employee_count.apply(&mut after.employee_count);
    patch.year_founded.apply(&mut after.year_founded);
    match patch.tags {
        Change::Keep => {}
        Change::Clear => after.tags.clear(),
        Change::Set(tags) => after.tags = tags,
    }
    if let Change::Set(chain) = patch.chain {
        after.chain = chain;
    }
    if let Change::Set(status) = patch.operating_status {
        after.operating_status = status;
    }
    after
}

/// What a bulk action does to one business, as far as the page can tell.
pub(super) fn bulk(layer: &mut LayerBuilder, id: BusinessId, request: &BulkRequest) {
    let tag = request.tag.as_deref().unwrap_or_default().trim().to_owned();
    match request.action {
        BulkAction::Delete => layer.remove::<Business>(id),
        BulkAction::Enrich => layer.update::<Business>(id, |business| {
            business.enrichment_status = EnrichmentStatus::Enriching;
        }),
        BulkAction::Tag => layer.update::<Business>(id, move |business| {
            if business.tags.len() < MAX_TAGS && !business.tags.contains(&tag) {
                business.tags.push(tag.clone());
            }
        }),
        BulkAction::Untag => layer.update::<Business>(id, move |business| {
            business.tags.retain(|known| *known != tag);
        }),
    };
}

/// The draft as a row, under an id that no other row of this page has.
pub(super) fn temporary(draft: &BusinessDraft, now: Timestamp) -> Business {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let id = BusinessId(LAST.fetch_sub(1, Ordering::Relaxed) - 1);
    patched(&Business::named(id, "", now), &draft.0)
}
