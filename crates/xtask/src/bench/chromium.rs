//! What Chromium measures on the release.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::bench::release;
use crate::process;
use crate::provision::chromium;
use crate::provision::node::{self, Node};
use crate::workspace::Workspace;

/// The browser tests, whose parts every script uses.
const TESTS: &str = "tests/browser";

/// What measuring needs besides the release.
#[derive(Debug)]
pub(crate) struct Tools {
    pub(crate) node: Node,
    chromium: PathBuf,
}

impl Tools {
    /// What is there.
    pub(crate) fn find() -> Result<Self> {
        let Some(node) = node::find() else { bail!("this benchmark needs Node {} or newer", node::OLDEST) };
        let Some(chromium) = chromium::find() else { bail!("this benchmark needs Chromium") };
        Ok(Self { node, chromium })
    }
}

/// Builds the release and runs a script of `tests/browser` on it; answers the last line that it prints.
pub(crate) fn figures(workspace: &Workspace, script: &str) -> Result<String> {
    figures_with(workspace, &Tools::find()?, script, [])
}

/// The same with more for the script to know.
pub(crate) fn figures_with<const N: usize>(
    workspace: &Workspace,
    tools: &Tools,
    script: &str,
    environment: [(&str, &OsStr); N],
) -> Result<String> {
    figures_by(workspace, tools, &workspace.root.join(TESTS).join(script), environment)
}

/// The same by any script that has a lock file beside it.
pub(crate) fn figures_by<const N: usize>(
    workspace: &Workspace,
    tools: &Tools,
    script: &Path,
    environment: [(&str, &OsStr); N],
) -> Result<String> {
    let program = release::with_page(workspace)?;
    let tests = workspace.root.join(TESTS);
    let folder = script.parent().unwrap_or(&tests);
    for folder in BTreeSet::from([tests.as_path(), folder]) {
        tools.node.install(folder)?;
    }
    let mut command = workspace.command(&tools.node.node);
    command.current_dir(folder).arg(script);
    command.env(release::PROGRAM, program).env("LETIP_CHROMIUM", &tools.chromium).envs(environment);
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
