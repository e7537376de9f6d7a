//! How soon a page shows what the server commits.

use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::bench::chromium;
use crate::bench::document::Table;
use crate::report::millis;
use crate::workspace::Workspace;

/// What `live.mjs` prints: times in microseconds, the longest task in milliseconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    changes: u64,
    p50: u64,
    p99: u64,
    most: u64,
    long_tasks: u64,
    longest_task: u64,
    frames: u64,
    late: u64,
}

/// Has Chromium show a list that changes.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    table(&chromium::figures(workspace, "live.mjs")?)
}

fn table(printed: &str) -> Result<Table> {
    let seen: Seen = serde_json::from_str(printed).context("failed to read what live.mjs printed")?;
    let mut table = Table::new(["", "figure"]);
    table.row(["changes, all of them seen".to_owned(), seen.changes.to_string()]);
    table.row(["median".to_owned(), micros(seen.p50)]);
    table.row(["99th percentile".to_owned(), micros(seen.p99)]);
    table.row(["longest".to_owned(), micros(seen.most)]);
    table.row(["tasks of more than 50 ms".to_owned(), longest(seen.long_tasks, seen.longest_task)]);
    table.row(["frames late by half a frame or more".to_owned(), share(seen.late, seen.frames)]);
    Ok(table)
}

fn micros(count: u64) -> String {
    millis(Duration::from_micros(count))
}

fn longest(count: u64, longest_ms: u64) -> String {
    if count == 0 { "none".to_owned() } else { format!("{count}, the longest of {longest_ms} ms") }
}

/// `0.5 % of 1200`.
#[expect(clippy::cast_precision_loss, reason = "a figure for people, rounded anyway")]
pub(crate) fn share(part: u64, whole: u64) -> String {
    format!("{:.1} % of {whole}", 100.0 * part as f64 / whole.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_become_rows() {
        let printed = r#"{"changes":2000,"p50":12340,"p99":43210,"most":51000,"longTasks":0,"longestTask":0,
            "frames":1200,"late":6}"#;
        let text = table(printed).unwrap().markdown();
        assert!(text.contains("| 99th percentile | 43.2 ms |") && text.contains("| none |"), "{text}");
        assert!(text.contains("| 0.5 % of 1200 |"), "{text}");
        assert_eq!(longest(3, 71), "3, the longest of 71 ms");
    }
}
