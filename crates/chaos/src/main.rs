#![doc = include_str!("../README.md")]

mod clock;
mod compare;
mod findings;
mod herd;
mod page;
mod proxy;
mod run;
mod server;
mod soak;
mod weather;
mod writers;

use std::alloc::System;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use futures::{StreamExt, stream};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::findings::Findings;

/// Runs at once: each mostly waits.
const AT_ONCE: usize = 4;
/// Findings that are printed.
const PRINTED: usize = 20;

/// Counts, so that a soak can tell whether memory grows.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[derive(Debug, Parser)]
#[command(
    about = "Breaks connections between the real client and the real server, and looks for what was lost"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Many short runs, each on a server of its own.
    Runs(Runs),
    /// One client that takes many events.
    Soak(Soak),
}

#[derive(Debug, Args)]
struct Runs {
    /// Decides what happens in the first run; the next run has the next seed. The clock decides without it.
    #[arg(long)]
    seed: Option<u64>,
    /// How many runs to make.
    #[arg(long, default_value_t = 100)]
    runs: u64,
}

#[derive(Debug, Args)]
struct Soak {
    /// Decides what happens. The clock decides without it.
    #[arg(long)]
    seed: Option<u64>,
    /// How many events the client takes.
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let began = Instant::now();
    let is_clean = match Cli::parse().command {
        Command::Runs(asked) => make_runs(&asked, began).await?,
        Command::Soak(asked) => make_soak(&asked, began).await?,
    };
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn make_runs(asked: &Runs, began: Instant) -> Result<bool> {
    let seed = asked.seed.unwrap_or_else(seed_of_the_clock);
    let mut all = Findings::default();
    let mut runs =
        stream::iter(seed..seed.saturating_add(asked.runs)).map(run::run).buffer_unordered(AT_ONCE);
    while let Some(findings) = runs.next().await {
        let findings = findings?;
        for note in findings.notes.iter().take(PRINTED.saturating_sub(all.notes.len())) {
            println!("{note}");
        }
        all += findings;
    }
    println!("seed {seed}: {all}, {:.1} s", began.elapsed().as_secs_f64());
    Ok(all.is_clean())
}

async fn make_soak(asked: &Soak, began: Instant) -> Result<bool> {
    let seed = asked.seed.unwrap_or_else(seed_of_the_clock);
    let endured = soak::soak(seed, asked.events, bytes_in_use).await?;
    for note in endured.findings.notes.iter().take(PRINTED) {
        println!("{note}");
    }
    println!("seed {seed}: {endured}, {:.1} s", began.elapsed().as_secs_f64());
    Ok(endured.is_clean())
}

/// Of this whole program, client and server.
fn bytes_in_use() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

fn seed_of_the_clock() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since_1970.as_secs()
}
