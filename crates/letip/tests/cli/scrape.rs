//! `letip scrape`.

use contract::GeoPoint;
use serde_json::Value;

use crate::support::*;

const RESTAURANTS: &[&str] =
    &["scrape", CENTRE, "--category", "restaurant", "--radius-km", "1", "--max", "500", "--json"];

#[test]
fn json_is_one_object_with_the_promised_fields_that_add_up() {
    let home = Home::new();
    let ran = home.run(RESTAURANTS);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(ran.stdout.lines().count(), 1, "{ran:?}");
    let outcome: serde_json::Map<String, Value> = serde_json::from_str(&ran.stdout).unwrap();
    let mut fields: Vec<&str> = outcome.keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        ["closed", "durationMs", "found", "jobId", "merged", "rejected", "saved", "suppressed"]
    );
    let outcome = Value::Object(outcome);
    assert_adds_up(&outcome);
    assert!(number(&outcome, "saved") > 50, "{outcome}");
    assert!(ran.stderr.contains("made the data folder"), "{ran:?}");
}

#[test]
fn what_it_saved_is_what_was_asked_for() {
    let home = Home::new();
    let outcome = home.json(RESTAURANTS);
    let export = home.json(&["export", "--format", "json"]);
    let businesses = export["businesses"].as_array().unwrap();
    assert_eq!(businesses.len() as u64, number(&outcome, "saved"));
    let centre: GeoPoint = CENTRE.parse().unwrap();
    for business in businesses {
        let at =
            GeoPoint::new(business["latitude"].as_f64().unwrap(), business["longitude"].as_f64().unwrap());
        assert!(centre.distance_km(at.unwrap()) <= 1.0, "{business}");
        assert_eq!(business["sources"][0]["licence"], "ODbL-1.0", "{business}");
    }
}

#[test]
fn a_second_run_saves_nothing_and_merges_everything() {
    let home = Home::new();
    let first = home.json(RESTAURANTS);
    let second = home.json(RESTAURANTS);
    assert_adds_up(&second);
    assert_eq!(number(&second, "saved"), 0);
    assert_eq!(number(&second, "found"), number(&first, "found"));
    assert_eq!(number(&second, "merged"), number(&first, "saved") + number(&first, "merged"));
    assert_eq!(home.exported().len() as u64, number(&first, "saved"));
}

#[test]
fn people_are_told_in_a_sentence() {
    let home = Home::new();
    let ran = home.run(&["scrape", "Helsinki", "--category", "hairdressers", "--max", "3"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stdout.contains("3 found"), "{ran:?}");
    assert!(!ran.stderr.contains('\u{1b}'), "no progress bar off a terminal: {ran:?}");
}

#[test]
fn the_maximum_is_exact_and_takes_the_nearest() {
    let home = Home::new();
    let few = home.json(&["scrape", CENTRE, "--category", "restaurant", "--max", "7", "--json"]);
    assert_eq!(number(&few, "saved") + number(&few, "merged"), 7, "{few}");
}

#[test]
fn bad_usage_is_told_before_anything_is_made() {
    let home = Home::new();
    let check = |args: &[&str], expect: &[&str]| {
        let ran = home.run(args);
        assert_eq!(ran.status, 2, "{args:?}: {ran:?}");
        for part in expect {
            assert!(ran.stderr.contains(part), "{args:?} does not say {part:?}: {ran:?}");
        }
        assert_eq!(ran.stdout, "", "{args:?}");
    };
    check(&["scrape", CENTRE, "--category", "resturant"], &["error: --category", "hint:", "Restaurant"]);
    check(&["scrape", "Helsinkki"], &["error: LOCATION", "Helsinki"]);
    check(&["scrape", "Springfield"], &["error: LOCATION", "hint:", "Springfield, IL, USA", "more)"]);
    check(&["scrape", ""], &["error: LOCATION"]);
    check(&["scrape", CENTRE, "--radius-km", "0.05"], &["--radius-km", "0.1 to 50"]);
    check(&["scrape", CENTRE, "--radius-km", "51"], &["--radius-km", "0.1 to 50"]);
    check(&["scrape", CENTRE, "--radius-km", "wide"], &["--radius-km"]);
    check(&["scrape", CENTRE, "--max", "0"], &["--max", "1 to 5000"]);
    check(&["scrape", CENTRE, "--max", "5001"], &["--max", "1 to 5000"]);
    check(&["scrape", CENTRE, "--max", "-3"], &["--max"]);
    check(&["scrape", CENTRE, "--source", "nowhere"], &["error: --source"]);
    check(&["scrape"], &["LOCATION"]);
    check(&["scrape", CENTRE, "--colour", "red"], &["--colour"]);
    assert!(!home.data().exists());
}

#[test]
fn a_place_may_be_named_or_be_a_postal_code() {
    let home = Home::new();
    for location in ["Helsinki", "Freehold, NJ", "07728"] {
        let outcome = home.json(&["scrape", location, "--category", "cafe", "--max", "5", "--json"]);
        assert_adds_up(&outcome);
    }
}

#[test]
fn two_processes_share_one_data_folder() {
    let home = Home::new();
    assert_eq!(home.run(&["migrate"]).status, 0);
    let kinds = ["cafe", "bar", "hairdresser", "restaurant"];
    let running: Vec<Running> = kinds
        .iter()
        .map(|kind| home.start(&["scrape", CENTRE, "--category", kind, "--max", "200", "--json"]))
        .collect();
    let mut saved = 0;
    for process in running {
        let ran = process.end();
        assert_eq!(ran.status, 0, "{ran:?}");
        let outcome: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_adds_up(&outcome);
        saved += number(&outcome, "saved");
    }
    assert_eq!(home.exported().len() as u64, saved);
}
