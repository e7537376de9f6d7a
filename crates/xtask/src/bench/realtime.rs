//! The same events to the same number of sockets, by our gateway and by the reference implementation.

use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::bench::document::Table;
use crate::process::{self, group::Group};
use crate::provision::node;
use crate::report::{bytes, millis};
use crate::workspace::Workspace;

const CONNECTIONS: u64 = 1000;
/// What memory is worth once the connections stand.
const QUIET: Duration = Duration::from_secs(2);

/// One way of making 100 events a second.
struct Pattern {
    name: &'static str,
    /// Events at once; 0 is 20 to 50.
    burst: u64,
    every_ms: u64,
    times: u64,
}

const PATTERNS: [Pattern; 2] = [
    Pattern { name: "one by one", burst: 1, every_ms: 10, times: 1500 },
    Pattern { name: "bursts of 20 to 50", burst: 0, every_ms: 350, times: 43 },
];

/// What `fanout load` prints.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Heard {
    expected: u64,
    delivered: u64,
    /// Microseconds.
    p50: u64,
    p99: u64,
}

/// One server under one pattern.
#[derive(Debug)]
struct Figures {
    heard: Heard,
    cpu_seconds: f64,
}

impl Figures {
    /// Events that reached a connection, for each second of the server's processor time.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people, rounded anyway")]
    fn per_cpu_second(&self) -> f64 {
        self.heard.delivered as f64 / self.cpu_seconds.max(f64::EPSILON)
    }
}

/// Builds ours, and lets both take turns.
pub(crate) fn measure(workspace: &Workspace) -> Result<Table> {
    let Some(node) = node::find() else { bail!("this benchmark needs Node {} or newer", node::OLDEST) };
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release", "--package", "server", "--example", "fanout"]);
    process::run(&mut cargo, "build the gateway's benchmark")?;
    let program = workspace.target.join("release/examples/fanout");
    let folder = workspace.package("socketio-client")?.folder().join("tests/interop");
    node.install(&folder)?;
    let mut ours = workspace.command(&program);
    ours.arg("serve");
    let mut reference = workspace.command(&node.node);
    reference.arg(folder.join("fanout.js"));
    let servers = [("ours", &mut ours), ("socket.io on Node", &mut reference)];

    let heading =
        ["server", "events to a socket per CPU second", "p50", "p99", "not delivered", "memory a socket"];
    let mut table = Table::new(heading);
    let mut measured = Vec::new();
    for (name, command) in servers {
        let (figures, memory) = under_load(workspace, &program, command)?;
        for (pattern, figures) in PATTERNS.iter().zip(&figures) {
            let Heard { expected, delivered, p50, p99 } = figures.heard;
            table.row([
                format!("{name}, {}", pattern.name),
                thousands(figures.per_cpu_second()),
                millis(Duration::from_micros(p50)),
                millis(Duration::from_micros(p99)),
                (expected - delivered.min(expected)).to_string(),
                bytes(memory),
            ]);
        }
        measured.push(figures);
    }
    if let [ours, reference] = measured.as_slice() {
        for ((pattern, ours), reference) in PATTERNS.iter().zip(ours).zip(reference) {
            let times = format!("{:.1} times", ours.per_cpu_second() / reference.per_cpu_second());
            table.row([
                format!("ratio, {}", pattern.name),
                times,
                String::new(),
                String::new(),
                String::new(),
                String::new(),
            ]);
        }
    }
    Ok(table)
}

fn under_load(
    workspace: &Workspace,
    load: &std::path::Path,
    server: &mut Command,
) -> Result<(Vec<Figures>, u64)> {
    let mut server = Asked::start(server, "start a server")?;
    let port = server.line()?;
    let before = resident(server.group.id())?;
    let mut command = workspace.command(load);
    command.args(["load", &port, &CONNECTIONS.to_string()]);
    let mut load = Asked::start(&mut command, "open the connections")?;
    load.line()?;
    thread::sleep(QUIET);
    let memory = resident(server.group.id())?.saturating_sub(before) / CONNECTIONS;
    let mut figures = Vec::new();
    for pattern in &PATTERNS {
        let before = cpu_seconds(server.group.id())?;
        server.tell(&format!("{} {} {}", pattern.burst, pattern.every_ms, pattern.times))?;
        let events = server.line()?;
        load.tell(&events)?;
        let heard = serde_json::from_str(&load.line()?).context("failed to read what the load saw")?;
        figures.push(Figures { heard, cpu_seconds: cpu_seconds(server.group.id())? - before });
    }
    Ok((figures, memory))
}

/// A program that answers each line with one.
#[derive(Debug)]
struct Asked {
    group: Group,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Asked {
    fn start(command: &mut Command, what: &str) -> Result<Self> {
        let mut group = Group::spawn_asked(command.stdout(Stdio::piped()), what)?;
        let input = group.take_stdin().context("the program has no input")?;
        let output = group.take_stdout().context("the program has no output")?;
        Ok(Self { group, input, output: BufReader::new(output).lines() })
    }

    fn tell(&mut self, line: &str) -> Result<()> {
        writeln!(self.input, "{line}").context("failed to ask a program")
    }

    fn line(&mut self) -> Result<String> {
        self.output.next().context("a program ended early")?.context("failed to read from a program")
    }
}

/// Processor time of a process so far, its own and the kernel's for it.
#[expect(clippy::cast_precision_loss, reason = "a figure for people, rounded anyway")]
pub(crate) fn cpu_seconds(process: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).context("failed to look at a server")?;
    // The name, in parentheses, may hold spaces; behind it, the times are fields 12 and 13.
    let fields: Vec<_> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = fields.iter().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// Memory that a process has in use.
fn resident(process: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).context("failed to look at a server")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    let kibibytes: u64 =
        line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or_default();
    Ok(kibibytes * 1024)
}

/// `123,400`, to three digits.
fn thousands(figure: f64) -> String {
    format!("{:.1} thousand", figure / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_used_time_and_memory() {
        let own = std::process::id();
        assert!(resident(own).unwrap() > 100_000);
        assert!(cpu_seconds(own).unwrap() >= 0.0);
        assert!(cpu_seconds(u32::MAX).is_err());
    }

    #[test]
    fn figures_are_told_in_units() {
        assert_eq!(thousands(123_456.0), "123.5 thousand");
    }
}
