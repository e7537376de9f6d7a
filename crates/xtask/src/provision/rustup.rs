//! Components of the active toolchain, through rustup.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::process;
use crate::provision::which;
use crate::workspace::Workspace;

/// How long it may take; a closed network shows as silence.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs rustup with these arguments; true when it did what was asked. `what` is what they bring.
pub(crate) fn ask(workspace: &Workspace, arguments: &[&str], what: &str) -> Result<bool> {
    if which("rustup").is_none() {
        return Ok(false);
    }
    eprintln!("asking rustup for {what} (up to {} s)", LIMIT.as_secs());
    let mut command = workspace.command("rustup");
    command.args(arguments).env("RUSTUP_MAX_RETRIES", "0");
    let added = process::run_quietly(&mut command, "run rustup", LIMIT)?;
    if !added {
        eprintln!("rustup could not fetch it");
    }
    Ok(added)
}

/// Where the active toolchain keeps its programs for this machine, `rust-lld` and LLVM's among them.
pub(crate) fn programs(workspace: &Workspace) -> Option<PathBuf> {
    Some(sysroot(workspace)?.join("lib/rustlib").join(workspace.host()?).join("bin"))
}

/// The folder of the active toolchain.
pub(crate) fn sysroot(workspace: &Workspace) -> Option<PathBuf> {
    process::query(workspace.command("rustc").args(["--print", "sysroot"])).map(PathBuf::from)
}
