//! Waking those who wait for new events.

use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::log;
use crate::dialect::{Connections, Follower};

/// Tells the subscribers of a newer event; an older one is no news.
pub(crate) fn advance(latest: &watch::Sender<u64>, seq: u64) {
    latest.send_if_modified(|known| {
        let newer = seq > *known;
        *known = seq.max(*known);
        newer
    });
}

/// Follows the commits of other processes until it is aborted.
pub(crate) fn follow(connections: Connections, latest: watch::Sender<u64>) -> AbortHandle {
    let task = tokio::spawn(async move {
        let mut follower = Follower::new(&connections);
        loop {
            match log::latest_seq(connections.backend, &connections.reader).await {
                Ok(seq) => advance(&latest, seq),
                Err(error) => tracing::debug!(%error, "the newest event could not be read"),
            }
            follower.changed().await;
        }
    });
    task.abort_handle()
}
