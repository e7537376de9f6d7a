//! The arguments of `letip jobs`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use contract::{JobId, JobKind, JobStatus};

use super::{DataArgs, EnrichArgs, ProviderArgs, RemoteArgs, WebsiteArgs, WorkerArgs};

/// Show and steer long work
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  letip jobs
  letip jobs --failed --json
  letip jobs show 01970f3e-7b5c-7d3a-9c52-2f0e6c1f4a11
  letip jobs work"
)]
pub(crate) struct JobsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<JobsCommand>,
    #[command(flatten)]
    pub(crate) list: JobsListArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// List jobs, the newest first
    List(JobsListArgs),
    /// Show one job
    Show(JobsShowArgs),
    /// Stop a job; what it has stored stays
    Cancel(JobArgs),
    /// Put a failed or cancelled job back into the queue
    Retry(JobArgs),
    /// Run every unfinished job to its end, then exit
    Work(Box<JobsWorkArgs>),
}

#[derive(Args, Clone, Debug)]
pub(crate) struct JobsListArgs {
    /// Only jobs that failed
    #[arg(long)]
    pub(crate) failed: bool,
    /// Only jobs that stand there: pending, running, completed, failed, cancelled
    #[arg(long, value_name = "STATUS", conflicts_with = "failed")]
    pub(crate) status: Option<JobStatus>,
    /// Only jobs of this kind: scrape, enrich, batchEnrich, import, export
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<JobKind>,
    /// Most jobs, 1 to 200
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub(crate) limit: u32,
    /// Print the jobs as one JSON array
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Args, Debug)]
pub(crate) struct JobArgs {
    /// The job, as `letip jobs` lists it
    pub(crate) id: JobId,
    /// Print the job as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Args, Debug)]
pub(crate) struct JobsShowArgs {
    /// Write the records that the job could not use, with line and reason, to this CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) rejected: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) job: JobArgs,
}

#[derive(Args, Debug)]
pub(crate) struct JobsWorkArgs {
    /// File of places that jobs may search in besides the bundled ones; may be repeated
    #[arg(long, value_name = "FILE", num_args = 1)]
    pub(crate) places: Vec<PathBuf>,
    /// Print each job as one JSON object a line when it has ended
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) worker: WorkerArgs,
    #[command(flatten)]
    pub(crate) enrich: EnrichArgs,
    #[command(flatten)]
    pub(crate) websites: WebsiteArgs,
    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
    #[command(flatten)]
    pub(crate) providers: ProviderArgs,
}
