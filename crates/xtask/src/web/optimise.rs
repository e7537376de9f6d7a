//! wasm-opt, where Node is there to run it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process;
use crate::provision::node::{self, Node};
use crate::workspace::Workspace;

/// What browsers of the last years and the compiler agree on.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Measured in brotli, which finds repetitions itself: what is inlined, or merged to be short, hides them. Control flow is
/// taken apart and made anew.
pub(super) const PASSES: [&str; 6] = [
    "-O2",
    "--flatten",
    "--rereloop",
    "-O2",
    "--always-inline-max-function-size=0",
    "--one-caller-inline-max-function-size=0",
];

/// Makes the module smaller in place, or says why it stays as it is.
pub(crate) fn shrink(workspace: &Workspace, module: &Path) -> Result<()> {
    optimise(workspace, module, &PASSES)
}

/// Writes the module anew in place, with its types in the order of their use, or says why it stays as it is.
pub(crate) fn rewrite(workspace: &Workspace, module: &Path) -> Result<()> {
    optimise(workspace, module, &["--strip-producers"])
}

/// Makes the module faster in place, or says why it stays as it is.
pub(crate) fn quicken(workspace: &Workspace, module: &Path) -> Result<()> {
    optimise(workspace, module, &["-O3"])
}

fn optimise(workspace: &Workspace, module: &Path, passes: &[&str]) -> Result<()> {
    let Some(node) = ready(workspace)? else { return Ok(()) };
    let mut command = workspace.command(&node.node);
    command.arg(folder(workspace).join("node_modules/binaryen/bin/wasm-opt"));
    command.args(passes).args(FEATURES).arg(module).arg("-o").arg(module);
    process::run(&mut command, "run wasm-opt")
}

/// Installs wasm-opt ahead of its use.
pub(crate) fn prepare(workspace: &Workspace) -> Result<()> {
    ready(workspace).map(|_| ())
}

/// Node with wasm-opt installed; `None`, and a notice, when that cannot be had.
fn ready(workspace: &Workspace) -> Result<Option<Node>> {
    let missing = |why: &str| eprintln!("notice: wasm-opt is skipped, the module will be larger: {why}");
    let Some(node) = node::find() else {
        missing(&format!("it needs Node {} or newer", node::OLDEST));
        return Ok(None);
    };
    if let Err(error) = install(workspace, &node) {
        process::signals::check()?;
        missing(&format!("{error:#}"));
        return Ok(None);
    }
    Ok(Some(node))
}

fn install(workspace: &Workspace, node: &Node) -> Result<()> {
    let listed = workspace.package("xtask")?.folder().join("tools");
    let tools = folder(workspace);
    fs::create_dir_all(&tools).with_context(|| format!("failed to make {}", tools.display()))?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(listed.join(name), tools.join(name)).with_context(|| format!("failed to copy {name}"))?;
    }
    node.install(&tools)
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("tools/web")
}
