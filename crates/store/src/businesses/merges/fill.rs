//! What a business takes over from the one that is merged into it.

use contract::edit::MAX_TAGS;
use contract::{Business, EnrichmentStatus};

use super::super::edit::Stored;
use crate::KnownBusiness;

/// The kept business with what it takes over, and the fields that a person set or cleared in it.
pub(super) fn filled(kept: &Stored, other: &Stored) -> (KnownBusiness, Vec<String>) {
    let mut after = kept.row.clone();
    let from = &other.row.business;
    fill(&mut after.business, from);
    if after.business.website.is_some() && kept.row.business.website.is_none() {
        after.domain.clone_from(&other.row.domain);
    }
    // What a person cleared is not filled from elsewhere.
    kept.keep_edited(&mut after);
    add_lists(&mut after.business, from);
    let mut edited = kept.edited().to_vec();
    let taken = other.edited().iter().filter(|field| takes(&kept.row.business, field));
    edited.extend(taken.cloned());
    edited.sort_unstable();
    edited.dedup();
    (after, edited)
}

/// Whether the field had no value of its own, so that it is the other's from now on.
fn takes(kept: &Business, field: &str) -> bool {
    let json = serde_json::to_value(kept).unwrap_or_default();
    let value = match field.split_once('.') {
        Some((object, inner)) => json.get(object).and_then(|object| object.get(inner)),
        None => json.get(field),
    };
    value.is_none_or(serde_json::Value::is_null)
}

fn fill(kept: &mut Business, other: &Business) {
    if kept.is_completed_by(other) {
        kept.street.clone_from(&other.street);
        fill_one(&mut kept.city, &other.city);
        fill_one(&mut kept.postal_code, &other.postal_code);
    }
    if kept.location().is_none() {
        (kept.latitude, kept.longitude) = (other.latitude, other.longitude);
    }
    if kept.category.is_none() {
        kept.category.clone_from(&other.category);
        kept.industry.clone_from(&other.industry);
    }
    if kept.phone.is_none() {
        kept.phone.clone_from(&other.phone);
        kept.phone_display.clone_from(&other.phone_display);
    }
    for (slot, value) in [
        (&mut kept.state, &other.state),
        (&mut kept.country, &other.country),
        (&mut kept.email, &other.email),
        (&mut kept.website, &other.website),
        (&mut kept.opening_hours, &other.opening_hours),
        (&mut kept.description, &other.description),
    ] {
        fill_one(slot, value);
    }
    kept.socials.fill(other.socials.clone());
    kept.employee_count = kept.employee_count.or(other.employee_count);
    kept.year_founded = kept.year_founded.or(other.year_founded);
    kept.confidence = [kept.confidence, other.confidence].into_iter().flatten().reduce(f64::max);
    kept.chain |= other.chain;
    if kept.enrichment_status == EnrichmentStatus::Pending
        && other.enrichment_status == EnrichmentStatus::Enriched
    {
        kept.enrichment_status = other.enrichment_status;
    }
}

/// Both's sources, labels and notes.
fn add_lists(kept: &mut Business, other: &Business) {
    for source in &other.sources {
        if !kept.sources.contains(source) {
            kept.sources.push(source.clone());
        }
    }
    for tag in &other.tags {
        if kept.tags.len() < MAX_TAGS && !kept.tags.contains(tag) {
            kept.tags.push(tag.clone());
        }
    }
    match (&mut kept.notes, &other.notes) {
        (Some(notes), Some(more)) if notes != more => {
            notes.push_str("\n\n");
            notes.push_str(more);
        }
        (notes @ None, more) => notes.clone_from(more),
        _ => {}
    }
}

fn fill_one(slot: &mut Option<String>, value: &Option<String>) {
    if slot.is_none() {
        slot.clone_from(value);
    }
}
