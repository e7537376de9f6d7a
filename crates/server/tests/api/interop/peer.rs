//! Clients of other makers, each a program of its own that prints what happens to it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Whose client it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Maker {
    /// npm's `socket.io-client`, the reference.
    JavaScript,
    /// PyPI's `python-socketio`.
    Python,
}

impl Maker {
    fn command(self) -> Command {
        let folder = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("tests/interop");
        let (program, script, needed) = match self {
            Self::JavaScript => (PathBuf::from("node"), "client.mjs", "node_modules/socket.io-client"),
            Self::Python => (folder.join(".venv/bin/python"), "client.py", ".venv/bin/python"),
        };
        assert!(
            folder.join(needed).exists(),
            "{needed} is missing in {}: cargo xtask test installs it",
            folder.display()
        );
        let mut command = Command::new(program);
        command.arg(folder.join(script));
        command
    }
}

/// Which ways the client may take.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    WebSocket,
    Polling,
    /// Long-polling first, and a WebSocket as soon as that is there.
    Upgrade,
}

impl Way {
    fn transports(self) -> Value {
        match self {
            Self::WebSocket => json!(["websocket"]),
            Self::Polling => json!(["polling"]),
            Self::Upgrade => json!(["polling", "websocket"]),
        }
    }
}

/// What a client is told.
pub(crate) struct Asks {
    pub(crate) auth: Value,
    pub(crate) namespace: &'static str,
    pub(crate) headers: Value,
}

impl Asks {
    pub(crate) fn since(seq: u64) -> Self {
        Self { auth: json!({ "since": seq }), namespace: "/", headers: json!({}) }
    }
}

/// A running client. It ends with this value.
pub(crate) struct Peer {
    _process: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    /// The one in use.
    transport: Option<String>,
}

impl Peer {
    pub(crate) fn start(maker: Maker, way: Way, url: &str, asks: &Asks) -> Self {
        let options = json!({
            "url": url,
            "transports": way.transports(),
            "namespace": asks.namespace,
            "headers": asks.headers,
            "auth": asks.auth,
        });
        let mut process = maker
            .command()
            .arg(options.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Self { _process: process, input, lines: BufReader::new(output).lines(), transport: None }
    }

    pub(crate) async fn send(&mut self, command: Value) {
        self.input.write_all(format!("{command}\n").as_bytes()).await.unwrap();
    }

    async fn next(&mut self) -> Value {
        let line = tokio::time::timeout(Duration::from_secs(60), self.lines.next_line());
        let line = line.await.unwrap_or_else(|_| panic!("the client told nothing")).unwrap();
        let line: Value = serde_json::from_str(&line.unwrap_or_else(|| panic!("the client ended"))).unwrap();
        if let Some(transport) = line["connected"].as_str().or(line["upgraded"].as_str()) {
            self.transport = Some(transport.to_owned());
        }
        line
    }

    /// Waits until it uses the best transport that it may.
    pub(crate) async fn until_on_its_way(&mut self, way: Way) {
        let wanted = if matches!(way, Way::Polling) { "polling" } else { "websocket" };
        while self.transport.as_deref() != Some(wanted) {
            self.next().await;
        }
    }

    /// Waits until it tells of something, and gives what it tells.
    pub(crate) async fn until(&mut self, what: &str) -> Value {
        loop {
            let mut line = self.next().await;
            if let Some(value) = line.get_mut(what) {
                return value.take();
            }
        }
    }

    /// Waits until it tells of something, and gives that; telling of the other first is a failure.
    pub(crate) async fn first_of(&mut self, wanted: &str, other: &str) -> Value {
        loop {
            let mut line = self.next().await;
            assert!(line.get(other).is_none(), "{line}");
            if let Some(value) = line.get_mut(wanted) {
                return value.take();
            }
        }
    }

    /// What the next event of that name says; others may come before.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        loop {
            let mut line = self.next().await;
            if line["event"] == name {
                return line["data"].take();
            }
        }
    }

    /// The numbers of the next so many events of the log.
    pub(crate) async fn seqs(&mut self, count: usize) -> Vec<u64> {
        let mut seqs = Vec::new();
        while seqs.len() < count {
            let line = self.next().await;
            let is_told_once = line["event"].as_str().is_some_and(|name| !name.starts_with("sync:"));
            seqs.extend(line["data"]["seq"].as_u64().filter(|_| is_told_once));
        }
        seqs
    }
}
