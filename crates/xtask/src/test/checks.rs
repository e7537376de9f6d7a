//! Checks without tests of their own.

use anyhow::Result;

use crate::process;
use crate::provision::which;
use crate::test::report::Outcome;
use crate::workspace::Workspace;

/// Everything is formatted.
pub(crate) fn format(workspace: &Workspace) -> Result<Outcome> {
    process::run(workspace.cargo().args(["fmt", "--all", "--check"]), "pass `cargo fmt --all --check`")?;
    Ok(Outcome::Done)
}

/// No lint speaks up.
pub(crate) fn clippy(workspace: &Workspace) -> Result<Outcome> {
    let mut cargo = workspace.cargo();
    cargo.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    process::run(&mut cargo, "pass clippy")?;
    Ok(Outcome::Done)
}

/// The documentation builds without a warning.
pub(crate) fn documentation(workspace: &Workspace) -> Result<Outcome> {
    let mut cargo = workspace.cargo();
    cargo.args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
    process::run(&mut cargo, "build the documentation")?;
    Ok(Outcome::Done)
}

/// Licences, bans and sources are as `deny.toml` says.
pub(crate) fn dependencies(workspace: &Workspace) -> Result<Outcome> {
    if which("cargo-deny").is_none() {
        return Ok(Outcome::Skipped("cargo-deny is not installed".into()));
    }
    let mut cargo = workspace.cargo();
    cargo.args(["deny", "--workspace", "check", "bans", "licenses", "sources"]);
    process::run(&mut cargo, "pass cargo-deny")?;
    Ok(Outcome::Done)
}
