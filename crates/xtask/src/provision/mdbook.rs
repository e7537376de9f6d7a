//! mdBook, which renders the book.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::provision::{is_executable, version, which};
use crate::workspace::Workspace;

/// What is installed where there is none.
const VERSION: &str = "0.5.4";
/// The versions that read `book.toml` as it is written.
const SERIES: (u32, u32) = (0, 5);

/// mdBook, where it is on PATH in a version that fits, or was installed before.
pub(crate) fn find(workspace: &Workspace) -> Option<PathBuf> {
    let own = installed(&folder(workspace));
    which("mdbook").filter(|program| fits(program)).or_else(|| Some(own).filter(|own| is_executable(own)))
}

/// mdBook, installed into the target folder first where there is none.
pub(crate) fn provide(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(program) = find(workspace) {
        return Ok(program);
    }
    let folder = folder(workspace);
    eprintln!(
        "installing mdbook {VERSION} into {}: it renders the book, and compiles for minutes",
        folder.display()
    );
    let mut cargo = workspace.cargo();
    cargo.args(["install", "mdbook", "--locked", "--version", VERSION, "--root"]).arg(&folder);
    // Neither a server nor a watcher is wanted of it.
    cargo.args(["--no-default-features", "--features", "search"]);
    // Elsewhere than what is built here: nothing of it is wanted afterwards.
    process::run(cargo.env_remove("CARGO_TARGET_DIR"), "install mdbook")?;
    Ok(installed(&folder))
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("tools/mdbook")
}

fn installed(folder: &Path) -> PathBuf {
    folder.join("bin/mdbook")
}

fn fits(program: &Path) -> bool {
    let shown = process::query(Command::new(program).arg("--version"));
    shown.and_then(|text| version(&text)) == Some(SERIES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_that_is_installed_is_one_that_fits() {
        assert_eq!(version(VERSION), Some(SERIES));
        assert_eq!(version("mdbook v0.5.4"), Some(SERIES));
    }
}
