//! `letip export`.

use std::io::Read;
use std::process::Stdio;

use contract::{BusinessId, EmailStatus, Timestamp};
use serde_json::Value;
use store::{NewContact, Store, StoreConfig};

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

/// Gives the business of that id an owner and a fax machine.
fn with_contacts(home: &Home, id: i64) {
    let contact = |name: Option<&str>, title: &str, email: Option<&str>, phone: &str| NewContact {
        name: name.map(str::to_owned),
        title: Some(title.to_owned()),
        email: email.map(str::to_owned),
        email_status: EmailStatus::Safe,
        phone: Some(phone.to_owned()),
        linkedin: None,
        is_primary: name.is_some(),
        confidence: 0.9,
        source_url: None,
        found_at: Timestamp::default(),
    };
    let maija = contact(Some("Maija"), "Owner", Some("maija@owner.example"), "+358501234567");
    let fax = contact(None, "Fax", None, "+358931016920");
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(&StoreConfig::sqlite(home.data())).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.replace_contacts(BusinessId(id), vec![fax, maija]).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await.unwrap();
    });
}

#[test]
fn contacts_are_in_every_form_and_an_import_takes_them_for_nothing_of_the_business() {
    let home = Home::new();
    let rows = "name,city,country\nAlder,Espoo,FI\nBirch,Espoo,FI\n";
    home.json(&["import", text(&home.file("places.csv", rows)), "--json"]);
    with_contacts(&home, 2);
    let cells = |home: &Home, row: usize| {
        let names = [
            "name",
            "phone",
            "email",
            "contactName",
            "contactRole",
            "contactEmail",
            "contactEmailStatus",
            "contactPhone",
            "contacts",
            "contactCount",
        ];
        let columns = home.columns(&names);
        columns.iter().map(|at| home.exported()[row][*at].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(cells(&home, 0), ["Alder", "", "", "", "", "", "", "", "", "0"]);
    let all = "Maija, Owner, maija@owner.example, +358501234567; Fax, +358931016920";
    let own = ["Maija", "Owner", "maija@owner.example", "safe", "+358501234567", all, "2"];
    assert_eq!(cells(&home, 1), [["Birch", "", ""].as_slice(), &own].concat());
    let json = home.json(&["export", "--format", "json"]);
    assert_eq!(json["businesses"][1]["contacts"][0]["email"], "maija@owner.example");
    let geojson = home.json(&["export", "--format", "geojson"]);
    assert_eq!(geojson["features"][1]["properties"]["contacts"][1]["title"], "Fax");
    let cards = home.run(&["export", "--format", "vcard"]).stdout;
    assert_eq!(cards.matches("BEGIN:VCARD\r\n").count(), 3, "{cards}");
    let chosen = home.run(&["export", "--format", "csv", "--columns", "city,phone"]).stdout;
    assert!(chosen.contains("Birch") && !chosen.contains("aija"), "{chosen}");

    for (form, name) in [("csv", "out.csv"), ("json", "out.json"), ("geojson", "out.geojson")] {
        let file = home.path(name);
        assert_eq!(home.run(&["export", "--format", form, "--output", text(&file)]).status, 0);
        let elsewhere = Home::new();
        let fresh = elsewhere.json(&["import", text(&file), "--json"]);
        assert_eq!((number(&fresh, "read"), number(&fresh, "saved")), (2, 2), "{form}: {fresh}");
        let birch = ["Birch", "", "", "", "", "", "", "", "", "0"];
        assert_eq!(cells(&elsewhere, 1), birch, "{form}");
        home.json(&["import", text(&file), "--json"]);
        assert_eq!(cells(&home, 1)[3..], own, "{form}: who was there is still there");
    }
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
