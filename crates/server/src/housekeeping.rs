//! What is kept for a while only: past events, the answers of idempotent requests and of paid providers, sessions that have
//! ended, uploaded files of imports that nobody retried or went through with, and values that their source lets be kept for a
//! while only; and what an import that was killed has left undone.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use contract::Timestamp;
use serde::Serialize;
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
        match tidy(&store, &uploads).await {
            Ok(tidied) if tidied.businesses_changed + tidied.businesses_deleted > 0 => {
                tracing::info!(?tidied, "took away what sources let be kept for a while only");
            }
            Ok(tidied) => tracing::debug!(?tidied, "removed what is out of date"),
            Err(error) => {
                tracing::warn!(%error, "failed to remove all that is out of date, trying again in an hour");
            }
        }
    }
}

/// What was out of date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tidied {
    /// Businesses that lost what a source lets be kept for a while only.
    pub businesses_changed: u64,
    /// Businesses of which nothing was left then.
    pub businesses_deleted: u64,
    /// Past events.
    pub events: u64,
    /// Kept answers, to idempotent requests and of paid providers.
    pub answers: u64,
    /// Sessions that had ended.
    pub sessions: u64,
    /// Files of imports that nobody retried or went through with.
    pub files: u64,
}

/// Removes what is out of date: all of it, also where one part fails. `uploads` is where files that come in are kept.
///
/// # Errors
/// The database did not do a part of it.
pub async fn tidy(store: &Store, uploads: &Path) -> Result<Tidied, StoreError> {
    let now = clock::now();
    let expired = store.expire_values(&discovery::source::terms(now), now).await;
    let removed = remove_old_rows(store, now).await;
    // An import that was killed, and that nobody went on with, has left them.
    let indexes = store.finish_load().await;
    let folder = uploads.to_owned();
    let files = tokio::task::spawn_blocking(move || remove_old(&folder, SystemTime::now())).await;
    let (Expired { changed, deleted, .. }, removed) = (expired?, removed?);
    indexes?;
    Ok(Tidied {
        businesses_changed: changed,
        businesses_deleted: deleted,
        files: files.unwrap_or_default(),
        ..removed
    })
}

async fn remove_old_rows(store: &Store, now: Timestamp) -> Result<Tidied, StoreError> {
    let oldest = Timestamp::from_millis(now.as_millis() - EVENT_DAYS * DAY_MS);
    let events = store.prune_events(oldest, MOST_EVENTS).await?;
    let answers = store.prune_idempotent_answers(now).await? + store.prune_kept_answers(now).await?;
    let sessions = store.prune_sessions(now).await?;
    Ok(Tidied { events, answers, sessions, ..Tidied::default() })
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
