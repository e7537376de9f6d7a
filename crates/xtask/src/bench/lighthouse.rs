//! What Lighthouse makes of the pages.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::bench::chromium;
use crate::bench::document::Table;
use crate::workspace::Workspace;

/// What stands above the table.
pub(crate) const ABOUT: &str = "Lighthouse's scores, of 100, of the release build over loopback on a database of one search; medians \
    of three turns. Its phone is this machine with a processor four times slower and a network of 1.6 Mbit/s and 150 ms, as it \
    reckons them. The command fails where accessibility or best practices are below 95.";

/// What has it judge them, in the workspace.
const SCRIPT: &str = "bench/lighthouse/run.mjs";
/// What accessibility and best practices have to score.
const LEAST: u32 = 95;

/// One page, as `run.mjs` prints it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scores {
    page: String,
    device: String,
    performance: u32,
    accessibility: u32,
    best_practices: u32,
}

/// Has the pages judged.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    let printed = chromium::figures_by(workspace, &workspace.root.join(SCRIPT), &[])?;
    let scores: Vec<Scores> =
        serde_json::from_str(&printed).context("failed to read what Lighthouse's program printed")?;
    let table = table(&scores);
    let faulty = faulty(&scores);
    ensure!(faulty.is_empty(), "below {LEAST}: {}\n{}", faulty.join(", "), table.plain());
    Ok(table)
}

fn table(scores: &[Scores]) -> Table {
    let mut table = Table::new(["page", "performance", "accessibility", "best practices"]);
    for Scores { page, device, performance, accessibility, best_practices } in scores {
        let figures = [performance, accessibility, best_practices].map(ToString::to_string);
        let [performance, accessibility, best_practices] = figures;
        table.row([format!("{page}, {device}"), performance, accessibility, best_practices]);
    }
    table
}

/// The pages that are not as good as all have to be; how quick they are is not among it.
fn faulty(scores: &[Scores]) -> Vec<String> {
    let is_faulty = |it: &&Scores| it.accessibility.min(it.best_practices) < LEAST;
    scores.iter().filter(is_faulty).map(|it| format!("{}, {}", it.page, it.device)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(performance: u32, accessibility: u32, best_practices: u32) -> Scores {
        let (page, device) = ("jobs".to_owned(), "phone".to_owned());
        Scores { page, device, performance, accessibility, best_practices }
    }

    #[test]
    fn scores_become_rows() {
        let text = table(&[scores(97, 100, 96)]).markdown();
        assert!(text.contains("| jobs, phone | 97 | 100 | 96 |"), "{text}");
    }

    #[test]
    fn what_is_slow_is_no_fault() {
        assert_eq!(faulty(&[scores(20, 95, 95)]), [""; 0]);
        assert_eq!(faulty(&[scores(100, 94, 100), scores(100, 100, 94)]), ["jobs, phone"; 2]);
    }
}
