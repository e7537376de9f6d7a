//! One timer wheel for everything that has to happen later. Setting and cancelling take the same time however many
//! timers there are.

use std::num::NonZeroU64;

use super::ordered::sorted;
use super::{FetchId, LayerId, MutationId, ObserverId};
use crate::{QueryKey, Timestamp};

/// Names a timer that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimerId {
    at: usize,
    /// From one, so that not having a timer takes no room of its own.
    sequence: NonZeroU64,
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

const BITS: u32 = 6;
const SLOTS: usize = 1 << BITS;

/// The slots of one level; those of level `n` each span 64^n milliseconds.
struct Level {
    /// Which slots hold a timer, one bit each.
    occupied: u64,
    slots: [Vec<u32>; SLOTS],
}

impl Default for Level {
    fn default() -> Self {
        Self { occupied: 0, slots: [const { Vec::new() }; SLOTS] }
    }
}

struct Timer {
    deadline: u64,
    // Timers with the same deadline are due in the order in which they were set.
    sequence: NonZeroU64,
    kind: TimerKind,
    /// Where in the slot.
    position: u32,
    level: u8,
    slot: u8,
}

#[derive(Default)]
pub(crate) struct Timers {
    /// Everything before this was due.
    now: u64,
    /// Only as many as the furthest deadline so far needed.
    levels: Vec<Level>,
    timers: Vec<Option<Timer>>,
    free: Vec<usize>,
    sequence: u64,
    /// Which slot of the lowest level has its timers in order, the first to fire last, since it began.
    in_order: Option<usize>,
}

impl Timers {
    /// An empty wheel may turn freely: what is set next is then told from now by as few levels as possible.
    pub(crate) fn turn_if_empty(&mut self, now: Timestamp) {
        if self.len() == 0 {
            self.now = self.now.max(now.as_millis());
        }
    }

    pub(crate) fn set(&mut self, at: Timestamp, kind: TimerKind) -> TimerId {
        let sequence = NonZeroU64::MIN.saturating_add(self.sequence);
        self.sequence += 1;
        let index = self.free.pop().unwrap_or_else(|| {
            self.timers.push(None);
            self.timers.len() - 1
        });
        let timer = Timer { deadline: at.as_millis(), sequence, kind, position: 0, level: 0, slot: 0 };
        self.place(index, timer);
        TimerId { at: index, sequence }
    }

    /// Into the level whose slots tell the deadline from now, as coarsely as possible.
    fn place(&mut self, index: usize, mut timer: Timer) {
        // What is overdue is due now.
        let at = timer.deadline.max(self.now);
        let differs = (at ^ self.now) | 1;
        let level = (u64::BITS - 1 - differs.leading_zeros()) / BITS;
        let slot = slot_of(at, level);
        while self.levels.len() <= level as usize {
            self.levels.push(Level::default());
        }
        let Level { occupied, slots } = &mut self.levels[level as usize];
        *occupied |= 1 << slot;
        if level == 0 {
            self.in_order = None;
        }
        (timer.level, timer.slot, timer.position) = (level as u8, slot as u8, slots[slot].len() as u32);
        slots[slot].push(index as u32);
        self.timers[index] = Some(timer);
    }

    pub(crate) fn cancel(&mut self, timer: &mut Option<TimerId>) {
        let Some(id) = timer.take() else { return };
        let is_set =
            self.timers.get(id.at).and_then(Option::as_ref).is_some_and(|t| t.sequence == id.sequence);
        if is_set {
            self.take(id.at);
        }
    }

    /// When a timer that is set is due.
    #[cfg(feature = "devtools")]
    pub(crate) fn deadline(&self, timer: Option<TimerId>) -> Option<Timestamp> {
        let id = timer?;
        let timer = self.timers.get(id.at)?.as_ref().filter(|timer| timer.sequence == id.sequence)?;
        Some(Timestamp::from_millis(timer.deadline))
    }

    fn take(&mut self, index: usize) -> Option<Timer> {
        let timer = self.timers[index].take()?;
        self.free.push(index);
        let Level { occupied, slots } = &mut self.levels[usize::from(timer.level)];
        let slot = &mut slots[usize::from(timer.slot)];
        if timer.level == 0 && timer.position as usize + 1 < slot.len() {
            self.in_order = None;
        }
        slot.swap_remove(timer.position as usize);
        if slot.is_empty() {
            *occupied &= !(1 << timer.slot);
            if slot.capacity() > SLOTS {
                *slot = Vec::new();
            }
        }
        let moved = slot.get(timer.position as usize).copied();
        if let Some(moved) = moved.and_then(|moved| self.timers[moved as usize].as_mut()) {
            moved.position = timer.position;
        }
        if self.len() == 0 {
            // Nothing is kept of how many there were, and how far away.
            (self.levels, self.timers, self.free) = Default::default();
            self.in_order = None;
        }
        Some(timer)
    }

