//! Broken connections between the real client and the real server.

use anyhow::Result;
use clap::Args;

use crate::process;
use crate::workspace::Workspace;

/// The crate that makes the runs.
const PACKAGE: &str = "chaos";

/// What runs are asked for.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Decides the first run; the next one has the next seed. The clock does without it.
    #[arg(long)]
    seed: Option<u64>,
    /// How many runs.
    #[arg(long, default_value_t = 100)]
    runs: u64,
}

/// What a soak is asked for.
#[derive(Debug, Args)]
pub(crate) struct SoakOptions {
    /// Decides what happens. The clock does without it.
    #[arg(long)]
    seed: Option<u64>,
    /// How many events the client takes.
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
}

/// Makes the runs that were asked for.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let count = ["runs", "--runs", &options.runs.to_string()];
    make(workspace, &count, options.seed, "lose nothing over broken connections")
}

/// Lets one client live as long as was asked for.
pub(crate) fn soak(workspace: &Workspace, options: &SoakOptions) -> Result<()> {
    let count = ["soak", "--events", &options.events.to_string()];
    make(workspace, &count, options.seed, "lose nothing in a long life, and hold no more than is shown")
}

fn make(workspace: &Workspace, what: &[&str], seed: Option<u64>, goal: &str) -> Result<()> {
    // Built like the tests, with the features of the whole workspace, so that nothing is compiled twice.
    let mut cargo = workspace.cargo();
    process::run(cargo.args(["build", "--workspace", "--bin", PACKAGE]), "build the chaos runs")?;
    let mut command = workspace.command(workspace.program(PACKAGE, "dev"));
    command.args(what).args(seed.iter().flat_map(|seed| ["--seed".to_owned(), seed.to_string()]));
    process::run(&mut command, goal)
}
