//! Random scenarios on requery and on its reference.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use clap::Args;

use crate::process;
use crate::provision::node::{self, Node};
use crate::workspace::Workspace;

/// The crate that has the scenarios, and the packages that Node needs in its folder `reference`.
const PACKAGE: &str = "requery-conformance";

/// What a run is asked for.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Decides the scenarios; the clock does without it.
    #[arg(long)]
    seed: Option<u64>,
    /// How many scenarios to run.
    #[arg(long, default_value_t = 10_000)]
    scenarios: u64,
    /// The number of the first.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// How many of the scenarios that differ are made small and printed.
    #[arg(long, default_value_t = 1)]
    show: usize,
    /// Run the scenario in this file instead, and print what both do.
    #[arg(long)]
    scenario: Option<PathBuf>,
    /// Print how often each operation was used.
    #[arg(long)]
    coverage: bool,
}

/// Runs what was asked for, with Node as it is found.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let Some(node) = node::find() else {
        bail!(
            "the reference needs Node {} or newer with npm: `cargo xtask doctor` says how to get it",
            node::OLDEST
        );
    };
    let mut command = prepare(workspace, &node)?;
    command.args(["--scenarios", &options.scenarios.to_string(), "--first", &options.first.to_string()]);
    command.args(["--show", &options.show.to_string()]);
    command.args(options.seed.iter().flat_map(|seed| ["--seed".to_owned(), seed.to_string()]));
    command.args(options.coverage.then_some("--coverage"));
    if let Some(file) = &options.scenario {
        command.arg("--scenario").arg(std::path::absolute(file)?);
    }
    process::run(&mut command, "agree with the reference")
}

/// One run for the tests: always the same scenarios.
pub(crate) fn sample(workspace: &Workspace, node: &Node, seed: u64, scenarios: u32) -> Result<()> {
    let mut command = prepare(workspace, node)?;
    command.args(["--scenarios", &scenarios.to_string(), "--seed", &seed.to_string()]);
    process::run(&mut command, "agree with the reference")
}

fn prepare(workspace: &Workspace, node: &Node) -> Result<Command> {
    node.install(&workspace.package(PACKAGE)?.folder().join("reference"))?;
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--quiet", "--package", PACKAGE, "--", "--node"]).arg(&node.node);
    Ok(cargo)
}
