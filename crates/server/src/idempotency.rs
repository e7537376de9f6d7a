//! `Idempotency-Key`: the first answer again for 24 hours.
//!
//! Only successes are kept: a request that failed has changed nothing and may be sent again. Within this process
//! requests of one key run one after the other. A write of businesses notes its answer in its own transaction; jobs
//! carry the key themselves: between processes, and when one dies in the midst of it, one key makes one change.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName};
use contract::{FieldError, Method};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{IdempotentAnswer, StoreError, WriteTx};
use tokio::sync::OwnedMutexGuard;

use crate::app::App;
use crate::clock;
use crate::endpoint::{Encoded, Received};
use crate::problem::{ApiProblem, KEY_REUSED};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest key, in characters.
pub(crate) const LONGEST_KEY: usize = 200;

/// Whether an answer is new or was given before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    First(Encoded),
    Replayed(Encoded),
}

/// The key of a request, if it has one.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<String>, ApiProblem> {
    let mut given = headers.get_all(&HEADER).iter();
    let Some(value) = given.next() else { return Ok(None) };
    let visible =
        |key: &str| (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    match value.to_str().ok().filter(|key| visible(key) && given.next().is_none()) {
        Some(key) => Ok(Some(key.to_owned())),
        None => {
            let message = format!("give one key of 1 to {LONGEST_KEY} visible ASCII characters");
            Err(ApiProblem::malformed(vec![FieldError::new("Idempotency-Key", "format", message)]))
        }
    }
}

/// Runs `work` unless the key of the request has an answer already.
pub(crate) async fn once(
    app: &App,
    method: Method,
    received: &Received,
    work: impl Future<Output = Result<(Encoded, Option<WriteTx>), ApiProblem>>,
) -> Result<Outcome, ApiProblem> {
    let Some(key) = received.key.clone() else { return Ok(Outcome::First(committed(work.await?).await?)) };
    let fingerprint = fingerprint(method, received);
    let _turn = app.keys().turn(&key).await;
    if let Some(kept) = app.store().idempotent_answer(&key, clock::now()).await? {
        return replay(&kept, &fingerprint);
    }
    let (encoded, tx) = work.await?;
    match keep(app, &key, &fingerprint, &encoded, tx).await {
        Ok(()) => Ok(Outcome::First(encoded)),
        // Another process answered under this key meanwhile: its answer stands, and this one's work is undone where it
        // was to be committed with its note.
        Err(StoreError::Conflict(_)) => match app.store().idempotent_answer(&key, clock::now()).await? {
            Some(kept) => replay(&kept, &fingerprint),
            None => Ok(Outcome::First(encoded)),
        },
        Err(error) => Err(error.into()),
    }
}

/// The answer of work that is done, once its transaction is committed.
pub(crate) async fn committed((encoded, tx): (Encoded, Option<WriteTx>)) -> Result<Encoded, ApiProblem> {
    if let Some(tx) = tx {
        tx.commit().await?;
    }
    Ok(encoded)
}

fn fingerprint(method: Method, received: &Received) -> String {
    let mut digest = Sha256::new();
    for part in [method.as_str().as_bytes(), received.path.as_bytes(), &received.bytes] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The parts of an answer that are kept besides its status.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    location: Option<String>,
    body: String,
}

/// Notes the answer, in the transaction of the work itself where that is still open.
async fn keep(
    app: &App,
    key: &str,
    fingerprint: &str,
    encoded: &Encoded,
    tx: Option<WriteTx>,
) -> Result<(), StoreError> {
    let body = String::from_utf8_lossy(&encoded.body).into_owned();
    let kept = Kept { location: encoded.location.clone(), body };
    let body = serde_json::to_string(&kept).map_err(|error| StoreError::Unreadable(error.to_string()))?;
    let answer = IdempotentAnswer { fingerprint: fingerprint.to_owned(), status: encoded.status, body };
    let mut tx = match tx {
        Some(tx) => tx,
        None => app.store().begin().await?,
    };
    tx.put_idempotent_answer(key, &answer).await?;
    tx.commit().await?;
    Ok(())
}

fn replay(answer: &IdempotentAnswer, fingerprint: &str) -> Result<Outcome, ApiProblem> {
    if answer.fingerprint != fingerprint {
        return Err(key_reused());
    }
    let kept: Kept = serde_json::from_str(&answer.body).map_err(|error| ApiProblem::internal(&error))?;
    let body = kept.body.into_bytes();
    let encoded = Encoded { status: answer.status, location: kept.location, cookie: None, body };
    Ok(Outcome::Replayed(encoded))
}

pub(crate) fn key_reused() -> ApiProblem {
    let detail =
        "this Idempotency-Key was sent with another request before; make a new key for a new request";
    ApiProblem::new(KEY_REUSED, detail)
}

/// Requests of one key take turns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys(Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>);

impl Keys {
    async fn turn(&self, key: &str) -> Turn {
        let lock = Arc::clone(self.lock().entry(key.to_owned()).or_default());
        Turn { keys: self.clone(), key: key.to_owned(), guard: Some(lock.lock_owned().await) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<tokio::sync::Mutex<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held by the request whose turn it is.
#[derive(Debug)]
struct Turn {
    keys: Keys,
    key: String,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut keys = self.keys.lock();
        self.guard.take();
        // Only the map holds it: nobody waits.
        if keys.get(&self.key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            keys.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_of_one_key_take_turns_and_leave_nothing_behind() {
        let keys = Keys::default();
        let first = keys.turn("a").await;
        let other = keys.turn("b").await;
        let second = tokio::spawn({
            let keys = keys.clone();
            async move { drop(keys.turn("a").await) }
        });
        while Arc::strong_count(&keys.lock()["a"]) < 3 {
            tokio::task::yield_now().await;
        }
        assert!(!second.is_finished());
        drop((first, other));
        second.await.unwrap();
        assert!(keys.lock().is_empty());
    }
}
