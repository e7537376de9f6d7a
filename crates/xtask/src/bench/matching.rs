//! How well and how fast records of one business are found.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::bench::document::Table;
use crate::process;
use crate::report::{bytes, duration};
use crate::workspace::Workspace;

/// What stands above the tables.
pub(crate) const ABOUT: &str = "Labelled pairs: `overture_pairs_dev.parquet` (Overture Places and other sources, \
    Apache-2.0, 2,000 pairs), in five runs of five-fold cross-validation in which no record stands in two folds; means of \
    the runs. Yes is a score of at least 0.5. The reliability table sorts the same scores: a calibrated score is the share \
    of pairs that are one business. The other ways to train show which parts of a record carry how much.\n\n\
    A million records: two lists of half a million invented businesses each, a fifth of the second list being businesses \
    of the first with other spellings, missing or wrong phones, missing sites and shifted coordinates; among them \
    branches of chains, and houses that share a phone. One to one, on all cores.";

const RECORDS: u64 = 1_000_000;
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

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Million {
    records: u32,
    prepared_ms: u64,
    matched_ms: u64,
    found: u32,
    right: u32,
    twins: u32,
    memory_bytes: Option<u64>,
}

/// Cross-validates on labelled pairs, where they are, and matches a million invented records.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    let million = million(&run(workspace, &["million".into(), RECORDS.to_string().into()])?);
    let Some(pairs) = labelled_pairs(workspace) else {
        eprintln!("SKIPPED the labelled pairs: set LETIP_TEST_DATA to a folder with {PAIRS}");
        let mut skipped = Table::new(["labelled pairs"]);
        skipped.row([format!("SKIPPED: {PAIRS} was not there")]);
        return Ok(skipped.followed_by(million));
    };
    let evaluation: Evaluation = run(workspace, &["evaluate".into(), pairs])?;
    Ok(methods(&evaluation).followed_by(reliability(&evaluation)).followed_by(million))
}

/// In `LETIP_TEST_DATA`, or in a folder `shared/data` beside or above the workspace.
fn labelled_pairs(workspace: &Workspace) -> Option<PathBuf> {
    let named = std::env::var_os("LETIP_TEST_DATA").map(PathBuf::from);
    let near = workspace.root.ancestors().map(|folder| folder.join("shared/data"));
    named.into_iter().chain(near).map(|folder| folder.join(PAIRS)).find(|file| file.is_file())
}

fn run<T: DeserializeOwned>(workspace: &Workspace, arguments: &[PathBuf]) -> Result<T> {
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--release", "--package", "discovery", "--features", "training"]);
    cargo.args(["--example", "matching", "--"]).args(arguments);
    let mut printed = String::new();
    let status = process::run_reading(&mut cargo, "measure the matcher", |line| {
        if line.starts_with('{') {
            line.clone_into(&mut printed);
        }
    })?;
    process::expect_success(status, "measure the matcher")?;
    serde_json::from_str(&printed).with_context(|| format!("the matcher printed {printed:?}"))
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

fn million(of: &Million) -> Table {
    let mut table = Table::new(["a million records", "figure"]);
    let share = |part: u32, whole: u32| format!("{:.3}", f64::from(part) / f64::from(whole.max(1)));
    let time = Duration::from_millis(of.prepared_ms + of.matched_ms);
    table.row(["normalise".into(), duration(Duration::from_millis(of.prepared_ms))]);
    table.row(["block, score, choose".into(), duration(Duration::from_millis(of.matched_ms))]);
    table.row([
        "records a second".into(),
        format!("{:.0}", f64::from(of.records) / time.as_secs_f64().max(0.001)),
    ]);
    table.row(["memory at most".into(), of.memory_bytes.map_or_else(|| "not known".into(), bytes)]);
    table.row(["precision".into(), share(of.right, of.found)]);
    table.row(["recall".into(), share(of.right, of.twins)]);
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_million_are_rates_and_shares() {
        let of = Million {
            records: 1_000_000,
            prepared_ms: 4_000,
            matched_ms: 16_000,
            found: 100,
            right: 90,
            twins: 120,
            memory_bytes: None,
        };
        let text = million(&of).plain();
        assert!(text.contains("50000") && text.contains("0.900") && text.contains("0.750"), "{text}");
    }
}
