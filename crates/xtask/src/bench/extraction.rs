//! How much of what people see on contact pages the extraction finds, and how fast.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::bench::document::Table;
use crate::process;
use crate::provision::python;
use crate::report::announce;
use crate::workspace::Workspace;

/// Marked pages, beside the workspace; not part of it.
const PAGES: &str = "../shared/data/contact_pages";
/// Turns of the slower program; the quickest counts.
const TURNS: u32 = 3;

/// What the crate's example prints.
#[derive(Debug, Deserialize)]
struct Ours {
    pages: u32,
    bytes: u64,
    seconds: f64,
    fields: Vec<FieldScores>,
}

#[derive(Debug, Deserialize)]
struct FieldScores {
    field: String,
    ours: Score,
    baseline: Option<Score>,
}

#[derive(Debug, Deserialize)]
struct Score {
    precision: f64,
    recall: f64,
    f1: f64,
    marked: u32,
}

/// What the Python program prints.
#[derive(Debug, Deserialize)]
struct Theirs {
    pages: u32,
    seconds: f64,
}

/// Scores and times both; `None` where the marked pages are not there.
pub(crate) fn measure(workspace: &Workspace) -> Result<Option<Table>> {
    let pages = workspace.root.join(PAGES);
    if !pages.join("gold.json").is_file() {
        announce(&format!(
            "SKIPPED: the extraction benchmark needs marked pages in {}; docs/benchmarks.md stays as it is",
            pages.display()
        ));
        return Ok(None);
    }
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--release", "--package", "enrichment", "--example", "extraction", "--"]).arg(&pages);
    let ours: Ours = last_line(&mut cargo, "score the extraction")?;
    let theirs = python_pipeline(workspace, &pages)?;
    Ok(Some(table(&ours, theirs.as_ref())))
}

fn python_pipeline(workspace: &Workspace, pages: &Path) -> Result<Option<Theirs>> {
    let Some(python) = python::find() else {
        announce("SKIPPED: no comparison with extruct and BeautifulSoup, as there is no python3 with venv");
        return Ok(None);
    };
    let tools: PathBuf = workspace.root.join("crates/xtask/tools/extraction");
    let folder = workspace.target.join("extraction-python");
    let python = python.environment(&folder, &tools.join("requirements.txt"))?;
    let mut command: Command = workspace.command(&python);
    command.arg(tools.join("pipeline.py")).arg(pages).arg(TURNS.to_string());
    last_line(&mut command, "run the Python pipeline").map(Some)
}

/// Runs a command whose last line is JSON.
fn last_line<T: DeserializeOwned>(command: &mut Command, what: &str) -> Result<T> {
    let mut last = String::new();
    let status = process::run_reading(command, what, |line| {
        if line.starts_with('{') {
            line.trim().clone_into(&mut last);
        }
    })?;
    process::expect_success(status, what)?;
    serde_json::from_str(&last).with_context(|| format!("failed to read the figures in {last:?}"))
}

fn table(ours: &Ours, theirs: Option<&Theirs>) -> Table {
    let mut table = Table::new(["field", "marked", "precision", "recall", "F1", "F1 of a plain expression"]);
    for field in &ours.fields {
        let Score { precision, recall, f1, marked } = field.ours;
        let plain = field.baseline.as_ref().map_or_else(String::new, |score| format!("{:.3}", score.f1));
        let figure = |value: f64| format!("{value:.3}");
        table.row([
            field.field.clone(),
            marked.to_string(),
            figure(precision),
            figure(recall),
            figure(f1),
            plain,
        ]);
    }
    let blank = String::new;
    let rate = f64::from(ours.pages) / ours.seconds;
    let kilobytes = ours.bytes / u64::from(ours.pages.max(1)) / 1000;
    table.row([
        format!("pages a second on one core, {kilobytes} kB each"),
        ours.pages.to_string(),
        blank(),
        blank(),
        format!("{rate:.0}"),
        blank(),
    ]);
    if let Some(theirs) = theirs {
        let other = f64::from(theirs.pages) / theirs.seconds;
        let ratio = rate / other;
        table.row([
            format!("pages a second with extruct and BeautifulSoup (ours is {ratio:.0} times that)"),
            theirs.pages.to_string(),
            blank(),
            blank(),
            format!("{other:.0}"),
            blank(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_and_times_become_rows() {
        let ours: Ours = serde_json::from_str(
            r#"{"pages": 40, "bytes": 1200000, "seconds": 0.02, "fields": [{"field": "e-mail address",
            "ours": {"precision": 1.0, "recall": 0.99, "f1": 0.995, "marked": 60}, "baseline": null}]}"#,
        )
        .unwrap();
        let text = table(&ours, Some(&Theirs { pages: 40, seconds: 2.0 })).markdown();
        assert!(text.contains("| e-mail address | 60 | 1.000 | 0.990 | 0.995 |  |"), "{text}");
        assert!(text.contains("30 kB each | 40 |  |  | 2000 |"), "{text}");
        assert!(text.contains("ours is 100 times that"), "{text}");
    }
}
