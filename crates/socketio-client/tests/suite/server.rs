//! Servers that behave as the scenarios need, on a port of their own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;
use socketio_client::Bytes;
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::socket::DisconnectReason;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A server that can be killed and started again on the same port.
pub(crate) trait Server: Sized {
    /// A server that pings so often, and waits two seconds for each answer.
    fn pinging(interval: Duration) -> Self;
    /// A server that pings so seldom that no pause of a busy machine counts as a lost connection.
    fn start() -> Self {
        Self::pinging(Duration::from_secs(60))
    }
    fn port(&self) -> u16;
    /// Ends at once, cutting its connections.
    fn kill(&mut self);
    fn restart(&mut self);

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }
}

/// A server on socketioxide, on a runtime of its own so that it can be killed.
pub(crate) struct OxideServer {
    port: u16,
    ping_interval: Duration,
    runtime: Option<Runtime>,
}

impl Server for OxideServer {
    fn pinging(ping_interval: Duration) -> Self {
        let (port, runtime) = serve_on(0, ping_interval);
        Self { port, ping_interval, runtime: Some(runtime) }
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn kill(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    fn restart(&mut self) {
        self.runtime = Some(serve_on(self.port, self.ping_interval).1);
    }
}

impl Drop for OxideServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn serve_on(port: u16, ping_interval: Duration) -> (u16, Runtime) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (listening, port_of) = mpsc::channel();
    runtime.spawn(async move {
        let listener = bind(port).await;
        listening.send(listener.local_addr().unwrap().port()).unwrap();
        axum::serve(listener, axum::Router::new().layer(oxide_layer(ping_interval))).await.unwrap();
    });
    let port = port_of.recv_timeout(Duration::from_secs(30)).expect("the server to listen");
    (port, runtime)
}

/// The port of a killed server is free once its runtime has dropped its listener.
async fn bind(port: u16) -> TcpListener {
    loop {
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(listener) => return listener,
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

fn oxide_layer(ping_interval: Duration) -> socketioxide::layer::SocketIoLayer {
    let (layer, io) = SocketIo::builder()
        .ping_interval(ping_interval)
        .ping_timeout(Duration::from_secs(2))
        .max_payload(100_000)
        .build_layer();
    io.ns("/", behave.with(authorize));
    io.ns("/open", behave);
    io.ns("/watch", async || {});
    layer
}

async fn authorize(TryData(auth): TryData<Value>) -> Result<(), &'static str> {
    if auth.is_ok_and(|auth| auth["token"] == "good") { Ok(()) } else { Err("not authorized") }
}

async fn behave(io: SocketIo, socket: SocketRef, TryData(auth): TryData<Value>) {
    socket.emit("welcome", &auth.unwrap_or_default()).unwrap();
    socket.on(
        "echo",
        async |socket: SocketRef, TryData(one): TryData<Value>, pair: TryData<(String, Bytes)>| match pair {
            TryData(Ok(pair)) => socket.emit("echo", &pair).unwrap(),
            TryData(Err(_)) => socket.emit("echo", &one.unwrap_or_default()).unwrap(),
        },
    );
    socket.on(
        "acknowledge",
        async |ack: AckSender, TryData(one): TryData<Value>, pair: TryData<(String, Bytes)>| match pair {
            TryData(Ok(pair)) => ack.send(&pair).unwrap(),
            TryData(Err(_)) => ack.send(&one.unwrap_or_default()).unwrap(),
        },
    );
    socket.on("ask", async |socket: SocketRef, Data(question): Data<Value>| {
        let answer = socket.emit_with_ack::<_, Value>("question", &question).unwrap().await.unwrap();
        socket.emit("answered", &answer).unwrap();
    });
    socket.on("ignore", async || {});
    socket.on("big", async |socket: SocketRef, Data(size): Data<usize>| {
        socket.emit("big", &"x".repeat(size)).unwrap();
    });
    socket.on("flood", async |socket: SocketRef, Data(count): Data<u32>| {
        for number in 0..count {
            while socket.emit("number", &number).is_err() {
                tokio::task::yield_now().await;
            }
        }
    });
    socket.on("wait", async |socket: SocketRef, Data(milliseconds): Data<u64>| {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        socket.emit("waited", &()).unwrap();
    });
    socket.on("leave", async |socket: SocketRef| socket.disconnect().unwrap());
    socket.on_disconnect(async move |reason: DisconnectReason| {
        let left = matches!(reason, DisconnectReason::ClientNSDisconnect);
        let how = if left { "left" } else { "lost" };
        io.of("/watch").unwrap().emit("gone", how).await.unwrap();
    });
}

/// A server on the npm package `socket.io`, run by node.
pub(crate) struct NodeServer {
    port: u16,
    ping_interval: Duration,
    process: Child,
}

impl Server for NodeServer {
    fn pinging(ping_interval: Duration) -> Self {
        let (port, process) = run_node(0, ping_interval);
        Self { port, ping_interval, process }
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn restart(&mut self) {
        self.process = run_node(self.port, self.ping_interval).1;
    }
}

impl Drop for NodeServer {
    fn drop(&mut self) {
        // It may have been killed by its test.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn run_node(port: u16, ping_interval: Duration) -> (u16, Child) {
    let folder = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("tests/interop");
    assert!(
        folder.join("node_modules/socket.io").is_dir(),
        "the npm package socket.io is missing: run `npm ci` in {}",
        folder.display()
    );
    let mut process = Command::new("node")
        .arg(folder.join("server.js"))
        .arg(port.to_string())
        .arg(ping_interval.as_millis().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is missing: install Node.js 18 or newer, so that `node` is on the PATH");
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().parse().expect("the server to print its port; its error is above");
    (port, process)
}
