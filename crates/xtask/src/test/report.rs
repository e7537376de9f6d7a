//! What became of each step.

use std::fmt::Write;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::process::signals;
use crate::report::{announce, duration};
use crate::test::count::Counts;

/// How a step ended that did not break.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// A check without tests of its own.
    Done,
    /// Tests ran; some may have failed.
    Counted(Counts),
    /// It could not run here, and why.
    Skipped(String),
}

/// The steps so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    steps: Vec<Step>,
    /// The one step that is wanted.
    only: Option<String>,
    /// Those that were not.
    others: Vec<&'static str>,
}

#[derive(Debug)]
struct Step {
    name: &'static str,
    took: Duration,
    counts: Counts,
    /// Why it failed or was skipped; empty for one that is well.
    note: String,
}

/// What any step may need.
const FIRST: &str = "provision";

impl Report {
    /// One of all steps, or of the one with that name and the first.
    pub(crate) fn of(only: Option<String>) -> Self {
        Self { only, ..Self::default() }
    }

    /// Runs a step unless another is wanted, or this program was interrupted.
    pub(crate) fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<Outcome>) {
        if signals::interrupted().is_some() {
            return;
        }
        if self.only.as_deref().is_some_and(|only| only != name && name != FIRST) {
            self.others.push(name);
            return;
        }
        announce(name);
        let start = Instant::now();
        let (counts, note) = judge(work());
        if !note.is_empty() {
            eprintln!("{name}: {note}");
        }
        self.steps.push(Step { name, took: start.elapsed(), counts, note });
    }

    /// An error where no step has the name that is wanted.
    pub(crate) fn expect_any(&self) -> Result<()> {
        match &self.only {
            Some(only) if self.steps.iter().all(|step| step.name != only) => {
                bail!("there is no step called {only}; there are: {FIRST}, {}", self.others.join(", "))
            }
            _ => Ok(()),
        }
    }

    /// Whether anything failed.
    pub(crate) fn failed(&self) -> bool {
        self.sum().failed > 0
    }

    /// One line per step, and one per test that failed.
    pub(crate) fn summary(&self) -> String {
        let mut text = String::from("\n");
        for step in &self.steps {
            let mark = match step.counts {
                Counts { failed: 1.., .. } => "FAILED",
                Counts { passed: 0, skipped: 1.., .. } => "skipped",
                _ => "ok",
            };
            let detail = [step.counts.details(), step.note.clone()].join(" ");
            let line = format!("{:<14} {:>12}  {mark:<8} {}", step.name, duration(step.took), detail.trim());
            // Writing to a string cannot fail.
            _ = writeln!(text, "{}", line.trim_end());
            // Again, at the end: of a long log the end is what is kept and looked at.
            for failure in &step.counts.failures {
                _ = writeln!(text, "    {failure}");
            }
        }
        text
    }

    /// `N passed, N failed, N skipped`, of every runner together, and how many passed only when they were run again.
    pub(crate) fn total(&self) -> String {
        let sum = self.sum();
        let flaky = if sum.flaky > 0 { format!(" ({} flaky)", sum.flaky) } else { String::new() };
        // A step that is run alone makes up for what no other one skipped.
        format!("{} passed{flaky}, {} failed, {} skipped", sum.passed, sum.failed, sum.skipped.max(0))
    }

    fn sum(&self) -> Counts {
        self.steps.iter().fold(Counts::default(), |sum, step| sum.with(step.counts.clone()))
    }
}

/// A step that breaks without a failed test counts as one failure, a step that cannot run as one skipped: the last
/// line must not look well when something is not.
fn judge(outcome: Result<Outcome>) -> (Counts, String) {
    match outcome {
        Ok(Outcome::Done) => (Counts::default(), String::new()),
        Ok(Outcome::Counted(counts)) => (counts, String::new()),
        Ok(Outcome::Skipped(reason)) => (Counts { skipped: 1, ..Counts::default() }, reason),
        Err(error) => (Counts { failed: 1, ..Counts::default() }, format!("{error:#}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(passed: i64, failed: i64, skipped: i64) -> Result<Outcome> {
        Ok(Outcome::Counted(Counts { passed, failed, skipped, ..Counts::default() }))
    }

    #[test]
    fn a_step_run_alone_has_skipped_nothing() {
        let mut report = Report::default();
        report.step("interop tests", || counted(73, 0, -73));
        assert_eq!(report.total(), "73 passed, 0 failed, 0 skipped");
    }

    #[test]
    fn runners_are_summed() {
        let mut report = Report::default();
        report.step("one", || counted(3, 0, 1));
        report.step("two", || counted(4, 0, -1));
        report.step("three", || Ok(Outcome::Done));
        assert_eq!(report.total(), "7 passed, 0 failed, 0 skipped");
        report.step("four", || Ok(Outcome::Counted(Counts { passed: 2, flaky: 1, ..Counts::default() })));
        assert_eq!(report.total(), "9 passed (1 flaky), 0 failed, 0 skipped");
        assert!(!report.failed());
    }

    #[test]
    fn a_check_that_breaks_is_a_failure_and_later_steps_still_run() {
        let mut report = Report::default();
        report.step("check", || bail!("it is not formatted"));
        report.step("tests", || counted(2, 0, 0));
        assert_eq!(report.total(), "2 passed, 1 failed, 0 skipped");
        assert!(report.failed());
        let failures = vec!["pages opens".to_owned()];
        report.step("others", || Ok(Outcome::Counted(Counts { failed: 1, failures, ..Counts::default() })));
        let summary = report.summary();
        assert!(
            summary.contains("it is not formatted") && summary.contains("\n    pages opens\n"),
            "{summary}"
        );
    }

    #[test]
    fn one_step_is_run_alone_behind_the_first() {
        let mut report = Report::of(Some("two".into()));
        for name in ["provision", "one", "two"] {
            report.step(name, || counted(1, 0, 0));
        }
        assert_eq!(report.total(), "2 passed, 0 failed, 0 skipped");
        report.expect_any().unwrap();
        let mut report = Report::of(Some("three".into()));
        report.step("one", || bail!("not wanted"));
        let error = report.expect_any().unwrap_err().to_string();
        assert!(error.contains("three") && error.contains("one"), "{error}");
    }

    #[test]
    fn a_step_that_cannot_run_says_so_and_does_not_fail() {
        let mut report = Report::default();
        report.step("browser", || Ok(Outcome::Skipped("it needs Node".into())));
        assert_eq!(report.total(), "0 passed, 0 failed, 1 skipped");
        assert!(!report.failed());
        assert!(report.summary().contains("skipped  1 skipped it needs Node"), "{}", report.summary());
    }
}
