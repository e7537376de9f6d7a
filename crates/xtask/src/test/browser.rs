//! The journeys in Chromium, against the real binary.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::provision::node;
use crate::test::count::Runner;
use crate::test::report::Outcome;
use crate::test::rust::counted;
use crate::test::session::Session;
use crate::up;

/// Runs the suite in `tests/browser`.
pub(crate) fn tests(session: &Session<'_>) -> Result<Outcome> {
    let folder = session.workspace.root.join("tests/browser");
    let Some(node) = &session.needs.node else {
        return Ok(Outcome::Skipped(format!("they need Node {} or newer", node::OLDEST)));
    };
    let Some(chromium) = &session.needs.chromium else {
        return Ok(Outcome::Skipped("they need Chromium".into()));
    };
    let Some(limit) = session.page else {
        return Ok(Outcome::Skipped("the page was not built".into()));
    };
    node.install(&folder)?;
    let program = up::build_with_tests(session.workspace)?;
    let mut command = session.workspace.command(&node.node);
    command.current_dir(&folder);
    command.args(["--test", "--test-reporter=spec", "--test-concurrency=1"]).args(journeys(&folder)?);
    command.env("LETIP_BIN", program).env("LETIP_CHROMIUM", chromium);
    command.env("LETIP_ROUTE_LIMIT", limit.to_string());
    command.env("LETIP_SCREENSHOTS", session.workspace.root.join("target/screenshots"));
    session.point_to_database(&mut command);
    counted(&mut command, "run the browser tests", Runner::Node).map(Outcome::Counted)
}

/// The test files, in one order: Node's own search differs between its versions.
fn journeys(folder: &Path) -> Result<Vec<PathBuf>> {
    let folder = folder.join("journeys");
    let listing = || format!("failed to list {}", folder.display());
    let entries: Result<Vec<_>, _> = fs::read_dir(&folder).with_context(listing)?.collect();
    let mut files: Vec<PathBuf> = entries.with_context(listing)?.iter().map(fs::DirEntry::path).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    Ok(files)
}
