//! The listener: accepts connections, answers on them, and stops in order.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use jobs::{RunnerBuilder, RunnerHandle};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::app::App;
use crate::auth::Peer;
use crate::config::ServerConfig;
use crate::error::ServerError;
use crate::{assets, housekeeping};

/// After a failed accept: what is short, such as file handles, is given time to be freed.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Serves until `shutdown` is ready; then takes no more connections, lets requests end, closes sockets and puts running
/// jobs back into the queue, all within [`Limits::shutdown_time`](crate::Limits::shutdown_time).
///
/// `on_listening` is called once, with the address that is listened on.
///
/// # Errors
/// The address cannot be listened on, or the database fails at the start.
pub async fn serve(
    config: ServerConfig,
    on_listening: impl FnOnce(SocketAddr),
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServerError> {
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|source| ServerError::of_listening(config.listen, source))?;
    let address = listener.local_addr().map_err(|source| ServerError::of_listening(config.listen, source))?;
    config.store.ping().await?;
    let app = App::new(ServerConfig { listen: address, ..config });
    // Otherwise the first search would wait for it.
    tokio::task::spawn_blocking(discovery::geocoder::warm);
    announce(address);
    on_listening(address);
    let runner = start_runner(&app);
    let upkeep = tokio::spawn(housekeeping::run(app.store().clone(), app.config().uploads.clone()));
    let connections = Connections::new(&app);
    tokio::select! {
        () = connections.accept(&listener) => {}
        () = shutdown => {}
    }
    drop(listener);
    upkeep.abort();
    stop(&app, connections, runner).await;
    Ok(())
}

fn announce(address: SocketAddr) {
    tracing::info!(%address, "listening");
    if assets::entry().is_none() {
        tracing::warn!("built without the page's script and style; run `cargo xtask web` and build again");
    }
}

fn start_runner(app: &App) -> Option<RunnerHandle> {
    let config = app.config();
    if config.job_concurrency == 0 {
        return None;
    }
    let builder = RunnerBuilder::new(config.store.clone())
        .handlers(app.handlers().iter().cloned())
        .concurrency(config.job_concurrency);
    app.liveness().runner_started();
    Some(builder.start())
}

async fn stop(app: &App, connections: Connections, runner: Option<RunnerHandle>) {
    tracing::info!("stopping");
    let in_order = async {
        let jobs = async {
            if let Some(runner) = runner {
                runner.shutdown().await;
                app.liveness().runner_stopped();
            }
        };
        tokio::join!(jobs, app.gateway().close(), connections.close());
    };
    if tokio::time::timeout(app.config().limits.shutdown_time, in_order).await.is_err() {
        tracing::warn!(
            "stopped before everything had ended; jobs that still ran go on when their lease has run out"
        );
    }
    tracing::info!("stopped");
}

/// The open connections.
struct Connections {
    router: Router,
    permits: Arc<Semaphore>,
    head_time: Duration,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Connections {
    fn new(app: &App) -> Self {
        let limits = &app.config().limits;
        Self {
            router: app.router(),
            permits: Arc::new(Semaphore::new(limits.connections)),
            head_time: limits.head_time,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }

    /// Accepts for ever; while too many connections are open, waits.
    async fn accept(&self, listener: &TcpListener) {
        while let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await {
            match listener.accept().await {
                Ok((stream, peer)) => self.open(stream, Peer(peer.ip()), permit),
                Err(error) => {
                    tracing::warn!(%error, "failed to accept a connection");
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
    }

    fn open(&self, stream: TcpStream, peer: Peer, permit: OwnedSemaphorePermit) {
        let (router, head_time, stop) = (self.router.clone(), self.head_time, self.stop.clone());
        self.tasks.spawn(async move {
            converse(stream, peer, router, head_time, stop).await;
            drop(permit);
        });
    }

    /// Lets requests that are being answered end, and closes what is idle.
    async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

async fn converse(
    stream: TcpStream,
    peer: Peer,
    router: Router,
    head_time: Duration,
    stop: CancellationToken,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "small packets may be delayed");
    }
    let service = hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(peer);
        let answer = router.clone().oneshot(request.map(Body::new));
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_time)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended early");
    }
}
