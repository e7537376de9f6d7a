//! `letip export`.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::support::*;

fn with_cafes() -> Home {
    let home = Home::new();
    home.json(&["scrape", CENTRE, "--category", "cafe", "--radius-km", "2", "--max", "60", "--json"]);
    home
}

#[test]
fn every_form_holds_every_business_with_attribution() {
    let home = with_cafes();
    let rows = home.exported();
    let json = home.json(&["export", "--format", "json"]);
    let geojson = home.json(&["export", "--format", "geojson"]);
    assert!(rows.len() > 20, "{} rows", rows.len());
    assert_eq!(json["businesses"].as_array().unwrap().len(), rows.len());
    assert_eq!(json["count"].as_u64().unwrap(), rows.len() as u64);
    assert_eq!(geojson["features"].as_array().unwrap().len(), rows.len());
    for attribution in [&json["attribution"], &geojson["attribution"]] {
        assert!(attribution.to_string().contains("© OpenStreetMap contributors"), "{attribution}");
        assert!(attribution.to_string().contains("ODbL"), "{attribution}");
    }
    assert!(rows.iter().all(|row| row.iter().any(|cell| cell.contains("OpenStreetMap contributors"))));
}

#[test]
fn a_workbook_and_cards_hold_every_business() {
    let home = with_cafes();
    let rows = home.exported().len();
    let (book, cards) = (home.path("cafes.xlsx"), home.path("cafes.vcf"));
    assert_eq!(home.run(&["export", "--format", "xlsx", "--output", text(&book)]).status, 0);
    assert_eq!(home.run(&["export", "--format", "vcard", "--output", text(&cards)]).status, 0);
    let cards = std::fs::read_to_string(cards).unwrap();
    assert_eq!(cards.matches("BEGIN:VCARD\r\n").count(), rows);
    assert!(cards.contains("OpenStreetMap contributors"));
    // A workbook is a ZIP archive.
    assert!(std::fs::read(book).unwrap().starts_with(b"PK"));
}

#[test]
fn a_csv_export_comes_back_whole() {
    let home = with_cafes();
    let rows = home.exported().len() as u64;
    assert_eq!(rows, 60);
    let file = home.path("cafes.csv");
    assert_eq!(home.run(&["export", "--format", "csv", "--output", text(&file)]).status, 0);
    let again = home.json(&["import", text(&file), "--json"]);
    assert_adds_up(&again);
    assert_eq!((number(&again, "read"), number(&again, "merged")), (rows, rows), "{again}");
    assert_eq!(home.exported().len() as u64, rows);

    let elsewhere = Home::new();
    let fresh = elsewhere.json(&["import", text(&file), "--json"]);
    assert_adds_up(&fresh);
    // Outlets of a chain that stand side by side too.
    assert_eq!((number(&fresh, "read"), number(&fresh, "saved")), (60, 60), "{fresh}");
    let leads = |home: &Home| -> std::collections::BTreeSet<Vec<String>> {
        let told = [
            "name",
            "street",
            "city",
            "postalCode",
            "latitude",
            "longitude",
            "phone",
            "website",
            "sources",
            "licences",
        ];
        let columns = home.columns(&told);
        home.exported().iter().map(|row| columns.iter().map(|at| row[*at].to_owned()).collect()).collect()
    };
    assert_eq!(leads(&elsewhere), leads(&home));
    let again = elsewhere.json(&["import", text(&file), "--json"]);
    assert_eq!((number(&again, "saved"), number(&again, "merged")), (0, 60), "{again}");
}

#[test]
fn filters_select_as_the_list_does() {
    let home = with_cafes();
    let all = home.exported().len();
    let count = |args: &[&str]| {
        let mut line = vec!["export", "--format", "json"];
        line.extend(args);
        home.json(&line)["businesses"].as_array().unwrap().len()
    };
    let (with, without) = (count(&["--has-phone"]), count(&["--has-phone", "false"]));
    assert!(with > 0 && without > 0, "{with} with, {without} without a phone");
    assert_eq!(with + without, all);
    assert_eq!(count(&["--category", "cafés"]), all);
    assert_eq!(count(&["--category", "hairdresser"]), 0);
    assert!(count(&["--near", CENTRE, "--radius-km", "0.5"]) < all);
    assert_eq!(count(&["--search", "nobody has this name"]), 0);
}

#[test]
fn wrong_filters_are_bad_usage() {
    let home = Home::new();
    let check = |args: &[&str], expect: &str| {
        let mut line = vec!["export", "--format", "csv"];
        line.extend(args);
        let ran = home.run(&line);
        assert_eq!(ran.status, 2, "{args:?}: {ran:?}");
        assert!(ran.stderr.contains(expect), "{args:?}: {ran:?}");
    };
    check(&["--category", "resturant"], "Restaurant");
    check(&["--near", CENTRE, "--radius-km", "501"], "--radius-km");
    check(&["--near", "north"], "latitude,longitude");
    check(&["--created-after", "yesterday"], "2026-");
    assert_eq!(home.run(&["export"]).status, 2);
}

#[test]
fn a_file_is_replaced_as_a_whole_or_not_at_all() {
    let home = with_cafes();
    let file = home.file("out.json", "before");
    let refused =
        home.run(&["export", "--format", "json", "--output", text(&home.path("no/such/folder.json"))]);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert!(refused.stderr.contains("folder.json") && refused.stderr.contains("hint:"), "{refused:?}");
    let ran = home.run(&["export", "--format", "json", "--output", text(&file)]);
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""), "{ran:?}");
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert!(written["count"].as_u64().unwrap() > 0);
    let names: Vec<_> =
        std::fs::read_dir(home.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "data and out.json alone: {names:?}");
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let home = Home::new();
    home.json(&["import", text(&home.file("many.csv", many_businesses(3_000))), "--json"]);
    let mut child = home
        .command(["export", "--format", "csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told() {
    let home = with_cafes();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = home.command(["export", "--format", "csv"]).stdout(full).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("error: cannot write to stdout: No space left"), "{stderr}");
}
