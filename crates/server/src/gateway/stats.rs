//! `stats:updated`: told after businesses changed, at most once a second whatever number of them did.
//!
//! It is an event of the log like any other, so that every client sees one sequence without gaps. Where several
//! servers share a log, the first one that tells it tells it for all.

use std::sync::Arc;
use std::time::Duration;

use contract::EventPayload;
use store::{Store, StoreError};

use super::tail::Tail;

const SPACING: Duration = Duration::from_secs(1);
/// Servers that share a log wait differently long, so that mostly one of them writes.
const MOST_JITTER_MS: u64 = 200;

/// Tells it for ever.
pub(super) async fn announce(store: Store, tail: Arc<Tail>) {
    let mut stale = tail.stale_stats();
    let jitter = Duration::from_millis(u64::from(std::process::id()) % MOST_JITTER_MS);
    loop {
        if stale.wait_for(|stale| *stale).await.is_err() {
            return;
        }
        tokio::time::sleep(SPACING + jitter).await;
        if !*stale.borrow_and_update() {
            continue;
        }
        if let Err(error) = tell(&store).await {
            tracing::warn!(%error, "failed to tell that figures changed, trying again");
            continue;
        }
        // The tail reads it in a moment; without waiting for that, a second one would be written.
        let _ = tokio::time::timeout(SPACING, stale.wait_for(|stale| !*stale)).await;
    }
}

async fn tell(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    tx.append_events([EventPayload::StatsUpdated {}]);
    tx.commit().await?;
    Ok(())
}
