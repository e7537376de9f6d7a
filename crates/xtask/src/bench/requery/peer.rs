//! A program that runs workloads when it is told their names.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::process::group::Group;
use crate::provision::node::Node;
use crate::workspace::Workspace;

/// A running program. Ends when it is dropped.
#[derive(Debug)]
pub(super) struct Peer {
    _group: Group,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What one run took, and what it led to.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) nanos: f64,
    pub(super) outcome: Value,
    pub(super) parts: Vec<f64>,
    #[serde(default)]
    pub(super) allocations: Option<f64>,
}

impl Peer {
    /// A native program.
    pub(super) fn program(workspace: &Workspace, program: &Path) -> Result<Self> {
        Self::start(&mut workspace.command(program))
    }

    /// Node with the program in `folder`.
    pub(super) fn node(
        workspace: &Workspace,
        node: &Node,
        folder: &Path,
        arguments: &[&str],
    ) -> Result<Self> {
        let mut command = workspace.command(&node.node);
        command.env("NODE_ENV", "production").arg("--expose-gc");
        Self::start(command.arg(folder.join("main.mjs")).args(arguments))
    }

    fn start(command: &mut Command) -> Result<Self> {
        let mut group = Group::spawn_asked(command.stdout(Stdio::piped()), "start a peer")?;
        let (Some(requests), Some(answers)) = (group.take_stdin(), group.take_stdout()) else {
            bail!("a peer has no pipes");
        };
        Ok(Self { _group: group, requests, answers: BufReader::new(answers) })
    }

    /// Runs a workload once, at its full size.
    pub(super) fn run(&mut self, workload: &str) -> Result<Answer> {
        let request = json!({ "workload": workload, "divisor": 1 });
        writeln!(self.requests, "{request}").context("failed to ask a peer")?;
        let mut line = String::new();
        self.answers.read_line(&mut line).context("failed to hear a peer")?;
        let answer: Value =
            serde_json::from_str(&line).with_context(|| format!("a peer ended in {workload}"))?;
        if let Some(why) = answer.get("broken") {
            bail!("{workload} failed: {why}");
        }
        serde_json::from_value(answer).with_context(|| format!("failed to read the answer to {workload}"))
    }
}
