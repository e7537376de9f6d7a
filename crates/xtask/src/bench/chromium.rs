//! What Chromium measures on the release.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::bench::release;
use crate::process;
use crate::provision::chromium;
use crate::provision::node::{self, Node};
use crate::workspace::Workspace;

/// The browser tests, whose parts every script uses.
const TESTS: &str = "tests/browser";

/// Node, which runs the scripts.
pub(crate) fn node() -> Result<Node> {
    node::find().with_context(|| format!("this benchmark needs Node {} or newer", node::OLDEST))
}

/// Builds the release and runs a script of `tests/browser` on it; answers the last line that it prints.
pub(crate) fn figures(workspace: &Workspace, script: &str) -> Result<String> {
    figures_of(workspace, script, &[])
}

/// Like [`figures`], with variables of the script's own.
pub(crate) fn figures_of(
    workspace: &Workspace,
    script: &str,
    variables: &[(&str, &OsStr)],
) -> Result<String> {
    figures_by(workspace, &workspace.root.join(TESTS).join(script), variables)
}

/// Like [`figures_of`], by any script that has a lock file beside it.
pub(crate) fn figures_by(
    workspace: &Workspace,
    script: &Path,
    variables: &[(&str, &OsStr)],
) -> Result<String> {
    let node = node()?;
    let chromium = chromium::find().context("this benchmark needs Chromium")?;
    let program = release::with_page(workspace)?;
    let tests = workspace.root.join(TESTS);
    let folder = script.parent().unwrap_or(&tests);
    for folder in BTreeSet::from([tests.as_path(), folder]) {
        node.install(folder)?;
    }
    let mut command = workspace.command(&node.node);
    command.current_dir(folder).arg(script);
    command.env(release::PROGRAM, program).env("LETIP_CHROMIUM", chromium).envs(variables.iter().copied());
    last_line(&mut command)
}

/// Runs it and answers the last line that it prints.
fn last_line(command: &mut Command) -> Result<String> {
    let mut last = String::new();
    let status =
        process::run_reading(command, "measure in Chromium", |line| line.trim().clone_into(&mut last))?;
    process::expect_success(status, "measure in Chromium")?;
    Ok(last)
}
