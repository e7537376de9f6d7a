#![doc = include_str!("../README.md")]

mod answer;
mod grow;
mod judge;
mod log;
mod pages;
mod report;
mod score;
mod server;
mod site;
#[cfg(test)]
mod tests;
mod visit;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use clap::Parser;

/// Differences that are printed.
const PRINTED: usize = 40;

#[derive(Debug, Parser)]
#[command(about = "Makes websites with known contents and faults, lets the crawler read them, and judges it")]
struct Cli {
    /// Decides the sites. The clock decides without it.
    #[arg(long)]
    seed: Option<u64>,
    /// How many sites to make.
    #[arg(long, default_value_t = 2_000)]
    sites: usize,
    /// Writes so many contact pages into this folder instead, with what is true of them in `gold.json`
    #[arg(long, value_name = "FOLDER")]
    pages: Option<PathBuf>,
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    let seed = cli.seed.unwrap_or_else(seed_of_the_clock);
    if let Some(folder) = &cli.pages {
        pages::write(seed, cli.sites, folder)?;
        println!("seed {seed}: {} pages in {}", cli.sites, folder.display());
        return Ok(ExitCode::SUCCESS);
    }
    let began = Instant::now();
    let plan = visit::Plan { seed, sites: cli.sites, max_bytes: None };
    let visits = runtime()?.block_on(visit::all(plan))?;
    let took = began.elapsed();
    let told: Vec<String> = visits
        .violations
        .iter()
        .map(ToString::to_string)
        .chain(visits.surprises.iter().chain(&visits.score.differences).cloned())
        .collect();
    told.iter().take(PRINTED).for_each(|line| println!("{line}"));
    if told.len() > PRINTED {
        println!("and {} more", told.len() - PRINTED);
    }
    println!("\n{}", report::tables(&visits));
    let memory =
        memory_at_most().map_or_else(|| "not known here".to_owned(), |kb| format!("{} MB", kb / 1024));
    println!(
        "seed {seed}: {} sites, {} requests, {} outside of the farm, {} rules broken; {:.1} s for {} s of \
         the crawler's, memory at most {memory}",
        cli.sites,
        visits.requests,
        visits.outside,
        visits.violations.len(),
        took.as_secs_f64(),
        visits.virtual_time.as_secs(),
    );
    Ok(if told.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One thread, and a clock that moves on when nobody has anything to do.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()
}

fn seed_of_the_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The most memory that this process had, in kB, where the system tells it as Linux does.
fn memory_at_most() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
