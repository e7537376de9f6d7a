//! The connections between client and server, and what befalls them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::weather::Weather;

/// Small, so that packets are torn into pieces.
const CHUNK: usize = 1500;

/// Stands on a port of its own before the server. It ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    _task: AbortOnDropHandle<()>,
}

#[derive(Debug)]
struct Shared {
    weather: watch::Sender<Weather>,
    /// Grows with every cut.
    cuts: watch::Sender<u64>,
    connections: AtomicU64,
    broken: AtomicU64,
}

impl Proxy {
    pub(crate) async fn start(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("failed to listen for the client")?;
        let address = listener.local_addr().context("failed to learn the proxy's port")?;
        let shared = Arc::new(Shared {
            weather: watch::Sender::new(Weather::Clear),
            cuts: watch::Sender::new(0),
            connections: AtomicU64::new(0),
            broken: AtomicU64::new(0),
        });
        let task = tokio::spawn(accept(listener, server, Arc::clone(&shared)));
        Ok(Self { address, shared, _task: AbortOnDropHandle::new(task) })
    }

    pub(crate) fn set(&self, weather: Weather) {
        self.shared.weather.send_replace(weather);
    }

    /// Ends every connection that is open.
    pub(crate) fn cut(&self) {
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Connections so far, and how many of them were broken.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (load(&self.shared.connections), load(&self.shared.broken))
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, shared: Arc<Shared>) {
    while let Ok((near, _)) = listener.accept().await {
        shared.connections.fetch_add(1, Ordering::Relaxed);
        if *shared.weather.borrow() == Weather::Refuses {
            shared.broken.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        tokio::spawn(carry(near, server, Arc::clone(&shared)));
    }
}

async fn carry(near: TcpStream, server: SocketAddr, shared: Arc<Shared>) {
    let Ok(far) = TcpStream::connect(server).await else { return };
    let mut cuts = shared.cuts.subscribe();
    cuts.borrow_and_update();
    let (from_near, to_near) = near.into_split();
    let (from_far, to_far) = far.into_split();
    let ended = tokio::select! {
        ended = pass(from_near, to_far, shared.weather.subscribe()) => ended,
        ended = pass(from_far, to_near, shared.weather.subscribe()) => ended,
        _ = cuts.changed() => Ended::Broken,
    };
    if ended == Ended::Broken {
        shared.broken.fetch_add(1, Ordering::Relaxed);
    }
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// One side closed it.
    Closed,
    Broken,
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut weather: watch::Receiver<Weather>,
) -> Ended {
    let mut chunk = vec![0; CHUNK];
    loop {
        let Ok(length @ 1..) = from.read(&mut chunk).await else { return Ended::Closed };
        let now = *weather.borrow_and_update();
        let passed = match now {
            Weather::Halves => &chunk[..length / 2],
            Weather::Swallows => &[],
            _ => &chunk[..length],
        };
        if let Weather::Slow(by) = now {
            tokio::time::sleep(by).await;
        }
        if to.write_all(passed).await.is_err() {
            return Ended::Closed;
        }
        match now {
            Weather::Halves => return Ended::Broken,
            // What was swallowed is missing: nothing can follow it.
            Weather::Swallows => {
                let _ = weather.wait_for(|weather| *weather != Weather::Swallows).await;
                return Ended::Broken;
            }
            _ => {}
        }
    }
}
