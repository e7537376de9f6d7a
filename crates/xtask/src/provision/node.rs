//! Node and npm: wasm-opt, the reference clients of the interop tests, and the browser tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::provision::apt::Package;
use crate::provision::{version, which};

/// The oldest major version of Node that the packages in use run on.
pub(crate) const OLDEST: u32 = 20;

/// Debian's packages of both.
pub(crate) const PACKAGES: [Package; 2] = [
    Package { name: "nodejs", purpose: "browser tests, interop tests, wasm-opt" },
    Package { name: "npm", purpose: "fetches what those use" },
];

/// Node with its npm.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// The `node` program.
    pub(crate) node: PathBuf,
    npm: PathBuf,
    /// As `node --version` says it.
    pub(crate) version: String,
}

/// Node, when it is there with npm and new enough.
pub(crate) fn find() -> Option<Node> {
    let node = which("node")?;
    let npm = which("npm")?;
    let shown = process::query(Command::new(&node).arg("--version"))?;
    let (major, _) = version(&shown)?;
    (major >= OLDEST).then_some(Node { node, npm, version: shown })
}

impl Node {
    /// Installs what the lock file in `folder` lists, unless that was done since the lock file changed.
    pub(crate) fn install(&self, folder: &Path) -> Result<()> {
        let lock = folder.join("package-lock.json");
        let wanted =
            fs::read_to_string(&lock).with_context(|| format!("failed to read {}", lock.display()))?;
        let done = folder.join("node_modules/.installed-lock.json");
        if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        eprintln!("installing the npm packages of {}", folder.display());
        let mut command = Command::new(&self.npm);
        command.current_dir(folder);
        command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
        process::run(&mut command, "install npm packages")?;
        fs::create_dir_all(folder.join("node_modules")).context("failed to make node_modules")?;
        process::write_file(&done, wanted)
    }
}
