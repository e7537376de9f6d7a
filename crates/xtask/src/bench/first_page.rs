//! What a browser loads and how long it takes.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::bench::chromium;
use crate::bench::document::Table;
use crate::report::{bytes, duration};
use crate::workspace::Workspace;

/// One page, as `measure.mjs` prints it: bytes and milliseconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Visit {
    html: u64,
    route: u64,
    first_contentful_paint: u64,
    live: u64,
}

/// Has Chromium visit the release.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    table(&chromium::figures(workspace, "measure.mjs")?)
}

fn table(printed: &str) -> Result<Table> {
    let visits: BTreeMap<String, Visit> =
        serde_json::from_str(printed).context("failed to read what measure.mjs printed")?;
    let mut table = Table::new(["page", "HTML", "script, module, style", "first contentful paint", "live"]);
    let time = |millis| duration(Duration::from_millis(millis));
    for (path, visit) in visits {
        let (html, route) = (bytes(visit.html), bytes(visit.route));
        table.row([path, html, route, time(visit.first_contentful_paint), time(visit.live)]);
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_become_rows() {
        let printed = r#"{"/":{"html":6200,"route":210000,"firstContentfulPaint":84,"live":1310}}"#;
        let text = table(printed).unwrap().markdown();
        assert!(text.contains("| / | 6.2 kB | 210.0 kB | 84 ms | 1.3 s |"), "{text}");
    }
}