    /// The first slot that holds a timer: its level, number and beginning. Slots of lower levels are earlier.
    fn first(&self) -> Option<(usize, usize, u64)> {
        let (level, occupied) = self
            .levels
            .iter()
            .map(|level| level.occupied)
            .enumerate()
            .find(|(_, occupied)| *occupied != 0)?;
        let slot = occupied.trailing_zeros() as usize;
        let shift = BITS * u32::try_from(level).unwrap_or_default();
        // The part of now above this level, and the slot in its place.
        let above = self.now.checked_shr(shift + BITS).unwrap_or(0).checked_shl(shift + BITS).unwrap_or(0);
        Some((level, slot, (above | (slot as u64) << shift).max(self.now)))
    }

    /// When to ask again at the latest: no timer is due before, but perhaps none is due then either.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.first().map(|(_, _, at)| Timestamp::from_millis(at))
    }

    pub(crate) fn pop_due(&mut self, now: Timestamp) -> Option<TimerKind> {
        let now = now.as_millis();
        loop {
            let (level, slot, begins) = self.first().filter(|(_, _, begins)| *begins <= now)?;
            self.now = begins;
            if level == 0 {
                self.bring_in_order(slot);
                let first = self.levels[0].slots[slot].last().copied()?;
                return self.take(first as usize).map(|timer| timer.kind);
            }
            self.cascade(level, slot);
        }
    }

    /// Once for all timers of a slot, as long as no other joins or leaves them.
    fn bring_in_order(&mut self, slot: usize) {
        if self.in_order == Some(slot) {
            return;
        }
        let all = std::mem::take(&mut self.levels[0].slots[slot]);
        let order = |index: &u32| self.timers[*index as usize].as_ref().map(|t| (t.deadline, t.sequence));
        let all = sorted(all, |a, b| order(b).cmp(&order(a)));
        for (position, index) in all.iter().enumerate() {
            if let Some(timer) = &mut self.timers[*index as usize] {
                timer.position = position as u32;
            }
        }
        self.levels[0].slots[slot] = all;
        self.in_order = Some(slot);
    }

    /// Spreads the timers of a slot that has begun over the levels below.
    fn cascade(&mut self, level: usize, slot: usize) {
        self.levels[level].occupied &= !(1 << slot);
        for index in std::mem::take(&mut self.levels[level].slots[slot]) {
            if let Some(timer) = self.timers[index as usize].take() {
                self.place(index as usize, timer);
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.timers.len() - self.free.len()
    }
}

fn slot_of(at: u64, level: u32) -> usize {
    (at >> (BITS * level)) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

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

    #[derive(Clone, Debug)]
    enum Step {
        Set(u64),
        Cancel(prop::sample::Index),
        Advance(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        let far = prop_oneof![0..100_u64, 0..10_000_u64, 0..10_000_000_000_u64, Just(u64::MAX)];
        prop_oneof![
            4 => far.prop_map(Step::Set),
            1 => any::<prop::sample::Index>().prop_map(Step::Cancel),
            2 => prop_oneof![0..100_u64, 0..100_000_u64, 0..1_000_000_000_u64].prop_map(Step::Advance),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Beyond 6: the wheel fires what a sorted queue would, in the same order, and asks to be woken in time for each.
        #[test]
        fn the_wheel_agrees_with_a_sorted_queue(
            start in prop_oneof![Just(0), 0..u64::MAX / 2],
            steps in prop::collection::vec(step(), 1..120),
        ) {
            let (mut wheel, mut queue) = (Timers::default(), BTreeMap::new());
            let mut now = start;
            prop_assert!(wheel.pop_due(at(now)).is_none());
            for (id, step) in steps.into_iter().enumerate() {
                let id = id as u64;
                match step {
                    Step::Set(wait) => {
                        let deadline = now.saturating_add(wait);
                        let timer = wheel.set(at(deadline), TimerKind::MutationGc(MutationId(id)));
                        queue.insert((deadline, id), timer);
                    }
                    Step::Cancel(which) if !queue.is_empty() => {
                        let key = *which.get(&queue.keys().copied().collect::<Vec<_>>());
                        wheel.cancel(&mut queue.remove(&key));
                    }
                    Step::Cancel(_) => {}
                    Step::Advance(by) => {
                        now = now.saturating_add(by);
                        wheel.turn_if_empty(at(now));
                        while let Some(((deadline, id), _)) = queue.first_key_value() {
                            if *deadline > now {
                                break;
                            }
                            prop_assert_eq!(mutation(&mut wheel, now), Some(*id));
                            queue.pop_first();
                        }
                        prop_assert_eq!(mutation(&mut wheel, now), None);
                    }
                }
                prop_assert_eq!(wheel.len(), queue.len());
                let earliest = queue.first_key_value().map(|((deadline, _), _)| at(*deadline));
                prop_assert!(wheel.next_deadline().is_some() == earliest.is_some());
                prop_assert!(wheel.next_deadline() <= earliest);
            }
        }
    }
}
