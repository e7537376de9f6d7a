//! Runs scenarios on both caches and compares.

use std::collections::VecDeque;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::Parser;
use requery_conformance::compare::{Divergence, divergence};
use requery_conformance::coverage::Coverage;
use requery_conformance::reference::Reference;
use requery_conformance::scenario::Scenario;
use requery_conformance::shrink::shrink;
use requery_conformance::{generate, ours};

/// Scenarios that node may be ahead of this program, or behind it.
const AHEAD: usize = 64;

/// How many smaller scenarios are tried for one that shows a difference.
const TRIES: usize = 3000;

#[derive(Debug, Parser)]
#[command(about = "Compares requery with the cache that it takes its semantics from")]
struct Cli {
    /// The node program.
    #[arg(long, default_value = "node")]
    node: PathBuf,
    /// Decides the scenarios; the clock does without it.
    #[arg(long)]
    seed: Option<u64>,
    /// How many scenarios to run.
    #[arg(long, default_value_t = 1000)]
    scenarios: u64,
    /// The number of the first.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Run the scenario in this file instead, and print what both do.
    #[arg(long)]
    scenario: Option<PathBuf>,
    /// Print the first scenario as JSON instead.
    #[arg(long)]
    print: bool,
    /// How many of the scenarios that differ are made small and printed.
    #[arg(long, default_value_t = 1)]
    show: usize,
    /// Print how often each operation was used.
    #[arg(long)]
    coverage: bool,
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    if cli.print {
        let scenario = generate::scenario(cli.seed.unwrap_or_else(seed_of_the_clock), cli.first);
        println!("{}", serde_json::to_string(&scenario).context("failed to print the scenario")?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut reference = Reference::start(&cli.node)?;
    let agrees = match &cli.scenario {
        Some(file) => one(&mut reference, file)?,
        None => many(&mut reference, &cli)?,
    };
    Ok(if agrees { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn one(reference: &mut Reference, file: &PathBuf) -> Result<bool> {
    let text = fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
    let scenario: Scenario = serde_json::from_str(&text).context("failed to read the scenario")?;
    let (theirs, ours) = (reference.run(&scenario)?, ours::run(&scenario));
    let found = divergence(&theirs, &ours);
    println!("{}", theirs.join("\n"));
    match &found {
        Some(found) => print!("\nthey differ:\n{found}"),
        None => println!("\nboth do the same"),
    }
    Ok(found.is_none())
}

/// One scenario that shows a difference.
struct Finding {
    number: u64,
    scenario: Scenario,
}

fn many(reference: &mut Reference, cli: &Cli) -> Result<bool> {
    let seed = cli.seed.unwrap_or_else(seed_of_the_clock);
    let began = Instant::now();
    let mut coverage = Coverage::default();
    let mut findings: Vec<Finding> = Vec::new();
    let mut sent = VecDeque::new();
    let last = cli.first + cli.scenarios;
    for number in cli.first..last + AHEAD as u64 {
        if number < last {
            let scenario = generate::scenario(seed, number);
            reference.send(&scenario)?;
            sent.push_back((number, scenario));
        }
        if sent.len() < AHEAD && number < last {
            continue;
        }
        let Some((number, scenario)) = sent.pop_front() else { continue };
        let ours = ours::run(&scenario);
        let theirs = reference.receive()?;
        coverage.count(&scenario, &theirs);
        if divergence(&theirs, &ours).is_some() {
            findings.push(Finding { number, scenario });
        }
    }
    if cli.coverage {
        print!("{coverage}");
    }
    for finding in findings.iter().take(cli.show) {
        report(reference, seed, finding)?;
    }
    let (scenarios, differ) = (cli.scenarios, findings.len() as u64);
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "seed {seed}: {scenarios} scenarios, {} agree, {differ} differ, {seconds:.1} s",
        scenarios - differ
    );
    Ok(findings.is_empty())
}

fn report(reference: &mut Reference, seed: u64, finding: &Finding) -> Result<()> {
    let small = shrink(&finding.scenario, TRIES, |it| differ(reference, it).is_some());
    println!("scenario {} of seed {seed} differs; the smallest that does:", finding.number);
    println!("{small}");
    if let Some(found) = differ(reference, &small) {
        print!("{found}");
    }
    println!("as JSON: {}", serde_json::to_string(&small).context("failed to print the scenario")?);
    println!("repeat: --seed {seed} --first {} --scenarios 1", finding.number);
    Ok(())
}

/// A scenario that the reference cannot run shows no difference.
fn differ(reference: &mut Reference, scenario: &Scenario) -> Option<Divergence> {
    divergence(&reference.run(scenario).ok()?, &ours::run(scenario))
}

fn seed_of_the_clock() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.as_secs() ^ u64::from(now.subsec_nanos()).rotate_left(20)
}
