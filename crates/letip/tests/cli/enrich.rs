//! `letip enrich`. Nothing on this machine can be read as a website, so that what is tested is what becomes of a batch: the
//! crawler's own tests read pages.

use serde_json::{Value, json};

use crate::support::{Home, number, wait_for};

/// Somebody whom websites could ask.
const CONTACT: [&str; 2] = ["--contact-url", "https://example.org/about-us"];

/// A home with three businesses: without a website, with one that nobody may be sent to, and without one.
fn with_three() -> Home {
    let home = Home::new();
    let rows = "name,city,website\nAlder,Freehold,\nBirch,Freehold,http://127.0.0.1:9/\nCedar,Espoo,\n";
    let file = home.file("places.csv", rows);
    let outcome = home.json(&["import", file.to_str().unwrap(), "--json"]);
    assert_eq!(number(&outcome, "saved"), 3, "{outcome}");
    home
}

fn enrich<'a>(args: &[&'a str]) -> Vec<&'a str> {
    ["enrich"].into_iter().chain(args.iter().copied()).chain(CONTACT).collect()
}

/// The outcome of each business by its name.
fn endings(batch: &Value) -> Vec<(String, String)> {
    let items = batch["items"].as_array().unwrap().iter();
    let ending = |item: &Value| item["outcome"].as_str().or(item["status"].as_str()).unwrap().to_owned();
    items.map(|item| (item["name"].as_str().unwrap().to_owned(), ending(item))).collect()
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, ending)| ((*name).to_owned(), (*ending).to_owned())).collect()
}

#[test]
fn each_business_has_an_outcome_of_its_own() {
    let home = with_three();
    let batch = home.json(&enrich(&["--count", "10", "--json"]));
    assert_eq!((batch["status"].as_str(), number(&batch, "total")), (Some("completed"), 3), "{batch}");
    let expected = [("Alder", "noWebsite"), ("Birch", "failed"), ("Cedar", "noWebsite")];
    assert_eq!(endings(&batch), owned(&expected));
    assert_eq!(batch["outcomes"], json!({ "failed": 1, "noWebsite": 2 }));
    assert_eq!(number(&batch, "failed"), 1);
    assert!(batch["items"][1]["error"].as_str().unwrap().contains("none that may be read"), "{batch}");
}

#[test]
fn a_filter_and_ids_choose_and_people_read_a_table() {
    let home = with_three();
    let ran = home.run(&enrich(&["--city", "Espoo"]));
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.stdout.contains("Cedar") && !ran.stdout.contains("Alder"), "{}", ran.stdout);
    assert!(ran.stdout.contains("1 done: 1 noWebsite"), "{}", ran.stdout);
    let batch = home.json(&enrich(&["1", "--json"]));
    assert_eq!(endings(&batch), owned(&[("Alder", "noWebsite")]));
    let batch = home.json(&enrich(&["--filter", "city=Freehold&hasWebsite=false", "--json"]));
    assert_eq!(endings(&batch), owned(&[("Alder", "noWebsite")]));
}

#[test]
fn what_cannot_be_done_is_told_with_what_to_do() {
    let home = with_three();
    for (args, status, expect) in [
        (enrich(&["77"]), 1, "there is no business 77"),
        (enrich(&["--city", "Nowhere"]), 2, "widen the filter"),
        (enrich(&[]), 2, "--count N"),
        (vec!["enrich", "1"], 2, "--contact-url"),
    ] {
        let ran = home.run(&args);
        assert_eq!(ran.status, status, "{args:?}: {ran:?}");
        assert!(ran.stderr.contains(expect), "{args:?}: {}", ran.stderr);
    }
    assert_eq!(home.newest_job().unwrap()["kind"], "import", "nothing was put into the queue");
}

/// Where all fail the command fails; a retry is of those that failed alone, and says how it went.
#[test]
fn what_failed_is_tried_again_by_itself() {
    let home = with_three();
    let ran = home.run(&enrich(&["2"]));
    assert_eq!(ran.status, 1, "{ran:?}");
    let batch = home.json(&enrich(&["--filter", "city=Freehold", "--json"]));
    assert_eq!(endings(&batch), owned(&[("Alder", "noWebsite"), ("Birch", "failed")]));
    let id = batch["jobId"].as_str().unwrap();
    let ran = home.run(&["jobs", "retry", id]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let ran = home.run(&["jobs", "work", "--json", CONTACT[0], CONTACT[1]]);
    let worked: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(worked.len(), 1, "only what had failed: {}", ran.stdout);
    assert_eq!(
        (worked[0]["request"]["businessId"].as_i64(), &worked[0]["status"]),
        (Some(2), &json!("failed"))
    );
}

/// A process that is killed leaves a batch that whoever comes next goes on with; nothing is done twice.
#[test]
fn a_batch_that_was_killed_is_gone_on_with() {
    const MANY: usize = 400;
    let home = Home::new();
    let rows: String = (0..MANY).map(|number| format!("Business {number:04},City {number:04}\n")).collect();
    let file = home.file("places.csv", format!("name,city\n{rows}"));
    home.json(&["import", file.to_str().unwrap(), "--json"]);
    let running = home.start(&enrich(&["--count", "400", "--concurrency", "1"]));
    let begun = wait_for("the batch", || {
        let batches = home.json(&["jobs", "--kind", "batchEnrich", "--json"]);
        batches.as_array().unwrap().first().filter(|batch| number(&batch["counts"], "found") >= 3).cloned()
    });
    running.kill_9();
    assert!(number(&begun["counts"], "found") < MANY as u64, "it was over too soon: {begun}");
    let ran = home.run(&["jobs", "work", "--json", CONTACT[0], CONTACT[1]]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let id = begun["jobId"].as_str().unwrap();
    let batch = home.json(&["jobs", "show", id, "--json"]);
    assert_eq!(
        (batch["status"].as_str(), number(&batch["counts"], "saved")),
        (Some("completed"), MANY as u64)
    );
    assert!(ran.stdout.lines().count() < MANY, "what was done before was done again");
}

#[test]
fn ctrl_c_cancels_what_is_not_done_yet() {
    const MANY: usize = 400;
    let home = Home::new();
    let rows: String = (0..MANY).map(|number| format!("Business {number:04},City {number:04}\n")).collect();
    let file = home.file("places.csv", format!("name,city\n{rows}"));
    home.json(&["import", file.to_str().unwrap(), "--json"]);
    let mut running = home.start(&enrich(&["--count", "400", "--concurrency", "1", "--json"]));
    wait_for("the batch", || {
        let batches = home.json(&["jobs", "--kind", "batchEnrich", "--json"]);
        let batch = batches.as_array().unwrap().first()?.clone();
        (number(&batch["counts"], "found") >= 3).then_some(batch)
    });
    running.signal("INT");
    let ran = running.end();
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("the batch was cancelled"), "{}", ran.stderr);
    let told: Value = serde_json::from_str(ran.stdout.trim()).unwrap();
    let (done, left) = (number(&told["outcomes"], "noWebsite"), number(&told["outcomes"], "cancelled"));
    assert!(done >= 3 && left > 0 && done + left == MANY as u64, "{done} {left}");
}
