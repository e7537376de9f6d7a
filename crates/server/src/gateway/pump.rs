//! One socket's way through the log.
//!
//! A socket has a place in the log, its cursor, and takes what comes after it: replay and live are the same. A socket
//! that does not take what it was sent makes its own pump wait, and nobody else.

use std::sync::Arc;
use std::time::Duration;

use contract::event::{SYNC_READY, SYNC_RESET, SyncReset};
use serde::Serialize;
use socketioxide::extract::SocketRef;
use socketioxide::{SendError, SocketError};

use super::tail::{Next, Sent, Tail};
use crate::telemetry;

const FIRST_WAIT: Duration = Duration::from_millis(5);
const LONGEST_WAIT: Duration = Duration::from_millis(250);
const AFTER_FAILURE: Duration = Duration::from_secs(1);

pub(super) struct Pump {
    socket: SocketRef,
    tail: Arc<Tail>,
}

/// How sending ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delivery {
    Sent,
    /// The socket is so far behind that it must begin anew.
    Lost,
    /// The socket is closed.
    Gone,
}

impl Pump {
    pub(super) fn new(socket: SocketRef, tail: Arc<Tail>) -> Self {
        Self { socket, tail }
    }

    /// Feeds the socket until it is closed: what came after `since`, or what comes from now on.
    pub(super) async fn run(self, since: Option<u64>) {
        let mut latest = self.tail.subscribe();
        let mut cursor = match since {
            Some(since) => since,
            None => self.present().await,
        };
        let mut caught_up = false;
        loop {
            latest.borrow_and_update();
            let delivery = match self.tail.after(cursor).await {
                Ok(Next::Events(events)) => self.send_all(&events, &mut cursor, caught_up).await,
                Ok(Next::Reset(seq)) => self.reset(seq, &mut cursor, "since").await,
                Ok(Next::Present) => {
                    if !caught_up {
                        caught_up = self.tell(SYNC_READY, &SyncReset { seq: cursor }).await == Delivery::Sent;
                    }
                    if latest.changed().await.is_err() { Delivery::Gone } else { Delivery::Sent }
                }
                Err(error) => {
                    tracing::warn!(%error, "failed to read events for a socket, trying again");
                    tokio::time::sleep(AFTER_FAILURE).await;
                    Delivery::Sent
                }
            };
            let newest = *latest.borrow();
            let delivery = match delivery {
                Delivery::Lost => self.reset(newest, &mut cursor, "slow").await,
                other => other,
            };
            if delivery == Delivery::Gone {
                return;
            }
        }
    }

    /// The end of the log, as soon as it can be read.
    async fn present(&self) -> u64 {
        loop {
            match self.tail.end().await {
                Ok(seq) => return seq,
                Err(_) => tokio::time::sleep(AFTER_FAILURE).await,
            }
        }
    }

    async fn send_all(&self, events: &[Sent], cursor: &mut u64, caught_up: bool) -> Delivery {
        for event in events {
            match self.send(event.name, &event.json, caught_up.then_some(*cursor)).await {
                Delivery::Sent => *cursor = event.seq,
                other => return other,
            }
        }
        telemetry::count_sent(events.len() as u64);
        Delivery::Sent
    }

    async fn reset(&self, seq: u64, cursor: &mut u64, reason: &'static str) -> Delivery {
        telemetry::count_reset(reason);
        let delivery = self.tell(SYNC_RESET, &SyncReset { seq }).await;
        *cursor = seq;
        delivery
    }

    /// Sends what must arrive, however long it takes.
    async fn tell<T: Serialize>(&self, name: &str, data: &T) -> Delivery {
        self.send(name, data, None).await
    }

    /// Sends as soon as there is room. With `live_from`, gives up when the log has run on too far from there.
    async fn send<T: Serialize + ?Sized>(&self, name: &str, data: &T, live_from: Option<u64>) -> Delivery {
        let mut wait = FIRST_WAIT;
        loop {
            match self.socket.emit(name, data) {
                Ok(()) => return Delivery::Sent,
                Err(SendError::Socket(SocketError::InternalChannelFull)) => {}
                Err(SendError::Socket(SocketError::Closed)) => return Delivery::Gone,
                Err(SendError::Serialize(error)) => {
                    tracing::error!(%error, event = name, "event cannot be encoded");
                    return Delivery::Lost;
                }
            }
            let behind = live_from.map_or(0, |cursor| self.tail.newest().saturating_sub(cursor));
            if behind > self.tail.capacity() {
                return Delivery::Lost;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }
}
