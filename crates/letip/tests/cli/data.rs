//! The data folder, migrations and backups.

use store::test_support;

use crate::support::*;

#[test]
fn migrate_says_the_schema_and_may_be_repeated() {
    let home = Home::new();
    let first = home.run(&["migrate"]);
    assert_eq!(first.status, 0, "{first:?}");
    assert!(first.stdout.contains("schema"), "{first:?}");
    assert!(first.stderr.contains("made the data folder"), "{first:?}");
    let second = home.run(&["migrate"]);
    assert_eq!((second.stdout, second.stderr), (first.stdout, String::new()));
}

#[test]
fn a_data_folder_that_cannot_be_made_is_told() {
    let home = Home::new();
    let file = home.file("file", "");
    let ran = home.run(&["jobs", "--data-dir", text(&file.join("below"))]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("error: cannot make the data folder"), "{ran:?}");
    assert!(ran.stderr.contains("hint:") && ran.stderr.contains("--data-dir"), "{ran:?}");
}

#[test]
fn a_file_that_is_no_database_is_told() {
    let home = Home::new();
    std::fs::create_dir(home.data()).unwrap();
    std::fs::write(home.data().join("letip.db"), "not a database, but long enough to look at ".repeat(40))
        .unwrap();
    let ran = home.run(&["jobs"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("error: ") && ran.stderr.contains("not a database"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_left_alone() {
    let db = test_support::sqlite().await;
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_from_the_future', 0)";
    db.store().execute_for_test(newer).await.unwrap();
    let ran = Home::new().run(&["jobs", "--data-dir", text(db.folder().unwrap())]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("m9999_from_the_future") && ran.stderr.contains("newer version"), "{ran:?}");
}

#[test]
fn an_unknown_database_url_is_told() {
    let ran = Home::new().run(&["jobs", "--database-url", "mysql://host/leads"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("postgres://"), "{ran:?}");
}

#[test]
fn a_postgres_that_is_not_there_is_told() {
    let ran = Home::new().run(&["jobs", "--database-url", "postgres://nobody@127.0.0.1:1/none"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("cannot be reached"), "{ran:?}");
}

#[test]
fn a_backup_made_while_importing_is_consistent() {
    let home = Home::new();
    let file = home.file("many.csv", many_businesses(12_000));
    let import = home.start(&["import", text(&file), "--json"]);
    home.wait_for_job(|job| number(&job["counts"], "saved") > 0);
    let restored = Home::new();
    std::fs::create_dir(restored.data()).unwrap();
    let copy = restored.data().join("letip.db");
    let ran = home.run(&["backup", text(&copy)]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(import.end().status, 0);

    // Rows and the job's counts are committed together, so that in any copy they agree.
    let job = restored.newest_job().unwrap();
    let saved = number(&job["counts"], "saved");
    assert!(saved > 0, "{job}");
    assert_eq!(restored.exported().len() as u64, saved);
    assert_eq!(home.exported().len(), 12_000);
}

#[test]
fn a_backup_replaces_no_file() {
    let home = Home::new();
    let there = home.file("there.db", "mine");
    let ran = home.run(&["backup", text(&there)]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("there.db"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(there).unwrap(), "mine");
}

#[test]
fn version_help_and_completions() {
    let home = Home::new();
    assert_eq!(home.run(&["--version"]).stdout, format!("letip {}\n", env!("CARGO_PKG_VERSION")));
    assert!(home.run(&["scrape", "--help"]).stdout.contains("Examples:"));
    assert_eq!(home.run(&[]).status, 2);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = home.run(&["completions", shell]);
        assert!(ran.status == 0 && ran.stdout.contains("letip"), "{shell}");
    }
    assert!(!home.data().exists());
}

#[test]
fn places_are_extracted_from_a_file_only() {
    let home = Home::new();
    let ran = home.run(&["places", "extract", "missing.osm.pbf", text(&home.path("out.zst"))]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("missing.osm.pbf"), "{ran:?}");
}
