//! `letip suppress`.

use crate::support::*;

const PLACES: &str = "name,email,city\nAcme,Jane@Acme.example,Freehold\nBolt,info@bolt.example,Freehold\n";

#[test]
fn who_is_on_the_list_is_neither_imported_nor_exported() {
    let home = Home::new();
    assert!(home.run(&["suppress"]).stdout.contains("nobody is on the suppression list"));
    let file = home.file("places.csv", PLACES);
    let file = file.to_str().unwrap();
    home.json(&["import", file, "--json"]);
    assert!(home.run(&["export", "--format", "csv"]).stdout.contains("jane@acme.example"));

    let added = home.run(&["suppress", "add", "JANE@acme.example"]);
    assert_eq!(added.status, 0, "{}", added.stderr);
    assert!(added.stdout.contains("businesses changed: 1"), "{}", added.stdout);
    let exported = |home: &Home| home.run(&["export", "--format", "csv"]).stdout;
    assert!(!exported(&home).contains("jane@") && exported(&home).contains("info@bolt.example"));
    let again = home.json(&["import", file, "--json"]);
    assert_eq!(again["suppressed"], 1, "{again}");
    assert!(!exported(&home).contains("jane@"));

    let listed = home.json(&["suppress", "list", "--json"]);
    assert_eq!((&listed[0]["kind"], listed.as_array().unwrap().len()), (&"email".into(), 1));
    assert!(!listed.to_string().contains("acme"), "{listed}");

    assert_eq!(home.run(&["suppress", "remove", "jane@acme.example"]).status, 0);
    assert!(
        home.run(&["suppress", "remove", "jane@acme.example"]).stderr.contains("not on the suppression list")
    );
    assert_eq!(home.json(&["import", file, "--json"])["suppressed"], 0);
    assert!(exported(&home).contains("jane@acme.example"));
}

#[test]
fn what_would_cover_others_is_refused() {
    let home = Home::new();
    for (who, told) in [("gmail.com", "many people's"), ("co.uk", "ending"), ("jane@", "name@example.com")] {
        let refused = home.run(&["suppress", "add", who]);
        assert!(refused.status == 2 && refused.stderr.contains(told), "{who}: {}", refused.stderr);
    }
}
