//! How well and how fast records of one business are found.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::bench::document::Table;
use crate::process;
use crate::provision::python;
use crate::report::{announce, bytes, duration};
use crate::workspace::Workspace;

/// What stands above the tables.
pub(crate) const ABOUT: &str = "Labelled pairs: `overture_pairs_dev.parquet` (Overture Places and other sources, \
    Apache-2.0, 2,000 pairs), in five runs of five-fold cross-validation in which no record stands in two folds; means of \
    the runs. Yes is a score of at least 0.5. The reliability table sorts the same scores: a calibrated score is the share \
    of pairs that are one business. The other ways to train show which parts of a record carry how much.\n\n\
    A million records: two lists of half a million invented businesses each, a fifth of the second list being businesses \
    of the first with other spellings, missing or wrong phones, missing sites and shifted coordinates; among them \
    branches of chains, and houses that share a phone. One to one, on all cores. A record is compared with those that share a \
    phone number, domain, address, name or rare words near each other, so that the work grows with the records and not with \
    their square: pairs that are scored for each record, and records a second, tell how far it is from growing in proportion. \
    Splink (MIT, on DuckDB), set up as its documentation shows it for two lists, links the first of these sizes in \
    the same run, from the same records; it is told nothing of which are the same, as is our model, which was trained on others.";

/// Sizes, the smallest first: the last is the one that counts.
const SIZES: [u64; 4] = [125_000, 250_000, 500_000, 1_000_000];
const PAIRS: &str = "overture_pairs_dev.parquet";

#[derive(Debug, Deserialize)]
struct Evaluation {
    methods: Vec<Method>,
    reliability: Vec<Bin>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Method {
    name: String,
    f1: f64,
    precision: f64,
    recall: f64,
    log_loss: f64,
    brier: f64,
}

#[derive(Debug, Deserialize)]
struct Bin {
    pairs: u32,
    score: f64,
    same: f64,
}

/// What a program makes of two lists of invented businesses.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Linked {
    records: u32,
    found: u32,
    right: u32,
    twins: u32,
    /// Pairs that were scored.
    pairs: u64,
    memory_bytes: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ours {
    prepared_ms: u64,
    matched_ms: u64,
    #[serde(flatten)]
    linked: Linked,
}

#[derive(Debug, Deserialize)]
struct Theirs {
    seconds: f64,
    #[serde(flatten)]
    linked: Linked,
}

/// Cross-validates on labelled pairs, where they are, and matches a million invented records.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    let invented = invented(workspace)?;
    let Some(pairs) = labelled_pairs(workspace) else {
        eprintln!("SKIPPED the labelled pairs: set LETIP_TEST_DATA to a folder with {PAIRS}");
        let mut skipped = Table::new(["labelled pairs"]);
        skipped.row([format!("SKIPPED: {PAIRS} was not there")]);
        return Ok(skipped.followed_by(invented));
    };
    let evaluation: Evaluation = run(workspace, &["evaluate".into(), pairs])?;
    Ok(methods(&evaluation).followed_by(reliability(&evaluation)).followed_by(invented))
}

/// In `LETIP_TEST_DATA`, or in a folder `shared/data` beside or above the workspace.
fn labelled_pairs(workspace: &Workspace) -> Option<PathBuf> {
    let named = std::env::var_os("LETIP_TEST_DATA").map(PathBuf::from);
    let near = workspace.root.ancestors().map(|folder| folder.join("shared/data"));
    named.into_iter().chain(near).map(|folder| folder.join(PAIRS)).find(|file| file.is_file())
}

fn run<T: DeserializeOwned>(workspace: &Workspace, arguments: &[PathBuf]) -> Result<T> {
    printed(example(workspace).args(arguments), "measure the matcher")
}

/// The crate's example.
fn example(workspace: &Workspace) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--release", "--package", "discovery", "--features", "training"]);
    cargo.args(["--example", "matching", "--"]);
    cargo
}

/// What a command prints as one line of JSON.
fn printed<T: DeserializeOwned>(command: &mut Command, what: &str) -> Result<T> {
    let mut printed = String::new();
    let status = process::run_reading(command, what, |line| {
        if line.starts_with('{') {
            line.clone_into(&mut printed);
        }
    })?;
    process::expect_success(status, what)?;
    serde_json::from_str(&printed).with_context(|| format!("to {what}, a program printed {printed:?}"))
}

