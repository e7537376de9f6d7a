//! What a business keeps when a merge into it is undone.

use contract::{Business, OperatingStatus};
use serde_json::{Map, Value};

use super::super::edit::Stored;
use super::{Record, records};
use crate::{KnownBusiness, StoreError};

/// Fields that are no values that a merge takes over.
const NOT_VALUES: [&str; 7] = ["id", "version", "sources", "tags", "contactCount", "createdAt", "updatedAt"];

/// The kept business without what it had from the other, and the fields that a person set or cleared in it. A value that
/// was changed since the merge stays.
pub(super) fn without(now: &Stored, record: &Record) -> Result<(KnownBusiness, Vec<String>), StoreError> {
    let mut after = now.row.clone();
    after.business = values_without(&now.row.business, record)?;
    let other = &record.other;
    let was_there = |source: &contract::SourceRef| record.before.sources.contains(source);
    after.business.sources.retain(|source| was_there(source) || !other.sources.contains(source));
    after.business.tags.retain(|tag| record.before.tags.contains(tag) || !other.tags.contains(tag));
    if after.business.website == record.before.website {
        after.domain.clone_from(&record.before_domain);
    }
    let mut edited = now.edited().to_vec();
    edited.retain(|field| record.before_edited.contains(field) || !record.other_edited.contains(field));
    Ok((after, edited))
}

/// The kept business without what a record filled in it. What a person wrote stays, and so does what was changed since.
pub(super) fn without_record(now: &Stored, record: &records::Record) -> Result<KnownBusiness, StoreError> {
    let mut after = now.row.clone();
    let (mut values, says) = (object(&after.business)?, object(&record.business)?);
    for field in record.filled.iter().filter(|field| !now.edited().contains(field)) {
        let (object, inner) = field.split_once('.').unwrap_or(("", field));
        let (current, said) = match object {
            "" => (values.get_mut(inner), says.get(inner)),
            object => (
                values.get_mut(object).and_then(|object| object.get_mut(inner)),
                says.get(object).and_then(|object| object.get(inner)),
            ),
        };
        if let (Some(current), Some(said)) = (current, said)
            && current == said
        {
            *current = empty(field);
        }
    }
    after.business = business(values)?;
    let of_record = |one: &contract::SourceRef| {
        let mut sources = record.business.sources.iter();
        sources.any(|source| source.source == one.source && source.source_id == one.source_id)
    };
    after.business.sources.retain(|source| !of_record(source));
    if !now.edited().iter().any(|field| field == "tags") {
        after.business.tags.retain(|tag| !record.tags.contains(tag));
    }
    if after.business.website.is_none() {
        after.domain = None;
    }
    // What goes together is a person's together.
    now.keep_edited(&mut after);
    Ok(after)
}

/// What a field holds before a record fills it.
fn empty(field: &str) -> Value {
    match field {
        "chain" => Value::Bool(false),
        "operatingStatus" => Value::from(OperatingStatus::Open.as_str()),
        _ => Value::Null,
    }
}

fn values_without(now: &Business, record: &Record) -> Result<Business, StoreError> {
    let mut values = object(now)?;
    let (before, after) = (object(&record.before)?, object(&record.after)?);
    restore(&mut values, &before, &after);
    business(values)
}

fn business(values: Map<String, Value>) -> Result<Business, StoreError> {
    serde_json::from_value(Value::Object(values)).map_err(|error| StoreError::Unreadable(error.to_string()))
}

/// Puts back each value that the merge changed and nobody since.
fn restore(now: &mut Map<String, Value>, before: &Map<String, Value>, after: &Map<String, Value>) {
    for (field, merged) in after.iter().filter(|(field, _)| !NOT_VALUES.contains(&field.as_str())) {
        let (Some(old), Some(current)) = (before.get(field), now.get_mut(field)) else { continue };
        match (current, old, merged) {
            (Value::Object(current), Value::Object(old), Value::Object(merged)) => {
                restore(current, old, merged);
            }
            (current, old, merged) if old != merged && current == merged => *current = old.clone(),
            _ => {}
        }
    }
}

fn object(business: &Business) -> Result<Map<String, Value>, StoreError> {
    match serde_json::to_value(business) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Ok(Map::new()),
        Err(error) => Err(StoreError::Unreadable(error.to_string())),
    }
}
