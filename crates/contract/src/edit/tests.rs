use serde_json::{Value, json};

use super::*;

fn read(json: Value) -> BusinessPatch {
    serde_json::from_value(json).unwrap()
}

fn first_error(json: Value) -> Option<(String, String)> {
    let errors = read(json).validate().err()?;
    errors.into_iter().next().map(|error| (error.field, error.code))
}

#[test]
fn absent_null_and_a_value_are_told_apart() {
    let patch = read(json!({ "email": null, "city": "Espoo" }));
    assert_eq!((&patch.street, &patch.email), (&Change::Keep, &Change::Clear));
    assert_eq!(patch.city, Change::Set("Espoo".to_owned()));
    assert_eq!(serde_json::to_value(&patch).unwrap(), json!({ "email": null, "city": "Espoo" }));
}

#[test]
fn profiles_are_patched_each_for_itself() {
    let patch = read(json!({ "socials": { "x": null, "yelp": "https://www.yelp.com/biz/a" } }));
    let Change::Set(socials) = &patch.socials else { panic!("{patch:?}") };
    assert_eq!((&socials.x, &socials.facebook), (&Change::Clear, &Change::Keep));
    assert_eq!(read(json!({ "socials": null })).socials, Change::Clear);
}

#[test]
fn every_rule_names_its_field() {
    let check = |json: Value, expect: Option<(&str, &str)>| {
        let expect = expect.map(|(field, code)| (field.to_owned(), code.to_owned()));
        assert_eq!(first_error(json.clone()), expect, "{json}");
    };
    check(json!({}), None);
    check(json!({ "name": "Café", "notes": "two\nlines", "tags": ["a", "b"] }), None);
    check(json!({ "latitude": -90, "longitude": 180, "employeeCount": 0, "yearFounded": 1000 }), None);
    check(json!({ "name": null }), Some(("name", "required")));
    check(json!({ "name": " " }), Some(("name", "empty")));
    check(json!({ "name": "x".repeat(301) }), Some(("name", "range")));
    check(json!({ "name": "a\u{7}b" }), Some(("name", "format")));
    check(json!({ "street": "a\nb" }), Some(("street", "format")));
    check(json!({ "notes": "a\u{0}b" }), Some(("notes", "format")));
    check(json!({ "socials": { "x": "" } }), Some(("socials.x", "empty")));
    check(json!({ "latitude": 90.1 }), Some(("latitude", "range")));
    check(json!({ "longitude": -180.5 }), Some(("longitude", "range")));
    check(json!({ "employeeCount": 10_000_001 }), Some(("employeeCount", "range")));
    check(json!({ "yearFounded": 999 }), Some(("yearFounded", "range")));
    check(json!({ "tags": ["a", " "] }), Some(("tags", "empty")));
    check(json!({ "tags": vec!["a"; 51] }), Some(("tags", "range")));
    check(json!({ "tags": ["x".repeat(51)] }), Some(("tags", "range")));
}

#[test]
fn a_draft_needs_a_name() {
    let errors = |json: Value| serde_json::from_value::<BusinessDraft>(json).unwrap().validate();
    assert_eq!(errors(json!({ "name": "Alpha" })), Ok(()));
    assert_eq!(errors(json!({ "city": "Espoo" })).unwrap_err()[0].field, "name");
}

#[test]
fn an_unknown_field_is_named() {
    let error = serde_json::from_value::<BusinessPatch>(json!({ "town": "Espoo" })).unwrap_err().to_string();
    assert!(error.contains("unknown field `town`"), "{error}");
}
