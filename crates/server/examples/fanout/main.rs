//! The gateway under load, for `cargo xtask bench realtime`.
//!
//! `fanout serve` is a server on a database of its own that prints its port. A line `BURST MILLISECONDS COUNT` on its
//! standard input makes it commit so many transactions of events at that distance: of BURST events each, or of 20 to 50
//! where BURST is 0. It prints how many events that were. `fanout load PORT CONNECTIONS` opens so many WebSockets to a
//! Socket.IO server, prints `ready`, and once a line with a number of events came on its standard input and that many
//! have reached every connection, what it saw as JSON. Both end with their standard input.

mod load;
mod produce;

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use contract::Role;
use server::{Access, ServerConfig, serve};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// As `letip` has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["serve"] => serve_and_produce().await,
        ["load", port, connections] => {
            load::run(
                port.parse().context("the port is no number")?,
                connections.parse().context("the number of connections is none")?,
            )
            .await
        }
        _ => bail!("give serve, or load with a port and a number of connections"),
    }
}

async fn serve_and_produce() -> Result<()> {
    let db = store::test_support::sqlite().await;
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let config = ServerConfig::new(any, db.store().clone(), discovery::SourceRegistry::default());
    let config = ServerConfig { access: Access::Open(Role::Viewer), job_concurrency: 0, ..config };
    let say_port = |address: SocketAddr| println!("{}", address.port());
    let store = db.store().clone();
    serve(config, say_port, async move {
        if let Err(error) = produce::obey(&store).await {
            eprintln!("error: {error:#}");
        }
    })
    .await?;
    Ok(())
}

/// The lines of standard input, as they come.
fn input() -> UnboundedReceiver<String> {
    let (read, lines) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if read.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