fn methods(evaluation: &Evaluation) -> Table {
    let mut table = Table::new(["labelled pairs", "F1", "precision", "recall", "log loss", "Brier"]);
    for method in &evaluation.methods {
        let figures = [method.f1, method.precision, method.recall, method.log_loss, method.brier];
        let [f1, precision, recall, log_loss, brier] = figures.map(|figure| format!("{figure:.3}"));
        table.row([method.name.clone(), f1, precision, recall, log_loss, brier]);
    }
    table
}

fn reliability(evaluation: &Evaluation) -> Table {
    let mut table = Table::new(["score", "pairs", "mean score", "one business"]);
    for (number, bin) in evaluation.reliability.iter().enumerate() {
        let name =
            format!("0.{number} to {}", if number == 9 { "1.0".into() } else { format!("0.{}", number + 1) });
        table.row([name, bin.pairs.to_string(), format!("{:.3}", bin.score), format!("{:.3}", bin.same)]);
    }
    table
}

/// Links lists of all sizes, and has the peer link the smallest.
fn invented(workspace: &Workspace) -> Result<Table> {
    let mut table = Table::new([
        "invented records",
        "program",
        "time",
        "records a second",
        "pairs scored a record",
        "precision",
        "recall",
        "memory at most",
    ]);
    for size in SIZES {
        let ours: Ours = run(workspace, &["million".into(), size.to_string().into()])?;
        let time = Duration::from_millis(ours.prepared_ms + ours.matched_ms);
        table.row(row("this crate", &ours.linked, time));
    }
    if let Some(theirs) = peer(workspace)? {
        table.row(row("Splink", &theirs.linked, Duration::from_secs_f64(theirs.seconds)));
    }
    Ok(table)
}

/// Splink on the smallest lists; `None` where there is no Python.
fn peer(workspace: &Workspace) -> Result<Option<Theirs>> {
    let Some(python) = python::find() else {
        announce("SKIPPED: no comparison with Splink, as there is no python3 with venv");
        return Ok(None);
    };
    let lists = workspace.target.join("matching-lists");
    let mut cargo = example(workspace);
    process::run(cargo.args(["write", &SIZES[0].to_string()]).arg(&lists), "write the lists")?;
    let tools = workspace.root.join("crates/xtask/tools/matching");
    let python =
        python.environment(&workspace.target.join("matching-python"), &tools.join("requirements.txt"))?;
    let mut command = workspace.command(&python);
    command.arg(tools.join("peer.py")).arg(&lists);
    printed(&mut command, "link the lists with Splink").map(Some)
}

fn row(program: &str, linked: &Linked, time: Duration) -> [String; 8] {
    let share = |part: u32, whole: u32| format!("{:.3}", f64::from(part) / f64::from(whole.max(1)));
    #[expect(clippy::cast_precision_loss, reason = "a mean with one decimal")]
    let pairs = linked.pairs as f64 / f64::from(linked.records.max(1));
    [
        linked.records.to_string(),
        program.to_owned(),
        duration(time),
        format!("{:.0}", f64::from(linked.records) / time.as_secs_f64().max(0.001)),
        format!("{pairs:.1}"),
        share(linked.right, linked.found),
        share(linked.right, linked.twins),
        linked.memory_bytes.map_or_else(|| "not known".into(), bytes),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_two_lists_are_rates_and_shares() {
        let ours: Ours = serde_json::from_str(
            r#"{"records": 1000000, "preparedMs": 4000, "matchedMs": 16000, "found": 100, "right": 90, "twins": 120,
            "pairs": 3500000, "memoryBytes": null}"#,
        )
        .unwrap();
        let time = Duration::from_millis(ours.prepared_ms + ours.matched_ms);
        let row = row("this crate", &ours.linked, time);
        assert_eq!(row[3..7], ["50000", "3.5", "0.900", "0.750"].map(str::to_owned));
        let theirs: Theirs = serde_json::from_str(
            r#"{"seconds": 2.5, "records": 10, "found": 1, "right": 1, "twins": 2, "pairs": 5, "memoryBytes": 1000}"#,
        )
        .unwrap();
        assert_eq!((theirs.seconds, theirs.linked.pairs), (2.5, 5));
    }
}
