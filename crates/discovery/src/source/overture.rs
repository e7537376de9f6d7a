//! Overture's places, as Parquet, GeoJSON or a table with JSON in its columns has them, to a record.

use contract::OperatingStatus;
use serde_json::{Map, Value};

use crate::place::RawPlace;
use crate::taxonomy::{self, OvertureCategory};

/// Slug of the source of Overture's records.
pub(crate) const SOURCE: &str = "overture";
/// Licence that all of Overture's place sources allow.
pub(crate) const LICENCE: &str = "CDLA-Permissive-2.0";
/// What must be shown beside it.
pub(crate) const ATTRIBUTION: &str = "Overture Maps Foundation";
/// Where its licence is explained.
pub(crate) const LICENCE_URL: &str = "https://docs.overturemaps.org/attribution/";
/// It says itself that duplicates are left in it.
pub(crate) const LISTS_ONCE: bool = false;

/// The columns that are read.
pub(super) const COLUMNS: [&str; 14] = [
    "id",
    "names",
    "taxonomy",
    "categories",
    "basic_category",
    "confidence",
    "websites",
    "socials",
    "emails",
    "phones",
    "brand",
    "addresses",
    "operating_status",
    "bbox",
];

/// Whether columns or keys of these names are Overture's.
pub(super) fn is_overture(has: impl Fn(&str) -> bool) -> bool {
    has("names") && ["addresses", "categories", "taxonomy", "basic_category", "phones"].into_iter().any(has)
}

/// The record of one row; its point comes from the geometry, or else from `bbox`.
pub(super) fn raw_place(row: &Map<String, Value>, point: Option<(f64, f64)>) -> RawPlace {
    let field = |name: &str| row.get(name).map(opened).unwrap_or_default();
    let (brand, address) = (field("brand"), first(&field("addresses")));
    let of_address = |name: &str| address.get(name).and_then(text);
    let id = row.get("id").and_then(text);
    RawPlace {
        source: id.is_some().then_some(SOURCE),
        source_id: id.unwrap_or_default(),
        name: primary_name(&field("names")).unwrap_or_default(),
        categories: taxonomy::from_overture(&category(&field("taxonomy"), &field("categories"), row))
            .into_iter()
            .collect(),
        coordinates: point.or_else(|| center(&field("bbox"))),
        street: of_address("freeform"),
        city: of_address("locality"),
        state: of_address("region"),
        postal_code: of_address("postcode"),
        country: of_address("country"),
        phones: texts(&field("phones")),
        emails: texts(&field("emails")),
        websites: texts(&field("websites")),
        profiles: texts(&field("socials")).into_iter().map(|url| (None, url)).collect(),
        chain: primary_name(&opened(brand.get("names").unwrap_or(&Value::Null))).is_some()
            || brand.get("wikidata").and_then(text).is_some(),
        status: row.get("operating_status").and_then(Value::as_str).and_then(status),
        confidence: row.get("confidence").and_then(number),
        ..RawPlace::default()
    }
}

fn category(taxonomy: &Value, categories: &Value, row: &Map<String, Value>) -> OvertureCategory {
    let primary = |value: &Value| value.get("primary").and_then(text);
    let list = |value: &Value, names: &[&str]| {
        names.iter().find_map(|name| value.get(name)).map(|ids| texts(&opened(ids))).unwrap_or_default()
    };
    let mut alternates = list(taxonomy, &["alternates", "alternate"]);
    alternates.extend(list(categories, &["alternate", "alternates"]));
    OvertureCategory {
        primary: primary(taxonomy).or_else(|| primary(categories)),
        hierarchy: list(taxonomy, &["hierarchy"]),
        basic: row.get("basic_category").and_then(text),
        alternates,
    }
}

/// The value itself, or what it is the JSON text of: exports write nested columns as text.
pub(super) fn opened(value: &Value) -> Value {
    match value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            serde_json::from_str(text).unwrap_or(Value::Null)
        }
        other => other.clone(),
    }
}

fn primary_name(names: &Value) -> Option<String> {
    names.get("primary").and_then(text).or_else(|| text(names))
}

