//! The people at the sockets: who has signed out, was disabled or whose time is over loses the connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contract::{SessionId, TokenId};
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::auth::By;
use crate::clock;

/// How often the database is asked: it knows also of what was revoked by another server.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Ids that one statement asks for.
const AT_ONCE: usize = 500;

/// The open sockets by what their people proved themselves with.
#[derive(Debug, Default)]
pub(super) struct Guests {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    sockets: HashMap<u64, (By, CancellationToken)>,
}

/// One socket's, for as long as it is open.
#[derive(Debug)]
pub(super) struct Place {
    guests: Arc<Guests>,
    number: u64,
    gone: CancellationToken,
}

impl Place {
    /// Cancelled once what the socket came with is no longer good.
    pub(super) fn gone(&self) -> &CancellationToken {
        &self.gone
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.guests.lock().sockets.remove(&self.number);
    }
}

impl Guests {
    /// Takes in somebody who came with `by`.
    pub(super) fn enter(guests: &Arc<Self>, by: By) -> Place {
        let gone = CancellationToken::new();
        let mut inner = guests.lock();
        inner.next += 1;
        let number = inner.next;
        inner.sockets.insert(number, (by, gone.clone()));
        Place { guests: Arc::clone(guests), number, gone }
    }

    /// Looks after them for ever.
    pub(super) async fn watch(&self, store: Store) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if let Err(error) = self.turn_out(&store).await {
                tracing::warn!(%error, "failed to see who may still be connected, trying again");
            }
        }
    }

    async fn turn_out(&self, store: &Store) -> Result<(), StoreError> {
        let (mut sessions, mut tokens) = (Vec::<SessionId>::new(), Vec::<TokenId>::new());
        for (by, _) in self.lock().sockets.values() {
            match by {
                By::Session { id, .. } => sessions.push(*id),
                By::Token { id, .. } => tokens.push(*id),
                By::Reaching => {}
            }
        }
        sessions.sort_unstable();
        sessions.dedup();
        tokens.sort_unstable();
        tokens.dedup();
        let now = clock::now();
        let (mut good_sessions, mut good_tokens) = (Vec::new(), Vec::new());
        for some in sessions.chunks(AT_ONCE) {
            good_sessions.extend(store.good_sessions(some, now).await?);
        }
        for some in tokens.chunks(AT_ONCE) {
            good_tokens.extend(store.good_tokens(some, now).await?);
        }
        for (by, gone) in self.lock().sockets.values() {
            let asked_and_bad = match by {
                By::Session { id, .. } => sessions.contains(id) && !good_sessions.contains(id),
                By::Token { id, .. } => tokens.contains(id) && !good_tokens.contains(id),
                By::Reaching => false,
            };
            if asked_and_bad {
                gone.cancel();
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
