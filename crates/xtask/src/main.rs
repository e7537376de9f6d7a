//! The project's own tools: provisioning, web build, serving, tests, benchmarks.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::process::signals;
use crate::provision::wasm_std::Choice;
use crate::workspace::Workspace;

mod bench;
mod book;
mod chaos;
mod conformance;
mod doctor;
mod farm;
mod process;
mod provision;
mod report;
mod test;
mod up;
mod web;
mod workspace;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Provisioning, web build, serving, tests, benchmarks")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// List what is there, what is missing, and how to get it.
    Doctor,
    /// Build everything and serve it.
    Up(UpArgs),
    /// Build the page's assets into target/web/dist.
    Web(WebArgs),
    /// Run every check and test.
    Test(TestArgs),
    /// Compare requery with the cache that it takes its semantics from.
    Conformance(conformance::Options),
    /// Break connections between client and server, and look for what was lost.
    Chaos(chaos::Options),
    /// Let one client take many events over connections that break, and look for what was lost and what it still holds.
    Soak(chaos::SoakOptions),
    /// Let the crawler read websites that are made for it, and judge what it does.
    Farm(farm::Options),
    /// Render docs/book into target/book.
    Book,
    /// Run benchmarks and write docs/benchmarks.md.
    Bench {
        /// One benchmark; without it all of them run.
        name: Option<String>,
    },
}

#[derive(Debug, Args)]
struct UpArgs {
    /// Address to listen on; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:3030")]
    listen: SocketAddr,
    /// Folder of the database; the workspace's `data` without it.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Build without optimisation: quicker to build, slower to use.
    #[arg(long)]
    debug: bool,
    /// Build the page with the developer panel, and without optimisation.
    #[arg(long, conflicts_with = "no_web")]
    devtools: bool,
    /// Leave the page's assets as they are.
    #[arg(long)]
    no_web: bool,
    /// Write the time of each step to this file as JSON.
    #[arg(long, hide = true)]
    timings: Option<PathBuf>,
    #[command(flatten)]
    wasm_std: WasmStdArg,
}

#[derive(Debug, Args)]
struct WebArgs {
    /// Quicker to build, with debug assertions, larger.
    #[arg(long)]
    dev: bool,
    /// Like `--dev`, with the developer panel.
    #[arg(long)]
    devtools: bool,
    #[command(flatten)]
    wasm_std: WasmStdArg,
}

#[derive(Debug, Args)]
struct TestArgs {
    /// Formatting, clippy, unit tests and SQLite only.
    #[arg(long)]
    fast: bool,
    /// One of the steps alone, as the summary calls it. Some need what an earlier one makes.
    #[arg(long, conflicts_with = "fast")]
    step: Option<String>,
    #[command(flatten)]
    wasm_std: WasmStdArg,
}

#[derive(Clone, Copy, Debug, Args)]
struct WasmStdArg {
    /// Where the standard library for wasm32 comes from.
    #[arg(long, env = "LETIP_WASM_STD", value_enum, default_value_t = Choice::Auto)]
    wasm_std: Choice,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = signals::install().and_then(|()| run(cli.command));
    match (signals::interrupted(), outcome) {
        (Some(signal), _) => {
            eprintln!("interrupted; everything that was started is stopped");
            ExitCode::from(signals::exit_code(signal))
        }
        (None, Ok(code)) => code,
        (None, Err(error)) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::locate()?;
    match task {
        Task::Doctor => doctor::run(&workspace),
        Task::Up(args) => return up::run(&workspace, &args),
        Task::Web(args) => {
            web::run(&workspace, args.wasm_std.wasm_std, web_profile(args.dev, args.devtools))?;
        }
        Task::Test(args) => {
            return test::run(&workspace, args.fast, args.step, args.wasm_std.wasm_std);
        }
        Task::Conformance(options) => conformance::run(&workspace, &options)?,
        Task::Chaos(options) => chaos::run(&workspace, &options)?,
        Task::Soak(options) => chaos::soak(&workspace, &options)?,
        Task::Farm(options) => farm::run(&workspace, &options)?,
        Task::Book => book::run(&workspace)?,
        Task::Bench { name } => bench::run(&workspace, name.as_deref())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// How the page is built where it is not to be shipped, or else for that.
fn web_profile(dev: bool, devtools: bool) -> web::Profile {
    match (devtools, dev) {
        (true, _) => web::Profile::Devtools,
        (false, true) => web::Profile::Dev,
        (false, false) => web::Profile::Release,
    }
}
