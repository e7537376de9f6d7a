//! `letip match`.

use serde_json::Value;

use crate::support::*;

const OURS: &str = "\
id,name,street,city,zip,country,phone
1,Joe's Zebra Diner,12 Main Street,Freehold,07728,US,(732) 462-1234
2,Quartz Dental Care,9 Elm Ave,Freehold,07728,US,732-462-9999
";
const THEIRS: &str = "\
{\"id\":\"x\",\"name\":\"JOES ZEBRA DINER LLC\",\"street\":\"12 Main St\",\"city\":\"Freehold\",\"zip\":\"07728\",\"country\":\"US\",\"phone\":\"+17324621234\"}
{\"id\":\"y\",\"name\":\"Somebody Else\",\"street\":\"80 Oak St\",\"city\":\"Freehold\",\"zip\":\"07728\",\"country\":\"US\",\"phone\":\"+17324620000\"}
";

fn lines(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn businesses_of_two_files_are_matched_one_to_one_with_their_features() {
    let home = Home::new();
    let (ours, theirs) = (home.file("ours.csv", OURS), home.file("theirs.ndjson", THEIRS));
    let ran = home.run(&["match", text(&ours), text(&theirs), "--json"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let pairs = lines(&ran);
    assert_eq!(pairs.len(), 1, "{ran:?}");
    assert_eq!((pairs[0]["a"].as_str(), pairs[0]["b"].as_str()), (Some("1"), Some("x")));
    assert!(pairs[0]["score"].as_f64().unwrap() > 0.9);
    assert!(pairs[0]["features"]["phone"]["effect"].as_f64().unwrap() > 0.0, "{ran:?}");
    let table = home.run(&["match", text(&ours), text(&theirs)]);
    assert!(table.stdout.starts_with("SCORE") && table.stdout.contains("Joe's Zebra Diner (1)"), "{table:?}");
}

#[test]
fn duplicates_within_a_file_are_found_and_named_by_line_where_there_is_no_id() {
    let home = Home::new();
    let rows = "name,street,city,phone,country\n\
        Joe's Zebra Diner,12 Main St,Freehold,732 462 1234,US\n\
        Quartz Dental,9 Elm Ave,Freehold,,US\n\
        Joes Zebra Diner,12 Main Street,Freehold,(732) 462-1234,US\n";
    let ran = home.run(&["match", text(&home.file("leads.csv", rows)), "--json"]);
    let pairs = lines(&ran);
    assert_eq!(pairs.len(), 1, "{ran:?}");
    assert_eq!((pairs[0]["a"].as_str(), pairs[0]["b"].as_str()), (Some("line:2"), Some("line:4")));
}

#[test]
fn labelled_pairs_are_scored_in_their_order() {
    let home = Home::new();
    let pair = |id: &str, name: &str| {
        format!(
            r#"{{"label":0,"id":"{id}","base_id":"b{id}","names":"{{\"primary\":\"Zebra Diner\"}}","base_names":"{{\"primary\":\"{name}\"}}","phones":"[\"+17324621234\"]","base_phones":"[\"+17324621234\"]"}}"#
        )
    };
    let file =
        home.file("pairs.ndjson", format!("{}\n{}\n", pair("1", "Quartz Hotel"), pair("2", "Zebra Diner")));
    let ran = home.run(&["match", "--pairs", text(&file), "--json"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let scored = lines(&ran);
    assert_eq!(scored.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!((scored[1]["baseId"].as_str(), scored[1]["match"].as_bool()), (Some("b2"), Some(true)));
    assert_eq!(scored[0]["match"].as_bool(), Some(false), "a number in common is not enough");
    assert!(scored[0]["score"].as_f64() < scored[1]["score"].as_f64());
}

#[test]
fn what_cannot_be_matched_is_told_with_what_to_do() {
    let home = Home::new();
    let good = home.file("ours.csv", OURS);
    let check = |file: &str, content: &[u8], expect: &str| {
        let bad = home.file(file, content);
        for args in [vec!["match", text(&good), text(&bad)], vec!["match", text(&bad), "--json"]] {
            let ran = home.run(&args);
            assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{ran:?}");
            assert!(ran.stderr.contains("error: ") && ran.stderr.contains(expect), "{expect}: {ran:?}");
        }
    };
    check("empty.csv", b"", "is empty");
    check("nameless.csv", b"street,city\n1 Main St,Freehold\n", "no column for the name");
    check("header.csv", b"name,city\n", "no record that can be matched");
    check("nowhere.csv", b"name,lat,lon\nJoe,NaN,x\n", "no record that can be matched");
    check("places.parquet", b"PAR1 cut off", "fetch or export it again");
    let pairs = home.run(&["match", "--pairs", text(&good)]);
    assert_eq!(pairs.status, 1);
    assert!(pairs.stderr.contains("base_id"), "{pairs:?}");
}

#[test]
fn wrong_arguments_are_bad_usage() {
    let home = Home::new();
    let file = home.file("ours.csv", OURS);
    for args in [
        vec!["match"],
        vec!["match", text(&file), text(&file), text(&file)],
        vec!["match", text(&file), "--pairs", text(&file)],
        vec!["match", text(&file), "--min-score", "2"],
    ] {
        let ran = home.run(&args);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran:?}");
    }
    assert_eq!(home.run(&["match", "not-there.csv"]).status, 1);
}
