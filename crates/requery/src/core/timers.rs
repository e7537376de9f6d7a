//! Deadlines, in order. The driver only ever has to wait for the first.

use std::collections::BTreeMap;

use super::{FetchId, LayerId, MutationId, ObserverId};
use crate::{QueryKey, Timestamp};

/// Names a timer that is set; the deadline is part of it, so that cancelling needs no second index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TimerId {
    at: Timestamp,
    // Timers with the same deadline are due in the order in which they were set.
    sequence: u64,
}

#[derive(Debug)]
pub(crate) enum TimerKind {
    QueryGc(QueryKey),
    Retry(QueryKey, FetchId),
    Stale(QueryKey, ObserverId),
    Refetch(QueryKey, ObserverId),
    EntitySweep,
    Echo(LayerId),
    Settle,
    MutationGc(MutationId),
    MutationRetry(MutationId),
}

#[derive(Default)]
pub(crate) struct Timers {
    queue: BTreeMap<TimerId, TimerKind>,
    sequence: u64,
}

impl Timers {
    pub(crate) fn set(&mut self, at: Timestamp, kind: TimerKind) -> TimerId {
        self.sequence += 1;
        let id = TimerId { at, sequence: self.sequence };
        self.queue.insert(id, kind);
        id
    }

    pub(crate) fn cancel(&mut self, timer: &mut Option<TimerId>) {
        if let Some(id) = timer.take() {
            self.queue.remove(&id);
        }
    }

    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.queue.first_key_value().map(|(id, _)| id.at)
    }

    pub(crate) fn pop_due(&mut self, now: Timestamp) -> Option<TimerKind> {
        let first = self.queue.first_entry()?;
        if first.key().at > now {
            return None;
        }
        Some(first.remove())
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn mutation(timers: &mut Timers, now: u64) -> Option<u64> {
        match timers.pop_due(at(now))? {
            TimerKind::MutationGc(id) => Some(id.0),
            other => panic!("unexpected timer {other:?}"),
        }
    }

    #[test]
    fn timers_are_due_by_deadline_and_then_in_the_order_they_were_set() {
        let mut timers = Timers::default();
        for (id, deadline) in [(1, 20), (2, 10), (3, 10)] {
            timers.set(at(deadline), TimerKind::MutationGc(MutationId(id)));
        }
        assert_eq!(timers.next_deadline(), Some(at(10)));
        assert_eq!(mutation(&mut timers, 9), None);
        assert_eq!([mutation(&mut timers, 20), mutation(&mut timers, 20)], [Some(2), Some(3)]);
        assert_eq!(mutation(&mut timers, 20), Some(1));
    }

    #[test]
    fn a_cancelled_timer_is_never_due() {
        let mut timers = Timers::default();
        let mut timer = Some(timers.set(at(1), TimerKind::MutationGc(MutationId(1))));
        timers.cancel(&mut timer);
        timers.cancel(&mut timer);
        assert_eq!(mutation(&mut timers, 5), None);
        assert_eq!((timers.len(), timers.next_deadline()), (0, None));
    }
}
