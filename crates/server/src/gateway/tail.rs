//! The end of the event log, read once for all sockets of a process.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contract::{Event, EventPayload};
use serde_json::value::RawValue;
use store::{Store, StoreError};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::telemetry;

/// Events read from the store, or handed to a socket, at once.
const PAGE: u32 = 500;
/// A look at the log although nobody announced anything.
const FALLBACK: Duration = Duration::from_secs(5);
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// Of events that come one soon after the other, sockets are told at most this often: each telling wakes every socket and
/// is a write of the kernel's for each, some four tenths of what an event costs. The first after a while is told at once.
const TICK: Duration = Duration::from_millis(19);

/// An event, encoded once.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) seq: u64,
    pub(super) name: &'static str,
    pub(super) json: Arc<RawValue>,
}

impl Sent {
    fn new(event: &Event) -> Result<Self, serde_json::Error> {
        let json = serde_json::value::to_raw_value(event)?;
        Ok(Self { seq: event.seq, name: event.payload.name(), json: json.into() })
    }
}

/// What follows a place in the log.
#[derive(Debug)]
pub(super) enum Next {
    /// These, in order and without a gap; not empty.
    Events(Vec<Sent>),
    /// Nothing yet.
    Present,
    /// The log does not go back to that place, or not so far: go on from here.
    Reset(u64),
}

pub(super) struct Tail {
    store: Store,
    recent: Mutex<Recent>,
    latest: watch::Sender<u64>,
    stale_stats: watch::Sender<bool>,
    following: AtomicBool,
}

/// The last events, without a gap up to `latest`.
#[derive(Debug)]
struct Recent {
    events: VecDeque<Sent>,
    capacity: usize,
}

impl Tail {
    pub(super) fn new(store: Store, capacity: usize) -> Self {
        let recent = Mutex::new(Recent { events: VecDeque::new(), capacity });
        Self {
            store,
            recent,
            latest: watch::Sender::new(0),
            stale_stats: watch::Sender::new(false),
            following: AtomicBool::new(false),
        }
    }

    /// Wakes with the newest seq whenever there are new events.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }

    /// The newest event that this process knows.
    pub(super) fn newest(&self) -> u64 {
        *self.latest.borrow()
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
        self.lock().capacity as u64
    }

    /// Where the log ends, by the store itself.
    pub(super) async fn end(&self) -> Result<u64, StoreError> {
        self.store.latest_seq().await
    }

    /// What comes after `cursor`: from memory where that reaches back so far, else from the store.
    pub(super) async fn after(&self, cursor: u64) -> Result<Next, StoreError> {
        if let Some(events) = self.recent_after(cursor) {
            return Ok(if events.is_empty() { Next::Present } else { Next::Events(events) });
        }
        let batch = self.store.events_since(cursor, PAGE).await?;
        if batch.reset {
            return Ok(Next::Reset(batch.latest_seq));
        }
        let events = encode(&batch.events)?;
        Ok(if events.is_empty() { Next::Present } else { Next::Events(events) })
    }

    /// None where memory cannot tell.
    fn recent_after(&self, cursor: u64) -> Option<Vec<Sent>> {
        let recent = self.lock();
        let (first, last) = (recent.events.front()?.seq, recent.events.back()?.seq);
        if cursor + 1 < first || cursor > last {
            return None;
        }
        let skip = usize::try_from(cursor + 1 - first).ok()?;
        Some(recent.events.iter().skip(skip).take(PAGE as usize).cloned().collect())
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
                        next_tick = Instant::now() + TICK;
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
        self.append(encode(&batch.events)?);
        self.note_stats(&batch.events);
        Ok(Step { cursor: reached, more: batch.events.len() == PAGE as usize })
    }

    /// Forgets what it knew: the log goes on elsewhere.
    fn begin_at(&self, seq: u64) {
        self.lock().events.clear();
        self.announce(seq);
    }

    fn append(&self, events: Vec<Sent>) {
        let Some(last) = events.last().map(|event| event.seq) else { return };
        let mut recent = self.lock();
        recent.events.extend(events);
        while recent.events.len() > recent.capacity {
            recent.events.pop_front();
        }
        drop(recent);
        self.announce(last);
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

fn encode(events: &[Event]) -> Result<Vec<Sent>, StoreError> {
    let encoded: Result<Vec<_>, _> = events.iter().map(Sent::new).collect();
    encoded.map_err(|error| StoreError::Unreadable(error.to_string()))
}

/// Until a commit, or for a while. Once the store is closed, the while alone.
async fn wait(commits: &mut watch::Receiver<u64>) {
    if let Ok(Err(_closed)) = tokio::time::timeout(FALLBACK, commits.changed()).await {
        tokio::time::sleep(FALLBACK).await;
    }
}
