//! Workloads by name, and what they took.

use std::io::{BufRead, Write};
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::workload::{Setup, to_json};
use crate::workloads;

/// Tells how often memory was allocated so far.
pub type Allocations = fn() -> usize;

#[derive(Deserialize)]
struct Request {
    workload: String,
    divisor: u32,
}

/// Reads requests from standard input, one JSON object a line, and answers each with one line until the input ends.
///
/// # Errors
///
/// When the input cannot be read, is not a request, or nobody takes the answers.
pub fn all(allocations: Allocations) -> Result<()> {
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.context("failed to read a request")?;
        let request = serde_json::from_str(&line).context("failed to read a request")?;
        writeln!(output, "{}", answer(&request, allocations))
            .and_then(|()| output.flush())
            .context("failed to answer")?;
    }
    Ok(())
}

fn answer(request: &Request, count: Allocations) -> Value {
    let Some(named) = workloads::named(&request.workload) else {
        return json!({ "broken": format!("there is no workload called {}", request.workload) });
    };
    let mut workload = (named.prepare)(&Setup::new(request.divisor));
    let before = count();
    let began = Instant::now();
    workload.run();
    let nanos = began.elapsed().as_nanos() as u64;
    let allocations = count() - before;
    let (outcome, parts) = (to_json(&workload.outcome()), workload.parts());
    json!({ "nanos": nanos, "outcome": outcome, "parts": parts, "allocations": allocations })
}
