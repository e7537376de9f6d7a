//! The last events in memory.

use std::collections::{HashSet, VecDeque};

use socketio_server::Batch;

use super::Detail;
use super::subject::Subject;

/// A socket that takes what comes has fewer events before it than this, of a few ticks: it is told of each.
const BEHIND: usize = 100;

/// The last events, without a gap up to the newest that is known, in the batches that they were read in.
#[derive(Debug)]
pub(super) struct Recent {
    /// None is empty.
    pages: VecDeque<Page>,
    events: usize,
    capacity: usize,
}

/// Events that were read at once.
#[derive(Debug)]
struct Page {
    batch: Batch,
    /// Of each event.
    subjects: Vec<Subject>,
    /// Number of the last event.
    last: u64,
}

impl Recent {
    /// Keeps `capacity` events or somewhat more: a page is kept or forgotten as a whole.
    pub(super) fn new(capacity: usize) -> Self {
        Self { pages: VecDeque::new(), events: 0, capacity }
    }

    pub(super) fn clear(&mut self) {
        self.pages.clear();
        self.events = 0;
    }

    /// Adds what follows the newest, with the subject of each event; `last` is its last number.
    pub(super) fn append(&mut self, batch: Batch, subjects: Vec<Subject>, last: u64) {
        self.events += batch.len();
        self.pages.push_back(Page { batch, subjects, last });
        while let Some(oldest) = self.pages.front().map(|page| page.batch.len())
            && self.events - oldest >= self.capacity
        {
            self.events -= oldest;
            self.pages.pop_front();
        }
    }

    /// What follows `cursor`, of at most `most` events, and the last one's number; an empty batch where there is nothing
    /// yet, and none where memory cannot tell.
    ///
    /// A socket at the present is given the newest page as it is, the same text as everybody.
    pub(super) fn after(&self, cursor: u64, most: usize, detail: Detail) -> Option<(Batch, u64)> {
        let (oldest, newest) = (self.pages.front()?, self.pages.back()?);
        if cursor >= newest.last {
            return (cursor == newest.last).then(|| (Batch::default(), cursor));
        }
        if cursor + (oldest.batch.len() as u64) < oldest.last {
            return None;
        }
        let from = self.pages.partition_point(|page| page.last <= cursor);
        let mut following = self.pages.range(from..);
        let first = following.next()?;
        let skipped = first.batch.len() - usize::try_from(first.last - cursor).ok()?;
        let mut batches = vec![first.batch.skip(skipped)];
        let mut subjects = vec![&first.subjects[skipped..]];
        let mut count = batches[0].len();
        for page in following {
            if count >= most {
                break;
            }
            count += page.batch.len();
            batches.push(page.batch.clone());
            subjects.push(&page.subjects);
        }
        let count = count.min(most);
        let is_behind = batches.len() > 1 && count >= BEHIND;
        let mut batch = Batch::concat(&batches).take(count);
        if is_behind && detail == Detail::Latest {
            let latest = latest(subjects.into_iter().flatten().take(count).copied());
            batch = batch.select(|index| latest[index]);
        }
        Some((batch, cursor + count as u64))
    }
}

/// For each of these events in their order, whether no later one makes it superfluous.
fn latest(subjects: impl Iterator<Item = Subject>) -> Vec<bool> {
    let subjects: Vec<Subject> = subjects.collect();
    let mut told = HashSet::new();
    let mut latest: Vec<bool> = subjects
        .iter()
        .rev()
        .map(|subject| match *subject {
            Subject::Own => true,
            Subject::EndOf(thing) => {
                told.insert(thing);
                true
            }
            Subject::StateOf(thing) => told.insert(thing),
        })
        .collect();
    latest.reverse();
    latest
}

#[cfg(test)]
mod tests {
    use super::super::subject::Thing;
    use super::*;

    fn thing(number: u64) -> Thing {
        Thing::Business(contract::BusinessId(number as i64))
    }

    /// Batches of these sizes, of events named by their numbers from 1 on, about two things in turn.
    fn recent(capacity: usize, sizes: &[u64]) -> Recent {
        let mut recent = Recent::new(capacity);
        let mut seq = 0;
        for size in sizes {
            let begin = seq + 1;
            seq += size;
            let subjects = (begin..=seq).map(|seq| Subject::StateOf(thing(seq % 2)));
            recent.append(named(begin..=seq), subjects.collect(), seq);
        }
        recent
    }

    fn named(seqs: impl IntoIterator<Item = u64>) -> Batch {
        let mut batch = Batch::builder();
        for seq in seqs {
            batch.event(&format!("e{seq}"), &()).unwrap();
        }
        batch.build()
    }

    #[test]
    fn from_every_place_follows_what_comes_after_it() {
        let recent = recent(100, &[1, 3, 2, 7, 1]);
        for cursor in 0..14 {
            for most in 1..=14 {
                let last = 14.min(cursor + most);
                let following = recent.after(cursor, most as usize, Detail::All);
                assert_eq!(following, Some((named(cursor + 1..=last), last)));
            }
        }
        assert_eq!(recent.after(14, 5, Detail::All), Some((Batch::default(), 14)));
        assert_eq!(recent.after(15, 5, Detail::All), None);
        assert_eq!(recent.after(u64::MAX, 5, Detail::All), None);
    }

    #[test]
    fn the_oldest_batches_are_forgotten() {
        let mut recent = recent(5, &[4, 4, 4]);
        assert_eq!(recent.after(3, 50, Detail::All), None);
        assert_eq!(recent.after(4, 50, Detail::All), Some((named(5..=12), 12)));
        recent.clear();
        assert_eq!(recent.after(12, 50, Detail::All), None);
    }

    #[test]
    fn whoever_is_behind_is_told_how_things_are_now() {
        let recent = recent(1_000, &[100, 20, 1]);
        assert_eq!(recent.after(0, 500, Detail::Latest), Some((named([120, 121]), 121)));
        assert_eq!(recent.after(0, 110, Detail::Latest), Some((named([109, 110]), 110)));
        // Within a page nobody is behind, nor by what a few ticks bring.
        assert_eq!(recent.after(0, 100, Detail::Latest), Some((named(1..=100), 100)));
        assert_eq!(recent.after(60, 500, Detail::Latest), Some((named(61..=121), 121)));
    }

    #[test]
    fn only_a_later_state_makes_an_event_superfluous() {
        let [one, other] = [1, 2].map(thing);
        let subjects = [
            Subject::StateOf(one),
            Subject::Own,
            Subject::StateOf(other),
            Subject::StateOf(one),
            Subject::EndOf(one),
            Subject::StateOf(other),
        ];
        assert_eq!(latest(subjects.into_iter()), [false, true, false, false, true, true]);
    }
}
