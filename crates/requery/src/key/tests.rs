use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;
use serde::{Serialize, Serializer};
use serde_json::json;

use super::*;

/// F4: the order in which an object's fields are written does not matter, at any depth.
#[test]
fn objects_are_equal_whatever_the_order_of_their_fields() {
    let one = query_key!["list", json!({ "page": 1, "filter": { "a": 1, "b": [2, 3] } })];
    let other = query_key!["list", json!({ "filter": { "b": [2, 3], "a": 1 }, "page": 1 })];
    assert_eq!(one, other);
    assert_eq!(one.to_string(), r#"["list",{"filter":{"a":1,"b":[2,3]},"page":1}]"#);
}

/// F4: a field that is not set vanishes; null stays.
#[test]
fn an_option_that_is_none_is_no_field_and_null_is_one() {
    #[derive(Serialize)]
    struct Filters {
        city: Option<&'static str>,
        page: u32,
    }
    assert_eq!(query_key!["list", Filters { city: None, page: 1 }], query_key!["list", json!({ "page": 1 })]);
    assert_ne!(query_key![json!({ "page": null })], query_key![json!({})]);
}

/// R10: values that collide when they are written as JSON stay apart.
#[test]
fn absent_null_and_not_a_number_are_different_keys_in_an_object() {
    let maps: Vec<HashMap<&str, f64>> = vec![HashMap::new(), [("a", f64::NAN)].into(), [("a", 1.0)].into()];
    let keys: BTreeSet<_> = maps.iter().map(|map| query_key![map]).collect();
    assert_eq!(keys.len(), 3);
    assert_eq!(query_key![f64::NAN], query_key![f64::NAN]);
    assert_ne!(query_key![f64::NAN], query_key![()]);
}

#[test]
fn a_type_that_serialises_to_an_array_is_a_key_as_it_is() {
    struct Contacts(u32);
    impl Serialize for Contacts {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            ("business", json!({ "id": self.0 }), "contacts").serialize(serializer)
        }
    }
    assert_eq!(Contacts(5).into_query_key(), query_key!["business", json!({ "id": 5 }), "contacts"]);
    assert_eq!("alone".into_query_key(), query_key!["alone"]);
}

#[test]
fn a_key_survives_json() {
    let key = query_key!["a", 1u64 << 63, -3, true, (), json!({ "x": [1.5, "é\"<"] })];
    let json = key.to_json();
    assert_eq!(json.to_string(), key.to_string());
    assert_eq!(QueryKey::new(&json), key);
}

/// F4: prefix for arrays, subset for objects, and never a filter that is longer than the key.
#[test]
fn partial_matching_is_prefix_for_arrays_and_subset_for_objects() {
    let key = query_key!["todos", json!({ "page": 1, "tags": ["a", "b"] }), 7];
    let matches = |prefix: QueryKey| key.starts_with(&prefix);
    assert!(matches(query_key![]));
    assert!(matches(query_key!["todos"]));
    assert!(matches(query_key!["todos", json!({ "page": 1 })]));
    assert!(matches(query_key!["todos", json!({ "tags": ["a"] }), 7]));
    assert!(!matches(query_key!["todos", json!({ "page": 2 })]));
    assert!(!matches(query_key!["todos", json!({ "tags": ["b"] })]));
    assert!(!matches(query_key!["todos", json!({ "page": 1 }), 7, 8]));
    assert!(!matches(query_key!["todo"]));
}

#[test]
fn a_serialize_that_fails_is_reported() {
    struct Broken;
    impl Serialize for Broken {
        fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("no"))
        }
    }
    assert_eq!(QueryKey::try_new(&Broken).unwrap_err(), "no");
    assert_eq!(QueryKey::new(&Broken), query_key!["$unserializable", "no"]);
}

fn segment() -> impl Strategy<Value = KeyValue> {
    let scalar = prop_oneof![
        (0..3i64).prop_map(KeyValue::from),
        prop::sample::select(vec!["a", "b"]).prop_map(KeyValue::from),
        Just(KeyValue::Null),
    ];
    scalar.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| KeyValue::Array(items.into())),
            prop::collection::btree_map(prop::sample::select(vec!["x", "y", "z"]), inner, 0..3).prop_map(
                |fields| KeyValue::object(fields.into_iter().map(|(n, v)| (n.into(), v)).collect())
            ),
        ]
    })
}

fn key() -> impl Strategy<Value = QueryKey> {
    prop::collection::vec(segment(), 0..4).prop_map(QueryKey::from_segments)
}

proptest! {
    /// F4: the index finds exactly the keys that a scan of the whole cache would.
    #[test]
    fn the_index_agrees_with_a_scan(
        keys in prop::collection::btree_set(key(), 0..40),
        removed in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
        prefix in key(),
    ) {
        let mut index = KeyIndex::default();
        let mut kept = keys.clone();
        for key in &keys {
            index.insert(key);
        }
        for at in removed.iter().filter(|_| !keys.is_empty()) {
            let key = keys.iter().nth(at.index(keys.len())).unwrap();
            index.remove(key);
            kept.remove(key);
        }
        let found: BTreeSet<_> = index.matching(&prefix).into_iter().cloned().collect();
        prop_assert!(!index.is_broad(&prefix) || found.len() * 4 > kept.len());
        let scanned: BTreeSet<_> = kept.into_iter().filter(|key| key.starts_with(&prefix)).collect();
        prop_assert_eq!(found, scanned);
    }
}
