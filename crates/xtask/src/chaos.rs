//! Broken connections between the real client and the real server.

use anyhow::Result;
use clap::Args;

use crate::process;
use crate::workspace::Workspace;

/// The crate that makes the runs.
const PACKAGE: &str = "chaos";

/// What a run is asked for.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Decides the first run; the next one has the next seed. The clock does without it.
    #[arg(long)]
    seed: Option<u64>,
    /// How many runs.
    #[arg(long, default_value_t = 100)]
    runs: u64,
}

/// Makes the runs that were asked for.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    // Built like the tests, with the features of the whole workspace, so that nothing is compiled twice.
    let mut cargo = workspace.cargo();
    process::run(cargo.args(["build", "--workspace", "--bin", PACKAGE]), "build the chaos runs")?;
    let mut command = workspace.command(workspace.program(PACKAGE, "dev"));
    command.args(["--runs", &options.runs.to_string()]);
    command.args(options.seed.iter().flat_map(|seed| ["--seed".to_owned(), seed.to_string()]));
    process::run(&mut command, "lose nothing over broken connections")
}
