//! The end of the event log, read once for all sockets of a process.

mod recent;
mod subject;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contract::{Event, EventPayload};
use socketio_server::Batch;
use store::{Store, StoreError};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::telemetry;
use recent::Recent;
use subject::Subject;

/// Events read from the store, or handed to a socket, at once.
const PAGE: u32 = 500;
/// A look at the log although nobody announced anything.
const FALLBACK: Duration = Duration::from_secs(5);
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// Of events that come one soon after the other, sockets are told at most this often: each telling wakes every socket and
/// is a write of the kernel's for each, some four tenths of what an event costs. The first after a while is told at once.
const TICK: Duration = Duration::from_millis(19);
/// Where there are few sockets a telling costs little, and is waited for so much less: so long for each of them.
const TICK_EACH: Duration = Duration::from_micros(100);

/// How much of what happened a socket is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// Every event.
    All,
    /// Of a thing that changed several times since, how it is now.
    Latest,
}

/// What follows a place in the log.
#[derive(Debug)]
pub(super) enum Next {
    /// These, in order and without a gap, not empty; and the number of the last.
    Events(Batch, u64),
    /// Nothing yet.
    Present,
    /// The log does not go back to that place, or not so far: go on from here.
    Reset(u64),
}

pub(super) struct Tail {
    store: Store,
    recent: Mutex<Recent>,
    capacity: u64,
    latest: watch::Sender<u64>,
    stale_stats: watch::Sender<bool>,
    following: AtomicBool,
}

/// How often so many sockets are told at most.
fn tick(sockets: usize) -> Duration {
    let sockets = u32::try_from(sockets).unwrap_or(u32::MAX);
    TICK_EACH.saturating_mul(sockets).min(TICK)
}

impl Tail {
    pub(super) fn new(store: Store, capacity: usize) -> Self {
        Self {
            store,
            recent: Mutex::new(Recent::new(capacity)),
            capacity: capacity as u64,
            latest: watch::Sender::new(0),
            stale_stats: watch::Sender::new(false),
            following: AtomicBool::new(false),
        }
    }

    /// Wakes with the newest seq whenever there are new events.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }

    /// True from a change of businesses until `stats:updated` has told of it.
    pub(super) fn stale_stats(&self) -> watch::Receiver<bool> {
        self.stale_stats.subscribe()
    }

    pub(super) fn is_following(&self) -> bool {
        self.following.load(Ordering::Relaxed)
    }

    /// How many events a socket may be behind before it counts as lost.
    pub(super) fn capacity(&self) -> u64 {
        self.capacity
    }

    /// Where the log ends, by the store itself.
    pub(super) async fn end(&self) -> Result<u64, StoreError> {
        self.store.latest_seq().await
    }

    /// What comes after `cursor`: from memory where that reaches back so far, else all of it from the store.
    pub(super) async fn after(&self, cursor: u64, detail: Detail) -> Result<Next, StoreError> {
        if let Some((batch, last)) = self.lock().after(cursor, PAGE as usize, detail) {
            return Ok(if batch.is_empty() { Next::Present } else { Next::Events(batch, last) });
        }
        let read = self.store.events_since(cursor, PAGE).await?;
        if read.reset {
            return Ok(Next::Reset(read.latest_seq));
        }
        match read.events.last().map(|event| event.seq) {
            Some(last) => Ok(Next::Events(encode(&read.events)?, last)),
            None => Ok(Next::Present),
        }
    }

    /// Follows the log from its present end, for ever.
    pub(super) async fn follow(self: Arc<Self>) {
        let mut commits = self.store.subscribe();
        let mut cursor = None;
        let mut next_tick = Instant::now();
        loop {
            commits.borrow_and_update();
            match self.step(cursor).await {
                Ok(Step { cursor: reached, more }) => {
                    self.following.store(true, Ordering::Relaxed);
                    if cursor.replace(reached) != Some(reached) {
                        next_tick = Instant::now() + tick(self.latest.receiver_count());
                    }
                    if !more {
                        wait(&mut commits).await;
                        tokio::time::sleep_until(next_tick).await;
                    }
                }
                Err(error) => {
                    self.following.store(false, Ordering::Relaxed);
                    tracing::warn!(%error, "failed to read the event log, trying again");
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
    }

    /// Reads one page on from the cursor; without one, begins at the end of the log.
    async fn step(&self, cursor: Option<u64>) -> Result<Step, StoreError> {
        let Some(cursor) = cursor else {
            let end = self.store.latest_seq().await?;
            self.begin_at(end);
            return Ok(Step { cursor: end, more: true });
        };
        let batch = self.store.events_since(cursor, PAGE).await?;
        if batch.reset {
            self.begin_at(batch.latest_seq);
            return Ok(Step { cursor: batch.latest_seq, more: true });
        }
        let reached = batch.events.last().map_or(cursor, |event| event.seq);
        if reached > cursor {
            let subjects = batch.events.iter().map(|event| Subject::of(&event.payload)).collect();
            self.lock().append(encode(&batch.events)?, subjects, reached);
            self.announce(reached);
        }
        self.note_stats(&batch.events);
        Ok(Step { cursor: reached, more: batch.events.len() == PAGE as usize })
    }

    /// Forgets what it knew: the log goes on elsewhere.
    fn begin_at(&self, seq: u64) {
        self.lock().clear();
        self.announce(seq);
    }

    fn announce(&self, seq: u64) {
        telemetry::show_seq(seq);
        self.latest.send_replace(seq);
    }

    fn note_stats(&self, events: &[Event]) {
        for event in events {
            match event.payload {
                EventPayload::StatsUpdated {} => self.set_stale(false),
                EventPayload::BusinessCreated(_)
                | EventPayload::BusinessUpdated(_)
                | EventPayload::BusinessDeleted(_)
                | EventPayload::BusinessesBulkUpdated(_)
                | EventPayload::EnrichmentComplete(_) => self.set_stale(true),
                _ => {}
            }
        }
    }

    fn set_stale(&self, stale: bool) {
        self.stale_stats.send_if_modified(|known| std::mem::replace(known, stale) != stale);
    }

    fn lock(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Step {
    cursor: u64,
    more: bool,
}

/// Events of one page, encoded once for all sockets.
fn encode(events: &[Event]) -> Result<Batch, StoreError> {
    let mut batch = Batch::builder();
    for event in events {
        let encoded = batch.event(event.payload.name(), event);
        encoded.map_err(|error| StoreError::Unreadable(error.to_string()))?;
    }
    Ok(batch.build())
}

/// Until a commit, or for a while. Once the store is closed, the while alone.
async fn wait(commits: &mut watch::Receiver<u64>) {
    if let Ok(Err(_closed)) = tokio::time::timeout(FALLBACK, commits.changed()).await {
        tokio::time::sleep(FALLBACK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_sockets_are_told_sooner_and_many_never_later_than_a_tick() {
        let micros = [0, 1, 50, 190, 1_000, usize::MAX].map(|sockets| tick(sockets).as_micros());
        assert_eq!(micros, [0, 100, 5_000, 19_000, 19_000, 19_000]);
    }
}
