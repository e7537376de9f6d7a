//! Scenarios on the cache that requery is compared with, in one Node process.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::scenario::Scenario;

/// A running process. Ends when it is dropped.
#[derive(Debug)]
pub struct Reference {
    process: Child,
    scenarios: Option<BufWriter<ChildStdin>>,
    answers: Receiver<std::io::Result<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Answer {
    Lines(Vec<String>),
    Broken(String),
}

impl Reference {
    /// Starts the process with a `node` program. Its packages have to be installed.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start(node: &Path) -> Result<Self> {
        let program = folder().join("main.mjs");
        let mut process = Command::new(node)
            .arg(&program)
            .env("NODE_ENV", "production")
            // Signals of long fetches have more listeners than Node thinks wise.
            .env("NODE_NO_WARNINGS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("failed to run {} with {}", program.display(), node.display()))?;
        let (Some(scenarios), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            bail!("node has no pipes");
        };
        // Read ahead: node stands still while its answers are not taken, and would take no scenarios.
        let (sender, received) = channel();
        thread::spawn(move || {
            for line in BufReader::new(answers).lines() {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { process, scenarios: Some(BufWriter::new(scenarios)), answers: received })
    }

    /// Hands over a scenario; its answer is received later, in the order of the scenarios.
    ///
    /// # Errors
    ///
    /// When the process has ended.
    pub fn send(&mut self, scenario: &Scenario) -> Result<()> {
        let scenarios = self.scenarios.as_mut().context("the reference was stopped")?;
        serde_json::to_writer(&mut *scenarios, scenario).context("failed to write a scenario")?;
        scenarios.write_all(b"\n").and_then(|()| scenarios.flush()).context("failed to write a scenario")
    }

    /// What happened in the next of the scenarios that were sent.
    ///
    /// # Errors
    ///
    /// When the process has ended, or could not run the scenario.
    pub fn receive(&mut self) -> Result<Vec<String>> {
        let line = self.answers.recv().context("node ended without an answer")?;
        let line = line.context("failed to read node's answer")?;
        match serde_json::from_str(&line).context("failed to read node's answer")? {
            Answer::Lines(lines) => Ok(lines),
            Answer::Broken(why) => bail!("the reference failed to run a scenario: {why}"),
        }
    }

    /// What happens when the reference is asked to do what the scenario says.
    ///
    /// # Errors
    ///
    /// As [`Reference::send`] and [`Reference::receive`].
    pub fn run(&mut self, scenario: &Scenario) -> Result<Vec<String>> {
        self.send(scenario)?;
        self.receive()
    }
}

/// Where the program and its packages are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reference")
}

impl Drop for Reference {
    fn drop(&mut self) {
        // Without an input it ends by itself; whether it did so well no longer matters.
        self.scenarios = None;
        let _ = self.process.wait();
    }
}
