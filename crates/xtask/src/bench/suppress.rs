//! How long it takes to put somebody on the suppression list of a large database.

use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::bench::document::Table;
use crate::process;
use crate::report::{bytes, duration};
use crate::workspace::Workspace;

/// What stands above the table.
pub(crate) const ABOUT: &str = "A SQLite database of a million enriched businesses, each with an address, a contact, an entry of \
    the enrichment log with its evidence, and two past events: everything that somebody who asks not to be processed may stand \
    in. Then entries of the suppression list are made one after the other. Each is one transaction, during which nobody else \
    writes: it reads every text that may hold the address, in whatever form, and deletes what it finds.";

/// What the store's example prints.
#[derive(Debug, Deserialize)]
struct Measured {
    businesses: u64,
    bytes: u64,
    times: Vec<Time>,
}

#[derive(Debug, Deserialize)]
struct Time {
    what: String,
    contacts: u64,
    ms: u64,
}

/// Fills a database and suppresses.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--release", "--package", "store", "--example", "suppress"]);
    let mut last = String::new();
    let status = process::run_reading(&mut cargo, "fill a database and suppress", |line| {
        if line.starts_with('{') {
            line.clone_into(&mut last);
        }
    })?;
    process::expect_success(status, "fill a database and suppress")?;
    let measured: Measured =
        serde_json::from_str(&last).with_context(|| format!("failed to read the figures in {last:?}"))?;
    Ok(table(&measured))
}

fn table(measured: &Measured) -> Table {
    let heading = format!("{} businesses, {}", measured.businesses, bytes(measured.bytes));
    let mut table = Table::new([heading.as_str(), "contacts deleted", "time"]);
    for Time { what, contacts, ms } in &measured.times {
        table.row([what.clone(), contacts.to_string(), duration(Duration::from_millis(*ms))]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_is_a_row() {
        let measured: Measured = serde_json::from_str(
            r#"{"businesses": 1000000, "bytes": 2000000000, "times": [{"what": "a domain", "contacts": 1, "ms": 2500}]}"#,
        )
        .unwrap();
        let text = table(&measured).markdown();
        assert!(
            text.contains("1000000 businesses, 2") && text.contains("| a domain | 1 | 2.5 s |"),
            "{text}"
        );
    }
}
