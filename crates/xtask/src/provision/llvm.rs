//! LLVM's readers of coverage, of the version that the compiler writes it with: no other can read it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::provision::apt::{self, Package};
use crate::provision::{is_executable, rustup, version, which};
use crate::workspace::Workspace;

/// What rustup calls them.
const COMPONENT: &str = "llvm-tools";

/// Debian's package, and the version that is in it.
const DEBIAN: (u32, Package) = (22, Package { name: "llvm-22", purpose: "reads which lines tests have run" });

/// The two programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Llvm {
    /// `llvm-profdata`, which sums what the programs wrote.
    pub(crate) profdata: PathBuf,
    /// `llvm-cov`, which knows the lines of the sums.
    pub(crate) cov: PathBuf,
}

/// The programs, where they are here: the toolchain's own, or Debian's.
pub(crate) fn find(workspace: &Workspace) -> Option<Llvm> {
    let major = wanted(workspace)?;
    let own = rustup::programs(workspace)?;
    let find = |name: &str| {
        let own = Some(own.join(name)).filter(|program| is_executable(program));
        own.or_else(|| which(&format!("{name}-{major}"))).or_else(|| which(name).filter(|it| fits(it, major)))
    };
    Some(Llvm { profdata: find("llvm-profdata")?, cov: find("llvm-cov")? })
}

/// The programs, installed first where they are not here.
pub(crate) fn provide(workspace: &Workspace) -> Result<Llvm> {
    if let Some(found) = find(workspace) {
        return Ok(found);
    }
    if rustup::ask(workspace, &["component", "add", COMPONENT], "LLVM's tools")?
        && let Some(found) = find(workspace)
    {
        return Ok(found);
    }
    let major = wanted(workspace).context("rustc does not say which LLVM it has")?;
    if major != DEBIAN.0 {
        bail!("the compiler has LLVM {major}; run with a network: rustup component add {COMPONENT}");
    }
    apt::install(&[DEBIAN.1])?;
    find(workspace)
        .with_context(|| format!("{} has no llvm-profdata-{major} or llvm-cov-{major}", DEBIAN.1.name))
}

/// The version of LLVM that the active compiler was built with.
fn wanted(workspace: &Workspace) -> Option<u32> {
    major(&process::query(workspace.command("rustc").arg("-vV"))?)
}

fn major(shown: &str) -> Option<u32> {
    let line = shown.lines().find_map(|line| line.strip_prefix("LLVM version: "))?;
    version(line).map(|(major, _)| major)
}

fn fits(program: &PathBuf, wanted: u32) -> bool {
    let shown = process::query(Command::new(program).arg("--version"));
    shown.is_some_and(|shown| {
        let line = shown.lines().find_map(|line| line.trim().split_once("LLVM version "));
        line.and_then(|(_, it)| version(it)).is_some_and(|(major, _)| major == wanted)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_the_compiler_says_of_itself() {
        let shown =
            "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\nrelease: 1.95.0\nLLVM version: 22.1.2";
        assert_eq!(major(shown), Some(22));
        assert_eq!(major("rustc 1.95.0"), None);
    }

    #[test]
    fn the_compiler_here_says_its_version() {
        assert!(wanted(&Workspace::locate().unwrap()).is_some());
    }
}
