use std::path::PathBuf;

use super::*;

const JOE: &str = r#"{"id":"1","base_id":"2","label":1,"names":"{\"primary\":\"Joe's Diner\"}","base_names":{"primary":"JOES DINER"},"phones":"[\"+17324621234\"]","base_phones":["(732) 462-1234"],"addresses":"[{\"freeform\":\"1 Main St\",\"country\":\"US\"}]","base_addresses":"[{\"freeform\":\"1 Main Street\",\"country\":\"US\"}]","categories":"{\"primary\":\"diner\",\"alternate\":[\"bar\"]}"}"#;

fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn read(name: &str, bytes: &[u8]) -> Result<Vec<LabelledPair>, String> {
    let (_folder, path) = file(name, bytes);
    read_pairs(&path).map_err(|error| error.to_string())
}

fn named(name: &str) -> Profile {
    Profile::new(&Description { name, ..Description::default() })
}

#[test]
fn both_records_are_read_whether_columns_are_objects_or_texts() {
    let pairs = read("pairs.ndjson", JOE.as_bytes()).unwrap();
    let pair = &pairs[0];
    assert_eq!((pair.id.as_str(), pair.base_id.as_str(), pair.same), ("1", "2", Some(true)));
    let joe = Description {
        name: "Joe's Diner",
        phones: vec!["7324621234"],
        street: Some("1 Main St"),
        country: Some("US"),
        ..Description::default()
    };
    let base = Description { street: Some("1 Main Street"), ..joe.clone() };
    assert_eq!(pair.base, Profile::new(&base));
    assert_eq!(pair.record, Profile::new(&Description { categories: vec!["diner", "bar"], ..joe }));
}

#[test]
fn a_table_of_pairs_is_read_with_quoted_json() {
    let text = "label,id,base_id,names,base_names\n0.0,1,2,\"{\"\"primary\"\":\"\"A\"\"}\",\"{\"\"primary\"\":\"\"B\"\"}\"\n,3,4,,\n";
    let pairs = read("pairs.csv", text.as_bytes()).unwrap();
    assert_eq!((pairs[0].same, pairs[1].same), (Some(false), None));
    assert_eq!((&pairs[0].base, &pairs[1].record), (&named("B"), &named("")));
}

#[test]
fn what_is_no_file_of_pairs_is_told_with_what_to_do() {
    let check = |name: &str, bytes: &[u8], expect: &str| {
        let error = read(name, bytes).unwrap_err();
        assert!(error.contains(expect), "{error}");
    };
    check("empty.csv", b"", "is empty");
    check("header.csv", b"id,base_id,names,base_names\n", "is empty");
    check("places.csv", b"id,name\n1,Joe\n", "base_id, names, base_names");
    check("places.ndjson", b"{\"id\":1,\"names\":\"x\"}\n", "base_id, base_names");
    check("broken.ndjson", format!("{JOE}\n{{\"id\":").as_bytes(), "line 2");
    check("map.geojson", b"{\"type\":\"FeatureCollection\",\n\"features\":[]}", "one pair a row");
    check("cut.parquet", b"PAR1 and nothing more", "fetch or export it again");
}

#[test]
fn values_of_the_wrong_shape_are_missing_values() {
    let row = r#"{"id":1,"base_id":null,"label":"?","names":5,"base_names":"{","phones":{"a":1},"addresses":"[[]]","base_addresses":"x","bbox":"{\"xmin\":\"NaN\"}"}"#;
    let pairs = read("odd.ndjson", row.as_bytes()).unwrap();
    assert_eq!((pairs[0].id.as_str(), pairs[0].base_id.as_str(), pairs[0].same), ("1", "", None));
    assert_eq!(pairs[0].record, named(""));
}

#[test]
fn text_that_is_not_utf_8_is_read_as_people_wrote_it() {
    let pairs = read("latin.csv", b"id,base_id,names,base_names\n1,2,Caf\xe9 Z\xfcri,Cafe Zuri\n").unwrap();
    assert_eq!(pairs[0].record, pairs[0].base);
}
