//! What Chromium measures on the release.

use std::ffi::OsStr;

use anyhow::{Result, bail};

use crate::process;
use crate::provision::wasm_std::Choice;
use crate::provision::{chromium, node};
use crate::up;
use crate::web::{self, Profile};
use crate::workspace::Workspace;

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
    let Some(node) = node::find() else { bail!("this benchmark needs Node {} or newer", node::OLDEST) };
    let Some(chromium) = chromium::find() else { bail!("this benchmark needs Chromium") };
    web::build(workspace, Choice::Auto, Profile::Release)?;
    let program = up::build_server(workspace, false)?;
    let folder = workspace.root.join("tests/browser");
    node.install(&folder)?;
    let mut command = workspace.command(&node.node);
    command.current_dir(&folder).arg(script);
    command.env("LETIP_BIN", program).env("LETIP_CHROMIUM", chromium).envs(variables.iter().copied());
    let mut last = String::new();
    let status =
        process::run_reading(&mut command, "measure in Chromium", |line| line.trim().clone_into(&mut last))?;
    process::expect_success(status, "measure in Chromium")?;
    Ok(last)
}
