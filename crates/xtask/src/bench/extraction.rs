//! How much of what people see on contact pages the extraction finds, and how fast.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::bench::document::Table;
use crate::process;
use crate::provision::python;
use crate::report::{self, announce};
use crate::workspace::Workspace;

/// Marked pages, beside the workspace; not part of it.
const PAGES: &str = "../shared/data/contact_pages";
/// Pages that are made where those are not there, always the same ones.
const MADE: [&str; 4] = ["--seed", "1", "--sites", "120"];
/// Turns of the slower program; the median counts.
const TURNS: u32 = 5;
/// Pages that are read while the memory is watched.
const MANY: u32 = 100_000;

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

/// What the crate's example prints of a long run.
#[derive(Debug, Deserialize)]
struct Endurance {
    memory: Vec<Memory>,
}

/// Memory in use after so many pages, where the system tells.
#[derive(Debug, Deserialize)]
struct Memory {
    pages: u32,
    bytes: Option<u64>,
}

/// What the Python program prints.
#[derive(Debug, Deserialize)]
struct Theirs {
    pages: u32,
    seconds: f64,
}

/// Scores and times both.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    let real = workspace.root.join(PAGES);
    let (pages, which) = match real.join("gold.json").is_file() {
        true => (real, "real pages"),
        false => {
            announce(&format!("no marked pages in {}: crates/farm makes some", real.display()));
            (made(workspace)?, "pages made by crates/farm")
        }
    };
    let ours: Ours = last_line(&mut example(workspace, &pages), "score the extraction")?;
    let theirs = python_pipeline(workspace, &pages)?;
    let mut long = example(workspace, &pages);
    long.args(["--pages", &MANY.to_string()]);
    let endurance: Endurance = last_line(&mut long, "read many pages")?;
    Ok(scores(&ours, which).followed_by(speed(&ours, theirs.as_ref())).followed_by(memory(&endurance)))
}

/// Pages made by the farm, which every checkout has.
fn made(workspace: &Workspace) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    process::run(cargo.args(["build", "--workspace", "--bin", "farm"]), "build the farm")?;
    let folder = workspace.target.join("extraction-pages");
    let mut command = workspace.command(workspace.program("farm", "dev"));
    process::run(command.args(MADE).arg("--pages").arg(&folder), "make pages")?;
    Ok(folder)
}

/// The crate's example on the marked pages.
fn example(workspace: &Workspace, pages: &Path) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--release", "--package", "extraction", "--example", "extraction", "--"]).arg(pages);
    cargo
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

fn scores(ours: &Ours, which: &str) -> Table {
    let field = format!("field, {which}");
    let mut table =
        Table::new([field.as_str(), "marked", "precision", "recall", "F1", "F1 of a plain expression"]);
    for field in &ours.fields {
        let Score { precision, recall, f1, marked } = field.ours;
        let plain = field.baseline.as_ref().map_or_else(String::new, |score| format!("{:.3}", score.f1));
        let [precision, recall, f1] = [precision, recall, f1].map(|figure| format!("{figure:.3}"));
        table.row([field.field.clone(), marked.to_string(), precision, recall, f1, plain]);
    }
    table
}

fn speed(ours: &Ours, theirs: Option<&Theirs>) -> Table {
    let kilobytes = ours.bytes / u64::from(ours.pages.max(1)) / 1000;
    let heading = format!("{} pages of {kilobytes} kB on one core", ours.pages);
    let mut table = Table::new([heading.as_str(), "pages a second", "times as fast"]);
    let rate = f64::from(ours.pages) / ours.seconds;
    let other = theirs.map(|theirs| f64::from(theirs.pages) / theirs.seconds);
    let ratio = other.map_or_else(String::new, |other| format!("{:.0}", rate / other));
    table.row(["this crate".to_owned(), format!("{rate:.0}"), ratio]);
    if let Some(other) = other {
        table.row(["extruct and BeautifulSoup".to_owned(), format!("{other:.1}"), "1".to_owned()]);
    }
    table
}

fn memory(endurance: &Endurance) -> Table {
    let mut table = Table::new(["pages read by one program", "memory"]);
    for Memory { pages, bytes } in &endurance.memory {
        let told = bytes.map_or_else(|| "not told by the system".to_owned(), report::bytes);
        table.row([pages.to_string(), told]);
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
        let text = scores(&ours, "real pages").markdown();
        assert!(text.starts_with("| field, real pages | marked |"), "{text}");
        assert!(text.contains("| e-mail address | 60 | 1.000 | 0.990 | 0.995 |  |"), "{text}");
        let text = speed(&ours, Some(&Theirs { pages: 40, seconds: 2.0 })).markdown();
        assert!(text.contains("40 pages of 30 kB"), "{text}");
        assert!(
            text.contains("| this crate | 2000 | 100 |\n| extruct and BeautifulSoup | 20.0 | 1 |"),
            "{text}"
        );
        assert!(speed(&ours, None).markdown().contains("| this crate | 2000 |  |"));
    }

    #[test]
    fn memory_of_a_long_run_is_told_on_the_way() {
        let run: Endurance = serde_json::from_str(
            r#"{"memory": [{"pages": 1000, "bytes": 20000000}, {"pages": 100000, "bytes": null}]}"#,
        )
        .unwrap();
        let text = memory(&run).markdown();
        assert!(text.contains("| 1000 | 20") && text.contains("| 100000 | not told"), "{text}");
    }
}
