//! What is kept for a while only: past events, the answers of idempotent requests, sessions that have ended.

use std::time::Duration;

use contract::Timestamp;
use store::{Store, StoreError};

use crate::clock;

const INTERVAL: Duration = Duration::from_secs(3600);
const EVENT_DAYS: i64 = 7;
const MOST_EVENTS: u64 = 1_000_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Removes it every hour, for ever.
pub(crate) async fn run(store: Store) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        match tidy(&store).await {
            Ok(Removed { events, answers, sessions }) => {
                tracing::debug!(events, answers, sessions, "removed what is out of date");
            }
            Err(error) => {
                tracing::warn!(%error, "failed to remove what is out of date, trying again in an hour");
            }
        }
    }
}

/// Rows that were removed.
struct Removed {
    events: u64,
    answers: u64,
    sessions: u64,
}

async fn tidy(store: &Store) -> Result<Removed, StoreError> {
    let now = clock::now();
    let oldest = Timestamp::from_millis(now.as_millis() - EVENT_DAYS * DAY_MS);
    let events = store.prune_events(oldest, MOST_EVENTS).await?;
    let answers = store.prune_idempotent_answers(now).await?;
    let sessions = store.prune_sessions(now).await?;
    Ok(Removed { events, answers, sessions })
}
