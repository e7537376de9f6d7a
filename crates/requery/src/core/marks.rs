//! Queries that a change of an entity leaves in doubt: they are invalidated together, not one by one.

use std::time::Duration;

use super::timers::{TimerId, TimerKind};
use super::{Core, Effect};
use crate::{QueryKey, Timestamp};

#[derive(Default)]
pub(super) struct Marks {
    /// Each with when it is due.
    keys: Vec<(QueryKey, Timestamp)>,
    settle_after: Duration,
    /// For the first that is due.
    timer: Option<(Timestamp, TimerId)>,
}

impl Core {
    pub(crate) fn settle_after(&mut self, wait: Duration) {
        self.marks.settle_after = wait;
    }

    pub(crate) fn has_due_marks(&self) -> bool {
        self.marks.keys.iter().any(|(_, at)| *at <= self.now)
    }

    pub(crate) fn mark(&mut self, key: &QueryKey) {
        self.mark_within(key, Duration::ZERO);
    }

    /// One that may wait so long, if that is longer than all do. The first that wants it sooner is heard.
    pub(crate) fn mark_within(&mut self, key: &QueryKey, wait: Duration) {
        let at = self.now.saturating_add(wait.max(self.marks.settle_after));
        match self.marks.keys.iter_mut().find(|(known, _)| known == key) {
            Some((_, due)) => *due = at.min(*due),
            None => self.marks.keys.push((key.clone(), at)),
        }
        if at > self.now {
            self.wake_for_marks(at);
        }
    }

    /// All, due or not.
    pub(crate) fn take_marks(&mut self) -> Vec<QueryKey> {
        self.sleep_for_marks();
        std::mem::take(&mut self.marks.keys).into_iter().map(|(key, _)| key).collect()
    }

    pub(crate) fn take_due_marks(&mut self) -> Vec<QueryKey> {
        let now = self.now;
        let due = self.marks.keys.extract_if(.., |(_, at)| *at <= now).map(|(key, _)| key).collect();
        match self.marks.keys.iter().map(|(_, at)| *at).min() {
            Some(at) => self.wake_for_marks(at),
            None => self.sleep_for_marks(),
        }
        due
    }

    fn wake_for_marks(&mut self, at: Timestamp) {
        if self.marks.timer.as_ref().is_none_or(|(set, _)| at < *set) {
            self.sleep_for_marks();
            self.marks.timer = Some((at, self.timers.set(at, TimerKind::Settle)));
        }
    }

    fn sleep_for_marks(&mut self) {
        let mut timer = self.marks.timer.take().map(|(_, timer)| timer);
        self.timers.cancel(&mut timer);
    }

    pub(super) fn settle_due(&mut self) {
        self.marks.timer = None;
        self.effects.push_back(Effect::SettleMarks);
    }
}
