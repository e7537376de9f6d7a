//! What a browser loads and how long it takes.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::bench::document::Table;
use crate::process;
use crate::provision::wasm_std::Choice;
use crate::provision::{chromium, node};
use crate::report::{bytes, duration};
use crate::up;
use crate::web::{self, Profile};
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

/// Builds the release, and lets Chromium visit it.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    let Some(node) = node::find() else { bail!("this benchmark needs Node {} or newer", node::OLDEST) };
    let Some(chromium) = chromium::find() else { bail!("this benchmark needs Chromium") };
    web::build(workspace, Choice::Auto, Profile::Release)?;
    let program = up::build_server(workspace, false)?;
    let folder = workspace.root.join("tests/browser");
    node.install(&folder)?;
    let mut command: Command = workspace.command(&node.node);
    command.current_dir(&folder).arg("measure.mjs");
    command.env("LETIP_BIN", program).env("LETIP_CHROMIUM", chromium);
    let mut last = String::new();
    let status =
        process::run_reading(&mut command, "visit the page", |line| line.trim().clone_into(&mut last))?;
    process::expect_success(status, "visit the page")?;
    table(&last)
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
