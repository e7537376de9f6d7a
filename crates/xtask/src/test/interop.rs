//! Ignored tests of crates that have reference implementations from npm and PyPI to be tested against.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::provision::node::{self, Node};
use crate::provision::python;
use crate::test::count::{Counts, Runner};
use crate::test::report::Outcome;
use crate::test::rust::{counted, run, runner};
use crate::test::session::Session;
use crate::workspace::Workspace;

/// What the names of the tests hold that need Python.
const PYTHON: &str = "python";

/// Runs them.
pub(crate) fn tests(session: &Session<'_>) -> Result<Outcome> {
    let found = folders(session.workspace);
    if found.is_empty() {
        return Ok(Outcome::Done);
    }
    let Some(node) = &session.needs.node else {
        return Ok(Outcome::Skipped(format!("they need Node {} or newer", node::OLDEST)));
    };
    let mut sum = Counts::default();
    for (package, folder) in found {
        sum.add(of_package(session, node, package, &folder)?.making_up());
    }
    Ok(Outcome::Counted(sum))
}

/// The crates with `tests/interop/package.json`.
fn folders(workspace: &Workspace) -> Vec<(&str, PathBuf)> {
    let folder = |package: &crate::workspace::Package| package.folder().join("tests/interop");
    let packages = workspace.packages.iter().map(|package| (package.name.as_str(), folder(package)));
    packages.filter(|(_, folder)| folder.join("package.json").exists()).collect()
}

fn of_package(session: &Session<'_>, node: &Node, package: &str, folder: &Path) -> Result<Counts> {
    node.install(folder)?;
    let has_python = install_python(session, folder)?;
    let runner = runner();
    let mut command = run(session.workspace, runner, Some(package));
    match (runner, has_python) {
        (Runner::Nextest, true) => command.args(["--run-ignored", "only"]),
        // Together with the package's own filter, which is given already.
        (Runner::Nextest, false) => command.args(["--run-ignored", "only"]).args(["--", "--skip", PYTHON]),
        (_, true) => command.args(["--", "--ignored"]),
        (_, false) => command.args(["--", "--ignored", "--skip", PYTHON]),
    };
    session.point_to_database(&mut command);
    counted(&mut command, "run the interop tests", runner)
}

/// Whether the tests that need it can run: Python's packages are there, or none are wanted.
fn install_python(session: &Session<'_>, folder: &Path) -> Result<bool> {
    if !folder.join("requirements.txt").exists() {
        return Ok(true);
    }
    let Some(python) = &session.needs.python else {
        let (major, minor) = python::OLDEST;
        eprintln!(
            "notice: the tests against python-socketio need Python {major}.{minor} with venv, and are left out"
        );
        return Ok(false);
    };
    python.install(folder)?;
    Ok(true)
}