fn first(list: &Value) -> Value {
    list.as_array().and_then(|all| all.first()).cloned().unwrap_or_default()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn texts(list: &Value) -> Vec<String> {
    match list {
        Value::Array(all) => all.iter().filter_map(text).collect(),
        one => text(one).into_iter().collect(),
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn center(bbox: &Value) -> Option<(f64, f64)> {
    let side = |name: &str| bbox.get(name).and_then(number);
    Some((f64::midpoint(side("ymin")?, side("ymax")?), f64::midpoint(side("xmin")?, side("xmax")?)))
}

/// Whether a place trades, in the words of Overture, Google and of tables: a date of closing says that it does
/// not.
pub(super) fn status(text: &str) -> Option<OperatingStatus> {
    let word = text.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    let is_date = word.len() >= 8 && word.as_bytes().iter().filter(|byte| byte.is_ascii_digit()).count() >= 6;
    match word.as_str() {
        "open" | "operational" | "false" | "0" | "no" | "active" => Some(OperatingStatus::Open),
        "temporarily_closed" | "temporarilyclosed" | "closed_temporarily" => {
            Some(OperatingStatus::TemporarilyClosed)
        }
        "permanently_closed" | "permanentlyclosed" | "closed_permanently" | "closed" | "true" | "1"
        | "yes" => Some(OperatingStatus::PermanentlyClosed),
        _ => is_date.then_some(OperatingStatus::PermanentlyClosed),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn raw(row: &Value) -> RawPlace {
        raw_place(row.as_object().unwrap(), None)
    }

    fn newer() -> Value {
        json!({
            "id": "08f", "names": {"primary": "Joe's Plumbing", "common": null},
            "taxonomy": {"primary": "plumbing", "hierarchy": ["services_and_business", "home_service", "plumbing"], "alternates": ["electrician"]},
            "basic_category": "home_service", "confidence": 0.9, "websites": ["https://joe.example"],
            "socials": ["https://www.facebook.com/joe"], "emails": null, "phones": ["+17324621234"],
            "brand": null, "operating_status": "open",
            "addresses": [{"freeform": "1 Main St", "locality": "Freehold", "postcode": "07728", "region": "US-NJ", "country": "US"}],
            "bbox": {"xmin": -74.28, "xmax": -74.26, "ymin": 40.25, "ymax": 40.27}
        })
    }

    #[test]
    fn a_row_becomes_a_record() {
        let place = raw(&newer());
        assert_eq!((place.source_id.as_str(), place.name.as_str()), ("08f", "Joe's Plumbing"));
        assert_eq!(place.categories[0].slug, "plumber");
        assert_eq!(place.state.as_deref(), Some("US-NJ"));
        assert_eq!((place.chain, place.status), (false, Some(OperatingStatus::Open)));
        let (latitude, longitude) = place.coordinates.unwrap();
        assert!((latitude - 40.26).abs() < 1e-9 && (longitude + 74.27).abs() < 1e-9);
    }

    #[test]
    fn nested_columns_may_be_text() {
        let object = newer();
        let flat: Map<String, Value> = object
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, value)| {
                let is_nested = value.is_object() || value.is_array();
                (key.clone(), if is_nested { Value::String(value.to_string()) } else { value.clone() })
            })
            .collect();
        assert_eq!(raw_place(&flat, None), raw(&object));
    }

    #[test]
    fn older_columns_and_brands_are_understood() {
        let place = raw(&json!({
            "id": "1", "names": {"primary": "BP"}, "brand": {"names": {"primary": "bp"}, "wikidata": null},
            "categories": {"primary": "unknown_thing", "alternate": ["gas_station"]}
        }));
        assert_eq!((place.categories[0].slug, place.chain), ("gas_station", true));
        assert!(!raw(&json!({"names": {"primary": "A"}, "brand": {"names": {}}})).chain);
    }

    #[test]
    fn closing_is_said_in_many_words() {
        for word in ["permanently_closed", "CLOSED_PERMANENTLY", "permanentlyClosed", "true", "2021-03-04"] {
            assert_eq!(status(word), Some(OperatingStatus::PermanentlyClosed), "{word}");
        }
        assert_eq!(status("OPERATIONAL"), Some(OperatingStatus::Open));
        assert_eq!(status("temporarily closed"), Some(OperatingStatus::TemporarilyClosed));
        assert_eq!(status("who knows"), None);
    }

    #[test]
    fn rows_of_the_wrong_shape_are_read_as_far_as_they_go() {
        for row in
            [json!({"names": 5, "addresses": "x", "phones": {}}), json!({"names": ["a"], "bbox": "[1"})]
        {
            assert_eq!(raw(&row).name, "");
        }
    }
}
