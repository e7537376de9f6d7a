//! SIGINT and SIGTERM: the first asks to stop, the second exits at once.

use tokio_util::sync::CancellationToken;

/// Exit status of a process that a signal ended, as shells have it for SIGINT.
const INTERRUPTED: i32 = 130;

/// A token that the first SIGINT or SIGTERM cancels. The second one ends the process.
pub(crate) fn interruption() -> CancellationToken {
    let token = CancellationToken::new();
    let first = token.clone();
    tokio::spawn(async move {
        if wait().await.is_err() {
            return;
        }
        first.cancel();
        if wait().await.is_ok() {
            std::process::exit(INTERRUPTED);
        }
    });
    token
}

#[cfg(unix)]
async fn wait() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn wait() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
