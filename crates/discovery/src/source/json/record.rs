//! One JSON object to a record: a GeoJSON feature or a flat object, with Overture's keys, OpenStreetMap's tags
//! or the names that columns of tables have.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::lead::{Lead, Listed, SourceRecord};
use crate::normalise;
use crate::place::{RawPlace, Record, Rejected};
use crate::source::exported::{is_lead, records_of_lead};
use crate::source::fields::Columns;
use crate::source::{osm, overture};
use crate::timestamp::today;

/// What a lead of an export was made from; `None` where the object is none.
pub(super) fn records_of(object: &Map<String, Value>) -> Option<Vec<SourceRecord>> {
    let properties = object.get("properties").and_then(Value::as_object).unwrap_or(object);
    is_lead(properties).then(|| records_of_lead(properties, object.get("id")))
}

/// The record that an object of line `line` tells; `raw` is its text, and `listed` what the leads of its file were made from.
pub(super) fn record(
    line: u64,
    object: Map<String, Value>,
    raw: &str,
    listed: Option<&Arc<Listed>>,
) -> Record {
    let lead = listed.and_then(|listed| Lead::new(records_of(&object)?, listed));
    let is_feature = object.get("type").and_then(Value::as_str) == Some("Feature");
    let point = object.get("geometry").map(overture::opened).and_then(|geometry| center(&geometry));
    let id = object.get("id").map(plain);
    let properties = match object {
        mut object if is_feature => match object.remove("properties") {
            Some(Value::Object(properties)) => properties,
            _ => {
                let reason = "it is a feature without properties, which would hold its name";
                return Record::Rejected(Box::new(Rejected::line(line, reason, raw)));
            }
        },
        object => object,
    };
    let mut place = raw_place(&properties, point, &id.unwrap_or_default());
    if lead.is_some() {
        // Of an export, a label is one, whatever stands in it.
        place.tags = labels(&properties);
    }
    (place.line, place.lead) = (Some(line), lead);
    normalise::record(place, || raw.to_owned())
}

/// `outer_id` is the feature's own id, which counts where its properties hold none.
fn raw_place(properties: &Map<String, Value>, point: Option<(f64, f64)>, outer_id: &str) -> RawPlace {
    if overture::is_overture(|name| properties.contains_key(name)) {
        return overture::raw_place(properties, point);
    }
    let flat = flat(properties);
    if is_osm(&flat) {
        let id = flat.get("@id").cloned().unwrap_or_else(|| outer_id.to_owned());
        let place = osm::raw_place(id, &flat, None, today());
        return RawPlace { coordinates: point, ..place };
    }
    let names: Vec<&str> = flat.keys().map(String::as_str).collect();
    let values: Vec<&str> = flat.values().map(String::as_str).collect();
    let mut place = Columns::of(names).raw_place(|column| values.get(column).copied());
    if place.source_id.is_empty() {
        outer_id.clone_into(&mut place.source_id);
    }
    RawPlace { coordinates: point.or(place.coordinates), ..place }
}

fn labels(properties: &Map<String, Value>) -> Vec<String> {
    let all = properties.get("tags").and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Keys and values as text; objects within give keys of both names: `location.lat` is `location lat`.
fn flat(properties: &Map<String, Value>) -> BTreeMap<String, String> {
    let mut flat = BTreeMap::new();
    for (key, value) in properties {
        match value {
            Value::Object(inner) => {
                flat.extend(inner.iter().map(|(name, value)| (format!("{key} {name}"), plain(value))));
            }
            value => {
                flat.insert(key.clone(), plain(value));
            }
        }
    }
    flat.retain(|_, value| !value.is_empty());
    flat
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Array(all) => {
            all.iter().map(plain).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(";")
        }
        Value::Null | Value::Object(_) => String::new(),
    }
}

/// Tags of OpenStreetMap: an address in their manner, or a key that says what the place is beside a value that a
/// category names.
fn is_osm(flat: &BTreeMap<String, String>) -> bool {
    let get = |key: &str| flat.get(key).map(String::as_str);
    flat.keys().any(|key| key.starts_with("addr:") || key == "@id")
        || !crate::taxonomy::from_osm_tags(get).is_empty()
}

/// The point, or the mean of the corners of what has several; GeoJSON writes longitude first.
fn center(geometry: &Value) -> Option<(f64, f64)> {
    let mut corners = Vec::new();
    gather(geometry.get("coordinates")?, &mut corners);
    let is_ring = corners.len() > 2 && corners.first() == corners.last();
    let corners = &corners[usize::from(is_ring)..];
    #[expect(clippy::cast_precision_loss, reason = "there are not 2^52 corners")]
    let count = corners.len() as f64;
    let mean = |side: fn(&(f64, f64)) -> f64| corners.iter().map(side).sum::<f64>() / count;
    (!corners.is_empty()).then(|| (mean(|corner| corner.1), mean(|corner| corner.0)))
}

fn gather(coordinates: &Value, corners: &mut Vec<(f64, f64)>) {
    let Some(all) = coordinates.as_array() else { return };
    if let [x, y, ..] = all.as_slice()
        && let (Some(x), Some(y)) = (x.as_f64(), y.as_f64())
    {
        corners.push((x, y));
        return;
    }
    all.iter().for_each(|inner| gather(inner, corners));
}
