//! Queries that a change of an entity leaves in doubt: they are invalidated together, not one by one.

use std::time::Duration;

use super::timers::{TimerId, TimerKind};
use super::{Core, Effect};
use crate::QueryKey;

#[derive(Default)]
pub(super) struct Marks {
    keys: Vec<QueryKey>,
    settle_after: Duration,
    timer: Option<TimerId>,
}

impl Core {
    pub(crate) fn settle_after(&mut self, wait: Duration) {
        self.marks.settle_after = wait;
    }

    pub(crate) fn settles_at_once(&self) -> bool {
        self.marks.settle_after.is_zero() && !self.marks.keys.is_empty()
    }

    pub(crate) fn mark(&mut self, key: &QueryKey) {
        if !self.marks.keys.contains(key) {
            self.marks.keys.push(key.clone());
        }
        if !self.marks.settle_after.is_zero() && self.marks.timer.is_none() {
            let at = self.now.saturating_add(self.marks.settle_after);
            self.marks.timer = Some(self.timers.set(at, TimerKind::Settle));
        }
    }

    pub(crate) fn take_marks(&mut self) -> Vec<QueryKey> {
        self.timers.cancel(&mut self.marks.timer);
        std::mem::take(&mut self.marks.keys)
    }

    pub(super) fn settle_due(&mut self) {
        self.marks.timer = None;
        self.effects.push_back(Effect::SettleMarks);
    }
}
