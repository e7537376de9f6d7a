//! `letip import`.

use std::path::Path;

use crate::support::*;

#[test]
fn bad_rows_are_told_by_line_and_the_rest_is_imported() {
    let home = Home::new();
    let file = home.file(
        "places.csv",
        "name,latitude,longitude,phone\n\
         Good one,60.17,24.94,+358 9 1234567\n\
         ,60.17,24.94,\n\
         Off the map,98.5,24.94,\n\
         Good two,60.18,24.95,\n",
    );
    let out = home.path("rejected.csv");
    let ran = home.run(&["import", text(&file), "--json", "--rejected", text(&out)]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let outcome: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_adds_up(&outcome);
    assert_eq!(["read", "saved", "rejected"].map(|key| number(&outcome, key)), [4, 2, 2], "{outcome}");
    let mut reader = csv::Reader::from_path(&out).unwrap();
    assert_eq!(
        reader.headers().unwrap().iter().collect::<Vec<_>>(),
        ["line", "sourceId", "name", "reason", "raw"]
    );
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let lines: Vec<&str> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!(lines, ["3", "4"]);
    assert!(rows.iter().all(|row| !row[3].is_empty()), "{rows:?}");

    let again = home.run(&["import", text(&file)]);
    assert!(again.stderr.contains("rejected: line 3:"), "{again:?}");
    let id = home.newest_job().unwrap()["jobId"].as_str().unwrap().to_owned();
    let later = home.path("later.csv");
    assert_eq!(home.run(&["jobs", "show", &id, "--rejected", text(&later)]).status, 0);
    assert_eq!(std::fs::read(later).unwrap(), std::fs::read(out).unwrap());
}

#[test]
fn what_cannot_be_read_is_told_and_makes_no_job() {
    let home = Home::new();
    assert_eq!(home.run(&["migrate"]).status, 0);
    let check = |path: &Path, expect: &str| {
        let ran = home.run(&["import", text(path)]);
        assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{ran:?}");
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(expect), "{expect:?}: {ran:?}");
        assert_eq!(home.newest_job(), None);
    };
    check(Path::new("missing.csv"), "missing.csv");
    check(&home.file("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "picture.csv");
    check(&home.file("empty.csv", ""), "empty.csv");
    check(&home.data(), "data");
}

#[test]
fn columns_are_what_a_person_says_they_are() {
    let home = Home::new();
    let table = "Firma;Ansprechpartner;Tel.;Name\nKahvila Oy;Matti;+358 9 1234567;K1\nLeipomo Oy;;+358 9 7654321;K2\n";
    let file = home.file("kunden.csv", table);
    let maps = ["--map", "firma=name", "--map", "Tel.=phone", "--map", "Name=sourceId"];
    let outcome = home.json(&[&["import", text(&file), "--json"], maps.as_slice()].concat());
    assert_eq!((number(&outcome, "saved"), number(&outcome, "rejected")), (2, 0), "{outcome}");
    let columns = home.columns(&["name", "phone", "sourceId"]);
    let mut rows: Vec<Vec<String>> =
        home.exported().iter().map(|row| columns.iter().map(|at| row[*at].to_owned()).collect()).collect();
    rows.sort();
    assert_eq!(rows, [["Kahvila Oy", "+35891234567", "K1"], ["Leipomo Oy", "+35897654321", "K2"]]);
}

#[test]
fn columns_that_cannot_be_taken_so_are_told_and_make_no_job() {
    let home = Home::new();
    assert_eq!(home.run(&["migrate"]).status, 0);
    let table = home.file("kunden.csv", "Firma,First,Last\nKahvila Oy,Matti,Meikäläinen\n");
    let lines = home.file("leads.ndjson", "{\"name\":\"A\"}\n");
    let check = |file: &Path, maps: &[&str], status: i32, expect: &str| {
        let maps = maps.iter().flat_map(|map| ["--map", map]);
        let line: Vec<&str> = ["import", text(file)].into_iter().chain(maps).collect();
        let ran = home.run(&line);
        assert_eq!((ran.status, ran.stdout.as_str()), (status, ""), "{maps:?}: {ran:?}", maps = &line[2..]);
        assert!(ran.stderr.contains(expect), "{expect:?}: {ran:?}");
        assert_eq!(home.newest_job(), None);
    };
    check(&table, &[], 1, "--map \"COLUMN=name\"");
    check(&table, &["Firma=nam"], 2, "'nam' is none of sourceId, name, category");
    check(&table, &["Firma"], 2, "COLUMN=FIELD");
    check(&table, &["Company=name"], 2, "there is no column 'Company'; its columns are: Firma, First, Last");
    check(&table, &["First=name", "Last=name"], 2, "'First' and 'Last' cannot both be name");
    check(&table, &["Firma=name", "Firma=phone"], 2, "said to be two things");
    check(&table, &["Firma=name", "Last=sources"], 2, "only an export from here");
    check(&lines, &["Firma=name"], 2, "only columns of a table");
}

#[test]
fn a_file_that_ends_too_early_fails_with_its_reason() {
    let home = Home::new();
    let whole = br#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"A"},"geometry":{"type":"Point","coordinates":[24.9,60.1]}}"#;
    let ran = home.run(&["import", text(&home.file("cut.geojson", whole))]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("error: ") && ran.stderr.contains("cut"), "{ran:?}");
}

#[test]
fn a_file_in_another_encoding_is_told() {
    let home = Home::new();
    let latin = b"name,latitude,longitude\nCaf\xe9 \xc4\xe4ni,60.17,24.94\n";
    let ran = home.run(&["import", text(&home.file("latin.csv", latin)), "--json"]);
    let told = format!("{}{}", ran.stdout, ran.stderr);
    assert!(told.contains("UTF-8") || ran.status == 0 && home.exported()[0][1] == *"Café Ääni", "{ran:?}");
}

#[test]
fn the_shared_overture_extract_is_read_whole() {
    let crate_folder = std::env::var_os("CARGO_MANIFEST_DIR").unwrap();
    let path = Path::new(&crate_folder).join("../../../shared/data/overture_us_places.parquet");
    if !path.exists() {
        eprintln!("SKIPPED: {} is not there, so no real Overture extract was imported", path.display());
        return;
    }
    let home = Home::new();
    let outcome = home.json(&["import", text(&path), "--json"]);
    assert_eq!(number(&outcome, "read"), 3_425, "{outcome}");
    assert_adds_up(&outcome);
    assert_eq!(home.exported().len() as u64, number(&outcome, "saved"));
}
