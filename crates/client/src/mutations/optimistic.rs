//! What is shown before the server has done it.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use contract::bulk::{BulkAction, BulkRequest};
use contract::edit::{BusinessDraft, BusinessPatch, Change, MAX_TAGS};
use contract::{Business, BusinessId, EnrichmentStatus, Page, Shared, Timestamp, keys};
use requery::{LayerBuilder, QueryClient, QueryFilters, Subscription};

/// The business as the patch leaves it, before the server has read what was typed.
#[must_use]
pub fn patched(business: &Business, patch: &BusinessPatch) -> Business {
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

/// Where the event of a creation comes before its answer, the row under a temporary id becomes the one that the event
/// tells of, and does not stand beside it until the answer is there. It does so as long as what this returns is kept, for
/// a business of that name; where somebody else took it in the same moment, the answer puts that right.
pub fn name_temporary(client: &QueryClient, name: String) -> Subscription {
    let is_named = AtomicBool::new(false);
    let known: Vec<BusinessId> = rows(client, &name).into_iter().map(|row| row.id).collect();
    let watched = client.clone();
    client.subscribe(move |_| {
        let rows = rows(&watched, &name);
        let temporary = rows.iter().find(|row| row.id.0 < 0 && !known.contains(&row.id));
        let created = rows.iter().find(|row| row.id.0 > 0 && !known.contains(&row.id));
        if let (Some(temporary), Some(created)) = (temporary, created)
            && !is_named.swap(true, Ordering::Relaxed)
        {
            watched.replace_temporary(temporary.id, created.clone().into_inner());
        }
    })
}

/// Rows of that name in any list.
fn rows(client: &QueryClient, name: &str) -> Vec<Shared<Business>> {
    let filters = QueryFilters::prefix(keys::businesses::all());
    let lists = client.get_queries_data::<Page<Shared<Business>>>(&filters);
    let rows = lists.iter().flat_map(|(_, page)| &page.data);
    rows.filter(|row| row.name == name).cloned().collect()
}
