//! One socket's way through the log.
//!
//! A socket has a place in the log, its cursor, and takes what comes after it: replay and live are the same. It asks for
//! more when what it was given is with the network: a socket that does not take it makes its own pump wait, and nobody else.

use std::sync::Arc;
use std::time::Duration;

use contract::event::{SYNC_READY, SYNC_RESET, SyncReset};
use serde::Serialize;
use socketio_server::{Batch, Feed};
use tokio::sync::watch;

use super::guests::Place;
use super::tail::{Detail, Next, Tail};
use crate::telemetry::{self, OpenSocket};

const AFTER_FAILURE: Duration = Duration::from_secs(1);

pub(super) struct Pump {
    tail: Arc<Tail>,
    latest: watch::Receiver<u64>,
    /// The last event that was given; none before the end of the log was read.
    cursor: Option<u64>,
    /// Whether the present has been reached: then `sync:ready` has been told.
    caught_up: bool,
    place: Place,
    _open: OpenSocket,
}

impl Pump {
    /// Gives what came after `since`, or what comes from now on, for as long as its person may be there.
    pub(super) fn new(tail: Arc<Tail>, place: Place, since: Option<u64>) -> Self {
        let latest = tail.subscribe();
        Self { tail, latest, cursor: since, caught_up: false, place, _open: OpenSocket::begin() }
    }

    async fn more(&mut self) -> Option<Batch> {
        let cursor = self.begin().await;
        loop {
            let newest = *self.latest.borrow_and_update();
            if self.caught_up && newest.saturating_sub(cursor) > self.tail.capacity() {
                return Some(self.reset(newest, "slow"));
            }
            // Whoever resumes hears all that there was; whoever cannot keep up, how things are now.
            let detail = if self.caught_up { Detail::Latest } else { Detail::All };
            match self.tail.after(cursor, detail).await {
                Ok(Next::Events(batch, last)) => {
                    self.cursor = Some(last);
                    telemetry::count_sent(batch.len() as u64);
                    return Some(batch);
                }
                Ok(Next::Reset(seq)) => return Some(self.reset(seq, "since")),
                Ok(Next::Present) if self.caught_up => self.latest.changed().await.ok()?,
                Ok(Next::Present) => {
                    self.caught_up = true;
                    return Some(told(SYNC_READY, &SyncReset { seq: cursor }));
                }
                Err(error) => {
                    tracing::warn!(%error, "failed to read events for a socket, trying again");
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
    }

    /// Where it stands; without a place, the end of the log as soon as that can be read.
    async fn begin(&mut self) -> u64 {
        loop {
            if let Some(cursor) = self.cursor {
                return cursor;
            }
            match self.tail.end().await {
                Ok(seq) => self.cursor = Some(seq),
                Err(_) => tokio::time::sleep(AFTER_FAILURE).await,
            }
        }
    }

    fn reset(&mut self, seq: u64, reason: &'static str) -> Batch {
        telemetry::count_reset(reason);
        self.cursor = Some(seq);
        told(SYNC_RESET, &SyncReset { seq })
    }
}

impl Feed for Pump {
    async fn next(&mut self) -> Option<Batch> {
        let gone = self.place.gone().clone();
        gone.run_until_cancelled(self.more()).await.flatten()
    }
}

fn told<T: Serialize>(name: &str, data: &T) -> Batch {
    Batch::event(name, data).unwrap_or_else(|error| {
        tracing::error!(%error, event = name, "event cannot be encoded");
        Batch::default()
    })
}
