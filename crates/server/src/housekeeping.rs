//! What is kept for a while only: past events, the answers of idempotent requests and of paid providers, sessions that have
//! ended, uploaded files of imports that nobody retried or went through with, and values that their source lets be kept for a
//! while only; and what an import that was killed has left undone.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use contract::Timestamp;
use store::provenance::Expired;
use store::{Store, StoreError};

use crate::clock;
use crate::upload::waiting;

const INTERVAL: Duration = Duration::from_secs(3600);
const EVENT_DAYS: i64 = 7;
const MOST_EVENTS: u64 = 1_000_000;
const UPLOAD_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Removes it every hour, for ever.
pub(crate) async fn run(store: Store, uploads: PathBuf) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        match tidy(&store).await {
            Ok(Removed { events, answers, bought, sessions }) => {
                tracing::debug!(events, answers, bought, sessions, "removed what is out of date");
            }
            Err(error) => {
                tracing::warn!(%error, "failed to remove what is out of date, trying again in an hour");
            }
        }
        let now = clock::now();
        match store.expire_values(&discovery::source::terms(now), now).await {
            Ok(Expired { changed, deleted }) if changed + deleted > 0 => {
                tracing::info!(changed, deleted, "took away what sources let be kept for a while only");
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "failed to take away what may no longer be kept, trying again in an hour");
            }
        }
        // An import that was killed, and that nobody went on with, has left them.
        if let Err(error) = store.finish_load().await {
            tracing::warn!(%error, "failed to make the indexes of lists, trying again in an hour");
        }
        let folder = uploads.clone();
        let files = tokio::task::spawn_blocking(move || remove_old(&folder, SystemTime::now())).await;
        tracing::debug!(files = files.unwrap_or_default(), "removed uploads that are out of date");
    }
}

/// Rows that were removed.
struct Removed {
    events: u64,
    answers: u64,
    bought: u64,
    sessions: u64,
}

/// Removes uploads that nobody has touched for a week, and those that wait for a person for too long; answers how many.
fn remove_old(folder: &Path, now: SystemTime) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let mut removed = 0;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let kept = if name.starts_with("upload-") {
            UPLOAD_AGE
        } else if name.starts_with(waiting::PREFIX) {
            waiting::KEPT
        } else {
            continue;
        };
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|time| now.duration_since(time).ok()).unwrap_or_default();
        if age > kept && std::fs::remove_file(entry.path()).is_ok() {
            removed += 1;
        }
    }
    removed
}

async fn tidy(store: &Store) -> Result<Removed, StoreError> {
    let now = clock::now();
    let oldest = Timestamp::from_millis(now.as_millis() - EVENT_DAYS * DAY_MS);
    let events = store.prune_events(oldest, MOST_EVENTS).await?;
    let answers = store.prune_idempotent_answers(now).await?;
    let bought = store.prune_kept_answers(now).await?;
    let sessions = store.prune_sessions(now).await?;
    Ok(Removed { events, answers, bought, sessions })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_uploads_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["upload-1.csv", "waiting-1.csv", "mine.csv"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        let now = SystemTime::now();
        assert_eq!(remove_old(folder.path(), now), 0);
        assert_eq!(remove_old(folder.path(), now + waiting::KEPT + Duration::from_secs(60)), 1);
        assert!(folder.path().join("upload-1.csv").exists());
        assert_eq!(remove_old(folder.path(), now + UPLOAD_AGE + Duration::from_secs(60)), 1);
        assert!(folder.path().join("mine.csv").exists());
    }
}
