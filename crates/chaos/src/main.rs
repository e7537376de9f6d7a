#![doc = include_str!("../README.md")]

mod compare;
mod findings;
mod page;
mod proxy;
mod run;
mod weather;
mod writers;

use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use clap::Parser;
use futures::{StreamExt, stream};

use crate::findings::Findings;

/// Runs at once: each mostly waits.
const AT_ONCE: usize = 4;
/// Findings that are printed.
const PRINTED: usize = 20;

#[derive(Debug, Parser)]
#[command(
    about = "Breaks connections between the real client and the real server, and looks for what was lost"
)]
struct Cli {
    /// Decides what happens in the first run; the next run has the next seed. The clock decides without it.
    #[arg(long)]
    seed: Option<u64>,
    /// How many runs to make.
    #[arg(long, default_value_t = 100)]
    runs: u64,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    let seed = cli.seed.unwrap_or_else(seed_of_the_clock);
    let began = Instant::now();
    let mut all = Findings::default();
    let mut runs = stream::iter(seed..seed.saturating_add(cli.runs)).map(run::run).buffer_unordered(AT_ONCE);
    while let Some(findings) = runs.next().await {
        let findings = findings?;
        for note in findings.notes.iter().take(PRINTED.saturating_sub(all.notes.len())) {
            println!("{note}");
        }
        all += findings;
    }
    println!("seed {seed}: {all}, {:.1} s", began.elapsed().as_secs_f64());
    Ok(if all.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn seed_of_the_clock() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since_1970.as_secs()
}
