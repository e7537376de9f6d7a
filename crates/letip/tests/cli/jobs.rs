//! `letip jobs`, and work that was interrupted.

use serde_json::Value;

use crate::support::*;

/// Enough for an import to be under way still when a second process has looked at it.
const ROWS: usize = 30_000;

#[test]
fn a_finished_job_is_listed_and_shown() {
    let home = Home::new();
    let outcome = home.json(&["scrape", CENTRE, "--category", "bar", "--max", "5", "--json"]);
    let id = outcome["jobId"].as_str().unwrap();
    let job = home.newest_job().unwrap();
    assert_eq!(
        (&job["jobId"], &job["status"], &job["kind"]),
        (&id.into(), &"completed".into(), &"scrape".into())
    );
    assert_eq!(home.json(&["jobs", "show", id, "--json"]), job);
    let table = home.run(&["jobs"]).stdout;
    assert!(table.starts_with("JOB") && table.contains(id) && table.contains("completed"), "{table}");
    let shown = home.run(&["jobs", "show", id]).stdout;
    assert!(shown.contains("5 found"), "{shown}");
}

#[test]
fn an_empty_queue_is_told() {
    let home = Home::new();
    assert_eq!(home.run(&["jobs"]).stdout, "no jobs\n");
    assert_eq!(home.json(&["jobs", "list", "--failed", "--json"]), serde_json::json!([]));
    assert_eq!(home.run(&["jobs", "work"]).status, 0);
}

#[test]
fn what_cannot_be_done_to_a_job_is_told() {
    let home = Home::new();
    let outcome = home.json(&["scrape", CENTRE, "--category", "bar", "--max", "5", "--json"]);
    let id = outcome["jobId"].as_str().unwrap();
    let check = |args: &[&str], status: i32, expect: &str| {
        let ran = home.run(args);
        assert_eq!(ran.status, status, "{args:?}: {ran:?}");
        assert!(ran.stderr.contains(expect), "{args:?}: {ran:?}");
    };
    let nobody = "01970f3e-7b5c-7d3a-9c52-2f0e6c1f4a11";
    check(&["jobs", "cancel", id], 1, "completed already");
    check(&["jobs", "retry", id], 1, "only failed and cancelled");
    for command in ["show", "cancel", "retry"] {
        check(&["jobs", command, nobody], 1, "there is no job");
        check(&["jobs", command, "12"], 2, "<ID>");
    }
}

#[test]
fn a_killed_import_is_finished_by_jobs_work() {
    let home = Home::new();
    let file = home.file("many.csv", many_businesses(ROWS));
    let import = home.start(&["import", text(&file), "--json"]);
    home.wait_for_job(|job| number(&job["counts"], "saved") > 0);
    import.kill_9();
    let left = home.newest_job().unwrap();
    assert_eq!(left["status"], "running", "{left}");

    let ran = home.run(&["jobs", "work", "--json"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    let job: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&job["jobId"], &job["status"]), (&left["jobId"], &"completed".into()));
    assert_adds_up(&job["counts"]);
    assert_eq!(number(&job["counts"], "saved"), ROWS as u64, "{job}");
    assert_eq!(home.exported().len(), ROWS);
}

#[test]
fn a_scrape_killed_again_and_again_is_finished_whole() {
    let home = Home::new();
    let whole = Home::new();
    let line = ["scrape", CENTRE, "--radius-km", "5", "--max", "1500", "--json"];
    let expected = whole.json(&line);
    home.start(&line).kill_9_when(|| home.saved() > 0);
    // Three attempts are allowed: two may be killed.
    home.start(&["jobs", "work"]).kill_9_when(|| home.saved() > 300);
    assert_eq!(home.run(&["jobs", "work"]).status, 0);
    let job = home.newest_job().unwrap();
    for count in ["found", "saved", "merged", "rejected", "closed"] {
        assert_eq!(number(&job["counts"], count), number(&expected, count), "{count} of {job}");
    }
    assert_eq!(home.exported().len() as u64, number(&expected, "saved"));
}

#[test]
fn ctrl_c_cancels_and_keeps_what_was_stored() {
    let home = Home::new();
    let file = home.file("many.csv", many_businesses(ROWS));
    let mut import = home.start(&["import", text(&file), "--json"]);
    home.wait_for_job(|job| number(&job["counts"], "saved") > 0);
    import.signal("INT");
    let ran = import.end();
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{ran:?}");
    assert!(ran.stderr.contains("error: the job was cancelled"), "{ran:?}");
    let job = home.newest_job().unwrap();
    assert_eq!(job["status"], "cancelled");
    let saved = number(&job["counts"], "saved");
    assert!(saved > 0 && saved < ROWS as u64, "{job}");
    assert_eq!(home.exported().len() as u64, saved);

    let id = job["jobId"].as_str().unwrap();
    assert_eq!(home.run(&["jobs", "retry", id]).status, 0);
    assert_eq!(home.run(&["jobs", "work"]).status, 0);
    assert_eq!(number(&home.newest_job().unwrap()["counts"], "saved"), ROWS as u64);
    assert_eq!(home.exported().len(), ROWS);
}

#[test]
fn another_process_can_cancel() {
    let home = Home::new();
    let file = home.file("many.csv", many_businesses(10 * ROWS));
    let import = home.start(&["import", text(&file), "--json"]);
    let job = home.wait_for_job(|job| number(&job["counts"], "saved") > 0);
    let cancelled = home.run(&["jobs", "cancel", job["jobId"].as_str().unwrap()]);
    assert_eq!(cancelled.status, 0, "{cancelled:?}");
    let ran = import.end();
    assert_eq!(ran.status, 1, "{ran:?}");
    assert_eq!(home.newest_job().unwrap()["status"], "cancelled");
}

#[test]
fn jobs_work_gives_its_job_back_when_it_is_stopped() {
    let home = Home::new();
    let file = home.file("many.csv", many_businesses(ROWS));
    home.start(&["import", text(&file)]).kill_9_when(|| home.saved() > 0);
    let before = home.saved();
    let mut work = home.start(&["jobs", "work"]);
    wait_for("more rows", || (home.saved() > before).then_some(()));
    work.signal("TERM");
    let ran = work.end();
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.stderr.contains("back in the queue"), "{ran:?}");
    assert_eq!(home.newest_job().unwrap()["status"], "pending");
}

impl Home {
    /// Businesses that the newest job has saved so far.
    fn saved(&self) -> u64 {
        let exists = self.data().join("letip.db").exists();
        let job = exists.then(|| self.newest_job()).flatten();
        job.map_or(0, |job| number(&job["counts"], "saved"))
    }
}

impl Running {
    fn kill_9_when(self, come: impl Fn() -> bool) {
        wait_for("the moment to kill", || come().then_some(()));
        self.kill_9();
    }
}
