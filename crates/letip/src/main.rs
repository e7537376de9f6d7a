//! The Le Tip Lead System: one binary.

mod cli;
mod commands;
mod data;
mod file;
mod logging;
mod output;
mod progress;
mod rejected;
mod signals;
mod table;
mod work;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use output::Failure;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::note(&failure.to_string());
            failure.status()
        }
    }
}

#[tokio::main]
async fn run(cli: Cli) -> Result<(), Failure> {
    start_logging(&cli);
    let verbose = cli.verbose;
    match cli.command {
        Command::Serve(args) => commands::serve::run(*args).await,
        Command::Scrape(args) => commands::scrape::run(*args, verbose).await,
        Command::Enrich(args) => commands::enrich::run(*args, verbose).await,
        Command::Sources(args) => commands::sources::run(*args),
        Command::Import(args) => commands::import::run(args, verbose).await,
        Command::Export(args) => commands::export::run(*args).await,
        Command::Extract(args) => commands::extract::run(args).await,
        Command::Verify(args) => commands::verify::run(args).await,
        Command::Jobs(args) => commands::jobs::run(args, verbose).await,
        Command::Match(args) => commands::matching::run(args).await,
        Command::Events(args) => commands::events::run(args).await,
        Command::Users(args) => commands::users::run(args).await,
        Command::Suppress(args) => commands::suppress::run(args).await,
        Command::Tidy(args) => commands::tidy::run(args).await,
        Command::Migrate(args) => commands::migrate::run(args).await,
        Command::Backup(args) => commands::backup::run(args).await,
        Command::Places(args) => commands::places::run(args),
        Command::Completions(args) => commands::completions::run(&args),
    }
}

fn start_logging(cli: &Cli) {
    match &cli.command {
        Command::Serve(args) => logging::start(cli.verbose, "info,sqlx=warn,sea_orm=warn", args.log),
        // That a job failed is what the command itself says last.
        _ => logging::start(cli.verbose, "warn,sqlx=error,jobs::failed=off", cli::LogForm::Text),
    }
}
