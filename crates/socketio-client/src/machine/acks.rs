use std::collections::VecDeque;

use super::AckResult;
use crate::{Error, Payload};

/// Acknowledgements that are awaited, and those that have come to an end.
#[derive(Debug, Default)]
pub(super) struct Acks {
    next: u64,
    /// By number, as they were asked for.
    pending: Vec<Pending>,
    done: VecDeque<AckResult>,
}

#[derive(Debug)]
struct Pending {
    number: u64,
    deadline: u64,
    sent: bool,
}

impl Acks {
    /// Numbers are never used twice, so that no late answer meets another question.
    pub(super) fn open(&mut self, deadline: u64) -> u64 {
        let number = self.next;
        self.next += 1;
        self.pending.push(Pending { number, deadline, sent: false });
        number
    }

    fn find(&self, number: u64) -> Option<usize> {
        self.pending.binary_search_by_key(&number, |pending| pending.number).ok()
    }

    pub(super) fn sent(&mut self, number: u64) {
        if let Some(at) = self.find(number) {
            self.pending[at].sent = true;
        }
    }

    /// Ends one; an unknown number is that of an answer which came too late.
    pub(super) fn end(&mut self, number: u64, answer: Result<Payload, Error>) {
        if let Some(at) = self.find(number) {
            self.pending.remove(at);
            self.done.push_back(AckResult { number, answer });
        }
    }

    /// Forgets one whose question could not be asked.
    pub(super) fn cancel(&mut self, number: u64) {
        if let Some(at) = self.find(number) {
            self.pending.remove(at);
        }
    }

    /// Ends those whose question went to a connection that is no more.
    pub(super) fn disconnected(&mut self) {
        let (sent, kept) = std::mem::take(&mut self.pending).into_iter().partition(|pending| pending.sent);
        self.pending = kept;
        self.fail(sent, &Error::Disconnected);
    }

    /// Ends those that are due, in the order in which they became so, and says which.
    pub(super) fn expire(&mut self, now: u64) -> Vec<u64> {
        if self.deadline().is_none_or(|deadline| deadline > now) {
            return Vec::new();
        }
        let is_due = |pending: &Pending| pending.deadline <= now;
        let (due, kept): (Vec<Pending>, _) = std::mem::take(&mut self.pending).into_iter().partition(is_due);
        self.pending = kept;
        let mut in_order: Vec<Pending> = Vec::with_capacity(due.len());
        for pending in due {
            let at = in_order.partition_point(|earlier| earlier.deadline <= pending.deadline);
            in_order.insert(at, pending);
        }
        let numbers = in_order.iter().map(|pending| pending.number).collect();
        self.fail(in_order, &Error::AckTimeout);
        numbers
    }

    fn fail(&mut self, ended: Vec<Pending>, error: &Error) {
        let results = ended.into_iter().map(|it| AckResult { number: it.number, answer: Err(error.clone()) });
        self.done.extend(results);
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        self.pending.iter().map(|pending| pending.deadline).min()
    }

    pub(super) fn poll(&mut self) -> Option<AckResult> {
        self.done.pop_front()
    }
}
