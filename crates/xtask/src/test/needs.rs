//! What the tests need beyond a Rust toolchain, and how it gets here.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::provision::apt::{self, Access, Package};
use crate::provision::node::{self, Node};
use crate::provision::python::{self, Python};
use crate::provision::{chromium, postgres, which};
use crate::test::fuzz;
use crate::test::report::Outcome;
use crate::workspace::Workspace;

/// What is there; what is not makes its steps be skipped.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Folder of `initdb` and `postgres`.
    pub(crate) postgres: Option<PathBuf>,
    pub(crate) node: Option<Node>,
    pub(crate) python: Option<Python>,
    pub(crate) chromium: Option<PathBuf>,
}

impl Needs {
    /// What is there now.
    pub(crate) fn find() -> Self {
        Self {
            postgres: postgres::find(),
            node: node::find(),
            python: python::find(),
            chromium: chromium::find(),
        }
    }

    /// Debian's packages of what is missing.
    fn missing(&self, database_given: bool) -> Vec<Package> {
        let mut packages = Vec::new();
        if self.postgres.is_none() && !database_given {
            packages.push(postgres::PACKAGE);
        }
        if self.node.is_none() && which("node").is_none() {
            packages.extend(node::PACKAGES);
        }
        if self.python.is_none() {
            packages.extend(python::PACKAGES);
        }
        if self.chromium.is_none() {
            packages.push(chromium::PACKAGE);
        }
        if !fuzz::has_compiler() {
            packages.push(fuzz::COMPILER);
        }
        packages
    }
}

/// Installs what is missing where this user may, and says what to do where not.
pub(crate) fn install(database_given: bool) -> Result<()> {
    let missing = Needs::find().missing(database_given);
    if missing.is_empty() {
        return Ok(());
    }
    match apt::access() {
        Access::Root | Access::Sudo => apt::install(&missing)?,
        Access::UserOnly => {
            eprintln!("notice: some steps will be skipped; to run them: {}", apt::by_hand(&missing));
        }
        Access::None => {
            let names: Vec<_> = missing.iter().map(|package| package.name).collect();
            eprintln!("notice: some steps will be skipped; missing: {}", names.join(", "));
        }
    }
    Ok(())
}

/// rustfmt and clippy, which a minimal toolchain lacks.
pub(crate) fn components(workspace: &Workspace) -> Result<Outcome> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        let there = process::query(workspace.cargo().args([subcommand, "--version"])).is_some();
        if !there && which("rustup").is_some() {
            eprintln!("installing {component} with rustup");
            let mut rustup: Command = workspace.command("rustup");
            process::run(rustup.args(["component", "add", component]), "install a component")?;
        }
    }
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_server_makes_the_package_unneeded() {
        let nothing = Needs::default();
        let names = |given| nothing.missing(given).iter().map(|it| it.name).collect::<Vec<_>>();
        assert!(names(false).contains(&"postgresql"));
        assert!(!names(true).contains(&"postgresql"));
        assert!(names(true).contains(&"chromium"));
    }
}
