//! The crawler on sites that are made for it.

use anyhow::Result;
use clap::Args;

use crate::process;
use crate::workspace::Workspace;

/// The crate that makes the sites.
const PACKAGE: &str = "farm";

/// What a run is asked for.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Decides the sites. The clock does without it.
    #[arg(long)]
    seed: Option<u64>,
    /// How many sites.
    #[arg(long, default_value_t = 2_000)]
    sites: usize,
}

/// Lets the crawler read the sites that were asked for.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    // Built like the tests, with the features of the whole workspace, so that nothing is compiled twice.
    let mut cargo = workspace.cargo();
    process::run(cargo.args(["build", "--workspace", "--bin", PACKAGE]), "build the farm")?;
    let mut command = workspace.command(workspace.program(PACKAGE, "dev"));
    command.args(["--sites", &options.sites.to_string()]);
    command.args(options.seed.iter().flat_map(|seed| ["--seed".to_owned(), seed.to_string()]));
    process::run(&mut command, "read every site of the farm as it is due")
}
