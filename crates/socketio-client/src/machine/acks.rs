use std::collections::{BTreeSet, HashMap, VecDeque};

use super::AckResult;
use crate::{Error, Payload};

/// Acknowledgements that are awaited, and those that have come to an end.
#[derive(Debug, Default)]
pub(super) struct Acks {
    next: u64,
    pending: HashMap<u64, Pending>,
    deadlines: BTreeSet<(u64, u64)>,
    done: VecDeque<AckResult>,
}

#[derive(Debug)]
struct Pending {
    deadline: u64,
    sent: bool,
}

impl Acks {
    /// Numbers are never used twice, so that no late answer meets another question.
    pub(super) fn open(&mut self, deadline: u64) -> u64 {
        let number = self.next;
        self.next += 1;
        self.pending.insert(number, Pending { deadline, sent: false });
        self.deadlines.insert((deadline, number));
        number
    }

    pub(super) fn sent(&mut self, number: u64) {
        if let Some(pending) = self.pending.get_mut(&number) {
            pending.sent = true;
        }
    }

    /// Ends one; an unknown number is that of an answer which came too late.
    pub(super) fn end(&mut self, number: u64, answer: Result<Payload, Error>) {
        if let Some(pending) = self.pending.remove(&number) {
            self.deadlines.remove(&(pending.deadline, number));
            self.done.push_back(AckResult { number, answer });
        }
    }

    /// Forgets one whose question could not be asked.
    pub(super) fn cancel(&mut self, number: u64) {
        if let Some(pending) = self.pending.remove(&number) {
            self.deadlines.remove(&(pending.deadline, number));
        }
    }

    /// Ends those whose question went to a connection that is no more.
    pub(super) fn disconnected(&mut self) {
        let mut sent: Vec<u64> =
            self.pending.iter().filter(|(_, pending)| pending.sent).map(|(&number, _)| number).collect();
        sent.sort_unstable();
        for number in sent {
            self.end(number, Err(Error::Disconnected));
        }
    }

    /// Ends those that are due, and says which.
    pub(super) fn expire(&mut self, now: u64) -> Vec<u64> {
        let due: Vec<u64> = self.deadlines.range(..=(now, u64::MAX)).map(|&(_, number)| number).collect();
        for &number in &due {
            self.end(number, Err(Error::AckTimeout));
        }
        due
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        self.deadlines.first().map(|&(deadline, _)| deadline)
    }

    pub(super) fn poll(&mut self) -> Option<AckResult> {
        self.done.pop_front()
    }
}
