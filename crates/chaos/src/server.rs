//! The real server, in this process.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use contract::Role;
use server::{Access, ServerConfig, ServerError, SocketLimits, serve};
use store::Store;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server on a port of its own that runs no jobs.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServerError>>,
}

impl Server {
    pub(crate) async fn start(store: &Store, sockets: SocketLimits) -> Result<Self> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut config = ServerConfig::new(any, store.clone(), discovery::SourceRegistry::default());
        config.access = Access::Open(Role::Viewer);
        config.job_concurrency = 0;
        config.limits.sockets = sockets;
        let (stop, stopped) = oneshot::channel();
        let (listening, address) = oneshot::channel();
        // Whoever waits for it is gone only if the run is.
        let on_listening = move |address| {
            let _ = listening.send(address);
        };
        let shutdown = async move { stopped.await.unwrap_or_default() };
        let task = tokio::spawn(async move { serve(config, on_listening, shutdown).await });
        Ok(Self { address: address.await.context("the server did not start")?, stop, task })
    }

    pub(crate) async fn stop(self) -> Result<()> {
        drop(self.stop);
        Ok(self.task.await.context("the server panicked")??)
    }
}
